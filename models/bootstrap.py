"""Intervals for measures: tenancies are drawn with replacement, each with all its cut-offs; scores stay as they are.

The same draws serve every ranker, so that a difference of two rankers has its own, paired interval.

A draw gives each tenancy a number of times. For one order only sums of these over runs of rows are needed: every block
near the top, where a list of k may end, and below it the runs between positives. So each order is sorted once and
becomes a sparse matrix, and many draws at once are one product. Sums are whole numbers and exact in float32 up to
16 million rows; the drawn measures are kept in float32 (seven digits), the values in float64.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.held_out import HeldOut
from models.matrix import Floats
from models.measures import MEASURES, Blocks, Curve

__all__ = [
    "DRAWS",
    "DRAWS_TO_DECIDE",
    "Cell",
    "Estimates",
    "HeldOut",
    "Interval",
    "cells_of",
    "drawn_weights",
    "estimate",
    "interval_of",
    "rows_near_top",
]

DRAWS = 200
"""Enough for the ends of a 95 % interval to stand still in the second digit."""

DRAWS_TO_DECIDE = 1_000
"""For what is reported or decided."""

LOW, HIGH = 0.025, 0.975

Drawn = NDArray[np.float32]

_WEIGHTS_AT_ONCE = 10_000_000
"""Tenancies × draws in one product: 40 MB of weights."""


@dataclass(frozen=True)
class Cell:
    """A measure of a ranker: `k` is None where the measure has none."""

    ranking: str
    measure: str
    k: int | None


@dataclass(frozen=True)
class Interval:
    """A value with the ends of its 95 % interval and its standard error; NaN where it could not be computed."""

    value: float
    low: float
    high: float
    error: float = float("nan")


@dataclass(frozen=True)
class Estimates:
    """Values (cut-offs, cells) and the same for each draw (draws, cut-offs, cells)."""

    cut_offs: Sequence[date]
    cells: Sequence[Cell]
    values: Floats
    draws: Drawn

    def at(self, cut_off: date, cell: Cell) -> Interval:
        """A measure at one cut-off."""
        row, column = list(self.cut_offs).index(cut_off), self._column[cell]
        return interval_of(float(self.values[row, column]), self.draws[:, row, column])

    def mean(self, cells: Sequence[Cell], minus: Sequence[Cell] = ()) -> Interval:
        """The mean over cut-offs and `cells`, less that of `minus`: paired, draw by draw."""
        of, less = ([self._column[cell] for cell in group] for group in (cells, minus))
        value = _mean(self.values[None, :, of]) - (_mean(self.values[None, :, less]) if minus else 0.0)
        drawn = _mean(self.draws[:, :, of]) - (_mean(self.draws[:, :, less]) if minus else 0.0)
        return interval_of(float(value[0]), drawn)

    def ends(self) -> tuple[Floats, Floats]:
        """The ends of every interval: (1 + cut-offs, cells), the first row those of the mean over cut-offs."""
        every = np.concatenate([_mean_over_cut_offs(self.draws)[:, None], self.draws], axis=1)
        # NaN are sorted to the end; each column's quantiles are then read among its known draws.
        every.sort(axis=0)
        known = every.shape[0] - np.isnan(every).sum(axis=0)
        return _quantile(every, known, LOW), _quantile(every, known, HIGH)

    def means(self) -> Floats:
        """The mean over cut-offs of every cell's value."""
        return _mean_over_cut_offs(self.values[None])[0]

    @cached_property
    def _column(self) -> Mapping[Cell, int]:
        return {cell: number for number, cell in enumerate(self.cells)}


def _mean(numbers: NDArray[Any]) -> Floats:
    """The mean over all but the first axis, of what could be computed."""
    flat = numbers.reshape(numbers.shape[0], -1).astype(np.float64)
    known = ~np.isnan(flat)
    sums, counts = np.where(known, flat, 0.0).sum(axis=1), known.sum(axis=1)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def _mean_over_cut_offs(numbers: NDArray[Any]) -> NDArray[Any]:
    """(draws, cut-offs, cells) → (draws, cells), of what could be computed."""
    known = ~np.isnan(numbers)
    counts = known.sum(axis=1)
    sums = np.sum(numbers, axis=1, where=known)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan, dtype=numbers.dtype), where=counts > 0)


def _quantile(ordered: NDArray[Any], known: NDArray[Any], share: float) -> Floats:
    """The quantile between the draws beside it, as numpy's; NaN where no draw is known."""
    place = share * np.maximum(known - 1, 0)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    low, high = (np.take_along_axis(ordered, at[None], axis=0)[0].astype(np.float64) for at in (below, above))
    return low + (high - low) * (place - below)


def interval_of(value: float, drawn: NDArray[Any]) -> Interval:
    """The value with the 2.5 % and 97.5 % points of what was drawn, and its standard deviation as standard error."""
    known = drawn[~np.isnan(drawn)].astype(np.float64)
    if not known.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [LOW, HIGH])
    return Interval(value, float(low), float(high), float(known.std()))


def cells_of(rankings: Sequence[str], capacities: Sequence[int]) -> list[Cell]:
    """Every measure of every ranking, at every capacity where it has one."""
    return [
        Cell(ranking, measure.name, k)
        for ranking in rankings
        for measure in MEASURES.values()
        for k in (capacities if measure.at_k else (None,))
    ]


