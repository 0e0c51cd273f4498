"""Who stands on today's list, in which section and in which order: a pure function of what was known.

*Deadlines*: every tenancy with a running clock, a court date or an acute concern, or whose tenancy is terminated or in
court, by the next irreversible date. The score neither hides nor orders one.
*Early warning*: the others, by rank, down to the team's capacity. A few places are drawn at random from below the cut,
with the probability recorded, so that the effect of being listed can be measured later (see `worklist.assignment`).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from worklist.assignment import DRAWN, draw
from worklist.lots import TENANCY, with_lot

DEADLINE_STAGES = ("termination", "court")
OVER = "closed"
"""The stage of a tenancy that has ended: nothing is left to prevent, so only an acute concern puts it on the list."""

KEEPS_AWAY = ("agreed", "solves_self")
"""Outcomes of a contact after which the tenancy is left in peace for a while."""

ACUTE = "acute_concern"
"""Somebody asked for help at once: never dropped, whatever the stage says."""

DUTIES = ("duty_to_act_14_days", ACUTE)
"""Deadlines that are the municipality's own to keep."""

OVERDUE_DAYS = 30
"""How long a missed duty stays on top of the list; after that it stands among the rest of the deadlines."""

SOFT_DEADLINE = "payment_demand"
"""A demand's deadline is shown but does not move a tenancy to the deadlines: that is what early warning is for."""


@dataclass(frozen=True)
class Capacity:
    """What the team can take on: `places` early-warning cases, `exploration_slots` of them drawn below the cut.

    A tenancy reached within `quiet_days_after_reached`, or that agreed to help (or solves it by itself) within
    `quiet_days_after_agreed`, is not issued again as an early warning. A deadline is always shown.
    """

    places: int
    exploration_slots: int = 0
    quiet_days_after_reached: int = 30
    quiet_days_after_agreed: int = 90


@dataclass(frozen=True)
class Chosen:
    """A day's list (see `choose`) and what its lottery decided for whom (`worklist.assignment.SCHEMA`)."""

    listed: pl.DataFrame
    assignment: pl.DataFrame


def choose(
    scores: pl.DataFrame,
    deadlines: pl.DataFrame,
    contacts: pl.DataFrame,
    *,
    capacity: Capacity,
    as_of: date,
    seed_text: str = "",
) -> pl.DataFrame:
    """The day's list: section, position, landlord, tenancy_no, next_deadline, deadline_kind, days_left, exploration_*.

    `scores`: landlord, tenancy_no, stage, rank, arrears_dkk, oldest_due_days. `deadlines`: landlord, tenancy_no,
    deadline_on, kind. `contacts`: landlord, tenancy_no, contacted_on, reached, outcome, all known before `as_of`.
    `exploration_probability` is the chance a drawn tenancy had of being drawn (null for the others). The draw depends
    on `as_of`, `seed_text` (an installation's own words) and the tenancies below the cut, and on nothing else.
    """
    return choose_and_assign(scores, deadlines, contacts, capacity=capacity, as_of=as_of, seed_text=seed_text).listed


def choose_and_assign(
    scores: pl.DataFrame,
    deadlines: pl.DataFrame,
    contacts: pl.DataFrame,
    *,
    capacity: Capacity,
    as_of: date,
    seed_text: str = "",
    decided: pl.DataFrame | None = None,
    issued: pl.DataFrame | None = None,
) -> Chosen:
    """The day's list as `choose` gives it, and the day's assignment.

    `decided` (landlord, tenancy_no): for whom an earlier lot still stands; they are not drawn again. `issued`: the
    assignment of this very day where it was issued before. It stays as it was, whatever has become known since:
    nothing is drawn again, and who was drawn is still listed as drawn unless a deadline lists it already.
    """
    next_ones = _next_deadlines(deadlines, as_of)
    acute = deadlines.filter(pl.col("kind") == ACUTE).select(TENANCY)
    ended = scores.filter(pl.col("stage") == OVER).join(acute, on=TENANCY, how="anti")
    active = scores.join(ended, on=TENANCY, how="anti").join(next_ones, on=TENANCY, how="left")
    clocks = (
        deadlines.filter(pl.col("kind") != SOFT_DEADLINE).select(*TENANCY, pl.lit(True).alias("has_clock")).unique()
    )
    active = active.join(clocks, on=TENANCY, how="left")
    timed = active.filter(pl.col("has_clock").fill_null(False) | pl.col("stage").is_in(DEADLINE_STAGES))
    rest = active.join(timed, on=TENANCY, how="anti").join(_in_peace(contacts, capacity, as_of), on=TENANCY, how="anti")
    ranked = rest.sort("rank")
    assignment = issued
    if assignment is None:
        assignment = draw(
            ranked,
            scores.head(0) if decided is None else decided,
            places=capacity.places,
            slots=capacity.exploration_slots,
            drawing=_drawing(as_of, seed_text),
            as_of=as_of,
        )
    return Chosen(pl.concat([_by_deadline(timed), _early(ranked, capacity, assignment)]), assignment)


