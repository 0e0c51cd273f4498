"""The proof that no feature looks ahead: past cut-offs built again in a warehouse that ends before their day."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from flows.backtest_cut_offs import FACTS
from flows.workroom import Workroom
from models.backtest_files import StoredFrame
from models.leaks import refuse_rebuilt_otherwise
from models.matrix import as_columns
from warehouse.features import build_as_of, feature_columns, read_matrix
from warehouse.store import open_warehouse

_DELIVERED = {"delivery": "delivered_on"}
"""Tables beside the facts that layer 3 reads, and the day on which a row was known."""


def days_to_prove(unproved: Sequence[date]) -> tuple[date, ...]:
    """Two neighbouring days from the middle of those that were built since the last proof, one where only one was.

    A feature that joins across dates leaks from the later to the earlier of the days that are built at once; of two
    neighbours at most one can be the last of its batch.
    """
    middle = len(unproved) // 2
    return tuple(sorted(unproved)[max(0, middle - 1) : middle + 1])


def prove_no_look_ahead(room: Workroom, stored: dict[date, StoredFrame], days: Sequence[date]) -> None:
    """`LookAheadError` naming every feature of `days` that comes out otherwise when nothing later is known."""
    columns = as_columns(feature_columns())
    for day in days:
        refuse_rebuilt_otherwise(stored[day].read(), rebuilt(room, day), columns)


def rebuilt(room: Workroom, day: date) -> pl.DataFrame:
    """The matrix of `day` from a warehouse of its own that holds only what was known before that day."""
    limits = room.settings.resources
    with TemporaryDirectory(dir=room.home.path, prefix=".past-") as folder:
        path = Path(folder) / "past.duckdb"
        with closing(
            open_warehouse(path, memory_limit_mb=limits.memory_limit_mb, threads=limits.threads)
        ) as connection:
            copy_past(room.connection, connection, day)
            build_as_of(
                connection,
                [day],
                switched_off=room.sources.switched_off,
                with_results=False,
                cohort=room.settings.cohort.definition,
            )
            return read_matrix(connection, [day])


def copy_past(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, day: date) -> None:
    """Copy what was known before `day`; a version superseded on that day or later is in force without an end."""
    for name in FACTS:
        rows = source.table(name).filter(_before("known_on", day)).pl()
        ended = pl.when(pl.col("superseded_on") < day).then("superseded_on").alias("superseded_on")
        _insert(target, name, rows.with_columns(ended))
    for name, known in _DELIVERED.items():
        _insert(target, name, source.table(name).filter(_before(known, day)).pl())


def _before(column: str, day: date) -> duckdb.Expression:
    return duckdb.ColumnExpression(column) < duckdb.ConstantExpression(day)


def _insert(target: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    if rows.height:
        target.from_arrow(rows.select(target.table(name).columns).to_arrow()).insert_into(name)
