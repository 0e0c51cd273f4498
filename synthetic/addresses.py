"""Made-up homes: estates on believable Danish streets, house numbers, floors and doors, postal codes as districts."""

import numpy as np
import polars as pl

from synthetic.calibration import DWELLINGS
from synthetic.slots import Homes

DISTRICTS = ("6905", "6906", "6908", "6909")
_STEMS = (
    "Birke Elme Ege Lærke Solsikke Rønne Hassel Tjørne Anemone Valmue Svale Mejse Falke Bøge Pile Kløver Viol Tranum"
    " Kirke Skole Mølle Vester Øster Sønder Nørre Bakke Eng Kilde Strand Havne Sømose Hede Humle Kaprifolie Syren Slåen"
)
_ENDINGS = ("vej", "gade", "parken", "vænget", "toften", "allé", "stræde", "bakken")
_HOMES_AN_ESTATE = 70
_FLOORS = ("st.", "1.", "2.", "3.")
_DOORS = ("tv", "mf", "th")


def draw_addresses(rng: np.random.Generator, homes: Homes) -> pl.DataFrame:
    """One row a home: landlord (number), estate, tenancy stem, address, postal_code, dwelling, rooms, size_m2."""
    count = len(homes.landlord)
    within = np.arange(count) - np.searchsorted(homes.landlord, homes.landlord)
    local = within // _HOMES_AN_ESTATE
    _, estate = np.unique(homes.landlord * 10_000 + local, return_inverse=True)
    streets = _streets(rng, estate.max() + 1)
    district = rng.integers(0, len(DISTRICTS), estate.max() + 1)
    size = {"family": 78.0, "youth": 34.0, "elderly": 66.0, "special": 52.0}
    m2 = np.round(np.array([size[name] for name in DWELLINGS])[homes.dwelling] * np.exp(rng.normal(0, 0.16, count)))
    number = within % _HOMES_AN_ESTATE
    return pl.DataFrame(
        {
            "home": np.arange(count),
            "landlord": homes.landlord,
            "estate": [f"Afd. {place + 1}" for place in local],
            "stem": [f"{a + 1:03d}-{b + 1:03d}" for a, b in zip(local, number, strict=True)],
            "address": _within_streets(rng, streets, estate, number),
            "postal_code": np.array(DISTRICTS, dtype=object)[district[estate]],
            "dwelling": np.array(DWELLINGS, dtype=object)[homes.dwelling],
            "rooms": np.clip(np.round(m2 / 28), 1, 6).astype(int),
            "size_m2": m2,
        }
    )


def _streets(rng: np.random.Generator, count: int) -> list[str]:
    """As many street names as there are estates, all different."""
    names = [stem + ending for stem in _STEMS.split() for ending in _ENDINGS]
    order = rng.permutation(len(names))
    rounds = ("", "Gammel ", "Ny ", "Store ", "Lille ")
    every = [(prefix + names[place]).strip() for prefix in rounds for place in order]
    return every[:count]


def _within_streets(rng: np.random.Generator, streets: list[str], estate: np.ndarray, number: np.ndarray) -> list[str]:
    """Row houses in a fifth of the estates, blocks of three or four floors in the others."""
    shapes = rng.choice(3, len(streets), p=[0.2, 0.45, 0.35])
    begins = rng.integers(1, 60, len(streets))
    found = []
    for place, home in zip(estate, number, strict=True):
        street, shape, begin = streets[place], shapes[place], begins[place]
        if shape == 0:
            letter = "ABC"[home % 3] if begin % 4 == 0 else ""
            found.append(f"{street} {begin + 2 * (home // 3 if letter else home)}{letter}")
            continue
        doors = _DOORS if shape == 2 else _DOORS[::2]
        a_house = len(_FLOORS) * len(doors)
        floor, door = _FLOORS[home % a_house // len(doors)], doors[home % len(doors)]
        found.append(f"{street} {begin + 2 * (home // a_house)}, {floor} {door}")
    return found


def elsewhere(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(addresses, postal codes) of made-up detached houses outside the rented homes."""
    stems, endings = np.array(_STEMS.split(), dtype=object), np.array(("lunden", "høj", "dal", "marken"), dtype=object)
    street = rng.choice(stems, count) + rng.choice(endings, count)
    numbers = rng.integers(1, 140, count).astype(str).astype(object)
    return np.asarray(street + " " + numbers), rng.choice(np.array(DISTRICTS, dtype=object), count)
