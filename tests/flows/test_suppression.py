"""No small count is told, and none can be worked out from the sum and what is told."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from flows.suppression import FEWEST_TOLD, told_counts


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_from_the_sum_and_what_is_told_no_small_count_follows(counts: list[int]) -> None:
    told = told_counts(counts)
    hidden = [place for place, count in enumerate(told) if count is None]
    assert all(told[place] in (None, count) for place, count in enumerate(counts))
    assert not [count for count in told if count is not None and 0 < count < FEWEST_TOLD]
    if hidden and len(hidden) < len(counts):
        assert len(hidden) >= 2 or not any(told)
        assert sum(counts[place] for place in hidden) >= FEWEST_TOLD


def test_a_lone_small_count_takes_its_smallest_neighbour_along() -> None:
    assert told_counts([40, 3, 12, 9]) == [40, None, 12, None]
    assert told_counts([1, 1, 2, 50, 8]) == [None, None, None, 50, None]
    assert told_counts([0, 7, 9]) == [0, 7, 9]
    assert told_counts([0, 1, 1]) == [None, None, None]


def test_every_hidden_count_could_have_been_another() -> None:
    """Given the sum, what is told, and that whatever was hidden first is small, each hidden count may be another.

    Not held: that nobody can reason about which neighbour was taken along.
    """
    for counts in product(range(9), repeat=3):
        told = told_counts(counts)
        places = [place for place, count in enumerate(told) if count is None]
        hidden = [counts[place] for place in places]
        for place, own in zip(places, hidden, strict=True):
            others = len(hidden) - 1
            most = sum(hidden) - others if max(hidden) >= FEWEST_TOLD or len(places) == 3 else FEWEST_TOLD - 1
            possible = {n for n in range(1, most + 1) if others <= sum(hidden) - n <= others * most}
            assert own == 0 or len(possible) > 1 or len(places) == 3, (counts, place)
