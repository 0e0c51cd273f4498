"""The written rules: what they say, how they order, and what they do where something is not known."""

import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.baselines import MOST_REGRESSION_FEATURES, written_baselines
from models.rules import RULES_VERSION, rank_by_rules, read_rules, rule_book
from models.sentences import phrasebook
from warehouse.errors import ModelError
from warehouse.vocabulary import FEEDS

TABLES = Path(__file__).parents[2] / "warehouse" / "tables" / "5_features"


def _matrix(**columns: list[object]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    keys = {"as_of": [date(2026, 1, 1)] * size, "landlord": ["L"] * size}
    numbers = [str(i) for i in range(size)]
    return pl.DataFrame({**keys, "tenancy_no": numbers, "stage": ["none"] * size, **columns}, strict=False)


def _features() -> set[str]:
    described = [tomllib.loads(path.read_text("utf-8")) for path in TABLES.glob("*/table.toml")]
    return {name for table in described for name in table.get("column", {})}


def test_rules_and_baselines_name_features_that_exist() -> None:
    written = written_baselines()
    named = {rule.column for rule in rule_book().rules if not rule.stages} | {rule_book().amount_column}
    named |= {entry[key] for entry in written["ranking"].values() for key in ("by", "then") if key in entry}
    named |= set(written["regression"]["features"])
    assert named - _features() == set()
    assert len(written["regression"]["features"]) <= MOST_REGRESSION_FEATURES


def test_every_rule_has_a_feed_and_an_evidence_that_can_be_said() -> None:
    for rule in rule_book().rules:
        assert rule.source in FEEDS
        assert rule.evidence in phrasebook().sayings
        assert rule.da.endswith(".")
        assert rule.en.endswith(".")


def test_behind_again_does_not_mistake_a_late_pay_day_for_arrears() -> None:
    matrix = _matrix(times_behind_24_months_count=[24, 2], month_ends_behind_24_months_count=[0, 3])
    assert rank_by_rules(matrix)["rules"].to_list() == [[], ["behind_again"]]


def test_the_version_names_the_rules() -> None:
    assert RULES_VERSION.startswith("rules-")
    assert len(RULES_VERSION) == len("rules-") + 8


def test_the_highest_step_goes_first_then_senders_then_amount() -> None:
    matrix = _matrix(
        stage=["court", "termination", "none", "none", "none", "none"],
        months_owed_count=[0.0, 9.0, 9.0, 2.5, 2.4, None],
        concerns_3_months_count=[0, 0, 0, 1, 0, 0],
        sanctions_60_days_count=[0, 0, 0, 0, 0, 1],
    )
    score = rank_by_rules(matrix)["score"].to_list()
    assert score == sorted(score, reverse=True)
    assert len(set(score)) == len(score)
    assert all(0 <= each <= 1 for each in score)


def test_one_more_sender_goes_before_any_amount_in_the_same_step() -> None:
    matrix = _matrix(months_owed_count=[2.1, 2.9], sanctions_60_days_count=[1, 0])
    first, second = rank_by_rules(matrix)["score"]
    assert first > second


@pytest.mark.parametrize("seed", range(5))
def test_more_of_anything_a_rule_counts_never_lowers_the_score(seed: int) -> None:
    generator = np.random.default_rng(seed)
    names = sorted({rule.column for rule in rule_book().rules if not rule.stages})
    before = _matrix(**{name: list(generator.uniform(0, 8, 50)) for name in names})
    raised = before.with_columns(pl.col(generator.choice(names)) * 1.0 + generator.uniform(0, 8, 50))
    assert (rank_by_rules(raised)["score"] >= rank_by_rules(before)["score"]).all()


def test_what_is_not_known_neither_holds_nor_fails() -> None:
    ranked = rank_by_rules(_matrix(months_owed_count=[3.0, None]))
    assert ranked["rules"].to_list() == [["owes_three_rents", "owes_two_rents", "owes_one_rent"], []]
    assert "owes_one_rent" in ranked["unknown_rules"][1]
    assert "owes_one_rent" not in ranked["unknown_rules"][0]
    assert all("sanctioned" in unknown for unknown in ranked["unknown_rules"])


def test_a_matrix_without_features_ranks_by_stage_alone() -> None:
    ranked = rank_by_rules(_matrix(stage=["none", "demand", "court"]))
    assert ranked["score"].is_sorted()
    assert ranked["rules"].to_list() == [[], ["demand_open"], ["court_case", "court_date"]]


def test_nothing_to_rank() -> None:
    assert rank_by_rules(_matrix(stage=["none"])[:0]).height == 0


@pytest.mark.parametrize(
    ("line", "match"),
    [
        ("step = 9", "a step of 0-5"),
        ("step = 1\ncolour = 3", "unexpected keyword argument 'colour'"),
        ("step = 1\nstages = []\ncolumn = 'stage'", "and a condition; found rule x"),
    ],
)
def test_a_rule_that_is_not_complete_is_refused(tmp_path: Path, line: str, match: str) -> None:
    path = tmp_path / "rules.toml"
    texts = "id = 'x'\nsource = 'notices'\nevidence = 'concern'\nda = 'a'\nen = 'b'\n"
    path.write_text(f"amount_column = 'a'\n[[rule]]\n{texts}{line}\n", "utf-8")
    with pytest.raises(ModelError, match=match):
        read_rules(path)


def test_a_rule_twice_is_refused(tmp_path: Path) -> None:
    rule = "[[rule]]\nid='x'\nstep=1\nsource='a'\nevidence='b'\nda='a'\nen='b'\ncolumn='c'\n"
    path = tmp_path / "rules.toml"
    path.write_text("amount_column = 'a'\n" + rule + rule, "utf-8")
    with pytest.raises(ModelError, match="each rule id once"):
        read_rules(path)
