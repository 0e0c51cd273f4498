"""How good an order is at a capacity of k, and over all k: exact under ties, with or without weights on the rows.

Every ranking measure is read from one `Curve`: how many rows were taken and how many positives found after each
block of equal scores. Within a block of t rows with p positives, r rows taken at random hold r·p/t positives in
expectation, at least max(0, r − (t − p)) and at most min(r, p).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.matrix import Flags, Floats


@dataclass(frozen=True)
class Curve:
    """After each block of equal scores, from the highest: rows `taken` and positives `found` (weighted sums)."""

    taken: Floats
    found: Floats

    @property
    def rows(self) -> float:
        """All rows."""
        return float(self.taken[-1]) if self.taken.size else 0.0

    @property
    def positives(self) -> float:
        """All positives."""
        return float(self.found[-1]) if self.found.size else 0.0


@dataclass(frozen=True)
class Blocks:
    """Rows in the order of their scores and where each block of equal scores begins: sort once, weigh often."""

    order: np.ndarray
    starts: np.ndarray
    positive: Floats

    def curve(self, weights: Floats | None = None) -> Curve:
        """The curve with a weight for each row (as given, not as ordered); every row counts 1 without."""
        if not self.order.size:
            return Curve(np.zeros(0), np.zeros(0))
        ordered = np.ones(self.order.size) if weights is None else weights[self.order]
        taken = np.cumsum(np.add.reduceat(ordered, self.starts))
        return Curve(taken, np.cumsum(np.add.reduceat(ordered * self.positive, self.starts)))


def blocks(scores: Floats, outcomes: Flags) -> Blocks:
    """Sort the rows by falling score; equal scores make one block."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    starts = np.flatnonzero(np.r_[True, falling[1:] != falling[:-1]]) if order.size else np.zeros(0, dtype=int)
    return Blocks(order, starts, outcomes[order].astype(np.float64))


@dataclass(frozen=True)
class Found:
    """Positives among the first k: in expectation over the order within ties, at worst and at best."""

    expected: float
    worst: float
    best: float


def found_at(curve: Curve, k: float) -> Found:
    """The positives in the first `k` rows of an order, all of them where there are fewer rows."""
    if not curve.taken.size:
        return Found(0.0, 0.0, 0.0)
    k = min(float(k), curve.rows)
    block = int(np.searchsorted(curve.taken, k, side="left"))
    above, above_found = (curve.taken[block - 1], curve.found[block - 1]) if block else (0.0, 0.0)
    tied, tied_found = curve.taken[block] - above, curve.found[block] - above_found
    rest = k - above
    expected = above_found + (rest * tied_found / tied if tied else 0.0)
    worst = above_found + max(0.0, rest - (tied - tied_found))
    return Found(float(expected), float(worst), float(above_found + min(rest, tied_found)))


Kind = Literal["expected", "worst", "best"]


def precision_at(curve: Curve, k: int, kind: Kind = "expected") -> float:
    """Share of positives among the first k rows; NaN without rows."""
    size = min(float(k), curve.rows)
    return getattr(found_at(curve, k), kind) / size if size else float("nan")


def recall_at(curve: Curve, k: int, kind: Kind = "expected") -> float:
    """Share of all positives that are among the first k rows; NaN without positives."""
    return getattr(found_at(curve, k), kind) / curve.positives if curve.positives else float("nan")


def lift_at(curve: Curve, k: int, kind: Kind = "expected") -> float:
    """Precision at k over the share of positives among all rows; NaN without positives."""
    base = curve.positives / curve.rows if curve.rows else 0.0
    return precision_at(curve, k, kind) / base if base else float("nan")


def area_under_roc(curve: Curve, k: int = 0) -> float:
    """Probability that a positive is ranked above a negative, ties half; NaN where one of them is absent."""
    negatives = curve.rows - curve.positives
    if not curve.positives or not negatives:
        return float("nan")
    hits = np.r_[0.0, curve.found] / curve.positives
    misses = np.r_[0.0, curve.taken - curve.found] / negatives
    return float(np.sum(np.diff(misses) * (hits[1:] + hits[:-1]) / 2))


def average_precision(curve: Curve, k: int = 0) -> float:
    """Mean precision at the end of each block, weighted by the positives in it; NaN without positives."""
    if not curve.positives:
        return float("nan")
    precision = np.divide(curve.found, curve.taken, out=np.zeros_like(curve.found), where=curve.taken > 0)
    return float(np.sum(np.diff(np.r_[0.0, curve.found]) * precision) / curve.positives)


def brier(probabilities: Floats, outcomes: Flags, weights: Floats | None = None) -> float:
    """Mean squared difference of probability and outcome: 0 is perfect; NaN without rows."""
    if not outcomes.size:
        return float("nan")
    return float(np.average((probabilities - outcomes) ** 2, weights=weights))


def brier_of_base_rate(outcomes: Flags) -> float:
    """The Brier score of giving everyone the share of positives p: p(1 − p). What a model has to stay under."""
    return float(np.mean(outcomes) * (1 - np.mean(outcomes))) if outcomes.size else float("nan")


@dataclass(frozen=True)
class Measure:
    """A ranking measure: how it is computed from a curve (and k), which way is better, and its range."""

    name: str
    of: Callable[[Curve, int], float]
    at_k: bool
    better: Literal[1, -1] = 1
    lowest: float = 0.0
    highest: float = 1.0


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("precision_at_k", precision_at, at_k=True),
        Measure("recall_at_k", recall_at, at_k=True),
        Measure("lift_at_k", lift_at, at_k=True, highest=float("inf")),
        Measure("auc", area_under_roc, at_k=False),
        Measure("average_precision", average_precision, at_k=False),
    )
}
"""Every ranking measure by its name. A measure that is not here is not reported."""
