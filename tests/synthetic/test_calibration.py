"""The figures that the made-up municipality claims (domain facts, part 2), one test a figure, over several seeds."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from synthetic.calendar import months_of, on_weekday
from synthetic.calibration import EXECUTION_SEASON, LANDLORDS
from synthetic.enforcement import COURT, EVICTED, TERMINATION, execution_days

HOUSEHOLD = {"single": 0, "single_with_children": 1}


def test_terminations_are_2_3_to_5_2_percent_of_tenancies_a_year(worlds: list[Any]) -> None:
    for world in worlds:
        assert 230 <= world.per_10_000(world.notices(TERMINATION).height) <= 520


def test_bailiff_cases_are_90_to_150_per_10_000_a_year(worlds: list[Any]) -> None:
    for world in worlds:
        assert 90 <= world.per_10_000(world.cases().height) <= 150


def test_every_case_on_arrears_is_one_court_request(worlds: list[Any]) -> None:
    for world in worlds:
        assert world.notices(COURT).height == world.cases().filter(pl.col("ground") == 0).height


def test_executed_evictions_are_20_to_31_per_10_000_a_year(worlds: list[Any]) -> None:
    for world in worlds:
        executed = world.notices(EVICTED).height + world.notices(EVICTED, ground=1).height
        assert 20 <= world.per_10_000(executed) <= 31


def test_20_to_26_percent_of_cases_are_executed(worlds: list[Any]) -> None:
    for world in worlds:
        assert 0.20 <= (world.cases()["outcome"] == EVICTED).mean() <= 0.26


def test_1_000_to_1_300_of_10_000_tenancies_get_a_demand_in_a_year(worlds: list[Any]) -> None:
    for world in worlds:
        asked = world.notices(0).with_columns(year=(pl.col("on") - world.history.start) // 365.25)
        assert 1000 <= world.per_10_000(asked.select("year", "spell").n_unique()) <= 1300


def test_single_men_are_the_largest_group_among_the_evicted(worlds: list[Any]) -> None:
    for world in worlds:
        evicted = world.cases().filter(pl.col("outcome") == EVICTED)
        groups = evicted.group_by("household", "sex").len().sort("len", descending=True)
        assert groups.select("household", "sex").row(0) == (HOUSEHOLD["single"], 1)


def test_families_are_executed_about_half_as_often_once_before_the_court(worlds: list[Any]) -> None:
    cases = pl.concat([world.cases().filter(pl.col("ground") == 0) for world in worlds])
    children = cases["children"] > 0
    executed = cases["outcome"] == EVICTED
    ratio = executed.filter(children).mean() / executed.filter(~children).mean()
    assert ratio == pytest.approx(0.48, abs=0.08)


def test_executions_dip_in_december(worlds: list[Any]) -> None:
    days = pl.concat([world.notices(EVICTED) for world in worlds])["on"].to_numpy()
    months = np.bincount(months_of(days), minlength=12)
    assert months[11] < 0.8 * months.mean()


def test_bailiffs_go_out_with_the_season() -> None:
    rng = np.random.default_rng(1)
    hearings = np.sort(rng.integers(19_000, 19_000 + 4 * 365, 40_000))
    days = execution_days(rng, hearings)
    share = np.bincount(months_of(days), minlength=12) / (len(days) / 12)
    assert share[11] == pytest.approx(0.65, abs=0.12)  # December 114 against a mean of 176
    assert share[10] == pytest.approx(1.24, abs=0.12)
    assert share[6] == pytest.approx(0.80, abs=0.12)
    assert np.corrcoef(share, EXECUTION_SEASON)[0, 1] > 0.9


def test_nobody_is_evicted_at_a_weekend(worlds: list[Any]) -> None:
    days = worlds[0].notices(EVICTED)["on"].to_numpy()
    assert len(days) > 20
    assert (on_weekday(days) == days).all()


@pytest.mark.parametrize(("dwelling", "low", "high"), [(0, 0.094, 0.114), (1, 0.37, 0.43)])
def test_movers_are_10_4_percent_of_family_and_39_9_of_youth_homes(
    worlds: list[Any], dwelling: int, low: float, high: float
) -> None:
    for world in worlds:
        kinds = world.history.homes.dwelling
        spells = world.history.log.frame("spell").select("spell", "home")
        ends = world.history.log.frame("end").filter(pl.col("on") >= world.history.start).join(spells, on="spell")
        moved = (kinds[ends["home"].to_numpy()] == dwelling).sum()
        assert low <= moved / (kinds == dwelling).sum() / 3 <= high


def test_most_move_in_july(worlds: list[Any]) -> None:
    ends = pl.concat([w.history.log.frame("end").filter(pl.col("on") >= w.history.start) for w in worlds])
    assert np.bincount(months_of(ends["on"].to_numpy())).argmax() == 6


def test_about_400_concern_notifications_a_year(worlds: list[Any]) -> None:
    for world in worlds:
        concerns = world.history.log.frame("concern").filter(pl.col("on") >= world.history.start)
        assert 300 <= concerns.height / 3 <= 500


def test_tenants_are_like_the_non_profit_population(worlds: list[Any]) -> None:
    for world in worlds:
        tenants = world.history.log.frame("tenant").filter(pl.col("person") < 8000)
        assert (tenants["household"] <= 1).mean() == pytest.approx(0.665, abs=0.03)
        assert (tenants["household"] == HOUSEHOLD["single_with_children"]).mean() == pytest.approx(0.101, abs=0.02)


def test_landlords_enforce_differently(worlds: list[Any]) -> None:
    cases = pl.concat([world.cases() for world in worlds])
    homes = worlds[0].history.homes.landlord
    counts = np.bincount(homes[cases["home"].to_numpy()], minlength=len(LANDLORDS))
    rates = counts / np.bincount(homes)
    assert rates.max() > 1.6 * rates.min()


def _later_cases(world: Any) -> pl.DataFrame:
    """Each risk of a matured month, with whether a court request on arrears followed within 182 days."""
    risks = world.history.log.frame("risk")
    risks = risks.filter(pl.col("as_of") <= risks["as_of"].max() - 190)
    filed = world.cases().filter(pl.col("ground") == 0).select("spell", "on")
    hit = risks.join(filed, on="spell").filter(
        (pl.col("on") >= pl.col("as_of")) & (pl.col("on") < pl.col("as_of") + 182)
    )
    hit = hit.select("as_of", "spell").unique().with_columns(filed=pl.lit(True))
    joined = risks.join(hit, on=["as_of", "spell"], how="left")
    return joined.with_columns(pl.col("filed").fill_null(False))


@pytest.mark.parametrize(("low", "high"), [(0.002, 0.01), (0.01, 0.03), (0.03, 0.1), (0.1, 0.3), (0.3, 1.0)])
def test_the_true_risk_is_what_comes_true(worlds: list[Any], low: float, high: float) -> None:
    rows = pl.concat([_later_cases(world) for world in worlds])
    bracket = rows.filter((pl.col("risk") >= low) & (pl.col("risk") < high))
    # A fifth below: some were helped, and the truth is what happens if nobody comes.
    ratio = bracket["filed"].mean() / bracket["risk"].mean()
    assert 0.75 <= ratio <= 1.2


def test_the_true_risk_ranks_well_and_not_perfectly(worlds: list[Any]) -> None:
    rows = _later_cases(worlds[0])
    rank = rows["risk"].rank()
    filed = rows["filed"]
    positives = filed.sum()
    area = (rank.filter(filed).sum() - positives * (positives + 1) / 2) / positives / (rows.height - positives)
    assert 0.9 < area < 0.99


def test_risks_are_chances_and_reach_to_tonight(worlds: list[Any]) -> None:
    for world in worlds:
        risks = world.history.log.frame("risk")
        assert risks["risk"].is_between(0, 1).all()
        assert risks["as_of"].max() == world.register.until
