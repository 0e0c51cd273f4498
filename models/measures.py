"""How good an order is at a capacity of k, and over all k: exact under ties, with or without weights on the rows.

All rows are ranked and take up places; only the rows whose outcome is known (*counted*) are measured. Every ranking
measure is read from one `Curve`: how many rows were taken, how many of them counted and how many positives found
after each block of equal scores. Within a block of t rows with p positives, r rows taken at random hold r·p/t
positives in expectation, at least max(0, r − (t − p)) and at most min(r, p).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np

from models.matrix import Flags, Floats

Kind = Literal["expected", "worst", "best"]

WIDE_TIES = 0.02
"""Where best and worst order within ties lie further apart than two points, the order of ties decides, not the rank."""


@dataclass(frozen=True)
class Cut:
    """A list of the first k rows: whole blocks `above` (rows, counted, found), the block that is cut, and its `rest`.

    `rest` is how many rows of the cut block are still taken. Each is a number, or an array with one number a draw.
    """

    above: tuple[Any, Any, Any]
    tied: tuple[Any, Any, Any]
    rest: Any

    @property
    def share(self) -> Any:
        """The share of the cut block that is taken."""
        return ratio(self.rest, self.tied[0], otherwise=0.0)


@dataclass(frozen=True)
class Curve:
    """After each block of equal scores, from the highest: rows `taken`, positives `found`, rows `counted`.

    Weighted sums, shape (blocks,) or, for several drawn samples at once, (blocks, draws).
    """

    taken: Any
    found: Any
    counted: Any
    _cuts: dict[float, Cut] = field(default_factory=dict, compare=False, repr=False)

    @property
    def rows(self) -> Any:
        """All rows."""
        return self.taken[-1] if len(self.taken) else 0.0

    @property
    def known(self) -> Any:
        """All rows whose outcome is known."""
        return self.counted[-1] if len(self.counted) else 0.0

    @property
    def positives(self) -> Any:
        """All positives."""
        return self.found[-1] if len(self.found) else 0.0

    def cut(self, k: float) -> Cut:
        """The first `k` rows, all of them where there are fewer."""
        if k not in self._cuts:
            self._cuts[k] = self._cut(k)
        return self._cuts[k]

    def _cut(self, k: float) -> Cut:
        if not len(self.taken):
            return Cut((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 0.0)
        size = np.minimum(k, self.rows)
        block = (self.taken < size).sum(axis=0)
        until = [_at(sums, block) for sums in (self.taken, self.counted, self.found)]
        before = [np.where(block > 0, _at(sums, np.maximum(block - 1, 0)), 0.0) for sums in self._sums]
        taken, counted, found = (end - start for end, start in zip(until, before, strict=True))
        return Cut((before[0], before[1], before[2]), (taken, counted, found), size - before[0])

    @property
    def _sums(self) -> tuple[Any, Any, Any]:
        return self.taken, self.counted, self.found


def _at(sums: Any, block: Any) -> Any:
    """The sums after each draw's own block."""
    return sums[block] if sums.ndim == 1 else sums[block, np.arange(sums.shape[1])]


def ratio(above: Any, below: Any, otherwise: float = float("nan")) -> Any:
    """`above` / `below`, and `otherwise` where nothing is below."""
    above, below = np.asarray(above), np.asarray(below)
    kind = np.result_type(above, below, np.float32)
    out = np.full(np.broadcast_shapes(above.shape, below.shape), otherwise, dtype=kind)
    return np.divide(above, below, out=out, where=below > 0)[()]


@dataclass(frozen=True)
class Blocks:
    """Rows in the order of their scores and where each block of equal scores begins: sort once, weigh often."""

    order: np.ndarray
    starts: np.ndarray
    positive: Floats
    counted: Floats

    def curve(self, weights: Floats | None = None) -> Curve:
        """The curve with a weight for each row (as given, not as ordered); every row counts 1 without."""
        ordered = np.ones(self.order.size) if weights is None else weights[self.order]
        taken, found, counted = (self._summed(ordered * each) for each in (1.0, self.positive, self.counted))
        return Curve(taken, found, counted)

    def shares_at(self, k: float) -> Floats:
        """For each row, as given, the chance that it is among the first k: 1 above the cut, a share within its tie."""
        if not self.order.size:
            return np.zeros(0)
        ends = np.r_[self.starts[1:], self.order.size].astype(np.float64)
        in_block = np.clip((k - self.starts) / (ends - self.starts), 0.0, 1.0)
        shares = np.empty(self.order.size)
        shares[self.order] = np.repeat(in_block, (ends - self.starts).astype(int))
        return shares

    def _summed(self, ordered: Floats) -> Floats:
        return np.cumsum(np.add.reduceat(ordered, self.starts)) if self.order.size else np.zeros(0)


def blocks(scores: Floats, outcomes: Flags, counted: Flags | None = None) -> Blocks:
    """Sort the rows by falling score; equal scores make one block. `counted` (all where None): the outcome is known."""
    order = np.argsort(-scores, kind="stable")
    falling = scores[order]
    starts = np.flatnonzero(np.r_[True, falling[1:] != falling[:-1]]) if order.size else np.zeros(0, dtype=int)
    known = np.ones(order.size) if counted is None else counted[order].astype(np.float64)
    return Blocks(order, starts, outcomes[order] * known, known)


@dataclass(frozen=True)
class Found:
    """Positives among the first k: in expectation over the order within ties, at worst and at best."""

    expected: Any
    worst: Any
    best: Any


