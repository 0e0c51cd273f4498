"""A ranker whose reasons are exact: steps of one feature each and, where it has any, trees that see several.

What a feature adds to the raw score of the typical tenancy is a number in a table (its step) and its Shapley value in
the trees (`models.tree_sum`). All that the features add and the base make the raw score. A model file holds nothing
but these numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
import polars as pl

from models.bins import Bins
from models.calibration import UNCALIBRATED, Calibration, calibrate
from models.matrix import Column, Flags, Floats, canonical_order, feature_values, require_columns
from models.tree_sum import Numbers, TreeSum
from warehouse.errors import ModelError


@dataclass
class ExplainedModel:
    """Raw scores (log odds before calibration) as a sum over features, and calibrated probabilities.

    `base` is the raw score of the typical tenancy: each feature at its training median (of those of whom it is known),
    or at "not known" where it is unknown for most. `typical` holds its bins.
    """

    columns: tuple[Column, ...]
    seed: int = 0
    name: str = "explained"
    base: float = field(default=0.0, init=False)
    bins: tuple[Bins, ...] = field(default=(), init=False)
    steps: tuple[Floats, ...] = field(default=(), init=False)
    trees: TreeSum | None = field(default=None, init=False)
    typical: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64), init=False)
    calibration: Calibration = field(default=UNCALIBRATED, init=False)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns a matrix must have."""
        return tuple(column.name for column in self.columns)

    def calibrate(self, matrix: pl.DataFrame, outcomes: Flags) -> Self:
        """Fit the probabilities on a window later than the one that taught; the order of the scores stays."""
        order = canonical_order(matrix)
        self.calibration = calibrate(self.raw(matrix)[order], outcomes[order])
        return self

    def raw(self, matrix: pl.DataFrame) -> Floats:
        """The raw score of each row."""
        numbers = self._numbers(matrix)
        raw = self.base + self._stepped(numbers).sum(axis=1)
        if self.trees is None:
            return raw
        return np.asarray(raw + self.trees.sums(numbers) - self.trees.sums(self.typical[None, :])[0])

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The calibrated probability of each row, strictly rising with its raw score."""
        return self.calibration.probabilities(self.raw(matrix))

    def contributions(self, matrix: pl.DataFrame) -> Floats:
        """(rows, columns): how much each feature adds to the raw score of the typical tenancy."""
        numbers = self._numbers(matrix)
        added = self._stepped(numbers)
        return added if self.trees is None else added + self.trees.shapley(numbers, self.typical)

    def _numbers(self, matrix: pl.DataFrame) -> Numbers:
        """(rows, columns): the bin of each value."""
        require_columns(matrix, self.needs, f"the matrix to be scored by {self.name}")
        if not self.steps:
            raise ModelError(expected="a model that was fitted", found="none", where=self.name, remedy="Fit it first.")
        numbers = np.empty((matrix.height, len(self.columns)), dtype=np.int64, order="F")
        for j, (column, bins) in enumerate(zip(self.columns, self.bins, strict=True)):
            numbers[:, j] = bins.numbers(feature_values(matrix, column.name))
        return numbers

    def _stepped(self, numbers: Numbers) -> Floats:
        """(rows, columns): the step of each bin."""
        added = np.empty(numbers.shape)
        for j, steps in enumerate(self.steps):
            added[:, j] = steps[numbers[:, j]]
        return added


def to_state(model: ExplainedModel) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What a model file keeps: plain settings, and flat arrays of numbers."""
    settings = {
        "seed": model.seed,
        "base": model.base.hex(),
        "columns": [vars(column) for column in model.columns],
        "calibration_method": model.calibration.method,
        "name": model.name,
    }
    arrays = {
        "edges": np.concatenate([bins.edges for bins in model.bins]),
        "edge_counts": np.array([bins.edges.size for bins in model.bins]),
        "steps": np.concatenate(model.steps),
        "typical": model.typical,
        "knots": model.calibration.knots,
        "heights": model.calibration.heights,
    }
    if model.trees is not None:
        arrays |= {f"trees_{each.name}": getattr(model.trees, each.name) for each in fields(TreeSum)}
    return settings, arrays


def from_state(settings: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> ExplainedModel:
    """The model that `to_state` took apart, to the last bit."""
    columns = tuple(Column(**column) for column in settings["columns"])
    model = ExplainedModel(columns, seed=settings["seed"], name=settings["name"])
    counts = arrays["edge_counts"]
    model.base = float.fromhex(settings["base"])
    model.bins = tuple(Bins(edges) for edges in np.split(arrays["edges"], np.cumsum(counts)[:-1]))
    model.steps = tuple(np.split(arrays["steps"], np.cumsum(counts + 2)[:-1]))
    model.typical = arrays["typical"]
    if "trees_roots" in arrays:
        model.trees = TreeSum(**{each.name: arrays[f"trees_{each.name}"] for each in fields(TreeSum)})
    model.calibration = Calibration(settings["calibration_method"], arrays["knots"], arrays["heights"])
    return model
