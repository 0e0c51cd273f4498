"""What the watch counted on past nights: kept in the warehouse, and counted again where that was made anew."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from flows.scoring import owed
from flows.watch_rows import (
    counts_of_contacts,
    counts_of_known_outcomes,
    counts_of_the_day,
    mature_nights,
    of_the_day,
)
from flows.workroom import Workroom
from models.matrix import TENANCY
from monitoring.measures import COUNTS
from warehouse.dates import same_day
from warehouse.features import read_cohort, read_matrix
from warehouse.watch_counts import keep_counts, read_counts
from worklist.published import is_published, month_steps, nights, read_file, read_table


def nights_before(published: Path, day: date) -> list[date]:
    """The published nights before `day`, in order, as the night of `day` knew them when it was first published.

    A night of an earlier day that was published later is none of them: a night that is made again stays what it was.
    """
    earlier = [night for night in nights(published) if night < day]
    facts = read_file(published, day, "night.json") if is_published(published, day) else None
    used = json.loads(facts).get("watch_nights") if facts else None
    return earlier if used is None else [night for night in earlier if night.isoformat() in used]


def counts_of_night(room: Workroom, day: date, rows: pl.DataFrame) -> tuple[date | None, pl.DataFrame]:
    """The night whose outcomes are the newest that were known on `day`, and everything that is counted on `day`.

    `rows`: those of the day (`flows.watch_rows.of_the_day`).
    """
    mature = mature_nights(room, day, nights_before(room.home.published, day))
    cut_off, of_outcomes = counts_of_known_outcomes(room, day, mature, lambda past: past_list(room, past))
    contacts = counts_of_contacts(room, day, _month_before(room, day))
    return cut_off, pl.concat([counts_of_the_day(rows, day), contacts, of_outcomes])


def history_of(room: Workroom, steps: Sequence[date]) -> pl.DataFrame:
    """The counts (`COUNTS`) of the published nights `steps`, in order.

    A warehouse that was made anew from the deliveries has lost them. They are counted again from what the nights
    published and what was known on their days, which gives the same; a night that published no list has none.
    """
    if not steps:
        return pl.DataFrame(schema=COUNTS)
    after = max(steps) + timedelta(days=1)
    there = set(read_counts(room.connection, after)["as_of"])
    for night in sorted(set(steps) - there):
        _count_again(room, night)
    return read_counts(room.connection, after).filter(pl.col("as_of").is_in(steps))


def _count_again(room: Workroom, night: date) -> None:
    scores, listed = (read_table(room.home.published, night, name) for name in ("scores", "worklist"))
    if scores is None or listed is None:
        return
    from flows.nightly import build_features

    # Contacts are among the results of a night, which training on its day does not build.
    build_features(room, night)
    amounts = owed(read_matrix(room.connection, [night], outside_too=True))
    told = scores.join(amounts.select(*TENANCY, "months_owed"), on=TENANCY, how="left", maintain_order="left")
    cohort = read_cohort(room.connection, [night]).select(TENANCY)
    rows = of_the_day(
        room, night, told.join(cohort, on=TENANCY, how="semi", maintain_order="left"), named_by_rank(listed)
    )
    keep_counts(room.connection, night, counts_of_night(room, night, rows)[1])


def named_by_rank(listed: pl.DataFrame) -> pl.DataFrame:
    """Whom a list names by their rank; a lot names nobody."""
    return listed.filter((pl.col("section") == "early_warning") & ~pl.col("exploration").fill_null(False))


def past_list(room: Workroom, night: date) -> pl.DataFrame:
    """All who were scored on a published night: landlord, tenancy_no, stage and whether its list named them."""
    scores, listed = (read_table(room.home.published, night, name) for name in ("scores", "worklist"))
    if scores is None or listed is None:
        return pl.DataFrame(schema={**dict.fromkeys((*TENANCY, "stage"), pl.String), "named": pl.Boolean})
    marks = named_by_rank(listed).select(*TENANCY, named=pl.lit(True))
    told_of = scores.select(*TENANCY, "stage").join(marks, on=TENANCY, how="left", maintain_order="left")
    return told_of.with_columns(pl.col("named").fill_null(False))


def _month_before(room: Workroom, day: date) -> tuple[date, pl.DataFrame] | None:
    """The night a month ago and whom its list named; None where no night of then was published."""
    before = month_steps(nights_before(room.home.published, day), same_day(day, -1), 0)
    if not before:
        return None
    listed = read_table(room.home.published, before[0], "worklist")
    return None if listed is None else (before[0], named_by_rank(listed))
