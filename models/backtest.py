"""The backtest: past cut-offs ranked by what was known on their day, by every ranker, and measured by what came after.

A cell is a ranking at a cut-off. It is taught by the latest cut-offs whose outcomes were known on that day, as they
were known on that day, and keeps only its scores. Cells lie in files named by everything that decides them: a second
run computes what is new, a killed one goes on, and two runs give the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from models.backtest_ageing import ageing_of
from models.backtest_cells import Kind, Lesson, Step, Target, Work, lesson_of
from models.backtest_files import CellFile, Cohorts, StoredFrame, cell_key, forget_others, keep_frame, keep_labels
from models.backtest_pool import take_all
from models.backtest_results import RankedCutOffs, gather
from models.bootstrap import DRAWS
from models.evaluation import CAPACITIES, Evaluation, evaluate
from models.matrix import Column
from models.outcome import Horizon
from models.rankers import MODEL
from models.splits import AsOfDateSplit, Fold
from warehouse.dates import add_months

FIXED_STAGE_DAYS = 31
"""A demand's tenancy is ranked by the model of the latest cut-off: retrained monthly, it is at most so old (days)."""

OLDEST_MONTHS = 12
"""How long a model that is trained once is followed."""

Advance = Callable[[str, float], None]
"""Hears which step begins and the share of the work done before it."""

KnownOn = Callable[[date, Sequence[date]], pl.DataFrame]
"""(day, cut-offs) → the outcomes of these cut-offs as they were known on that day."""

KeptOn = Callable[[date, Sequence[date]], StoredFrame]
"""The same, kept in a file already (`keep_labels`)."""


