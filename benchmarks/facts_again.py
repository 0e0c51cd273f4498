"""The facts in force on a day, read straight from the fact tables: nothing here uses the warehouse's own queries.

For the checks that every reason is true of the facts it cites: what is known of whom is worked out a second time.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import polars as pl

from warehouse.columns import warehouse_key
from warehouse.vocabulary import FEEDS

Row = dict[str, Any]
Tenancy = tuple[str, str]


@dataclass(frozen=True)
class Facts:
    """Every fact in force on `as_of`: by its reference, and by the tenancy or person it concerns.

    `landlords_of`: by feed, the landlords that send it; `listed_on`: by landlord, the days of its arrears lists.
    """

    as_of: date
    by_reference: dict[str, Row]
    of_tenancy: dict[str, dict[Tenancy, list[Row]]]
    of_person: dict[str, dict[str, list[Row]]]
    residents: dict[Tenancy, set[str]] = field(default_factory=dict)
    landlords_of: dict[str, set[str]] = field(default_factory=dict)
    listed_on: dict[str, set[date]] = field(default_factory=dict)

    def tenancy(self, feed: str, tenancy: Tenancy) -> list[Row]:
        """The facts of `feed` about a tenancy, or about anyone who lives there."""
        own = self.of_tenancy[feed].get(tenancy, [])
        named = {id(row) for row in own}
        people = sorted(self.residents.get(tenancy, ()))
        theirs = [row for person in people for row in self.of_person[feed].get(person, [])]
        return own + [row for row in theirs if id(row) not in named and not _is_anothers(row, tenancy)]

    def back(self, months: int) -> date:
        """The same day of the month, `months` months before."""
        return months_before(self.as_of, months)


def months_before(day: date, months: int) -> date:
    """The same day of the month, `months` months before; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def facts_of(connection: duckdb.DuckDBPyConnection, as_of: date) -> Facts:
    """What was known before `as_of`, in the versions in force."""
    rows = {feed: _in_force(connection.table(f"fact_{feed}").pl(), as_of) for feed in FEEDS}
    links = _links(connection.table("fact_link").pl(), as_of)
    by_reference, of_tenancy, of_person = {}, {}, {}
    for feed, found in rows.items():
        key = warehouse_key(feed)
        for row in found:
            row["reference"] = f"{feed}:{'/'.join(str(row[name]) for name in key)}"
            link = links.get((feed, "/".join(str(row[name]) for name in key)), {})
            row["tenancy"] = _named_tenancy(row) or _named_tenancy(link)
            row["confidence"] = 1.0 if _named_tenancy(row) or not link else link["confidence"]
            by_reference[row["reference"]] = row
        of_tenancy[feed] = _grouped((row["tenancy"], row) for row in found if row["tenancy"])
        of_person[feed] = _grouped((row["person_id"], row) for row in found if row.get("person_id"))
    heard = {feed: {row["landlord"] for row in rows[feed]} for feed in ("rent_postings", "arrears")}
    listed_on: dict[str, set[date]] = defaultdict(set)
    for row in rows["arrears"]:
        listed_on[row["landlord"]].add(row["stated_on"])
    return Facts(as_of, by_reference, of_tenancy, of_person, _residents(rows, as_of), heard, listed_on)


def _in_force(versions: pl.DataFrame, as_of: date) -> list[Row]:
    superseded = pl.col("superseded_on").is_null() | (pl.col("superseded_on") >= as_of)
    return versions.filter((pl.col("known_on") < as_of) & superseded & ~pl.col("retracted").fill_null(False)).to_dicts()


def _links(links: pl.DataFrame, as_of: date) -> dict[tuple[str, str], Row]:
    """The surest link of each record."""
    superseded = pl.col("superseded_on").is_null() | (pl.col("superseded_on") >= as_of)
    standing = links.filter((pl.col("known_on") < as_of) & superseded).sort(
        "confidence", "landlord", "tenancy_no", "known_on", descending=[True, False, False, False]
    )
    found: dict[tuple[str, str], Row] = {}
    for row in standing.iter_rows(named=True):
        found.setdefault((row["feed"], row["record_key"]), row)
    return found


def _named_tenancy(row: Row) -> Tenancy | None:
    landlord, number = row.get("landlord"), row.get("tenancy_no")
    return (landlord, number) if landlord is not None and number is not None else None


def _is_anothers(row: Row, tenancy: Tenancy) -> bool:
    return row["tenancy"] is not None and row["tenancy"] != tenancy


def _grouped(pairs: Iterable[tuple[Any, Row]]) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return dict(found)


def _residents(rows: dict[str, list[Row]], as_of: date) -> dict[Tenancy, set[str]]:
    """The tenant of each active tenancy, and everybody who is registered at its address."""
    at_home: dict[str, set[str]] = defaultdict(set)
    for person in rows["persons"]:
        gone = [person[name] for name in ("deceased_on", "left_municipality_on") if person[name] is not None]
        if person["home_id"] is not None and all(day >= as_of for day in gone):
            at_home[person["home_id"]].add(person["person_id"])
    found = {}
    for row in rows["tenancies"]:
        if row["moved_in_on"] <= as_of and (row["moved_out_on"] is None or row["moved_out_on"] > as_of):
            tenant = {row["person_id"]} if row["person_id"] is not None else set()
            found[row["landlord"], row["tenancy_no"]] = tenant | at_home.get(row["home_id"], set())
    return found
