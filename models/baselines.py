"""What the model has to beat, behind the same interface: orders by one column, a regression, an unbound boosting."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl

from models.boosting import refuse_few_positives
from models.matrix import KEY, Column, Flags, Floats, canonical_order, feature_values, require_columns
from warehouse.errors import ModelError

MOST_REGRESSION_FEATURES = 10


@cache
def written_baselines() -> Mapping[str, Any]:
    """What `baselines.toml` says."""
    return tomllib.loads(Path(__file__).with_name("baselines.toml").read_text("utf-8"))


@dataclass
class ByColumn:
    """Orders by one column, the highest first, ties by a second one; not known comes last. Nothing to fit."""

    name: str
    by: str
    then: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns it orders by."""
        return (self.by, self.then) if self.then else (self.by,)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Nothing is learned."""
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The column itself (-inf where unknown), or the place in the order of both."""
        require_columns(matrix, self.needs, f"the matrix to be ranked by {self.name}")
        first = _unknown_last(feature_values(matrix, self.by))
        if not self.then:
            return first
        second = _unknown_last(feature_values(matrix, self.then))
        return _places(first) * (matrix.height + 1.0) + _places(second)


def _unknown_last(values: Floats) -> Floats:
    return np.where(np.isnan(values), -np.inf, values)


def _places(values: Floats) -> Floats:
    """The place of each value among the different ones, from the lowest: equal values, equal places."""
    return np.unique(values, return_inverse=True)[1].astype(np.float64)


@dataclass
class BaseRate:
    """Everyone alike: under ties its expected measures are those of drawing at random."""

    name: str = "base_rate"
    share: float = 0.0

    @property
    def needs(self) -> tuple[str, ...]:
        """The key only."""
        return KEY

    def fit(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Keep the share of positives."""
        self.share = float(outcomes.mean()) if outcomes.size else 0.0
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The same number for every row."""
        require_columns(matrix, KEY, f"the matrix to be ranked by {self.name}")
        return np.full(matrix.height, self.share)


@dataclass
class Regression:
    """A logistic regression on at most ten features: signed logarithms, standardised, the median where unknown."""

    features: tuple[str, ...]
    name: str = "logistic_regression"
    centre: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    spread: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    weights: Floats = field(default_factory=lambda: np.zeros(0), init=False)
    intercept: float = field(default=0.0, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """Its features."""
        return self.features

    def fit(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,); the order of the rows leaves no trace."""
        from sklearn.linear_model import LogisticRegression

        refuse_few_positives(outcomes, "the training matrix")
        order = canonical_order(matrix)
        values = self._logarithms(matrix)[order]
        self.centre = np.array([_median(column) for column in values.T])
        filled = np.where(np.isnan(values), self.centre, values)
        self.spread = np.maximum(filled.std(axis=0), 1e-9)
        fitted = LogisticRegression(C=1.0, max_iter=2000).fit((filled - self.centre) / self.spread, outcomes[order])
        self.weights, self.intercept = fitted.coef_[0], float(fitted.intercept_[0])
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The log odds of each row."""
        values = self._logarithms(matrix)
        if not self.weights.size:
            raise _not_fitted(self.name)
        filled = np.where(np.isnan(values), self.centre, values)
        return np.asarray((filled - self.centre) / self.spread @ self.weights + self.intercept)

    def _logarithms(self, matrix: pl.DataFrame) -> Floats:
        require_columns(matrix, self.needs, f"the matrix to be ranked by {self.name}")
        values = np.column_stack([feature_values(matrix, name) for name in self.features])
        return np.sign(values) * np.log1p(np.abs(values))


def _median(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else 0.0


def _not_fitted(name: str) -> ModelError:
    return ModelError(expected="a ranker that was fitted", found="none", where=name, remedy="Fit it first.")


@dataclass
class FullBoosting:
    """Histogram boosting with interactions and without directions: what additivity and monotony cost, by comparison."""

    columns: tuple[Column, ...]
    seed: int = 0
    name: str = "full_boosting"
    trees: Any = field(default=None, init=False)
    never_known: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool), init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """Every feature."""
        return tuple(column.name for column in self.columns)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,); the order of the rows leaves no trace."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        refuse_few_positives(outcomes, "the training matrix")
        order = canonical_order(matrix)
        values = self._values(matrix)[order]
        self.never_known = np.asarray(np.isnan(values).all(axis=0))
        # The estimator cannot cut a column without any value into bins.
        values[:, self.never_known] = 0.0
        self.trees = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.06, max_leaf_nodes=15, early_stopping=False, random_state=self.seed
        ).fit(values, outcomes[order])
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The raw score of each row."""
        values = self._values(matrix)
        if self.trees is None:
            raise _not_fitted(self.name)
        values[:, self.never_known] = 0.0
        return np.asarray(self.trees.decision_function(values))

    def _values(self, matrix: pl.DataFrame) -> Floats:
        require_columns(matrix, self.needs, f"the matrix to be ranked by {self.name}")
        return np.column_stack([feature_values(matrix, name) for name in self.needs])
