"""Which rows may teach: maturity on a day, label states, and the refusal to look ahead."""

from datetime import date, timedelta

import polars as pl
import pytest

from models.outcome import (
    Horizon,
    LabelState,
    count_states,
    counted_rows,
    label,
    mature_cut_offs,
    positives,
    refuse_look_ahead,
)
from warehouse.errors import LookAheadError, ModelError

DAY = date(2025, 1, 1)


def _keys(*numbers: str) -> dict[str, list[object]]:
    return {"as_of": [DAY] * len(numbers), "landlord": ["L"] * len(numbers), "tenancy_no": list(numbers)}


def test_a_cut_off_is_mature_when_its_window_is_over_and_reported() -> None:
    horizon = Horizon(days=182, reporting_lag_days=31)
    last_day = DAY + timedelta(days=213)
    assert not horizon.is_mature(DAY, last_day - timedelta(days=1))
    assert horizon.is_mature(DAY, last_day)
    assert mature_cut_offs([DAY, DAY, DAY - timedelta(days=1), last_day], last_day) == [DAY - timedelta(days=1), DAY]


def test_training_on_what_was_not_known_at_the_test_is_refused() -> None:
    horizon = Horizon(days=10, reporting_lag_days=0)
    refuse_look_ahead([DAY], DAY + timedelta(days=10), horizon)
    with pytest.raises(LookAheadError, match="the cut-off 2025-01-01, known only on 2025-01-11"):
        refuse_look_ahead([DAY], DAY + timedelta(days=9), horizon)


def test_only_positives_and_negatives_count_and_the_others_are_counted() -> None:
    states = [str(state) for state in LabelState]
    matrix = pl.DataFrame(_keys("9", "5", "3", "1", "2", "4", "0"))
    outcomes = pl.DataFrame(_keys("9", "5", "3", "1", "2", "4")).with_columns(label_state=pl.Series(states))
    labelled = label(matrix, outcomes)
    assert labelled["tenancy_no"].to_list() == matrix["tenancy_no"].to_list()
    assert count_states(labelled) == {**dict.fromkeys(states, 1), "not_yet_mature": 2}
    counted = counted_rows(labelled)
    assert counted["tenancy_no"].to_list() == ["9", "5"]
    assert positives(counted).to_list() == [True, False]


def test_a_state_nobody_knows_and_a_row_twice_are_refused() -> None:
    matrix = pl.DataFrame(_keys("1"))
    with pytest.raises(ModelError, match="found the states maybe"):
        label(matrix, pl.DataFrame(_keys("1")).with_columns(label_state=pl.lit("maybe")))
    with pytest.raises(ModelError, match="occurs twice"):
        label(matrix, pl.DataFrame(_keys("1", "1")).with_columns(label_state=pl.lit("positive")))


def test_the_days_of_event_and_help_are_carried_where_they_are_known() -> None:
    matrix = pl.DataFrame(_keys("2", "1"))
    outcomes = pl.DataFrame(_keys("1")).with_columns(label_state=pl.lit("treated"), helped_on=pl.lit(DAY))
    labelled = label(matrix, outcomes)
    assert labelled["helped_on"].to_list() == [None, DAY]
    assert "event_on" not in labelled.columns
