"""The warehouse file: opened, and its tables made where they are missing."""

from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl

from warehouse.columns import frame_schema
from warehouse.errors import StoreError
from warehouse.statements import statement
from warehouse.unsettled import LINKS, mark_unsettled
from warehouse.vocabulary import EVERY_FEED


def open_warehouse(path: Path, *, memory_limit_mb: int = 2000, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An open connection to the warehouse at `path`, its tables made where they are missing.

    It holds pseudonyms only, uses at most `memory_limit_mb` before it spills to a folder beside the file, and
    fetches no extension. `StoreError` where the file cannot be opened or another program has it open.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": f"{memory_limit_mb}MB",
        "threads": threads,
        # Order is always asked for where it counts; keeping it elsewhere costs memory.
        "preserve_insertion_order": "false",
    }
    try:
        connection = duckdb.connect(path, config=settings)
    except duckdb.Error as error:
        raise _unusable(path, "a file that no other program has open", error) from error
    try:
        _make_tables(connection)
    except duckdb.Error as error:
        connection.close()
        raise _unusable(path, "a warehouse of this version", error) from error
    return connection


def _make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table that is missing, in one transaction."""
    present = {row[0] for row in connection.execute("show tables").fetchall()}
    connection.begin()
    try:
        connection.execute(statement("warehouse_schema"))
        if "fact_link" in present and "link_waiting" not in present:
            # A warehouse from before the queue kept its days: the next intake makes the links anew, and the days.
            mark_unsettled(connection, LINKS)
        for feed in EVERY_FEED:
            columns = dict(frame_schema(feed))
            _make_table(connection, present, "delivered_" + feed, pl.DataFrame(schema=columns))
            _make_table(
                connection, present, "fact_" + feed, pl.DataFrame(schema=columns | {"superseded_on": pl.Date()})
            )
        connection.commit()
    except duckdb.Error:
        with suppress(duckdb.Error):
            connection.rollback()
        raise


def _make_table(connection: duckdb.DuckDBPyConnection, present: set[str], name: str, empty: pl.DataFrame) -> None:
    """Makes the table `name` with the columns of the `empty` frame, unless it is there."""
    if name not in present:
        connection.from_arrow(empty.to_arrow()).create(name)


def _unusable(path: Path, expected: str, error: duckdb.Error) -> StoreError:
    return StoreError(
        expected=expected,
        found=type(error).__name__,
        where=path.name,
        remedy="Close what has the file open, or restore it from a copy; deliveries in the inbox can be taken in anew.",
    )
