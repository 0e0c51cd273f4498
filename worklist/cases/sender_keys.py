"""Keys of the programs that send concerns: one a sender, shown once, kept only as a hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from warehouse.vocabulary import FEEDS
from worklist.cases.accounts import TOKEN_BYTES
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import SenderKeyRow

SENDERS = FEEDS["concerns"].field("sender").codes
"""Who a concern may come from (the contract's codes)."""


@dataclass(frozen=True)
class SenderKey:
    """A program's name, as which sender it sends, and whether its key still works."""

    name: str
    sender: str
    active: bool = True


def make_key(database: Database, name: str, sender: str, at: datetime) -> str:
    """A new key, told this once; `InputRefused` where the name is empty or taken, or the sender unknown."""
    name = name.strip()
    key = secrets.token_urlsafe(TOKEN_BYTES)
    with database.writing() as session:
        taken = session.scalars(select(SenderKeyRow).where(SenderKeyRow.name == name)).first()
        if not name or taken is not None:
            raise _refused("a name that no program has", "one that is taken" if name else "none")
        if sender not in SENDERS:
            raise _refused(f"one of {', '.join(SENDERS)}", "another sender")
        session.add(SenderKeyRow(key_hash=_hash(key), name=name, sender=sender, made_at=at, active=True))
    return key


def sender_of(database: Database, key: str) -> SenderKey | None:
    """Whose key this is; None where it is nobody's or was closed."""
    with database.reading() as session:
        row = session.get(SenderKeyRow, _hash(key))
        return SenderKey(row.name, row.sender) if row is not None and row.active else None


def sender_keys(database: Database) -> list[SenderKey]:
    """All programs by name."""
    with database.reading() as session:
        rows = session.scalars(select(SenderKeyRow).order_by(SenderKeyRow.name))
        return [SenderKey(row.name, row.sender, row.active) for row in rows]


def close_key(database: Database, name: str) -> None:
    """The key of this program works no longer; `InputRefused` where there is none of this name."""
    with database.writing() as session:
        row = session.scalars(select(SenderKeyRow).where(SenderKeyRow.name == name)).first()
        if row is None:
            raise _refused("the name of a program", "a name that none has")
        row.active = False


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _refused(expected: str, found: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="sender's key", remedy="See the list of programs.")
