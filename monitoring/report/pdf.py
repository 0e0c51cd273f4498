"""A document as PDF, written without a browser: the same parts in the same order as the HTML, the same bytes again."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout
from fpdf.fonts import FontFace

from monitoring.report.document import FILL_IN, Document, FillIn, Heading, Part, Points, Text
from monitoring.report.tables import Table

_FONT, _FONTS = "IBM Plex Sans", Path(__file__).parent / "fonts"
_SIZE, _LINE = 10, 5.0
"""Points of the running text, and millimetres from line to line."""
_TABLE_SIZE, _TABLE_LINE = 8, 4.0
_HEADING_SIZES = {1: 18, 2: 13, 3: 11}
_ROOM_BELOW_HEADING = 30
"""A heading with fewer millimetres below it goes to the next page."""
_WIDEST, _CHARACTERS = 60, 112
"""Characters that a column's longest cell may count for, and that a line of a table holds."""


class _Pages(FPDF):
    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(_FONT, size=8)
        self.cell(0, 10, f"{self.title} · {self.page_no()}", align="C")


def pdf_of(document: Document, as_of: date) -> bytes:
    """The document as PDF on A4; its date of creation is the night's, so that the same night gives the same bytes."""
    pages = _Pages(format="A4")
    # Packed streams would differ between versions of zlib.
    pages.set_compression(False)
    pages.set_creation_date(datetime.combine(as_of, time(), UTC))
    pages.set_title(document.title)
    pages.set_lang(document.language)
    pages.set_margins(20, 18, 20)
    pages.set_auto_page_break(True, 20)
    pages.add_font(_FONT, fname=_FONTS / "IBMPlexSans-Regular.ttf")
    pages.add_font(_FONT, "B", fname=_FONTS / "IBMPlexSans-Bold.ttf")
    pages.add_page()
    _heading(pages, document.title, 1)
    _paragraph(pages, document.subtitle)
    for part in document.parts:
        _write(pages, part, FILL_IN[document.language])
    return bytes(pages.output())


def _write(pages: FPDF, part: Part, fill_in: str) -> None:
    if isinstance(part, Heading):
        _heading(pages, part.text, part.level)
    elif isinstance(part, Text):
        _paragraph(pages, part.text)
    elif isinstance(part, FillIn):
        _fill_in(pages, f"{fill_in}: {part.text}")
    elif isinstance(part, Points):
        for item in part.items:
            pages.set_x(pages.l_margin + 2)
            _paragraph(pages, f"•  {item}")
    else:
        _table(pages, part)


def _heading(pages: FPDF, text: str, level: int) -> None:
    if pages.will_page_break(_ROOM_BELOW_HEADING):
        pages.add_page()
    pages.ln(0 if level == 1 else 4)
    pages.start_section(text, level - 1)
    pages.set_font(_FONT, "B", _HEADING_SIZES[level])
    pages.multi_cell(0, _HEADING_SIZES[level] * 0.45, text, new_x="LMARGIN", new_y="NEXT", align="L")
    pages.ln(1.5)


def _paragraph(pages: FPDF, text: str) -> None:
    if text.strip():
        pages.set_font(_FONT, size=_SIZE)
        pages.multi_cell(0, _LINE, text, new_x="LMARGIN", new_y="NEXT", align="L")
        pages.ln(1.5)


def _fill_in(pages: FPDF, text: str) -> None:
    pages.set_font(_FONT, size=_SIZE)
    pages.set_fill_color(255, 247, 237)
    lines = pages.multi_cell(0, _LINE, text, dry_run=True, output=MethodReturnValue.LINES)
    if isinstance(lines, list) and pages.will_page_break(_LINE * len(lines)):
        pages.add_page()
    pages.multi_cell(0, _LINE, text, new_x="LMARGIN", new_y="NEXT", align="L", fill=True)
    pages.set_fill_color(255)
    pages.ln(2)


def _table(pages: FPDF, table: Table) -> None:
    if pages.will_page_break(_ROOM_BELOW_HEADING):
        pages.add_page()
    pages.ln(2)
    pages.set_font(_FONT, "B", _SIZE)
    pages.multi_cell(0, _LINE, table.caption, new_x="LMARGIN", new_y="NEXT", align="L")
    pages.set_font(_FONT, size=_TABLE_SIZE)
    if table.note:
        pages.multi_cell(0, _TABLE_LINE, table.note, new_x="LMARGIN", new_y="NEXT", align="L")
    aligned = ["LEFT" if place < table.text_columns else "RIGHT" for place in range(len(table.columns))]
    with pages.table(**_look(table), text_align=aligned) as grid:
        for cells in (table.columns, *table.rows):
            row = grid.row()
            for cell in cells:
                row.cell(cell)
    pages.ln(3)


def _look(table: Table) -> dict[str, Any]:
    return {
        "col_widths": _widths(table),
        "line_height": _TABLE_LINE,
        "padding": (0.8, 1, 0.8, 1),
        "borders_layout": TableBordersLayout.HORIZONTAL_LINES,
        "headings_style": FontFace(emphasis="BOLD"),
        "v_align": "TOP",
    }


def _widths(table: Table) -> tuple[float, ...]:
    """Each column's share of the width: numbers need their longest cell, text shares what is left by its length."""
    columns = list(zip(table.columns, *table.rows, strict=True))
    words = [max(len(word) for cell in column for word in cell.split() or [""]) + 3 for column in columns]
    longest = [max(map(len, column)) for column in columns]
    text, beyond = range(table.text_columns), range(table.text_columns, len(columns))
    numbers = [max(words[place] + 2, *(len(cell) + 2 for cell in columns[place][1:])) for place in beyond]
    wanted = [min(longest[place], _WIDEST) + 2 for place in text]
    scale = max(_CHARACTERS - sum(numbers), 1) / sum(wanted)
    return (*(max(words[place], wanted[place] * scale) for place in text), *numbers)
