"""What the cells of a backtest gave, beside what became of each row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.backtest_cells import Kind, Work
from models.backtest_files import CellFile
from models.matrix import KEY
from models.outcome import label
from models.splits import Fold
from warehouse.errors import ModelError


@dataclass(frozen=True)
class Refused:
    """A ranking that could not be fitted for a cut-off, and why."""

    cut_off: date
    ranking: str
    why: str


@dataclass(frozen=True)
class Aged:
    """A model trained on one cut-off's day and the file of its scores at a later one."""

    trained_on: date
    tested_on: date
    months: int
    cell: CellFile


@dataclass(frozen=True)
class RankedCutOffs:
    """What the cells gave: scores of every cut-off, and how they came about.

    `calendar` holds, for each tested cut-off and tenancy, cut_off, the key, stage, label_state, what dates the
    outcomes carry, and a column for each of `rankings`; `fixed_stage` the same for the rows that were ranked by the
    model of `cut_off` a little later. A ranking that could not be fitted for most cut-offs is left out, and then every
    cut-off for which one of the others could not; `refused` names them. `computed` counts the cells of this run.
    """

    rankings: tuple[str, ...]
    folds: tuple[Fold, ...]
    calendar: pl.DataFrame
    fixed_stage: pl.DataFrame
    aged: tuple[Aged, ...]
    refused: tuple[Refused, ...]
    computed: int
    cells: int


def gather(
    folds: Sequence[Fold],
    works: Sequence[tuple[Work, ...]],
    rankings: Sequence[str],
    outcomes: pl.DataFrame,
    computed: int,
) -> RankedCutOffs:
    """The scores of all cells beside what became of each row."""
    refused = tuple(
        Refused(fold.test, work.ranking, why)
        for fold, some in zip(folds, works, strict=True)
        for work in some
        if (own := work.target("calendar")) is not None and (why := own.cell.why())
    )
    left, tested = _left(folds, rankings, refused)
    chosen = [(f, [w for w in some if w.ranking in left]) for f, some in zip(folds, works, strict=True)]
    chosen = [(fold, some) for fold, some in chosen if fold.test in tested]
    return RankedCutOffs(
        left,
        tuple(fold for fold, _ in chosen),
        _scores(chosen, "calendar", outcomes),
        _scores(chosen, "fixed_stage", outcomes),
        _aged(chosen, tested),
        refused,
        computed,
        sum(len(work.targets) for some in works for work in some),
    )


def _left(
    folds: Sequence[Fold], rankings: Sequence[str], refused: Sequence[Refused]
) -> tuple[tuple[str, ...], frozenset[date]]:
    """The rankings and cut-offs that can be compared."""
    often = {name for name in rankings if sum(r.ranking == name for r in refused) * 2 > len(folds)}
    kept = tuple(name for name in rankings if name not in often)
    lost = {each.cut_off for each in refused if each.ranking in kept}
    tested = frozenset(fold.test for fold in folds) - lost
    if not kept or not tested:
        raise ModelError(
            expected="a cut-off that could be ranked",
            found=refused[0].why if refused else "no ranking",
            where="the backtest",
            remedy="Let the rules rank until more outcomes are known.",
        )
    return kept, tested


def _scores(chosen: Sequence[tuple[Fold, Sequence[Work]]], kind: Kind, outcomes: pl.DataFrame) -> pl.DataFrame:
    """The rows of every target of a kind, in the order of its file, with a column of scores for each ranking."""
    parts = []
    for fold, works in chosen:
        targets = {work.ranking: target for work in works if (target := work.target(kind)) is not None}
        if not targets:
            continue
        rows = label(next(iter(targets.values())).frame.read([*KEY, "stage"]), outcomes)
        scores = {name: pl.Series(name, target.cell.scores()) for name, target in targets.items()}
        parts.append(rows.with_columns(pl.lit(fold.test).alias("cut_off"), **scores))
    return pl.concat(parts) if parts else pl.DataFrame()


def _aged(chosen: Sequence[tuple[Fold, Sequence[Work]]], tested: Collection[date]) -> tuple[Aged, ...]:
    """The later tested cut-offs that the model of each one scored."""
    return tuple(
        Aged(fold.test, target.day, months_between(fold.test, target.day), target.cell)
        for fold, works in chosen
        for work in works
        for target in work.targets
        if target.kind == "aged" and target.day in tested
    )


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
