"""What the page is built of: the published nights, its own database, the inbox, and who may name people."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from warehouse.vault import Vault
from worklist.cases.database import Database
from worklist.published import Night, current
from worklist.publishing import CURRENT

if TYPE_CHECKING:
    from worklist.page.names import Names
    from worklist.page.openid import Provider

DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass
class Nights:
    """The published nights under `root`; the current one is read and checked once, until another is published."""

    root: Path
    _kept: tuple[Path, Night] | None = None
    _lock: Lock = field(default_factory=Lock)

    def current(self) -> Night:
        """The newest night; `StoreError` where there is none or it is damaged."""
        with self._lock:
            folder = (self.root / CURRENT).resolve()
            if self._kept is None or self._kept[0] != folder:
                self._kept = (folder, current(self.root))
            return self._kept[1]


@dataclass(frozen=True)
class Site:
    """Everything the page needs; `flows` builds it.

    `now` gives the moment, with its time zone. `capacity` is how many tenancies the team can take on a day.
    `failed_on`: the day of a later night that failed, None where the newest one is current. `vault` opens the vault
    for one use, None where its key is not at hand: then nobody is named. `secure`: whether the page is reached by
    HTTPS, so that cookies travel by nothing else. `provider`: who else may say who somebody is, None for nobody.
    """

    nights: Nights
    database: Database
    inbox: Path
    now: Callable[[], datetime]
    vault: Callable[[], Vault] | None = None
    failed_on: Callable[[], date | None] = lambda: None
    capacity: int = 25
    language: str = "da"
    secure: bool = True
    provider: "Provider | None" = None

    @cached_property
    def names(self) -> "Names":
        """Who lives where; one for all who ask, since it keeps what was looked up of the night."""
        from worklist.page.names import Names

        return Names(self.vault)

    def today(self) -> date:
        """The day it is in Denmark."""
        return self.now().astimezone(DENMARK).date()
