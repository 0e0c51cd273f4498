"""The rows that a watch counts, one a tenancy: of the day, of its contacts, and of what became of a past list."""

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from flows.effect import build_missing
from flows.workroom import Workroom
from models.matrix import TENANCY
from models.outcome import COUNTED, Horizon, LabelState, mature_cut_offs
from monitoring.measures import COUNTS, EVERY, OF_A_QUARTER, OF_KNOWN_OUTCOMES, OF_LISTED, OF_THE_DAY, count
from warehouse.features import build_outcomes, read_audit, read_contacts
from worklist.selection import DEADLINE_STAGES

BEHIND_MONTHS = 0.25
"""Months of rent owed from which a tenancy is behind, as the feature `behind_again` counts it."""

QUARTER_DAYS = 92

Listed = Callable[[date], pl.DataFrame]
"""Of a past night: landlord, tenancy_no, stage and named (by its rank) of all who were scored."""


def of_the_day(room: Workroom, as_of: date, scores: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """The cohort with its groups, score, and whether it is before termination, behind, and listed by its rank.

    `scores`: landlord, tenancy_no, stage, score and months_owed; `named`: the keys that the list names by rank.
    """
    audit = read_audit(room.connection, [as_of]).drop("as_of")
    rows = scores.select(*TENANCY, "stage", "score", pl.col("months_owed").cast(pl.Float64))
    told = rows.join(audit, on=TENANCY, how="inner", maintain_order="left")
    return _marked(told, named, "early_warning").with_columns(
        before_termination=~pl.col("stage").is_in(DEADLINE_STAGES),
        behind=(pl.col("months_owed") >= BEHIND_MONTHS).fill_null(False),
    )


def counts_of_the_day(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """What is counted of the day."""
    return count(rows, OF_THE_DAY, as_of)


def counts_of_contacts(room: Workroom, as_of: date, past: tuple[date, pl.DataFrame] | None) -> pl.DataFrame:
    """Who was contacted, reached and agreed in the quarter before `as_of`; of a `past` list who was contacted since."""
    audit = read_audit(room.connection, [as_of]).drop("as_of")
    contacts = read_contacts(room.connection, [as_of])
    recent = contacts.filter(pl.col("contacted_on") >= as_of - timedelta(days=QUARTER_DAYS))
    told = recent.group_by(TENANCY).agg(
        contacted=pl.lit(True),
        reached=pl.col("reached").any(),
        agreed=(pl.col("reached") & (pl.col("outcome") == "agreed")).any(),
    )
    rows = audit.join(told, on=TENANCY, how="left", maintain_order="left").with_columns(
        pl.col("contacted", "reached", "agreed").fill_null(False)
    )
    found = count(rows, OF_A_QUARTER, as_of)
    if past is None:
        return found
    since, named = past
    listed = _marked(audit, named, "named")
    called = contacts.filter(pl.col("contacted_on") >= since).select(TENANCY).unique(maintain_order=True)
    return pl.concat([found, count(_marked(listed, called, "contacted"), OF_LISTED, as_of)])


def mature_nights(room: Workroom, as_of: date, cut_offs: list[date]) -> list[date]:
    """Those of `cut_offs` whose outcomes were known before `as_of`, in order."""
    outcome = room.settings.outcome
    return mature_cut_offs(cut_offs, as_of, Horizon(outcome.horizon_days, outcome.reporting_lag_days))


def in_need(room: Workroom, as_of: date, cut_offs: list[date], listed: Listed) -> pl.DataFrame:
    """Who came to be in need after each of `cut_offs`, all mature: groups, and whether its list named them (`hit`)."""
    rows = [_of_known_outcomes(room, cut_off, as_of, listed(cut_off)) for cut_off in cut_offs]
    needed = [each.filter("in_need").with_columns(hit="named") for each in rows]
    return pl.concat(each.select(*dict.fromkeys((*TENANCY, "hit", *EVERY))) for each in needed)


def counts_of_known_outcomes(
    room: Workroom, as_of: date, mature: list[date], listed: Listed
) -> tuple[date | None, pl.DataFrame]:
    """The newest of the `mature` nights, and what became of whom its list named."""
    if not mature:
        return None, pl.DataFrame(schema=COUNTS)
    cut_off = mature[-1]
    return cut_off, count(_of_known_outcomes(room, cut_off, as_of, listed(cut_off)), OF_KNOWN_OUTCOMES, as_of)


def _of_known_outcomes(room: Workroom, cut_off: date, as_of: date, listed: pl.DataFrame) -> pl.DataFrame:
    """The tenancies that were ranked before termination on `cut_off`, with groups and what became of them."""
    build_missing(room, [cut_off])
    outcomes = build_outcomes(room.connection, [cut_off], as_of, room.settings.outcome.definition)
    ranked = listed.filter(~pl.col("stage").is_in(DEADLINE_STAGES)).select(*TENANCY, "named")
    told = ranked.join(outcomes.drop("as_of"), on=TENANCY, how="inner", maintain_order="left")
    audit = read_audit(room.connection, [cut_off]).drop("as_of")
    rows = told.join(audit, on=TENANCY, how="left", maintain_order="left")
    known = pl.col("label_state").is_in([str(state) for state in COUNTED])
    seen = known | (pl.col("label_state") == str(LabelState.TREATED))
    return rows.with_columns(
        known=known,
        in_need=pl.col("label_state") == str(LabelState.POSITIVE),
        named_known=pl.col("named") & known,
        named_seen=pl.col("named") & seen,
        kept=pl.col("event_on").is_null(),
    )


def _marked(rows: pl.DataFrame, keys: pl.DataFrame, name: str) -> pl.DataFrame:
    """`rows` with a column that says whether they are among `keys`."""
    marks = keys.select(TENANCY).unique(maintain_order=True).with_columns(pl.lit(True).alias(name))
    return rows.join(marks, on=TENANCY, how="left", maintain_order="left").with_columns(pl.col(name).fill_null(False))
