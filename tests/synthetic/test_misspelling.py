"""How letters are written: wrong at the planted rate, and never beyond recognition."""

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from synthetic.misspelling import misspelt_address, misspelt_name
from warehouse.addresses import normalise_address, parse_address

NAMES = ("Anne Lund Jensen", "Søren Møller", "Fatima Hussein", "Åse Kjær")
ADDRESSES = ("Birkevej 12, 2. th", "Nørregade 3, st. mf", "Store Elmetoften 101B", "Kildestræde 28, 3. tv")


@given(st.integers(0, 2**32), st.sampled_from(ADDRESSES))
def test_the_house_number_survives(seed: int, address: str) -> None:
    written = misspelt_address(np.random.default_rng(seed), address)
    number = re.search(r"\d+", address)
    assert number is not None
    assert number[0] in written


@given(st.integers(0, 2**32), st.sampled_from(NAMES))
def test_a_name_stays_recognisable(seed: int, name: str) -> None:
    written = misspelt_name(np.random.default_rng(seed), name)
    letters = set(name.lower())
    assert len(letters & set(written.lower())) >= 0.5 * len(letters)
    assert written[:1].strip()


def test_one_address_in_six_to_ten_differs_after_normalising() -> None:
    rng = np.random.default_rng(1)
    wrong = [
        normalise_address(misspelt_address(rng, address)) != normalise_address(address) for address in ADDRESSES * 500
    ]
    assert 0.06 < np.mean(wrong) < 0.15


def test_one_name_in_ten_to_seven_has_a_slip() -> None:
    rng = np.random.default_rng(1)
    wrong = [
        misspelt_name(rng, "Søren Møller") not in ("Søren Møller", "Møller, Søren", "S. Møller") for _ in range(3000)
    ]
    assert 0.10 < np.mean(wrong) < 0.15


def test_a_middle_name_is_often_missing() -> None:
    rng = np.random.default_rng(1)
    short = [misspelt_name(rng, "Anne Lund Jensen") == "Anne Jensen" for _ in range(3000)]
    assert 0.25 < np.mean(short) < 0.35


def test_floor_and_door_are_written_in_many_ways_that_mean_the_same() -> None:
    rng = np.random.default_rng(1)
    written = {misspelt_address(rng, "Birkevej 12, 2. th") for _ in range(500)}
    same = {text for text in written if parse_address(text) == parse_address("Birkevej 12, 2. th")}
    assert len(same) >= 5
