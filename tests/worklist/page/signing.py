"""What the tests of the page share: a page without a night, an account a role, and signing in."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from worklist.cases.accounts import ROLES, add_account
from worklist.cases.database import Database, migrate, open_database
from worklist.page.application import create_app
from worklist.page.site import Nights, Site

NOW = datetime(2026, 1, 4, 13, 0, tzinfo=UTC)
PASSWORD = "fire opdigtede ord her"


def new_database(folder: Path) -> Database:
    """A database with an account for each role, named as the role."""
    url = f"sqlite:///{folder / 'page.sqlite'}"
    migrate(url)
    database = open_database(url)
    for role in ROLES:
        add_account(database, role, PASSWORD, [role], NOW)
    return database


def client_of(database: Database, folder: Path) -> TestClient:
    """A browser before the page of a municipality whose nights lie under `folder`/published, if any."""
    site = Site(Nights(folder / "published"), database, folder / "inbox", lambda: NOW)
    return TestClient(create_app(site), base_url="https://testserver")


def token_of(answer: Any) -> str:
    """The token of the forms on a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', answer.text)
    assert found, "a page without a form"
    return found[1]


def enter(client: TestClient, name: str) -> None:
    """Sign in."""
    typed = {"name": name, "password": PASSWORD, "form_token": token_of(client.get("/sign-in"))}
    assert client.post("/sign-in", data=typed, follow_redirects=False).status_code == 303


def post(client: TestClient, path: str, **typed: Any) -> Any:
    """Send a form of the page; redirects are not followed."""
    token = token_of(client.get("/nowhere"))
    return client.post(path, data={**typed, "form_token": token}, follow_redirects=False)
