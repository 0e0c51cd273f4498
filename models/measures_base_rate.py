"""Where the base rate collapsed from one cut-off to the next: what is measured there says little of the ranking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import exp, sqrt

Z = 1.96
HALF = 0.5


@dataclass(frozen=True)
class BaseRate:
    """How many of the rows of a cut-off had the outcome."""

    as_of: date
    positives: int
    rows: int

    @property
    def share(self) -> float:
        """The positives of all rows; 0 without rows."""
        return self.positives / self.rows if self.rows else 0.0


def collapses(rates: Sequence[BaseRate]) -> list[tuple[BaseRate, BaseRate]]:
    """The cut-offs, each after the one before it, whose base rate fell under half of that one's.

    Only where chance does not explain it: the whole 95 % interval of the ratio of both rates lies under a half.
    """
    ordered = sorted((each for each in rates if each.rows), key=lambda each: each.as_of)
    return [(before, after) for before, after in pairwise(ordered) if _highest_ratio(before, after) < HALF]


def _highest_ratio(before: BaseRate, after: BaseRate) -> float:
    """The upper end of the interval of after ÷ before; half a case is added to each so that none divides by 0."""
    more, fewer = before.positives + 0.5, after.positives + 0.5
    spread = sqrt(max(0.0, 1 / more - 1 / (before.rows + 0.5) + 1 / fewer - 1 / (after.rows + 0.5)))
    return fewer / (after.rows + 0.5) / (more / (before.rows + 0.5)) * exp(Z * spread)
