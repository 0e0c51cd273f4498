"""Concerns since the last night: the list shows acute ones at once and waits for no night."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from worklist.cases.database import Database
from worklist.cases.tables import ArrivalRow, OutboxRow

_DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Arrival:
    """A concern by its codes; `landlord` and `tenancy_no` are None where it is not clear yet whom it is about.

    It came to the sender or the municipality at `received_at`, and into the system at `recorded_at`.
    """

    concern_no: str
    received_at: datetime
    recorded_at: datetime
    sender: str
    category: str
    urgency: str | None
    landlord: str | None
    tenancy_no: str | None
    recorded_by: str


def arrivals(database: Database, since: date) -> list[Arrival]:
    """The concerns recorded on the Danish day `since` or later, the newest first.

    A night of that day knows what was known before it: these are the ones that it does not hold.
    """
    begin = datetime.combine(since, time(), _DENMARK)
    query = select(ArrivalRow).where(ArrivalRow.recorded_at >= begin)
    with database.reading() as session:
        rows = session.scalars(query.order_by(ArrivalRow.recorded_at.desc(), ArrivalRow.concern_no))
        return [Arrival(**{name: getattr(row, name) for name in Arrival.__dataclass_fields__}) for row in rows]


def told_of(database: Database, concern_no: str) -> dict[str, Any]:
    """What was typed of a concern (name, address, text, …) while it waits for the night; empty afterwards.

    From then on the vault alone keeps it. Log who reads it first.
    """
    query = select(OutboxRow).where(OutboxRow.feed == "concerns", OutboxRow.number == concern_no)
    with database.reading() as session:
        row = session.scalars(query).first()
        return {} if row is None else {key: value for key, value in row.cells.items() if value is not None}
