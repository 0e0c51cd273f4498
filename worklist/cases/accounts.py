"""Local accounts: names, passwords, roles, and who is signed in."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from worklist.cases.database import Database
from worklist.cases.errors import InputRefused, ProviderRefused, SignInRefused
from worklist.cases.tables import AccountRow, SessionRow, WrongPasswordRow

ROLES = ("worker", "coordinator", "analyst", "sender", "dpo", "administrator")
"""What an account may be; it may be several."""

MOST_WRONG, WRONG_WITHIN = 5, timedelta(minutes=15)
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=10)
_NOTED_EVERY = timedelta(seconds=30)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
TOKEN_BYTES = 32

_FROM_PROVIDER = "provider:"
"""In place of a password's hash: no password fits it. Whoever gets a password is a local account from then on."""

_HASHER = PasswordHasher()
_NOBODYS = _HASHER.hash(secrets.token_hex(TOKEN_BYTES))
"""Checked where the name does not exist, so that the time it takes does not tell."""


@dataclass(frozen=True)
class Account:
    """Who somebody is to the page."""

    name: str
    roles: frozenset[str]
    active: bool = True
    from_provider: bool = False


def add_account(database: Database, name: str, password: str, roles: Collection[str], at: datetime) -> Account:
    """A new account; `InputRefused` where the name is taken, a role unknown or the password too short."""
    name = _plain(name)
    _check_roles(roles)
    password_hash = _hashed(password)
    with database.writing() as session:
        if not name or session.get(AccountRow, name) is not None:
            raise _refused("a name that nobody has", "a name that is taken" if name else "none", "Choose another.")
        row = AccountRow(name=name, password_hash=password_hash, roles=sorted(set(roles)), active=True, made_at=at)
        session.add(row)
        return _account(row)


def accounts(database: Database) -> list[Account]:
    """All accounts, by name."""
    query = select(AccountRow.name, AccountRow.roles, AccountRow.active).order_by(AccountRow.name)
    with database.reading() as session:
        return [Account(name, frozenset(roles), active) for name, roles, active in session.execute(query)]


def set_password(database: Database, name: str, password: str) -> None:
    """Another password; whoever is signed in under this name is signed out, and a lock is lifted."""
    password_hash = _hashed(password)
    with database.writing() as session:
        row = _known(session, name)
        row.password_hash = password_hash
        _end_sessions(session, row.name)
        session.execute(delete(WrongPasswordRow).where(WrongPasswordRow.name == row.name))


def set_roles(database: Database, name: str, roles: Collection[str]) -> None:
    """Other roles, from the next request on."""
    _check_roles(roles)
    with database.writing() as session:
        _known(session, name).roles = sorted(set(roles))


def set_active(database: Database, name: str, active: bool) -> None:
    """Close an account, which signs it out at once, or open it again. It stays: the logs name it."""
    with database.writing() as session:
        row = _known(session, name)
        row.active = active
        _end_sessions(session, row.name)


def sign_in(database: Database, name: str, password: str, at: datetime) -> str:
    """A new token, whatever token the browser had before; `SignInRefused` where name or password is wrong or locked.

    The attempt is counted as wrong before the password is checked: many at once get no more tries than one by one.
    """
    name = _plain(name)
    with database.writing() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.name == name).with_for_update()).first()
        if _wrong_lately(session, name, at) >= MOST_WRONG:
            raise SignInRefused(locked=True)
        session.add(WrongPasswordRow(name=name, at=at))
        known = row.password_hash if row is not None else _NOBODYS
        active = row is not None and row.active
    if not _matches(known, password) or not active:
        raise SignInRefused(locked=False)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with database.writing() as session:
        session.execute(delete(WrongPasswordRow).where(WrongPasswordRow.name == name))
        session.execute(delete(SessionRow).where(SessionRow.started_at <= at - ABSOLUTE))
        session.add(SessionRow(token_hash=_token_hash(token), name=name, started_at=at, seen_at=at))
        if _HASHER.check_needs_rehash(known):
            _known(session, name).password_hash = _hashed(password)
    return token


