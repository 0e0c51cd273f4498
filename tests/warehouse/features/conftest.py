"""A small town for the tests of what was known on a day: rows as delivered, settled as the intake settles them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from warehouse.columns import frame_schema
from warehouse.facts import settle
from warehouse.store import open_warehouse
from warehouse.vocabulary import FEEDS

Row = dict[str, Any]


@dataclass
class Town:
    """Rows by feed, each with the day it became known; `deliveries` are (feed, sender, day)."""

    connection: duckdb.DuckDBPyConnection
    rows: dict[str, list[Row]] = field(default_factory=lambda: {feed: [] for feed in FEEDS})
    links: list[Row] = field(default_factory=list)
    deliveries: list[tuple[str, str, date]] = field(default_factory=list)

    def add(self, feed: str, known_on: date, **columns: Any) -> None:
        """One row of `feed`, delivered and known on `known_on`."""
        self.rows[feed].append({"known_on": known_on, "delivered_on": known_on, **columns})

    def tenancy(self, landlord: str, tenancy_no: str, moved_in_on: date, **more: Any) -> None:
        columns = {"monthly_rent_dkk": 6000, "postal_code": "8900", "person_id": "p" + tenancy_no} | more
        self.add("tenancies", more.pop("known_on", moved_in_on), landlord=landlord, tenancy_no=tenancy_no,
                 moved_in_on=moved_in_on, **{k: v for k, v in columns.items() if k != "known_on"})  # fmt: skip

    def post(self, kind: str, on: date, amount: float, *, landlord: str = "A", tenancy_no: str = "1") -> None:
        """A posting of the ledger, known the day it was posted; a charge is due that day."""
        number = f"{landlord}-{len(self.rows['rent_postings'])}"
        self.add("rent_postings", on, landlord=landlord, posting_no=number, tenancy_no=tenancy_no, posted_on=on,
                 due_on=on if kind == "charge" else None, kind=kind, amount_dkk=amount)  # fmt: skip

    def notice(self, kind: str, on: date, **more: Any) -> None:
        """A landlord's notice, known the day it was issued."""
        number = f"n{len(self.rows['notices'])}"
        columns = {"source": "landlord", "notice_no": number, "landlord": "A", "tenancy_no": "1"} | more
        self.add("notices", columns.pop("known_on", on), kind=kind, issued_on=on, **columns)

    def settled(self, known_before: date | None = None) -> duckdb.DuckDBPyConnection:
        """The warehouse with these rows as facts; only those known before `known_before` where it is given."""
        for feed, rows in self.rows.items():
            _refill(self.connection, "delivered_" + feed, _frame(feed, _before(rows, known_before)))
        settle(self.connection, FEEDS)
        _refill(self.connection, "fact_link", _links(_before(self.links, known_before)))
        _refill(self.connection, "delivery", self._arrived(known_before))
        return self.connection

    def _arrived(self, known_before: date | None) -> pl.DataFrame:
        told = [d for d in self.deliveries if known_before is None or d[2] < known_before]
        columns = self.connection.table("delivery").columns
        text = {name: pl.lit(None) for name in columns}
        frame = pl.DataFrame(
            told, schema={"feed": pl.String, "sender": pl.String, "delivered_on": pl.Date}, orient="row"
        )
        fixed = {"delivery_id": pl.lit("d"), "file_name": pl.lit("f"), "status": pl.lit("taken")}
        counts = {name: pl.lit(0) for name in ("rows_read", "quarantined", "warnings")}
        given = {name: pl.col(name) for name in frame.columns}
        return frame.select(**{name: (text | fixed | counts | given)[name] for name in columns})


def _before(rows: list[Row], day: date | None) -> list[Row]:
    """The rows known before `day`. A link known before it that was superseded later is in force until then."""
    return [row for row in rows if day is None or row["known_on"] < day]


def _frame(feed: str, rows: list[Row]) -> pl.DataFrame:
    schema = frame_schema(feed)
    standard: Row = {"delivery_id": "d", "file_name": "f", "retracted": False}
    columns = {
        name: [row.get(name, line if name == "line_no" else standard.get(name)) for line, row in enumerate(rows)]
        for name in schema
    }
    return pl.DataFrame(columns, strict=False, schema_overrides=_loose(schema)).cast(dict(schema))


