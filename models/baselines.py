"""What the model has to beat, behind the same interface: written orders, the base rate, a ten-feature regression."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import polars as pl

from models.boosting import refuse_few_positives
from models.matrix import KEY, Flags, Floats, canonical_order, feature_values, require_columns
from models.measures import average_precision, blocks
from warehouse.errors import ModelError

MOST_REGRESSION_FEATURES = 10


@cache
def written_baselines() -> Mapping[str, Any]:
    """What `baselines.toml` says."""
    return tomllib.loads(Path(__file__).with_name("baselines.toml").read_text("utf-8"))


class Order(Protocol):
    """A written order: what it reads, and one number a row, the higher the sooner."""

    @property
    def reads(self) -> tuple[str, ...]: ...  # noqa: D102 - said above

    def values(self, matrix: pl.DataFrame) -> Floats: ...  # noqa: D102


@dataclass
class Written:
    """A baseline that needs no training but the choice among its written `orders`.

    `fit` takes the order with the highest average precision on the rows that teach, of equal ones the first named.
    """

    name: str
    orders: tuple[Order, ...]
    chosen: int = field(default=0, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of every order it may choose."""
        return tuple(dict.fromkeys(column for order in self.orders for column in order.reads))

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Choose the order; without positives or negatives the first one."""
        require_columns(matrix, self.needs, f"the matrix that {self.name} is chosen on")
        self.chosen = 0
        if len(self.orders) > 1 and 0 < outcomes.sum() < outcomes.size:
            # Rounded, so that the last bit of a sum, which hangs on the order of the rows, decides nothing.
            found = [round(_precision(order.values(matrix), outcomes, weights), 9) for order in self.orders]
            self.chosen = int(np.argmax(found))
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The chosen order's number for each row."""
        require_columns(matrix, self.needs, f"the matrix to be ranked by {self.name}")
        return self.orders[self.chosen].values(matrix)


def _precision(values: Floats, outcomes: Flags, weights: Floats | None) -> float:
    found = average_precision(blocks(values, outcomes).curve(weights))
    return found if found == found else 0.0  # NaN, where the weights leave no positive


