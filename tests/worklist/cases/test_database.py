"""The migrations make what the tables say, on both databases, and nothing that was written is changed."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from warehouse.errors import SettingsError, StoreError
from worklist.cases.access import Access, accesses, log_access
from worklist.cases.cases import Change, take
from worklist.cases.database import Database, migrate, open_database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import AccessRow, EventRow, Table

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_migrating_again_changes_nothing(url: str, database: Database) -> None:
    take(database, Change("Birkely", "1", "anne", NOW, 0))
    migrate(url)
    with pytest.raises(Exception, match="version"):
        take(database, Change("Birkely", "1", "anne", NOW, 0))


def test_a_database_that_was_not_migrated_is_not_opened(url: str) -> None:
    with pytest.raises(StoreError, match="no tables"):
        open_database(url)


@pytest.mark.parametrize("url", ["mysql://someone:secret@host/page", "secret", ""])
def test_another_url_is_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        open_database(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("table", [AccessRow, EventRow])
def test_what_was_written_into_a_log_stays(table: type[Table], database: Database) -> None:
    log_access(database, Access("anne", NOW, "view", "Birkely", "1"))
    take(database, Change("Birkely", "1", "anne", NOW, 0))
    for change in (update(table).values(who="nobody"), delete(table)):
        with pytest.raises(DatabaseError, match="append only"), database.writing() as session:
            session.execute(change)


def test_the_access_log_says_who_saw_what_of_whom_and_why(database: Database) -> None:
    seen = Access("anne", NOW, "view", "Birkely", "1", "opgave")
    log_access(database, seen, Access("bo", NOW, "search"))
    assert accesses(database, tenancy=("Birkely", "1")) == [seen]
    assert [entry.who for entry in accesses(database)] == ["bo", "anne"]


def test_an_entry_of_no_known_kind_keeps_none(database: Database) -> None:
    with pytest.raises(InputRefused):
        log_access(database, Access("anne", NOW, "view"), Access("anne", NOW, "peek"))
    assert accesses(database) == []


def test_a_write_that_fails_keeps_nothing(database: Database) -> None:
    with pytest.raises(DatabaseError), database.writing() as session:
        session.add_all(AccessRow(at=NOW, who="anne", what=what, why="") for what in ("view", None))
    assert accesses(database) == []
