"""Who lives where: the names behind a published night's pseudonyms, from the vault, for those who may see them.

A night names each home and person by the version in the vault that was in force (`identity_mac`): nothing newer is
told. What was looked up stays in memory until another night is asked about, and is written nowhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

from warehouse.cpr import birth_date_of, read_cpr
from warehouse.linking_names import is_protected
from warehouse.vault import Vault
from worklist.page.name_search import CPR, Index, Searched, Tenancy
from worklist.published import Night

MOST_HITS = 50
"""How many tenancies a search names at most."""


@dataclass(frozen=True, repr=False)
class Person:
    """Somebody who lives in a home; without a repr, so that no log or error shows a person.

    `role` is tenant or occupant. `cpr_masked` shows the date alone: 010170-••••. Whatever is not known is None; no feed
    tells a phone number yet.
    """

    person_id: str | None
    role: str
    name: str | None
    birth_year: int | None
    age: int | None
    cpr_masked: str | None
    phone: str | None = None


@dataclass(frozen=True, repr=False)
class Household:
    """The people of a tenancy, the tenant first, and where they live.

    `protected`: an address here is protected. `address` and `postal_code` are then None for whoever may not see it, and
    so they are where the vault does not tell them.
    """

    landlord: str
    tenancy_no: str
    people: tuple[Person, ...]
    address: str | None
    postal_code: str | None
    protected: bool

    @property
    def tenant(self) -> Person | None:
        """The tenant; None where nothing is known."""
        return next((person for person in self.people if person.role == "tenant"), None)


class Names:
    """Names, addresses and searches over the vault that `vault` opens for one use; safe to share between threads.

    Without a vault (its key is not at hand) nobody is named, and only tenancy numbers are found.
    """

    def __init__(self, vault: Callable[[], Vault] | None) -> None:
        self._vault = vault
        self._lock = Lock()
        self._kept: _NightNames | None = None

    def of(self, night: Night, landlord: str, tenancy_no: str, *, see_protected: bool) -> Household:
        """The household of one tenancy; without people and address where the night does not know it."""
        return self.of_many(night, [(landlord, tenancy_no)], see_protected=see_protected)[landlord, tenancy_no]

    def of_many(self, night: Night, tenancies: Iterable[Tenancy], *, see_protected: bool) -> dict[Tenancy, Household]:
        """The households of `tenancies`, in their order, in two look-ups however many they are."""
        wanted = list(dict.fromkeys(tenancies))
        names = self._of_night(night)
        names.look_up(self._vault, wanted)
        return {tenancy: names.household(tenancy, see_protected=see_protected) for tenancy in wanted}

    def find(self, text: str, night: Night, *, see_protected: bool) -> list[Tenancy]:
        """The tenancies of the night that `text` may mean, at most `MOST_HITS`, the closest first.

        By tenancy number, whole CPR number, address or name (each word the beginning of one of the same person's
        names), whatever case, accents and abbreviations. Without `see_protected` nothing is found by an address or a
        name that is protected.
        """
        names = self._of_night(night)
        hits = names.index(self._vault).hits(text, see_protected=see_protected)
        for tenancy in self._by_cpr(text, names):
            hits[tenancy] = min(CPR, hits.get(tenancy, CPR))
        return sorted(hits, key=lambda tenancy: (hits[tenancy], tenancy))[:MOST_HITS]

    def prepare(self, night: Night) -> None:
        """Reads what searches need, once a night; whoever searches first waits for it where nobody prepared it."""
        self._of_night(night).index(self._vault)

    def cpr(self, person_id: str, night: Night | None = None) -> str | None:
        """The whole CPR number of a person, None where it is not known; asking is for the access log.

        With `night` also that of a tenant whom its landlord alone has told of.
        """
        if self._vault is None:
            return None
        with self._vault() as vault:
            told = vault.lookup("person", person_id)
        if told.height:
            return str(told["cpr"][-1])
        return self._cpr_by_landlord(person_id, night) if night else None

    def _cpr_by_landlord(self, person_id: str, night: Night) -> str | None:
        names = self._of_night(night)
        tenancies = names.tenancies_of.get(person_id, [])
        names.look_up(self._vault, tenancies)
        told = (names.cpr_by_landlord(tenancy, person_id) for tenancy in tenancies)
        return next((cpr for cpr in told if cpr), None)

    def _by_cpr(self, text: str, names: "_NightNames") -> list[Tenancy]:
        if self._vault is None or not _CPR_SHAPE.fullmatch(text.strip()):
            return []
        digits, _ = read_cpr(text)
        if digits is None:
            return []
        with self._vault() as vault:
            return names.tenancies_of.get(vault.pseudonyms.person(digits), [])

    def _of_night(self, night: Night) -> "_NightNames":
        with self._lock:
            if self._kept is None or not _same(self._kept.night, night):
                self._kept = _NightNames(night)
            return self._kept


def _same(one: Night, other: Night) -> bool:
    """Whether both tell of the same homes and people, also where one was read again."""
    files = ("dwellings.parquet", "occupants.parquet")
    return one is other or (
        one.as_of == other.as_of and all(one.files.get(name) == other.files.get(name) for name in files)
    )


_CPR_SHAPE = re.compile(r"\d{6}[-\u2010-\u2015 ]?\d{4}", re.ASCII)


class _Home(NamedTuple):
    """A tenancy as the night tells it: the vault's version of its name and address, and whether that is protected."""

    identity_mac: str | None
    protected: bool
    occupants: list[tuple[str, str, str | None]]


