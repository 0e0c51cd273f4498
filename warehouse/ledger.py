"""The account of deliveries in the warehouse: what was taken in, and what takes the place of what."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from warehouse.deliveries import Delivery
from warehouse.statements import statement
from warehouse.tables import TABLES, sql_of
from warehouse.vocabulary import EVERY_FEED

if TYPE_CHECKING:
    from warehouse.intake import DeliveryReport

_DELIVERED = "1_delivered"
_TOLD_COLUMNS_CHARACTERS = 500


@dataclass(frozen=True)
class Recorded:
    """What the warehouse recorded of a delivery under its name."""

    status: str
    quarantined: int
    layout_digest: str | None
    delivered_on: date | None


@dataclass(frozen=True)
class Place:
    """Where a delivery stands among others.

    `copies`: counts of the same bytes under an earlier name, where there are any; the delivery is then a copy.
    `later_names`: the same bytes taken in under a name that comes later, which become the copy. `overwritten`:
    other bytes taken in under this very name, whose place it takes.
    """

    copies: dict[str, Any] | None
    later_names: tuple[tuple[str, str], ...]
    overwritten: tuple[tuple[str, str], ...]


def recorded(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> Recorded | None:
    """What is recorded of these bytes under this name; None where they are new."""
    rows = connection.execute(statement("delivery_of_file"), _name(delivery)).fetchall()
    return Recorded(*rows[0]) if rows else None


def _name(delivery: Delivery) -> dict[str, str]:
    return {"delivery_id": delivery.delivery_id, "feed": delivery.feed, "file_name": delivery.file_name}


def place_of(connection: duckdb.DuckDBPyConnection, delivery: Delivery, day: date) -> Place:
    """Where `delivery`, delivered on `day`, stands among what was taken in before.

    Of the same bytes under several names the first by (day, name) counts, whatever the order of arrival.
    """
    others = connection.execute(statement("delivery_others"), _name(delivery)).fetchall()
    same = [row for row in others if row[0] == delivery.delivery_id and row[3] == "taken"]
    first = next((row for row in same if (row[2], row[1]) < (day, delivery.file_name)), None)
    return Place(
        copies=None if first is None else _counts(first),
        later_names=() if first else tuple((row[0], row[1]) for row in same),
        overwritten=tuple((row[0], row[1]) for row in others if row[0] != delivery.delivery_id),
    )


def _counts(row: tuple[Any, ...]) -> dict[str, Any]:
    layout, sender, rows_read, quarantined, warnings = row[4:9]
    return {
        "layout": layout,
        "sender": sender,
        "rows_read": rows_read,
        "quarantined": quarantined,
        "warnings": warnings,
    }


def forget_rows(connection: duckdb.DuckDBPyConnection, feed: str, delivery_id: str) -> None:
    """Removes what a delivery said, so that it can be said anew."""
    connection.execute(statement("quarantine_forget"), {"delivery_id": delivery_id})
    if feed in EVERY_FEED:
        forget = TABLES / _DELIVERED / f"delivered_{feed}" / "forget.sql"
        connection.execute(forget.read_text(encoding="utf-8"), {"delivery_id": delivery_id})


def yield_places(connection: duckdb.DuckDBPyConnection, feed: str, place: Place) -> None:
    """Marks what this delivery takes the place of, and removes what overwritten files said."""
    for delivery_id, file_name in place.later_names:
        _mark(connection, feed, delivery_id, file_name, "copy")
    for delivery_id, file_name in place.overwritten:
        _mark(connection, feed, delivery_id, file_name, "replaced")
        forget_rows(connection, feed, delivery_id)
        connection.execute(statement("delivery_forget_copies"), {"delivery_id": delivery_id, "feed": feed})


def _mark(connection: duckdb.DuckDBPyConnection, feed: str, delivery_id: str, file_name: str, status: str) -> None:
    values = {"delivery_id": delivery_id, "feed": feed, "file_name": file_name, "status": status}
    connection.execute(statement("delivery_mark"), values)


def keep_rows(
    connection: duckdb.DuckDBPyConnection, feed: str, delivery_id: str, rows: pl.DataFrame, broken: pl.DataFrame
) -> None:
    """Writes the rows of a delivery that keep the contract, and the rules that the others broke."""
    _insert(connection, f"delivered_{feed}", sql_of(_DELIVERED, f"delivered_{feed}"), "accepted_rows", rows)
    held_back = broken.with_columns(pl.lit(delivery_id).alias("delivery_id"))
    _insert(connection, "quarantine", statement("quarantine_keep"), "broken_rows", held_back)


def _insert(connection: duckdb.DuckDBPyConnection, table: str, query: str, name: str, frame: pl.DataFrame) -> None:
    """Inserts what `query` makes of `frame`, which it knows by `name`."""
    if frame.is_empty():
        return
    connection.register(name, frame)
    try:
        connection.sql(query).insert_into(table)
    finally:
        connection.unregister(name)


def keep_account(connection: duckdb.DuckDBPyConnection, report: "DeliveryReport") -> None:
    """Writes the account of a delivery, in place of what was written of it."""
    name = {"delivery_id": report.delivery_id, "feed": report.feed, "file_name": report.file_name}
    connection.execute(statement("delivery_forget"), name)
    account = {
        **name,
        "delivered_on": report.delivered_on,
        "sender": report.sender,
        "layout": report.layout,
        "layout_digest": report.layout_digest,
        "status": report.status,
        "reason": report.reason,
        "rows_read": report.rows_read,
        "quarantined": report.quarantined,
        "explanation": report.explanation,
        "unknown_columns": _told_columns(report.unknown_columns),
        "warnings": report.warnings,
    }
    connection.execute(statement("delivery_keep"), account)


def _told_columns(headers: tuple[str, ...]) -> str | None:
    """Headers that the feed does not know, for the report; one with many digits may be a value and is masked."""
    told = [header if sum(letter.isdigit() for letter in header) < 4 else "…" for header in headers]
    return ", ".join(told)[:_TOLD_COLUMNS_CHARACTERS] or None
