"""Cases: who has them, what was done, what comes next. Nothing is overwritten that somebody has not seen.

A case is a tenancy's (landlord, tenancy_no). Every change names the version it was decided on, and makes the next one:
one row in `case_event`, the new state in `work_case` and what goes to the inbox, in one transaction.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from worklist.cases.codes import ATTEMPTS, INTERVENTIONS, MARKS, OPEN, OUTCOMES, RESULTS
from worklist.cases.database import Database
from worklist.cases.errors import CaseChanged, InputRefused
from worklist.cases.outbox import REGISTERED_ON, last_contact, put
from worklist.cases.tables import CaseRow, EventRow

LONGEST_TEXT = 4000
_DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Case:
    """What stands of a case; version 0: nobody has touched it."""

    landlord: str
    tenancy_no: str
    version: int = 0
    status: str = OPEN
    owner: str | None = None
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    next_action: str | None = None
    next_action_on: date | None = None


@dataclass(frozen=True)
class CaseEvent:
    """One change; `version` is the one it made."""

    version: int
    who: str
    at: datetime
    kind: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Change:
    """Which case, who changes it and when (with time zone), and the version that was seen when it was decided."""

    landlord: str
    tenancy_no: str
    who: str
    at: datetime
    expected_version: int

    @property
    def day(self) -> date:
        """The day it is in Denmark."""
        return self.at.astimezone(_DENMARK).date()


@dataclass(frozen=True)
class Contact:
    """An attempt and its result (codes of `ATTEMPTS` and `RESULTS`), and what was agreed, of `INTERVENTIONS`."""

    attempt: str
    result: str
    contacted_on: date
    intervention: str | None = None
    note: str = ""


def read_case(database: Database, landlord: str, tenancy_no: str) -> Case:
    """The case as it stands; one that nobody has touched has version 0."""
    with database.reading() as session:
        row = session.get(CaseRow, (landlord, tenancy_no))
        return _case(row) if row is not None else Case(landlord, tenancy_no)


def read_cases(database: Database) -> dict[tuple[str, str], Case]:
    """Every case that somebody has touched, by (landlord, tenancy_no)."""
    # Columns and no rows of the mapper's own: a list reads all of them on each click.
    query = select(*(getattr(CaseRow, name) for name in Case.__dataclass_fields__))
    with database.reading() as session:
        return {(row[0], row[1]): Case(*row) for row in session.execute(query)}


def events(database: Database, landlord: str, tenancy_no: str) -> list[CaseEvent]:
    """What was done in the case, the oldest first."""
    query = select(*(getattr(EventRow, name) for name in CaseEvent.__dataclass_fields__))
    whose = query.where(EventRow.landlord == landlord, EventRow.tenancy_no == tenancy_no)
    with database.reading() as session:
        return [CaseEvent(*row) for row in session.execute(whose.order_by(EventRow.version))]


def take(database: Database, change: Change) -> Case:
    """The case is now that of who changes it."""
    return _change(database, change, "take", {}, {"owner": change.who})


def hand_over(database: Database, change: Change, to: str | None, note: str = "") -> Case:
    """The case is now that of the account `to`, or nobody's."""
    return _change(database, change, "hand_over", {"to": to, "note": _text(note)}, {"owner": to})


def snooze(database: Database, change: Change, until: date, reason: str) -> Case:
    """Nothing is to be done before `until`, for a reason that must be given. The list decides what still shows."""
    if until <= change.day or not reason.strip():
        raise _refused("a day after today and a reason", "an earlier day or no reason", "Give both.")
    details = {"until": until.isoformat(), "reason": _text(reason)}
    return _change(database, change, "snooze", details, {"snoozed_until": until, "snooze_reason": reason.strip()})


def wake(database: Database, change: Change) -> Case:
    """The case is no longer snoozed."""
    return _change(database, change, "wake", {}, {"snoozed_until": None, "snooze_reason": None})


def note(database: Database, change: Change, text: str) -> Case:
    """Keep a note, which must say something."""
    if not text.strip():
        raise _refused("a note", "nothing", "Write one.")
    return _change(database, change, "note", {"text": _text(text)}, {})


def plan(database: Database, change: Change, action: str | None, on: date | None) -> Case:
    """What comes next and when; both None: nothing does."""
    if bool((action or "").strip()) != (on is not None):
        raise _refused("an action and its day, or neither", "one without the other", "Give both.")
    kept = _text(action or "") or None
    details = {"action": kept, "on": on and on.isoformat()}
    return _change(database, change, "plan", details, {"next_action": kept, "next_action_on": on})


def mark(database: Database, change: Change, status: str) -> Case:
    """The case is closed for one of `MARKS`: the arrears are paid, or this is not the person."""
    _require(status, MARKS)
    return _change(database, change, "mark", {"status": status}, {"status": status})


def reopen(database: Database, change: Change) -> Case:
    """A mark is taken back."""
    return _change(database, change, "reopen", {}, {"status": OPEN})


def record_contact(database: Database, change: Change, contact: Contact) -> Case:
    """Keep an attempt at contact, and send it back to the inbox.

    `InputRefused` where a code is unknown, the day has not come, or the codes contradict each other.
    """
    cells = _contact_cells(change, contact)
    number = _contact_no(change)
    details = {
        "attempt": contact.attempt,
        "result": contact.result,
        "contacted_on": contact.contacted_on.isoformat(),
        "intervention": contact.intervention,
        "note": _text(contact.note),
        "contact_no": number,
    }

    def send(session: Session, version: int) -> None:
        put(session, "contacts", number, version, {"contact_no": number, **cells})

    return _change(database, change, "contact", details, {}, send)


