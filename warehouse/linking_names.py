"""Names as letters and landlords write them, brought to one form that can be compared part by part."""

import re

from warehouse.danish_letters import fold_letters

_PROTECTED = re.compile(r"adressebeskyt|navnebeskyt|navne-?\s*og\b.*beskyt|^\s*beskyttet\b")
# Words that stand before a name without being part of it: titles, care-of, the estate of a deceased person.
_TITLES = ("hr", "fru", "frk", "dr", "att", "boet", "dødsboet", "efter", "v", "co")
_NOT_A_NAME = frozenset(fold_letters(word) for word in _TITLES)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def is_protected(name: str) -> bool:
    """Whether `name` is the text that registers put in place of a protected name."""
    return _PROTECTED.search(fold_letters(name)) is not None


def name_parts(name: str | None) -> list[str]:
    """The parts of a name in order, lower case: 'Hansen, Jens-Peter' and 'Jens Peter HANSEN' alike.

    A protected or missing name has no parts, so that it can never match by name.
    """
    if name is None or is_protected(name):
        return []
    last, comma, first = fold_letters(name).partition(",")
    written = first + " " + last if comma and first.strip() else last
    return [part for part in _WORD.findall(written) if part not in _NOT_A_NAME]
