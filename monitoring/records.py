"""The rows of `measure`: what was counted, on which day, of whom, and how sure it is. One long table for all of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

SMALLEST_COUNT = 5
"""Counts from 1 to one below this are not kept: whoever reads them could find out who it was (DECISIONS 26)."""

STAGES = ("scored", "listed", "reached", "agreed", "kept")
"""Where fairness is looked at; other records have a stage of a tenancy, a feed, or none ('')."""

MEASURE = {
    "as_of": pl.Date,
    "measure": pl.String,
    "stage": pl.String,
    "group": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "reference": pl.Float64,
    "alarm": pl.String,
}
"""The columns of `measure`, as the contract has them. A record is found by its first four."""


@dataclass(frozen=True)
class Measured:
    """One record: `numerator` of `denominator`, on `as_of`.

    The value is numerator / denominator; a plain number has the denominator 1. `group` is '' for all, else like
    `sex=F`, crossings `sex=F&age_band=18-24`; `stage` is '' where it does not apply. [`low`, `high`] is the 95 %
    interval of the value, `reference` what it is compared with; None: there is none, or it was suppressed. `alarm` is
    '' for none, else 'look' or 'act'.
    """

    as_of: date
    measure: str
    numerator: float | None
    denominator: float | None
    stage: str = ""
    group: str = ""
    low: float | None = None
    high: float | None = None
    reference: float | None = None
    alarm: str = ""

    @property
    def value(self) -> float | None:
        """Numerator over denominator; None where one was suppressed or nobody is counted."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


def sender_group(feed: str, sender: str) -> str:
    """How a sender of a feed is named as a group; '' where the feed has one."""
    return f"feed={feed}" + (f"&sender={sender}" if sender else "")


def frame_of(records: Iterable[Measured]) -> pl.DataFrame:
    """The records as a frame with the columns of `MEASURE`, in order of as_of, measure, stage and group."""
    rows = pl.DataFrame([asdict(record) for record in records], schema=MEASURE)
    return rows.sort("as_of", "measure", "stage", "group")
