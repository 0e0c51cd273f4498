"""Intervals for measures: tenancies are drawn with replacement, each with all its cut-offs; scores stay as they are.

The same draws serve every ranker, so that a difference of two rankers has its own, paired interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from models.matrix import Flags, Floats
from models.measures import MEASURES, Blocks, Curve, Measure, blocks

DRAWS = 200
"""Enough for the ends of a 95 % interval to stand still in the second digit; more is a matter of patience."""

LOW, HIGH = 0.025, 0.975


@dataclass(frozen=True)
class HeldOut:
    """One cut-off that was held out: who (number of the tenancy), what became of them, and each ranker's scores."""

    cut_off: date
    tenancies: np.ndarray
    outcomes: Flags
    scores: Mapping[str, Floats]


@dataclass(frozen=True)
class Cell:
    """A measure of a ranker: `k` is None where the measure has none."""

    ranking: str
    measure: str
    k: int | None


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval; NaN where it could not be computed."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimates:
    """Values (cut-offs, cells) and the same for each draw (draws, cut-offs, cells)."""

    cut_offs: Sequence[date]
    cells: Sequence[Cell]
    values: Floats
    draws: Floats

    def at(self, cut_off: date, cell: Cell) -> Interval:
        """A measure at one cut-off."""
        row, column = list(self.cut_offs).index(cut_off), list(self.cells).index(cell)
        return _interval(float(self.values[row, column]), self.draws[:, row, column])

    def mean(self, cells: Sequence[Cell], minus: Sequence[Cell] = ()) -> Interval:
        """The mean over cut-offs and `cells`, less that of `minus`: paired, draw by draw."""
        of, less = ([list(self.cells).index(cell) for cell in group] for group in (cells, minus))
        value = _mean(self.values[None, :, of]) - (_mean(self.values[None, :, less]) if minus else 0.0)
        drawn = _mean(self.draws[:, :, of]) - (_mean(self.draws[:, :, less]) if minus else 0.0)
        return _interval(float(value[0]), drawn)


def _mean(numbers: Floats) -> Floats:
    """The mean over all but the first axis, of what could be computed."""
    flat = numbers.reshape(numbers.shape[0], -1)
    known = ~np.isnan(flat)
    sums, counts = np.where(known, flat, 0.0).sum(axis=1), known.sum(axis=1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _interval(value: float, drawn: Floats) -> Interval:
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [LOW, HIGH])
    return Interval(value, float(low), float(high))


def cells_of(rankings: Sequence[str], capacities: Sequence[int]) -> list[Cell]:
    """Every measure of every ranking, at every capacity where it has one."""
    return [
        Cell(ranking, measure.name, k)
        for ranking in rankings
        for measure in MEASURES.values()
        for k in (capacities if measure.at_k else (None,))
    ]


def estimate(tested: Sequence[HeldOut], capacities: Sequence[int], *, seed: int, draws: int = DRAWS) -> Estimates:
    """Every measure of every ranking at every cut-off, with `draws` redrawn values of each. `tested` is not empty."""
    rankings = list(tested[0].scores)
    sorted_once = [[blocks(one.scores[name], one.outcomes) for name in rankings] for one in tested]
    tenancies = int(max(one.tenancies.max(initial=-1) for one in tested)) + 1
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        times = np.bincount(generator.integers(0, tenancies, tenancies), minlength=tenancies).astype(np.float64)
        drawn.append(_values(sorted_once, [times[one.tenancies] for one in tested], capacities))
    values = _values(sorted_once, [None] * len(tested), capacities)
    return Estimates(
        [one.cut_off for one in tested],
        cells_of(rankings, capacities),
        values,
        np.array(drawn).reshape(draws, *values.shape),
    )


def _values(
    sorted_once: Sequence[Sequence[Blocks]], weights: Sequence[Floats | None], capacities: Sequence[int]
) -> Floats:
    """(cut-offs, cells): the measures with these weights."""
    rows = []
    for rankings, weight in zip(sorted_once, weights, strict=True):
        curves = [one.curve(weight) for one in rankings]
        rows.append([number for curve in curves for number in _measured(curve, capacities)])
    return np.array(rows)


def _measured(curve: Curve, capacities: Sequence[int]) -> list[float]:
    return [number for measure in MEASURES.values() for number in _at(measure, curve, capacities)]


def _at(measure: Measure, curve: Curve, capacities: Sequence[int]) -> list[float]:
    return [measure.of(curve, k) for k in (capacities if measure.at_k else (0,))]
