"""Small charts as SVG: lines with intervals, bars, and reliability. No plotting library is among the dependencies.

A chart is a text that is valid XML and fetches nothing. Colours are told apart by people with colour blindness
(Okabe and Ito 2008), and every series is named in the legend.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 210, 40, 50
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


@dataclass(frozen=True)
class Series:
    """A named line: x, y, and where there are intervals their ends, all of one length. A NaN is left out.

    `dashed` for what is only there to compare with.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    dashed: bool = False


@dataclass(frozen=True)
class _Scale:
    """From the numbers of a chart to places in its picture."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        """Pixels from the left."""
        return _LEFT + (value - self.x_low) / (self.x_high - self.x_low) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return HEIGHT - _BOTTOM - (value - self.y_low) / (self.y_high - self.y_low) * (HEIGHT - _TOP - _BOTTOM)


def lines(
    series: Sequence[Series],
    title: str,
    x_title: str,
    y_title: str,
    *,
    ticks: Sequence[tuple[float, str]] = (),
) -> str:
    """Lines over x with their intervals as whiskers. `ticks`: where to write what below the x axis."""
    points = [_points(one) for one in series]
    every = [point for some in points for point in some]
    if not every:
        return _drawn(title, x_title, y_title, [_text(_LEFT + 20, HEIGHT / 2, "too little data")])
    scale = _Scale(
        *_wide([point[0] for point in every]), *_wide([0.0, *(number for point in every for number in point[1:])])
    )
    parts = _axes(scale, ticks)
    for number, (one, some) in enumerate(zip(series, points, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        parts += _line(some, scale, colour, dashed=one.dashed)
        parts += _legend(number, one.name, colour)
    return _drawn(title, x_title, y_title, parts)


def bars(names: Sequence[str], values: Sequence[float], title: str, y_title: str) -> str:
    """One bar a name, from 0, with its value above; a NaN has none."""
    if not any(math.isfinite(value) for value in values):
        return _drawn(title, "", y_title, [_text(_LEFT + 20, HEIGHT / 2, "too little data")])
    scale = _Scale(-0.5, len(names) - 0.5, *_wide([0.0, *filter(math.isfinite, values)]))
    parts = _axes(scale, [(float(place), name) for place, name in enumerate(names)])
    for place, value in enumerate(values):
        if math.isfinite(value):
            left, right, ground, top = scale.x(place - 0.3), scale.x(place + 0.3), scale.y(0.0), scale.y(value)
            high = min(ground, top)
            parts.append(
                f'<rect x="{left:.1f}" y="{high:.1f}" width="{right - left:.1f}" height="{abs(ground - top):.1f}" '
                f'fill="{COLOURS[0]}"/>'
            )
            parts.append(_text((left + right) / 2, high - 4, _number(value), "middle"))
    return _drawn(title, "", y_title, parts)


def reliability_chart(given: Sequence[Series], title: str) -> str:
    """What came over what was foretold, a line each, and beside them the diagonal on which foretold is what came."""
    most = max(
        (number for one in given for number in (*one.x, *one.high, *one.y) if math.isfinite(number)), default=0.0
    )
    diagonal = Series("as foretold", (0.0, most), (0.0, most), dashed=True)
    return lines([*given, diagonal] if most else [], title, "foretold probability", "share that came")


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


def _wide(numbers: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis; never the same number twice."""
    low, high = min(numbers), max(numbers)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _axes(scale: _Scale, ticks: Sequence[tuple[float, str]]) -> list[str]:
    steps = [part / 4 for part in range(5)]
    shown = ticks or [(x, _number(x)) for x in (scale.x_low + s * (scale.x_high - scale.x_low) for s in steps)]
    parts = [_text(scale.x(x), HEIGHT - _BOTTOM + 18, name, "middle") for x, name in shown]
    for y in (scale.y_low + step * (scale.y_high - scale.y_low) for step in steps):
        parts.append(_stroke(_LEFT, scale.y(y), WIDTH - _RIGHT, scale.y(y), "#ddd"))
        parts.append(_text(_LEFT - 6, scale.y(y) + 4, _number(y), "end"))
    return parts


def _line(points: Sequence[tuple[float, ...]], scale: _Scale, colour: str, *, dashed: bool) -> list[str]:
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    parts = [
        _stroke(scale.x(a[0]), scale.y(a[1]), scale.x(b[0]), scale.y(b[1]), colour, dash) for a, b in pairwise(points)
    ]
    for x, y, low, high in points:
        if low < high:
            parts.append(_stroke(scale.x(x), scale.y(low), scale.x(x), scale.y(high), colour, ' stroke-opacity="0.5"'))
        if not dashed:
            parts.append(f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="3" fill="{colour}"/>')
    return parts


def _legend(number: int, name: str, colour: str) -> list[str]:
    left, top = WIDTH - _RIGHT + 15, _TOP + 20 * number
    return [_stroke(left, top, left + 18, top, colour, ' stroke-width="3"'), _text(left + 24, top + 4, name)]


def _stroke(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _number(value: float) -> str:
    return f"{value:.3g}"


def _drawn(title: str, x_title: str, y_title: str, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" role="img"><title>{escape(title)}</title><rect width="100%" height="100%" fill="white"/>'
    )
    words = [
        _text(_LEFT, 20, f"{title} ({y_title})" if y_title else title),
        _text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 10, x_title, "middle"),
    ]
    return "\n".join([head, *words, *parts, "</svg>"]) + "\n"
