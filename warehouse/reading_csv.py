"""CSV to raw rows. A row that cannot be split into its cells is kept as it stood, with the rule it broke."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from warehouse.decoding import decoded
from warehouse.layouts import FileLayout
from warehouse.reading import (
    BROKEN,
    LINE,
    MAX_LINE_CHARACTERS,
    TEXT,
    RawRows,
    clean_header,
    distinct_headers,
    refused,
    repeated_headers,
)

_CELLS = "cells"
_SCHEMA = pl.Schema({LINE: pl.Int32(), TEXT: pl.String(), _CELLS: pl.List(pl.String()), BROKEN: pl.String()})


def read_csv_rows(where: str, content: bytes, layout: FileLayout) -> RawRows:
    """The rows below the header; blank lines and the layout's footers are no rows."""
    text = decoded(content, layout.encoding, where).replace("\r\n", "\n")
    text = text if "\n" in text else text.replace("\r", "\n")
    lines = split_lines(text, layout.separator)
    header_line = _header_line(lines, layout, where)
    headers = [clean_header(cell) for cell in lines.filter(pl.col(LINE) == header_line)[_CELLS][0]]
    if len(headers) < 2:
        raise refused(
            "not_a_table",
            f"a header with columns separated by {layout.separator!r}",
            "one column",
            where,
            "Check the separator, or write a layout that names it.",
        )
    below = lines.filter(pl.col(LINE) > header_line)
    rows = _rows(_without_footers(below, layout.footer), distinct_headers(headers))
    return replace(rows, repeated=repeated_headers(headers))


def split_lines(text: str, separator: str) -> pl.DataFrame:
    """line_no, raw_text, cells and broken of every line (or quoted record) that is not blank."""
    lines = pl.Series(TEXT, [text]).str.split("\n").explode().to_frame().with_row_index(LINE, 1)
    lines = lines.cast({LINE: pl.Int32})
    if '"' in text:
        return _quoted(lines, text, separator)
    return _split(_not_blank(lines, separator), separator)


def _not_blank(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Without the lines in which every cell is empty: spreadsheets leave them behind the last row."""
    return lines.filter(pl.col(TEXT).str.strip_chars(" \t\r\u00a0\ufeff" + separator) != "")


def _split(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Splits lines that hold no quotation mark."""
    too_long = pl.col(TEXT).str.len_bytes() > MAX_LINE_CHARACTERS
    return lines.with_columns(
        pl.when(~too_long).then(pl.col(TEXT).str.split(separator)).alias(_CELLS),
        pl.when(too_long).then(pl.lit("line_too_long")).alias(BROKEN),
    )


def _quoted(lines: pl.DataFrame, text: str, separator: str) -> pl.DataFrame:
    """Lines of a file with quotation marks; only an odd number of them in a line can carry a cell over its end."""
    if lines.select((pl.col(TEXT).str.count_matches('"', literal=True) % 2 == 1).any()).item():
        records = _records(lines[TEXT].to_list(), text, separator)
        if records is not None:
            return records
    has_quote = pl.col(TEXT).str.contains('"', literal=True)
    plain = _split(_not_blank(lines.filter(~has_quote), separator), separator)
    return pl.concat([plain, _each_alone(lines.filter(has_quote), separator)]).sort(LINE)


def _each_alone(lines: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Splits lines with quotation marks, each on its own."""
    split = [_one_line(text, separator) for text in lines[TEXT]]
    return lines.with_columns(
        pl.Series(_CELLS, [cells for cells, _ in split], dtype=pl.List(pl.String)),
        pl.Series(BROKEN, [rule for _, rule in split], dtype=pl.String),
    )


def _one_line(text: str, separator: str) -> tuple[list[str] | None, str | None]:
    if len(text) > MAX_LINE_CHARACTERS:
        return None, "line_too_long"
    try:
        return next(csv.reader([text], delimiter=separator, strict=True)), None
    except (csv.Error, StopIteration):
        return None, "field_too_long" if len(text) > csv.field_size_limit() else "unbalanced_quote"


def _records(lines: list[str], text: str, separator: str) -> pl.DataFrame | None:
    """Records whose quoted cells may span lines; None where one stray mark swallowed rows that follow it.

    A record over several lines with another number of cells than the first record is the sign of that.
    """
    try:
        found = list(_each_record(lines, text, separator))
    except csv.Error:
        return None
    width = len(found[0][2]) if found else 0
    if any("\n" in raw and len(cells) != width for _, raw, cells, _ in found):
        return None
    return pl.DataFrame(found, schema=_SCHEMA, orient="row")


def _each_record(lines: list[str], text: str, separator: str) -> Iterator[tuple[int, str, list[str], str | None]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    first = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield first + 1, "\n".join(lines[first : reader.line_num]), cells, None
        first = reader.line_num


def _header_line(lines: pl.DataFrame, layout: FileLayout, where: str) -> int:
    """The line of the header: the layout's, else the first that is not blank."""
    if layout.header_row is not None:
        lines = lines.filter(pl.col(LINE) == layout.header_row)
    if lines.is_empty() or lines[BROKEN][0] is not None:
        raise refused(
            "not_a_table",
            f"a header on line {layout.header_row or 1}",
            "no cells there",
            where,
            "Check the file, or name header_row in the layout.",
        )
    return int(lines[LINE][0])


def _without_footers(lines: pl.DataFrame, footers: tuple[str, ...]) -> pl.DataFrame:
    """Without the rows whose first cell that is not empty begins with one of `footers`."""
    if not footers:
        return lines
    first = pl.col(_CELLS).list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    starts = [first.list.first().str.starts_with(footer) for footer in footers]
    return lines.filter(~pl.any_horizontal(starts).fill_null(False))


def _rows(lines: pl.DataFrame, headers: tuple[str, ...]) -> RawRows:
    """Cells by header. Cells beyond the header are no loss where they are empty."""
    count, width = pl.col(_CELLS).list.len(), len(headers)
    beyond = pl.col(_CELLS).list.slice(width).list.join("").str.strip_chars()
    wrong = (count < width) | ((count > width) & (beyond != ""))
    judged = lines.with_columns(
        pl.when(pl.col(BROKEN).is_null() & wrong).then(pl.lit("wrong_cell_count")).otherwise(BROKEN).alias(BROKEN)
    )
    is_whole = pl.col(BROKEN).is_null()
    cells = [
        pl.when(is_whole).then(pl.col(_CELLS).list.get(place, null_on_oob=True)).alias(header)
        for place, header in enumerate(headers)
    ]
    text = pl.when(~is_whole).then(pl.col(TEXT)).alias(TEXT)
    return RawRows(judged.select(pl.col(LINE), *cells, text, pl.col(BROKEN)), headers)
