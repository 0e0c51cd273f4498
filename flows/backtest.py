"""The backtest of a municipality: past cut-offs built, proved and ranked; how good each ranking was, as records."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from flows.backtest_cut_offs import (
    CutOffs,
    cut_offs_for,
    fixed_stage_rows,
    mark_proved,
    outcomes_of,
    refuse_nothing_to_test,
    refuse_ungrounded,
    stored_cut_offs,
)
from flows.backtest_guard import days_to_prove, prove_no_look_ahead
from flows.home import Home
from flows.progress import Advance, bar, silent
from flows.retrain import audited_groups, horizon_of
from flows.runs import exclusive, recorded
from flows.scoring import model_columns
from flows.workroom import Workroom, opened
from models.backtest import Backtest, BacktestPlan, backtest
from models.backtest_files import StoredFrame, keep_labels
from models.backtest_records import Reported, report
from models.evaluation import CURVE, with_today
from models.matrix import KEY, Column, as_columns
from models.operated import Operation
from models.rankers import GRID, MODEL, usable_baselines

DRAWS = 1_000
"""Bootstrap draws: what is reported is read to the second digit."""


@dataclass(frozen=True)
class Tested:
    """What a backtest gave: its records (see `report`), what can be said of them, and the backtest itself.

    `model` is the ranking that the verdict is about, `k` how many the team can take on today, `minutes_per_contact`
    what each of them is assumed to take.
    """

    as_of: date
    cut_offs: CutOffs
    reported: Reported
    found: Backtest
    model: str
    k: int
    minutes_per_contact: int


@dataclass(frozen=True)
class Asked:
    """What is asked of a backtest; the settings say what is None.

    `cut_offs`: how many past months are tested. `processes`: how many work at a time. `rankings`: which are compared
    (every candidate, and every baseline that the columns allow).
    """

    cut_offs: int | None = None
    processes: int | None = None
    rankings: tuple[str, ...] | None = None


EVERYTHING = Asked()


def run_backtest(home: Home, as_of: date, asked: Asked = EVERYTHING) -> Tested:
    """The backtest as the command line runs it: with a progress bar."""
    home.require()
    with bar("Tilbageprøvning") as progress:
        return backtest_home(home, as_of, asked, progress)


def backtest_home(home: Home, as_of: date, asked: Asked = EVERYTHING, progress: Advance = silent) -> Tested:
    """Rank the latest past cut-offs whose outcomes were known on `as_of`, and measure.

    Nothing is taken in and nothing is promoted. The warehouse is let go before the ranking begins, which takes longest:
    a night may run meanwhile. `ModelError` where nothing can be tested, `LookAheadError` where a feature looks ahead,
    `SettingsError` where the source register states no ground for a model.
    """
    with exclusive(home), recorded(home, "backtest", as_of), opened(home) as room:
        given = prepare(room, as_of, asked, _part(progress, 0.0, 0.3))
    directory = home.path / "backtests"
    with exclusive(home, directory / "ranking.lock"):
        found = backtest(
            given.cohorts,
            given.outcomes,
            given.columns,
            directory,
            given.plan,
            known_on=lambda day, _: given.labels[day],
            fixed_stage=given.fixed_stage,
            groups=given.groups,
            progress=_part(progress, 0.3, 0.95),
        )
    progress("report", 0.95)
    reported, minutes = report(found, given.plan, given.operation), given.operation.minutes_per_contact
    return Tested(as_of, given.cut_offs, reported, found, given.plan.model, given.k, minutes)


@dataclass(frozen=True)
class Given:
    """Everything that the warehouse and the settings have to say to a backtest.

    `labels`: for each tested cut-off the outcomes that teach, as known on its day. `k` is the team's capacity.
    """

    cut_offs: CutOffs
    cohorts: dict[date, StoredFrame]
    labels: dict[date, StoredFrame]
    outcomes: pl.DataFrame
    fixed_stage: pl.DataFrame
    groups: pl.DataFrame
    columns: tuple[Column, ...]
    plan: BacktestPlan
    operation: Operation
    k: int


def prepare(room: Workroom, as_of: date, asked: Asked = EVERYTHING, progress: Advance = silent) -> Given:
    """Build and prove the cut-offs, and look up what became of everybody."""
    refuse_ungrounded(room)
    window, directory = room.settings.training.cutoffs, room.home.path / "backtests"
    days = cut_offs_for(room, as_of, asked.cut_offs or window, window)
    refuse_nothing_to_test(days, as_of)
    progress("features", 0.0)
    built = stored_cut_offs(room, directory, days.needed, _part(progress, 0.0, 0.7))
    progress("guard", 0.7)
    prove_no_look_ahead(room, built.cohorts, days_to_prove(built.unproved))
    mark_proved(directory, built.unproved)
    progress("outcomes", 0.8)
    plan = plan_for(room, days, asked)
    folds = plan.splitter.plan(built.cohorts)
    labels = {fold.test: keep_labels(directory, outcomes_of(room, fold.teach, fold.test)) for fold in folds}
    later = fixed_stage_rows(room, directory, days.tested, as_of)
    outcomes = outcomes_of(room, days.tested, as_of)
    return Given(
        days,
        built.cohorts,
        labels,
        _each_once(outcomes, later.outcomes),
        later.matrix,
        _each_once(audited_groups(room, outcomes), later.audit),
        as_columns(model_columns(room)),
        plan,
        operation_of(room),
        room.settings.worklist.capacity,
    )


def _each_once(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """The rows of both, the first ones where a key is in both: a first demand's day may be a cut-off."""
    if second.is_empty():
        return first
    return pl.concat([first, second.select(first.columns)]).unique(KEY, keep="first", maintain_order=True)


def _part(progress: Advance, begin: float, end: float) -> Advance:
    """A progress over a part of the whole."""
    return lambda step, share: progress(step, begin + (end - begin) * share)


def plan_for(room: Workroom, days: CutOffs, asked: Asked) -> BacktestPlan:
    """What is asked, taught as `bovagt retrain` teaches."""
    columns = as_columns(model_columns(room))
    return BacktestPlan(
        rankings=asked.rankings or tuple(dict.fromkeys((MODEL, *GRID, *usable_baselines(columns)))),
        model=MODEL,
        horizon=horizon_of(room),
        window=room.settings.training.cutoffs,
        test_on=days.tested,
        capacities=with_today(CURVE, room.settings.worklist.capacity),
        seed=room.settings.training.seed,
        draws=DRAWS,
        processes=asked.processes or room.settings.resources.threads,
    )


def operation_of(room: Workroom) -> Operation:
    """How the team works, by the settings: a night's places, and for how long a case is not issued again."""
    wanted = room.settings.worklist
    return Operation(
        wanted.capacity,
        quiet_days=wanted.quiet_days_after_agreed,
        horizon_days=room.settings.outcome.horizon_days,
        minutes_per_contact=wanted.minutes_per_contact,
    )
