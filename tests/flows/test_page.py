"""What the team types into its page: back through the inbox, once, and known from the day after it was typed."""

import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.case_files import case_frames
from flows.home import Home
from flows.intake import intake
from flows.page import page_database, site_of
from flows.settings import read_settings
from flows.workroom import opened
from worklist.cases.cases import Change, Contact, record_contact
from worklist.cases.concerns import Concern, record_concern
from worklist.cases.links import Letter, Target, answer_letter

DAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 4, 13, 0, tzinfo=UTC)


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(taken_in, tmp_path / "town", symlinks=True)))


def _tenancy(home: Home) -> tuple[str, str]:
    with opened(home) as room:
        found = room.connection.sql("select landlord, tenancy_no from fact_tenancies order by all limit 1").fetchall()
    ((landlord, tenancy_no),) = found
    return landlord, tenancy_no


def _facts(home: Home) -> list[tuple[object, ...]]:
    columns = "contact_no, landlord, tenancy_no, channel, known_on"
    with opened(home) as room:
        return room.connection.sql(f"select {columns} from fact_contacts where contact_no like 'team-%'").fetchall()


def test_a_contact_is_in_the_warehouse_once_and_known_from_the_day_it_was_recorded(home: Home) -> None:
    landlord, tenancy_no = _tenancy(home)
    with closing(page_database(home, read_settings(home))) as database:
        change = Change(landlord, tenancy_no, "anna", NOW, 0)
        record_contact(database, change, Contact("opkald", "kontakt", NOW.date(), "payment_plan"))
    for _ in range(2):
        intake(home, DAY)
    ((number, *whose, channel, known_on),) = _facts(home)  # one, though the inbox was read twice
    assert (whose, channel, known_on) == ([landlord, tenancy_no], "phone", NOW.date())
    assert str(number).startswith("team-")


def test_a_concern_is_in_the_warehouse_once(home: Home) -> None:
    with closing(page_database(home, read_settings(home))) as database:
        concern = Concern("shelter", "rent_arrears", "acute", name="Opdigtet Person", address="Ingen Vej 1")
        record_concern(database, concern, NOW, "form 1")
    for _ in range(2):
        intake(home, DAY)
    with opened(home) as room:
        found = room.connection.sql("select urgency from fact_concerns where concern_no like 'form-%'").fetchall()
    assert found == [("acute",)]


def test_an_answered_letter_is_linked_from_the_day_of_the_answer_and_the_past_still_shows_it_waiting(
    home: Home,
) -> None:
    intake(home, DAY)
    with opened(home) as room:
        queue = case_frames(room, NOW.date())["link_queue"].filter(pl.col("feed") == "notices")
    letter, whose = Letter("notices", queue["record_key"][0]), _tenancy(home)
    with closing(page_database(home, read_settings(home))) as database:
        answer_letter(database, letter, 0, Target(*whose), "anna", NOW)
    for _ in range(2):
        intake(home, DAY)
    asked = f"select landlord, tenancy_no, method, known_on from fact_link where record_key = '{letter.record_key}'"
    with opened(home) as room:
        assert room.connection.sql(asked).fetchall() == [(*whose, "person", NOW.date())]
        assert letter.record_key not in room.connection.table("link_queue").pl()["record_key"]
        past, present = (case_frames(room, day)["link_queue"]["record_key"].to_list() for day in (NOW.date(), DAY))
    assert letter.record_key in past
    assert letter.record_key not in present


def test_a_page_that_was_never_used_leaves_no_trace(home: Home) -> None:
    intake(home, DAY)
    assert not (home.path / "page.sqlite").exists()


def test_without_the_key_the_page_is_served_and_names_nobody(home: Home) -> None:
    settings = home.settings.read_text("utf-8")
    home.settings.write_text(settings.replace("key_file = ", 'key_variable = "BOVAGT_NO_SUCH_KEY" # ', 1), "utf-8")
    site = site_of(home)
    assert site.vault is None
    site.database.close()
