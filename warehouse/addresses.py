"""Danish addresses as senders write them, brought to one form: street, house number, letter, floor and door.

The parts follow the address register's KVHX: house numbers of up to three digits with a letter, floors `1`-`99`, `st`
(ground floor), `kl` and `k2`-`k9` (cellars), doors `th`, `tv`, `mf`, a number or a letter.
"""

import re
from dataclasses import dataclass

from warehouse.danish_letters import fold_letters

_STREET_WORDS = {
    "nr": "nørre",
    "ndr": "nordre",
    "sdr": "sønder",
    "gl": "gammel",
    "skt": "sankt",
    "sct": "sankt",
    "kgs": "kongens",
    "ll": "lille",
    "st": "store",
    "chr": "christian",
    "vj": "vej",
    "gd": "gade",
    "al": "alle",
    "pl": "plads",
    "str": "stræde",
    "bvd": "boulevard",
    "blvd": "boulevard",
    "boul": "boulevard",
}
_COMPASS = {"n": "nørre", "s": "sønder", "v": "vester", "ø": "øster"}
_FLOORS = {"stuen": "st", "stue": "st", "st": "st", "kælderen": "kl", "kælder": "kl", "kld": "kl", "kl": "kl"}
_SIDES = {"th": "th", "højre": "th", "tv": "tv", "venstre": "tv", "mf": "mf", "midt": "mf", "midtfor": "mf"}
_DOOR_MARKS = {"dør", "lejl", "lejlighed", "vær", "værelse", "nr"}

_CARE_OF_UNTIL_STREET = re.compile(
    r"\bc\s*/\s*o\b\.?\s+([^\s,\d]+\s+)+?"
    r"(?=[^\s,\d]+(vej|gade|alle|stræde|vænget|parken|toften|gården|plads|torv|bakken)\s+\d)"
)
_CARE_OF = re.compile(r"\bc\s*/\s*o\b\.?[^,]*(,|$)")
_POSTAL_TOWN = re.compile(r"[\s,.]+(dk\s*-?\s*)?\d{4}[\s.]+[a-zæøå][a-zæøå .\-]*$|,\s*(dk\s*-?\s*)?\d{4}$")
_HOUSE = re.compile(
    r"^(?P<street>.*?[a-zæøå][^\d]*?)(?P<no>\d{1,3})(?!\d)\s*(?P<letter>[a-zæøå](?![a-zæøå0-9.]))?(?P<rest>.*)$"
)
_SPLIT_SIDE = re.compile(r"\bt\s*\.\s*([hv])\b\.?|\bm\s*\.\s*f\b\.?")
_TOKEN = re.compile(r"k[2-9](?![0-9a-zæøå])|\d+|[a-zæøå]+")


@dataclass(frozen=True)
class Address:
    """An address in parts, each in lower case with æøå; a part the sender did not write is ''.

    `street` holds all of the text where no house number can be told from it.
    """

    street: str
    house_no: str = ""
    letter: str = ""
    floor: str = ""
    door: str = ""


def normalise_address(text: str) -> str:
    """One form for the same home: 'Nr. Allé 5 B, stuen, tv, 8900 Randers C' becomes 'nørre alle 5b, st. tv'.

    Normalising twice changes nothing more; only blank text becomes ''.
    """
    address = parse_address(text)
    house = " ".join(part for part in (address.street, address.house_no + address.letter) if part)
    return ", ".join(part for part in (house, _within_house(address)) if part)


def parse_address(text: str) -> Address:
    """The parts of an address as a sender wrote it, without `c/o` and without postal code and town."""
    written = _without_surroundings(" ".join(fold_letters(text).split()))
    found = _HOUSE.match(written)
    if found is None:
        return Address(_street(written) or written)
    street = _street(re.sub(r"(?<=[a-zæøå])([\s,.]+)nr\s*\.?\s*$", " ", found["street"]))
    floor, door = _floor_and_door(found["rest"])
    return Address(street, found["no"].lstrip("0") or "0", found["letter"] or "", floor, door)


def _within_house(address: Address) -> str:
    """Floor and door, so written that reading them again gives the same two."""
    floor = address.floor + "." if address.floor else ""
    marked = not floor and address.door and address.door not in _SIDES
    door = "dør " + address.door if marked else address.door
    return " ".join(part for part in (floor, door) if part)


def _without_surroundings(written: str) -> str:
    """The address without `c/o somebody` and without postal code and town, where a house number stays."""
    for pattern in (_CARE_OF_UNTIL_STREET, _CARE_OF, _POSTAL_TOWN):
        shorter = pattern.sub(" ", written).strip(" ,")
        written = shorter if _HOUSE.match(shorter) else written
    return written


def _street(written: str) -> str:
    """The street's name in full words: 'nr. allé' and 'hovedv.' as 'nørre alle' and 'hovedvej'."""
    spaced = re.sub(r"\.(?=[^\s.])", ". ", written)
    words = re.findall(r"[^\s,.;:()/]+\.?", spaced)
    return " ".join(_street_word(word, first=place == 0 and len(words) > 1) for place, word in enumerate(words))


def _street_word(word: str, *, first: bool) -> str:
    bare = word.rstrip(".")
    if bare in _STREET_WORDS:
        return _STREET_WORDS[bare]
    if first and bare in _COMPASS and word != bare:
        return _COMPASS[bare]
    if len(bare) > 3 and bare.endswith(("vj", "gd")):
        return bare[:-2] + _STREET_WORDS[bare[-2:]]
    if len(bare) > 3 and word != bare and bare.endswith(("v", "g")):
        return bare[:-1] + {"v": "vej", "g": "gade"}[bare[-1]]
    return bare


def _floor_and_door(rest: str) -> tuple[str, str]:
    """Floor and door from what follows the house number; words that are neither (a town) are passed over."""
    floor = door = ""
    marked = False
    for token in _TOKEN.findall(_SPLIT_SIDE.sub(_joined_side, rest)):
        part = token.lstrip("0") or "0" if token.isdigit() else token
        if part in _DOOR_MARKS:
            marked = True
        elif not floor and not marked and _is_floor(part):
            floor = _FLOORS.get(part, part)
        elif not door and (part in _SIDES or part.isdigit() or (len(part) == 1 and (floor or marked))):
            door = _SIDES.get(part, part)
    return floor, door


def _joined_side(found: re.Match[str]) -> str:
    return " t" + found[1] + " " if found[1] else " mf "


def _is_floor(part: str) -> bool:
    return part in _FLOORS or re.fullmatch(r"k[2-9]|\d{1,2}", part) is not None
