"""Opens the page's own database, SQLite or PostgreSQL, and brings its tables up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError
from sqlalchemy.orm import Session

from warehouse.errors import SettingsError, StoreError
from worklist.cases.together import Together

_BUSY_SECONDS = 20
_WRITING = "bovagt_writing"
_MIGRATION_LOCK = 7_205_119


@dataclass(frozen=True)
class Database:
    """The page's own database; every use of it is one short session, every write one transaction.

    `seen`: who saw what is kept together with what others saw at the same moment.
    """

    engine: Engine
    seen: Together = field(default_factory=Together, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state and keeps nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are kept together where the block ends well, and not at all otherwise."""
        engine = self.engine.execution_options(**{_WRITING: True})
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at `url` (`sqlite:///…` or `postgresql://…`), its tables as this version needs them.

    `SettingsError` where the URL cannot be used; `StoreError` where the database does not answer or `migrate` was
    not run.
    """
    database = Database(_engine(_parsed(url)))
    newest = ScriptDirectory.from_config(_configuration()).get_current_head()
    with _told(), database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != newest:
        database.close()
        raise StoreError(
            expected=f"tables of migration {newest}",
            found=f"those of {found}" if found else "no tables",
            where="the page's database",
            remedy="Bring it up to date first (migrate), with the version of bovagt that serves the page.",
        )
    return database


def migrate(url: str) -> None:
    """Bring the tables at `url` up to date, all or nothing; nothing happens where they are. Errors as above."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        # Made by us and not by SQLite: what the team wrote is for this user alone.
        Path(parsed.database).touch(mode=0o600)
    engine = _engine(parsed)
    try:
        with _told(), engine.execution_options(**{_WRITING: True}).begin() as connection:
            _wait_for_others(connection)
            configuration = _configuration()
            configuration.attributes["connection"] = connection
            command.upgrade(configuration, "head")
    finally:
        engine.dispose()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", "worklist.cases:migrations")
    configuration.set_main_option("path_separator", "os")
    return configuration


def _wait_for_others(connection: Connection) -> None:
    """One migrates at a time: SQLite waits by itself, PostgreSQL for this lock of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unusable("no URL") from None  # the error before names the URL, which may hold a password
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise _unusable(parsed.get_backend_name())
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _unusable(found: str) -> SettingsError:
    return SettingsError(
        expected="a URL that begins with sqlite:/// or postgresql://",
        found=found,
        where="the page's database",
        remedy="Mend the URL in the settings.",
    )


def _engine(url: URL) -> Engine:
    try:
        # Parameters are hidden: they would bring what the team wrote into messages and logs.
        if url.get_backend_name() == "postgresql":
            return create_engine(url, hide_parameters=True, pool_pre_ping=True)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
    except (NoSuchModuleError, ImportError):
        raise _unusable(url.drivername) from None
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: the driver begins them too late
    for setting in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
        connection.execute("PRAGMA " + setting)


def _begin_sqlite(connection: Connection) -> None:
    # Who will write says so at once: two that read first and write later could not both go on.
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        # `from None`: the driver's own message may name host, user and values.
        raise StoreError(
            expected="a database that answers",
            found=type(error).__name__,
            where="the page's database",
            remedy="Check that it runs, that the URL is right and that its user may make tables.",
        ) from None