def _silent(step: str, share: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class BacktestPlan:
    """What is to be ranked and how.

    `rankings` are names of `RANKERS`; `model` is the one that gives probabilities and is let age. `window` and
    `every` say which mature cut-offs teach (see `AsOfDateSplit`), `test_on` which cut-offs are tested (empty: all that
    can be). `oldest_months` 0 leaves ageing out. Nothing of `processes` shows in the result.
    """

    rankings: tuple[str, ...]
    model: str = MODEL
    horizon: Horizon = field(default_factory=Horizon)
    window: int | None = None
    every: int = 1
    test_on: tuple[date, ...] = ()
    capacities: tuple[int, ...] = CAPACITIES
    seed: int = 0
    draws: int = DRAWS
    processes: int = 2
    oldest_months: int = OLDEST_MONTHS

    @property
    def splitter(self) -> AsOfDateSplit:
        """The split by time that the plan asks for."""
        return AsOfDateSplit(
            self.horizon.days,
            self.horizon.reporting_lag_days,
            window=self.window,
            every=self.every,
            test_on=self.test_on,
        )


@dataclass(frozen=True)
class Backtest:
    """What was ranked, what it showed (in the populations of `evaluate`), and how the model ages (`ageing_of`)."""

    ranked: RankedCutOffs
    evaluation: Evaluation
    ageing: pl.DataFrame

    @property
    def scores(self) -> pl.DataFrame:
        """The calendar cut-offs: cut_off, key, stage, label_state, and a column for each ranking."""
        return self.ranked.calendar


def backtest(
    cohorts: Cohorts,
    outcomes: pl.DataFrame,
    columns: Sequence[Column],
    directory: Path,
    plan: BacktestPlan,
    *,
    known_on: KnownOn | KeptOn | None = None,
    fixed_stage: pl.DataFrame | None = None,
    groups: pl.DataFrame | None = None,
    progress: Advance = _silent,
) -> Backtest:
    """Rank (see `rank_cut_offs`) and measure. `groups` holds the key and the audited attributes of the cut-offs."""
    ranked = rank_cut_offs(
        cohorts, outcomes, columns, directory, plan, known_on=known_on, fixed_stage=fixed_stage, progress=progress
    )
    progress("measures", 0.9)
    return measure(ranked, plan, groups)


def rank_cut_offs(
    cohorts: Cohorts,
    outcomes: pl.DataFrame,
    columns: Sequence[Column],
    directory: Path,
    plan: BacktestPlan,
    *,
    known_on: KnownOn | KeptOn | None = None,
    fixed_stage: pl.DataFrame | None = None,
    progress: Advance = _silent,
) -> RankedCutOffs:
    """Teach and score every cell that `directory` does not hold, and give the scores of all.

    `cohorts` come from `keep_cohorts`; `outcomes` (key, label_state, event_on, helped_on) are those that measure,
    `known_on` gives those that teach (the same where it is None). `fixed_stage` is a matrix of other days, with
    outcomes among `outcomes`. `LookAheadError` where nothing can be tested without looking ahead or a feature does;
    `ModelError` where no cut-off could be ranked by any model.
    """
    folds = plan.splitter.plan(cohorts)
    known = known_on or (lambda _, days: outcomes.filter(pl.col("as_of").is_in(list(days))))
    later = _fixed_frames(directory, fixed_stage, [fold.test for fold in folds])
    lessons = [_lesson(cohorts, fold, known, directory, tuple(columns), plan) for fold in folds]
    works = [_works(lesson, cohorts, later, directory, plan) for lesson in lessons]
    computed = _compute(lessons, works, plan, progress)
    kept = [*(cohort.path for cohort in cohorts.values()), *(lesson.labels.path for lesson in lessons)]
    forget_others(directory, [*kept, *(frame.path for frame in later.values())])
    return gather(folds, works, plan.rankings, outcomes, computed)


def _lesson(
    cohorts: Cohorts,
    fold: Fold,
    known_on: KnownOn | KeptOn,
    directory: Path,
    columns: tuple[Column, ...],
    plan: BacktestPlan,
) -> Lesson:
    known = known_on(fold.test, fold.teach)
    labels = known if isinstance(known, StoredFrame) else keep_labels(directory, known)
    return lesson_of(cohorts, fold.teach, fold.test, labels, columns, plan.seed, plan.horizon)


def _fixed_frames(directory: Path, matrix: pl.DataFrame | None, tested: Sequence[date]) -> dict[date, StoredFrame]:
    """The fixed-stage rows by the cut-off whose model ranks them: the latest one, not long before their day."""
    if matrix is None or matrix.is_empty():
        return {}
    days = pl.DataFrame({"cut_off": sorted(tested)}, schema={"cut_off": pl.Date})
    placed = matrix.sort("as_of").join_asof(days, left_on="as_of", right_on="cut_off", strategy="backward")
    near = placed.filter(pl.col("as_of") - pl.col("cut_off") < timedelta(days=FIXED_STAGE_DAYS))
    parts = near.partition_by("cut_off", as_dict=True, include_key=False)
    frames = {day: keep_frame(directory / "cohorts", f"fixed-{day}", part) for (day,), part in parts.items()}
    return dict(sorted(frames.items()))


def _works(
    lesson: Lesson, cohorts: Cohorts, later: Mapping[date, StoredFrame], directory: Path, plan: BacktestPlan
) -> tuple[Work, ...]:
    """Every ranking of a lesson with what it scores: its own cut-off first, then fixed stage, then later cut-offs."""
    own: list[tuple[Kind, date, StoredFrame]] = [("calendar", lesson.test, cohorts[lesson.test])]
    own += [("fixed_stage", lesson.test, frame) for day, frame in later.items() if day == lesson.test]
    last = add_months(lesson.test, plan.oldest_months)
    ageing: list[tuple[Kind, date, StoredFrame]] = [
        ("aged", day, cohorts[day]) for day in sorted(cohorts) if lesson.test < day <= last
    ]
    works = []
    for ranking in plan.rankings:
        key, ages = lesson.key(ranking), ranking == plan.model and plan.oldest_months > 0
        rows = [*own, *ageing] if ages else own
        targets = [Target(kind, day, frame, _cell(directory, key, frame)) for kind, day, frame in rows]
        works.append(Work(ranking, tuple(targets), directory / "models" / f"{key}.skops" if ages else None))
    return tuple(works)


def _cell(directory: Path, model: str, frame: StoredFrame) -> CellFile:
    return CellFile(directory / "cells" / f"{cell_key(model=model, rows=frame.digest)}.parquet")


def _compute(
    lessons: Sequence[Lesson], works: Sequence[tuple[Work, ...]], plan: BacktestPlan, progress: Advance
) -> int:
    """Compute what is missing and give the number of cells that were."""
    steps = _steps(lessons, works, plan.processes)
    total = sum(len(step.works) for step in steps) or 1
    computed = finished = 0
    progress("cells", 0.0)
    for step, cells in take_all(steps, plan.processes):
        computed, finished = computed + cells, finished + len(step.works)
        progress(f"cells of {step.lesson.test}", finished / total)
    return computed


def _steps(lessons: Sequence[Lesson], works: Sequence[tuple[Work, ...]], processes: int) -> list[Step]:
    """What is missing as one step a lesson; where there are few lessons, in parts, so that every process has some."""
    missing = [
        (lesson, [work for work in some if not all(target.cell.is_kept for target in work.targets)])
        for lesson, some in zip(lessons, works, strict=True)
    ]
    missing = [(lesson, some) for lesson, some in missing if some]
    parts = 1 if len(missing) >= 2 * processes else processes
    return [
        Step(lesson, tuple(some[part::parts]), guarded=part == 0)
        for lesson, some in missing
        for part in range(min(parts, len(some)))
    ]


def measure(ranked: RankedCutOffs, plan: BacktestPlan, groups: pl.DataFrame | None = None) -> Backtest:
    """Measure what was ranked; `groups` holds the key and the audited attributes of the cut-offs."""
    evaluation = evaluate(
        ranked.rankings,
        # Where the model was refused everywhere, no ranking is a probability and nobody asks for its calibration.
        plan.model if plan.model in ranked.rankings else ranked.rankings[0],
        ranked.calendar,
        capacities=plan.capacities,
        seed=plan.seed,
        draws=plan.draws,
        fixed_stage=ranked.fixed_stage,
        groups=groups,
    )
    ageing = ageing_of(ranked, plan.model, plan.capacities, seed=plan.seed, draws=min(plan.draws, DRAWS))
    return Backtest(ranked, evaluation, ageing)
