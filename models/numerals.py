"""How a number is written for people: with a comma in Danish, a point in English."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.bootstrap import Interval


def number_text(number: float, digits: int, language: str, *, sign: bool = False) -> str:
    """A number with so many `digits` after the comma or point, and its sign where `sign` asks; a dash for NaN."""
    if math.isnan(number):
        return "–"
    written = f"{number:+.{digits}f}" if sign else f"{number:.{digits}f}"
    return written.replace(".", ",") if language == "da" else written


def interval_text(found: "Interval", language: str, *, sign: bool = False) -> str:
    """A value and the ends of its interval, with three digits: "+0,012 [-0,013 til +0,025]"."""
    between = " til " if language == "da" else " to "
    value, low, high = (number_text(each, 3, language, sign=sign) for each in (found.value, found.low, found.high))
    return f"{value} [{low}{between}{high}]"
