"""Rows written as a sender writes them: text by text for CSV and JSON, typed for spreadsheets and Parquet."""

import io
import json
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from synthetic.feeds.rows import MONEY
from synthetic.layouts import OPEN_END, SHEET
from synthetic.senders import Sender, Shape

_CREATED = datetime(2020, 1, 1)
"""Spreadsheets carry their time of creation; a fixed one makes the same seed give the same bytes."""


def columns_of(sender: Sender, frame: pl.DataFrame) -> list[str]:
    """The feed columns that a sender's file has, in its order."""
    return list(sender.headers) or [name for name in frame.columns if name != "from_sender"]


def as_texts(sender: Sender, frame: pl.DataFrame) -> pl.DataFrame:
    """Every cell as the sender writes it; missing cells are null. Headers are still the feed's columns."""
    return frame.select(_text_of(sender, name, frame.schema[name]) for name in columns_of(sender, frame))


def _text_of(sender: Sender, name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name)
    if name in MONEY:
        cell = _danish_money(cell, trailing=bool(sender.footer)) if sender.is_danish else _plain_money(cell)
    elif dtype == pl.Date:
        cell = cell.dt.strftime(sender.date_format)
        cell = cell.fill_null(_open_end(sender)) if name in sender.open_end else cell
    elif isinstance(dtype, pl.Datetime):
        cell = cell.dt.strftime("%Y-%m-%dT%H:%M:%S")
    elif dtype == pl.Boolean:
        cell = pl.when(cell).then(pl.lit("true")).when(~cell).then(pl.lit("false"))
    elif dtype.is_float() and sender.is_danish:
        cell = cell.cast(pl.String).str.replace(".", ",", literal=True)
    cell = cell.cast(pl.String)
    return (cell.replace(dict(sender.values[name])) if name in sender.values else cell).alias(name)


def _open_end(sender: Sender) -> str:
    return OPEN_END.replace("-", ".") if sender.shape is Shape.BOM else OPEN_END


def _plain_money(oere: pl.Expr) -> pl.Expr:
    """123450 as 1234.50."""
    sign = pl.when(oere < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    cents = (oere.abs() % 100).cast(pl.String).str.zfill(2)
    return pl.when(oere.is_not_null()).then(pl.concat_str(sign, oere.abs() // 100, pl.lit("."), cents))


def _danish_money(oere: pl.Expr, *, trailing: bool) -> pl.Expr:
    """123450 as 1.234,50; below nothing with the minus in front, or behind where the sender has it so."""
    kroner = oere.abs() // 100
    small = kroner.cast(pl.String)
    large = pl.concat_str(kroner // 1000, pl.lit("."), (kroner % 1000).cast(pl.String).str.zfill(3))
    cents = (oere.abs() % 100).cast(pl.String).str.zfill(2)
    amount = pl.concat_str(pl.when(kroner < 1000).then(small).otherwise(large), pl.lit(","), cents)
    minus = pl.when(oere < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    signed = pl.concat_str(amount, minus) if trailing else pl.concat_str(minus, amount)
    return pl.when(oere.is_not_null()).then(signed)


def file_of_texts(sender: Sender, texts: pl.DataFrame) -> bytes:
    """A CSV or JSON file of rows that are already texts."""
    headed = texts.rename(dict(sender.headers)) if sender.headers else texts
    if sender.shape is Shape.JSON:
        return json.dumps(headed.to_dicts(), ensure_ascii=False, indent=0).encode()
    written = headed.write_csv(separator=";", null_value="")
    if sender.footer:
        written += ";".join([sender.footer, *[""] * (headed.width - 1)]) + "\n"
    if sender.shape is Shape.CP1252:
        # A letter that this encoding does not have becomes a question mark, as it does for such senders.
        return written.encode("cp1252", errors="replace")
    return written.encode("utf-8-sig" if sender.shape is Shape.BOM else "utf-8")


def file_of_rows(sender: Sender, frame: pl.DataFrame) -> bytes:
    """A spreadsheet or Parquet file: dates and amounts are typed; the spreadsheet's CPR numbers are numbers."""
    money = [name for name in MONEY if name in frame.columns]
    rows = frame.select(columns_of(sender, frame)).with_columns(pl.col(name) / 100 for name in money)
    if sender.shape is Shape.PARQUET:
        buffer = io.BytesIO()
        (rows.rename(dict(sender.headers)) if sender.headers else rows).write_parquet(buffer)
        return buffer.getvalue()
    coded = [
        pl.col(name).cast(pl.String).replace(dict(told)) for name, told in sender.values.items() if name in rows.columns
    ]
    numbers = [pl.col("cpr").cast(pl.Int64)] if "cpr" in rows.columns else []
    return _spreadsheet(rows.with_columns(*coded, *numbers).rename(dict(sender.headers)))


def _spreadsheet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _CREATED})
    sheet, as_date = book.add_worksheet(SHEET), book.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write_row(0, 0, rows.columns)
    for at, name in enumerate(rows.columns):
        _write_column(sheet, at, rows[name].to_list(), as_date)
    book.close()
    return buffer.getvalue()


def _write_column(sheet: Any, at: int, cells: list[object], as_date: Any) -> None:
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, date):
            sheet.write_datetime(number, at, datetime(cell.year, cell.month, cell.day), as_date)
        elif isinstance(cell, str):
            sheet.write_string(number, at, cell)
        elif cell is not None:
            sheet.write_number(number, at, cell)
