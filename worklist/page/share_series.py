"""The picture of a share month by month: a line with its interval, and where everything stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import floor, log10

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 40
_STEPS = 4

Value = tuple[date, float | None, float | None, float | None]


@dataclass(frozen=True)
class Point:
    """A month: where it stands, and its interval from `low` to `high` (all in the picture's units)."""

    day: date
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class SharePicture:
    """Points, the pieces of the line between neighbouring ones, and the marks beside the axes."""

    points: list[Point]
    lines: list[tuple[Point, Point]]
    levels: list[tuple[float, float]]
    months: list[tuple[float, date]]


def picture_of(values: Sequence[Value]) -> SharePicture | None:
    """The picture of (day, value, low, high), the oldest first; None where no month has a value.

    A month whose value is withheld is a gap: the line does not cross it.
    """
    told = [value for _, value, _, _ in values if value is not None]
    if not told:
        return None
    most = _round_up(max([high for _, _, _, high in values if high is not None] + told) or 1.0)
    wide = (WIDTH - LEFT - RIGHT) / max(1, len(values) - 1)
    points: list[Point | None] = []
    for place, (day, value, low, high) in enumerate(values):
        x = round(LEFT + place * wide, 1)
        points.append(
            None
            if value is None
            else Point(day, x, _y(value, most), _y(value if low is None else low, most), _y(high or value, most))
        )
    lines = [(one, other) for one, other in pairwise(points) if one and other]
    levels = [(_y(most * step / _STEPS, most), most * step / _STEPS) for step in range(_STEPS + 1)]
    every = max(1, len(values) // 6)
    months = [(round(LEFT + place * wide, 1), values[place][0]) for place in range(0, len(values), every)]
    return SharePicture([point for point in points if point], lines, levels, months)


def _round_up(value: float) -> float:
    """The next number that divides well into four: 0.2, 0.4, 0.8, 1, 2 …"""
    scale = 10.0 ** floor(log10(value))
    return next(step * scale for step in (1, 2, 4, 6, 8, 10) if step * scale >= value * (1 - 1e-9))


def _y(value: float, most: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * min(value, most) / most, 1)