def _loose(schema: pl.Schema) -> Mapping[str, Any]:
    """Money is given as numbers and cast at the end."""
    return {name: pl.Float64() if isinstance(kind, pl.Decimal) else kind for name, kind in schema.items()}


def _links(rows: list[Row]) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(
        ("feed", "record_key", "landlord", "tenancy_no", "person_id", "confidence", "method"), pl.String
    ) | {"confidence": pl.Float64, "known_on": pl.Date, "superseded_on": pl.Date}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _refill(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    connection.execute("delete from " + table)
    if frame.height:
        connection.from_arrow(frame.to_arrow()).insert_into(table)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """An empty town."""
    connection = open_warehouse(tmp_path / "warehouse.duckdb", threads=1)
    yield Town(connection)
    connection.close()


@pytest.fixture(scope="session")
def new_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Town]]:
    """A function that gives an empty town, for tests that need many; they share one warehouse."""
    connection = open_warehouse(tmp_path_factory.mktemp("towns") / "warehouse.duckdb", threads=1)
    yield lambda: Town(connection)
    connection.close()


@pytest.fixture(scope="session")
def any_row() -> Callable[[Any, str, date], Row]:
    """A function that gives a random row of a feed, by what the vocabulary says of its columns."""
    return _any_row


LANDLORDS, TENANCIES, PEOPLE, HOMES = ("A", "B", "C"), ("1", "2", "3", "4"), 10, 10
_REFERENCES: dict[str, tuple[str, ...]] = {
    "landlord": LANDLORDS,
    "tenancy_no": TENANCIES,
    "person_id": tuple(f"p{i}" for i in range(PEOPLE)),
    "home_id": tuple(f"h{i}" for i in range(HOMES)),
    "postal_code": ("8900", "8930"),
}


def _any_row(rng: Any, feed: str, around: date) -> Row:
    """A random row of `feed` with events in the 800 days before `around` and 250 after, known soon after or before.

    Numbers of records repeat, so that some rows correct or withdraw others.
    """
    happened = around + timedelta(days=int(rng.integers(-800, 250)))
    known_on = happened + timedelta(days=int(rng.integers(-10, 40)))
    codes = {f.name: f.codes for f in FEEDS[feed].fields if f.codes}
    required = {f.name for f in FEEDS[feed].fields if f.required}
    row: Row = {"known_on": known_on, "delivered_on": known_on, "retracted": bool(rng.random() < 0.08)}
    for name, kind in frame_schema(feed).items():
        if name in row or name in ("delivery_id", "line_no", "file_name", "identity_mac", "registered_on"):
            continue
        missing = name not in required and name not in ("person_id", "home_id") and rng.random() < 0.25
        row[name] = None if missing else _any_value(rng, name, kind, codes, happened)
    if feed == "tenancies":
        row["moved_in_on"], row["moved_out_on"] = around - timedelta(days=int(rng.integers(30, 900))), None
        row["known_on"] = row["delivered_on"] = around - timedelta(days=int(rng.integers(-200, 900)))
    return row


def _any_value(rng: Any, name: str, kind: Any, codes: Mapping[str, tuple[str, ...]], happened: date) -> Any:
    if name in codes:
        return codes[name][int(rng.integers(len(codes[name])))]
    if name in _REFERENCES:
        return _REFERENCES[name][int(rng.integers(len(_REFERENCES[name])))]
    if kind == pl.Date:
        return happened + timedelta(
            days=int(rng.integers(0, 60)) if name.endswith("_to") else int(rng.integers(-3, 30))
        )
    if isinstance(kind, pl.Datetime):
        return datetime(happened.year, happened.month, happened.day, int(rng.integers(24)))
    if kind == pl.Boolean:
        return bool(rng.random() < 0.5)
    if isinstance(kind, pl.Decimal):
        return float(rng.integers(-9000, 9000)) if name == "amount_dkk" else float(rng.integers(0, 9000))
    if kind.is_numeric():
        return int(rng.integers(1, 90))
    return f"{name}{int(rng.integers(60))}"
