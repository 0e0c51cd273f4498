"""The team: who is there, what a day has room for, and who takes which case."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worklist.cases.accounts import add_account, set_active
from worklist.cases.allocation import Hand, Listed, Proposed, allocate
from worklist.cases.cases import Change, Contact, hand_over, record_contact, take
from worklist.cases.codes import ATTEMPTS
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.team import (
    USUAL_MINUTES,
    Absence,
    Member,
    absences,
    attempt_minutes,
    capacity_on,
    contact_mix,
    keep_absence,
    keep_attempt_minutes,
    keep_member,
    last_hands,
    members,
    remove_absence,
    remove_member,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = date(2026, 3, 2)
ANNA, BO = Member("anna", 300, 8, ("8900",)), Member("bo", 120, 14)


@pytest.fixture
def team(database: Database) -> Database:
    for name in ("anna", "bo", "eva"):
        add_account(database, name, "fire opdigtede ord her", ["worker"], NOW)
    for member in (BO, ANNA):
        keep_member(database, member)
    return database


def test_the_team_is_kept_by_name_changed_and_removed(team: Database) -> None:
    assert members(team) == [ANNA, BO]
    changed = Member("bo", 0, 3, ("8920", "8930"))
    keep_member(team, changed)
    remove_member(team, "anna")
    assert members(team) == [changed]


def test_a_closed_account_is_no_member(team: Database) -> None:
    set_active(team, "anna", active=False)
    assert members(team) == [BO]
    with pytest.raises(InputRefused, match="the name of an open account"):
        keep_member(team, ANNA)


@pytest.mark.parametrize("member", [Member("nobody"), Member("eva", -1), Member("eva", 721), Member("eva", 1, 101)])
def test_an_impossible_member_is_refused(team: Database, member: Member) -> None:
    with pytest.raises(InputRefused, match="team: expected"):
        keep_member(team, member)
    assert members(team) == [ANNA, BO]


def test_an_absence_is_half_open_and_can_be_removed(team: Database) -> None:
    keep_absence(team, Absence("anna", DAY, DAY + timedelta(days=2)))
    (kept,) = absences(team, DAY)
    assert (kept.name, kept.last_on) == ("anna", DAY + timedelta(days=1))
    assert absences(team, DAY + timedelta(days=2)) == []
    there = [
        [member.name for member in capacity_on(day, members(team), [kept], attempt_minutes(team), {}).present]
        for day in (DAY - timedelta(days=1), DAY, DAY + timedelta(days=1), DAY + timedelta(days=2))
    ]
    assert there == [["anna", "bo"], ["bo"], ["bo"], ["anna", "bo"]]
    remove_absence(team, kept.entry_no)
    assert absences(team, DAY) == []


@pytest.mark.parametrize("absence", [Absence("anna", DAY, DAY), Absence("eva", DAY, DAY + timedelta(days=1))])
def test_an_absence_of_no_day_or_of_nobody_in_the_team_is_refused(team: Database, absence: Absence) -> None:
    with pytest.raises(InputRefused, match="team: expected"):
        keep_absence(team, absence)


def test_minutes_are_kept_all_or_none(team: Database) -> None:
    assert attempt_minutes(team) == dict.fromkeys(ATTEMPTS, USUAL_MINUTES)
    keep_attempt_minutes(team, {"opkald": 15, "hjemmebesoeg_truffet": 120})
    for wrong in ({"opkald": 20, "telepati": 1}, {"opkald": 0}, {"opkald": 20, "sms": 1441}):
        with pytest.raises(InputRefused, match="team: expected"):
            keep_attempt_minutes(team, wrong)
    assert {name: took for name, took in attempt_minutes(team).items() if took != USUAL_MINUTES} == {
        "opkald": 15,
        "hjemmebesoeg_truffet": 120,
    }


def test_the_room_of_a_day_follows_the_team_s_own_mix_of_contacts(team: Database) -> None:
    minutes = dict.fromkeys(ATTEMPTS, 60) | {"opkald": 20, "hjemmebesoeg_truffet": 100}
    assert capacity_on(DAY, [ANNA, BO], [], minutes, {}).cases == 7
    assert capacity_on(DAY, [ANNA, BO], [], minutes, {"opkald": 3, "hjemmebesoeg_truffet": 1}).minutes_a_case == 40
    assert capacity_on(DAY, [ANNA, BO], [], minutes, {"opkald": 3, "hjemmebesoeg_truffet": 1}).cases == 10
    assert capacity_on(DAY, [], [], minutes, {}).cases == 0
    for number, attempt in enumerate(("opkald", "opkald", "sms")):
        change = Change("Birkely", str(number), "anna", NOW, 0)
        record_contact(team, change, Contact(attempt, "kontakt", DAY))
    assert contact_mix(team, NOW) == {"opkald": 2, "sms": 1}
    assert contact_mix(team, NOW + timedelta(days=91)) == {}


def test_who_had_a_case_last_is_whoever_took_was_given_or_contacted_it(team: Database) -> None:
    take(team, Change("Birkely", "1", "anna", NOW, 0))
    hand_over(team, Change("Birkely", "1", "anna", NOW, 1), "bo")
    hand_over(team, Change("Birkely", "1", "bo", NOW, 2), None)
    take(team, Change("Birkely", "2", "anna", NOW, 0))
    record_contact(team, Change("Birkely", "2", "eva", NOW, 1), Contact("sms", "ingen_kontakt", DAY))
    assert last_hands(team, NOW - timedelta(days=1)) == {("Birkely", "1"): "bo", ("Birkely", "2"): "eva"}
    assert last_hands(team, NOW + timedelta(days=1)) == {}


_NAMES = st.sampled_from(["anna", "bo", "eva", "ida"])
_DISTRICTS = st.sampled_from(["8900", "8920", "8930"])
_LISTED = st.lists(
    st.builds(Listed, st.just(("L", "0")), st.none() | _DISTRICTS, st.none() | _NAMES, st.none() | _NAMES), max_size=30
).map(lambda found: [Listed(("L", str(n)), one.district, one.owner, one.before) for n, one in enumerate(found)])
_HANDS = st.lists(
    st.builds(Hand, _NAMES, st.integers(0, 8), st.integers(0, 12), st.frozensets(_DISTRICTS)),
    max_size=4,
    unique_by=lambda hand: hand.name,
)


@given(_LISTED, _HANDS)
def test_every_case_is_proposed_once_and_nobody_is_given_more_than_they_can_carry(
    listed: list[Listed], hands: list[Hand]
) -> None:
    proposed = allocate(listed, hands)
    assert [one.listed for one in proposed] == listed
    assert allocate(listed, hands[::-1]) == proposed
    for hand in hands:
        given_ = [one for one in proposed if one.to == hand.name and one.why != "has_it"]
        assert not given_ or hand.open_cases + len(given_) <= hand.ceiling
    there = {hand.name for hand in hands}
    for one in proposed:
        assert one.to in there or (one.to is None and one.why in ("all_full", "nobody_there"))
        assert (one.why == "has_it") == (one.listed.owner in there)


@given(_LISTED, _HANDS)
def test_nobody_is_left_without_somebody_while_there_is_room(listed: list[Listed], hands: list[Hand]) -> None:
    proposed = allocate(listed, hands)
    carried = {hand.name: hand.open_cases for hand in hands}
    for one in proposed:
        if one.to is None:
            assert all(carried[hand.name] >= hand.ceiling for hand in hands)
        elif one.why != "has_it":
            carried[one.to] += 1


def test_who_had_it_comes_before_who_knows_the_district_and_both_before_the_load() -> None:
    hands = [Hand("anna", 7, 14), Hand("bo", 1, 14, frozenset({"8900"})), Hand("eva", 0, 14)]
    listed = [
        Listed(("L", "1"), "8900", None, "anna"),
        Listed(("L", "2"), "8900", None, "gone"),
        Listed(("L", "3"), "8920", None, None),
        Listed(("L", "4"), "8920", "anna", "eva"),
        Listed(("L", "5"), "8920", "gone", None),
    ]
    assert [(one.to, one.why) for one in allocate(listed, hands)] == [
        ("anna", "had_it"),
        ("bo", "district"),
        ("eva", "load"),
        ("anna", "has_it"),
        ("eva", "load"),
    ]


def test_what_does_not_fit_is_said() -> None:
    listed = [Listed(("L", "1")), Listed(("L", "2"))]
    assert allocate(listed, [Hand("anna", 7, 8)])[1] == Proposed(listed[1], None, "all_full")
    assert allocate(listed, [])[0] == Proposed(listed[0], None, "nobody_there")
