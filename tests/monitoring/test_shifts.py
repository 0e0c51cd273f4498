"""Changes of shares over months: found when they are there, seldom when not, and never from what comes later."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.measures import COUNTS, MEASURES
from monitoring.shifts import FEWEST_BEFORE, series_of, shifts
from warehouse.dates import add_months

START = date(2023, 1, 1)


def _counts(measure: str, group: str, hits: list[int], counted: list[int]) -> pl.DataFrame:
    days = [add_months(START, month) for month in range(len(hits))]
    rows = {"as_of": days, "measure": measure, "stage": MEASURES[measure].stage, "group": group}
    return pl.DataFrame({**rows, "hits": hits, "counted": counted}).select(list(COUNTS)).cast(COUNTS)  # type: ignore[arg-type]


def _drawn(seed: int, months: int, share: float, size: int) -> list[int]:
    return np.random.default_rng(seed).binomial(size, share, months).tolist()


def _last(history: pl.DataFrame) -> date:
    return history["as_of"].max()  # type: ignore[return-value]


def test_a_level_shift_is_found_in_its_first_month_and_says_since_when() -> None:
    hits = [*_drawn(1, 20, 0.05, 1000), 110]
    history = _counts("behind_share", "district=1", hits, [1000] * 21)
    (found,) = shifts(history, _last(history))
    assert (found.measure, found.group, found.months) == ("behind_share", "district=1", 1)
    assert found.since == _last(history)
    assert found.low < found.before < found.high < found.value == pytest.approx(0.11, abs=0.002)


def test_a_small_lasting_shift_is_found_over_several_months() -> None:
    hits = _drawn(2, 20, 0.05, 1000) + _drawn(3, 4, 0.075, 1000)
    history = _counts("behind_share", "", hits, [1000] * 24)
    found = shifts(history, _last(history))
    assert [one.group for one in found] == [""]
    assert found[0].months > 1


def test_in_a_hundred_quiet_worlds_of_thirty_series_alarms_are_rarer_than_the_budget() -> None:
    alarms = 0
    for world in range(100):
        frames = [_counts("behind_share", f"district={n}", _drawn(100 * world + n, 18, 0.1, 400), [400] * 18)
                  for n in range(30)]  # fmt: skip
        history = pl.concat(frames)
        alarms += len(shifts(history, _last(history)))
    # A month of a hundred worlds is a hundred thirds of a quarter: at most one alarm in each is asked for.
    assert alarms <= 33


def test_a_share_that_may_only_do_harm_by_falling_raises_nothing_when_it_rises() -> None:
    group, whole = [20] * 14 + [38], [60] * 14 + [78]
    history = pl.concat([_counts("reached_share", "sex=M", group, [50] * 15),
                         _counts("reached_share", "", whole, [150] * 15)])  # fmt: skip
    assert shifts(history, _last(history)) == []
    fallen = pl.concat([_counts("reached_share", "sex=M", [*group[:-1], 1], [50] * 15),
                        _counts("reached_share", "", [*whole[:-1], 41], [150] * 15)])  # fmt: skip
    assert "sex=M" in [one.group for one in shifts(fallen, _last(fallen))]


def test_what_all_groups_share_is_told_of_all_and_of_no_group() -> None:
    group, whole = [25] * 14 + [2], [75] * 14 + [6]
    history = pl.concat([_counts("reached_share", "sex=M", group, [50] * 15),
                         _counts("reached_share", "", whole, [150] * 15)])  # fmt: skip
    assert [one.group for one in shifts(history, _last(history))] == [""]


def test_what_the_same_season_brought_last_year_is_no_shift() -> None:
    year = [50] * 11 + [120]
    history = _counts("behind_share", "district=1", year * 2, [1000] * 24)
    assert shifts(history, _last(history)) == []
    unlike = _counts("behind_share", "district=1", [50] * 23 + [120], [1000] * 24)
    assert len(shifts(unlike, _last(unlike))) == 1


def test_too_short_a_history_says_nothing() -> None:
    history = _counts("behind_share", "", [50] * (FEWEST_BEFORE - 1) + [500], [1000] * FEWEST_BEFORE)
    assert shifts(history, _last(history)) == []
    assert shifts(pl.DataFrame(schema=COUNTS), START) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 400), st.integers(1, 12))
def test_nothing_counted_later_changes_what_was_said(seed: int, later: int, months: int) -> None:
    hits = _drawn(seed, 20, 0.1, 400)
    history = _counts("behind_share", "district=1", hits, [400] * 20)
    more = _counts("behind_share", "district=1", [*hits, *[later] * months], [400] * (20 + months))
    day = _last(history)
    assert shifts(more, day) == shifts(history, day)
    assert len(series_of(more, day)) == 1


def test_the_order_of_rows_plays_no_part() -> None:
    history = pl.concat([_counts("behind_share", f"district={n}", [*_drawn(n, 20, 0.1, 400)[:-1], 90], [400] * 20)
                         for n in range(4)])  # fmt: skip
    day = _last(history)
    assert shifts(history.sample(fraction=1.0, shuffle=True, seed=1), day) == shifts(history, day)
    assert len(shifts(history, day)) == 4
