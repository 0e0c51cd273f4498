"""What a run works with: the settings, the source register, the open warehouse and the open vault."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.home import Home
from flows.keys import read_key
from flows.settings import Settings, SourceRegister, read_settings, read_sources

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.vault import Vault


@dataclass(frozen=True)
class Workroom:
    """Everything that the verbs of a run need, opened once and closed by `opened`."""

    home: Home
    settings: Settings
    sources: SourceRegister
    connection: "DuckDBPyConnection"
    vault: "Vault"


@contextmanager
def opened(home: Home) -> Iterator[Workroom]:
    """Open a municipality's warehouse and vault; usage errors come before anything is touched."""
    from warehouse.store import open_warehouse
    from warehouse.vault import Vault

    settings, sources = read_settings(home), read_sources(home)
    key = read_key(home, settings.vault)
    limits = settings.resources
    with (
        Vault(home.vault, key) as vault,
        closing(
            open_warehouse(home.warehouse, memory_limit_mb=limits.memory_limit_mb, threads=limits.threads)
        ) as connection,
    ):
        yield Workroom(home, settings, sources, connection, vault)