def found_at(curve: Curve, k: float) -> Found:
    """The positives in the first `k` rows of an order, all of them where there are fewer rows."""
    cut = curve.cut(k)
    above, tied = cut.above[2], cut.tied[2]
    worst = above + np.maximum(0.0, cut.rest - (cut.tied[0] - tied))
    return Found(above + cut.share * tied, worst, above + np.minimum(cut.rest, tied))


def unknown_at(curve: Curve, k: float) -> Any:
    """Rows among the first `k` whose outcome is not known, in expectation over the order within ties."""
    cut = curve.cut(k)
    return (cut.above[0] - cut.above[1]) + cut.share * (cut.tied[0] - cut.tied[1])


def precision_at(curve: Curve, k: int, kind: Kind = "expected") -> Any:
    """Share of positives among the counted ones of the first k rows; NaN where there are none.

    The expectation is over the orders within ties that leave a counted row on the list. For one sample it is exact;
    for many drawn samples at once it is the ratio of the expected counts, which differs only where the cut block
    holds rows that are not counted, and then by an order of one over the rows taken from it.
    """
    cut = curve.cut(k)
    if kind == "expected":
        return _exact_precision(cut) if np.ndim(cut.rest) == 0 else _ratio_of_expected(cut)
    return _extreme_precision(cut, kind)


def _ratio_of_expected(cut: Cut) -> Any:
    found, counted = (cut.above[i] + cut.share * cut.tied[i] for i in (2, 1))
    return ratio(found, counted)


def _exact_precision(cut: Cut) -> float:
    """Mean over how many counted rows the draw from the cut block holds (hypergeometric)."""
    (_, counted_above, found_above), (tied, counted, found) = cut.above, cut.tied
    if counted == tied or cut.rest == tied or counted == 0:
        return float(_ratio_of_expected(cut))
    from scipy.stats import hypergeom

    least, most = max(0, int(cut.rest - (tied - counted))), int(min(cut.rest, counted))
    drawn = np.arange(least, most + 1)
    chance = hypergeom.pmf(drawn, int(tied), int(counted), int(cut.rest))
    listed = counted_above + drawn
    value = ratio(found_above + drawn * found / counted, listed, otherwise=0.0)
    return float(ratio((chance * value).sum(), chance[listed > 0].sum()))


def _extreme_precision(cut: Cut, kind: Kind) -> Any:
    """At worst the negatives of the cut block are taken first and its positives last, at best the other way round."""
    tied, counted, found = cut.tied
    sizes = {"positive": found, "unknown": tied - counted, "negative": counted - found}
    taken, left = {}, cut.rest
    for name in sizes if kind == "best" else reversed(sizes):
        taken[name] = np.minimum(left, sizes[name])
        left = left - taken[name]
    found_in_all = cut.above[2] + taken["positive"]
    return ratio(found_in_all, cut.above[1] + taken["positive"] + taken["negative"])


def recall_at(curve: Curve, k: int, kind: Kind = "expected") -> Any:
    """Share of all positives that are among the first k rows; NaN without positives."""
    return ratio(getattr(found_at(curve, k), kind), curve.positives)


def lift_at(curve: Curve, k: int, kind: Kind = "expected") -> Any:
    """Precision at k over the share of positives among all counted rows; NaN without positives."""
    return ratio(precision_at(curve, k, kind), ratio(curve.positives, curve.known, otherwise=0.0))


def bound_at(curve: Curve, k: int, kind: Kind = "expected", *, unknown: Literal[0, 1]) -> Any:
    """Share of positives among all the first k rows, had everyone whose outcome is not known come out as `unknown`."""
    size = np.minimum(k, curve.rows)
    if not unknown:
        return ratio(getattr(found_at(curve, k), kind), size)
    if kind == "expected":
        return ratio(found_at(curve, k).expected + unknown_at(curve, k), size)
    # Who counts as positive now is whoever is not known to be a negative.
    as_positive = Curve(curve.taken, curve.found + curve.taken - curve.counted, curve.taken)
    return ratio(getattr(found_at(as_positive, k), kind), size)


def area_under_roc(curve: Curve, k: int = 0, kind: Kind = "expected") -> Any:
    """Probability that a positive is ranked above a negative, ties half; NaN where one of them is absent."""
    if not len(curve.taken):
        return float("nan")
    missed = curve.counted - curve.found
    # A block's negatives lie below all positives found before it and beside its own: the trapezoid of both ends.
    pairs = 2 * curve.found
    pairs[1:] -= np.diff(curve.found, axis=0)
    pairs[0] -= curve.found[0]
    pairs[1:] *= np.diff(missed, axis=0)
    pairs[0] *= missed[0]
    return ratio(pairs.sum(axis=0), 2 * np.asarray(curve.positives) * missed[-1])


def average_precision(curve: Curve, k: int = 0, kind: Kind = "expected") -> Any:
    """Mean precision at the end of each block, weighted by the positives in it; NaN without positives."""
    if not len(curve.taken):
        return float("nan")
    precision = ratio(curve.found, curve.counted, otherwise=0.0)
    precision[1:] *= np.diff(curve.found, axis=0)
    precision[0] *= curve.found[0]
    return ratio(precision.sum(axis=0), curve.positives)


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
    of: Callable[..., Any]
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
        Measure("precision_if_unknown_0_at_k", partial(bound_at, unknown=0), at_k=True),
        Measure("precision_if_unknown_1_at_k", partial(bound_at, unknown=1), at_k=True),
        Measure("auc", area_under_roc, at_k=False),
        Measure("average_precision", average_precision, at_k=False),
    )
}
"""Every ranking measure by its name. A measure that is not here is not reported.

`of(curve, k, kind)` gives a number, or one a draw; `kind` ("expected", "worst", "best" order within ties) means
something where `at_k`.
"""
