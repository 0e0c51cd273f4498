"""The parts of a chart as SVG: words, strokes, marks, the axes and the legend."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from flows.chart_axes import Axis, Scale, ticks

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_SHAPES = ("circle", "square", "up", "diamond", "down", "cross", "plus")
_DASHES = ("", "7 3", "2 3", "9 3 2 3", "5 5", "12 4", "3 2 1 2")
GUIDE = "#777"
LETTER = 7.4
"""How wide a letter is, in pixels."""

_LEGEND_LETTERS = 32
_LINE = 17


@dataclass(frozen=True)
class Frame:
    """The edges of the plot within its picture, in pixels from the upper left."""

    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Style:
    """How a series is told from others: by colour, by dash and by mark, so that no one of them is needed.

    A `guide` is grey, dashed and without marks; what is `bold` is drawn thick.
    """

    number: int
    bold: bool = False
    guide: bool = False

    @property
    def colour(self) -> str:
        """The colour of line, marks and intervals."""
        return GUIDE if self.guide else COLOURS[self.number % len(COLOURS)]

    @property
    def line(self) -> str:
        """The attributes of the line."""
        dash = "4 4" if self.guide else "" if self.bold else _DASHES[self.number % len(_DASHES)]
        return f' stroke-width="{2.5 if self.bold else 1.5}"' + (f' stroke-dasharray="{dash}"' if dash else "")

    def mark(self, x: float, y: float) -> str:
        """The mark of a point; after the seventh series they are hollow. A guide has none."""
        if self.guide:
            return ""
        fill = self.colour if self.number < len(_SHAPES) else "white"
        path = _shape(_SHAPES[self.number % len(_SHAPES)], x, y, 5.0 if self.bold else 4.0)
        return f'<path class="mark" d="{path}" fill="{fill}" stroke="{self.colour}" stroke-width="1.5"/>'


def text(x: float, y: float, words: str, anchor: str = "start", more: str = "") -> str:
    """Words, whatever letters are in them."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def stroke(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    """A straight line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def whisker(x: float, low: float, high: float, colour: str) -> list[str]:
    """An interval with caps, upright at `x`."""
    faint = ' stroke-opacity="0.65"'
    caps = [stroke(x - 3, end, x + 3, end, colour, faint) for end in (low, high)]
    return [stroke(x, low, x, high, colour, f' class="interval"{faint}'), *caps]


def upright_axis(axis: Axis, scale: Scale, frame: Frame) -> list[str]:
    """Numbers left of the plot, a faint line at each and a clear one at 0."""
    parts = []
    for number, words in ticks(axis, scale):
        y = scale.at(number)
        parts.append(stroke(frame.left, y, frame.right, y, "#888" if number == 0 else "#ddd"))
        parts.append(text(frame.left - 7, y + 4, words, "end"))
    return parts


def level_axis(axis: Axis, scale: Scale, frame: Frame) -> list[str]:
    """Words below the plot, left out where they would run into those before them, and the title below them."""
    parts = [stroke(frame.left, frame.bottom, frame.right, frame.bottom, "#888")]
    free = float("-inf")
    for number, words in ticks(axis, scale):
        x, half = scale.at(number), len(words) * LETTER / 2
        if x - half >= free:
            parts.append(stroke(x, frame.bottom, x, frame.bottom + 5, "#888"))
            parts.append(text(x, frame.bottom + 20, words, "middle"))
            free = x + half + 6
    return [*parts, text((frame.left + frame.right) / 2, frame.bottom + 44, axis.title, "middle")]


def legend(styles: Sequence[Style], names: Sequence[str], left: float, top: float) -> tuple[list[str], float]:
    """Every series by its line, its mark and its name; and the pixel below the last of them."""
    parts = []
    for style, name in zip(styles, names, strict=True):
        parts += [stroke(left, top, left + 34, top, style.colour, style.line), style.mark(left + 17, top)]
        for words in textwrap.wrap(name, _LEGEND_LETTERS) or [""]:
            parts.append(text(left + 42, top + 4, words))
            top += _LINE
        top += 7
    return parts, top


_CORNERS = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "up": ((0, -1), (1, 1), (-1, 1)),
    "down": ((0, 1), (1, -1), (-1, -1)),
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
}
_CROSSING = {"cross": ((-1, -1, 1, 1), (-1, 1, 1, -1)), "plus": ((-1, 0, 1, 0), (0, -1, 0, 1))}


def _shape(name: str, x: float, y: float, r: float) -> str:
    """The path of a mark around x, y that reaches `r` pixels from there."""
    if name in _CORNERS:
        return "M" + "L".join(f"{x + r * right:.1f} {y + r * down:.1f}" for right, down in _CORNERS[name]) + "Z"
    if name in _CROSSING:
        lines = ((x + r * a, y + r * b, x + r * c, y + r * d) for a, b, c, d in _CROSSING[name])
        return "".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in lines)
    return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
