"""Fit, calibrate and test a model in the order of time, using only outcomes that were known on the day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.boosting import FEWEST_POSITIVES
from models.bootstrap import DRAWS
from models.evaluation import CAPACITIES, POPULATIONS, Evaluation, evaluate
from models.explained import ExplainedModel
from models.fitting import Split, fit_baselines, fit_taught, last_ones_calibrate, on_days, taught_by
from models.gate import Gate, GateRule, judge_model, not_tested
from models.matrix import KEY, TENANCY, Column, DescribesColumn, as_columns, require_columns
from models.outcome import (
    LATE_STAGES,
    Horizon,
    count_states,
    counted_rows,
    label,
    mature_cut_offs,
    positives,
    refuse_look_ahead,
)
from models.parity import Parity, recall_parity, reference_groups
from models.rankers import MODEL, Scorer, usable_baselines
from models.stability import Stability, list_stability, other_seeds
from warehouse.errors import ModelError

MOST_HELD_OUT = 6
"""Cut-offs that are held out: half a year of months. Their outcomes overlap, which the intervals take into account."""

FEWEST_CUT_OFFS = 2
"""One cut-off teaches and a later one calibrates."""

Advance = Callable[[str, float], None]
"""Hears which step begins and the share of the work done before it."""


def _silent(step: str, share: float) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class TrainedModel:
    """A fitted, calibrated model, what it was trained on, what the held-out cut-offs showed, and the verdict."""

    model: ExplainedModel
    as_of: date
    split: Split
    label_states: Mapping[str, int]
    evaluation: Evaluation | None
    tested_split: Split | None
    gate: Gate
    capacities: tuple[int, ...]
    seed: int
    stability: Stability | None = None
    parity: tuple[Parity, ...] = ()

    @property
    def may_be_promoted(self) -> bool:
        """Whether every required condition of the gate holds."""
        return self.gate.is_open


def train(
    matrix: pl.DataFrame,
    outcomes: pl.DataFrame,
    columns: Iterable[DescribesColumn],
    *,
    as_of: date,
    seed: int = 0,
    horizon: Horizon | None = None,
    capacities: Sequence[int] = CAPACITIES,
    draws: int = DRAWS,
    progress: Advance = _silent,
    rule: GateRule = "strict",
    groups: pl.DataFrame | None = None,
) -> TrainedModel:
    """Train on the cut-offs in `matrix` whose outcomes were known on `as_of`, and test on the last of these.

    `matrix` holds the key, stage and every one of `columns`; `outcomes` the key and label_state. Only positives and
    negatives teach and test; the other label states are counted. The model that is kept is fitted on all mature
    cut-offs; the one that is tested was fitted, in the same way, on what was known before the first held-out one.
    `rule` says what the gate asks of it; `groups` (the key and a column an attribute) is for its parity only, and the
    strict gate stays shut without. `ModelError` with fewer than two mature cut-offs, or fewer than ten tenancies
    that had the outcome.
    """
    columns, horizon = as_columns(columns), horizon or Horizon()
    require_columns(matrix, [*KEY, *(column.name for column in columns)], "the training matrix")
    days = matrix["as_of"].unique()
    cut_offs = mature_cut_offs(days, as_of, horizon)
    refuse_too_few_cut_offs(cut_offs, as_of, horizon)
    # Not copied where every row is mature: the rows are what the memory of a training is made of.
    mature = label(matrix if len(cut_offs) == len(days) else on_days(matrix, cut_offs), outcomes)
    refuse_few_positive_tenancies(mature)
    progress("test", 0.0)
    tested = _test(mature, columns, cut_offs, horizon, seed, capacities, draws, rule, groups)
    progress("fit", 0.6)
    split = last_ones_calibrate(cut_offs)
    model = fit_model(mature, columns, split, seed, horizon)
    progress("done", 1.0)
    states = count_states(mature)
    return TrainedModel(
        model,
        as_of,
        split,
        states,
        tested.evaluation,
        tested.split,
        tested.gate,
        tuple(capacities),
        seed,
        tested.stability,
        tested.parity,
    )


def fit_model(
    labelled: pl.DataFrame, columns: tuple[Column, ...], split: Split, seed: int, horizon: Horizon
) -> ExplainedModel:
    """The model for use: taught the risk if nobody comes, and calibrated on the later cut-offs."""
    taught = taught_by(labelled, columns, seed, horizon, "doubly_robust", split.fit)
    model = fit_taught(MODEL, taught, counted_rows(on_days(labelled, split.calibrate)), columns, seed)
    if not isinstance(model, ExplainedModel):
        raise TypeError(f"{MODEL} is not explained: its reasons would not be exact")
    return model


def split_for_test(cut_offs: Sequence[date], horizon: Horizon) -> Split | None:
    """The longest end of `cut_offs` (at most `MOST_HELD_OUT`) before which two others were mature; None if none is."""
    for held in range(min(MOST_HELD_OUT, len(cut_offs)), 0, -1):
        first = cut_offs[-held]
        known = mature_cut_offs(cut_offs, first, horizon)
        if len(known) >= FEWEST_CUT_OFFS:
            earlier = last_ones_calibrate(known)
            return Split(earlier.fit, earlier.calibrate, tuple(cut_offs[-held:]))
    return None


@dataclass(frozen=True)
class _Tested:
    """What was held out, what it showed, and the gate."""

    split: Split | None
    gate: Gate
    evaluation: Evaluation | None = None
    stability: Stability | None = None
    parity: tuple[Parity, ...] = ()


def _test(
    labelled: pl.DataFrame,
    columns: tuple[Column, ...],
    cut_offs: Sequence[date],
    horizon: Horizon,
    seed: int,
    capacities: Sequence[int],
    draws: int,
    rule: GateRule,
    groups: pl.DataFrame | None,
) -> _Tested:
    """The split, what the held-out cut-offs showed and the gate; a gate that stays shut where nothing can be tested."""
    split = split_for_test(cut_offs, horizon)
    if split is None:
        return _Tested(None, not_tested("The history is too short to hold out a cut-off; the model was not tested."))
    refuse_look_ahead((*split.fit, *split.calibrate), split.held_out[0], horizon)
    try:
        rankers = _fitted(labelled, columns, split, seed, horizon)
    except ModelError as error:
        return _Tested(split, not_tested(f"The model could not be tested: {error}"))
    held_out = labelled.filter(pl.col("as_of").is_in(split.held_out))
    evaluation = evaluate(rankers, MODEL, held_out, capacities=capacities, seed=seed, draws=draws, groups=groups)
    baselines = [name for name in rankers if name != MODEL]
    stability = _stability(labelled, columns, split, seed, horizon, capacities, rankers[MODEL])
    parity = None if groups is None else _parity(evaluation, capacities, seed, draws)
    gate = judge_model(evaluation, baselines, capacities, parity=parity, stability=stability, rule=rule)
    return _Tested(split, gate, evaluation, stability, tuple(parity or ()))


def _parity(evaluation: Evaluation, capacities: Sequence[int], seed: int, draws: int) -> list[Parity]:
    """Recall between groups at the middle capacity: at the smallest too few are found, at the largest nearly all."""
    held_out = evaluation.tested[POPULATIONS[1]]
    k = sorted(capacities)[len(capacities) // 2]
    return recall_parity(held_out, MODEL, k, reference_groups(held_out), seed=seed, draws=draws)


def _stability(
    labelled: pl.DataFrame,
    columns: tuple[Column, ...],
    split: Split,
    seed: int,
    horizon: Horizon,
    capacities: Sequence[int],
    model: Scorer,
) -> Stability:
    """How far the list of the latest held-out cut-off is the same from other seeds; deadlines order the late stages."""
    latest = (pl.col("as_of") == split.held_out[-1]) & ~pl.col("stage").is_in(LATE_STAGES)
    rows = labelled.filter(latest).sort(KEY)
    others = [fit_model(labelled, columns, split, each, horizon) for each in other_seeds(seed)]
    return list_stability([each.score(rows) for each in (model, *others)], capacities)


def _fitted(
    labelled: pl.DataFrame, columns: tuple[Column, ...], split: Split, seed: int, horizon: Horizon
) -> dict[str, Scorer]:
    """The model and every baseline the columns allow, fitted on what was known before the first held-out cut-off."""
    rankers: dict[str, Scorer] = {MODEL: fit_model(labelled, columns, split, seed, horizon)}
    return {**rankers, **fit_baselines(usable_baselines(columns), labelled, columns, split, seed, horizon)}


def refuse_too_few_cut_offs(cut_offs: Sequence[date], as_of: date, horizon: Horizon) -> None:
    """`ModelError` where fewer than two cut-offs are mature on `as_of`."""
    if len(cut_offs) < FEWEST_CUT_OFFS:
        lag = horizon.days + horizon.reporting_lag_days
        raise ModelError(
            expected=f"at least {FEWEST_CUT_OFFS} cut-offs whose outcomes were known on {as_of}, {lag} days earlier",
            found=f"{len(cut_offs)}",
            where="the training matrix",
            remedy="Let the rules rank until there is more history, or build earlier cut-offs.",
        )


def refuse_few_positive_tenancies(labelled: pl.DataFrame) -> None:
    """`ModelError` with fewer than ten different tenancies that had the outcome: rows of one tell the same story."""
    found = labelled.filter(positives(labelled)).select(TENANCY).n_unique()
    if found < FEWEST_POSITIVES:
        raise ModelError(
            expected=f"at least {FEWEST_POSITIVES} tenancies that had the outcome",
            found=f"{found}",
            where="the mature cut-offs",
            remedy="Let the rules rank until more outcomes are known.",
        )