def drawn_weights(tenancies: int, *, seed: int, draws: int) -> Iterator[tuple[slice, Drawn]]:
    """How often each tenancy was drawn, (tenancies, draws of the block), a block of draws at a time.

    A draw takes as many tenancies as there are, with replacement. How many draws a block holds changes nothing.
    """
    generator = np.random.default_rng(seed)
    together = max(1, min(draws, _WEIGHTS_AT_ONCE // max(tenancies, 1)))
    for start in range(0, draws, together):
        some = range(start, min(start + together, draws))
        times = [_times(generator, tenancies) for _ in some]
        yield slice(some.start, some.stop), np.ascontiguousarray(np.stack(times).T)


def _times(generator: np.random.Generator, tenancies: int) -> Drawn:
    drawn = generator.integers(0, tenancies, tenancies)
    return np.bincount(drawn, minlength=tenancies).astype(np.float32)


def estimate(tested: Sequence[HeldOut], capacities: Sequence[int], *, seed: int, draws: int = DRAWS) -> Estimates:
    """Every measure of every ranking at every cut-off, with `draws` redrawn values of each. `tested` is not empty."""
    rankings = list(tested[0].scores)
    tenancies = int(max(one.tenancies.max(initial=-1) for one in tested)) + 1
    cells = cells_of(rankings, capacities)
    values, orders = np.empty((len(tested), len(cells))), []
    for row, one in enumerate(tested):
        # Each order is sorted once, and only its sparse sums are kept.
        found = [one.blocks(name) for name in rankings]
        values[row] = [number for each in found for number in _measured(each.curve(), capacities)]
        orders.append([_Order.of(each, one.tenancies, tenancies, capacities) for each in found])
    drawn = np.empty((draws, len(tested), len(cells)), dtype=np.float32)
    for some, weights in drawn_weights(tenancies, seed=seed, draws=draws):
        for row, every in enumerate(orders):
            drawn[some, row] = _drawn(every, weights, capacities)
    return Estimates([one.cut_off for one in tested], cells, values, drawn)


def _drawn(orders: Sequence["_Order"], weights: Drawn, capacities: Sequence[int]) -> Drawn:
    """(draws, cells): the measures of every order with the weights of a block of draws."""
    size = weights.shape[1]
    rows = [n for order in orders for n in _measured(order.curves(weights), capacities)]
    return np.stack([np.broadcast_to(np.asarray(row, dtype=np.float32), (size,)) for row in rows], axis=1)


@dataclass(frozen=True)
class _Order:
    """An order as a sparse matrix (3 × runs, tenancies): the positives, negatives and others of each run of rows."""

    matrix: Any
    runs: int

    @classmethod
    def of(cls, ordered: Blocks, tenancies: np.ndarray, count: int, capacities: Sequence[int]) -> "_Order":
        from scipy.sparse import csr_matrix

        run = _runs(ordered, tenancies, capacities)
        runs = int(run[-1]) + 1 if run.size else 0
        kind = np.where(ordered.positive > 0, 0, np.where(ordered.counted > 0, 1, 2))
        ones = np.ones(run.size, dtype=np.float32)
        return cls(csr_matrix((ones, (kind * runs + run, tenancies[ordered.order])), shape=(3 * runs, count)), runs)

    def curves(self, weights: Drawn) -> Curve:
        """The curve of every draw."""
        sums = (self.matrix @ weights).reshape(3, self.runs, weights.shape[1])
        np.cumsum(sums, axis=1, out=sums)
        sums[1] += sums[0]
        sums[2] += sums[1]
        return Curve(taken=sums[2], found=sums[0], counted=sums[1])


def _runs(ordered: Blocks, tenancies: np.ndarray, capacities: Sequence[int]) -> np.ndarray:
    """For each row in order, its run: a block, or, far below every list, all blocks between two with positives.

    No measure over all k sees the difference: between positives only the number of rows counts, and a list of the
    largest capacity ends above the merged runs (see `rows_near_top`).
    """
    if not ordered.order.size:
        return np.zeros(0, dtype=int)
    kept = rows_near_top(max(capacities, default=0), tenancies)
    holds = np.add.reduceat(ordered.positive, ordered.starts) > 0
    begins = (ordered.starts <= kept) | holds | np.r_[True, holds[:-1]]
    sizes = np.diff(np.r_[ordered.starts, ordered.order.size])
    return np.repeat(np.cumsum(begins) - 1, sizes)


def rows_near_top(k: int, tenancies: np.ndarray) -> int:
    """How many rows, from the top, hold a list of `k` in all but one of 10⁹ draws.

    The number of times that so many rows are drawn is about Poisson; it falls short of k six deviations out. Where a
    tenancy has several rows in one cut-off they are drawn together, and as many times more are needed.
    """
    repeats = int(np.bincount(tenancies).max()) if tenancies.size else 1
    return int(np.ceil((k + 6 * np.sqrt(k) + 36) * repeats))


def _measured(curve: Curve, capacities: Sequence[int]) -> list[Any]:
    return [measure.of(curve, k) for measure in MEASURES.values() for k in (capacities if measure.at_k else (0,))]
