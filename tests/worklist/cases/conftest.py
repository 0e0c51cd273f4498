"""An empty database for each test, once of SQLite and once of PostgreSQL, which is started once a run."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from worklist.cases.database import Database, migrate, open_database


def _binaries() -> Path | None:
    """Where PostgreSQL's own programs lie: Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _run(*command: object) -> None:
    """As the user postgres where we are root: PostgreSQL refuses to run as root."""
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server, without the name of a database."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # Not pytest's own folder: that is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="bovagt-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _run(binaries / "initdb", "-D", data, "-U", "bovagt", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    _run(binaries / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
    try:
        yield f"postgresql://bovagt@127.0.0.1:{port}"
    finally:
        _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/page.sqlite"
    server = request.getfixturevalue("postgresql")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS page WITH (FORCE)")
        connection.execute("CREATE DATABASE page")
    return f"{server}/page"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database with all tables and nothing in them."""
    migrate(url)
    opened = open_database(url)
    yield opened
    opened.close()
