"""The access log answers who saw a tenancy, also where it was one of many on a list."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from worklist.cases.access import Access, Asked, accesses, entries, log_access
from worklist.cases.database import Database
from worklist.cases.tables import ShownRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIST = tuple(("Birkely", str(number)) for number in range(20))


def _see(database: Database, who: str, shown: tuple[tuple[str, str], ...], hours: int = 0) -> None:
    log_access(database, Access(who, NOW + timedelta(hours=hours), "names_shown", why="list", shown=shown))


def test_a_list_is_among_the_entries_of_each_tenancy_on_it_and_of_no_other(database: Database) -> None:
    _see(database, "anna", LIST)
    _see(database, "bo", LIST[5:])
    log_access(database, Access("eva", NOW, "view", "Birkely", "3"), Access("eva", NOW, "search", shown=LIST[3:4]))
    seen = {number: {entry.who for entry in accesses(database, tenancy=("Birkely", number))} for number in ("3", "7")}
    assert seen == {"3": {"anna", "eva"}, "7": {"anna", "bo"}}
    assert len(accesses(database, tenancy=("Birkely", "3"))) == 3
    assert accesses(database, tenancy=("Birkely", "99")) == []


def test_the_same_list_is_kept_once_however_often_and_in_whatever_order_it_is_seen(database: Database) -> None:
    for hours, shown in enumerate((LIST, LIST[::-1], LIST + LIST[:3])):
        _see(database, "anna", shown, hours)
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(ShownRow)).one() == len(LIST)
    assert len(accesses(database, tenancy=("Birkely", "0"))) == 3


def test_entries_are_told_by_moment_half_open_and_page_by_page(database: Database) -> None:
    for hours in range(6):
        _see(database, "anna", LIST[:1], hours)
    since, until = NOW + timedelta(hours=1), NOW + timedelta(hours=4)
    found = entries(database, Asked(since=since, until=until), 10)
    assert [entry.at for _, entry in found] == [NOW + timedelta(hours=hours) for hours in (3, 2, 1)]
    first = entries(database, Asked(), 4)
    rest = entries(database, Asked(before=first[-1][0]), 4)
    assert [number for number, _ in first + rest] == sorted((number for number, _ in first + rest), reverse=True)
    assert len(first + rest) == 6


@pytest.mark.parametrize("words", ["update shown_tenancy set landlord = 'x'", "delete from shown_tenancy"])
def test_what_was_shown_can_neither_be_changed_nor_removed(database: Database, words: str) -> None:
    _see(database, "anna", LIST)
    with pytest.raises(DBAPIError, match="append only"), database.writing() as session:
        session.execute(text(words))
    assert len(accesses(database, tenancy=LIST[0])) == 1
