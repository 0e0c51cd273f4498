"""The model: boosted trees of one feature each, kept as a table of steps per feature.

The trees are scikit-learn's histogram gradient boosting without interactions, monotone where the features say so. A
sum of one-feature trees is a sum of step functions; these are read off once and kept instead of the trees. So each
contribution is a number in a table, the contributions and the base add up to the raw score exactly, and a model file
holds nothing but numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import polars as pl

from models.bins import Bins
from models.calibration import UNCALIBRATED, Calibration, calibrate
from models.matrix import Column, Flags, Floats, canonical_order, feature_values, require_columns
from warehouse.errors import ModelError

FEWEST_POSITIVES = 10
"""Below this many positives nothing can be learned that the rules do not know; the rules rank."""

_FEWEST_UNKNOWN = 20
"""A feature unknown for fewer training rows than this has taught nothing about "not known": it then adds nothing."""


def refuse_few_positives(outcomes: Flags, where: str) -> None:
    """`ModelError` where there are fewer than `FEWEST_POSITIVES` positives, or no negatives."""
    found = int(outcomes.sum())
    if found < FEWEST_POSITIVES or found == outcomes.size:
        raise ModelError(
            expected=f"at least {FEWEST_POSITIVES} positives, and negatives",
            found=f"{found} positives in {outcomes.size} rows",
            where=where,
            remedy="Let the rules rank until more outcomes are known, or train on more cut-offs.",
        )


@dataclass
class AdditiveBoosting:
    """An additive, monotone, calibrated ranker with exact contributions.

    Raw scores are log odds before calibration. `base` is the raw score of the typical tenancy: each feature at its
    training median (of those of whom it is known), or at "not known" where it is unknown for most.
    """

    columns: tuple[Column, ...]
    seed: int = 0
    rounds: int = 100
    learning_rate: float = 0.05
    most_leaves: int = 4
    fewest_rows_in_leaf: int = 40
    penalty: float = 5.0
    name: str = "additive_boosting"
    base: float = field(default=0.0, init=False)
    bins: tuple[Bins, ...] = field(default=(), init=False)
    steps: tuple[Floats, ...] = field(default=(), init=False)
    calibration: Calibration = field(default=UNCALIBRATED, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns a matrix must have."""
        return tuple(column.name for column in self.columns)

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> Self:
        """Learn from `matrix` and its `outcomes` (rows,), weighed by `weights`; the order of rows leaves no trace.

        `ModelError` with fewer than `FEWEST_POSITIVES` positives or a column that is missing.
        """
        require_columns(matrix, self.needs, "the training matrix")
        refuse_few_positives(outcomes, "the training matrix")
        order = canonical_order(matrix)
        bins, numbers, known = _binned(matrix, self.columns, order)
        self.bins, self.calibration = bins, UNCALIBRATED
        counts = None if weights is None else weights[order]
        self.base, self.steps = self._learned(numbers, known, outcomes[order], counts)
        return self

    def calibrate(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Fit the probabilities on a window later than the one that taught; the order of the scores stays."""
        order = canonical_order(matrix)
        self.calibration = calibrate(self.raw(matrix)[order], outcomes[order])
        return self

    def raw(self, matrix: pl.DataFrame) -> Floats:
        """The raw score of each row: base plus contributions."""
        return self.base + self.contributions(matrix).sum(axis=1)

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The calibrated probability of each row, strictly rising with its raw score."""
        return self.calibration.probabilities(self.raw(matrix))

    def contributions(self, matrix: pl.DataFrame) -> Floats:
        """(rows, columns): how much each feature adds to the raw score of the typical tenancy."""
        require_columns(matrix, self.needs, f"the matrix to be scored by {self.name}")
        if not self.steps:
            raise ModelError(expected="a model that was fitted", found="none", where=self.name, remedy="Fit it first.")
        added = np.empty((matrix.height, len(self.columns)))
        for j, column in enumerate(self.columns):
            added[:, j] = self.steps[j][self.bins[j].numbers(feature_values(matrix, column.name))]
        return added

    def _learned(
        self, numbers: Floats, known: Flags, outcomes: Flags, counts: Floats | None
    ) -> tuple[float, tuple[Floats, ...]]:
        """Base and steps from bin numbers; in the `known` columns "not known" taught nothing and adds nothing."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        varied = np.flatnonzero([is_varied(column) for column in numbers.T])
        typical = _typical(numbers)
        if not varied.size:
            share = np.average(outcomes, weights=counts)
            return float(np.log(share / (1 - share))), tuple(np.zeros(b.unknown + 1) for b in self.bins)
        trees = HistGradientBoostingClassifier(
            interaction_cst="no_interactions",
            monotonic_cst=[self.columns[j].direction for j in varied],
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.most_leaves,
            min_samples_leaf=min(self.fewest_rows_in_leaf, max(1, outcomes.size // 20)),
            l2_regularization=self.penalty,
            early_stopping=False,
            random_state=self.seed,
        )
        weighed = {} if counts is None else {"sample_weight": counts}
        trees.fit(numbers if varied.size == numbers.shape[1] else numbers[:, varied], outcomes, **weighed)
        sizes = [bins.unknown + 1 for bins in self.bins]
        base, steps = _read_steps(trees, typical[varied], [sizes[j] for j in varied])
        every = [np.zeros(size) for size in sizes]
        for j, found in zip(varied, steps, strict=True):
            every[j] = found
            every[j][-1] = 0.0 if known[j] else found[-1]
        return base, tuple(every)


def _binned(
    matrix: pl.DataFrame, columns: tuple[Column, ...], order: np.ndarray
) -> tuple[tuple[Bins, ...], Floats, Flags]:
    """Bins, bin numbers (rows, columns; NaN where unknown) in `order`, and which columns were nearly always known."""
    numbers = np.empty((matrix.height, len(columns)), order="F")
    bins = []
    for j, column in enumerate(columns):
        values = feature_values(matrix, column.name)[order]
        bins.append(Bins.of(values))
        numbers[:, j] = np.where(np.isnan(values), np.nan, bins[-1].numbers(values))
    return tuple(bins), numbers, np.isnan(numbers).sum(axis=0) < _FEWEST_UNKNOWN


def is_varied(numbers: Floats) -> bool:
    """Whether a column has more than one value, "not known" among them."""
    unknown = np.isnan(numbers)
    known = numbers[~unknown]
    return bool(known.size and (unknown.any() or known.min() < known.max()))


def _typical(numbers: Floats) -> Floats:
    """The bin of the typical tenancy for each column: the lower median of the known, NaN where most are unknown."""
    unknown = np.isnan(numbers)
    typical = np.full(numbers.shape[1], np.nan)
    for j in np.flatnonzero(unknown.mean(axis=0) <= 0.5):
        typical[j] = np.quantile(numbers[~unknown[:, j], j], 0.5, method="lower")
    return typical


def _read_steps(trees: Any, typical: Floats, sizes: list[int]) -> tuple[float, list[Floats]]:
    """The raw score of the typical row, and for each feature what each bin adds to it (the last one: unknown).

    Since no tree holds two features, moving one feature from its typical bin moves the raw score by exactly its own
    step, whatever the others are.
    """
    moved = [np.repeat(typical[None, :], size, axis=0) for size in sizes]
    for j, (rows, size) in enumerate(zip(moved, sizes, strict=True)):
        rows[:, j] = np.r_[np.arange(size - 1, dtype=np.float64), np.nan]
    raw = trees.decision_function(np.concatenate([typical[None, :], *moved]))
    return float(raw[0]), np.split(raw[1:] - raw[0], np.cumsum(sizes)[:-1])


def to_state(model: AdditiveBoosting) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a model file keeps: plain settings, and flat arrays of numbers."""
    settings = {
        "seed": model.seed,
        "base": model.base.hex(),
        "columns": [vars(column) for column in model.columns],
        "calibration_method": model.calibration.method,
    }
    arrays = {
        "edges": np.concatenate([bins.edges for bins in model.bins]),
        "edge_counts": np.array([bins.edges.size for bins in model.bins]),
        "steps": np.concatenate(model.steps),
        "knots": model.calibration.knots,
        "heights": model.calibration.heights,
    }
    return settings, arrays


def from_state(settings: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> AdditiveBoosting:
    """The model that `to_state` took apart, to the last bit."""
    model = AdditiveBoosting(tuple(Column(**column) for column in settings["columns"]), seed=settings["seed"])
    counts = arrays["edge_counts"]
    model.base = float.fromhex(settings["base"])
    model.bins = tuple(Bins(edges) for edges in np.split(arrays["edges"], np.cumsum(counts)[:-1]))
    model.steps = tuple(np.split(arrays["steps"], np.cumsum(counts + 2)[:-1]))
    model.calibration = Calibration(settings["calibration_method"], arrays["knots"], arrays["heights"])
    return model
