"""What each source adds to the ranking: the model trained again without it, and how many fewer cases it then finds.

Without a source means without every feature that stems from it, at every tested cut-off, everything else alike. The
difference is paired (the same tenancies, drawn together). A source whose features others can stand in for adds little
alone; so groups of sources are left out together too. A landlord's arrears list that stands in for its ledger feeds
features of the ledger: these go with `rent_postings`.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from models.backtest import KnownOn
from models.backtest_cells import Step, Target, Work, lesson_of
from models.backtest_files import CellFile, Cohorts, cell_key, keep_frame
from models.backtest_pool import take_all
from models.bootstrap import Interval
from models.evaluation import CAPACITIES, POPULATIONS, Evaluation, evaluate, headline
from models.matrix import KEY, Column
from models.outcome import Horizon, label
from models.rankers import MODEL
from models.splits import AsOfDateSplit, Fold
from warehouse.errors import ModelError

WHOLE = "whole"
"""The model with every source."""

FEWEST_POSITIVES = 10
"""With fewer cases among those tested there is no verdict."""

Kind = Literal["source", "group"]
Verdict = Literal["adds", "unclear", "harms", "too_few"]


@dataclass(frozen=True)
class Part:
    """What is left out together: a source or a group of them, with its names where it is a group."""

    name: str
    kind: Kind
    sources: tuple[str, ...]
    da: str = ""
    en: str = ""

    @property
    def ranking(self) -> str:
        """What the ranking without it is called."""
        return f"without {self.kind} {self.name}"


@cache
def written_groups() -> Mapping[str, Mapping[str, object]]:
    """What `ablation.toml` says of each group."""
    return tomllib.loads(Path(__file__).with_name("ablation.toml").read_text("utf-8"))["group"]


def parts_of(columns: Sequence[Column]) -> tuple[Part, ...]:
    """Every source that feeds a column, then every group of which at least two sources do, and not all of them."""
    present = list(dict.fromkeys(column.source for column in columns))
    singles = [Part(source, "source", (source,)) for source in present if len(present) > 1]
    groups = []
    for name, written in written_groups().items():
        within = tuple(source for source in present if source in list(written["sources"]))  # type: ignore[call-overload]
        if 2 <= len(within) < len(present):
            groups.append(Part(name, "group", within, str(written["da"]), str(written["en"])))
    return (*singles, *groups)


@dataclass(frozen=True)
class AblationPlan:
    """How sources are judged: by `ranking`, on `cut_offs` tested cut-offs spread evenly over those that can be.

    A cut-off can be tested where at least `fewest_teaching` others were mature on its day, and where it is one of
    `test_on` (empty: any).
    """

    ranking: str = MODEL
    horizon: Horizon = field(default_factory=Horizon)
    cut_offs: int = 6
    fewest_teaching: int = 6
    test_on: tuple[date, ...] = ()
    window: int | None = None
    capacities: tuple[int, ...] = CAPACITIES
    seed: int = 0
    draws: int = 1000
    processes: int = 2


@dataclass(frozen=True)
class Ablation:
    """What each part adds. `frame` has one row a part and k (null: the mean over every k).

    Columns part, kind, sources, features (how many), population, k, recall (of the whole model), without, adds, low,
    high (the ends of its 95 % interval) and verdict: adds, harms, unclear (the interval holds 0) or too_few.
    """

    parts: tuple[Part, ...]
    tested: tuple[date, ...]
    evaluation: Evaluation
    frame: pl.DataFrame

    @property
    def positive_tenancies(self) -> dict[str, int]:
        """How many tenancies of each population had the outcome."""
        return {population: self.evaluation.positive_tenancies(population) for population in POPULATIONS}


Advance = Callable[[str, float], None]


def _silent(step: str, share: float) -> None:
    """Nobody listens."""


def ablate(
    cohorts: Cohorts,
    outcomes: pl.DataFrame,
    columns: Sequence[Column],
    directory: Path,
    plan: AblationPlan,
    *,
    known_on: KnownOn | None = None,
    progress: Advance = _silent,
) -> Ablation:
    """Train without each part and compare; `cohorts`, `outcomes` and `known_on` as in `models.backtest`.

    Cells are kept in `directory` beside those of the backtest: a second run computes what is new. `ModelError` where
    no cut-off can be tested or a model cannot be fitted.
    """
    parts, folds = parts_of(columns), _tested(cohorts, plan)
    kept = {WHOLE: tuple(columns)}
    kept |= {part.ranking: tuple(c for c in columns if c.source not in part.sources) for part in parts}
    known = known_on or (lambda _, days: outcomes.filter(pl.col("as_of").is_in(list(days))))
    steps = [step for fold in folds for step in _steps(cohorts, known, kept, fold, directory, plan)]
    _take([step for step in steps if not step.works[0].targets[0].cell.is_kept], plan.processes, progress)
    progress("measures", 0.9)
    scored = pl.concat([_scored(steps, tuple(kept), fold, cohorts, outcomes) for fold in folds])
    found = evaluate(list(kept), WHOLE, scored, capacities=plan.capacities, seed=plan.seed, draws=plan.draws)
    frame = pl.concat([_judged(found, part, len(columns) - len(kept[part.ranking]), plan) for part in parts])
    return Ablation(parts, tuple(fold.test for fold in folds), found, frame)


def _tested(cohorts: Cohorts, plan: AblationPlan) -> list[Fold]:
    """The folds that are tested: evenly spread over those with enough to teach them, the latest among them."""
    horizon = plan.horizon
    splitter = AsOfDateSplit(
        horizon.days, horizon.reporting_lag_days, window=plan.window, fewest=max(2, plan.fewest_teaching)
    )
    folds = [fold for fold in splitter.plan(cohorts) if not plan.test_on or fold.test in plan.test_on]
    if not folds:
        raise ModelError(
            expected=f"a cut-off to test with {plan.fewest_teaching} others whose outcomes were known on its day",
            found="none",
            where="the ablation",
            remedy="Wait until there is more history.",
        )
    places = np.unique(np.linspace(len(folds) - 1, 0, min(plan.cut_offs, len(folds))).round().astype(int))
    return [folds[place] for place in places]


def _steps(
    cohorts: Cohorts,
    known_on: KnownOn,
    kept: Mapping[str, tuple[Column, ...]],
    fold: Fold,
    directory: Path,
    plan: AblationPlan,
) -> list[Step]:
    """A step for each choice of columns; each names its ranking after what was left out, and where its scores lie."""
    labels = keep_frame(directory / "labels", "", known_on(fold.test, fold.teach))
    frame = cohorts[fold.test]
    steps = []
    for name, columns in kept.items():
        lesson = lesson_of(cohorts, fold.teach, fold.test, labels, columns, plan.seed, plan.horizon)
        key = cell_key(model=lesson.key(plan.ranking), rows=frame.digest)
        target = Target("calendar", fold.test, frame, CellFile(directory / "cells" / f"{key}.parquet"))
        # What looks ahead is looked for once: with every column.
        steps.append(Step(lesson, (Work(plan.ranking, (target,)),), guarded=name == WHOLE))
    return steps


def _take(steps: Sequence[Step], processes: int, progress: Advance) -> None:
    progress("cells", 0.0)
    for done, (step, _) in enumerate(take_all(steps, processes), start=1):
        progress(f"cells of {step.lesson.test}", 0.9 * done / len(steps))


def _scored(
    steps: Sequence[Step], kept: Sequence[str], fold: Fold, cohorts: Cohorts, outcomes: pl.DataFrame
) -> pl.DataFrame:
    """The labelled rows of a tested cut-off with a column of scores for each choice of columns."""
    rows = label(cohorts[fold.test].read([*KEY, "stage"]), outcomes)
    cells = [step.works[0].targets[0].cell for step in steps if step.lesson.test == fold.test]
    refused = [cell.why() for cell in cells if cell.why()]
    if refused:
        raise ModelError(
            expected="a model with and without each source at every tested cut-off",
            found=refused[0],
            where=f"the cut-off {fold.test}",
            remedy="Let more outcomes become known, or ask for fewer cut-offs.",
        )
    return rows.with_columns(pl.Series(name, cell.scores()) for name, cell in zip(kept, cells, strict=True))


def _judged(found: Evaluation, part: Part, features: int, plan: AblationPlan) -> pl.DataFrame:
    """The rows of a part: each population, each k and their mean."""
    rows = []
    for population in POPULATIONS:
        estimates = found.estimates[population]
        for k in (None, *plan.capacities):
            ks = plan.capacities if k is None else (k,)
            whole, less = headline(WHOLE, ks), headline(part.ranking, ks)
            adds = estimates.mean(whole, less)
            recalls = [estimates.mean(cells).value for cells in (whole, less)]
            verdict = _verdict(adds, found.positive_tenancies(population))
            named = (part.name, part.kind, list(part.sources), features, population, k)
            rows.append((*named, *recalls, adds.value, adds.low, adds.high, verdict))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


_SCHEMA: dict[str, Any] = {
    "part": pl.String,
    "kind": pl.String,
    "sources": pl.List(pl.String),
    "features": pl.Int64,
    "population": pl.String,
    "k": pl.Int64,
    "recall": pl.Float64,
    "without": pl.Float64,
    "adds": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "verdict": pl.String,
}


def _verdict(adds: Interval, positives: int) -> Verdict:
    if positives < FEWEST_POSITIVES or np.isnan(adds.low):
        return "too_few"
    return "adds" if adds.low > 0 else "harms" if adds.high < 0 else "unclear"
