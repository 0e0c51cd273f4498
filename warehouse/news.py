"""Which facts became known between two nights, by the references that reasons cite."""

from collections.abc import Iterable
from datetime import date

import duckdb
import polars as pl

from warehouse.columns import warehouse_key
from warehouse.vocabulary import FEEDS


def known_between(
    connection: duckdb.DuckDBPyConnection, since: date, before: date, cited: Iterable[str]
) -> frozenset[str]:
    """Of the references in `cited` ("notices:landlord/17") those of which a version became known in [since, before)."""
    wanted = frozenset(cited)
    found: set[str] = set()
    for feed in sorted({reference.split(":", 1)[0] for reference in wanted} & FEEDS.keys()):
        found |= wanted & set(_references(connection, feed, since, before))
    return frozenset(found)


def _references(connection: duckdb.DuckDBPyConnection, feed: str, since: date, before: date) -> list[str]:
    known_on = duckdb.ColumnExpression("known_on")
    between = (known_on >= duckdb.ConstantExpression(since)) & (known_on < duckdb.ConstantExpression(before))
    key = warehouse_key(feed)
    rows = connection.table(f"fact_{feed}").filter(between).select(*key).pl()
    reference = pl.concat_str(pl.lit(f"{feed}:"), pl.concat_str(pl.col(key).cast(pl.String), separator="/"))
    return rows.select(reference).to_series().drop_nulls().to_list()
