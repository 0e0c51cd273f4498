"""Small charts as SVG: lines with intervals, bars, and reliability. No plotting library is among the dependencies.

A chart is a text that is valid XML and fetches nothing. Colours are told apart by people with colour blindness
(Okabe and Ito 2008); marks and dashes tell the same once more, and every series is named in the legend.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from flows.chart_axes import Axis, Scale, ends, round_ends, ticks
from flows.chart_parts import (
    COLOURS,
    LETTER,
    Frame,
    Style,
    legend,
    level_axis,
    stroke,
    text,
    upright_axis,
    whisker,
)

WIDTH, HEIGHT = 900, 440
_TOP, _BELOW, _LEGEND, _EDGE = 66, 60, 300, 24
_INSIDE = 24
"""How far the first and last points stand from the edges of the plot."""

_APART = 5
"""How far intervals at the same place stand from each other, so that each can be seen; less where places are near."""

_BAR, _BAR_SPACE = 24, 38


@dataclass(frozen=True)
class Series:
    """A named line: x, y, and where there are intervals their ends, all of one length. A NaN is left out.

    `bold` for what the chart is about, `guide` for a line that is only there to compare with, `joined` = False for
    points between which nothing lies.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    bold: bool = False
    guide: bool = False
    joined: bool = True


def lines(series: Sequence[Series], title: str, x: Axis, y: Axis, *, apart: bool = False) -> str:
    """Lines over x with their intervals as whiskers, of several series beside each other if `apart`."""
    points = [_points(one) for one in series]
    every = [point for some in points for point in some]
    if not every:
        return _nothing(title)
    styles = _styles(series)
    named, bottom = legend(styles, [one.name for one in series], WIDTH - _LEGEND + 20, _TOP + 6)
    height = max(float(HEIGHT), bottom + _EDGE)
    level, upright, frame = _scales(every, x, y, height)
    parts = [*upright_axis(y, upright, frame), *level_axis(x, level, frame)]
    step = min(_APART, 0.8 * _closest([level.at(point[0]) for point in every]) / len(series))
    for place, (one, some) in enumerate(zip(series, points, strict=True)):
        aside = step * (place - (len(series) - 1) / 2) if apart and not one.guide else 0.0
        drawn = [(level.at(a) + aside, *(upright.at(number) for number in rest)) for a, *rest in some]
        parts += _line(drawn, styles[place], joined=one.joined)
    return _drawn(title, y.title, [*parts, *named], height)


def bars(
    names: Sequence[str],
    values: Sequence[float],
    title: str,
    axis: Axis,
    *,
    told: Sequence[str] = (),
    limit: tuple[float, str] | None = None,
) -> str:
    """One level bar a name, from 0, with its value (or what is `told`) beside it; a NaN has none.

    `limit`: a number to compare with, drawn across all bars, and what it is.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return _nothing(title)
    words = told or [axis.told(value) for value in values]
    height = _TOP + _BAR_SPACE * len(names) + _BELOW
    left = _EDGE + LETTER * max(map(len, names)) + 8
    frame = Frame(left, WIDTH - _EDGE - LETTER * max(map(len, words)) - 8, _TOP, height - _BELOW)
    low, high = round_ends([0.0, *axis.reach, *finite, *([limit[0]] if limit else [])])
    scale = Scale(low, high, frame.left, frame.right)
    parts = level_axis(axis, scale, frame)
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        middle = _TOP + _BAR_SPACE * (place + 0.5)
        parts.append(text(left - 8, middle + 4, name, "end"))
        if math.isfinite(value):
            parts += _bar(scale.at(0.0), scale.at(value), middle, words[place])
    return _drawn(title, "", [*parts, *_across(limit, scale, frame)], height)


def reliability_chart(given: Sequence[Series], title: str) -> str:
    """What came over what was foretold, a line each, and beside them the diagonal on which foretold is what came.

    Most probabilities are small: both axes are square-root scales of the same length in numbers.
    """
    most = max(
        (number for one in given for number in (*one.x, *one.high, *one.y) if math.isfinite(number)), default=0.0
    )
    diagonal = Series("as foretold", (0.0, most), (0.0, most), guide=True)
    foretold = Axis("foretold probability (square-root scale)", percent=True, root=True, reach=(0.0, most))
    came = Axis("share that came, 95% intervals (square-root scale)", percent=True, root=True, reach=(0.0, most))
    return lines([*given, diagonal] if most else [], title, foretold, came)


def save(path: Path, drawn: str) -> None:
    """Write a chart, its directory made where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(drawn, "utf-8")


