"""Profiles and drift: bins that any two nights share, nothing of a single tenancy, and no alarm for a season."""

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.drift import FEWEST_MONTHS, drifted
from monitoring.expected import expected_recall
from monitoring.profiles import DRIFTED, UNKNOWN_BIN, profile, stability

DAY = date(2026, 1, 1)


def _profile(values: list[float | None]) -> pl.DataFrame:
    return profile(pl.DataFrame({"x": pl.Series(values, dtype=pl.Float64)}), ["x"])


def _month(seed: int, middle: float = 1000.0) -> pl.DataFrame:
    return _profile(np.random.default_rng(seed).lognormal(np.log(middle), 0.5, 4000).tolist())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e7, 1e7)), max_size=60))
def test_counts_come_in_fives_and_one_tenancy_more_is_seldom_seen(values: list[float | None]) -> None:
    told = _profile(values)
    assert all(count % 5 == 0 and count > 0 for count in told["count"])
    assert _profile(values * 5)["count"].sum() == 5 * len(values), "nobody is lost where nothing is rounded"


def test_signs_zero_and_not_known_are_bins_of_their_own() -> None:
    told = _profile([0.0] * 10 + [None] * 10 + [3.0] * 10 + [-3.0] * 10)
    assert told.height == 4
    assert UNKNOWN_BIN in told["bin"].to_list()


def test_the_same_people_have_no_distance_and_other_units_a_large_one() -> None:
    assert stability(_month(1), _month(1)) == {"x": 0.0}
    assert stability(_month(1), _month(2))["x"] < 0.01
    assert stability(_month(1, 100_000.0), _month(2))["x"] > 2
    assert stability(_month(1), profile(pl.DataFrame({"y": [1.0]}), ["y"])) == {}


def test_drift_is_what_stays_unlike_every_month_of_a_year() -> None:
    quiet = [_month(seed) for seed in range(14)]
    assert drifted(quiet, quiet[0]) == {}
    moved = [*quiet, _month(20, 4000.0)]
    assert drifted(moved, quiet[0]) == {}, "one month may be a swing"
    lasting = drifted([*moved, _month(21, 4000.0), _month(22, 4000.0)], quiet[0])
    assert list(lasting) == ["x"]
    assert lasting["x"] > DRIFTED


def test_a_season_that_comes_back_is_no_drift() -> None:
    year = [_month(seed, 4000.0 if seed % 12 in (10, 11) else 1000.0) for seed in range(24)]
    assert drifted(year, year[0]) == {}
    assert drifted(year[:FEWEST_MONTHS], year[0]) == {}


def test_a_list_is_expected_to_find_the_share_of_chances_that_it_holds() -> None:
    chances = np.array([0.5] * 20 + [0.01] * 1000)
    listed = np.array([True] * 20 + [False] * 1000)
    recall, low, high = expected_recall(chances, listed)
    assert recall == 0.5
    assert 0.2 < low < 0.5 < high < 0.8
    assert np.isnan(expected_recall(np.zeros(3), np.array([True, False, False]))[0])
