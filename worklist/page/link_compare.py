"""What agrees and what differs between a letter and a home it may be about: codes for the page, made in memory."""

from dataclasses import dataclass
from typing import Literal

from warehouse.addresses import parse_address
from warehouse.linking_names import is_protected, name_parts

Alike = Literal["same", "partly", "other", "unknown"]

_PLACES = ("street", "house", "floor", "door")


@dataclass(frozen=True)
class Compared:
    """How a candidate compares: its name and postal code, and the parts of the address that differ, in order.

    `address` is unknown where either tells none; 'partly' where the two agree as far as both tell.
    """

    name: Alike
    address: Alike
    differing: tuple[str, ...]
    postal_code: Alike


def compare(
    asked: tuple[str | None, str | None, str | None], offered: tuple[str | None, str | None, str | None]
) -> Compared:
    """Compare two (name, address, postal code), whatever the ways in which they are written."""
    address, differing = _addresses(asked[1], offered[1])
    return Compared(names_alike(asked[0], offered[0]), address, differing, _codes(asked[2], offered[2]))


def names_alike(one: str | None, other: str | None) -> Alike:
    """'same' for the same parts in any order, 'partly' where they share one or an initial, else 'other'."""
    first, second = name_parts(one), name_parts(other)
    if not first or not second:
        return "unknown"
    if sorted(first) == sorted(second):
        return "same"
    whole = {part for part in first if len(part) > 1} & set(second)
    initials = {part for part in (*first, *second) if len(part) == 1} & {part[0] for part in (*first, *second) if part}
    return "partly" if whole or initials else "other"


def _addresses(one: str | None, other: str | None) -> tuple[Alike, tuple[str, ...]]:
    if not one or not other or is_protected(one) or is_protected(other):
        return "unknown", ()
    told = [_parts(one), _parts(other)]
    differing = tuple(name for name in _PLACES if told[0][name] and told[1][name] and told[0][name] != told[1][name])
    if differing:
        return "other", differing
    return ("same" if told[0] == told[1] else "partly"), ()


def _parts(address: str) -> dict[str, str]:
    place = parse_address(address)
    return {
        # 'Nørre Allé' and 'Nørreallé' are one street, as in linking.
        "street": place.street.replace(" ", "").replace("-", ""),
        "house": place.house_no + place.letter,
        "floor": place.floor,
        "door": place.door,
    }


def _codes(one: str | None, other: str | None) -> Alike:
    if not one or not other:
        return "unknown"
    return "same" if one == other else "other"
