"""A sum of trees as a table of nodes, and exactly what each feature adds to it.

Trees that see several features at once cannot be read as steps of one feature each. What a feature adds is then its
Shapley value between a row and a reference row: what its value changes, averaged over all orders in which the
reference's values can be exchanged for the row's (Lundberg and Lee, NeurIPS 2017). With one reference row it has a
closed form for each leaf, since a leaf asks a range of each feature on its way (Lundberg et al., "From local
explanations to global understanding", Nature Machine Intelligence 2020, interventional values). The values of all
features add up to the difference between the row and the reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bins import MOST_BINS, Bins
from models.matrix import Flags, Floats

Numbers = npt.NDArray[np.int64]
LEAF = -1
"""Stands for the feature of a node that asks nothing."""


@dataclass(frozen=True)
class Leaf:
    """What a leaf adds, and the bins it asks of each feature on its way: (rows' bins,) flags, "not known" last."""

    value: float
    asked: tuple[tuple[int, Flags], ...]


@dataclass(frozen=True)
class TreeSum:
    """Nodes of all trees (nodes,), root first: the feature asked, the last bin to go left, and where to go.

    `value` is what a leaf adds. `sizes` (features,) are the bins of each feature, the one for "not known" among them.
    """

    roots: Numbers
    feature: Numbers
    cut: Numbers
    unknown_left: Flags
    left: Numbers
    right: Numbers
    value: Floats
    sizes: Numbers

    def sums(self, numbers: Numbers) -> Floats:
        """(rows,): what the trees add up to for rows of bin numbers (rows, features)."""
        total, rows = np.zeros(len(numbers)), np.arange(len(numbers))
        for root in self.roots:
            at = np.full(len(numbers), root)
            while (asked := self.feature[at] != LEAF).any():
                nodes, asking = at[asked], rows[asked]
                found = numbers[asking, self.feature[nodes]]
                unknown = found == self.sizes[self.feature[nodes]] - 1
                left = np.where(unknown, self.unknown_left[nodes], found <= self.cut[nodes])
                at[asked] = np.where(left, self.left[nodes], self.right[nodes])
            total += self.value[at]
        return total

    def shapley(self, numbers: Numbers, reference: Numbers) -> Floats:
        """(rows, features): what each feature adds between the row of bin numbers `reference` and each row."""
        added = np.zeros(numbers.shape)
        for leaf in self.leaves:
            _share_out(leaf, numbers, reference, added)
        return added

    def times(self, weight: float) -> "TreeSum":
        """The same trees with every leaf times `weight`."""
        return replace(self, value=self.value * weight)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf of every tree."""
        return tuple(leaf for root in self.roots for leaf in self._below(int(root), {}))

    def _below(self, node: int, asked: Mapping[int, Flags]) -> list[Leaf]:
        feature = int(self.feature[node])
        if feature == LEAF:
            return [Leaf(float(self.value[node]), tuple(asked.items()))]
        bins = np.arange(self.sizes[feature])
        goes_left = bins <= self.cut[node]
        goes_left[-1] = self.unknown_left[node]
        before = asked.get(feature, np.ones(bins.size, dtype=bool))
        return [
            *self._below(int(self.left[node]), {**asked, feature: before & goes_left}),
            *self._below(int(self.right[node]), {**asked, feature: before & ~goes_left}),
        ]


def _share_out(leaf: Leaf, numbers: Numbers, reference: Numbers, added: Floats) -> None:
    """Add what one leaf means for each feature: the row brings some of what it asks, the reference the rest."""
    brought = [(f, bins[numbers[:, f]]) for f, bins in leaf.asked if not bins[reference[f]]]
    kept = [(f, ~bins[numbers[:, f]]) for f, bins in leaf.asked if bins[reference[f]]]
    reached = np.flatnonzero(np.logical_and.reduce([meets for _, meets in brought])) if brought else slice(None)
    left = [(f, leaves[reached]) for f, leaves in kept]
    lost = np.sum([leaves for _, leaves in left], axis=0, dtype=np.int64) if left else np.zeros(1, dtype=np.int64)
    gained = len(brought)
    for f, _ in brought:
        added[reached, f] += leaf.value * _GAIN[gained, lost]
    for f, leaves in left:
        added[reached, f] -= leaf.value * _GAIN[lost, gained] * leaves


def _gains(most: int) -> Floats:
    """[a, b]: the share of all orders in which one of `a` comes last of these and before each of `b` others."""
    gains = np.zeros((most, most))
    for a in range(1, most):
        for b in range(most):
            gains[a, b] = factorial(a - 1) * factorial(b) / factorial(a + b)
    return gains


_GAIN = _gains(40)


def of_boosting(estimator: Any, places: Sequence[int], bins: Sequence[Bins]) -> TreeSum:
    """The trees of a fitted scikit-learn histogram boosting on bin numbers.

    The estimator's column i is the feature `places[i]` of `bins`. What it begins with (its baseline) is left out.
    scikit-learn has no public way to its histogram trees; that they are read right is tested.
    """
    nodes = [predictor.nodes for (predictor,) in estimator._predictors]
    starts = np.cumsum([0, *(len(each) for each in nodes)])[:-1]
    every, start = np.concatenate(nodes), np.repeat(starts, [len(each) for each in nodes])
    leaf = every["is_leaf"].astype(bool)
    # Infinite where "not known" is parted from all that is known.
    cut = np.minimum(np.where(leaf, 0.0, every["num_threshold"]), MOST_BINS)
    return TreeSum(
        roots=starts.astype(np.int64),
        feature=np.where(leaf, LEAF, np.asarray(places, dtype=np.int64)[every["feature_idx"]]),
        cut=np.floor(cut).astype(np.int64),
        unknown_left=~leaf & every["missing_go_to_left"].astype(bool),
        left=np.where(leaf, 0, every["left"] + start).astype(np.int64),
        right=np.where(leaf, 0, every["right"] + start).astype(np.int64),
        value=np.where(leaf, every["value"], 0.0),
        sizes=np.array([each.unknown + 1 for each in bins], dtype=np.int64),
    )


def together(sums: Sequence[TreeSum]) -> TreeSum:
    """One sum of all the trees of `sums`, which are of the same features; at least one."""
    starts = np.cumsum([0, *(len(each.feature) for each in sums)])[:-1]
    moved = [
        replace(each, roots=each.roots + start, left=each.left + start, right=each.right + start)
        for each, start in zip(sums, starts, strict=True)
    ]
    names = [each.name for each in fields(TreeSum) if each.name != "sizes"]
    joined = {name: np.concatenate([getattr(each, name) for each in moved]) for name in names}
    return TreeSum(**joined, sizes=sums[0].sizes)
