"""Which inputs of the ranking have drifted: far from the night the ranking began, and unlike any month since a year."""

from collections.abc import Sequence

import polars as pl

from monitoring.profiles import DRIFTED, stability

_YEAR, _LASTING = 12, 3
FEWEST_MONTHS = 6
"""Months beside which the newest ones are held, at least: of a swing one must have seen both ends."""


def drifted(months: Sequence[pl.DataFrame], pinned: pl.DataFrame) -> dict[str, float]:
    """The stability index against `pinned` of each column that drifted, the largest first.

    `months`: profiles at month steps, the oldest first. A column has drifted where the newest three are at least
    `DRIFTED` from `pinned` and from each month of the year before them, the same season's among them: many inputs
    swing with the calendar, and swing back. Nothing has where fewer than `FEWEST_MONTHS` months came before them.
    """
    if len(months) < _LASTING + FEWEST_MONTHS:
        return {}
    newest, year = months[-_LASTING:], months[-_LASTING - _YEAR : -_LASTING]
    found = stability(newest[-1], pinned)
    for month in newest:
        for other in (pinned, *year):
            index = stability(month, other)
            found = {name: value for name, value in found.items() if index.get(name, 0.0) >= DRIFTED}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
