"""Facts from what was delivered: versions with the day each became known and the day the next one did."""

from collections.abc import Iterable
from contextlib import suppress

import duckdb

from warehouse.building import check_table
from warehouse.errors import StoreError, TableError
from warehouse.tables import TABLES, sql_of
from warehouse.unsettled import LINKS, clear_unsettled, mark_unsettled

_FACTS = "2_facts"


def settle(connection: duckdb.DuckDBPyConnection, feeds: Iterable[str]) -> None:
    """Make `fact_<feed>` anew for each of `feeds` from all that was delivered, in one transaction.

    The versions depend on the set of delivered rows alone, not on the order in which they came. `StoreError`
    where the warehouse cannot be written, `TableError` where a check that stops finds a row: then nothing is kept.
    """
    connection.begin()
    try:
        for feed in feeds:
            _make_anew(connection, "fact_" + feed)
            check_table(connection, "1_delivered", "delivered_" + feed)
            check_table(connection, _FACTS, "fact_" + feed)
            clear_unsettled(connection, feed)
        mark_unsettled(connection, LINKS)
        connection.commit()
    except TableError:
        connection.rollback()
        raise
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            connection.rollback()
        raise StoreError(
            expected="room to write the facts",
            found=type(error).__name__,
            where="warehouse.duckdb",
            remedy="Free disk space and run again; what was taken in is kept.",
        ) from error


def _make_anew(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    connection.execute((TABLES / _FACTS / table / "clear.sql").read_text(encoding="utf-8"))
    connection.sql(sql_of(_FACTS, table)).insert_into(table)
