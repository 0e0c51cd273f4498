"""What it does to be listed: the tenancies that a lot listed against those that it passed over, as they were drawn.

Intention to treat: whoever was drawn counts as drawn, whether the team came or not, and whoever was passed over counts
as passed over, even where a later rank or deadline put the tenancy on the list. The outcome is a court request or an
executed eviction within the horizon from the day of the lot. Nobody is left out for what happened afterwards: who moved
away or died without one had none, and how many moved is told for both sides.

Lots are drawn within tiers. The effect is the difference within each tier as it was when the lot was drawn, and overall
the mean of these, each tier counting by its share of the lots: as many are listed as passed over in each, so that it is
the tier's share of the listed too. It is no effect on everybody below the cut, of whom most stand far down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.matrix import KEY, Floats
from models.outcome import Horizon, LabelState
from models.risk_difference import Trial, difference, ratio, share

FEWEST_ROWS, FEWEST_EVENTS = 30, 10
"""Fewer tenancies on a side, or fewer events on both together, and no number is given: an interval would stretch over
everything, and a count that small points at persons."""

TIERS = ("near", "far")
"""The tiers below the cut that lots were drawn in, the nearest first; as `worklist.assignment` names them."""

TOO_FEW, FEWER, MORE, UNDECIDED = "too_few", "fewer", "more", "undecided"
"""Verdicts: no number; an interval wholly below zero; wholly above; one that holds zero."""


@dataclass(frozen=True)
class Difference:
    """One comparison. Shares and their difference are per 100 tenancies; None where there are too few."""

    group: str
    drawn: int
    passed_over: int
    verdict: str
    drawn_per_100: float | None = None
    passed_over_per_100: float | None = None
    per_100: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Complier:
    """Court requests per 100 who were reached and agreed because of the lot; `uptake_per_100`: how many more those are.

    Holds only if being listed does nothing to those who are not reached or do not agree: a letter alone breaks it.
    """

    per_100: float
    low: float
    high: float
    uptake_per_100: float


@dataclass(frozen=True)
class Effect:
    """What is known of the effect; `overall.verdict` is `too_few` where none is known yet.

    `waiting`: drawn or passed over, but the outcome is not known yet. `unknown`: no outcome will be, since the tenancy
    is missing from the cohort of its day or cannot be linked to notices.
    """

    horizon_days: int
    overall: Difference
    by_tier: tuple[Difference, ...]
    by_group: tuple[Difference, ...]
    moved: Difference
    complier: Complier | None
    waiting: int
    unknown: int


def lots_that_count(assignments: pl.DataFrame, horizon_days: int) -> pl.DataFrame:
    """The drawn and the passed over, one row a tenancy and horizon: its first lot; sorted by as_of and tenancy.

    `assignments` as in `worklist.assignment.SCHEMA`. A lot within `horizon_days` of one that counts does not: the
    tenancy's outcome is already taken.
    """
    lots = assignments.filter(pl.col("status").is_in(["drawn", "passed_over"])).sort(KEY)
    last: dict[tuple[str, str], date] = {}
    counts = []
    for as_of, landlord, tenancy_no in lots.select(KEY).iter_rows():
        before = last.get((landlord, tenancy_no))
        counts.append(before is None or as_of >= before + timedelta(days=horizon_days))
        if counts[-1]:
            last[landlord, tenancy_no] = as_of
    return lots.filter(pl.Series(counts, dtype=pl.Boolean)).with_columns(drawn=pl.col("status") == "drawn")


def followed(lots: pl.DataFrame, outcomes: pl.DataFrame, horizon: Horizon, on: date) -> pl.DataFrame:
    """`lots` with what was known of each on the day `on`: known, waiting, happened, moved and helped.

    `outcomes`: the key, label_state, event_on and perhaps helped_on. `happened` is true where there was an event within
    the horizon, whatever else the state says of the tenancy.
    """
    helped = pl.col("helped_on").is_not_null() if "helped_on" in outcomes.columns else _state(LabelState.TREATED)
    waiting = pl.col("as_of").map_elements(lambda day: not horizon.is_mature(day, on), return_dtype=pl.Boolean)
    found = outcomes.select(*KEY, "label_state", "event_on", helped.alias("helped"))
    return lots.join(found, on=KEY, how="left", maintain_order="left").with_columns(
        waiting=waiting,
        known=~waiting
        & pl.col("label_state").is_not_null()
        & ~_state(LabelState.UNLINKED)
        & ~_state(LabelState.NOT_YET_MATURE),
        happened=pl.col("event_on").is_not_null().fill_null(False),
        moved=_state(LabelState.MOVED_OR_DIED).fill_null(False),
        helped=pl.col("helped").fill_null(False),
    )


def measure_effect(lots: pl.DataFrame, groups: Sequence[str], horizon_days: int) -> Effect:
    """The effect by intention to treat, overall (tiers weighed), by tier and by each of the columns `groups`.

    `lots` as `followed` gives them, with the columns `groups` (text) beside.
    """
    known = lots.filter("known")
    overall = compare(known, "")
    return Effect(
        horizon_days,
        overall,
        tuple(compare(rows, f"tier={tier}") for tier, rows in _parts(known, "tier")),
        tuple(compare(rows, f"{name}={value}") for name in groups for value, rows in _parts(known, name)),
        compare(known, "", of="moved"),
        None if overall.verdict == TOO_FEW else _complier(known),
        lots.filter("waiting").height,
        lots.filter(~pl.col("known") & ~pl.col("waiting")).height,
    )


def compare(rows: pl.DataFrame, group: str, *, of: str = "happened") -> Difference:
    """The shares of the flag `of` among the drawn and the passed over of `rows`, and their difference."""
    drawn = int(rows["drawn"].sum())
    passed_over = rows.height - drawn
    if min(drawn, passed_over) < FEWEST_ROWS or rows[of].sum() < FEWEST_EVENTS:
        return Difference(group, drawn, passed_over, TOO_FEW)
    trial, happened = Trial.of(rows), _flags(rows, of)
    ours, theirs = (share(trial, happened, drawn=side) for side in (True, False))
    value, low, high = (100 * one for one in difference(ours, theirs))
    verdict = FEWER if high < 0 else MORE if low > 0 else UNDECIDED
    return Difference(group, drawn, passed_over, verdict, 100 * ours.value, 100 * theirs.value, value, low, high)


def _complier(rows: pl.DataFrame) -> Complier | None:
    trial, happened, helped = Trial.of(rows), _flags(rows, "happened"), _flags(rows, "helped")
    outcome = (share(trial, happened, drawn=True), share(trial, happened, drawn=False))
    uptake = (share(trial, helped, drawn=True), share(trial, helped, drawn=False))
    found = ratio(outcome, uptake)
    if found is None or rows["helped"].sum() < FEWEST_EVENTS:
        return None
    value, low, high = (100 * one for one in found)
    return Complier(value, low, high, 100 * (uptake[0].value - uptake[1].value))


def _parts(rows: pl.DataFrame, name: str) -> list[tuple[str, pl.DataFrame]]:
    """The rows of each value of a column, in the order of the values; of the tiers the nearest to the cut first."""
    values = sorted(rows[name].cast(pl.String).fill_null("unknown").unique(), key=lambda one: (_place(one), one))
    of = pl.col(name).cast(pl.String).fill_null("unknown")
    return [(value, rows.filter(of == value)) for value in values]


def _place(value: str) -> int:
    return TIERS.index(value) if value in TIERS else len(TIERS)


def _state(state: LabelState) -> pl.Expr:
    return pl.col("label_state").cast(pl.String) == str(state)


def _flags(rows: pl.DataFrame, name: str) -> Floats:
    return rows[name].cast(pl.Float64).to_numpy()
