"""The access log: who saw what of whom, when and why. It only grows; the database refuses anything else.

A list, a search or an export shows many at once. Which ones is kept once for each set of them, named by its digest, so
that a click on the list costs one row and the log still answers who saw a tenancy.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import AccessRow, ShownRow

KINDS = (
    "view",
    "search",
    "export",
    "cpr_shown",
    "names_shown",
    "change",
    "log_read",
    "log_exported",
    "sign_in",
    "sign_out",
    "forgotten",
)
"""What an entry may be about."""

Tenancy = tuple[str, str]


@dataclass(frozen=True)
class Access:
    """One entry. Whose: the tenancy's own key, never a person's name or number; None for a whole list.

    `shown`: the tenancies that a list, search or export named; an entry that is read again does not tell them.
    """

    who: str
    at: datetime
    what: str
    landlord: str | None = None
    tenancy_no: str | None = None
    why: str = ""
    shown: tuple[Tenancy, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Which entries are asked for: of one tenancy, of one account, of the moments [since, until), before an entry."""

    tenancy: Tenancy | None = None
    who: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def log_access(database: Database, *entries: Access) -> None:
    """Keep `entries`, all or none; `InputRefused` where one is of no known kind. Call it before showing anything."""
    unknown = sorted({entry.what for entry in entries} - set(KINDS))
    if unknown:
        raise InputRefused(
            expected=f"one of {', '.join(KINDS)}",
            found=", ".join(unknown),
            where="access log",
            remedy="Use one of these kinds, or add one there.",
        )
    database.seen.keep(entries, lambda kept: _write(database, kept))


def _write(database: Database, entries: list[Access]) -> None:
    sets = {_digest(entry.shown): entry.shown for entry in entries if entry.shown}
    plain = ("who", "at", "what", "landlord", "tenancy_no", "why")
    rows = [
        {**{name: getattr(entry, name) for name in plain}, "shown": _digest(entry.shown) if entry.shown else None}
        for entry in entries
    ]
    with database.writing() as session:
        for digest, tenancies in sets.items():
            _keep_set(session, digest, tenancies)
        session.execute(insert(AccessRow), rows)


def _keep_set(session: Session, digest: str, tenancies: Iterable[Tenancy]) -> None:
    """Which tenancies were shown together; most clicks show what others saw before."""
    if session.scalars(select(ShownRow.digest).where(ShownRow.digest == digest).limit(1)).first() is not None:
        return
    add = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [{"digest": digest, "landlord": landlord, "tenancy_no": number} for landlord, number in set(tenancies)]
    session.execute(add(ShownRow).on_conflict_do_nothing(), rows)


def _digest(tenancies: Iterable[Tenancy]) -> str:
    text = "\x1e".join(sorted("\x1f".join(tenancy) for tenancy in set(tenancies)))
    return hashlib.sha256(text.encode()).hexdigest()


def accesses(
    database: Database, *, tenancy: Tenancy | None = None, who: str | None = None, most: int = 1000
) -> list[Access]:
    """The newest `most` entries, newest first; of one `tenancy` (landlord, tenancy_no) or one account where given."""
    return [entry for _, entry in entries(database, Asked(tenancy, who), most)]


def entries(database: Database, asked: Asked, most: int) -> list[tuple[int, Access]]:
    """The newest `most` entries that are asked for, each with its number; lists and searches that showed the tenancy
    are among those of a tenancy.
    """
    with database.reading() as session:
        rows = session.scalars(_query(asked).order_by(AccessRow.entry_no.desc()).limit(most))
        return [
            (row.entry_no, Access(row.who, row.at, row.what, row.landlord, row.tenancy_no, row.why)) for row in rows
        ]


def count_entries(database: Database, asked: Asked) -> int:
    """How many entries are asked for."""
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(_query(asked).subquery())).one()


def _query(asked: Asked) -> Select[tuple[AccessRow]]:
    query = select(AccessRow)
    if asked.tenancy is not None:
        landlord, number = asked.tenancy
        shown = select(ShownRow.digest).where(ShownRow.landlord == landlord, ShownRow.tenancy_no == number)
        itself = and_(AccessRow.landlord == landlord, AccessRow.tenancy_no == number)
        query = query.where(or_(itself, AccessRow.shown.in_(shown)))
    if asked.who is not None:
        query = query.where(AccessRow.who == asked.who)
    if asked.since is not None:
        query = query.where(AccessRow.at >= asked.since)
    if asked.until is not None:
        query = query.where(AccessRow.at < asked.until)
    return query if asked.before is None else query.where(AccessRow.entry_no < asked.before)
