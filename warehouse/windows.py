"""What each sender's feeds brought, month by month up to a day, as it was known on that day."""

from datetime import date

import duckdb
import polars as pl

from warehouse.statements import statement

NEWEST = -1
"""The window that holds the newest day on which a sender sent anything in the newest month."""


def delivered_windows(connection: duckdb.DuckDBPyConnection, as_of: date, months: int = 25) -> pl.DataFrame:
    """feed, sender ('' where a feed has one), months_back, code, records, typical_dkk and typical_lag_days (medians).

    `months_back` 0 is the month up to the sender's newest delivery, 1 the one before it, and so on; `NEWEST` the newest
    day in it. A month up to the same day of the month holds each day of a month once, so a list of the 14th is in every
    window.
    """
    bound = {"as_of": as_of, "months": months}
    return connection.sql(statement("delivered_windows"), params=bound).pl()


def delivery_days(connection: duckdb.DuckDBPyConnection, as_of: date, days: int = 800) -> pl.DataFrame:
    """feed, sender and delivered_on: the days before `as_of`, at most `days` back, on which a sender delivered."""
    bound = {"as_of": as_of, "days": days}
    return connection.sql(statement("delivery_days"), params=bound).pl()
