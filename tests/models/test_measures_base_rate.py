"""A collapse of the base rate is named where it halved beyond chance, and nowhere else."""

from datetime import date

import pytest

from models.measures_base_rate import BaseRate, collapses


def _rates(*counts: tuple[int, int]) -> list[BaseRate]:
    return [BaseRate(date(2004 + place, 1, 2), had, of) for place, (had, of) in enumerate(counts)]


def test_the_cut_off_after_the_fall_is_named_with_the_one_before_it() -> None:
    rates = _rates((4_100, 8_600), (3_900, 8_000), (24, 8_000), (3_900, 7_300))
    assert collapses(rates) == [(rates[1], rates[2])]
    assert collapses(rates[::-1]) == [(rates[1], rates[2])]


def test_no_positive_at_all_is_a_collapse() -> None:
    assert len(collapses(_rates((400, 1_000), (0, 1_000)))) == 1


@pytest.mark.parametrize(
    "counts",
    [
        ((400, 1_000), (210, 1_000)),  # more than half
        ((400, 1_000), (190, 1_000)),  # under half, but chance may have done it
        ((5, 1_000), (1, 1_000)),
        ((0, 1_000), (0, 1_000)),
        ((400, 1_000), (0, 0)),
        ((100, 1_000), (400, 1_000)),
    ],
)
def test_what_is_no_fall_under_half_or_may_be_chance_is_not_named(counts: tuple[tuple[int, int], ...]) -> None:
    assert collapses(_rates(*counts)) == []


def test_a_cut_off_without_rows_has_the_share_0() -> None:
    assert BaseRate(date(2004, 1, 2), 0, 0).share == 0.0
