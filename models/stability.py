"""Whether the list stands still between seeds: the same data and another seed should name the same tenancies.

The overlap of two lists of k is the share of their places that they have in common.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

import numpy as np

from models.matrix import Floats

SEED_STEP = 1_000
"""Distance between the seeds that are compared: an ensemble that counts up from its seed must share no member."""

SEEDS = 3
"""How many lists are compared at the gate, the model's own among them: three pairs."""


@dataclass(frozen=True)
class Stability:
    """The mean overlap of every pair of lists, by k; `seeds` is how many lists there were."""

    seeds: int
    overlap_at: Mapping[int, float]

    @property
    def overlap(self) -> float:
        """The mean over every k; 1 where no list leaves anybody out."""
        return fmean(self.overlap_at.values()) if self.overlap_at else 1.0


def list_stability(scores: Sequence[Floats], capacities: Sequence[int]) -> Stability:
    """How far the lists drawn from `scores` (one array a seed, the same rows in the same order) agree.

    A k that takes every row says nothing and is left out.
    """
    rows = scores[0].size
    overlaps = {k: _mean_overlap([_top(each, k) for each in scores], k) for k in capacities if k < rows}
    return Stability(len(scores), overlaps)


def overlap(first: Floats, second: Floats, k: int) -> float | None:
    """The share of `k` places that two scores of the same rows have in common; None where there are no rows."""
    size = min(k, first.size)
    return len(_top(first, size) & _top(second, size)) / size if size else None


def other_seeds(seed: int) -> list[int]:
    """The seeds that the model's own is compared with."""
    return [seed + SEED_STEP * number for number in range(1, SEEDS)]


def _top(scores: Floats, k: int) -> set[int]:
    """The rows of the k highest scores; of equal ones those that come first, in every list alike."""
    return set(np.argsort(-scores, kind="stable")[:k].tolist())


def _mean_overlap(lists: Sequence[set[int]], k: int) -> float:
    return fmean(len(one & other) / k for one, other in combinations(lists, 2))
