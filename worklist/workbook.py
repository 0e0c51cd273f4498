"""The worklist as an Excel workbook: one sheet a section, ready to filter and to print on A4 landscape.

Two sheets, because the sections are worked differently: deadlines by date, early warnings from the top.
"""

import io
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from worklist.wording import HEADINGS, SECTIONS, STAGES

_WIDTHS = {
    "position": 5,
    "landlord": 14,
    "tenancy_no": 14,
    "stage": 11,
    "next_deadline": 11,
    "days_left": 8,
    "arrears_dkk": 12,
    "months_owed": 9,
    "score_band": 10,
    "reasons": 62,
    "children": 7,
    "freshness": 26,
}
_A4 = 9
_LINE_POINTS = 15.0
_FORMATS = {"next_deadline": "date", "arrears_dkk": "amount", "months_owed": "months"}
_YES_NO = {"da": {True: "ja", False: "nej"}, "en": {True: "yes", False: "no"}}


def workbook_bytes(listed: pl.DataFrame, as_of: date, language: str) -> bytes:
    """An .xlsx of a list in the contract's columns: real dates and amounts, frozen header, filter, one reason a line.

    Text is always text: a cell that begins with `=` or `-` is never a formula. The same list gives the same bytes.
    """
    out = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {**plain_text, "in_memory": True})
    book.set_properties(
        {"title": f"bovagt {as_of.isoformat()}", "created": datetime(as_of.year, as_of.month, as_of.day)}
    )
    formats = {
        "heading": book.add_format(
            {"bold": True, "bg_color": "#E6EEF5", "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "date": book.add_format({"num_format": "dd-mm-yyyy", "valign": "top"}),
        "amount": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "months": book.add_format({"num_format": "0.0", "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    for section, names in SECTIONS.items():
        sheet = book.add_worksheet(names[language])
        rows = listed.filter(pl.col("section") == section).drop("section")
        _write_rows(sheet, rows, formats, language)
        _set_up_page(sheet, rows, f"{names[language]} {as_of:%d-%m-%Y}")
    book.close()
    return out.getvalue()


def _write_rows(sheet: Any, rows: pl.DataFrame, formats: dict[str, Any], language: str) -> None:
    for column, name in enumerate(rows.columns):
        sheet.set_column(column, column, _WIDTHS[name])
        sheet.write_string(0, column, HEADINGS[name][language], formats["heading"])
    for place, row in enumerate(rows.iter_rows(named=True), start=1):
        sheet.set_row(place, _LINE_POINTS * max(2, len(row["reasons"]) + 1))
        for column, name in enumerate(rows.columns):
            _write_cell(sheet, place, column, _told(name, row[name], language), formats[_FORMATS.get(name, "text")])


def _told(name: str, cell: Any, language: str) -> Any:
    """A cell as a person reads it."""
    if name == "reasons":
        return "\n".join(cell)
    if name == "stage":
        return STAGES[cell][language]
    return _YES_NO[language][cell] if isinstance(cell, bool) else cell


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
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{title}")
    sheet.set_footer("&R&P / &N")
