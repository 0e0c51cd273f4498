"""The day's lottery below the cut: who could be drawn, with what chance, and what the lot decided.

Each morning twice as many tenancies as there are exploration slots are drawn from those below the cut, tier by tier:
of each tier the first half goes onto the list, the second half does not and is the comparison, and the two differ by
the lot alone. What the lot decided stands for half a year: none of them takes part in another draw meanwhile, so that a
comparison of today is not drawn tomorrow. Everything else stays as it is for both: who rises above the cut, or has a
deadline, is listed.

Within a tier the lot does not look at the rank. The tier is recorded, and what is measured later is measured within it.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from worklist.lots import TENANCY, with_lot

REACH = 10
"""The draw reaches down to so many times the team's places below the cut. Further down almost nobody owes anything: a
visit there would disturb a family for a measurement that says nothing of those who are near the cut."""


@dataclass(frozen=True)
class Tier:
    """A band below the cut: down to `reach` times the team's places, with `share` parts of the slots."""

    reach: int
    share: int


TIERS = {"near": Tier(3, 2), "far": Tier(REACH, 1)}
"""The tiers that lots are drawn in, the nearest to the cut first; see decision 21 for their bounds and shares."""

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
lot that morning, for all who took part: the same within a tier, adding up to its slots. `assignment_probability`: the
chance of being listed of those that were drawn or passed over. `rank` and `score` are the running variable, `cut_*`
those of the last one that is listed by rank: what a regression discontinuity needs where nobody wants to draw lots."""


@dataclass(frozen=True)
class _Lottery:
    """The slots of each tier; those above the cut and, with their `tier`, those below it and the undecided of them."""

    slots: dict[str, int]
    above: pl.DataFrame
    below: pl.DataFrame
    undecided: pl.DataFrame


def draw(
    ranked: pl.DataFrame, decided: pl.DataFrame, *, places: int, slots: int, drawing: str, as_of: date
) -> pl.DataFrame:
    """The assignment of a morning (`SCHEMA`, by rank), from `ranked`: the tenancies for early warning, by rank.

    `decided` (landlord, tenancy_no) names those for whom an earlier lot stands. Of `places`, up to `slots` are drawn:
    only so many that as many can be passed over in the same tier; a slot that cannot be drawn in its tier is drawn in
    another, and one that cannot be drawn at all is filled by rank. The same `drawing` and tiers give the same lots.
    """
    lottery = _lottery(ranked, decided.select(TENANCY).unique(), places, slots)
    status = _statuses(with_lot(lottery.undecided.select(*TENANCY, "tier"), drawing).sort("lot"), lottery)
    known = ranked if "score" in ranked.columns else ranked.with_columns(pl.lit(None, pl.Float64).alias("score"))
    zone = known.head(lottery.above.height + lottery.below.height).join(status, on=TENANCY, maintain_order="left")
    cut = zone.filter(pl.col("status") == BY_RANK).tail(1)
    return zone.with_columns(
        pl.lit(as_of).alias("as_of"),
        pl.when(pl.col("status").is_in([DRAWN, PASSED_OVER])).then(0.5).alias("assignment_probability"),
        pl.lit(cut["rank"].first(), pl.Int64).alias("cut_rank"),
        pl.lit(cut["score"].first(), pl.Float64).alias("cut_score"),
    ).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())


def _lottery(ranked: pl.DataFrame, decided: pl.DataFrame, places: int, slots: int) -> _Lottery:
    """The most slots for which there are twice as many undecided tenancies within the tiers below the cut."""
    most = min(slots, places, max(0, ranked.height - places))
    for count in range(most, -1, -1):
        above = ranked.head(places - count)
        below = ranked.slice(places - count, REACH * places).with_columns(_tier(places).alias("tier"))
        undecided = below.join(decided, on=TENANCY, how="anti", maintain_order="left")
        shared_out = _slots(count, undecided["tier"])
        if sum(shared_out.values()) == count:
            break
    return _Lottery(shared_out, above, below, undecided)


def _slots(count: int, tiers: pl.Series) -> dict[str, int]:
    """How many of `count` slots each tier gets, as many as it has pairs at most; `tiers` of the undecided.

    One after the other goes to the tier furthest behind its share (Sainte-Laguë's method): 2 and 1 of three.
    """
    pairs = {name: int((tiers == name).sum()) // 2 for name in TIERS}
    given = dict.fromkeys(TIERS, 0)
    for _ in range(min(count, sum(pairs.values()))):
        possible = [name for name in TIERS if given[name] < pairs[name]]
        given[max(possible, key=lambda name: TIERS[name].share / (2 * given[name] + 1))] += 1
    return given


def _statuses(lots: pl.DataFrame, lottery: _Lottery) -> pl.DataFrame:
    """Each tenancy's tier, status and chance of being drawn; `lots`: the undecided in the order of their lots."""
    place, slots = pl.int_range(pl.len()).over("tier"), pl.col("tier").replace_strict(lottery.slots)
    by_lot = lots.select(
        *TENANCY,
        pl.when(place < slots)
        .then(pl.lit(DRAWN))
        .when(place < 2 * slots)
        .then(pl.lit(PASSED_OVER))
        .otherwise(pl.lit(WAITING))
        .alias("status"),
        (slots / pl.len().over("tier")).alias("exploration_probability"),
    )
    below = lottery.below.select(*TENANCY, "tier").join(by_lot, on=TENANCY, how="left", maintain_order="left")
    above = lottery.above.select(*TENANCY, pl.lit(ABOVE).alias("tier"), pl.lit(BY_RANK).alias("status"))
    return pl.concat([above, below.with_columns(pl.col("status").fill_null(STANDING))], how="diagonal")


def _tier(places: int) -> pl.Expr:
    """The tier of each row of those below the cut, by rank."""
    tier = pl.lit(list(TIERS)[-1])
    for name, each in reversed(TIERS.items()):
        tier = pl.when(pl.int_range(pl.len()) < each.reach * places).then(pl.lit(name)).otherwise(tier)
    return tier
