"""Which groups are counted together, so that nobody can work out a count of 1 to 4 from what is told.

The small groups of an attribute become one. What is told is then a table of a coarser division, all of it true, that
sums to the whole; there are no holes from which the total and the rest would give a number away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.records import SMALLEST_COUNT

TOGETHER = "+"
"""Stands between the names of groups that are counted as one: `age_band=18-24+25-39`."""

_SLACK = SMALLEST_COUNT - 3
"""How near the groups of a pool may come to being as large as the smallest group that is told: see `told_groups`."""


@dataclass(frozen=True)
class Counted:
    """`hits` of `counted` in a group, or in several that are told as one (their `names`).

    `beside`: other counts that may be worked out of the group from what else is told of it.
    """

    names: tuple[str, ...]
    hits: int
    counted: int
    beside: tuple[int, ...] = ()

    @property
    def group(self) -> str:
        """How it is called."""
        return TOGETHER.join(self.names)

    @property
    def is_small(self) -> bool:
        """Whether 1 to 4 of it were hits, or 1 to 4 were none, or any count beside is 1 to 4."""
        return any(0 < count < SMALLEST_COUNT for count in (self.hits, self.counted - self.hits, *self.beside))


def told_groups(groups: Sequence[Counted]) -> list[Counted]:
    """The groups of one attribute as they may be told: each as it is, or the smallest ones as one; else none at all.

    All groups up to the largest that is small become one, and more, until that is not small itself, holds two groups
    at least, and leaves room to each: were it nearly as many times the smallest told group as it holds groups, each
    would have to be nearly that large. None are told where that takes all of them, or where the whole is small: then
    nothing is told of the whole either. In the order of their names.

    Tried by every table of two and three groups (`tests/monitoring/test_suppression.py`): whoever knows this rule, and
    everything that is told, finds at least two values for every count of 1 to 4.
    """
    there = sorted((group for group in groups if group.counted), key=lambda group: (group.counted, group.names))
    if _as_one(there).is_small:
        return []
    small = [place for place, group in enumerate(there) if group.is_small]
    if not small:
        return sorted(there, key=lambda group: group.names)
    for end in range(max(2, small[-1] + 1), len(there)):
        pool = _as_one(there[:end])
        if not pool.is_small and pool.counted <= (end - 1) * there[end].counted + _SLACK:
            return sorted([pool, *there[end:]], key=lambda group: group.names)
    return []


def _as_one(groups: Sequence[Counted]) -> Counted:
    names = sorted(name for group in groups for name in group.names)
    beside = tuple(sum(counts) for counts in zip(*(group.beside for group in groups), strict=True))
    return Counted(tuple(names), sum(group.hits for group in groups), sum(group.counted for group in groups), beside)


def may_tell(hits: float, counted: float) -> bool:
    """Whether a share of the whole may be told: neither its hits nor the others are 1 to 4."""
    return not Counted((), round(hits), round(counted)).is_small
