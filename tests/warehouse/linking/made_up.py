"""A small made-up municipality for linking: tenancies, persons, and letters that misspell whom they speak of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl

from warehouse.addresses import normalise_address
from warehouse.columns import frame_schema

_FIRST = "Anne Mette Sofie Karen Leyla Jens Lars Peter Mohammed Søren Niels Åse Bo Ida Ole Hans Hanne Fatima Kai Liv"
_MIDDLE = "Lund Holm Bach Marie Friis Skov"
_LAST = "Jensen Nielsen Hansen Pedersen Andersen Larsen Sørensen Møller Ahmed Yilmaz Kjær Østergaard Friis Storm Berg"
_STREETS = (
    "Birkevej Elmegade Nørre_Allé Lærkevænget Solsikkeparken Møllestræde Sankt_Peders_Gade Østertoften Hovedvej Åvej"
)
_STREETS += " Kirkegade Skolevej Bakkevej Engparken Kildevænget Strandgade Havnegade Syrenvej Tranumvej Slåenvej"
_ABBREVIATED = {"Nørre Allé": "Nr. Alle", "Sankt": "Skt.", "gade": "gd.", "vej": "vj.", "ø": "oe", "Å": "Aa"}
START = date(2024, 1, 1)


@dataclass
class MadeUp:
    """Rows of the warehouse's facts, what the vault holds of them, and which tenancy each letter is of.

    It stands in for the vault: it has its `identities`.
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    clear: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    truth: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def add(self, feed: str, name: str | None, address: str | None, known_on: date, **columns: Any) -> None:
        """One version of a record, in force from known_on until the next version of its key."""
        kind = {"tenancies": "tenancy", "persons": "person", "notices": "notice", "concerns": "concern"}[feed]
        mac = f"{feed}-{len(self.rows.get(feed, []))}"
        told = {"identity_mac": mac, "known_on": known_on, "name": name, "address": address}
        self.clear.setdefault(kind, []).append(told)
        place = normalise_address(address) + "|" + (columns.get("postal_code") or "") if address else None
        row = {"known_on": known_on, "identity_mac": mac, "home_id": place, "postal_code": "8900", "retracted": False}
        self.rows.setdefault(feed, []).append(row | columns)

    def answer(self, feed: str, record_key: str, known_on: date, answer: str = "linked", **target: Any) -> None:
        """What a person answered of a record; with `retracted=True` it is taken back."""
        told = {"feed": feed, "record_key": record_key, "answer": answer, "known_on": known_on, "retracted": False}
        self.rows.setdefault("link_answers", []).append(told | target)

    def identities(self, kind: str) -> pl.DataFrame:
        schema = {"identity_mac": pl.String, "known_on": pl.Date, "name": pl.String, "address": pl.String}
        return pl.DataFrame(self.clear.get(kind, []), schema=schema)

    def before(self, day: date) -> "MadeUp":
        """The same municipality with everything known on or after the day deleted."""
        rows = {feed: [row for row in known if row["known_on"] < day] for feed, known in self.rows.items()}
        clear = {kind: [row for row in known if row["known_on"] < day] for kind, known in self.clear.items()}
        return MadeUp(rows, clear, self.truth)

    def write(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Writes the facts into an open warehouse, in place of what is there."""
        for feed, key in KEYS.items():
            connection.execute(_CLEAR[feed])
            if self.rows.get(feed):
                facts = _versions(feed, key, self.rows[feed])
                connection.from_arrow(facts.to_arrow()).insert_into("fact_" + feed)


KEYS = {
    "tenancies": ["landlord", "tenancy_no"],
    "persons": ["person_id"],
    "notices": ["source", "notice_no"],
    "concerns": ["concern_no"],
    "link_answers": ["feed", "record_key"],
}
_CLEAR = {
    "tenancies": "delete from fact_tenancies",
    "persons": "delete from fact_persons",
    "notices": "delete from fact_notices",
    "concerns": "delete from fact_concerns",
    "link_answers": "delete from fact_link_answers",
}


def _versions(feed: str, key: list[str], rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = frame_schema(feed)
    told = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)
    ordered = told.with_row_index("order").sort(*key, "known_on", "order").drop("order")
    return ordered.with_columns(superseded_on=pl.col("known_on").shift(-1).over(key))


def made_up(seed: int, *, tenancies: int, letters: int) -> MadeUp:
    """A municipality of `tenancies`, a seventh without a number, and `letters` notices and as many concerns."""
    rng = np.random.default_rng(seed)
    town = MadeUp()
    homes = [_tenancy(town, rng, number) for number in range(tenancies)]
    for number in range(letters):
        home = homes[rng.integers(len(homes))]
        written, place = _misspelt_name(rng, home["writes"](rng)), _misspelt_address(rng, home["address"])
        day = home["moved_in_on"] + timedelta(days=int(rng.integers(30, 400)))
        code = home["postal_code"] if rng.random() < 0.95 else None
        key = f"L-{number:05d}"
        if number % 2:
            town.add(
                "notices", written, place, day, source="bailiff_court", notice_no=key, issued_on=day, postal_code=code
            )
            town.truth["notices", "bailiff_court/" + key] = home["key"]
        else:
            town.add(
                "concerns",
                written,
                place,
                day,
                concern_no=key,
                received_at=datetime.combine(day, time(10)),
                postal_code=code,
            )
            town.truth["concerns", key] = home["key"]
    return town


def _tenancy(town: MadeUp, rng: np.random.Generator, number: int) -> dict[str, Any]:
    """A tenancy with its tenant, in two cases of five a partner with the same surname; every tenth home is let anew."""
    address, code = _home(number - number % 10 // 9)
    name, partner = _name(rng), None
    moved_in = START + timedelta(days=int(rng.integers(0, 300)) + (500 if number % 10 == 9 else 0))
    moved_out = START + timedelta(days=450) if number % 10 == 8 else None
    key = ("Birkely" if number % 3 else "Elmely", f"{number:05d}")
    place = {"postal_code": code, "moved_in_on": moved_in}
    person = f"p{number}"
    town.add(
        *("tenancies", name, address, moved_in),
        **place | dict(zip(KEYS["tenancies"], key, strict=True)),
        moved_out_on=moved_out,
        person_id=person if number % 7 else None,
    )
    town.add("persons", name, address, moved_in + timedelta(days=5), person_id=person, postal_code=code)
    if rng.random() < 0.4:
        partner = f"{rng.choice(sorted(set(_FIRST.split()) - set(name.split())))} {name.split()[-1]}"
        town.add("persons", partner, address, moved_in, person_id=person + "b", postal_code=code)
    town.truth["tenancies", "/".join(key)] = (person, "")
    writes: Callable[[np.random.Generator], str] = lambda r: partner if partner and r.random() < 0.05 else name  # noqa: E731
    return {"key": key, "name": name, "address": address, "writes": writes, **place}


def _home(number: int) -> tuple[str, str]:
    street = _STREETS.split()[number // 60 % 20].replace("_", " ") + " " * 0
    district = 8900 + number // 1200
    floor, door = ("st.", "1.", "2.")[number % 3], ("tv", "th")[number // 3 % 2]
    return f"{street} {1 + number // 6 % 10 * 2}, {floor} {door}", str(district)


def _name(rng: np.random.Generator) -> str:
    middle = " " + rng.choice(_MIDDLE.split()) if rng.random() < 0.4 else ""
    return f"{rng.choice(_FIRST.split())}{middle} {rng.choice(_LAST.split())}"


def _misspelt_name(rng: np.random.Generator, name: str) -> str:
    parts = name.split()
    if len(parts) == 3 and rng.random() < 0.3:
        parts = [parts[0], *([parts[1][0] + "."] if rng.random() < 0.5 else []), parts[2]]
    written = " ".join(parts)
    if rng.random() < 0.12:
        written = _typing_error(rng, written)
    turn = rng.random()
    if turn < 0.05:
        written = f"{parts[-1]}, {' '.join(parts[:-1])}"
    return written.upper() if turn > 0.9 else written


def _misspelt_address(rng: np.random.Generator, address: str) -> str:
    if rng.random() < 0.15:
        for long, short in _ABBREVIATED.items():
            if rng.random() < 0.5:
                address = address.replace(long, short)
    if rng.random() < 0.12:
        street, rest = address.split(" ", 1)
        address = _typing_error(rng, street) + " " + rest
    turn = rng.random()
    if turn < 0.15:
        address = address.replace(", ", " ").replace(". ", ".")
    elif turn < 0.25:
        address = address.split(",")[0]
    elif turn < 0.30:
        address = address.replace("th", "tv") if rng.random() < 0.5 else address.replace("1.", "2.")
    return address + (", 8900 Randers C" if rng.random() < 0.1 else "")


def _typing_error(rng: np.random.Generator, text: str) -> str:
    place = int(rng.integers(1, max(2, len(text) - 1)))
    turn = rng.integers(4)
    if turn == 0:
        return text[:place] + text[place + 1 :]
    if turn == 1:
        return text[:place] + text[place] + text[place:]
    if turn == 2:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + "eanrtsi"[rng.integers(7)] + text[place + 1 :]
