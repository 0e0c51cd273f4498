"""Settings, source register, key and run record: what a person may do wrong, and what is said then."""

import os
import stat
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from flows.home import Home
from flows.initialise import initialise
from flows.keys import read_key
from flows.runs import exclusive, latest_run, recorded
from flows.settings import (
    CohortSettings,
    Dwelling,
    Ground,
    OutcomeKind,
    OutcomeSettings,
    Stage,
    Tenure,
    VaultSettings,
    read_settings,
    read_sources,
)
from warehouse.definitions import (
    DEFAULT_OUTCOME,
    DWELLINGS,
    EVERYBODY,
    GROUNDS,
    OUTCOME_KINDS,
    STAGES,
    TENURES,
    CohortDefinition,
)
from warehouse.errors import KeyMissingError, SettingsError, UsageError
from warehouse.vocabulary import FEEDS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    ready = Home(tmp_path / "town")
    initialise(ready, "development")
    return ready


def test_init_makes_every_feed_a_folder_and_settings_that_are_read(home: Home) -> None:
    assert {folder.name for folder in home.inbox.iterdir()} == set(FEEDS)
    assert read_settings(home).purpose == "development"
    assert read_sources(home).grounded >= {"tenancies", "notices", "rent_postings"}


def test_operation_leaves_every_ground_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    initialise(Home(tmp_path / "town"), "operation")
    assert read_sources(Home(tmp_path / "town")).grounded == frozenset()


def test_init_again_changes_nothing(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}
    assert initialise(home, "operation") is False
    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before


def test_the_key_lies_outside_the_directory_and_is_the_users_alone(home: Home) -> None:
    key_file = Path(read_settings(home).vault.key_file or "")
    assert not key_file.is_relative_to(home.path)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(read_key(home, read_settings(home).vault)) == 32


def test_every_problem_of_the_settings_is_named_at_once(home: Home) -> None:
    text = home.settings.read_text("utf-8").replace("capacity = 25", "capacity = -1").replace("seed = 0", "sed = 0")
    home.settings.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=r"worklist\.capacity.*training\.sed"):
        read_settings(home)


def test_a_source_that_is_no_feed_is_refused(home: Home) -> None:
    home.sources.write_text(home.sources.read_text("utf-8") + "\n[source.gossip]\non = true\n", "utf-8")
    with pytest.raises(SettingsError, match="entries that are no feed: \\['gossip'\\]"):
        read_sources(home)


def test_a_source_without_a_legal_basis_is_not_grounded(home: Home) -> None:
    text = home.sources.read_text("utf-8")
    begin = text.index("[source.sanctions]")
    cut = text[begin:].replace('legal_basis = "', 'legal_basis = "" # "', 1)
    home.sources.write_text(text[:begin] + cut, "utf-8")
    assert "sanctions" not in read_sources(home).grounded


@pytest.mark.parametrize(
    ("vault", "says"),
    [
        (VaultSettings(key_file="inside.key"), "found one inside DIR"),
        (VaultSettings(key_file="../nowhere.key"), "found FileNotFoundError"),
        (VaultSettings(key_variable="BOVAGT_NO_SUCH_KEY"), "found 0 characters"),
        (VaultSettings(key_command="false"), "found CalledProcessError"),
        (VaultSettings(key_command="echo abc"), "found 3 characters"),
    ],
)
def test_a_key_that_cannot_be_had_says_where_it_was_looked_for(home: Home, vault: VaultSettings, says: str) -> None:
    with pytest.raises(KeyMissingError, match=says):
        read_key(home, vault)


def test_a_key_from_a_command(home: Home) -> None:
    assert read_key(home, VaultSettings(key_command="echo " + "ab" * 32)) == bytes.fromhex("ab" * 32)


def test_two_runs_at_once_are_refused(home: Home) -> None:
    with exclusive(home), pytest.raises(UsageError, match="expected no other run"), exclusive(home):
        pass


def test_a_run_that_fails_is_recorded_as_failed_without_its_words(home: Home) -> None:
    with pytest.raises(ValueError, match="Signe"), exclusive(home), recorded(home, "nightly", date(2026, 1, 1)):
        raise ValueError("Signe Holm, 0101011234")
    run = latest_run(home, "nightly")
    assert run is not None
    assert (run.state, run.message, run.as_of) == ("failed", "ValueError", "2026-01-01")
    assert "Signe" not in home.runs.read_text("utf-8")


def test_a_killed_run_reads_as_broken_off_and_blocks_nobody(home: Home) -> None:
    child = os.fork()
    if child == 0:
        with exclusive(home), recorded(home, "nightly", None):
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    run = latest_run(home, "nightly")
    assert run is not None
    assert run.state == "broken_off"
    with exclusive(home), recorded(home, "nightly", None):
        pass
    assert (latest_run(home, "nightly") or run).state == "done"


def test_outcome_and_cohort_are_settings_with_the_contracts_defaults(home: Home) -> None:
    settings = read_settings(home)
    assert settings.outcome.definition == DEFAULT_OUTCOME == OutcomeSettings().definition
    assert settings.cohort.definition == EVERYBODY == CohortSettings().definition
    text = home.settings.read_text("utf-8").replace('grounds = ["arrears"]', 'grounds = ["arrears", "other"]')
    home.settings.write_text(text.replace("tenures = []", 'tenures = ["non_profit"]'), "utf-8")
    assert read_settings(home).outcome.definition.grounds == ("arrears", "other")
    assert read_settings(home).cohort.definition == CohortDefinition(tenures=("non_profit",))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('kinds = ["court_request", "evicted"]', 'kinds = ["paid"]', r"outcome\.kinds\.0: Input should be"),
        ('kinds = ["court_request", "evicted"]', "kinds = []", r"outcome\.kinds: .* at least 1 item"),
        ('grounds = ["arrears"]', 'grounds = ["rent"]', r"outcome\.grounds\.0"),
        ("tenures = []", 'tenures = ["owned"]', r"cohort\.tenures\.0"),
        ("without_stages = []", 'without_stages = ["ended"]', r"cohort\.without_stages\.0"),
        ("landlords = []", 'landlord = ["A"]', r"cohort\.landlord: Extra inputs"),
    ],
)
def test_an_outcome_or_cohort_that_cannot_be_is_refused(home: Home, before: str, after: str, says: str) -> None:
    text = home.settings.read_text("utf-8")
    assert before in text
    home.settings.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(SettingsError, match=says):
        read_settings(home)


@pytest.mark.parametrize(
    ("settings_codes", "codes"),
    [(OutcomeKind, OUTCOME_KINDS), (Ground, GROUNDS), (Tenure, TENURES), (Dwelling, DWELLINGS), (Stage, STAGES)],
)
def test_the_settings_name_the_codes_of_the_contract(settings_codes: Any, codes: tuple[str, ...]) -> None:
    assert get_args(settings_codes) == codes
