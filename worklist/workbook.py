"""The worklist as an Excel workbook: one sheet a section, ready to filter and to print on A4 landscape.

Two sheets, because the sections are worked differently: deadlines by date, early warnings from the top. A third one
says what changed since the list before.
"""

import io
import textwrap
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from worklist.wording import (
    CHANGE_HEADINGS,
    CHANGE_SHEET,
    CHANGES,
    DEADLINE_KINDS,
    HEADINGS,
    SECTIONS,
    SOURCE_SEPARATOR,
    STAGES,
)

_WIDTHS = {
    "position": 5,
    "landlord": 14,
    "tenancy_no": 13,
    "tenant": 20,
    "address": 22,
    "stage": 10,
    "next_deadline": 11,
    "deadline_kind": 13,
    "days_left": 7,
    "arrears_dkk": 12,
    "months_owed": 9,
    "score_band": 10,
    "reasons": 56,
    "against": 36,
    "children": 6,
    "freshness": 27,
    "owner": 12,
}
_CHANGE_WIDTHS = {
    "change": 16,
    "section_before": 16,
    "section": 16,
    "landlord": 14,
    "tenancy_no": 13,
    "position_before": 8,
    "position": 8,
    "reasons": 90,
}
_A4 = 9
_LINE_POINTS, _HIGHEST_ROW_POINTS = 15.0, 409.0
_LETTERS_A_WIDTH = 1.1
"""Letters that fit in one unit of column width: the unit is a digit of the standard font, and letters are narrower.
Measured on lists of Danish reasons: 1.2; a little less, so that no line is cut."""

_MARGIN_INCHES = 0.4
_EVERY_CELL = {"valign": "top", "border": 1, "border_color": "#C9D3DC"}
_FORMATS: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "bg_color": "#E6EEF5", "text_wrap": True},
    "text": {"text_wrap": True},
    "centred": {"align": "center"},
    "date": {"num_format": "dd-mm-yyyy", "align": "center"},
    "amount": {"num_format": "#,##0.00"},
    "months": {"num_format": "0.0"},
}
_FORMAT_OF = {
    "position": "centred",
    "next_deadline": "date",
    "days_left": "centred",
    "position_before": "centred",
    "arrears_dkk": "amount",
    "months_owed": "months",
    "children": "centred",
}
_YES_NO = {"da": {True: "ja", False: "nej"}, "en": {True: "yes", False: "no"}}


def workbook_bytes(listed: pl.DataFrame, as_of: date, language: str, changes: pl.DataFrame | None = None) -> bytes:
    """An .xlsx of a list in the contract's columns: real dates and amounts, frozen header, filter, one reason a line.

    With `in_language(…, also=FOR_PEOPLE)` what happens on a date stands beside it, and what speaks against a risk
    beside the reasons. `changes` (`worklist.changes.SCHEMA`) gets a sheet of its own where a list came before. Text is
    always text: a cell that begins with `=` or `-` is never a formula. The same list gives the same bytes.
    """
    out = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**plain_text, "in_memory": True})
    # The moment of writing would make every copy differ.
    book.set_properties(
        {"title": f"bovagt {as_of.isoformat()}", "created": datetime(as_of.year, as_of.month, as_of.day)}
    )
    formats = {name: book.add_format({**_EVERY_CELL, **look}) for name, look in _FORMATS.items()}
    for section, names in SECTIONS.items():
        sheet = book.add_worksheet(names[language])
        rows = listed.filter(pl.col("section") == section).select(_shown(listed))
        _write_rows(sheet, rows, formats, language, _WIDTHS, HEADINGS)
        _set_up_page(sheet, rows, f"{names[language]} {as_of:%d-%m-%Y}")
    if changes is not None:
        sheet = book.add_worksheet(CHANGE_SHEET[language])
        rows = changes.rename({f"reasons_{language}": "reasons"}).select(*_CHANGE_WIDTHS)
        _write_rows(sheet, rows, formats, language, _CHANGE_WIDTHS, CHANGE_HEADINGS)
        _set_up_page(sheet, rows, f"{CHANGE_SHEET[language]} {as_of:%d-%m-%Y}")
    book.close()
    return out.getvalue()


def _shown(listed: pl.DataFrame) -> list[str]:
    """The columns of a sheet, in the order a person reads them."""
    return [name for name in _WIDTHS if name in listed.columns]


def _write_rows(
    sheet: Any,
    rows: pl.DataFrame,
    formats: dict[str, Any],
    language: str,
    widths: Mapping[str, int],
    headings: Mapping[str, Mapping[str, str]],
) -> None:
    for column, name in enumerate(rows.columns):
        sheet.set_column(column, column, widths[name])
        sheet.write_string(0, column, headings[name][language], formats["heading"])
    sheet.set_row(0, 2 * _LINE_POINTS)
    for place, row in enumerate(rows.iter_rows(named=True), start=1):
        told = {name: _told(name, cell, language) for name, cell in row.items()}
        lines = max(_line_count(widths[name], cell) for name, cell in told.items())
        sheet.set_row(place, min(_HIGHEST_ROW_POINTS, _LINE_POINTS * lines))
        for column, (name, cell) in enumerate(told.items()):
            _write_cell(sheet, place, column, cell, formats[_FORMAT_OF.get(name, "text")])


def _line_count(width: int, cell: Any) -> int:
    """How many lines a cell takes when wrapped: Excel does not fit the height of a row that it has not opened."""
    if not isinstance(cell, str):
        return 1
    letters = int(width * _LETTERS_A_WIDTH)
    return sum(max(1, len(textwrap.wrap(line, letters))) for line in cell.split("\n"))


def _told(name: str, cell: Any, language: str) -> Any:
    """A cell as a person reads it."""
    if cell is None:
        return None
    if name in ("reasons", "against"):
        return "\n".join(cell)
    if name == "freshness":
        return cell.replace(SOURCE_SEPARATOR, "\n")
    if name in _WORDS:
        return _WORDS[name][cell][language]
    return _YES_NO[language][cell] if isinstance(cell, bool) else cell


def in_words(listed: pl.DataFrame, language: str) -> pl.DataFrame:
    """The columns that a sheet shows, under its headings and with its words for codes, yes and no; for other files."""
    words = {name: {code: said[language] for code, said in known.items()} for name, known in _WORDS.items()}
    told = listed.select(_shown(listed)).with_columns(
        [pl.col(name).replace_strict(words[name], default=None) for name in words if name in _shown(listed)]
        + [pl.col(pl.Boolean).replace_strict(_YES_NO[language], return_dtype=pl.String, default=None)]
    )
    return told.rename({name: HEADINGS[name][language] for name in told.columns})


_WORDS = {
    "stage": STAGES,
    "deadline_kind": DEADLINE_KINDS,
    "change": CHANGES,
    "section": SECTIONS,
    "section_before": SECTIONS,
}


def _write_cell(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), style)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    else:
        sheet.write_number(row, column, float(cell), style)


def _set_up_page(sheet: Any, rows: pl.DataFrame, title: str) -> None:
    sheet.freeze_panes(1, 3)
    sheet.autofilter(0, 0, max(rows.height, 1), rows.width - 1)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(*[_MARGIN_INCHES] * 2, top=2 * _MARGIN_INCHES, bottom=2 * _MARGIN_INCHES)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title}")
    sheet.set_footer("&R&P / &N")
