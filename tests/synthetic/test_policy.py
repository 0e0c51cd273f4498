"""Other municipalities and other teams: the truth stays the truth in them, and a list is worked as it says."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synthetic.calibration import BASE_PRESSURE, FRAILTY_SD, LANDLORDS
from synthetic.municipality import simulate
from synthetic.policy import Blurred, Policy
from synthetic.setting import DEFAULT, Setting, draw_setting
from synthetic.world import History, live

UNTIL = date(2026, 1, 1)
NOBODY = Policy(then="none", before="none")
LIST = Policy(then="list", before="none", from_month=12, per_1000_homes=20, reached=0.8, agreed=0.9, explored_share=0.2)
HARD = Setting(base_pressure=BASE_PRESSURE + 0.7, frailty_sd=1.3 * FRAILTY_SD, wave_noise_sd=0.6)


def _live(setting: Setting = DEFAULT, policy: Policy = NOBODY, homes: int = 8000, seed: int = 3) -> History:
    return live(tenancies=homes, months=24, seed=seed, until=UNTIL, setting=setting, policy=policy)


def _foretold_and_filed(history: History) -> tuple[float, int]:
    """True risk before court on the firsts of January and July 2025, and those with a case in the half year after."""
    risks = history.log.frame("risk")
    cases = history.log.frame("case").filter(pl.col("ground") == 0).select("spell", filed="on")
    foretold, filed = 0.0, 0
    for first, after in ((date(2024, 7, 1), date(2025, 1, 1)), (date(2025, 1, 1), date(2025, 7, 1))):
        first_no, after_no = ((day - date(1970, 1, 1)).days for day in (first, after))
        earlier = cases.filter(pl.col("filed").is_between(first_no - 400, first_no - 1))
        here = risks.filter(pl.col("as_of") == first_no).join(earlier, on="spell", how="anti")
        foretold += here["risk"].sum()
        filed += here.join(cases.filter(pl.col("filed").is_between(first_no, after_no - 1)), on="spell").height
    return foretold, filed


@pytest.mark.parametrize(
    "setting", [DEFAULT, HARD, draw_setting(1), draw_setting(4)], ids=["default", "hard", "1", "4"]
)
def test_where_nobody_comes_as_many_are_filed_as_the_true_risk_says(setting: Setting) -> None:
    found = [_foretold_and_filed(_live(setting, seed=seed)) for seed in (3, 4)]
    foretold, filed = (sum(column) for column in zip(*found, strict=True))
    assert filed > 100
    # Two standard errors of a count, and a tenth for what the truth leaves out (moves beyond an average, shocks).
    assert foretold == pytest.approx(filed, rel=0.1 + 2 / np.sqrt(filed))


def test_settings_that_were_drawn_differ_and_the_default_is_the_domains() -> None:
    drawn = [draw_setting(seed) for seed in range(5)]
    assert len(set(drawn)) == 5
    assert drawn[0] == draw_setting(0)
    assert all([one.name for one in setting.landlords] == [one.name for one in LANDLORDS] for setting in drawn)
    assert DEFAULT.landlords == LANDLORDS


def test_the_risk_of_one_setting_is_not_taken_for_another() -> None:
    strict = replace(DEFAULT, landlords=tuple(replace(one, court_share=0.9) for one in LANDLORDS))
    means = [
        _live(setting, homes=500).log.frame("risk")["risk"].head(500).mean() for setting in (DEFAULT, strict, DEFAULT)
    ]
    assert means[0] == means[2] < means[1]


@pytest.fixture(scope="module")
def listed() -> History:
    return _live(policy=LIST)


def test_where_nobody_comes_nobody_is_contacted() -> None:
    assert _live(homes=300).log.frame("contact").is_empty()


def test_the_list_is_filled_to_capacity_with_the_agreed_share_drawn_at_random(listed: History) -> None:
    drawn = listed.log.frame("assignment").filter(pl.col("why") > 0)
    months = drawn.group_by("as_of").agg(
        (pl.col("why") == 1).sum().alias("top"), (pl.col("why") == 2).sum().alias("lot")
    )
    assert months["top"].to_list() == [128] * 12
    assert months["lot"].to_list() == [32] * 12
    assert listed.log.frame("contact").height == 12 * 160


def test_the_recorded_chance_is_how_often_the_lot_fell(listed: History) -> None:
    rest = listed.log.frame("assignment").filter(pl.col("why") != 1)
    assert rest["chance"].sum() == pytest.approx((rest["why"] == 2).sum())
    assert rest["chance"].is_between(0, 0.1, closed="none").all()
    assert listed.log.frame("assignment").filter(pl.col("why") == 1)["chance"].unique().to_list() == [1.0]


def test_the_list_holds_the_riskiest_before_termination_and_nobody_twice_within_half_a_year(listed: History) -> None:
    risks = listed.log.frame("risk")
    top = listed.log.frame("assignment").filter(pl.col("why") == 1).join(risks, on=["as_of", "spell"])
    assert top["risk"].mean() > 10 * risks["risk"].mean()
    agreed = listed.log.frame("contact").filter(pl.col("outcome") == 0).sort("spell", "on")
    apart = agreed.with_columns(apart=pl.col("on").diff().over("spell"))["apart"].drop_nulls()
    assert agreed.height > 1000
    assert apart.is_empty() or apart.min() > 150


def test_help_from_a_list_lowers_what_is_filed_by_no_more_than_was_planted() -> None:
    many = replace(LIST, from_month=0, per_1000_homes=60, order=Blurred(0.3))
    filed = [
        sum(_live(policy=policy, seed=seed).log.frame("case").filter(pl.col("ground") == 0).height for seed in (1, 2))
        for policy in (NOBODY, many)
    ]
    assert 0.6 < filed[1] / filed[0] < 0.92


def test_what_was_drawn_is_kept_with_the_truth_and_the_contacts_are_delivered(tmp_path: Path) -> None:
    setting = replace(DEFAULT, help_filing=0.5)
    policy = replace(LIST, from_month=3)
    simulate(tmp_path, tenancies=200, months=6, seed=2, until=UNTIL, setting=setting, policy=policy)
    drawn = pl.read_parquet(tmp_path / "truth" / "assignments.parquet")
    assert drawn.columns == ["as_of", "landlord", "tenancy_no", "why", "chance"]
    assert set(drawn["why"].drop_nulls()) == {"listed", "explored"}
    assert drawn["as_of"].min() == date(2025, 10, 1)
    assert "court_filing_factor = 0.5" in (tmp_path / "truth" / "effects.toml").read_text("utf-8")
    files = (tmp_path / "inbox" / "contacts").glob("*.csv")
    delivered = pl.concat([pl.read_csv(path, separator=";", infer_schema=False) for path in files])
    contacts = drawn.filter(pl.col("why").is_not_null()).height
    assert 0.9 * contacts <= delivered["contact_no"].n_unique() <= contacts
