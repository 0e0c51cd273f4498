"""Removes what may not be kept longer: closed cases with their events, old entries of the access log, and the sets of
shown tenancies that no entry names any more. All in one transaction, or nothing.
"""

from dataclasses import asdict, astuple, dataclass
from datetime import datetime

from sqlalchemy import CursorResult, Delete, delete, insert, select, text
from sqlalchemy.orm import Session

from worklist.cases.access import Tenancy
from worklist.cases.codes import OPEN
from worklist.cases.database import Database
from worklist.cases.tables import AccessRow, CaseRow, EventRow, ForgettingRow, OutboxRow, ShownRow

PROGRAM = "bovagt"
"""Who the log says it was: nobody is signed in when the command runs."""

_RUN = 1


@dataclass(frozen=True)
class Forgotten:
    """How many of what were removed; `sent` are contacts that lay in the outbox and had been delivered."""

    cases: int = 0
    events: int = 0
    sent: int = 0
    log_entries: int = 0
    shown: int = 0


def forget(
    database: Database, closed_before: datetime, log_before: datetime, at: datetime, *, dry_run: bool = False
) -> Forgotten:
    """Remove closed cases last changed before `closed_before` and entries of the log before `log_before`.

    Moments with their time zone. The counts, and no key, are in the log in the same transaction; where there was
    nothing to remove, no entry either. `dry_run` removes nothing, and tells what would be.
    """
    with database.writing() as session:
        _begin(session, closed_before, log_before)
        closed = _closed(session, closed_before)
        removed = [_forget_case(session, *whose) for whose in closed]
        events, sent = sum(counts[0] for counts in removed), sum(counts[1] for counts in removed)
        entries = _removed(session, delete(AccessRow).where(AccessRow.at < log_before))
        named = select(AccessRow.shown).where(AccessRow.shown.is_not(None))
        shown = _removed(session, delete(ShownRow).where(ShownRow.digest.not_in(named)))
        done = Forgotten(len(closed), events, sent, entries, shown)
        session.execute(delete(ForgettingRow))
        if any(astuple(done)):
            session.execute(insert(AccessRow), [{"who": PROGRAM, "at": at, "what": "forgotten", "why": _told(done)}])
        if dry_run:
            session.rollback()
    return done


def _begin(session: Session, closed_before: datetime, log_before: datetime) -> None:
    """Tell the guards what may be removed, for this transaction."""
    if session.get_bind().dialect.name == "postgresql":
        # Whoever found a set there and is about to name it must be done first; SQLite has one writer anyway.
        session.execute(text("LOCK TABLE shown_tenancy IN ACCESS EXCLUSIVE MODE"))
    run = {"run_no": _RUN, "closed_before": closed_before, "log_before": log_before}
    session.execute(insert(ForgettingRow), [run])


def _closed(session: Session, before: datetime) -> list[Tenancy]:
    """Cases that are closed, with no change since `before`, and with nothing that still waits in the outbox."""
    lately = select(EventRow.entry_no).where(
        EventRow.landlord == CaseRow.landlord, EventRow.tenancy_no == CaseRow.tenancy_no, EventRow.at >= before
    )
    cells = OutboxRow.cells
    waiting = select(OutboxRow.entry_no).where(
        cells["landlord"].as_string() == CaseRow.landlord,
        cells["tenancy_no"].as_string() == CaseRow.tenancy_no,
        OutboxRow.delivered_at.is_(None),
    )
    query = select(CaseRow.landlord, CaseRow.tenancy_no)
    query = query.where(CaseRow.status != OPEN, ~lately.exists(), ~waiting.exists())
    return [(landlord, number) for landlord, number in session.execute(query.with_for_update())]


def _forget_case(session: Session, landlord: str, tenancy_no: str) -> tuple[int, int]:
    """Remove a case; how many events it had, and how many contacts lay in the outbox."""
    of_events = (EventRow.landlord == landlord, EventRow.tenancy_no == tenancy_no)
    events = _removed(session, delete(EventRow).where(*of_events))
    cells = OutboxRow.cells
    of_contacts = (cells["landlord"].as_string() == landlord, cells["tenancy_no"].as_string() == tenancy_no)
    sent = _removed(session, delete(OutboxRow).where(OutboxRow.feed == "contacts", *of_contacts))
    _removed(session, delete(CaseRow).where(CaseRow.landlord == landlord, CaseRow.tenancy_no == tenancy_no))
    return events, sent


def _removed(session: Session, query: Delete) -> int:
    done = session.execute(query, execution_options={"synchronize_session": False})
    assert isinstance(done, CursorResult)
    return done.rowcount


def _told(done: Forgotten) -> str:
    return ", ".join(f"{name} {count}" for name, count in asdict(done).items())
