"""The team's page, built from a municipality's directory: its nights, its own database, and the clock."""

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flows.clock import TIME_ZONE
from flows.home import Home
from flows.keys import read_key
from flows.runs import latest_run
from flows.settings import Settings, read_settings
from warehouse.errors import KeyMissingError, StoreError

if TYPE_CHECKING:
    from warehouse.vault import Vault
    from worklist.cases.database import Database
    from worklist.page.openid import Provider
    from worklist.page.site import Site


def now() -> datetime:
    """This moment, in Denmark."""
    return datetime.now(ZoneInfo(TIME_ZONE))


def page_database(home: Home, settings: Settings) -> "Database":
    """The page's own database, its tables brought up to date first."""
    from worklist.cases.database import migrate, open_database

    url = settings.page.database_url or f"sqlite:///{_own_file(home)}"
    migrate(url)
    return open_database(url)


def bring_back(home: Home, settings: Settings) -> list[Path]:
    """Write what the team typed in since the last time into the inbox, as deliveries; the files.

    None where the page has never been used. A database that does not answer is told on standard error and tried again
    the next time: the list of the morning matters more, and nothing is lost.
    """
    if not settings.page.database_url and not _own_file(home).exists():
        return []
    from worklist.cases.outbox import deliver

    try:
        with closing(page_database(home, settings)) as database:
            return deliver(database, home.inbox, now())
    except StoreError as error:
        print(f"What was typed into the page waits: {error}", file=sys.stderr)
        return []


def _own_file(home: Home) -> Path:
    return home.path.resolve() / "page.sqlite"


def site_of(home: Home, *, secure: bool | None = None) -> "Site":
    """Everything the page is built of. Without the vault's key it serves all the same, and names nobody."""
    from worklist.page.site import Nights, Site

    settings = read_settings(home)
    return Site(
        Nights(home.published),
        page_database(home, settings),
        home.inbox,
        now,
        vault=_vault(home, settings),
        failed_on=lambda: _failed_on(home),
        capacity=settings.worklist.capacity,
        language=settings.language,
        secure=settings.page.secure if secure is None else secure,
        provider=_identity_provider(home, settings),
    )


def _identity_provider(home: Home, settings: Settings) -> "Provider | None":
    if settings.page.openid is None:
        return None
    from flows.identity_provider import HttpProvider

    return HttpProvider(home, settings.page.openid)


def _vault(home: Home, settings: Settings) -> "Callable[[], Vault] | None":
    from warehouse.vault import Vault

    try:
        key = read_key(home, settings.vault)
    except KeyMissingError:
        return None
    return lambda: Vault(home.vault, key)


def _failed_on(home: Home) -> date | None:
    """The day of the latest night where it failed or was broken off."""
    run = latest_run(home, "nightly")
    failed = run is not None and run.state in ("failed", "broken_off") and run.as_of
    return date.fromisoformat(run.as_of) if run and failed and run.as_of else None