def record_outcome(database: Database, change: Change, outcome: str, decided_on: date, note: str = "") -> Case:
    """Keep an outcome (`OUTCOMES`). One that is an intervention joins the case's last contact in the inbox.

    Where the case has had no contact since a year before, it is sent as one through a caseworker: somebody agreed it.
    """
    _require(outcome, OUTCOMES)
    _not_in_future(change, decided_on)
    details = {"outcome": outcome, "decided_on": decided_on.isoformat(), "note": _text(note)}

    def send(session: Session, version: int) -> None:
        if OUTCOMES[outcome] is not None:
            cells = _outcome_cells(session, change, OUTCOMES[outcome], decided_on)
            put(session, "contacts", cells["contact_no"], version, cells)

    return _change(database, change, "outcome", details, {}, send)


def _change(
    database: Database,
    change: Change,
    kind: str,
    details: dict[str, Any],
    state: dict[str, Any],
    send: Callable[[Session, int], None] = lambda _session, _version: None,
) -> Case:
    """Move the case one version on, with its event; `CaseChanged` where it is not at the version that was seen."""
    version = change.expected_version + 1
    with database.writing() as session:
        _ensure_row(session, change)
        moved = session.execute(
            update(CaseRow)
            .where(
                CaseRow.landlord == change.landlord,
                CaseRow.tenancy_no == change.tenancy_no,
                CaseRow.version == change.expected_version,
            )
            .values(version=version, **state)
            .execution_options(synchronize_session=False)
            .returning(CaseRow.version)
        ).all()
        if not moved:
            raise _moved_on(session, change)
        key = {"landlord": change.landlord, "tenancy_no": change.tenancy_no}
        session.add(EventRow(**key, version=version, who=change.who, at=change.at, kind=kind, details=details))
        send(session, version)
        session.flush()
        return _case(session.get_one(CaseRow, (change.landlord, change.tenancy_no)))


def _ensure_row(session: Session, change: Change) -> None:
    """Version 0 for a case that nobody has touched; two who touch it at once then meet at its version."""
    if change.expected_version != 0:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"landlord": change.landlord, "tenancy_no": change.tenancy_no, "version": 0, "status": OPEN}
    session.execute(insert(CaseRow).values(**row).on_conflict_do_nothing())


def _moved_on(session: Session, change: Change) -> CaseChanged:
    query = select(EventRow).where(EventRow.landlord == change.landlord, EventRow.tenancy_no == change.tenancy_no)
    last = session.scalars(query.order_by(EventRow.version.desc()).limit(1)).first()
    if last is None:
        return CaseChanged(change.expected_version, 0, None, None, None)
    return CaseChanged(change.expected_version, last.version, last.who, last.at, last.kind)


def _case(row: CaseRow) -> Case:
    return Case(**{name: getattr(row, name) for name in Case.__dataclass_fields__})


def _contact_no(change: Change) -> str:
    """The same for the same contact, and of no use to whoever guesses; the moment tells apart what a backup undid."""
    seen = (change.landlord, change.tenancy_no, str(change.expected_version), change.at.isoformat())
    return "team-" + hashlib.sha256("\x00".join(seen).encode()).hexdigest()[:20]


def _contact_cells(change: Change, contact: Contact) -> dict[str, Any]:
    """The feed's columns of a contact; the number is put to them later."""
    _require(contact.attempt, ATTEMPTS)
    _require(contact.result, RESULTS)
    _not_in_future(change, contact.contacted_on)
    attempt, result = ATTEMPTS[contact.attempt], RESULTS[contact.result]
    if contact.intervention is not None:
        _require(contact.intervention, INTERVENTIONS)
    agreed = contact.intervention not in (None, "none")
    if (attempt.reached is True and result.outcome == "not_reached") or (attempt.reached is False and result.reached):
        raise _refused("a result that fits the attempt", "one that contradicts it", "Choose another.")
    if agreed and contact.result != "kontakt":
        raise _refused("nothing agreed where there was no contact", "something agreed", "Choose kontakt.")
    return {
        "landlord": change.landlord,
        "tenancy_no": change.tenancy_no,
        "contacted_on": contact.contacted_on.isoformat(),
        "channel": attempt.channel,
        "reached": result.reached,
        "intervention": contact.intervention,
        "outcome": "agreed" if agreed else result.outcome,
        REGISTERED_ON: change.day.isoformat(),
    }


def _outcome_cells(session: Session, change: Change, intervention: str | None, decided_on: date) -> dict[str, Any]:
    """The last contact's columns, or those of one through a caseworker, with what was agreed."""
    agreed = {"intervention": intervention, "reached": True, "outcome": "agreed"}
    agreed[REGISTERED_ON] = change.day.isoformat()
    since = decided_on.replace(year=decided_on.year - 1, day=min(decided_on.day, 28)).isoformat()
    last = last_contact(session, change.landlord, change.tenancy_no, since)
    # One who already agreed to something else keeps it: the new agreement is a contact of its own.
    if last is not None and last.cells["reached"] and last.cells["intervention"] in (None, "none", intervention):
        return {**last.cells, **agreed}
    return {
        "contact_no": _contact_no(change),
        "landlord": change.landlord,
        "tenancy_no": change.tenancy_no,
        "contacted_on": decided_on.isoformat(),
        "channel": "via_caseworker",
        **agreed,
    }


def _require(code: str, codes: Iterable[str]) -> None:
    known = list(codes)
    if code not in known:
        raise _refused(f"one of {', '.join(known)}", "another code", "Choose one of these.")


def _not_in_future(change: Change, day: date) -> None:
    if day > change.day:
        raise _refused("a day that has come", "one that has not", "Plan it as the next action.")


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise _refused(f"at most {LONGEST_TEXT} characters", str(len(text)), "Shorten it.")
    return text.strip()


def _refused(expected: str, found: str, remedy: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="case", remedy=remedy)