def _points(one: Series) -> list[tuple[float, ...]]:
    """x, y, low and high of each point; low and high are y where there is no interval."""
    low, high = one.low or one.y, one.high or one.y
    return [
        (x, y, a if math.isfinite(a) else y, b if math.isfinite(b) else y)
        for x, y, a, b in zip(one.x, one.y, low, high, strict=True)
        if math.isfinite(x) and math.isfinite(y)
    ]


def _closest(places: Sequence[float]) -> float:
    """How near each other two different places stand; without two of them, far."""
    return min((b - a for a, b in pairwise(sorted(set(places)))), default=math.inf)


def _styles(series: Sequence[Series]) -> list[Style]:
    """A guide takes no colour from the others."""
    numbers = [sum(not other.guide for other in series[:place]) for place in range(len(series))]
    return [Style(number, one.bold, one.guide) for number, one in zip(numbers, series, strict=True)]


def _scales(every: Sequence[tuple[float, ...]], x: Axis, y: Axis, height: float) -> tuple[Scale, Scale, Frame]:
    """Where x and y stand, and the plot between them, as far to the right as the numbers left of it need."""
    heights = [0.0, *y.reach, *(number for point in every for number in point[1:])]
    bottom = height - _BELOW
    upright = Scale(*(ends if y.root else round_ends)(heights), bottom, _TOP, y.root)
    left = _EDGE + LETTER * max(len(words) for _, words in ticks(y, upright)) + 7
    frame = Frame(left, WIDTH - _LEGEND, _TOP, bottom)
    numbers = [*x.reach, *(point[0] for point in every)]
    return Scale(*ends(numbers), frame.left + _INSIDE, frame.right - _INSIDE, x.root), upright, frame


def _line(points: Sequence[tuple[float, ...]], style: Style, *, joined: bool) -> list[str]:
    """A series in pixels: its line, then its intervals, then its marks on top."""
    between = pairwise(points) if joined else ()
    parts = [stroke(a[0], a[1], b[0], b[1], style.colour, style.line) for a, b in between]
    for x, _, low, high in points:
        parts += whisker(x, low, high, style.colour) if low != high else []
    return [*parts, *(style.mark(point[0], point[1]) for point in points)]


def _bar(ground: float, end: float, middle: float, words: str) -> list[str]:
    left = min(ground, end)
    return [
        f'<rect x="{left:.1f}" y="{middle - _BAR / 2:.1f}" width="{abs(end - ground):.1f}" height="{_BAR}" '
        f'fill="{COLOURS[0]}"/>',
        text(max(ground, end) + 6, middle + 4, words),
    ]


def _across(limit: tuple[float, str] | None, scale: Scale, frame: Frame) -> list[str]:
    if limit is None:
        return []
    x = scale.at(limit[0])
    line = stroke(x, frame.top - 4, x, frame.bottom, COLOURS[1], ' stroke-width="2" stroke-dasharray="6 4"')
    return [line, text(x, frame.top - 9, limit[1], "end")]


def _nothing(title: str) -> str:
    return _drawn(title, "", [text(_EDGE, 66, "too little data")], 90)


def _drawn(title: str, subtitle: str, parts: Sequence[str], height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="12" role="img">'
        f'<title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
    )
    words = [
        text(_EDGE, 26, title, more=' font-size="15" font-weight="bold"'),
        text(_EDGE, 47, subtitle, more=' fill="#444"'),
    ]
    return "\n".join([head, *words, *parts, "</svg>"]) + "\n"
