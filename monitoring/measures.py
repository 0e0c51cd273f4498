"""The registry: what is counted of people, at which stage, of which groups, and which way of changing does harm."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl

from monitoring.group_rates import REFERENCES, UNKNOWN

Watched = Literal["no", "level", "to_reference"]
Harm = Literal["falls", "rises", "either"]


@dataclass(frozen=True)
class Measure:
    """A share of people: `hit` among `counted`, Boolean columns of the rows that a night counts.

    `attributes`: whose groups it is told of besides all. `watched`: whether a change raises an alarm, and of what: of
    each group's own level, or of each group beside what it is compared with (and of all by its level). `harm`: the way
    that does harm; the other one raises none. `grade`: of its alarm.
    """

    name: str
    stage: str
    counted: str
    hit: str
    attributes: tuple[str, ...]
    watched: Watched
    harm: Harm = "either"
    grade: Literal["look", "act"] = "look"
    overlap_months: int = 1


EVERY = tuple(REFERENCES)
PLACES = ("district", "landlord")

OF_THE_DAY = (
    Measure("behind_share", "scored", "before_termination", "behind", PLACES, "level"),
    Measure("listed_share", "listed", "before_termination", "early_warning", EVERY, "no"),
)
"""Counted of the day itself."""

OF_LISTED = (Measure("contacted_share", "reached", "named", "contacted", EVERY, "to_reference", "falls", "act"),)
"""Counted of the night a month ago: whom the team tried to reach of those whom its list named."""

OF_A_QUARTER = (
    Measure("reached_share", "reached", "contacted", "reached", EVERY, "to_reference", "falls", "act", 3),
    Measure("agreed_share", "agreed", "reached", "agreed", EVERY, "to_reference", "falls", "look", 3),
)
"""Counted of the three months before the day: of those whom the team tried to reach."""

OF_KNOWN_OUTCOMES = (
    Measure("outcome_rate", "scored", "known", "in_need", PLACES, "level", "either", "look", 6),
    Measure("recall_at_capacity", "listed", "in_need", "named", EVERY, "to_reference", "falls", "act", 6),
    Measure("precision_at_capacity", "listed", "named_known", "in_need", EVERY, "no"),
    Measure("kept_share", "kept", "named_seen", "kept", EVERY, "no"),
)
"""Counted of the newest night whose outcomes are known."""

MEASURES: Mapping[str, Measure] = {
    each.name: each for each in (*OF_THE_DAY, *OF_LISTED, *OF_A_QUARTER, *OF_KNOWN_OUTCOMES)
}


COUNTS = {
    "as_of": pl.Date,
    "measure": pl.String,
    "stage": pl.String,
    "group": pl.String,
    "hits": pl.Int64,
    "counted": pl.Int64,
}
"""The columns of counts as they are, small ones too: they stay where the rows are, and are never published."""


def count(rows: pl.DataFrame, measures: Iterable[Measure], as_of: date) -> pl.DataFrame:
    """The counts of `measures` over `rows`, of all (group '') and by group: columns of `COUNTS`.

    A missing value of an attribute is the group `unknown`. A measure of which nobody is counted has no row. `rows`
    needs the columns that the measures name.
    """
    frames = [pl.DataFrame(schema=COUNTS)]
    for measure in measures:
        among = rows.filter(pl.col(measure.counted)).with_columns(hit=pl.col(measure.hit).fill_null(False))
        if among.is_empty():
            continue
        groups = [pl.lit(""), *(_group(attribute) for attribute in measure.attributes)]
        for group in groups:
            sums = among.group_by(group=group).agg(hits=pl.col("hit").sum(), counted=pl.len()).sort("group")
            told = sums.with_columns(as_of=pl.lit(as_of), measure=pl.lit(measure.name), stage=pl.lit(measure.stage))
            frames.append(told.select(list(COUNTS)).cast(COUNTS))  # type: ignore[arg-type]
    return pl.concat(frames)


def _group(attribute: str) -> pl.Expr:
    return pl.format("{}={}", pl.lit(attribute), pl.col(attribute).cast(pl.String).fill_null(UNKNOWN))
