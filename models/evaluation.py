"""Rankers on cut-offs that were held out: fitted on what was known by then, measured on what came after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.bootstrap import Cell, Estimates, HeldOut, Interval, estimate
from models.matrix import TENANCY, Flags, Floats
from models.measures import Curve, blocks, brier, brier_of_base_rate, found_at
from models.outcome import counted_rows, positives
from models.rankers import Ranker

CAPACITIES = (25, 50, 100, 200)
"""How many tenancies a list may hold, from a small team's month to a large one's."""

LATE_STAGES = ("termination", "court", "closed")
"""Stages that are ordered by their deadlines and not by the score."""

POPULATIONS = ("calendar", "before_termination")
"""All active tenancies at a cut-off, and those that the early-warning list is drawn from."""


@dataclass(frozen=True)
class CalibrationCheck:
    """Probabilities against what came: expected and observed positives over all held-out cut-offs, and Brier."""

    expected: float
    observed: int
    brier: float
    base_brier: float


@dataclass(frozen=True)
class Evaluation:
    """What the held-out cut-offs showed: estimates and scored rows by population, and the calibration."""

    estimates: Mapping[str, Estimates]
    tested: Mapping[str, Sequence[HeldOut]]
    calibration: CalibrationCheck
    positive_tenancies: int

    def records(self) -> pl.DataFrame:
        """One row a cut-off (null: their mean), population, ranking, measure and k, with the ends of its interval.

        `worst` and `best` are those of the order within ties, for precision and recall at a cut-off.
        """
        rows = [row for name in self.estimates for row in _records(name, self.estimates[name], self.tested[name])]
        schema = ["as_of", "population", "ranking", "measure", "k", "value", "low", "high", "worst", "best"]
        types = {"as_of": pl.Date, "k": pl.Int64, **dict.fromkeys(schema[5:], pl.Float64)}
        return pl.DataFrame(rows, schema=schema, orient="row", schema_overrides=types, infer_schema_length=None)


def evaluate(
    rankers: Mapping[str, Ranker],
    model: str,
    held_out: pl.DataFrame,
    *,
    capacities: Sequence[int] = CAPACITIES,
    seed: int = 0,
    draws: int = 200,
) -> Evaluation:
    """Measure fitted `rankers` on the labelled rows of `held_out`; `model` names the one that gives probabilities."""
    counted = counted_rows(held_out).sort("as_of", *TENANCY)
    numbered = counted.with_columns(pl.struct(TENANCY).rank("dense").cast(pl.Int64).sub(1).alias("tenancy_index"))
    every = [_tested(rankers, part) for part in numbered.partition_by("as_of", maintain_order=True)]
    late = [part["stage"].is_in(LATE_STAGES).to_numpy() for part in counted.partition_by("as_of", maintain_order=True)]
    tested = {
        POPULATIONS[0]: every,
        POPULATIONS[1]: [_only(one, ~flags) for one, flags in zip(every, late, strict=True)],
    }
    estimates = {name: estimate(ones, capacities, seed=seed, draws=draws) for name, ones in tested.items()}
    found = counted.filter(positives(counted)).select(TENANCY).n_unique()
    return Evaluation(estimates, tested, _calibration(every, model), found)


def _tested(rankers: Mapping[str, Ranker], part: pl.DataFrame) -> HeldOut:
    """One cut-off's rows with the scores of every ranker."""
    scores = {name: ranker.score(part) for name, ranker in rankers.items()}
    return HeldOut(part["as_of"][0], part["tenancy_index"].to_numpy(), positives(part).to_numpy(), scores)


def _only(tested: HeldOut, rows: Flags) -> HeldOut:
    scores = {name: score[rows] for name, score in tested.scores.items()}
    return HeldOut(tested.cut_off, tested.tenancies[rows], tested.outcomes[rows], scores)


def _calibration(tested: Sequence[HeldOut], model: str) -> CalibrationCheck:
    outcomes = np.concatenate([one.outcomes for one in tested])
    given: Floats = np.concatenate([one.scores[model] for one in tested])
    return CalibrationCheck(
        float(given.sum()), int(outcomes.sum()), brier(given, outcomes), brier_of_base_rate(outcomes)
    )


def headline(ranking: str, capacities: Sequence[int]) -> list[Cell]:
    """The cells whose mean is the headline: expected recall at each capacity."""
    return [Cell(ranking, "recall_at_k", k) for k in capacities]


def _records(population: str, estimates: Estimates, tested: Sequence[HeldOut]) -> list[tuple[object, ...]]:
    curves = [{name: blocks(score, one.outcomes).curve() for name, score in one.scores.items()} for one in tested]
    rows: list[tuple[object, ...]] = []
    for cell in estimates.cells:
        rows.append(_record(None, population, cell, estimates.mean([cell]), (None, None)))
        for one, by_ranking in zip(tested, curves, strict=True):
            bounds = _tie_bounds(by_ranking[cell.ranking], cell)
            rows.append(_record(one.cut_off, population, cell, estimates.at(one.cut_off, cell), bounds))
    return rows


def _record(
    cut_off: date | None, population: str, cell: Cell, found: Interval, bounds: tuple[float | None, float | None]
) -> tuple[object, ...]:
    numbers = (found.value, found.low, found.high)
    return (cut_off, population, cell.ranking, cell.measure, cell.k, *numbers, *bounds)


def _tie_bounds(curve: Curve, cell: Cell) -> tuple[float | None, float | None]:
    """Worst and best of precision or recall over the order within ties."""
    sizes = {"precision_at_k": min(cell.k or 0, curve.rows), "recall_at_k": curve.positives}
    size = sizes.get(cell.measure, 0.0)
    if cell.k is None or not size:
        return None, None
    found = found_at(curve, cell.k)
    return found.worst / size, found.best / size
