"""What the team types in goes back as deliveries in `inbox/`, once each, whatever crashes when.

    1  rows are put here in the transaction of the event they come from (`put`)
    2  `deliver` gives the waiting rows of a feed a file name, and keeps it
    3  the file is written beside, made safe on disk and renamed
    4  its rows are marked

Killed between any two, the next call writes the same file again from 3: same rows, same order, same name. Where intake
has taken it in meanwhile, it meets the same bytes or, at worst, rows it has already: duplicates, which change nothing.
"""

import csv
import fcntl
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from warehouse.vocabulary import EVERY_FEED
from worklist.cases.database import Database
from worklist.cases.tables import OutboxRow

REGISTERED_ON = "registered_on"
"""The column with the day a row was typed in: it is known from then on, however late its file is taken in."""

_DENMARK = ZoneInfo("Europe/Copenhagen")
_KEPT_AFTER_DELIVERY = {"contacts"}
"""Their rows hold no personal data beyond the tenancy's key, and an outcome later makes a new version of one."""


def put(session: Session, feed: str, number: str, revision: int, cells: dict[str, Any]) -> None:
    """Put a row on its way in the transaction of `session`; nothing happens where it is on its way already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(OutboxRow)
        .values(feed=feed, number=number, revision=revision, cells=cells)
        .on_conflict_do_nothing(index_elements=["feed", "number", "revision"])
    )


def last_contact(session: Session, landlord: str, tenancy_no: str, since: str) -> OutboxRow | None:
    """The newest version of the tenancy's last contact on or after the ISO day `since`, None where there is none."""
    cells = OutboxRow.cells
    query = select(OutboxRow).where(
        OutboxRow.feed == "contacts",
        cells["landlord"].as_string() == landlord,
        cells["tenancy_no"].as_string() == tenancy_no,
        cells["contacted_on"].as_string() >= since,
    )
    newest = (cells["contacted_on"].as_string().desc(), OutboxRow.entry_no.desc())
    return session.scalars(query.order_by(*newest).limit(1)).first()


def deliver(
    database: Database, inbox: Path, now: datetime, *, told: Callable[[str], None] = lambda _moment: None
) -> list[Path]:
    """Write all rows that wait as files in `inbox`; the files, none where nothing waits.

    The name of a file begins with the Danish day of `now`, and goes on in the order of writing. `told` hears of each
    moment that is passed. `OSError` where the disk fails: the rows wait on, and the next call tries again.
    """
    written = []
    with _alone(inbox):
        _name_files(database, now)
        told("named")
        for feed, file_name in _unfinished(database):
            path = inbox / feed / file_name
            _write(path, _content(feed, _rows_of(database, file_name)), told)
            _mark(database, file_name, feed, now)
            told("marked")
            written.append(path)
    return written


def waiting(database: Database) -> int:
    """How many rows are not delivered yet."""
    with database.reading() as session:
        query = select(func.count()).select_from(OutboxRow).where(OutboxRow.delivered_at.is_(None))
        return session.scalars(query).one()


@contextmanager
def _alone(inbox: Path) -> Iterator[None]:
    """Waits for another who delivers here; the system lets go of the lock when its holder dies."""
    inbox.mkdir(parents=True, exist_ok=True)
    with (inbox / ".outbox.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _name_files(database: Database, now: datetime) -> None:
    """A file for the rows that have none, one a feed and revision: two versions of a row need an order."""
    day = now.astimezone(_DENMARK).date().isoformat()
    with database.writing() as session:
        query = select(OutboxRow).where(OutboxRow.file_name.is_(None)).order_by(OutboxRow.entry_no).with_for_update()
        files: list[list[OutboxRow]] = []
        for row in session.scalars(query):
            if not _room_for(row, files):
                files.append([row])
        for rows in files:
            digest = hashlib.sha256(_content(rows[0].feed, [row.cells for row in rows])).hexdigest()[:12]
            for row in rows:
                row.file_name = f"{day}_team_{rows[0].entry_no:010}_{digest}.csv"


def _room_for(row: OutboxRow, files: list[list[OutboxRow]]) -> bool:
    """Put `row` into the last file of its feed, unless that has an earlier version of the same row."""
    for rows in reversed(files):
        if rows[0].feed == row.feed:
            fits = all(other.number != row.number for other in rows)
            if fits:
                rows.append(row)
            return fits
    return False


def _unfinished(database: Database) -> list[tuple[str, str]]:
    """(feed, file name) of every file that is not marked as written, in order."""
    query = (
        select(OutboxRow.feed, OutboxRow.file_name)
        .where(OutboxRow.file_name.is_not(None), OutboxRow.delivered_at.is_(None))
        .group_by(OutboxRow.feed, OutboxRow.file_name)
        .order_by(func.min(OutboxRow.entry_no))
    )
    with database.reading() as session:
        return [(feed, name or "") for feed, name in session.execute(query)]


def _rows_of(database: Database, file_name: str) -> list[dict[str, Any]]:
    query = select(OutboxRow.cells).where(OutboxRow.file_name == file_name).order_by(OutboxRow.entry_no)
    with database.reading() as session:
        return list(session.scalars(query))


def _content(feed: str, rows: Sequence[dict[str, Any]]) -> bytes:
    """The rows in the standard layout, all columns of the feed: intake then knows that none was forgotten."""
    out = io.StringIO()
    columns = [field.name for field in EVERY_FEED[feed].every_field]
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    table.writerow(columns)
    table.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue().encode()


def _cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _write(path: Path, content: bytes, told: Callable[[str], None]) -> None:
    """Beside first, under a name that intake leaves alone; then at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(content[: len(content) // 2])
        out.flush()
        told("half")
        out.write(content[len(content) // 2 :])
        out.flush()
        os.fsync(out.fileno())
    told("written")
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    told("renamed")


def _mark(database: Database, file_name: str, feed: str, now: datetime) -> None:
    """Delivered; names, addresses and texts are removed here: from now on the vault keeps them."""
    changes: dict[str, Any] = {"delivered_at": now}
    if feed not in _KEPT_AFTER_DELIVERY:
        changes["cells"] = {}
    with database.writing() as session:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.file_name == file_name, OutboxRow.delivered_at.is_(None))
            .values(**changes)
        )
