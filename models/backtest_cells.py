"""One step of a backtest: what was known on a cut-off's day teaches each ranker, and each scores that cut-off.

A step is everything that a process needs to be told: names of files, never rows. It leaves scores in files.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import polars as pl

from models.backtest_files import CellFile, Cohorts, StoredFrame, cell_key, write_bytes
from models.explained import ExplainedModel
from models.fitting import Split, fit_taught, last_ones_calibrate, taught_by
from models.leaks import refuse_revealing
from models.matrix import KEY, Column, Floats
from models.model_files import from_bytes, to_bytes
from models.outcome import Horizon, LabelState, counted_rows, label
from models.rankers import GRID, RANKERS, Scorer
from models.treatment import TEACHING, How, Taught
from warehouse.errors import ModelError

_COMPUTED_BY = ("scikit-learn", "numpy", "polars", "scipy")


Kind = Literal["calendar", "fixed_stage", "aged"]


@dataclass(frozen=True)
class Target:
    """Rows to score and where the scores go: the cut-off itself, its fixed-stage rows, or a later cut-off on `day`."""

    kind: Kind
    day: date
    frame: StoredFrame
    cell: CellFile


@dataclass(frozen=True)
class Lesson:
    """What taught on a tested day: the cut-offs, in the order of time, and their outcomes as known on that day."""

    test: date
    cohorts: tuple[StoredFrame, ...]
    days: tuple[date, ...]
    labels: StoredFrame
    columns: tuple[Column, ...]
    seed: int
    horizon: Horizon = field(default_factory=Horizon)

    def key(self, ranking: str) -> str:
        """The name of the model that this teaches `ranking`: another name wherever another model could come out."""
        return cell_key(
            ranking=ranking,
            code=code_hash(),
            columns=[vars(column) for column in self.columns],
            cohorts=[cohort.digest for cohort in self.cohorts],
            labels=self.labels.digest,
            seed=self.seed,
            horizon=vars(self.horizon),
        )

    def read(
        self,
        days: Collection[date],
        states: Collection[LabelState] = tuple(LabelState),
        features: Collection[str] | None = None,
    ) -> pl.DataFrame:
        """The labelled rows of some of its days and states, in the order of their key and in one piece of memory.

        Key, stage, `features` (None: all), label_state and the dates that outcomes carry. Rows are chosen a cut-off at
        a time: what a lesson holds at once is what the memory of a backtest is spent on.
        """
        names = [column.name for column in self.columns if features is None or column.name in features]
        columns = [*KEY, "stage", *names]
        known = self.labels.read()
        outcomes = known.partition_by("as_of", as_dict=True)
        parts = []
        for day, cohort in zip(self.days, self.cohorts, strict=True):
            if day in days:
                labelled = label(cohort.read(columns), outcomes.get((day,), known.clear()))
                parts.append(labelled.filter(pl.col("label_state").is_in([str(state) for state in states])))
        return pl.concat(parts, rechunk=True)


@dataclass(frozen=True)
class Work:
    """A ranking to be taught by a lesson, what it scores, and the file of its model where it is to age."""

    ranking: str
    targets: tuple[Target, ...]
    model: Path | None = None

    def target(self, kind: Kind) -> Target | None:
        """Its target of a kind of which there is at most one."""
        return next((target for target in self.targets if target.kind == kind), None)


@dataclass(frozen=True)
class Step:
    """A lesson and the rankings that it is still to teach."""

    lesson: Lesson
    works: tuple[Work, ...]
    guarded: bool = field(default=True)


def lesson_of(
    cohorts: Cohorts,
    days: Sequence[date],
    test: date,
    labels: StoredFrame,
    columns: tuple[Column, ...],
    seed: int,
    horizon: Horizon,
) -> Lesson:
    """The lesson of a fold; `cohorts` are those of the backtest."""
    return Lesson(test, tuple(cohorts[day] for day in days), tuple(days), labels, columns, seed, horizon)


@cache
def code_hash() -> str:
    """A hash of everything in this room that could change a score, and of the packages that compute it."""
    digest = hashlib.sha256()
    room = Path(__file__).parent
    for path in sorted([*room.glob("*.py"), *room.glob("*.toml")]):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    digest.update("".join(f"{name}=={version(name)}\n" for name in _COMPUTED_BY).encode())
    return digest.hexdigest()


def take(step: Step) -> int:
    """Teach and score; gives the number of cells that were computed. `LookAheadError` where a feature does."""
    lesson, lessons, done = step.lesson, _Lessons(step), 0
    for work in step.works:
        missing = [target for target in work.targets if not target.cell.is_kept]
        try:
            ranker = _ranker(work, lessons) if missing else None
        except ModelError as error:
            for target in missing:
                target.cell.refuse(str(error))
            ranker = None
        if ranker is not None:
            _score(ranker, missing, lesson)
        done += len(missing)
    return done


class _Lessons:
    """What teaches each way, and the rows that calibrate; read anew for another way: memory holds the rows once."""

    def __init__(self, step: Step) -> None:
        self.lesson, self.guarded = step.lesson, step.guarded
        self.simple = {name for work in step.works if taught_how(work.ranking) is None for name in _needs(work, step)}
        self.calibrating = pl.DataFrame()
        self.by: tuple[How | None, Taught] | None = None

    def taught(self, how: How | None) -> Taught:
        """What teaches `how`; the last one asked for is kept, since the rankings that share it follow each other."""
        if self.by is None or self.by[0] != how:
            self.by = None
            lesson, split = self.lesson, last_ones_calibrate(self.lesson.days)
            self._put_aside(split)
            read = partial(lesson.read, split.fit, TEACHING, self.simple if how is None else None)
            self.by = how, taught_by(read(), lesson.columns, lesson.seed, lesson.horizon, how)
        return self.by[1]

    def _put_aside(self, split: Split) -> None:
        """The rows that calibrate, proved before anything is taught."""
        if self.calibrating.is_empty():
            labelled = self.lesson.read(split.calibrate)
            if self.guarded:
                refuse_revealing(labelled.filter(as_of=self.lesson.days[-1]), self.lesson.columns)
            self.calibrating = counted_rows(labelled)


def _needs(work: Work, step: Step) -> tuple[str, ...]:
    """The columns that a simple order reads."""
    return RANKERS[work.ranking](step.lesson.columns, step.lesson.seed).needs


def _ranker(work: Work, lessons: _Lessons) -> Scorer:
    """The ranker, from its file where it was kept."""
    if work.model is not None and work.model.exists():
        return from_bytes(work.model.read_bytes(), work.model.stem)
    taught = lessons.taught(taught_how(work.ranking))
    ranker = fit_taught(work.ranking, taught, lessons.calibrating, lessons.lesson.columns, lessons.lesson.seed)
    if work.model is not None and isinstance(ranker, ExplainedModel):
        write_bytes(work.model, to_bytes(ranker))
    return ranker


def taught_how(ranking: str) -> How | None:
    """Every candidate is taught as it would be for use, so that none is ahead by its lesson; simple orders are not."""
    return "doubly_robust" if ranking in GRID else None


def _score(ranker: Scorer, targets: Sequence[Target], lesson: Lesson) -> None:
    names = [*KEY, "stage", *(column.name for column in lesson.columns)]
    for target in targets:
        scores: Floats = ranker.score(target.frame.read(names))
        target.cell.keep(scores)
