"""What changed on the list since the night before it: who is new, who is gone, and who moved."""

import polars as pl

from worklist.lots import TENANCY
from worklist.wording import CHANGES

MOVED_PLACES = 10
"""A tenancy that moved by fewer places among all ranked ones has not moved: others passed it by."""

SCHEMA = pl.Schema(
    [
        ("as_of", pl.Date()),
        ("since", pl.Date()),
        ("change", pl.String()),
        *((name, pl.String()) for name in TENANCY),
        ("section_before", pl.String()),
        ("section", pl.String()),
        ("position_before", pl.Int32()),
        ("position", pl.Int32()),
        ("rank_before", pl.Int64()),
        ("rank", pl.Int64()),
        ("reasons_da", pl.List(pl.String)),
        ("reasons_en", pl.List(pl.String)),
        ("moved_reasons", pl.List(pl.String)),
        ("moved_by", pl.List(pl.Float64)),
        ("facts", pl.List(pl.String)),
        ("model_changed", pl.Boolean()),
    ]
)
"""The columns of changes.parquet: one row a tenancy that is new, gone or moved since the night of `since`.

`moved_reasons` and `moved_by` (log odds, in the same order) say what moved its raw score under the night's model; they
are empty where the rules rank. `facts`: the facts cited of it, then or now, that became known between the two nights.
`model_changed`: another model ranked the night before, or the rules did.
"""

_SHOWN = ("section", "position", "next_deadline", "deadline_kind", "exploration")


def compare(before: pl.DataFrame, now: pl.DataFrame, ranks_before: pl.DataFrame, ranks: pl.DataFrame) -> pl.DataFrame:
    """Tenancies whose place changed: landlord, tenancy_no, change, and section, position, rank and dates of both.

    `before`, `now`: two lists (section, position, landlord, tenancy_no, next_deadline, deadline_kind, exploration).
    `ranks_before`, `ranks`: landlord, tenancy_no, rank of every active tenancy; null for one that was not active.
    `change` is a code of `worklist.wording.CHANGES`. In the order of the new list, those that are gone last.
    """
    shown = before.select(*TENANCY, *_SHOWN).join(
        now.select(*TENANCY, *_SHOWN), on=TENANCY, how="full", coalesce=True, suffix="_now"
    )
    named = shown.rename({name: f"{name}_before" for name in _SHOWN}).rename({f"{name}_now": name for name in _SHOWN})
    for ranked, name in ((ranks_before, "rank_before"), (ranks, "rank")):
        named = named.join(ranked.select(*TENANCY, pl.col("rank").alias(name)), on=TENANCY, how="left")
    changed = named.with_columns(_change().alias("change")).filter(pl.col("change").is_not_null())
    return changed.sort("section", "position", "section_before", "position_before", *TENANCY, nulls_last=True)


def _change() -> pl.Expr:
    """The code of the change; null where nothing changed that is worth a look."""
    places = pl.col("rank_before").cast(pl.Int64) - pl.col("rank").cast(pl.Int64)
    is_dated = pl.col("section") == "deadline"
    same_date = pl.col("next_deadline").eq_missing(pl.col("next_deadline_before")) & pl.col("deadline_kind").eq_missing(
        pl.col("deadline_kind_before")
    )
    code = (
        pl.when(pl.col("position_before").is_null())
        .then(pl.lit("new"))
        .when(pl.col("position").is_null())
        .then(pl.lit("gone"))
        .when(pl.col("section") != pl.col("section_before"))
        .then(pl.lit("section"))
        .when(is_dated & ~same_date)
        .then(pl.lit("deadline"))
        .when(~is_dated & (places >= MOVED_PLACES))
        .then(pl.lit("up"))
        .when(~is_dated & (places <= -MOVED_PLACES))
        .then(pl.lit("down"))
    )
    return code.cast(pl.Enum(list(CHANGES))).cast(pl.String)