def enter_from_provider(
    database: Database, name: str, mark: str, roles: Collection[str], at: datetime, holds: timedelta = ABSOLUTE
) -> str:
    """A new token for somebody whom the identity provider knows, whose account and roles are as it says today.

    It holds for `holds`, however much it is used: by then the provider may say something else.

    `mark` tells the provider's own person from another of the same name. `ProviderRefused` where a local account or
    another person has the name, or the account was closed.
    """
    name, known = _plain(name), f"{_FROM_PROVIDER}{mark}"
    _check_roles(roles)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with database.writing() as session:
        row = session.get(AccountRow, name)
        if row is not None and row.password_hash != known:
            raise ProviderRefused("taken", "a name that no other account has", "another account of this name")
        if row is not None and not row.active:
            raise ProviderRefused("closed", "an open account", "a closed one")
        session.merge(
            AccountRow(
                name=name,
                password_hash=known,
                roles=sorted(set(roles)),
                active=True,
                made_at=at if row is None else row.made_at,
            )
        )
        session.flush()
        session.execute(delete(SessionRow).where(SessionRow.started_at <= at - ABSOLUTE))
        ends = at + holds
        session.add(SessionRow(token_hash=_token_hash(token), name=name, started_at=at, seen_at=at, ends_at=ends))
    return token


def signed_in(database: Database, token: str, at: datetime) -> Account | None:
    """Whose token this is; it is used now. None where it is nobody's, not used for `IDLE`, older than `ABSOLUTE`, or
    the time is up for which the identity provider's word holds.

    That it was used is written down once in `_NOTED_EVERY`: a click need not wait for a disk.
    """
    key = _token_hash(token)
    with database.reading() as session:
        found = session.get(SessionRow, key)
        if found is None:
            return None
        if _outlived(found, at):
            return None
        ended = at - found.seen_at >= IDLE or at - found.started_at >= ABSOLUTE
        row = session.get(AccountRow, found.name)
        account = _account(row) if row is not None and row.active else None
        noted = at - found.seen_at < _NOTED_EVERY
    if not noted or ended:
        _note_use(database, key, at, ended=ended)
    return None if ended else account


def renewable(database: Database, token: str, at: datetime) -> bool:
    """Whether this token ended only since the identity provider must be asked again: it was in use until now."""
    with database.reading() as session:
        found = session.get(SessionRow, _token_hash(token))
        return found is not None and _outlived(found, at) and at - found.seen_at < IDLE


def _outlived(found: SessionRow, at: datetime) -> bool:
    return found.ends_at is not None and at >= found.ends_at


def _note_use(database: Database, key: str, at: datetime, *, ended: bool) -> None:
    with database.writing() as session:
        found = session.get(SessionRow, key)
        if found is not None and ended:
            session.delete(found)
        elif found is not None:
            found.seen_at = max(at, found.seen_at)


def sign_out(database: Database, token: str) -> None:
    """End this token; nothing happens where it has ended."""
    with database.writing() as session:
        session.execute(delete(SessionRow).where(SessionRow.token_hash == _token_hash(token)))


def _plain(name: str) -> str:
    return name.strip().lower()


def _account(row: AccountRow) -> Account:
    return Account(row.name, frozenset(row.roles), row.active, row.password_hash.startswith(_FROM_PROVIDER))


def _known(session: Session, name: str) -> AccountRow:
    row = session.get(AccountRow, _plain(name))
    if row is None:
        raise _refused("the name of an account", "a name that nobody has", "See the list of accounts.")
    return row


def _end_sessions(session: Session, name: str) -> None:
    session.execute(delete(SessionRow).where(SessionRow.name == name))


def _wrong_lately(session: Session, name: str, at: datetime) -> int:
    query = select(func.count()).select_from(WrongPasswordRow)
    lately = WrongPasswordRow.at > at - WRONG_WITHIN
    return session.scalars(query.where(WrongPasswordRow.name == name, lately)).one()


def _check_roles(roles: Collection[str]) -> None:
    if not roles or set(roles) - set(ROLES):
        raise _refused(f"roles of {', '.join(ROLES)}", "none or others", "Name at least one of these.")


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        expected = f"a password of {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        raise _refused(expected, "a shorter or longer one", "Several words are easier to keep than signs.")
    return _HASHER.hash(password)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return len(password) <= LONGEST_PASSWORD and _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _refused(expected: str, found: str, remedy: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="account", remedy=remedy)
