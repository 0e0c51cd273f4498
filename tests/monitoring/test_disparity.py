"""A group that is missed more often is said to be, one that is not is not, and nothing small is told."""

import numpy as np
import polars as pl
import pytest

from benchmarks.unfairness import looked_at
from monitoring.disparity import disparities

KEY = ("landlord", "tenancy_no")


def _rows(seed: int, share_a: float, share_b: float, size: int = 400) -> pl.DataFrame:
    drawn = np.random.default_rng(seed)
    frames = []
    for group, share in (("a", share_a), ("b", share_b)):
        found = drawn.random(size) < share
        tenancies = [f"{group}{n}" for n in range(size)]
        frames.append(pl.DataFrame({"landlord": "x", "tenancy_no": tenancies, "sex": group, "hit": found}))
    return pl.concat(frames)


def test_a_planted_difference_is_shown_and_no_difference_is_not() -> None:
    (found,) = disparities(_rows(1, 0.2, 0.5), {"sex": "b"}, key=KEY)
    assert found.verdict == "differs"
    assert found.low < found.ratio < found.high < 1
    (alike,) = disparities(_rows(2, 0.5, 0.5), {"sex": "b"}, key=KEY)
    assert alike.verdict == "cannot_be_told"
    assert alike.low < 1 < alike.high


def test_the_same_tenancy_in_many_months_is_one_witness_and_not_many() -> None:
    once = _rows(3, 0.35, 0.5, 100)
    often = pl.concat([once] * 12)
    (first,), (repeated,) = (disparities(rows, {"sex": "b"}, key=KEY) for rows in (once, often))
    assert repeated.ratio == pytest.approx(first.ratio)
    assert (repeated.low, repeated.high) == pytest.approx((first.low, first.high))


def test_a_landlord_is_part_of_the_key_and_a_group_too() -> None:
    rows = _rows(4, 0.2, 0.5).with_columns(
        landlord=pl.when(pl.col("sex") == "a").then(pl.lit("x")).otherwise(pl.lit("y"))
    )
    told = disparities(rows, {"sex": "b", "landlord": None}, key=KEY)
    assert {(one.attribute, one.group) for one in told} == {("landlord", "x"), ("landlord", "y"), ("sex", "a")}


def test_a_small_group_is_not_told_and_one_with_few_in_need_gets_no_verdict() -> None:
    rows = pl.concat([_rows(5, 0.5, 0.5), _rows(6, 0.5, 0.5, 3).with_columns(sex=pl.lit("c"))])
    assert {one.group for one in disparities(rows, {"sex": "b"}, key=KEY)} <= {"a"}
    sized = pl.concat([_rows(7, 0.5, 0.5), _rows(8, 1.0, 1.0, 4).with_columns(sex=pl.lit("d"))])
    (few,) = [one for one in disparities(sized, {"sex": "b"}, key=KEY) if one.group == "d"]
    assert few.verdict == "too_few"
    assert np.isnan(few.ratio)


@pytest.mark.parametrize("seed", range(3))
def test_worlds_with_and_without_planted_unfairness_are_told_apart(seed: int) -> None:
    planted = [one for one in looked_at((seed, True)) if one.verdict == "differs"]
    assert ("group", "a") in {(one.attribute, one.group) for one in planted}
    assert all(one.verdict != "differs" for one in looked_at((seed, False)))
