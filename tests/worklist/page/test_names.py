"""Names come from the vault as the night knew them; protected ones only for whoever may see them; all are made up."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from warehouse.vault import Vault
from worklist.export import parquet_bytes
from worklist.page.names import MOST_HITS, Names
from worklist.published import Night

KEY = bytes(range(32))
UNTIL = date(2026, 3, 1)
PERSONS = [
    # mac, cpr, name, birth_date, protected
    ("m-soren", "0101701234", "Søren Aagaard Jensen", date(1970, 1, 1), False),
    ("m-mette", "0202654321", "Mette Jensen", date(1965, 2, 2), False),
    ("m-hidden", "1502801111", "Navne- og adressebeskyttet", date(1980, 2, 15), True),
    ("m-shown", "1203850000", "René Thorup", date(1985, 3, 12), True),
    ("m-old", "0101701234", "Søren Forhen", date(1970, 1, 1), False),
]
HOMES = [
    # mac, number, cpr, name, address, postal_code
    ("t-1", "100-1", "0101701234", "Søren Jensen", "Nr. Allé 5 B, 2. tv", "8900"),
    ("t-2", "100-2", None, "Karen Lund", "Storegade 12", "8900"),
    ("t-3", "200-1", "1502801111", "Birgit Skjult", "Hemmelig Gade 7", "8930"),
    ("t-4", "200-2", "1203850000", "Rene Thorup", "Lukket Vej 9", "8930"),
    ("t-1-old", "100-1", "0101701234", "Søren Jensen", "Gammel Vej 1", "8900"),
]


def _account(rows: int) -> dict[str, Any]:
    return {"known_on": [UNTIL] * rows, "delivery_id": ["d"] * rows, "line_no": list(range(rows))}


@pytest.fixture
def open_vault(tmp_path: Path) -> Callable[[], Vault]:
    with Vault(tmp_path / "vault.sqlite", KEY) as vault:
        ids = [vault.pseudonyms.person(cpr) for _, cpr, *_ in PERSONS]
        columns = dict(
            zip(("identity_mac", "cpr", "name", "birth_date", "protected"), zip(*PERSONS, strict=True), strict=True)
        )
        told = {**columns, "person_id": ids, "record_key": ids, "address": None, "postal_code": None}
        vault.keep_identities("person", pl.DataFrame({**told, **_account(len(ids))}))
        homes = zip(("identity_mac", "tenancy_no", "cpr", "name", "address", "postal_code"), zip(*HOMES, strict=True),
                    strict=True)  # fmt: skip
        frame = pl.DataFrame({**dict(homes), "landlord": ["A"] * len(HOMES), **_account(len(HOMES))})
        vault.keep_identities("tenancy", frame.with_columns(record_key=pl.concat_str(pl.lit("A/"), "tenancy_no")))
    return lambda: Vault(tmp_path / "vault.sqlite", KEY)


@pytest.fixture
def night(open_vault: Callable[[], Vault]) -> Night:
    with open_vault() as vault:
        pseudonym = vault.pseudonyms.person
        lives = [
            ("100-1", pseudonym("0101701234"), "tenant", "m-soren"),
            ("100-1", pseudonym("0202654321"), "occupant", "m-mette"),
            ("200-1", pseudonym("1502801111"), "tenant", "m-hidden"),
            ("200-2", pseudonym("1203850000"), "tenant", "m-shown"),
        ]
    return _night([("100-1", "t-1", False), ("100-2", "t-2", False), ("200-1", "t-3", True), ("200-2", "t-4", True)],
                  lives)  # fmt: skip


def _night(homes: list[tuple[str, str, bool]], lives: list[tuple[str, str, str, str]]) -> Night:
    landlord = pl.lit("A").alias("landlord")
    dwellings = pl.DataFrame(homes, schema=["tenancy_no", "identity_mac", "address_protected"], orient="row")
    occupants = pl.DataFrame(lives, schema=["tenancy_no", "person_id", "role", "identity_mac"], orient="row")
    frames = {"dwellings": dwellings, "occupants": occupants}
    files = {f"{name}.parquet": parquet_bytes(frame.select(landlord, pl.all())) for name, frame in frames.items()}
    return Night(UNTIL, files)


@pytest.fixture
def names(open_vault: Callable[[], Vault]) -> Names:
    return Names(open_vault)


def test_a_household_is_named_the_tenant_first(names: Names, night: Night) -> None:
    home = names.of(night, "A", "100-1", see_protected=False)
    assert [(p.role, p.name, p.birth_year, p.age, p.cpr_masked, p.phone) for p in home.people] == [
        ("tenant", "Søren Aagaard Jensen", 1970, 56, "010170-••••", None),
        ("occupant", "Mette Jensen", 1965, 61, "020265-••••", None),
    ]
    assert (home.address, home.postal_code, home.protected) == ("Nr. Allé 5 B, 2. tv", "8900", False)
    assert home.tenant is home.people[0]


def test_nothing_newer_and_nothing_older_than_the_night_is_told(names: Names, night: Night) -> None:
    """The vault also knows another address and another name of the same tenancy and person."""
    assert names.of(night, "A", "100-1", see_protected=True).address == "Nr. Allé 5 B, 2. tv"
    assert names.find("forhen", night, see_protected=True) == []
    assert names.find("gammel vej", night, see_protected=True) == []


def test_a_tenant_whom_the_register_does_not_tell_of_has_the_landlords_name(names: Names, night: Night) -> None:
    home = names.of(night, "A", "100-2", see_protected=False)
    assert [(p.person_id, p.role, p.name, p.cpr_masked) for p in home.people] == [(None, "tenant", "Karen Lund", None)]


@pytest.mark.parametrize(("number", "name"), [("200-1", None), ("200-2", "René Thorup")])
def test_whoever_may_not_see_protected_addresses_sees_none(
    names: Names, night: Night, number: str, name: str | None
) -> None:
    home = names.of(night, "A", number, see_protected=False)
    assert home.protected
    assert (home.address, home.postal_code) == (None, None)
    assert [person.name for person in home.people] == [name]
    assert [person.phone for person in home.people] == [None]


def test_whoever_may_see_protected_addresses_sees_them(names: Names, night: Night) -> None:
    home = names.of(night, "A", "200-1", see_protected=True)
    assert (home.address, home.postal_code, home.protected) == ("Hemmelig Gade 7", "8930", True)
    assert [person.name for person in home.people] == ["Birgit Skjult"]


@pytest.mark.parametrize("text", ["Hemmelig Gade 7", "hemmelig", "lukket vej", "birgit", "Skjult"])
def test_what_is_protected_is_found_only_by_whoever_may_see_it(names: Names, night: Night, text: str) -> None:
    assert names.find(text, night, see_protected=False) == []
    assert len(names.find(text, night, see_protected=True)) == 1


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("søren", ["100-1"]),
        ("SOEREN", ["100-1"]),
        ("Soren aag", ["100-1"]),
        ("ågård", ["100-1"]),
        ("aagaard", ["100-1"]),
        ("agaard", ["100-1"]),
        ("Jensen, Mette", ["100-1"]),
        ("met jen", ["100-1"]),
        # Two people of one home are not one person.
        ("mette aagaard", []),
        ("rene", ["200-2"]),
        ("lund", ["100-2"]),
        ("und", []),
        ("010170-1234", ["100-1"]),
        ("0202654321", ["100-1"]),
        ("020265 4321", ["100-1"]),
        ("0202654322", []),
        ("020265", []),
        ("Nørre Allé 5B", ["100-1"]),
        ("nr alle 5 b 2. tv", ["100-1"]),
        ("storeg", ["100-2"]),
        ("Storegade 12, 8900", ["100-2"]),
        ("8900", []),
        ("100-1", ["100-1"]),
        ("1001", ["100-1"]),
        ("100", ["100-1", "100-2"]),
        ("", []),
        (" -, ", []),
        ("9999999999", []),
    ],
)
def test_a_search_finds_by_name_number_address_and_tenancy(
    names: Names, night: Night, text: str, numbers: list[str]
) -> None:
    assert names.find(text, night, see_protected=False) == [("A", number) for number in numbers]


def test_the_closest_comes_first_and_never_more_than_fifty(open_vault: Callable[[], Vault]) -> None:
    with open_vault() as vault:
        frame = pl.DataFrame(
            {
                "identity_mac": [f"x-{i:03}" for i in range(90)],
                "landlord": ["A"] * 90,
                "tenancy_no": [f"{i:03}" for i in range(90)],
                "record_key": [f"A/{i:03}" for i in range(90)],
                "name": ["Hans Hansen"] * 89 + ["Hans Han"],
                "address": [f"Hansvej {i}" for i in range(90)],
                **_account(90),
            }
        )
        vault.keep_identities("tenancy", frame)
    night = _night([(f"{i:03}", f"x-{i:03}", False) for i in range(90)], [("000", "nobody", "tenant", "none")])
    found = Names(open_vault).find("han", night, see_protected=False)
    assert len(found) == MOST_HITS
    assert found[:3] == [("A", "089"), ("A", "000"), ("A", "001")]
    assert found == Names(open_vault).find("han", night, see_protected=False)


def test_the_whole_cpr_number_is_told_only_when_asked_for(names: Names, night: Night) -> None:
    person = names.of(night, "A", "100-1", see_protected=True).people[0]
    assert "1234" not in str(vars(person))
    assert person.person_id is not None
    assert names.cpr(person.person_id) == "0101701234"
    assert names.cpr("nobody") is None


def test_a_number_that_the_landlord_alone_gave_is_told_with_the_night(open_vault: Callable[[], Vault]) -> None:
    with open_vault() as vault:
        alone = vault.pseudonyms.person("0303991234")
        frame = pl.DataFrame({"identity_mac": ["y"], "landlord": ["A"], "tenancy_no": ["9"], "record_key": ["A/9"],
                              "cpr": ["0303991234"], "name": ["Ny Lejer"], **_account(1)})  # fmt: skip
        vault.keep_identities("tenancy", frame)
    night = _night([("9", "y", False)], [("9", alone, "tenant", "unknown")])
    names = Names(open_vault)
    assert names.cpr(alone) is None
    assert names.cpr(alone, night) == "0303991234"
    assert names.find("030399-1234", night, see_protected=False) == [("A", "9")]
    assert names.of(night, "A", "9", see_protected=False).people[0].cpr_masked == "030399-••••"


def test_a_list_is_named_by_one_opening_of_the_vault_and_the_same_list_again_by_none(
    open_vault: Callable[[], Vault], night: Night
) -> None:
    opened: list[None] = []

    def counted() -> Vault:
        opened.append(None)
        return open_vault()

    names = Names(counted)
    wanted = [("A", number) for number in ("200-2", "100-1", "100-2", "100-1")]
    homes = names.of_many(night, wanted, see_protected=False)
    assert list(homes) == [("A", number) for number in ("200-2", "100-1", "100-2")]
    again = Night(night.as_of, dict(night.files))
    assert names.of_many(again, wanted, see_protected=False) == homes
    assert len(opened) == 1
    names.prepare(again)
    assert len(opened) == 2
    assert names.find("søren", night, see_protected=False) == [("A", "100-1")]
    names.prepare(night)
    assert len(opened) == 2


def test_another_night_is_named_by_its_own_versions(names: Names, night: Night) -> None:
    names.find("søren", night, see_protected=False)
    later = _night([("100-1", "t-1-old", False)], [("100-1", "p", "tenant", "m-old")])
    assert names.of(later, "A", "100-1", see_protected=False).address == "Gammel Vej 1"
    assert names.find("forhen", later, see_protected=False) == [("A", "100-1")]
    assert names.find("aagaard", later, see_protected=False) == []


def test_an_unknown_tenancy_and_a_night_without_homes_have_nobody(names: Names, night: Night) -> None:
    assert names.of(night, "A", "404", see_protected=True).people == ()
    scores = pl.DataFrame({"landlord": ["A"], "tenancy_no": ["100-1"]})
    old = Night(UNTIL, {"scores.parquet": parquet_bytes(scores)})
    assert names.of(old, "A", "100-1", see_protected=True).address is None
    assert names.find("100-1", old, see_protected=False) == [("A", "100-1")]


def test_without_the_vaults_key_nobody_is_named_and_numbers_are_still_found(night: Night) -> None:
    names = Names(None)
    home = names.of(night, "A", "100-1", see_protected=True)
    assert (home.address, {person.name for person in home.people}) == (None, {None})
    assert names.find("100-2", night, see_protected=True) == [("A", "100-2")]
    assert names.find("010170-1234", night, see_protected=True) == []
    assert names.cpr("p") is None


def test_nothing_that_names_somebody_shows_in_a_repr(names: Names, night: Night) -> None:
    home = names.of(night, "A", "100-1", see_protected=True)
    names.find("søren", night, see_protected=True)
    told = " ".join(map(repr, (home, *home.people, names)))
    assert not [mark for mark in ("Jensen", "010170", "All") if mark in told]
