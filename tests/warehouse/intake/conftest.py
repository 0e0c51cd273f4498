"""A municipality's directory for intake alone: an inbox, layouts, a warehouse and a vault."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.intake import DeliveryReport, delivery_reports, find_deliveries, needs_intake, settle, take_in
from warehouse.layouts import read_layouts
from warehouse.store import open_warehouse
from warehouse.vault import Vault
from warehouse.vocabulary import FEEDS

KEY = bytes(range(32))
TODAY = date(2026, 3, 1)


@dataclass
class Intake:
    """One directory, open."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    vault: Vault

    def put(self, feed: str, file_name: str, content: str | bytes) -> Path:
        path = self.path / "inbox" / feed / file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    def layout(self, name: str, text: str) -> None:
        path = self.path / "layouts" / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self) -> dict[str, DeliveryReport]:
        """Takes in what needs it, by file name, and settles the facts."""
        layouts = read_layouts(self.path / "layouts")
        waiting = [one for one in find_deliveries(self.path / "inbox") if needs_intake(one, self.connection, layouts)]
        taken = {one.file_name: take_in(one, self.connection, self.vault, layouts, today=TODAY) for one in waiting}
        settle(self.connection, sorted({one.feed for one in waiting} & set(FEEDS)))
        return taken

    def reports(self) -> pl.DataFrame:
        return delivery_reports(self.connection)

    def facts(self, feed: str) -> pl.DataFrame:
        return self.connection.table(f"fact_{feed}").order("known_on, delivered_on, file_name, line_no").pl()

    def rules(self, report: DeliveryReport) -> set[str]:
        return {rule for rule, _ in report.rules}


@pytest.fixture(scope="session")
def empty_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new warehouse, made once: its tables take longer to make than a file to copy."""
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    open_warehouse(path).close()
    return path


@pytest.fixture
def intake(tmp_path: Path, empty_warehouse: Path) -> Iterator[Intake]:
    (tmp_path / "inbox").mkdir()
    shutil.copy(empty_warehouse, tmp_path)
    with (
        Vault(tmp_path / "vault.sqlite", KEY) as vault,
        closing(open_warehouse(tmp_path / "warehouse.duckdb")) as connection,
    ):
        yield Intake(tmp_path, connection, vault)
