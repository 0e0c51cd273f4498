"""How people write names and addresses in letters: mostly right, sometimes not."""

import re

import numpy as np

WRONG_SHARE = 0.13
"""Of names, and of addresses, that carry a slip of the pen (10-15 % is what case workers tell; an assumption)."""
_ENDINGS = {"vej": "vj.", "gade": "gd.", "allé": "alle", "stræde": "str.", "parken": "park."}
_FLOOR_FORMS = ("{floor}. {door}", "{floor}.{door}.", "{floor}, {door}", "{floor} {door}", "{floor}. sal, {door}.")
_LETTERS = "abdefghiklmnoprstuvæøå"
_ALIKE = {"æ": "ae", "ø": "oe", "å": "aa", "c": "k", "k": "c", "th": "t", "ph": "f", "w": "v", "ll": "l", "nn": "n"}


def misspelt_name(rng: np.random.Generator, name: str) -> str:
    """The name as somebody wrote it: a middle name often missing, sometimes a slip."""
    parts = name.split()
    if len(parts) > 2 and rng.random() < 0.35:
        parts = [parts[0], parts[-1]]
    if rng.random() < 0.04:
        parts[0] = parts[0][0] + "."
    written = " ".join(parts)
    if rng.random() < WRONG_SHARE:
        written = _slip(rng, written)
    return f"{parts[-1]}, {' '.join(parts[:-1])}" if rng.random() < 0.03 else written


def misspelt_address(rng: np.random.Generator, address: str) -> str:
    """The address as somebody wrote it: floor and door in many forms, sometimes an abbreviation, a slip or no door."""
    street, _, within = address.partition(", ")
    if rng.random() < WRONG_SHARE:
        street = _abbreviated(street) if rng.random() < 0.5 else _slip(rng, street)
    if not within:
        return street
    floor, door = within.replace(".", "").split()
    if rng.random() < 0.02:
        return street
    floor = "stuen" if floor == "st" and rng.random() < 0.2 else floor
    form = _FLOOR_FORMS[rng.choice(len(_FLOOR_FORMS), p=[0.6, 0.12, 0.1, 0.1, 0.08])]
    return f"{street}, {form.format(floor=floor, door=door)}".replace("stuen. sal", "stuen").replace("st. sal", "st.")


def _abbreviated(street: str) -> str:
    for ending, short in _ENDINGS.items():
        changed = re.sub(rf"{ending}(?= \d)", short, street)
        if changed != street:
            return changed
    return street.lower()


def _slip(rng: np.random.Generator, text: str) -> str:
    """One slip among the letters: one left out, doubled, swapped, replaced, or written as it sounds."""
    letters = [place for place, letter in enumerate(text) if letter.isalpha() and place > 0]
    at = int(rng.choice(letters))
    kind = rng.integers(0, 5)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and at + 1 < len(text) and text[at + 1].isalpha():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 3:
        return text[:at] + str(rng.choice(list(_LETTERS))) + text[at + 1 :]
    for written, heard in _ALIKE.items():
        if written in text[1:]:
            return text[0] + text[1:].replace(written, heard, 1)
    return text[:at] + text[at + 1 :]
