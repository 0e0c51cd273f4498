"""The difference that a lot made: what a reader can work out by hand, and what holds whatever the lots."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.risk_difference import Share, Trial, difference, ratio, share
from warehouse.errors import ModelError


def _trial(drawn: list[bool], chance: list[float] | float = 0.5, tenancy=None, stratum=None) -> Trial:
    count = len(drawn)
    return Trial(
        np.array(drawn),
        np.broadcast_to(np.array(chance, dtype=float), (count,)).copy(),
        np.arange(count) if tenancy is None else np.array(tenancy),
        np.zeros(count, dtype=int) if stratum is None else np.array(stratum),
    )


def _shares(trial: Trial, happened) -> tuple[Share, Share]:
    flags = np.array(happened, dtype=float)
    return share(trial, flags, drawn=True), share(trial, flags, drawn=False)


def test_the_interval_is_the_published_one() -> None:
    # Newcombe 1998 (Statistics in Medicine 17:873-890), table II, method 10.
    for (a, m, b, n), (low, high) in {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (0, 10, 0, 20): (-0.1611, 0.2775),
    }.items():
        happened = [1] * a + [0] * (m - a) + [1] * b + [0] * (n - b)
        found = difference(*_shares(_trial([True] * m + [False] * n), happened))
        assert found == pytest.approx((a / m - b / n, low, high), abs=1e-4)


def test_a_row_counts_for_those_it_stands_for() -> None:
    # Two of the drawn had one chance in five, two had four in five: the first stand for four times as many.
    trial = _trial([True, True, True, True, False, False], [0.2, 0.2, 0.8, 0.8, 0.5, 0.5])
    drawn, passed_over = _shares(trial, [1, 1, 0, 0, 1, 0])
    assert drawn.value == pytest.approx(10 / 12.5)
    assert passed_over.value == 0.5


def test_strata_count_by_their_size_and_not_by_how_many_the_lot_took_of_each() -> None:
    # Six rows in one stratum, two in the other; within each the difference is by hand 1/3 - 2/3 and 1 - 0.
    trial = _trial([True] * 3 + [False] * 3 + [True, False], stratum=[0] * 6 + [1, 1])
    ours, theirs = _shares(trial, [1, 0, 0, 1, 1, 0, 1, 0])
    assert ours.value - theirs.value == pytest.approx(6 / 8 * (1 / 3 - 2 / 3) + 2 / 8 * 1)


def test_a_tenancy_that_was_drawn_twice_is_one_tenancy() -> None:
    happened = [1, 0, 1, 0, 1, 1, 0, 0]
    once = _shares(_trial([True] * 4 + [False] * 4), happened)
    # The same rows, each twice: no more is known than before.
    twice = _shares(_trial(([True] * 4 + [False] * 4) * 2, tenancy=list(range(8)) * 2), happened * 2)
    assert difference(*twice) == pytest.approx(difference(*once))


lots = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 2)), min_size=8, max_size=60).filter(
    lambda rows: 2 <= sum(drawn for drawn, _, _ in rows) <= len(rows) - 2
)


@given(lots, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_rows_says_nothing_and_the_sides_mirror_each_other(rows, shuffler) -> None:
    drawn, happened, _ = zip(*rows, strict=True)
    found = difference(*_shares(_trial(list(drawn)), happened))
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    again = difference(*_shares(_trial([drawn[i] for i in order]), [happened[i] for i in order]))
    assert again == pytest.approx(found)
    value, low, high = difference(*_shares(_trial([not one for one in drawn]), happened))
    assert (-value, -high, -low) == pytest.approx(found)
    assert -1 <= found[1] <= found[0] <= found[2] <= 1


def test_a_share_of_one_by_a_rounding_is_a_share_of_one() -> None:
    """Weights of a third each sum to 1 less a rounding; the interval is that of three of three."""
    exact = Share(1.0, np.zeros(3), 3.0)
    rounded = Share(1.0 - 2.2e-16, np.full(3, 1e-17), 3.0)
    assert rounded.interval == pytest.approx(exact.interval)


def test_the_ratio_is_by_hand_and_says_nothing_where_the_lot_changed_nothing() -> None:
    drawn = [True] * 400 + [False] * 400
    happened = [1] * 40 + [0] * 360 + [1] * 80 + [0] * 320
    helped = [0] * 200 + [1] * 200 + [0] * 400
    trial = _trial(drawn)
    found = ratio(_shares(trial, happened), _shares(trial, helped))
    assert found is not None
    value, low, high = found
    # Ten in a hundred fewer, and fifty in a hundred more reached and agreed: twenty fewer a hundred of those.
    assert value == pytest.approx(-0.10 / 0.50)
    assert low < value < high < 0
    assert ratio(_shares(trial, happened), _shares(trial, [1, 0] * 400)) is None


def test_a_chance_that_was_none_is_refused() -> None:
    with pytest.raises(ModelError, match="chance of being drawn between 0 and 1"):
        _trial([True, False], [1.0, 0.5])


def test_no_effect_is_inside_the_interval_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(1000):
        risk = rng.beta(1, 9, 240)
        drawn = rng.permutation(np.arange(240) < 120)
        stratum = (risk > 0.1).astype(int)
        trial = Trial(drawn, np.full(240, 0.5), np.arange(240), stratum)
        _, low, high = difference(*_shares(trial, rng.random(240) < risk))
        held += low <= 0 <= high
    # 950 expected; three standard deviations either way are 21.
    assert 929 <= held <= 976