@dataclass(frozen=True)
class ByColumns:
    """The first column decides, the next breaks its ties; "-" before a name turns it round; not known comes last."""

    columns: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns without their signs."""
        return tuple(name.removeprefix("-") for name in self.columns)

    def values(self, matrix: pl.DataFrame) -> Floats:
        """The column itself (-inf where not known), or the place in the order of all of them."""
        each = [_signed(matrix, name) for name in self.columns]
        return each[0] if len(each) == 1 else in_turn(each)


def _signed(matrix: pl.DataFrame, name: str) -> Floats:
    values = feature_values(matrix, name.removeprefix("-"))
    return np.where(np.isnan(values), -np.inf, -values if name.startswith("-") else values)


def in_turn(each: Sequence[Floats]) -> Floats:
    """One number a row that sorts as the first of `each`, its ties as the next, and so on; equal rows are equal."""
    placed = _places(each[0])
    for values in each[1:]:
        # Places again after each step: products of places would outgrow the whole numbers of a float.
        placed = _places(placed * (values.size + 1.0) + _places(values))
    return placed


def _places(values: Floats) -> Floats:
    """0 for the least value, 1 for the next; equal values share a place."""
    return pl.Series(values).rank("dense").cast(pl.Float64).to_numpy() - 1


@dataclass
class BaseRate:
    """Everyone alike: under ties its expected measures are those of drawing at random."""

    name: str = "base_rate"
    share: float = 0.0

    @property
    def needs(self) -> tuple[str, ...]:
        """The key only."""
        return KEY

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Keep the share of positives."""
        if outcomes.size:
            order = canonical_order(matrix) if weights is not None else slice(None)
            self.share = float(np.average(outcomes[order], weights=None if weights is None else weights[order]))
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The same number for every row."""
        require_columns(matrix, KEY, f"the matrix to be ranked by {self.name}")
        return np.full(matrix.height, self.share)


@dataclass
class Regression:
    """A logistic regression: signed logarithms, standardised, the median where unknown.

    Of `strengths` (the inverse of the penalty) that is taken which has the highest average precision on the latest
    third of the cut-offs that teach, when fitted on the earlier ones; then it is fitted again on all of them.
    """

    features: tuple[str, ...]
    strengths: tuple[float, ...] = (1.0,)
    name: str = "logistic_regression"
    strength: float = field(default=0.0, init=False)
    centre: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    spread: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    weights: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    intercept: float = field(default=0.0, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """Its features."""
        return self.features

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,); the order of the rows leaves no trace."""
        refuse_few_positives(outcomes, "the training matrix")
        order = canonical_order(matrix)
        values, flags = self._logarithms(matrix)[order], outcomes[order]
        counts = np.ones(flags.size) if weights is None else weights[order]
        self.strength = self.strengths[0]
        if len(self.strengths) > 1:
            self.strength = self._best_strength(values, flags, counts, matrix["as_of"].to_numpy()[order])
        self._learn(values, flags, counts, self.strength)
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The log odds of each row."""
        if not self.weights.size:
            raise not_fitted(self.name)
        return self._odds(self._logarithms(matrix))

    def _best_strength(self, values: Floats, flags: Flags, counts: Floats, days: np.ndarray) -> float:
        """The strength that ranks the latest third of the cut-offs best; the first where these cannot tell."""
        distinct = np.unique(days)
        later = days > distinct[(len(distinct) * 2) // 3 - 1] if len(distinct) > 2 else np.zeros(days.size, dtype=bool)
        if not (flags[later].sum() > 0 and flags[~later].sum() > 0):
            return self.strengths[0]
        found = []
        for strength in self.strengths:
            self._learn(values[~later], flags[~later], counts[~later], strength)
            found.append(round(_precision(self._odds(values[later]), flags[later], counts[later]), 6))
        return self.strengths[int(np.argmax(found))]

    def _learn(self, values: Floats, flags: Flags, counts: Floats, strength: float) -> None:
        from sklearn.linear_model import LogisticRegression

        self.centre = np.array([_weighted_median(column, counts) for column in values.T])
        filled = np.where(np.isnan(values), self.centre, values)
        mean = np.average(filled, axis=0, weights=counts)
        self.spread = np.maximum(np.sqrt(np.average((filled - mean) ** 2, axis=0, weights=counts)), 1e-9)
        # newton-cholesky ends at the same numbers in a few steps, where lbfgs needs hundreds.
        model = LogisticRegression(C=strength, solver="newton-cholesky", max_iter=200)
        fitted = model.fit((filled - self.centre) / self.spread, flags, sample_weight=counts)
        self.weights, self.intercept = fitted.coef_[0], float(fitted.intercept_[0])

    def _odds(self, values: Floats) -> Floats:
        filled = np.where(np.isnan(values), self.centre, values)
        return np.asarray((filled - self.centre) / self.spread @ self.weights + self.intercept)

    def _logarithms(self, matrix: pl.DataFrame) -> Floats:
        require_columns(matrix, self.needs, f"the matrix to be ranked by {self.name}")
        values = np.column_stack([feature_values(matrix, name) for name in self.features])
        return np.sign(values) * np.log1p(np.abs(values))


def _weighted_median(values: Floats, counts: Floats) -> float:
    """The value below which half of the weight lies, of what is known; twice a row counts as weight 2."""
    known = ~np.isnan(values)
    if not known.any():
        return 0.0
    order = np.argsort(values[known], kind="stable")
    passed = np.cumsum(counts[known][order])
    return float(values[known][order][np.searchsorted(passed, passed[-1] / 2)])


def not_fitted(name: str) -> ModelError:
    """The error of a ranker that is asked for scores before it learned."""
    return ModelError(expected="a ranker that was fitted", found="none", where=name, remedy="Fit it first.")
