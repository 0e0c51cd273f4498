"""What was begun and not yet followed through: feeds whose facts, and links, must be made anew.

A mark is set in the transaction that makes it necessary and cleared in the one that follows it through, so a run that
is killed in between leaves the mark to the next.
"""

import duckdb

from warehouse.statements import statement

LINKS = "links"
"""The mark of the links; every other mark is the name of a feed."""


def mark_unsettled(connection: duckdb.DuckDBPyConnection, what: str) -> None:
    """Set a mark, inside the caller's transaction."""
    connection.execute(statement("unsettled_mark"), {"what": what})


def clear_unsettled(connection: duckdb.DuckDBPyConnection, what: str) -> None:
    """Clear a mark, inside the caller's transaction or in one of its own."""
    connection.execute(statement("unsettled_clear"), {"what": what})


def unsettled(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Every mark that is set."""
    return frozenset(what for (what,) in connection.execute(statement("unsettled_marks")).fetchall())
