"""Recall of groups: as a ratio to a fixed one, with the list shared by all, and no verdict on a handful of cases."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from models.bootstrap import HeldOut
from models.parity import Parity, recall_parity, reference_groups
from warehouse.errors import ModelError


def _held_out(missed: float = 0.0, seed: int = 0, third: int = 20, copies: int = 1) -> list[HeldOut]:
    """2,000 tenancies, men and women and a third group of few; scores of women are lowered by `missed`."""
    generator = np.random.default_rng(seed)
    sex = np.where(np.arange(2_000) % 2, "F", "M").astype(object)
    sex[:third] = "X"
    outcomes = generator.random(2_000) < 0.1
    scores = generator.normal(size=2_000) + 2.0 * outcomes - missed * (sex == "F")
    groups = {"sex": sex.astype(str)}
    return [
        HeldOut(date(2025, 1 + i, 1), np.arange(2_000), outcomes, {"a": scores}, groups=groups) for i in range(copies)
    ]


def _by_group(held_out: list[HeldOut], seed: int = 1, draws: int = 200) -> dict[str, Parity]:
    found = recall_parity(held_out, "a", 200, {"sex": "M"}, seed=seed, draws=draws)
    return {each.group: each for each in found}


def test_equal_groups_are_near_one_and_a_missed_group_is_below() -> None:
    alike, missed = _by_group(_held_out(seed=1))["F"], _by_group(_held_out(2.0, seed=1))["F"]
    assert alike.low < 1 < alike.high
    assert alike.low < alike.value < alike.high
    assert (missed.verdict, missed.judged) == ("below", True)
    assert missed.high < 0.8


def test_recall_and_denominators_are_those_of_the_shared_list() -> None:
    one = _held_out()[0]
    listed = np.argsort(-one.scores["a"])[:200]
    women = one.groups["sex"] == "F"
    found = _by_group([one])["F"]
    assert found.recall == pytest.approx(one.outcomes[listed][women[listed]].sum() / one.outcomes[women].sum())
    assert found.precision == pytest.approx(one.outcomes[listed][women[listed]].mean())
    assert found.listed == pytest.approx(women[listed].sum())
    assert found.selection == pytest.approx(women[listed].sum() / women.sum())
    assert found.value == pytest.approx(found.recall / found.reference_recall)


def test_a_handful_of_cases_gets_an_interval_and_no_verdict() -> None:
    few = _by_group(_held_out(third=60))["X"]
    assert 0 < few.positives < 10
    assert (few.verdict, few.judged) == ("too_few", False)
    assert few.low < few.value < few.high


def test_a_group_without_cases_has_no_number() -> None:
    one = _held_out()[0]
    nobody = replace(one, outcomes=one.outcomes & (one.groups["sex"] != "X"))
    assert np.isnan(_by_group([nobody])["X"].value)
    assert _by_group([nobody])["X"].verdict == "too_few"


def test_a_tenancy_seen_at_three_cut_offs_is_no_three_tenancies() -> None:
    once, thrice = (_by_group(_held_out(0.5, copies=copies))["F"] for copies in (1, 3))
    assert (thrice.value, thrice.low, thrice.high) == pytest.approx((once.value, once.low, once.high), rel=1e-5)
    assert thrice.positives == once.positives


def test_the_interval_covers_equal_recall() -> None:
    held = [found.low <= 1 <= found.high for found in (_by_group(_held_out(seed=s), s, 100)["F"] for s in range(60))]
    assert 50 <= sum(held) <= 60


def test_the_same_seed_gives_the_same_and_the_order_of_rows_does_not_matter() -> None:
    one = _held_out(0.4)[0]
    assert _by_group([one]) == _by_group([one])
    shuffled = one.only(np.ones(2_000, dtype=bool))
    order = np.random.default_rng(3).permutation(2_000)
    moved = HeldOut(
        one.cut_off, one.tenancies[order], one.outcomes[order], {"a": one.scores["a"][order]},
        groups={"sex": one.groups["sex"][order]},
    )  # fmt: skip
    assert _by_group([shuffled])["F"] == _by_group([one])["F"]
    assert _by_group([moved])["F"].low == pytest.approx(_by_group([one])["F"].low, rel=1e-5)


def test_the_reference_is_the_largest_known_group_and_must_be_there() -> None:
    one = _held_out()[0]
    mostly_unknown = replace(one, groups={"sex": np.where(np.arange(2_000) < 1_500, "unknown", one.groups["sex"])})
    assert reference_groups([one]) == {"sex": "F"}
    assert reference_groups([mostly_unknown]) == {"sex": "F"}
    assert "unknown" in _by_group([mostly_unknown])
    with pytest.raises(ModelError, match="rows of the reference group sex=Q"):
        recall_parity([one], "a", 10, {"sex": "Q"}, seed=0)
    with pytest.raises(ModelError, match="no attribute benefit"):
        recall_parity([one], "a", 10, {"benefit": "none"}, seed=0)
