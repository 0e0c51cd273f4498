"""Whatever the team typed in reaches intake once, in whatever moment the page is killed."""

import csv
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from worklist.cases.cases import Change, Contact, events, record_contact, record_outcome
from worklist.cases.concerns import Concern, record_concern
from worklist.cases.database import Database, migrate, open_database
from worklist.cases.errors import InputRefused
from worklist.cases.outbox import deliver, waiting
from worklist.cases.tables import OutboxRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
MOMENTS = ("named", "half", "written", "renamed", "marked")
CONCERN = Concern(
    "job_centre", "sanction_risk", "high", name="Åse Prøve; Øst", address='Testvej "2"', text="To linjer:\nden anden."
)


class Killed(BaseException):
    """As if the power went: nothing in the code may catch it."""


def contact(database: Database, tenancy_no: str, version: int = 0, result: str = "kontakt") -> None:
    change = Change("Birkely", tenancy_no, "anne", NOW, version)
    record_contact(database, change, Contact("opkald", result, TODAY))


def rows_in(inbox: Path, feed: str = "contacts") -> list[dict[str, str]]:
    """The rows of all files that intake would look at, in its order."""
    rows = []
    for path in sorted(each for each in (inbox / feed).glob("*") if not each.name.startswith(".")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows.extend(csv.DictReader(lines, delimiter=";"))
    return rows


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_killed_at_any_moments_every_confirmed_row_is_there_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    url, inbox = f"sqlite:///{folder}/page.sqlite", folder / "inbox"
    migrate(url)
    confirmed = 0
    for day in range(data.draw(st.integers(1, 4))):
        database = open_database(url)
        for _ in range(data.draw(st.integers(0, 3))):
            contact(database, str(confirmed))
            confirmed += 1
        with suppress(Killed):
            deliver(database, inbox, NOW + timedelta(days=day), told=_killer(data.draw(st.integers(0, 8))))
        database.close()
    database = open_database(url)
    deliver(database, inbox, NOW + timedelta(days=9))
    assert [row["tenancy_no"] for row in rows_in(inbox)] == [str(place) for place in range(confirmed)]
    assert waiting(database) == 0
    assert not list(inbox.glob("*/.*"))
    database.close()


def _killer(moments_left: int) -> Callable[[str], None]:
    passed = iter(range(moments_left))

    def told(_moment: str) -> None:
        if next(passed, None) is None:
            raise Killed

    return told


@pytest.mark.parametrize("moment", MOMENTS)
def test_written_again_after_a_crash_it_is_the_same_file(database: Database, tmp_path: Path, moment: str) -> None:
    contact(database, "1")
    record_concern(database, CONCERN, NOW, "form 1")

    def told(passed: str) -> None:
        if passed == moment:
            raise Killed

    with pytest.raises(Killed):
        deliver(database, tmp_path / "inbox", NOW, told=told)
    before = _files(tmp_path / "inbox")
    deliver(database, tmp_path / "inbox", NOW + timedelta(days=1))
    after = _files(tmp_path / "inbox")
    assert before.items() <= after.items()
    assert len(after) == 2
    assert deliver(database, tmp_path / "inbox", NOW + timedelta(days=2)) == []
    assert _files(tmp_path / "inbox") == after


def _files(inbox: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in inbox.glob("*/[!.]*")}


def test_an_agreement_makes_a_new_version_of_the_contact_in_a_later_file(database: Database, tmp_path: Path) -> None:
    contact(database, "1")
    record_outcome(database, Change("Birkely", "1", "anne", NOW, 1), "afdragsordning", TODAY)
    first, second = deliver(database, tmp_path, NOW)
    assert first.name < second.name
    said, agreed = rows_in(tmp_path)
    assert said["contact_no"] == agreed["contact_no"]
    assert (said["channel"], said["reached"], said["intervention"], said["outcome"]) == ("phone", "true", "", "")
    assert agreed == {**said, "intervention": "payment_plan", "outcome": "agreed"}


def test_a_second_agreement_and_one_without_contact_are_contacts_of_their_own(
    database: Database, tmp_path: Path
) -> None:
    contact(database, "1", result="ingen_kontakt")
    record_outcome(database, Change("Birkely", "1", "anne", NOW, 1), "par81a_bevilget", TODAY)
    record_outcome(database, Change("Birkely", "1", "anne", NOW, 2), "gaeldsraadgivning", TODAY)
    record_outcome(database, Change("Birkely", "1", "anne", NOW, 3), "restance_betalt", TODAY)
    deliver(database, tmp_path, NOW)
    rows = rows_in(tmp_path)
    assert [row["intervention"] for row in rows] == ["", "rent_help_81a", "debt_counselling"]
    assert len({row["contact_no"] for row in rows}) == 3
    assert [row["channel"] for row in rows] == ["phone", "via_caseworker", "via_caseworker"]


def test_one_form_sent_twice_is_one_concern_and_leaves_no_person_here(database: Database, tmp_path: Path) -> None:
    assert record_concern(database, CONCERN, NOW, "form 1") == record_concern(database, CONCERN, NOW, "form 1")
    deliver(database, tmp_path, NOW)
    (row,) = rows_in(tmp_path, "concerns")
    assert (row["name"], row["address"], row["text"]) == (CONCERN.name, CONCERN.address, CONCERN.text)
    assert row["received_at"] == "2026-03-02T10:00:00"
    with database.reading() as session:
        assert [kept.cells for kept in session.scalars(select(OutboxRow))] == [{}]
    record_concern(database, CONCERN, NOW, "form 1")
    assert waiting(database) == 0


@pytest.mark.parametrize(
    "concern",
    [
        Concern("job_centre", "sanction_risk"),
        Concern("job_centre", "sanction_risk", name="Åse Prøve"),
        Concern("neighbour", "sanction_risk", cpr="0101010000"),
        Concern("citizen", "noise", cpr="0101010000"),
        Concern("citizen", "other", "now", cpr="0101010000"),
    ],
)
def test_a_concern_with_an_unknown_code_or_about_nobody_is_refused(database: Database, concern: Concern) -> None:
    with pytest.raises(InputRefused) as refusal:
        record_concern(database, concern, NOW, "form 1")
    assert "0101010000" not in f"{refusal.value}{concern!r}"
    assert waiting(database) == 0


def test_intake_takes_every_row_in_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    from flows.home import Home
    from flows.initialise import initialise
    from flows.intake import intake

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    home = Home(tmp_path / "home")
    initialise(home, "development")
    for tenancy_no in ("1", "2"):
        contact(database, tenancy_no)
    record_concern(database, CONCERN, NOW, "form 1")
    files = deliver(database, home.inbox, NOW)
    reports = intake(home, date(2026, 3, 3))
    assert _counts(reports) == {"concerns": (1, 1, 0, 0), "contacts": (2, 2, 0, 0)}
    for path in files:
        path.rename(path.with_name(path.name.replace("2026-03-02", "2026-03-03")))
    again = intake(home, date(2026, 3, 4)).filter(pl.col("file").str.starts_with("2026-03-03"))
    assert _counts(again) == {"concerns": (1, 0, 1, 0), "contacts": (2, 0, 2, 0)}
    assert events(database, "Birkely", "1")[0].details["contact_no"].startswith("team-")


def _counts(reports: pl.DataFrame) -> dict[str, tuple[int, int, int, int]]:
    """read, accepted, duplicate, quarantined of each feed's file."""
    columns = ("rows_read", "accepted", "duplicate", "quarantined")
    return {row["feed"]: tuple(row[name] for name in columns) for row in reports.to_dicts()}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_of_two_versions_of_one_day_the_agreement_is_what_the_warehouse_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    from flows.home import Home
    from flows.initialise import initialise
    from flows.intake import intake
    from flows.workroom import opened

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    home = Home(tmp_path / "home")
    initialise(home, "development")
    contact(database, "1")
    record_outcome(database, Change("Birkely", "1", "anne", NOW, 1), "afdragsordning", TODAY)
    deliver(database, home.inbox, NOW)
    intake(home, date(2026, 3, 3))
    with opened(home) as room:
        facts = room.connection.table("fact_contacts").pl()
    holds = facts.filter(pl.col("superseded_on").is_null())
    assert holds["outcome"].to_list() == ["agreed"]
