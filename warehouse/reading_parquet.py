"""Parquet to raw rows: every value as the text that the standard layout would write."""

import io

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.layouts import FileLayout
from warehouse.reading import BROKEN, LINE, TEXT, RawRows, clean_header, distinct_headers, refused

MAX_UNPACKED_BYTES = 1024**3
"""A file that unpacks to more is refused."""


def read_parquet_rows(where: str, content: bytes, layout: FileLayout) -> RawRows:
    """Every row of the file, numbered from 1."""
    try:
        # Arrow's reader answers a damaged file with an exception where Polars' own may panic.
        file = pq.ParquetFile(io.BytesIO(content))
        _refuse_large(file, where)
        names, columns = _columns(file.read())
    except (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise refused(
            "truncated" if content.startswith(b"PAR1") else "not_a_table",
            "a whole Parquet file",
            "one that cannot be read",
            where,
            "Deliver the file again.",
        ) from error
    headers = distinct_headers([clean_header(name) for name in names])
    texts = [_as_text(column).alias(header) for column, header in zip(columns, headers, strict=True)]
    none = pl.lit(None, dtype=pl.String)
    rows = pl.DataFrame(texts).with_row_index(LINE, 1).cast({LINE: pl.Int32})
    return RawRows(rows.with_columns(none.alias(TEXT), none.alias(BROKEN)), headers)


def _columns(table: pa.Table) -> tuple[list[str], list[pl.Series]]:
    """Names and columns, checked to be sound; what a file says beside its values is left behind."""
    names = list(table.column_names)
    table.validate(full=True)
    return names, [pl.Series(column) for column in table.replace_schema_metadata(None).columns]


def _refuse_large(file: pq.ParquetFile, where: str) -> None:
    groups = range(file.metadata.num_row_groups)
    unpacked = sum(file.metadata.row_group(group).total_byte_size for group in groups)
    if unpacked > MAX_UNPACKED_BYTES:
        raise refused(
            "too_large",
            f"at most {MAX_UNPACKED_BYTES // 1024**2} MB unpacked",
            f"{unpacked // 1024**2} MB",
            where,
            "Split the delivery, for instance by month.",
        )


def _as_text(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if kind.is_nested():
        return pl.Series([None if value is None else str(value) for value in column.to_list()], dtype=pl.String)
    if isinstance(kind, pl.Datetime) and kind.time_zone is not None:
        return column.dt.convert_time_zone("Europe/Copenhagen").dt.replace_time_zone(None).dt.to_string("iso")
    if isinstance(kind, (pl.Datetime, pl.Date)):
        return column.dt.to_string("iso")
    if isinstance(kind, pl.Binary):
        return column.cast(pl.String, strict=False)
    return column.cast(pl.String)
