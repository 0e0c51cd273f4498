"""Finds a tenancy by what a person types: a name, an address, a tenancy number. In memory; it opens nothing.

Case, accents and abbreviations do not count, and the beginning of a word is enough.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from warehouse.addresses import normalise_address
from warehouse.danish_letters import fold_letters
from warehouse.linking_names import name_parts

Tenancy = tuple[str, str]
"""A landlord and a tenancy number."""


@dataclass(frozen=True, repr=False)
class Searched:
    """What a tenancy is found by; without a repr, so that no log or error shows a person.

    `withheld` are names, and with `protected` the `place` too, by which only those who may see them find it.
    """

    names: frozenset[str]
    withheld: frozenset[str]
    place: str
    protected: bool


NUMBER, CPR, NAME, ADDRESS, NUMBER_BEGINS = ((place, 0) for place in range(5))
"""How close a hit is; the second number counts the words of which only the beginning was asked for."""

Hits = dict[Tenancy, tuple[int, int]]


class Index:
    """Words of names and addresses, and tenancy numbers, in memory."""

    def __init__(self, searched: Mapping[Tenancy, Searched]) -> None:
        self._protected = {tenancy for tenancy, each in searched.items() if each.protected}
        people = [(tenancy, name, name in each.withheld) for tenancy, each in searched.items() for name in each.names]
        self._people = [(tenancy, is_withheld) for tenancy, _, is_withheld in people]
        self._names = _Words(_name_words(name) for _, name, _ in people)
        self._tenancies = list(searched)
        self._places = _Words(_place_words(each.place) for each in searched.values())
        self._numbers = _Words([_bare(number)] for _, number in searched)

    def hits(self, text: str, *, see_protected: bool) -> Hits:
        """The tenancies that `text` may mean, and how closely."""
        found: Hits = {}
        if number := _bare(text):
            for place, begun in self._numbers.beginning_with([number]).items():
                _keep(found, self._tenancies[place], NUMBER_BEGINS if begun else NUMBER)
        for place, begun in self._names.beginning_with(_name_words(text) or _words(text)).items():
            tenancy, is_withheld = self._people[place]
            if see_protected or not is_withheld:
                _keep(found, tenancy, (NAME[0], begun))
        for place, begun in self._places_of(text).items():
            if see_protected or self._tenancies[place] not in self._protected:
                _keep(found, self._tenancies[place], (ADDRESS[0], begun))
        return found

    def _places_of(self, text: str) -> dict[int, int]:
        """By the address as it was typed, and as it is written out: 'nr allé' and 'nørre alle'."""
        found: dict[int, int] = {}
        for words in (_words(normalise_address(text)), _words(text)):
            # A number alone is a floor or a house in every street.
            if any(not word[0].isdigit() for word in words):
                for place, begun in self._places.beginning_with(words).items():
                    found[place] = min(begun, found.get(place, begun))
        return found


def _keep(hits: Hits, tenancy: Tenancy, closeness: tuple[int, int]) -> None:
    hits[tenancy] = min(closeness, hits.get(tenancy, closeness))


class _Words:
    """Which entries hold a word; entries are numbered in the order given."""

    def __init__(self, entries: Iterable[Iterable[str]]) -> None:
        self._entries: dict[str, list[int]] = {}
        for place, words in enumerate(entries):
            for word in dict.fromkeys(words):
                self._entries.setdefault(word, []).append(place)
        self._sorted = sorted(self._entries)

    def beginning_with(self, words: Iterable[str]) -> dict[int, int]:
        """The entries that hold, for each of `words`, one that begins with it; and how many of these go on."""
        found: dict[int, int] | None = None
        for word in words:
            whole = set(self._entries.get(word, ()))
            begun = self._begun(word) if found is None else self._begun(word) & found.keys()
            before = found or {}
            found = {place: before.get(place, 0) + (place not in whole) for place in begun}
        return found or {}

    def _begun(self, word: str) -> set[int]:
        first, last = bisect_left(self._sorted, word), bisect_left(self._sorted, word + chr(0x10FFFF))
        return set(chain.from_iterable(self._entries[each] for each in self._sorted[first:last]))


_WORD = re.compile(r"[^\W_]+")
_TYPED_WITHOUT = str.maketrans({"æ": "ae", "ø": "o", "å": "a"})


def _plain(text: str) -> str:
    """Lower case without accents: 'Søren', 'SOEREN' and 'Soren' alike, 'Åge', 'Aage' and 'Age' alike."""
    return fold_letters(text).translate(_TYPED_WITHOUT)


def _words(text: str) -> list[str]:
    return _WORD.findall(_plain(text))


def _name_words(name: str) -> list[str]:
    return [word for part in name_parts(name) for word in _words(part)]


def _place_words(address: str) -> list[str]:
    return [*_words(normalise_address(address)), *_words(address)] if address else []


def _bare(number: str) -> str:
    """A tenancy number without what stands between its parts."""
    return "".join(_words(number))
