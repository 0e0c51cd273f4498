"""What may not be kept longer is removed, at once or not at all, and nothing else can be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from worklist.cases import retention
from worklist.cases.access import Access, accesses, log_access
from worklist.cases.cases import Change, Contact, events, mark, read_cases, record_contact, take
from worklist.cases.database import Database
from worklist.cases.outbox import deliver
from worklist.cases.retention import Forgotten, forget
from worklist.cases.tables import AccessRow, EventRow, ForgettingRow, OutboxRow, ShownRow, Table

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=2000), NOW - timedelta(days=100)
BEFORE = NOW - timedelta(days=1826)


@pytest.fixture
def lived(database: Database, tmp_path: Path) -> Database:
    """An old closed case, a case closed lately, an old open one; the log of both times; sets that were shown."""
    for number, closed in (("old", LONG_AGO), ("lately", LATELY), ("open", None)):
        change = Change("Birkely", number, "anna", LONG_AGO, 0)
        record_contact(database, change, Contact("opkald", "kontakt", LONG_AGO.date(), "payment_plan"))
        if closed:
            mark(database, Change("Birkely", number, "anna", closed, 1), "arrears_paid")
    deliver(database, tmp_path / "inbox", NOW)
    only_old, both = (("Birkely", "1"), ("Birkely", "2")), (("Birkely", "3"),)
    log_access(database, Access("anna", LONG_AGO, "search", shown=only_old), Access("bo", LONG_AGO, "view", shown=both))
    log_access(database, Access("bo", LATELY, "search", shown=both))
    return database


def _count(database: Database, table: type[Table]) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def _state(database: Database) -> list[int]:
    return [_count(database, table) for table in (AccessRow, EventRow, OutboxRow, ShownRow, ForgettingRow)]


def _remove_all(database: Database, table: type[Table]) -> None:
    run = {"run_no": 1, "closed_before": BEFORE, "log_before": BEFORE}
    with database.writing() as session:
        session.execute(insert(ForgettingRow), [run])
        session.execute(delete(table))


def test_what_is_too_old_goes_and_the_log_says_how_many_of_what(lived: Database) -> None:
    done = forget(lived, BEFORE, BEFORE, NOW)
    assert done == Forgotten(cases=1, events=2, sent=1, log_entries=2, shown=2)
    assert set(read_cases(lived)) == {("Birkely", "lately"), ("Birkely", "open")}
    assert [len(events(lived, "Birkely", number)) for number in ("old", "lately", "open")] == [0, 2, 1]
    entry = accesses(lived)[0]
    assert (entry.who, entry.what, entry.landlord, entry.tenancy_no) == ("bovagt", "forgotten", None, None)
    assert entry.why == "cases 1, events 2, sent 1, log_entries 2, shown 2"
    assert [found.who for found in accesses(lived, tenancy=("Birkely", "3"))] == ["bo"]


def test_a_second_run_removes_nothing_and_writes_nothing(lived: Database) -> None:
    forget(lived, BEFORE, BEFORE, NOW)
    before = _state(lived)
    assert forget(lived, BEFORE, BEFORE, NOW) == Forgotten()
    assert _state(lived) == before


def test_a_dry_run_tells_the_same_and_removes_nothing(lived: Database) -> None:
    before = _state(lived)
    told = forget(lived, BEFORE, BEFORE, NOW, dry_run=True)
    assert _state(lived) == before
    assert forget(lived, BEFORE, BEFORE, NOW) == told


def test_a_run_that_breaks_off_removes_nothing(lived: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _state(lived)
    monkeypatch.setattr(retention, "_told", lambda _done: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forget(lived, BEFORE, BEFORE, NOW)
    assert _state(lived) == before


def test_open_cases_stay_however_old(lived: Database) -> None:
    forget(lived, NOW, NOW, NOW)
    assert set(read_cases(lived)) == {("Birkely", "open")}
    assert len(events(lived, "Birkely", "open")) == 1


def test_a_closed_case_stays_while_something_of_it_waits_to_be_sent(database: Database) -> None:
    change = Change("Birkely", "1", "anna", LONG_AGO, 0)
    record_contact(database, change, Contact("opkald", "kontakt", LONG_AGO.date(), "payment_plan"))
    mark(database, Change("Birkely", "1", "anna", LONG_AGO, 1), "arrears_paid")
    assert forget(database, BEFORE, BEFORE, NOW) == Forgotten()


def test_a_forgotten_case_can_begin_anew(lived: Database) -> None:
    forget(lived, BEFORE, BEFORE, NOW)
    assert take(lived, Change("Birkely", "old", "eva", NOW, 0)).version == 1


@pytest.mark.parametrize("table", [AccessRow, EventRow, ShownRow])
def test_the_guards_let_go_of_nothing_younger_even_in_a_run(lived: Database, table: type[Table]) -> None:
    before = _state(lived)
    with pytest.raises(DBAPIError, match="append only"):
        _remove_all(lived, table)
    assert _state(lived) == before