def _next_deadlines(deadlines: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Each tenancy's next irreversible date. Of the dates that have passed only a duty still owed is one.

    A duty to act that was missed stays on top for `OVERDUE_DAYS`; a demand's, a termination's or a hearing's date that
    has passed is no longer a date to act by.
    """
    overdue = pl.col("kind").is_in(DUTIES) & (pl.col("deadline_on") >= as_of - timedelta(days=OVERDUE_DAYS))
    return (
        deadlines.filter((pl.col("deadline_on") >= as_of) | overdue)
        .sort(*TENANCY, "deadline_on", "kind")
        .unique(TENANCY, keep="first", maintain_order=True)
        .select(
            *TENANCY,
            pl.col("deadline_on").alias("next_deadline"),
            pl.col("kind").alias("deadline_kind"),
            (pl.col("deadline_on") - pl.lit(as_of)).dt.total_days().cast(pl.Int32).alias("days_left"),
        )
    )


def _in_peace(contacts: pl.DataFrame, capacity: Capacity, as_of: date) -> pl.DataFrame:
    """The tenancies that were reached or helped so lately that they are not issued again."""
    reached_since = as_of - timedelta(days=capacity.quiet_days_after_reached)
    agreed_since = as_of - timedelta(days=capacity.quiet_days_after_agreed)
    recently = (
        pl.col("reached") & (pl.col("contacted_on") >= reached_since) & ~pl.col("outcome").eq_missing("wrong_person")
    )
    agreed = pl.col("outcome").is_in(KEEPS_AWAY).fill_null(False) & (pl.col("contacted_on") >= agreed_since)
    return contacts.filter(recently | agreed).select(TENANCY).unique()


def _by_deadline(timed: pl.DataFrame) -> pl.DataFrame:
    """By date, then by the amount owed, then by how long it has been owed, then by lot."""
    order = ("next_deadline", "arrears_dkk", "oldest_due_days", "lot")
    ordered = with_lot(timed).sort(order, descending=[False, True, True, False], nulls_last=True)
    return _placed(ordered, "deadline").with_columns(
        pl.lit(False).alias("exploration"), pl.lit(None, pl.Float64).alias("exploration_probability")
    )


def _early(ranked: pl.DataFrame, capacity: Capacity, assignment: pl.DataFrame) -> pl.DataFrame:
    """The first by rank, then the drawn ones in the order of their rank."""
    lots = assignment.filter(pl.col("status") == DRAWN).select(*TENANCY, "exploration_probability")
    drawn = ranked.join(lots, on=TENANCY, maintain_order="left").head(capacity.places)
    certain = ranked.join(drawn, on=TENANCY, how="anti", maintain_order="left").head(capacity.places - drawn.height)
    parts = [
        certain.with_columns(
            pl.lit(False).alias("exploration"), pl.lit(None, pl.Float64).alias("exploration_probability")
        ),
        drawn.with_columns(pl.lit(True).alias("exploration")),
    ]
    return _placed(pl.concat(parts, how="diagonal"), "early_warning")


def _drawing(as_of: date, seed_text: str) -> str:
    """The name of the day's drawing: without a seed text of its own, the day alone."""
    return " ".join(filter(None, ("exploration", as_of.isoformat(), seed_text)))


def _placed(ordered: pl.DataFrame, section: str) -> pl.DataFrame:
    exploration = [name for name in ("exploration", "exploration_probability") if name in ordered.columns]
    return ordered.select(
        pl.lit(section).alias("section"),
        pl.int_range(1, pl.len() + 1, dtype=pl.Int32).alias("position"),
        *TENANCY,
        "next_deadline",
        "deadline_kind",
        "days_left",
        *exploration,
    )
