"""Which rows may teach and which may test: label states, and which cut-offs are mature on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl

from models.matrix import KEY
from warehouse.dates import HORIZON_DAYS, REPORTING_LAG_DAYS, outcome_window
from warehouse.errors import LookAheadError, ModelError

LATE_STAGES = ("termination", "court", "closed")
"""Stages that are ordered by their deadlines and not by the score."""


class LabelState(StrEnum):
    """What became of a tenancy within the horizon, as far as it was known."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NOT_YET_MATURE = "not_yet_mature"
    MOVED_OR_DIED = "moved_or_died"
    TREATED = "treated"
    UNLINKED = "unlinked"


DATES = ("event_on", "helped_on")
"""When the outcome came, and the first day in the horizon on which the tenancy was reached and agreed to help."""

COUNTED = (LabelState.POSITIVE, LabelState.NEGATIVE)
"""The states that teach and test. Who was helped, moved or died would be counted as safe for the wrong reason: these
rows are left out and their number is reported."""


@dataclass(frozen=True)
class Horizon:
    """How far the outcome is looked for, and how long after that it takes until it is reported (days)."""

    days: int = HORIZON_DAYS
    reporting_lag_days: int = REPORTING_LAG_DAYS

    def known_on(self, cut_off: date) -> date:
        """The first day on which the outcomes of `cut_off` are known: its window is over and reported."""
        return outcome_window(cut_off, self.days)[1] + timedelta(days=self.reporting_lag_days)

    def is_mature(self, cut_off: date, on: date) -> bool:
        """Whether the outcomes of `cut_off` are known on the day `on`."""
        return self.known_on(cut_off) <= on


def mature_cut_offs(cut_offs: Iterable[date], on: date, horizon: Horizon | None = None) -> list[date]:
    """The cut-offs whose outcomes are known on the day `on`, in order, each once."""
    horizon = horizon or Horizon()
    return sorted({day for day in cut_offs if horizon.is_mature(day, on)})


def refuse_look_ahead(fitted_on: Iterable[date], tested_on: date, horizon: Horizon) -> None:
    """`LookAheadError` where a cut-off that taught was not mature on the day that is tested."""
    late = [day for day in fitted_on if not horizon.is_mature(day, tested_on)]
    if late:
        raise LookAheadError(
            expected=f"training cut-offs whose outcomes were known by {tested_on}",
            found=f"the cut-off {max(late)}, known only on {horizon.known_on(max(late))}",
            where="the split by time",
            remedy="Leave at least the horizon and the reporting lag between training and test.",
        )


def label(matrix: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """`matrix` with `label_state`, in its own order; a row without an outcome is not yet mature.

    `outcomes` holds the key and label_state; the dates `event_on` and `helped_on` are carried too where it has them.
    `ModelError` where a key occurs twice or a state is unknown.
    """
    dates = [name for name in DATES if name in outcomes.columns]
    states = outcomes.select(*KEY, pl.col("label_state").cast(pl.String), *dates)
    unknown = set(states["label_state"].drop_nulls().to_list()) - set(LabelState)
    if unknown or states.select(KEY).is_duplicated().any():
        raise ModelError(
            expected=f"one outcome a tenancy and date, one of {', '.join(LabelState)}",
            found=f"the states {', '.join(sorted(unknown))}" if unknown else "a tenancy and date that occurs twice",
            where="the outcomes",
            remedy="Build the outcomes of these dates again.",
        )
    # Only the keys are joined: the features of two years are too many to copy without need.
    found = matrix.select(KEY).join(states, on=KEY, how="left", maintain_order="left")
    state = found["label_state"].fill_null(str(LabelState.NOT_YET_MATURE))
    return matrix.with_columns(state, *(found[name] for name in dates))


def count_states(labelled: pl.DataFrame) -> dict[str, int]:
    """How many rows of each label state, every state named."""
    counts = dict(labelled.group_by("label_state").len().iter_rows())
    return {str(state): int(counts.get(str(state), 0)) for state in LabelState}


def counted_rows(labelled: pl.DataFrame) -> pl.DataFrame:
    """The rows that teach and test: positives and negatives."""
    return labelled.filter(pl.col("label_state").is_in([str(state) for state in COUNTED]))


def positives(labelled: pl.DataFrame) -> pl.Series:
    """Whether each row is a positive."""
    return labelled["label_state"] == str(LabelState.POSITIVE)
