"""A logistic regression on every feature as a table of steps: each coefficient along its feature's direction.

Signed logarithms of the features are replaced by their mean within each bin, so that what is fitted is a sum of step
functions and its reasons are as exact as the boosting's. The penalty is that of a ridge; a coefficient that would run
against its feature's direction stays at 0. "Not known" counts as the mean, and has a coefficient of its own.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import polars as pl

from models.bins import Bins
from models.boosting import refuse_few_positives
from models.calibration import UNCALIBRATED
from models.explained import ExplainedModel
from models.matrix import Flags, Floats, canonical_order, feature_values, require_columns
from models.sampling import thinned

_FEWEST_UNKNOWN = 20
"""Unknown for fewer rows than this, "not known" taught nothing and adds nothing."""

_MOST_STEPS = 300


@dataclass(frozen=True)
class Feature:
    """One feature cut into bins, and its numbers: `levels` a bin (0 for "not known"), `unknown` share, and spread.

    `typical` is the bin of the typical tenancy.
    """

    bins: Bins
    numbers: np.ndarray
    levels: Floats
    unknown: float
    typical: int

    @property
    def is_flagged(self) -> bool:
        """Whether "not known" has a coefficient of its own."""
        return self.unknown > 0

    @property
    def is_typically_unknown(self) -> bool:
        """Whether the typical tenancy's value is not known."""
        return self.typical == self.bins.unknown

    @property
    def flag_spread(self) -> float:
        """The spread of "not known", by which it is put on the scale of the others."""
        return float(np.sqrt(self.unknown * (1 - self.unknown)))


@dataclass
class TabulatedRegression(ExplainedModel):
    """The regression as steps; `strength` is the inverse of the penalty."""

    name: str = "tabulated_regression"
    strength: float = 0.001
    one_in: int = 12
    coefficients: Floats = field(default_factory=lambda: np.zeros(0), init=False)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn from thinned `matrix` and its `outcomes` (rows,); the order of the rows leaves no trace."""
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")
        matrix, outcomes, weights = thinned(matrix, outcomes, weights, one_in=self.one_in, member=0, seed=self.seed)
        order = canonical_order(matrix)
        flags = outcomes[order]
        counts = np.ones(flags.size) if weights is None else weights[order]
        features = [cut_feature(feature_values(matrix, name)[order], counts) for name in self.needs]
        directions = [column.direction for column in self.columns]
        found, _ = regress(features, directions, [], flags, counts * self.strength)
        self.coefficients, self.calibration = found[:-1], UNCALIBRATED
        self.bins = tuple(feature.bins for feature in features)
        self.typical = np.array([feature.typical for feature in features], dtype=np.int64)
        self.base, self.steps = as_steps(features, found)
        return self


def regress(
    features: list[Feature], directions: list[int], beside: list[Floats], flags: Flags, counts: Floats
) -> tuple[Floats, Floats]:
    """The coefficients of the least loss: of levels, flags and the intercept (as `as_steps` takes them); of `beside`.

    `beside` are further columns (rows,) on the scale of the levels; their coefficients are not below 0. `counts`
    (rows,) weigh the rows against a penalty of half the sum of squares.
    """
    levels = [feature.levels[feature.numbers] for feature in features]
    flagged = [feature for feature in features if feature.is_flagged]
    unknown = [((f.numbers == f.bins.unknown) - f.unknown) / f.flag_spread for f in flagged]
    ranges: dict[int, tuple[float | None, float | None]] = {1: (0.0, None), -1: (None, 0.0), 0: (None, None)}
    bounds = [ranges[each] for each in directions] + [ranges[0]] * len(unknown) + [ranges[1]] * len(beside)
    values = np.stack([*levels, *unknown, *beside], axis=1)
    share = float(np.average(flags, weights=counts))
    start = np.r_[np.zeros(values.shape[1]), np.log(share / (1 - share))]
    found = _least_loss(values, flags, counts, start, bounds)
    own = len(levels) + len(unknown)
    return np.r_[found[:own], found[-1]], found[own:-1]


def as_steps(features: list[Feature], found: Floats) -> tuple[float, tuple[Floats, ...]]:
    """Coefficients as the base and the steps around the typical tenancy."""
    flag_weights = iter(found[len(features) : -1])
    base, steps = float(found[-1]), []
    for feature, weight in zip(features, found, strict=False):
        table = weight * feature.levels
        if feature.is_flagged:
            flag = next(flag_weights) / feature.flag_spread
            table = table - flag * feature.unknown
            table[-1] += flag
        base += float(table[feature.typical])
        steps.append(table - table[feature.typical])
        # What was hardly ever unknown has not taught what that means.
        steps[-1][-1] = steps[-1][-1] if feature.is_flagged else 0.0
    return base, tuple(steps)


def cut_feature(values: Floats, counts: Floats) -> Feature:
    """One feature cut into bins: `values` (rows,; NaN where not known), weighed by `counts`."""
    bins = Bins.of(values)
    numbers = bins.numbers(values)
    unknown = numbers == bins.unknown
    logs = np.where(unknown, 0.0, np.sign(values) * np.log1p(np.abs(values)))
    weight = np.bincount(numbers, weights=counts, minlength=bins.unknown + 1)[:-1].astype(np.float64)
    sums = np.bincount(numbers, weights=counts * logs, minlength=bins.unknown + 1)[:-1].astype(np.float64)
    levels = np.zeros(bins.unknown + 1)
    if weight.sum() > 0:
        levels[:-1] = _standardised(_filled(sums, weight), weight)
    share = float(np.average(unknown, weights=counts))
    is_flagged = _FEWEST_UNKNOWN <= unknown.sum() < unknown.size
    typical = bins.unknown if share > 0.5 else int(np.quantile(numbers[~unknown], 0.5, method="lower"))
    return Feature(bins, numbers, levels, share if is_flagged else 0.0, typical)


def _filled(sums: Floats, weight: Floats) -> Floats:
    """The mean of each bin; a bin that nobody was in is as the one before it, or the first that somebody was in."""
    means = np.divide(sums, weight, out=np.full(sums.size, np.nan), where=weight > 0)
    taken = np.flatnonzero(weight > 0)
    return means[taken[np.maximum(np.searchsorted(taken, np.arange(sums.size), side="right") - 1, 0)]]


def _standardised(means: Floats, weight: Floats) -> Floats:
    """Mean 0 and spread 1 over the rows that are known; 0 throughout where they do not differ."""
    centred = means - np.average(means, weights=weight)
    spread = float(np.sqrt(np.average(centred**2, weights=weight)))
    return centred / spread if spread > 1e-9 else np.zeros(means.size)


def _least_loss(
    values: Floats,
    outcomes: Flags,
    counts: Floats,
    start: Floats,
    bounds: list[tuple[float | None, float | None]],
) -> Floats:
    """Coefficients and, last, the intercept of the least weighted log loss plus half the squares, within bounds."""
    from scipy.optimize import minimize

    signs = np.where(outcomes, 1.0, -1.0)

    def loss(at: Floats) -> tuple[float, Floats]:
        margin = signs * (values @ at[:-1] + at[-1])
        pulls = -counts * signs / (1 + np.exp(np.clip(margin, -500, 500)))
        slope = np.r_[values.T @ pulls + at[:-1], pulls.sum()]
        return float(counts @ np.logaddexp(0, -margin) + at[:-1] @ at[:-1] / 2), slope

    limits = [*bounds, (None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": _MOST_STEPS})
    return np.asarray(found.x)
