"""XLSX to raw rows: every cell as text, days as ISO dates, rows numbered as the sheet numbers them."""

import io
import zipfile

import fastexcel
import polars as pl

from warehouse.layouts import FileLayout
from warehouse.reading import BROKEN, LINE, TEXT, RawRows, clean_header, distinct_headers, refused, repeated_headers

MAX_UNPACKED_BYTES = 1024**3
"""A workbook that unpacks to more is refused: a small file can be made to unpack without end."""


def read_excel_rows(where: str, content: bytes, layout: FileLayout) -> RawRows:
    """The rows below the header of the layout's sheet (else the first); a formula counts with its stored result."""
    _refuse_broken(where, content)
    cells = _sheet(where, content, layout.sheet).rename(lambda name: "column " + name).with_row_index(LINE, 1)
    cells = cells.cast({LINE: pl.Int32})
    columns = [name for name in cells.columns if name != LINE]
    stripped = [pl.col(name).str.strip_chars() for name in columns]
    filled = cells.filter(pl.any_horizontal([one.fill_null("") != "" for one in stripped])) if columns else cells
    if layout.header_row is not None:
        filled = filled.filter(pl.col(LINE) >= layout.header_row)
    if filled.is_empty():
        raise refused("empty", "a header and rows", "an empty sheet", where, "Deliver the file again.")
    header_texts = [clean_header(text) for text in filled.select(columns).row(0)]
    headers = distinct_headers(header_texts)
    named = filled.slice(1).rename(dict(zip(columns, headers, strict=True)))
    rows = _without_footers(named, headers, layout.footer)
    texts = pl.lit(None, dtype=pl.String)
    return RawRows(rows.with_columns(texts.alias(TEXT), texts.alias(BROKEN)), headers, repeated_headers(header_texts))


def _refuse_broken(where: str, content: bytes) -> None:
    """`DeliveryError` where the workbook's archive is cut off, is none, or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        is_cut = content.startswith(b"PK")
        raise refused(
            "truncated" if is_cut else "not_a_table",
            "an Excel workbook (.xlsx)",
            "one that is cut off" if is_cut else "another kind of file",
            where,
            "Deliver the file again, saved as .xlsx.",
        ) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise refused(
            "too_large",
            f"at most {MAX_UNPACKED_BYTES // 1024**2} MB unpacked",
            f"{unpacked // 1024**2} MB",
            where,
            "Split the delivery, for instance by month.",
        )


def _sheet(where: str, content: bytes, name: str | None) -> pl.DataFrame:
    try:
        workbook = fastexcel.read_excel(content)
        if name is not None and name not in workbook.sheet_names:
            raise refused("sheet_missing", f"a sheet {name}", "no such sheet", where, "Check `sheet` in the layout.")
        # With skip_rows the leading empty rows stay, so that the index is the sheet's own row number.
        sheet = workbook.load_sheet(name or 0, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise refused(
            "not_a_table",
            "an Excel workbook (.xlsx)",
            "one that cannot be read",
            where,
            "Save the file again as .xlsx.",
        ) from error


def _without_footers(rows: pl.DataFrame, headers: tuple[str, ...], footers: tuple[str, ...]) -> pl.DataFrame:
    if not footers:
        return rows
    stripped = [pl.col(name).str.strip_chars() for name in headers]
    first = pl.coalesce([pl.when(one != "").then(one) for one in stripped])
    return rows.filter(~pl.any_horizontal([first.str.starts_with(footer) for footer in footers]).fill_null(False))
