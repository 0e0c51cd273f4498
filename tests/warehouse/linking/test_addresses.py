"""Addresses: one form for one home, whatever the sender's habits, and never an empty one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.addresses import Address, normalise_address, parse_address

_STREET_PIECES = [
    "Nørregade",
    "Nr.",
    "Allé",
    "Hovedv.",
    "Gd.",
    "c/o",
    "Bo",
    "12",
    "5B",
    "5 b",
    "003",
    "1234",
    "nr.",
    "Å",
]
_DOOR_PIECES = ["st", "stuen", "kl", "k2", "2.", "2. sal", "th", "t.v.", "mf", "til højre", "dør", "1. 2"]
_LOOSE_PIECES = ["8900", "Randers C", ",", ",,", ".", "-", "/", "  ", "é", "´"]
_PIECES = st.sampled_from([*_STREET_PIECES, *_DOOR_PIECES, *_LOOSE_PIECES])
_STREETS = st.sampled_from(["nørregade", "nørre alle", "sankt peders stræde", "10 februar vej", "åvej", "ved søen"])
_DOORS = st.sampled_from(["", "th", "tv", "mf", "1", "12", "204"])


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    floor = draw(st.sampled_from(["", "st", "kl", "k2", "1", "2", "14"]))
    return Address(
        street=draw(_STREETS),
        house_no=str(draw(st.integers(1, 999))),
        letter=draw(st.sampled_from(["", "a", "b", "k"])),
        floor=floor,
        door=draw(_DOORS) if floor else "",
    )


def _forms(address: Address) -> list[str]:
    """The ways senders write one address."""
    house = f"{address.street} {address.house_no}{address.letter.upper()}"
    wide = f"{address.street.title()} {address.house_no} {address.letter}".strip()
    floor = {"st": "stuen"}.get(address.floor, address.floor)
    sides = {"th": "t.h.", "tv": "t.v.", "mf": "m.f."}
    within = [f"{address.floor}. {address.door}.", f"{address.floor}.{address.door}", f"{floor}  {address.door}"]
    within += [f"{floor}, {sides.get(address.door, address.door)}"]
    if address.floor.isdigit():
        within += [f"{address.floor}. sal {address.door}", f"{address.floor}.sal, {address.door}"]
    if not address.floor:
        within = [""]
    forms = [start + separator + end for start in (house, wide) for separator in (", ", " ", ",") for end in within]
    return [*forms, *(form.upper() for form in forms), *(form + ", 8900 Randers C" for form in forms)]


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=9).map(" ".join)))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise_address(text)
    assert normalise_address(once) == once


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=9).map(" ".join)))
def test_only_blank_text_becomes_empty(text: str) -> None:
    assert (normalise_address(text) == "") == (text.strip() == "")


@given(addresses())
def test_every_way_of_writing_a_home_is_read_as_the_same_home(address: Address) -> None:
    assert {parse_address(form) for form in _forms(address)} == {address}


@given(addresses(), addresses())
def test_two_homes_never_have_one_form(one: Address, other: Address) -> None:
    assert (normalise_address(_forms(one)[0]) == normalise_address(_forms(other)[0])) == (one == other)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Nørregade 12, 2. th.", "nørregade 12, 2. th"),
        ("Nørregade 12 2.th", "nørregade 12, 2. th"),
        ("NOERREGADE  12,2 TH,,", "nørregade 12, 2. th"),
        ("Nr. Allé 5B st tv", "nørre alle 5b, st. tv"),
        ("Nørre Alle 5 b, stuen, t.v., 8900 Randers C", "nørre alle 5b, st. tv"),
        ("c/o Bo Bosen, Nørregade 12", "nørregade 12"),
        ("C/O Bo Bosen Nørregade 12", "nørregade 12"),
        ("Nørregade 12, c/o Bosen, 8900 Randers C", "nørregade 12"),
        ("Nørregade 12, Assentoft, 8960 Randers SØ", "nørregade 12"),
        ("Aavej 005, 02. 0012", "åvej 5, 2. 12"),
        ("10. Februar Vej 3, k2", "10 februar vej 3, k2."),
        ("Skt. Peders Gd. 7, lejl. 204", "sankt peders gade 7, dør 204"),
        ("Birkevj. nr. 7, 1 mf", "birkevej 7, 1. mf"),
        ("Ø. Voldgade 5", "øster voldgade 5"),
        ("Uden fast bopæl", "uden fast bopæl"),
        (",", ","),
        ("  ", ""),
    ],
)
def test_examples(written: str, normal: str) -> None:
    assert normalise_address(written) == normal


def test_different_homes_stay_different() -> None:
    homes = ["Åvej 1", "Åvej 11", "Åvej 1A", "Åvej 1, st. th", "Åvej 1, 1. th", "Åvej 1, 1. tv", "Avej 1"]
    assert len({normalise_address(home) for home in homes}) == len(homes)
