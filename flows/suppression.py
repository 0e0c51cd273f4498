"""Counts that may be told: none that is small enough to point at persons, nor one that gives such a count away."""

from collections.abc import Sequence

FEWEST_TOLD = 5
"""Counts from 1 to 4 are not told."""


def told_counts(counts: Sequence[int]) -> list[int | None]:
    """The counts of parts whose sum is known, None where they must not be told.

    A small count is hidden. Since what is hidden adds up to the known sum less all that is told, the next smallest is
    hidden too while the hidden ones follow from that. Where there is no other to hide, nothing is told, zeros neither:
    two hidden persons in two parts would be one in each.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < FEWEST_TOLD}
    others = sorted((count, place) for place, count in enumerate(counts) if count >= FEWEST_TOLD)
    while hidden and others and _follow([counts[place] for place in hidden]):
        hidden.add(others.pop(0)[1])
    if hidden and _follow([counts[place] for place in hidden]):
        return [None] * len(counts)
    return [None if place in hidden else count for place, count in enumerate(counts)]


def _follow(hidden: Sequence[int]) -> bool:
    """Whether hidden counts follow from their sum and the rule: a lone one, few persons, or all as small or as large
    as small counts can be."""
    total, parts = sum(hidden), len(hidden)
    extreme = max(hidden) < FEWEST_TOLD and total in (parts, parts * (FEWEST_TOLD - 1))
    return parts == 1 or total < FEWEST_TOLD or extreme
