"""What the watch counted, night by night, small groups too: kept where the rows are, for what is published hides them.

A change is looked for in these counts. Nobody is shown them.
"""

from datetime import date

import duckdb
import polars as pl

from warehouse.statements import statement


def keep_counts(connection: duckdb.DuckDBPyConnection, as_of: date, counts: pl.DataFrame) -> None:
    """Keep the counts of the night `as_of` (as_of, measure, stage, group, hits, counted) in place of any before."""
    connection.execute(statement("watch_counts_forget"), {"as_of": as_of})
    connection.register("counted_now", counts.to_arrow())
    try:
        connection.execute(statement("watch_counts_keep"))
    finally:
        connection.unregister("counted_now")


def read_counts(connection: duckdb.DuckDBPyConnection, before: date) -> pl.DataFrame:
    """The counts of every night before `before` that the warehouse still holds, in order."""
    earlier = duckdb.ColumnExpression("as_of") < duckdb.ConstantExpression(before)
    kept = connection.table("watch_count").filter(earlier).pl()
    return kept.sort("as_of", "measure", "stage", "group")
