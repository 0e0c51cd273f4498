"""The model: boosted trees of one feature each, kept as a table of steps per feature.

The trees are scikit-learn's histogram gradient boosting without interactions, monotone where the features say so. A
sum of one-feature trees is a sum of step functions; these are read off once and kept instead of the trees. So each
contribution is a number in a table, the contributions and the base add up to the raw score exactly, and a model file
holds nothing but numbers.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from models.bins import Bins
from models.calibration import UNCALIBRATED
from models.explained import ExplainedModel
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
class AdditiveBoosting(ExplainedModel):
    """An additive, monotone, calibrated ranker with exact contributions.

    What each feature adds is one step: the trees hold one feature each.
    """

    rounds: int = 100
    learning_rate: float = 0.05
    most_leaves: int = 4
    fewest_rows_in_leaf: int = 40
    penalty: float = 5.0
    name: str = "additive_boosting"

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
        typical = _typical(numbers)
        unknown = np.array([each.unknown for each in bins])
        self.typical = np.where(np.isnan(typical), unknown, typical).astype(np.int64)
        self.base, self.steps = self._learned(numbers, typical, known, outcomes[order], counts)
        return self

    def _learned(
        self, numbers: Floats, typical: Floats, known: Flags, outcomes: Flags, counts: Floats | None
    ) -> tuple[float, tuple[Floats, ...]]:
        """Base and steps from bin numbers; in the `known` columns "not known" taught nothing and adds nothing."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        varied = np.flatnonzero([is_varied(column) for column in numbers.T])
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
