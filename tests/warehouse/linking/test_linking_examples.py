"""Letters and homes one by one: who is linked, on which day, and what is left to a person."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from tests.warehouse.linking.made_up import MadeUp
from warehouse import linking
from warehouse.errors import StoreError, TableError
from warehouse.linking import LinkReport, link_records
from warehouse.store import open_warehouse
from warehouse.tables import read_tables

MOVED_IN, LETTER = date(2024, 3, 1), date(2025, 2, 10)
Linked = Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]], LinkReport]]


@pytest.fixture
def linked(tmp_path: Path) -> Linked:
    """Links a town; gives the rows of fact_link, those of link_queue, and the report."""

    def run(town: MadeUp, **how: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]], LinkReport]:
        with open_warehouse(tmp_path / "w.duckdb") as connection:
            town.write(connection)
            report = link_records(connection, town, **how)
            for table in read_tables("2_facts"):
                if table.name in ("fact_link", "link_queue"):
                    assert [connection.sql(check.query).fetchall() for check in table.checks] == [[]] * len(
                        table.checks
                    )
            queue = connection.sql("select * from link_queue").pl().to_dicts()
            return connection.sql("select * from fact_link").pl().to_dicts(), queue, report

    return run


def _tenancy(town: MadeUp, no: str, name: str, address: str, known_on: date = MOVED_IN, **columns: Any) -> None:
    told = {"landlord": "Birkely", "tenancy_no": no, "moved_in_on": MOVED_IN, "person_id": "p" + no, **columns}
    town.add("tenancies", name, address, known_on, **told)


def _letter(town: MadeUp, name: str | None, address: str | None, known_on: date = LETTER, **columns: Any) -> None:
    told = {"source": "bailiff_court", "notice_no": "NB-1", "issued_on": known_on, **columns}
    town.add("notices", name, address, known_on, **told)


def _street_of_ten() -> MadeUp:
    town = MadeUp()
    names = ["Bo Lund Hansen", "Ida Friis", "Ole Storm", "Liv Bach", "Kai Holm", "Åse Skov", "Per Dam", "Mia Juhl"]
    for number, name in enumerate(names):
        _tenancy(town, str(number), name, f"Nørre Allé 5, {number // 2 + 1}. {('tv', 'th')[number % 2]}")
    return town


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Bo Lund Hansen", "Nørre Allé 5, 1. tv"),
        ("BO L. HANSEN", "Nr. Alle 5 1.tv."),
        ("Hansen, Bo Lund", "Noerre Allé 5, 1 sal tv, 8900 Randers C"),
        ("Bo Lnud Hansen", "Nørre Alé 5, 1. tv"),
        ("Bo Hansen", "Nørre Allé 5"),
        ("Boet efter Bo Lund Hansen", "c/o Friis, Nørre Allé 5, 1. tv"),
    ],
)
def test_a_letter_in_its_own_spelling_finds_the_home(linked: Linked, name: str, address: str) -> None:
    town = _street_of_ten()
    _letter(town, name, address)
    links, queue, report = linked(town)
    assert [(link["record_key"], link["landlord"], link["tenancy_no"]) for link in links] == [
        ("bailiff_court/NB-1", "Birkely", "0")
    ]
    assert (links[0]["known_on"], links[0]["superseded_on"], links[0]["method"]) == (LETTER, None, "name_address")
    assert 0.95 < links[0]["confidence"] <= 1
    assert (queue, report.counts) == ([], {("notices", "linked"): 1})


@pytest.mark.parametrize(
    ("name", "address", "reason"),
    [
        ("Yusuf Demir", "Nørre Allé 5, 1. tv", "below_confidence"),  # the right door, but nobody of that name
        ("Bo Lund Hansen", "Søndergade 88", "no_candidate"),  # the right name, but another street
        ("Bo Lund Hansen", None, "below_confidence"),
        ("Navne- og adressebeskyttet", "Nørre Allé 5, 1. tv", "below_confidence"),
        ("Yusuf Demir", None, "no_candidate"),
        (None, None, "no_candidate"),
    ],
)
def test_what_is_uncertain_waits_for_a_person(linked: Linked, name: str, address: str, reason: str) -> None:
    town = _street_of_ten()
    _letter(town, name, address)
    links, queue, report = linked(town)
    assert links == []
    assert [(row["record_key"], row["known_on"], row["reason"]) for row in queue] == [
        ("bailiff_court/NB-1", LETTER, reason)
    ]
    assert (queue[0]["best_confidence"] is None) == (queue[0]["candidate_count"] == 0) == (reason == "no_candidate")
    assert (report.count("notices", reason), report.queued("notices")) == (1, 1)


def test_a_protected_name_matches_no_protected_name(linked: Linked) -> None:
    town = MadeUp()
    _tenancy(town, "1", "Navne- og adressebeskyttet", "Nørre Allé 5, 1. tv")
    _letter(town, "Navne- og adressebeskyttet", "Nørre Allé 5, 1. tv")
    links, queue, _ = linked(town)
    assert links == []
    assert queue[0]["best_confidence"] < 0.95


def test_namesakes_in_one_house_are_told_apart_by_the_door_alone(linked: Linked) -> None:
    town = _street_of_ten()
    _tenancy(town, "20", "Bo Lund Hansen", "Nørre Allé 5, 4. th")
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 4. th")
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5", notice_no="NB-2")
    links, queue, _ = linked(town)
    assert [(link["record_key"], link["tenancy_no"]) for link in links] == [("bailiff_court/NB-1", "20")]
    assert [(row["record_key"], row["reason"]) for row in queue] == [("bailiff_court/NB-2", "ambiguous")]
    assert queue[0]["best_confidence"] == pytest.approx(0.5, abs=0.01)


def test_an_undecided_letter_is_tried_again_when_a_home_becomes_known(linked: Linked) -> None:
    town = _street_of_ten()
    later = LETTER + timedelta(days=40)
    _letter(town, "Eva Vang", "Nørre Allé 7")
    _tenancy(town, "30", "Eva Vang", "Nørre Allé 7", known_on=later)
    links, queue, _ = linked(town)
    assert [(link["tenancy_no"], link["known_on"]) for link in links] == [("30", later)]
    assert queue == []


@pytest.mark.parametrize(
    ("issued_on", "moved_out_on", "is_linked"),
    [
        (MOVED_IN - timedelta(days=1), None, False),
        (MOVED_IN, None, True),
        (LETTER, LETTER - timedelta(days=30), True),
        (LETTER, LETTER - timedelta(days=364), True),
        (LETTER, LETTER - timedelta(days=365), False),
    ],
)
def test_a_letter_must_fall_in_the_tenancy_or_the_year_after(
    linked: Linked, issued_on: date, moved_out_on: date | None, is_linked: bool
) -> None:
    town = MadeUp()
    _tenancy(town, "1", "Bo Lund Hansen", "Nørre Allé 5", moved_out_on=moved_out_on, moved_in_on=date(2024, 1, 1))
    if moved_out_on is None:
        town = MadeUp()
        _tenancy(town, "1", "Bo Lund Hansen", "Nørre Allé 5")
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5", issued_on=issued_on)
    links, _, _ = linked(town)
    assert bool(links) == is_linked


def test_a_letter_to_one_of_the_household_goes_to_their_home(linked: Linked) -> None:
    town = _street_of_ten()
    town.add("persons", "Fatima Yilmaz", "Nørre Allé 5, 1. tv", MOVED_IN, person_id="partner")
    _letter(town, "Fatima Yilmaz", "Nørre Allé 5, 1. tv")
    links, _, _ = linked(town)
    assert [link["tenancy_no"] for link in links] == ["0"]


def test_a_former_name_still_counts_until_the_home_is_let_anew(linked: Linked) -> None:
    renamed, let_anew = date(2024, 9, 1), date(2024, 11, 1)
    town = MadeUp()
    _tenancy(town, "1", "Eva Vang", "Nørre Allé 7")
    _tenancy(town, "1", "Eva Krogh", "Nørre Allé 7", known_on=renamed)
    _letter(town, "Eva Vang", "Nørre Allé 7", known_on=date(2024, 10, 1))
    _tenancy(town, "1", "Jo Dam", "Nørre Allé 7", known_on=let_anew, moved_in_on=let_anew, person_id="new")
    _letter(town, "Eva Vang", "Nørre Allé 7", known_on=LETTER, notice_no="NB-2")
    links, queue, _ = linked(town)
    assert [link["record_key"] for link in links] == ["bailiff_court/NB-1"]
    assert [row["record_key"] for row in queue] == ["bailiff_court/NB-2"]


def test_a_corrected_letter_ends_its_link_and_is_decided_anew(linked: Linked) -> None:
    town, corrected = _street_of_ten(), LETTER + timedelta(days=5)
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv")
    _letter(town, "Ida Friis", "Nørre Allé 5, 1. th", known_on=corrected, issued_on=LETTER)
    links, _, _ = linked(town)
    assert [(link["tenancy_no"], link["known_on"], link["superseded_on"]) for link in links] == [
        ("0", LETTER, corrected),
        ("1", corrected, None),
    ]


def test_a_retracted_letter_and_a_retracted_tenancy_end_the_link(linked: Linked) -> None:
    withdrawn = LETTER + timedelta(days=5)
    town = _street_of_ten()
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv")
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv", known_on=withdrawn, issued_on=LETTER, retracted=True)
    _letter(town, "Ida Friis", "Nørre Allé 5, 1. th", notice_no="NB-2")
    _tenancy(town, "1", "Ida Friis", "Nørre Allé 5, 1. th", known_on=withdrawn, retracted=True)
    _tenancy(town, "1b", "Ida Friis", "Nørre Allé 5, 1. th", known_on=withdrawn)
    links, queue, _ = linked(town)
    assert [(link["tenancy_no"], link["known_on"], link["superseded_on"]) for link in links] == [
        ("0", LETTER, withdrawn),
        ("1", LETTER, withdrawn),
        ("1b", withdrawn, None),
    ]
    assert queue == []


def test_the_landlord_a_letter_names_tells_two_like_homes_apart(linked: Linked) -> None:
    town = MadeUp()
    for landlord in ("Birkely", "Elmely"):
        _tenancy(town, "1", "Bo Lund Hansen", "Nørre Allé 5", landlord=landlord, person_id=None)
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5", landlord="ELMELY")
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5", notice_no="NB-2")
    links, queue, _ = linked(town)
    assert [(link["record_key"], link["landlord"]) for link in links] == [("bailiff_court/NB-1", "Elmely")]
    assert ("notices", "ambiguous") in [(row["feed"], row["reason"]) for row in queue]


def test_what_names_its_tenancy_or_a_known_number_is_left_alone(linked: Linked) -> None:
    town, at = _street_of_ten(), datetime(2025, 2, 10, 9, 30)
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv", landlord="Birkely", tenancy_no="3")
    town.add("concerns", "Bo Lund Hansen", "Nørre Allé 5", LETTER, concern_no="C-1", received_at=at, person_id="p0")
    town.add("concerns", "Ida Friis", "Nørre Allé 5", LETTER, concern_no="C-2", received_at=at, person_id="unheard-of")
    links, queue, report = linked(town)
    assert [(link["record_key"], link["tenancy_no"]) for link in links] == [("C-2", "1")]
    assert (queue, report.counts) == ([], {("concerns", "linked"): 1})


def test_a_tenancy_without_a_number_finds_its_tenant_at_the_home(linked: Linked) -> None:
    town, registered = MadeUp(), MOVED_IN + timedelta(days=9)
    _tenancy(town, "1", "Bo L. Hansen", "Nørre Allé 5", person_id=None)
    _tenancy(town, "2", "Eva Vang", "Nørre Allé 7", person_id=None)
    town.add("persons", "Ea Hansen", "Nørre Allé 5", MOVED_IN, person_id="partner")
    town.add("persons", "Bo Lund Hansen", "Nørre Allé 5", registered, person_id="tenant")
    town.add("persons", "Eva Vang", "Nørre Allé 7", MOVED_IN, person_id="protected", protected=True)
    town.add("persons", "Eva Vang", "Nørre Allé 8", MOVED_IN, person_id="namesake")
    links, queue, report = linked(town)
    assert [(link["feed"], link["record_key"], link["person_id"], link["known_on"]) for link in links] == [
        ("tenancies", "Birkely/1", "tenant", registered)
    ]
    assert [(row["record_key"], row["reason"]) for row in queue] == [("Birkely/2", "no_candidate")]
    assert (report.count("tenancies", "linked"), report.queued("tenancies")) == (1, 1)


def test_nothing_is_sure_enough_for_who_asks_for_certainty(linked: Linked) -> None:
    town = _street_of_ten()
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv")
    links, queue, _ = linked(town, accept_above=1.0)
    assert (links, len(queue)) == ([], 1)


def test_an_empty_warehouse_has_nothing_to_link(linked: Linked) -> None:
    assert linked(MadeUp()) == ([], [], LinkReport({}))


def test_what_was_linked_before_is_replaced(linked: Linked) -> None:
    town = _street_of_ten()
    _letter(town, "Bo Lund Hansen", "Nørre Allé 5, 1. tv")
    assert linked(town)[0]
    assert linked(_street_of_ten())[0] == []


def test_no_name_or_address_reaches_the_warehouse(linked: Linked, tmp_path: Path) -> None:
    town = MadeUp()
    _tenancy(town, "1", "Bo Mærkværdig", "Mærkværdigvej 5", person_id=None)
    town.rows["tenancies"][0]["home_id"] = "h"
    _letter(town, "Bo Mærkværdig", "Mærkværdigvej 5")
    town.rows["notices"][0]["home_id"] = "h"
    assert linked(town)[0]
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "ærkværdig".encode() not in written


def test_the_warehouse_is_left_as_it_was_where_writing_fails(tmp_path: Path) -> None:
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        connection.execute("insert into fact_link (feed, record_key) values ('notices', 'kept')")
        connection.execute("drop table link_queue")
        with pytest.raises(StoreError, match=r"warehouse\.duckdb: expected room to write the links"):
            link_records(connection, MadeUp())
        assert connection.execute("select record_key from fact_link").fetchall() == [("kept",)]


def test_a_link_to_a_tenancy_nobody_knows_stops_and_keeps_the_links_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = _street_of_ten()
    _letter(town, "Liv Bach", "Nørre Allé 5, 2. th")
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        town.write(connection)
        link_records(connection, town)
        before = connection.table("fact_link").pl()
        links = linking._links
        monkeypatch.setattr(linking, "_links", lambda o: links(o).with_columns(tenancy_no=pl.lit("unknown")))
        with pytest.raises(TableError, match=r"fact_link/checks\.sql: .* a tenancy that was not known"):
            link_records(connection, town)
        assert before.height == 1
        assert connection.table("fact_link").pl().equals(before)


def test_the_result_is_closed(tmp_path: Path) -> None:
    """The connection can be used at once: no result is left open on it."""
    connection: duckdb.DuckDBPyConnection
    with open_warehouse(tmp_path / "w.duckdb") as connection:
        link_records(connection, MadeUp())
        assert isinstance(connection.sql("select 1 as one").pl(), pl.DataFrame)
