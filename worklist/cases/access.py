"""The access log: who saw what of whom, when and why. It only grows; the database refuses anything else."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import AccessRow

KINDS = ("view", "search", "export", "cpr_shown", "names_shown", "change", "log_read", "sign_in", "sign_out")
"""What an entry may be about."""


@dataclass(frozen=True)
class Access:
    """One entry. Whose: the tenancy's own key, never a person's name or number; None for a whole list."""

    who: str
    at: datetime
    what: str
    landlord: str | None = None
    tenancy_no: str | None = None
    why: str = ""


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

    def write(kept: list[Access]) -> None:
        with database.writing() as session:
            session.execute(insert(AccessRow), [vars(entry) for entry in kept])

    database.seen.keep(entries, write)


def accesses(
    database: Database, *, tenancy: tuple[str, str] | None = None, who: str | None = None, most: int = 1000
) -> list[Access]:
    """The newest `most` entries, newest first; of one `tenancy` (landlord, tenancy_no) or one account where given."""
    query = select(AccessRow).order_by(AccessRow.entry_no.desc()).limit(most)
    if tenancy is not None:
        query = query.where(AccessRow.landlord == tenancy[0], AccessRow.tenancy_no == tenancy[1])
    if who is not None:
        query = query.where(AccessRow.who == who)
    with database.reading() as session:
        return [
            Access(row.who, row.at, row.what, row.landlord, row.tenancy_no, row.why) for row in session.scalars(query)
        ]