Told = Mapping[str, Any]
_NOTHING: Told = {}


class _NightNames:
    """The homes and people of one night, and what was looked up of them so far."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.homes = _homes(night)
        self._told: dict[tuple[str, str], Told] = {}
        self._index: Index | None = None
        self._lock = Lock()

    @cached_property
    def tenancies_of(self) -> Mapping[str, list[Tenancy]]:
        """Where each person lives."""
        found: dict[str, list[Tenancy]] = {}
        for tenancy, home in self.homes.items():
            for person_id, _, _ in home.occupants:
                found.setdefault(person_id, []).append(tenancy)
        return found

    def index(self, vault: Callable[[], Vault] | None) -> Index:
        """For searching: made once, of everything that the vault tells of the night."""
        with self._lock:
            if self._index is None:
                self.look_up(vault, self.homes)
                self._index = Index({tenancy: self._searched(home) for tenancy, home in self.homes.items()})
            return self._index

    def look_up(self, vault: Callable[[], Vault] | None, tenancies: Iterable[Tenancy]) -> None:
        """Fetches what the vault tells of `tenancies`; what was fetched before is not asked for again."""
        homes = [self.homes[tenancy] for tenancy in tenancies if tenancy in self.homes]
        asked = {
            "tenancy": {home.identity_mac for home in homes},
            "person": {mac for home in homes for _, _, mac in home.occupants},
        }
        missing = {
            kind: [mac for mac in macs if mac is not None and (kind, mac) not in self._told]
            for kind, macs in asked.items()
        }
        if vault is None or not any(missing.values()):
            return
        with vault() as opened:
            for kind, macs in missing.items():
                for row in opened.named(kind, macs).iter_rows(named=True):
                    self._told[kind, row["identity_mac"]] = {name: row[name] for name in _KEPT if name in row}

    def household(self, tenancy: Tenancy, *, see_protected: bool) -> Household:
        """The household as far as it was looked up."""
        home = self.homes.get(tenancy, _Home(None, False, []))
        by_landlord = self._of("tenancy", home.identity_mac)
        shown = by_landlord if see_protected or not home.protected else _NOTHING
        people = [
            self._person(person_id, role, mac, by_landlord, see_protected=see_protected)
            for person_id, role, mac in home.occupants
        ]
        if by_landlord and not any(role == "tenant" for _, role, _ in home.occupants):
            people.append(self._person(None, "tenant", None, by_landlord, see_protected=see_protected))
        address = shown.get("address")
        return Household(
            *tenancy,
            people=tuple(sorted(people, key=_shown_order)),
            address=None if address is None or is_protected(address) else address,
            postal_code=shown.get("postal_code"),
            protected=home.protected,
        )

    def cpr_by_landlord(self, tenancy: Tenancy, person_id: str) -> str | None:
        """The CPR number that a landlord gave of its tenant."""
        home = self.homes[tenancy]
        is_tenant = any(role == "tenant" and of == person_id for of, role, _ in home.occupants)
        cpr: str | None = self._of("tenancy", home.identity_mac).get("cpr") if is_tenant else None
        return cpr

    def _of(self, kind: str, mac: str | None) -> Told:
        return _NOTHING if mac is None else self._told.get((kind, mac), _NOTHING)

    def _person(
        self, person_id: str | None, role: str, mac: str | None, by_landlord: Told, *, see_protected: bool
    ) -> Person:
        told = self._of("person", mac)
        instead = by_landlord if role == "tenant" else _NOTHING
        cpr = told.get("cpr") or instead.get("cpr")
        born = told.get("birth_date") or (birth_date_of(cpr) if cpr else None)
        return Person(
            person_id=person_id,
            role=role,
            name=_name(told, instead, see_protected=see_protected),
            birth_year=born.year if born else None,
            age=_age(born, self.night.as_of) if born else None,
            cpr_masked=f"{cpr[:6]}-••••" if cpr else None,
        )

    def _searched(self, home: _Home) -> Searched:
        by_landlord = self._of("tenancy", home.identity_mac)
        registered = [(role, self._of("person", mac).get("name")) for _, role, mac in home.occupants]
        names = frozenset(name for _, name in registered if name is not None and not is_protected(name))
        given = frozenset({name for name in (by_landlord.get("name"),) if name is not None})
        # What the register withholds of the tenant, the landlord's file would tell.
        is_withheld = any(role == "tenant" and name is not None and is_protected(name) for role, name in registered)
        address = by_landlord.get("address")
        readable = address is not None and not is_protected(address)
        place = f"{address} {by_landlord.get('postal_code') or ''}" if readable else ""
        return Searched(names | given, given if is_withheld else frozenset(), place, home.protected)


_KEPT = ("cpr", "name", "birth_date", "address", "postal_code")


def _homes(night: Night) -> dict[Tenancy, _Home]:
    """The homes of the night in order; of a night from before homes were published, its tenancy numbers alone."""
    if "dwellings.parquet" not in night.files:
        known = night.frame("scores").select("landlord", "tenancy_no").sort("landlord", "tenancy_no")
        return {(landlord, number): _Home(None, True, []) for landlord, number in known.iter_rows()}
    columns = ("landlord", "tenancy_no", "identity_mac", "address_protected")
    homes = {
        (landlord, number): _Home(mac, protected, [])
        for landlord, number, mac, protected in night.frame("dwellings").select(columns).iter_rows()
    }
    people = night.frame("occupants").select("landlord", "tenancy_no", "person_id", "role", "identity_mac")
    for landlord, number, *person in people.iter_rows():
        homes[landlord, number].occupants.append((person[0], person[1], person[2]))
    return homes


def _name(told: Told, instead: Told, *, see_protected: bool) -> str | None:
    """The register's name; the landlord's where the register tells none, or withholds it from others than the asker."""
    name: str | None = told.get("name")
    withheld = name is not None and is_protected(name)
    if name is not None and not withheld:
        return name
    other: str | None = instead.get("name")
    return None if other is None or is_protected(other) or (withheld and not see_protected) else other


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _shown_order(person: Person) -> tuple[bool, int, str, str]:
    """The tenant first, then the eldest."""
    return person.role != "tenant", person.birth_year or 9999, person.name or "", person.cpr_masked or ""
