"""The effect of being listed: which lots count, what is known of each, and when nothing can be said."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from models.effect import FEWER, TOO_FEW, UNDECIDED, followed, lots_that_count, measure_effect
from models.effect_planning import detectable, needed_on_each_side, plan
from models.outcome import Horizon
from worklist.assignment import SCHEMA

FIRST = date(2025, 1, 1)
HORIZON = Horizon(182, 14)
LATER = date(2026, 6, 1)


def _assignments(*rows: tuple[int, str, str]) -> pl.DataFrame:
    """(days after FIRST, tenancy, status)."""
    told = [
        {"as_of": FIRST + timedelta(days=days), "landlord": "Birkely", "tenancy_no": who, "status": status}
        | {"tier": "near", "assignment_probability": 0.5}
        for days, who, status in rows
    ]
    return pl.DataFrame(told, schema=SCHEMA)


def _outcomes(assignments: pl.DataFrame, states: list[str]) -> pl.DataFrame:
    return assignments.select("as_of", "landlord", "tenancy_no").with_columns(
        label_state=pl.Series(states, dtype=pl.String),
        event_on=pl.Series([FIRST if state == "positive" else None for state in states], dtype=pl.Date),
        helped_on=pl.Series([FIRST if state == "treated" else None for state in states], dtype=pl.Date),
    )


def test_a_tenancy_counts_by_its_first_lot_within_a_horizon() -> None:
    lots = lots_that_count(
        _assignments(
            (0, "T1", "passed_over"),
            (0, "T2", "waiting"),
            (0, "T3", "by_rank"),
            (3, "T2", "drawn"),
            (181, "T1", "drawn"),
            (182, "T1", "drawn"),
        ),
        182,
    )
    days = (lots["as_of"] - FIRST).dt.total_days()
    assert list(zip(days, lots["tenancy_no"], lots["drawn"], strict=True)) == [
        (0, "T1", False),
        (3, "T2", True),
        (182, "T1", True),
    ]


def test_who_moved_or_was_helped_stays_in_and_who_cannot_be_known_is_counted_apart() -> None:
    states = ["positive", "negative", "treated", "moved_or_died", "unlinked", "negative"]
    lots = lots_that_count(_assignments(*[(n, f"T{n}", "drawn") for n in range(5)], (400, "T9", "drawn")), 182)
    outcomes = _outcomes(lots, states).head(6)
    found = followed(lots, outcomes, HORIZON, LATER)
    assert found["known"].to_list() == [True, True, True, True, False, False]
    assert found["waiting"].to_list() == [False] * 5 + [True]
    assert found["happened"].to_list()[:4] == [True, False, False, False]
    assert found["moved"].to_list()[:4] == [False, False, False, True]
    assert found["helped"].to_list()[:4] == [False, False, True, False]
    effect = measure_effect(found, [], 182)
    assert (effect.waiting, effect.unknown) == (1, 1)


def test_an_outcome_is_waited_for_until_it_is_reported() -> None:
    lots = lots_that_count(_assignments((0, "T1", "drawn")), 182)
    known_on = FIRST + timedelta(days=182 + 14)
    outcomes = _outcomes(lots, ["negative"])
    assert followed(lots, outcomes, HORIZON, known_on - timedelta(days=1))["waiting"].to_list() == [True]
    assert followed(lots, outcomes, HORIZON, known_on)["known"].to_list() == [True]


def _experiment(drawn: int, drawn_events: int, passed_over: int, passed_over_events: int) -> pl.DataFrame:
    happened = np.concatenate([np.arange(drawn) < drawn_events, np.arange(passed_over) < passed_over_events])
    count = drawn + passed_over
    return pl.DataFrame(
        {
            "as_of": [FIRST] * count,
            "landlord": ["Birkely"] * count,
            "tenancy_no": [f"T{n}" for n in range(count)],
            "drawn": np.arange(count) < drawn,
            "tier": ["near" if n % 2 else "far" for n in range(count)],
            "assignment_probability": [0.5] * count,
            "happened": happened,
            "moved": np.arange(count) % 9 == 0,
            "helped": np.arange(count) < drawn // 4,
            "known": [True] * count,
            "waiting": [False] * count,
            "sex": ["F" if n % 2 else "M" for n in range(count)],
            "benefit": ["other" if n % 50 else "none" for n in range(count)],
        },
        schema_overrides=dict.fromkeys(("drawn", "happened", "moved", "helped", "known", "waiting"), pl.Boolean),
    )


def test_a_large_effect_is_told_overall_and_by_tier_and_group() -> None:
    effect = measure_effect(_experiment(1000, 100, 1000, 200), ["sex", "benefit"], 182)
    assert effect.overall.verdict == FEWER
    assert effect.overall.per_100 == pytest.approx(-10)
    assert (effect.overall.drawn_per_100, effect.overall.passed_over_per_100) == pytest.approx((10, 20))
    assert [one.group for one in effect.by_tier] == ["tier=near", "tier=far"]
    by_group = {one.group: one for one in effect.by_group}
    assert by_group["sex=F"].verdict == FEWER
    assert by_group["benefit=none"].verdict == TOO_FEW
    assert by_group["benefit=none"].per_100 is None
    assert effect.moved.verdict == UNDECIDED
    assert effect.complier is not None
    # Ten fewer a hundred, by the quarter that agreed.
    assert effect.complier.per_100 == pytest.approx(-40)


def test_the_effect_overall_is_that_within_the_tiers_each_by_its_share_of_the_lots() -> None:
    """As if the outcomes of some of the passed over were not known, and most of these stood near the cut."""
    counts = {("near", True): (400, 80), ("near", False): (200, 60), ("far", True): (200, 4), ("far", False): (200, 8)}
    rows = pl.concat(
        _experiment(*((count, events, 0, 0) if drawn else (0, 0, count, events))).with_columns(
            tier=pl.lit(tier), tenancy_no=pl.lit(f"{tier}{drawn}") + pl.col("tenancy_no")
        )
        for (tier, drawn), (count, events) in counts.items()
    )
    effect = measure_effect(rows, [], 182)
    near, far = effect.by_tier
    assert (near.group, near.per_100) == ("tier=near", pytest.approx(20 - 30))
    assert (far.group, far.per_100) == ("tier=far", pytest.approx(2 - 4))
    assert effect.overall.per_100 == pytest.approx(0.6 * -10 + 0.4 * -2)
    # And not what it would be without tiers: 84 of 600 against 68 of 400.
    assert effect.overall.per_100 != pytest.approx(100 * (84 / 600 - 68 / 400), abs=1)
    assert near.low is not None
    assert effect.overall.low is not None
    assert near.low < effect.overall.low < effect.overall.per_100


@pytest.mark.parametrize("counts", [(29, 20, 500, 100), (500, 100, 29, 20), (500, 5, 500, 4), (0, 0, 0, 0)])
def test_nothing_is_said_of_too_few(counts: tuple[int, int, int, int]) -> None:
    effect = measure_effect(_experiment(*counts), ["sex"], 182)
    assert effect.overall.verdict == TOO_FEW
    assert (effect.overall.per_100, effect.overall.low, effect.complier) == (None, None, None)


def test_the_plan_is_the_textbooks_and_names_a_day() -> None:
    # Fleiss, Levin and Paik: 15 % against 13 % with 95 % and a power of 80 % needs about 4,700 on each side.
    assert needed_on_each_side(0.15, 0.02) == pytest.approx(4721, abs=25)
    assert detectable(0.15, 4721, 4721) == pytest.approx(0.02, abs=0.001)
    drawn_on = [FIRST + timedelta(days=n) for n in range(400)]
    found = plan(drawn_on, FIRST + timedelta(days=400), HORIZON, known=(190, 200), base=0.15)
    assert found.needed == needed_on_each_side(0.15, 0.02)
    assert found.interim
    assert found.enough_on is not None
    # One a day: as many days as are missing, and then until it is known.
    assert found.enough_on == HORIZON.known_on(FIRST + timedelta(days=found.needed))
    soon = plan(drawn_on, LATER, HORIZON, known=(390, 390), base=0.15, worth_finding_per_100=9.0)
    assert not soon.interim
    assert soon.enough_on == HORIZON.known_on(drawn_on[soon.needed - 1])


def test_no_plan_without_a_share_to_go_by_and_no_day_without_lots() -> None:
    assert plan([FIRST], LATER, HORIZON, known=(0, 0), base=None).needed is None
    assert plan([FIRST] * 50, LATER, HORIZON, known=(50, 50), base=0.2).enough_on is None
