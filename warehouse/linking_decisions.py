"""When a link can be decided: day by day, with what was known on that day, and only where no other home comes near."""

import polars as pl


def decide(asking: pl.DataFrame, pairs: pl.DataFrame, *, accept_above: float, margin: float) -> pl.DataFrame:
    """One row for each asking span: what was decided, and on which day.

    `asking`: uid, starts_on, ends_on. `pairs`: asked (a uid), target (text: what it may speak of), odds, starts_on,
    ends_on: the days on which the target could be found. A span is tried on the day it became known and on each later
    day on which a new candidate became known; the first day that allows a decision is the day of the link.

    Answer: uid, target (null where undecided), confidence, decided_on, candidate_count, best_confidence, reason
    (null where decided, else 'no_candidate', 'below_confidence' or 'ambiguous' as of the last day tried).
    """
    days = _days(asking, pairs)
    tried = _tried(days, _confidences(days, pairs), accept_above=accept_above, margin=margin)
    accepted = tried.filter("accepted").unique("uid", keep="first", maintain_order=True)
    open_spans = tried.join(accepted, on="uid", how="anti").unique("uid", keep="last", maintain_order=True)
    return (
        pl.concat([accepted, open_spans])
        .sort("uid")
        .select(
            "uid",
            target=pl.when("accepted").then("target"),
            confidence=pl.when("accepted").then(pl.col("best_confidence")),
            decided_on=pl.when("accepted").then("day"),
            candidate_count="candidate_count",
            best_confidence="best_confidence",
            reason=_reason(accept_above),
        )
    )


def _days(asking: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The days on which each asking span is tried: uid, day; in order."""
    first = asking.select("uid", day="starts_on")
    later = (
        pairs.join(asking.select("uid", since="starts_on", until="ends_on"), left_on="asked", right_on="uid")
        .filter(pl.col("starts_on") > pl.col("since"))
        .filter(pl.col("until").is_null() | (pl.col("starts_on") < pl.col("until")))
        .select(uid="asked", day="starts_on")
    )
    return pl.concat([first, later]).unique().sort("uid", "day")


def _confidences(days: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """uid, day, target, share: how sure each target is on the day, the others and 'none of them' weighed against it."""
    alive = days.join(pairs, left_on="uid", right_on="asked").filter(
        (pl.col("starts_on") <= pl.col("day")) & (pl.col("ends_on").is_null() | (pl.col("ends_on") > pl.col("day")))
    )
    targets = alive.group_by("uid", "day", "target").agg(pl.max("odds")).sort("uid", "day", "target")
    share = pl.col("odds") / (1.0 + pl.col("odds").sum().over("uid", "day"))
    alone = pl.col("odds") / (1.0 + pl.col("odds"))
    # A millionth is finer than anything the declared probabilities can tell; rounding keeps the rows the same.
    return targets.with_columns(share=share.round(6), alone=alone)


def _tried(days: pl.DataFrame, shares: pl.DataFrame, *, accept_above: float, margin: float) -> pl.DataFrame:
    """Each try with its best target, whether it is accepted, and how many candidates there were; by uid and day."""
    best = (
        shares.sort("uid", "day", "share", "target", descending=[False, False, True, False])
        .group_by("uid", "day", maintain_order=True)
        .agg(
            pl.first("target"),
            best_confidence=pl.first("share"),
            runner_up=pl.col("share").get(1, null_on_oob=True).fill_null(0.0),
            alone=pl.max("alone"),
            candidate_count=pl.len().cast(pl.Int32),
        )
    )
    clear = (pl.col("best_confidence") > accept_above) & (pl.col("best_confidence") - pl.col("runner_up") >= margin)
    return (
        days.join(best, on=["uid", "day"], how="left", maintain_order="left")
        .with_columns(candidate_count=pl.col("candidate_count").fill_null(0), accepted=clear.fill_null(False))
        .sort("uid", "day")
    )


def _reason(accept_above: float) -> pl.Expr:
    """Why an undecided span waits; 'ambiguous' where a home would have been sure enough had there been no other."""
    return (
        pl.when("accepted")
        .then(None)
        .when(pl.col("candidate_count") == 0)
        .then(pl.lit("no_candidate"))
        .when(pl.col("alone") > accept_above)
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("below_confidence"))
    )
