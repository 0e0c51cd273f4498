"""What people answer of letters that could not be linked: it counts from its day, for the letter as it read."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.linking.made_up import MadeUp
from warehouse.link_answers import _gaps
from warehouse.linking import LinkReport, link_records
from warehouse.store import open_warehouse

MOVED_IN, LETTER = date(2024, 3, 1), date(2025, 2, 10)
KEY = "bailiff_court/NB-1"
HERE, THERE = ({"landlord": "Birkely", "tenancy_no": number} for number in ("1", "2"))
Rows = list[dict[str, Any]]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(tmp_path / "w.duckdb") as opened:
        yield opened


def _namesakes() -> MadeUp:
    """Two namesakes in one house, and a letter that names no door."""
    town = MadeUp()
    for number, door in (("1", "1. tv"), ("2", "1. th")):
        told = {"landlord": "Birkely", "tenancy_no": number, "moved_in_on": MOVED_IN, "person_id": "p" + number}
        town.add("tenancies", "Bo Lund Hansen", f"Nørre Allé 5, {door}", MOVED_IN, **told)
    _letter(town, "Nørre Allé 5", LETTER)
    return town


def _letter(town: MadeUp, address: str, known_on: date, **columns: Any) -> None:
    told = {"source": "bailiff_court", "notice_no": "NB-1", "issued_on": LETTER, **columns}
    town.add("notices", "Bo Lund Hansen", address, known_on, **told)


def _linked(connection: duckdb.DuckDBPyConnection, town: MadeUp) -> tuple[Rows, Rows, LinkReport]:
    town.write(connection)
    report = link_records(connection, town)
    links = connection.table("fact_link").pl().to_dicts()
    return links, connection.table("link_queue").pl().to_dicts(), report


def _days(links: Rows) -> list[tuple[str, str, date, date | None]]:
    return [(row["tenancy_no"], row["method"], row["known_on"], row["superseded_on"]) for row in links]


def _after(days: int) -> date:
    return LETTER + timedelta(days=days)


def test_an_answer_links_from_the_day_it_became_known(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    assert [row["reason"] for row in _linked(connection, town)[1]] == ["ambiguous"]
    town.answer("notices", KEY, _after(3), **THERE)
    links, queue, report = _linked(connection, town)
    assert _days(links) == [("2", "person", _after(3), None)]
    assert links[0]["confidence"] == 1.0
    assert (queue, report.count("notices", "linked"), report.queued("notices")) == ([], 1, 0)
    waited = connection.table("link_waiting").pl().rows()
    assert waited == [("notices", KEY, LETTER, _after(3))]


def test_an_answer_that_is_taken_back_puts_the_letter_into_the_queue_again(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    town.answer("notices", KEY, _after(5), retracted=True)
    links, queue, _ = _linked(connection, town)
    assert _days(links) == [("2", "person", _after(3), _after(5))]
    assert [(row["record_key"], row["known_on"]) for row in queue] == [(KEY, _after(5))]


def test_an_answer_that_is_taken_back_the_same_day_never_counted(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    town.answer("notices", KEY, _after(3), retracted=True)
    links, queue, _ = _linked(connection, town)
    assert (links, len(queue)) == ([], 1)


def test_a_second_answer_takes_the_place_of_the_first(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    town.answer("notices", KEY, _after(9), **HERE)
    assert _days(_linked(connection, town)[0]) == [
        ("2", "person", _after(3), _after(9)),
        ("1", "person", _after(9), None),
    ]


def test_nobody_here_is_neither_linked_nor_asked_about(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), "nobody_here")
    links, queue, report = _linked(connection, town)
    assert (links, queue, report.count("notices", "nobody_here")) == ([], [], 1)
    assert report.queued("notices") == 0


def test_an_answer_corrects_a_link_that_was_made_by_itself(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    _letter(town, "Nørre Allé 5, 1. tv", LETTER, notice_no="NB-2")
    town.answer("notices", "bailiff_court/NB-2", _after(2), **THERE)
    links = [row for row in _linked(connection, town)[0] if row["record_key"].endswith("2")]
    assert _days(links) == [("1", "name_address", LETTER, _after(2)), ("2", "person", _after(2), None)]


def test_a_letter_that_is_corrected_afterwards_asks_again(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    _letter(town, "Nørre Allé 5, 1. tv", _after(6))
    assert _days(_linked(connection, town)[0]) == [
        ("2", "person", _after(3), _after(6)),
        ("1", "name_address", _after(6), None),
    ]


def test_a_home_that_is_withdrawn_ends_the_answer(connection: duckdb.DuckDBPyConnection) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    told = {**THERE, "moved_in_on": MOVED_IN, "person_id": "p2", "retracted": True}
    town.add("tenancies", "Bo Lund Hansen", "Nørre Allé 5, 1. th", _after(8), **told)
    links, _, _ = _linked(connection, town)
    assert ("2", "person", _after(3), _after(8)) in _days(links)
    assert ("1", "name_address", _after(8), None) in _days(links)


@pytest.mark.parametrize("tenancy_no", ["unheard-of", "3"])
def test_an_answer_that_names_what_nobody_knew_decides_nothing(
    connection: duckdb.DuckDBPyConnection, tenancy_no: str
) -> None:
    town = _namesakes()
    told = {"landlord": "Birkely", "tenancy_no": "3", "moved_in_on": MOVED_IN, "person_id": "p3"}
    town.add("tenancies", "Åse Skov", "Åvej 1", _after(30), **told)
    town.answer("notices", KEY, _after(3), landlord="Birkely", tenancy_no=tenancy_no)
    links, queue, _ = _linked(connection, town)
    assert (links, [row["record_key"] for row in queue]) == ([], [KEY])


def test_a_tenant_without_a_number_can_be_answered_too(connection: duckdb.DuckDBPyConnection) -> None:
    town = MadeUp()
    home = {"landlord": "Birkely", "tenancy_no": "1"}
    town.add("tenancies", "B. Hansen", "Nørre Allé 5", MOVED_IN, **home, moved_in_on=MOVED_IN, person_id=None)
    for number, name in enumerate(("Bo Hansen", "Bi Hansen")):
        town.add("persons", name, "Nørre Allé 5", MOVED_IN, person_id=f"p{number}")
    assert [row["reason"] for row in _linked(connection, town)[1]] == ["below_confidence"]
    town.answer("tenancies", "Birkely/1", LETTER, **home, person_id="p1")
    links, queue, _ = _linked(connection, town)
    assert [(row["person_id"], row["method"], row["known_on"]) for row in links] == [("p1", "person", LETTER)]
    assert queue == []


def test_the_candidates_of_what_waited_are_kept_with_the_days_on_which_they_could_be_found(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    town = _namesakes()
    town.answer("notices", KEY, _after(3), **THERE)
    _linked(connection, town)
    kept = connection.table("link_candidate").pl()
    assert kept.select("tenancy_no", "is_household", "known_on", "superseded_on").rows() == [
        ("1", False, LETTER, _after(3)),
        ("2", False, LETTER, _after(3)),
    ]
    assert kept["odds"].n_unique() == 1


@given(st.lists(st.integers(0, 30), max_size=8, unique=True), st.booleans(), st.booleans())
def test_answered_days_and_the_others_make_up_the_whole(cuts: list[int], open_end: bool, last_open: bool) -> None:
    days = [LETTER + timedelta(days=cut) for cut in sorted(cuts)]
    whole = (LETTER, None if open_end else LETTER + timedelta(days=31))
    taken: list[tuple[date, date | None]] = list(zip(days[::2], days[1::2], strict=False))
    if last_open and open_end and len(days) % 2:
        taken.append((days[-1], None))
    pieces = sorted([*taken, *_gaps(whole, taken)])
    assert pieces[0][0] == whole[0]
    assert pieces[-1][1] == whole[1]
    assert all(one[1] == other[0] for one, other in pairwise(pieces))
    assert all(end is None or start < end for start, end in pieces)
