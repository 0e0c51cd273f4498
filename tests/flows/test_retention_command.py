"""`bovagt page-forget`: how long is kept stands in the settings, and a day that has not come is refused."""

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from flows.command_line import app
from flows.home import Home
from flows.initialise import initialise
from flows.page import page_database
from flows.retention_command import _months_before
from flows.settings import PageSettings, read_settings
from worklist.cases.access import Access, accesses, log_access


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "keys"))
    made = Home(tmp_path / "town")
    initialise(made, "development")
    return made


def _bovagt(home: Home, *words: str) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["--home", str(home.path), "page-forget", *words])
    return told.exit_code, told.output


def test_entries_older_than_the_settings_say_go_and_a_dry_run_only_tells(home: Home) -> None:
    with closing(page_database(home, read_settings(home))) as database:
        for year in (2019, 2020, 2021):
            log_access(database, Access("anna", datetime(year, 6, 1, tzinfo=UTC), "view"))
    code, told = _bovagt(home, "--as-of", "2026-01-01", "--dry-run", "--lang", "en")
    assert (code, "Would be removed" in told, "2  entries of the access log" in told) == (0, True, True)
    code, told = _bovagt(home, "--as-of", "2026-01-01")
    assert (code, "Slettet:" in told) == (0, True)
    with closing(page_database(home, read_settings(home))) as database:
        assert [(entry.who, entry.at.year) for entry in accesses(database)][1:] == [("anna", 2021)]


def test_a_day_that_has_not_come_is_refused(home: Home) -> None:
    code, _ = _bovagt(home, "--as-of", "2999-01-01")
    assert code == 2


@pytest.mark.parametrize("wrong", [{"keep_log_months": 5}, {"keep_years": 0}])
def test_the_log_is_kept_six_months_at_least(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        PageSettings(**wrong)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 6, date(2025, 9, 28)),
        (date(2026, 1, 1), 60, date(2021, 1, 1)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
    ],
)
def test_months_are_counted_back_and_never_too_few(day: date, months: int, before: date) -> None:
    assert _months_before(day, months) == before
