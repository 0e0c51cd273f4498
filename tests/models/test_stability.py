"""The overlap of lists: 1 for the same list, its share of places where they differ, and no free points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stability import SEED_STEP, list_stability, other_seeds, overlap

SCORES = np.arange(10, dtype=np.float64)


def test_the_same_list_overlaps_wholly_and_the_turned_one_not_at_all() -> None:
    assert list_stability([SCORES, SCORES, SCORES], [3, 5]).overlap_at == {3: 1.0, 5: 1.0}
    assert list_stability([SCORES, -SCORES], [3]).overlap == 0.0


def test_the_mean_is_over_every_pair() -> None:
    assert list_stability([SCORES, SCORES, -SCORES], [3]).overlap == pytest.approx(1 / 3)


def test_a_list_that_takes_everybody_says_nothing() -> None:
    found = list_stability([SCORES, -SCORES], [10, 50])
    assert found.overlap_at == {}
    assert found.overlap == 1.0


def test_two_of_three_places_in_common() -> None:
    swapped = SCORES.copy()
    swapped[[7, 6]] = swapped[[6, 7]]
    assert overlap(SCORES, swapped, 3) == pytest.approx(2 / 3)
    assert overlap(SCORES[:0], SCORES[:0], 3) is None
    assert overlap(SCORES, -SCORES, 50) == 1.0


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=30), st.integers(1, 29), st.randoms(use_true_random=False))
def test_an_overlap_is_a_share_and_the_same_both_ways(values: list[float], k: int, lot: object) -> None:
    first = np.array(values)
    second = np.array(sorted(values, key=lambda _: lot.random()))  # type: ignore[attr-defined]
    there, back = overlap(first, second, k), overlap(second, first, k)
    assert there == back
    assert there is not None
    assert 0 <= there <= 1


def test_the_seeds_that_are_compared_lie_far_apart() -> None:
    assert other_seeds(7) == [7 + SEED_STEP, 7 + 2 * SEED_STEP]
