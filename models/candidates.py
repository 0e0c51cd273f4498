"""The candidates of `grid.toml` that are no single additive boosting: what they are made of, fitted and averaged.

Each learns from thinned negatives (`sampling.py`) and is the mean of a few members, so that the list hangs on the draw
as little as can be.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
import polars as pl

from models.baselines import not_fitted
from models.bins import Bins
from models.boosting import AdditiveBoosting, is_varied, refuse_few_positives
from models.calibration import UNCALIBRATED
from models.explained import ExplainedModel
from models.matrix import Column, Flags, Floats, canonical_order, feature_values, require_columns
from models.sampling import thinned
from models.tabulated import TabulatedRegression

MEMBER_SEEDS = 1_000
"""Members of one seed and those of the next never draw alike."""


class Fitted(Protocol):
    """What a member must be able to do: learn, and give each row a number."""

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Any: ...  # noqa: D102

    def score(self, matrix: pl.DataFrame) -> Floats: ...  # noqa: D102


@dataclass
class Trees:
    """Trees of scikit-learn on bin numbers: `grow(directions, seed, rows)` gives the estimator to be fitted.

    On bin numbers weighted fits are as fast as others. Where the estimator knows no missing values (`fill_unknown`),
    "not known" stands at the end of least risk: nothing is held against a tenancy of which nothing is known.
    """

    columns: tuple[Column, ...]
    grow: Callable[[list[int], int, int], Any]
    seed: int = 0
    fill_unknown: bool = False
    name: str = "trees"
    bins: tuple[Bins, ...] = field(default=(), init=False)
    varied: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64), init=False)
    estimator: Any = field(default=None, init=False)
    constant: float = field(default=0.0, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """Every feature."""
        return tuple(column.name for column in self.columns)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,); the order of the rows leaves no trace."""
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")
        order = canonical_order(matrix)
        counts = None if weights is None else weights[order]
        self.bins, numbers = self._cut(matrix, order)
        self.varied = np.flatnonzero([is_varied(column) for column in numbers.T])
        self.constant = float(np.average(outcomes[order], weights=counts))
        if self.varied.size:
            directions = [self.columns[j].direction for j in self.varied]
            grown = self.grow(directions, self.seed, outcomes.size)
            self.estimator = grown.fit(numbers[:, self.varied], outcomes[order], sample_weight=counts)
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The log odds of each row."""
        require_columns(matrix, self.needs, f"the matrix to be scored by {self.name}")
        if not self.bins:
            raise not_fitted(self.name)
        if not self.varied.size:
            return np.full(matrix.height, _log_odds(np.array(self.constant)))
        numbers = np.column_stack([self._numbers(matrix, j) for j in self.varied])
        if hasattr(self.estimator, "decision_function"):
            return np.asarray(self.estimator.decision_function(numbers))
        return _log_odds(self.estimator.predict_proba(numbers)[:, 1])

    def _cut(self, matrix: pl.DataFrame, order: np.ndarray) -> tuple[tuple[Bins, ...], Floats]:
        bins = []
        numbers = np.empty((matrix.height, len(self.columns)), order="F")
        for j, column in enumerate(self.columns):
            values = feature_values(matrix, column.name)[order]
            bins.append(Bins.of(values))
            numbers[:, j] = self._placed(j, bins[-1], values)
        return tuple(bins), numbers

    def _numbers(self, matrix: pl.DataFrame, j: int) -> Floats:
        return self._placed(j, self.bins[j], feature_values(matrix, self.columns[j].name))

    def _placed(self, j: int, bins: Bins, values: Floats) -> Floats:
        unknown = np.nan
        if self.fill_unknown:
            unknown = bins.unknown if self.columns[j].direction < 0 else -1.0
        return np.where(np.isnan(values), unknown, bins.numbers(values))


def _log_odds(probabilities: Floats) -> Floats:
    bounded = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return np.log(bounded / (1 - bounded))


@dataclass
class Ensemble:
    """The mean of members that differ in their seed and in the negatives they see."""

    name: str
    reads: tuple[str, ...]
    build: Callable[[int], Fitted]
    members: int = 1
    one_in: int = 1
    seed: int = 0
    fitted: tuple[Fitted, ...] = field(default=(), init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns a matrix must have."""
        return self.reads

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Fit every member on its share of the negatives; the order of the rows leaves no trace."""
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")
        self.fitted = tuple(self._member(matrix, outcomes, weights, i) for i in range(self.members))
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The mean of the members' scores."""
        require_columns(matrix, self.needs, f"the matrix to be scored by {self.name}")
        if not self.fitted:
            raise not_fitted(self.name)
        return np.mean([member.score(matrix) for member in self.fitted], axis=0)

    def _member(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None, i: int) -> Fitted:
        taught = thinned(matrix, outcomes, weights, one_in=self.one_in, member=i, seed=self.seed)
        member: Fitted = self.build(self.seed * MEMBER_SEEDS + i).fit(*taught)
        return member


