"""The axes of a chart: where a number stands, which round numbers are written beside it, and how they are told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 5.0, 10.0)
_PARTS = 5
"""About how many steps an axis has."""


@dataclass(frozen=True)
class Axis:
    """What an axis is called and how its numbers are told.

    `ticks`: where to write what, instead of round numbers. `percent`: the numbers are shares. `root`: the scale of
    square roots, on which small shares can be told apart. `reach`: numbers that must lie on it.
    """

    title: str = ""
    ticks: Sequence[tuple[float, str]] = ()
    percent: bool = False
    root: bool = False
    reach: Sequence[float] = ()

    def told(self, number: float) -> str:
        """A number as it is written: 4,677 or 12.5%."""
        return f"{round(100 * number, 6):,g}%" if self.percent else f"{round(number, 6):,.6g}"


@dataclass(frozen=True)
class Scale:
    """From the numbers `low` to `high` to the pixels `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    root: bool = False

    def at(self, number: float) -> float:
        """The pixel of a number."""
        low, high, here = (self._bent(each) for each in (self.low, self.high, number))
        return self.start + (here - low) / (high - low) * (self.end - self.start)

    def _bent(self, number: float) -> float:
        return math.sqrt(max(number, 0.0)) if self.root else number


def ends(numbers: Sequence[float]) -> tuple[float, float]:
    """The least and the most of `numbers`; never the same number twice."""
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def round_ends(numbers: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis of `numbers`: multiples of a round step."""
    low, high = ends(numbers)
    step = _step(low, high)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def ticks(axis: Axis, scale: Scale) -> list[tuple[float, str]]:
    """Where to write what: the axis's own ticks, else round numbers."""
    if axis.ticks:
        return list(axis.ticks)
    numbers = _root_numbers(scale) if scale.root else _round_numbers(scale)
    return [(number, axis.told(number)) for number in numbers]


def _step(low: float, high: float) -> float:
    rough = (high - low) / _PARTS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * step for step in _STEPS if power * step >= rough * 0.999)


def _round_numbers(scale: Scale) -> list[float]:
    step = _step(scale.low, scale.high)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _root_numbers(scale: Scale, apart: float = 30.0) -> list[float]:
    """0 and those of 1, 2, 5, 10 … that stand at least `apart` pixels from the next; from the largest down."""
    power = math.floor(math.log10(scale.high))
    numbers = [step * 10.0**exponent for exponent in range(power, power - 5, -1) for step in (5.0, 2.0, 1.0)]
    shown: list[float] = []
    for number in (number for number in numbers if number <= scale.high * 1.001):
        places = [scale.at(other) for other in (0.0, *shown[-1:])]
        if all(abs(place - scale.at(number)) >= apart for place in places):
            shown.append(number)
    return [0.0, *reversed(shown)]
