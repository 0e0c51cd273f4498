"""The day's lottery below the cut: who could be drawn, with what chance, and what the lot decided.

Each morning twice as many tenancies as there are exploration slots are drawn from those below the cut. The first half
goes onto the list, the second half does not and is the comparison: the two differ by the lot alone. What the lot
decided stands for half a year: none of them takes part in another draw meanwhile, so that a comparison of today is not
drawn tomorrow. Everything else stays as it is for both: who rises above the cut, or has a deadline, is listed.

The lot looks at neither rank nor tier; the tier is recorded, and what is measured later is measured within tiers.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from worklist.lots import TENANCY, with_lot

REACH = 10
"""The draw reaches down to so many times the team's places below the cut. Further down almost nobody owes anything: a
visit there would disturb a family for a measurement that says nothing of those who are near the cut."""

TIERS = {"near": 1, "middle": 4, "far": REACH}
"""Bands below the cut, each down to so many times the team's places."""

ABOVE = "above"
"""The tier of those that are listed by their rank."""

BY_RANK, DRAWN, PASSED_OVER, WAITING, STANDING = "by_rank", "drawn", "passed_over", "waiting", "standing"
"""What a morning decided: listed by rank; listed by lot; not listed by lot; not among those that were drawn today;
not in the draw, since an earlier lot still stands."""

SCHEMA = {
    "as_of": pl.Date,
    "landlord": pl.String,
    "tenancy_no": pl.String,
    "stage": pl.String,
    "tier": pl.String,
    "status": pl.String,
    "exploration_probability": pl.Float64,
    "assignment_probability": pl.Float64,
    "rank": pl.Int64,
    "score": pl.Float64,
    "cut_rank": pl.Int64,
    "cut_score": pl.Float64,
}
"""One row a tenancy above the cut or within reach below it. `exploration_probability`: the chance of being listed by
lot that morning, for all who took part; it adds up to the slots. `assignment_probability`: the chance of being listed
of those that were drawn or passed over. `rank` and `score` are the running variable, `cut_*` those of the last one
that is listed by rank: what a regression discontinuity needs where nobody wants to draw lots."""


@dataclass(frozen=True)
class _Lottery:
    slots: int
    above: pl.DataFrame
    below: pl.DataFrame
    undecided: pl.DataFrame


def draw(
    ranked: pl.DataFrame, decided: pl.DataFrame, *, places: int, slots: int, drawing: str, as_of: date
) -> pl.DataFrame:
    """The assignment of a morning (`SCHEMA`, by rank), from `ranked`: the tenancies for early warning, by rank.

    `decided` (landlord, tenancy_no) names those for whom an earlier lot stands. Of `places`, up to `slots` are drawn:
    only so many that as many can be passed over; a slot that cannot be drawn is filled by rank. The same `drawing` and
    tenancies give the same lots.
    """
    lottery = _lottery(ranked, decided.select(TENANCY).unique(), places, slots)
    lots = with_lot(lottery.undecided.select(TENANCY), drawing).sort("lot")
    status = _statuses(lots, lottery)
    chance = lottery.slots / lots.height if lots.height else 0.0
    took_part = pl.col("status").is_in([DRAWN, PASSED_OVER, WAITING])
    known = ranked if "score" in ranked.columns else ranked.with_columns(pl.lit(None, pl.Float64).alias("score"))
    zone = known.head(lottery.above.height + lottery.below.height).join(status, on=TENANCY, maintain_order="left")
    cut = zone.filter(pl.col("status") == BY_RANK).tail(1)
    return zone.with_columns(
        pl.lit(as_of).alias("as_of"),
        pl.when(took_part).then(chance).alias("exploration_probability"),
        pl.when(pl.col("status").is_in([DRAWN, PASSED_OVER])).then(0.5).alias("assignment_probability"),
        pl.lit(cut["rank"].first(), pl.Int64).alias("cut_rank"),
        pl.lit(cut["score"].first(), pl.Float64).alias("cut_score"),
    ).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _lottery(ranked: pl.DataFrame, decided: pl.DataFrame, places: int, slots: int) -> _Lottery:
    """The most slots for which there are twice as many undecided tenancies within reach below the cut."""
    most = min(slots, places, max(0, ranked.height - places))
    for count in range(most, -1, -1):
        above, below = ranked.head(places - count), ranked.slice(places - count, REACH * places)
        undecided = below.join(decided, on=TENANCY, how="anti", maintain_order="left")
        if undecided.height >= 2 * count:
            break
    return _Lottery(count, above, below, undecided)


def _statuses(lots: pl.DataFrame, lottery: _Lottery) -> pl.DataFrame:
    """Each tenancy's tier and status; `lots`: the undecided in the order of their lots."""
    place, slots = pl.int_range(pl.len()), lottery.slots
    by_lot = lots.select(
        *TENANCY,
        pl.when(place < slots)
        .then(pl.lit(DRAWN))
        .when(place < 2 * slots)
        .then(pl.lit(PASSED_OVER))
        .otherwise(pl.lit(WAITING))
        .alias("status"),
    )
    below = lottery.below.select(*TENANCY, _tier(lottery).alias("tier"))
    below = below.join(by_lot, on=TENANCY, how="left", maintain_order="left")
    above = lottery.above.select(*TENANCY, pl.lit(ABOVE).alias("tier"), pl.lit(BY_RANK).alias("status"))
    return pl.concat([above, below.with_columns(pl.col("status").fill_null(STANDING))])


def _tier(lottery: _Lottery) -> pl.Expr:
    places = lottery.above.height + lottery.slots
    tier = pl.lit(list(TIERS)[-1])
    for name, times in reversed(TIERS.items()):
        tier = pl.when(pl.int_range(pl.len()) < times * places).then(pl.lit(name)).otherwise(tier)
    return tier