@dataclass
class AveragedBoosting(AdditiveBoosting):
    """The mean of additive boostings, itself one: its steps are the means of theirs, on all their edges together.

    With a `regression` of that strength beside them, it is the mean of the boostings' mean and of the regression: the
    one sees thresholds, the other draws on many weak signs at once.
    """

    name: str = "averaged"
    members: int = 3
    one_in: int = 24
    regression: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Fit every member on its share of the negatives, and take their mean."""
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")

        def build(seed: int) -> Fitted:
            return AdditiveBoosting(self.columns, seed=seed, **self.settings)

        together = Ensemble(self.name, self.needs, build, self.members, self.one_in, self.seed)
        merged = merge([m for m in together.fit(matrix, outcomes, weights).fitted if isinstance(m, AdditiveBoosting)])
        if self.regression is not None:
            # One model of many coefficients hangs more on the draw than a mean of members: it sees twice as many.
            seen = max(1, self.one_in // 2)
            beside = TabulatedRegression(self.columns, seed=self.seed, strength=self.regression, one_in=seen)
            merged = merge([merged, beside.fit(matrix, outcomes, weights)])
        self.base, self.bins, self.steps = merged.base, merged.bins, merged.steps
        self.typical = merged.typical
        self.calibration = UNCALIBRATED
        return self


def merge(models: Sequence[ExplainedModel]) -> AdditiveBoosting:
    """The additive model whose raw score is the mean of the raw scores of `models`, uncalibrated.

    All are of the same columns. A bin of the mean lies within one bin of each: its step is the mean of theirs.
    """
    merged = AdditiveBoosting(models[0].columns, seed=models[0].seed)
    bins, steps = [], []
    for j in range(len(models[0].columns)):
        edges = np.unique(np.concatenate([model.bins[j].edges for model in models]))
        # Each bin stands for itself by its lower edge, the first one by whatever lies below all edges.
        inside = np.r_[-np.inf, edges, np.nan]
        steps.append(np.mean([model.steps[j][model.bins[j].numbers(inside)] for model in models], axis=0))
        bins.append(Bins(edges))
    merged.base = float(np.mean([model.base for model in models]))
    merged.bins, merged.steps = tuple(bins), tuple(steps)
    merged.typical = np.array([_place_of(models[0], j, bins[j]) for j in range(len(bins))], dtype=np.int64)
    return merged


def _place_of(model: ExplainedModel, j: int, bins: Bins) -> int:
    """The first of the finer `bins` that lies in the bin of the typical tenancy of `model`."""
    inside = model.bins[j].numbers(np.r_[-np.inf, bins.edges, np.nan])
    return int(np.flatnonzero(inside == model.typical[j])[0])


def boosting(
    *, rounds: int, learning_rate: float, most_leaves: int, bound: bool, features_share: float, fewest_in_leaf: int
) -> Callable[[list[int], int, int], Any]:
    """Histogram boosting with interactions; along the directions of the features where `bound`."""

    def grow(directions: list[int], seed: int, rows: int) -> Any:
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(
            monotonic_cst=directions if bound else None,
            max_iter=rounds,
            learning_rate=learning_rate,
            max_leaf_nodes=most_leaves,
            max_features=features_share,
            min_samples_leaf=min(fewest_in_leaf, max(1, rows // 20)),
            l2_regularization=5.0,
            early_stopping=False,
            random_state=seed,
        )

    return grow


def forest(*, trees: int, fewest_in_leaf: int, features_share: float) -> Callable[[list[int], int, int], Any]:
    """A forest of extremely randomised trees along the features' directions: quicker than one that seeks its cuts."""

    def grow(directions: list[int], seed: int, rows: int) -> Any:
        from sklearn.ensemble import ExtraTreesClassifier

        return ExtraTreesClassifier(
            n_estimators=trees,
            min_samples_leaf=min(fewest_in_leaf, max(1, rows // 20)),
            max_features=features_share,
            monotonic_cst=directions,
            n_jobs=1,
            random_state=seed,
        )

    return grow
