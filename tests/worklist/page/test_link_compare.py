"""What agrees and what differs: whatever the way of writing, in either direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worklist.page.link_compare import compare, names_alike

_NAMES = st.one_of(
    st.none(), st.text(max_size=30), st.sampled_from(["Bo Hansen", "Hansen, Bo", "B. Hansen", "Ida Friis"])
)


@given(_NAMES, _NAMES)
def test_names_compare_the_same_both_ways(one: str | None, other: str | None) -> None:
    assert names_alike(one, other) == names_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Bo Lund Hansen", "HANSEN, Bo Lund", "same"),
        ("B. Hansen", "Bo Hansen", "partly"),
        ("Bo Hansen", "Ida Friis", "other"),
        ("Bo Hansen", None, "unknown"),
        ("Navne- og adressebeskyttet", "Navne- og adressebeskyttet", "unknown"),
    ],
)
def test_names(one: str, other: str | None, alike: str) -> None:
    assert names_alike(one, other) == alike


@pytest.mark.parametrize(
    ("one", "other", "address", "differing"),
    [
        ("Nr. Allé 5 B, 2. tv", "Nørre Alle 5B 2.tv.", "same", ()),
        ("Nr. Allé 5", "Nørre Allé 5, 2. tv", "partly", ()),
        ("Nørre Allé 5, 1. tv", "Nørre Allé 5, 2. th", "other", ("floor", "door")),
        ("Åvej 3", "Elmegade 7", "other", ("street", "house")),
        ("Beskyttet adresse", "Åvej 3", "unknown", ()),
        (None, "Åvej 3", "unknown", ()),
    ],
)
def test_addresses(one: str | None, other: str, address: str, differing: tuple[str, ...]) -> None:
    found = compare((None, one, "8900"), (None, other, "8920"))
    assert (found.address, found.differing, found.postal_code) == (address, differing, "other")
