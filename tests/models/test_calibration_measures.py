"""True probabilities have intercept 0 and slope 1; what is too high, too extreme or wrong in a group is seen."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from models.bootstrap import HeldOut
from models.calibration import logistic
from models.calibration_measures import (
    calibration_table,
    decomposed,
    in_top_tenth,
    observed_over_expected,
    recalibration,
    reliability,
)
from models.held_out import STATES


def _true(seed: int, rows: int = 4_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log odds, and outcomes drawn with just these."""
    generator = np.random.default_rng(seed)
    odds = generator.normal(-2.5, 1.2, rows)
    return odds, logistic(odds), generator.random(rows) < logistic(odds)


def test_true_probabilities_have_intercept_0_and_slope_1_within_their_intervals() -> None:
    found = [recalibration(given, came) for _, given, came in (_true(seed) for seed in range(60))]
    assert np.mean([each.intercept.value for each in found]) == pytest.approx(0, abs=0.03)
    assert np.mean([each.slope.value for each in found]) == pytest.approx(1, abs=0.03)
    assert 50 <= sum(each.intercept.low <= 0 <= each.intercept.high for each in found) < 60
    assert 50 <= sum(each.slope.low <= 1 <= each.slope.high for each in found) < 60


def test_what_was_done_to_the_probabilities_is_what_is_found() -> None:
    odds, _, came = _true(1, 40_000)
    shifted, extreme = recalibration(logistic(odds + 0.7), came), recalibration(logistic(2 * odds), came)
    assert shifted.intercept.value == pytest.approx(-0.7, abs=0.05)
    assert shifted.slope.value == pytest.approx(1, abs=0.05)
    assert extreme.slope.value == pytest.approx(0.5, abs=0.03)


def test_repeated_rows_of_a_tenancy_do_not_narrow_the_interval() -> None:
    _, given, came = _true(2)
    once = recalibration(given, came, np.arange(given.size))
    thrice = recalibration(np.tile(given, 3), np.tile(came, 3), np.tile(np.arange(given.size), 3))
    assert (thrice.slope.low, thrice.slope.high) == pytest.approx((once.slope.low, once.slope.high))


@pytest.mark.parametrize(
    ("given", "came"),
    [
        (np.array([0.1, 0.2, 0.3]), np.zeros(3, dtype=bool)),
        (np.array([]), np.zeros(0, dtype=bool)),
        (np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True])),
        (np.full(4, 0.5), np.array([False, True, False, True])),
    ],
    ids=["no positive", "nobody", "parted perfectly", "all equal"],
)
def test_a_slope_that_cannot_be_known_is_not_a_number(given: np.ndarray, came: np.ndarray) -> None:
    assert np.isnan(recalibration(given, came).slope.value)


def test_the_ratio_has_garwoods_interval_and_alarms_outside_it() -> None:
    """10 observed: 4.795 to 18.39 (Garwood 1936)."""
    came = np.arange(1_000) < 10
    found, off = observed_over_expected(np.full(1_000, 0.01), came)
    assert (found.value, found.low, found.high) == pytest.approx((1.0, 0.4795, 1.839), rel=1e-3)
    assert not off
    assert observed_over_expected(np.full(1_000, 0.02), came)[1]
    assert observed_over_expected(np.full(1_000, 0.004), came)[1]


def test_nothing_observed_still_has_an_upper_end() -> None:
    found, off = observed_over_expected(np.full(100, 0.02), np.zeros(100, dtype=bool))
    assert (found.value, found.low, found.high) == pytest.approx((0, 0, 3.689 / 2), rel=1e-3)
    assert not off
    assert np.isnan(observed_over_expected(np.zeros(0), np.zeros(0, dtype=bool))[0].value)


def test_one_story_told_at_six_cut_offs_is_one_story() -> None:
    given, came, who = np.full(600, 0.05), np.arange(600) % 100 < 5, np.arange(600) % 100
    naive, _ = observed_over_expected(given, came)
    found, _ = observed_over_expected(given, came, who)
    one, _ = observed_over_expected(given[:100], came[:100])
    assert found.value == naive.value
    assert (found.low, found.high) == pytest.approx((one.low, one.high))


def test_the_parts_of_the_brier_score_add_up() -> None:
    _, given, came = _true(3)
    parts = decomposed(given, came)
    assert parts.brier == pytest.approx(parts.reliability - parts.resolution + parts.uncertainty + parts.within)
    assert parts.uncertainty == pytest.approx(came.mean() * (1 - came.mean()))
    assert parts.reliability < 0.001 < parts.resolution
    assert parts.brier < parts.uncertainty
    flat = decomposed(np.full(came.size, came.mean()), came)
    assert (flat.reliability, flat.resolution, flat.within) == pytest.approx((0, 0, 0), abs=1e-12)


def test_bins_hold_about_equally_many_and_do_not_part_equals() -> None:
    _, given, came = _true(4)
    table = reliability(given, came)
    assert table["rows"].to_list() == [400] * 10
    assert (table["low"] <= table["observed_share"]).all()
    assert (table["observed_share"] <= table["high"]).all()
    order = np.random.default_rng(0).permutation(given.size)
    rounded = np.round(given, 1)
    assert reliability(rounded[order], came[order]).equals(reliability(rounded, came))
    assert reliability(rounded, came)["rows"].sum() == came.size


def _cut_offs(wrong: float = 0.0) -> list[HeldOut]:
    """Two cut-offs; the probabilities of group B are lowered by `wrong` log odds; a tenth has no known outcome."""
    cells = []
    for seed in (5, 6):
        odds, _, came = _true(seed)
        group = np.where(np.arange(came.size) % 3 == 0, "B", "A")
        states = np.where(came, STATES.index("positive"), STATES.index("negative"))
        states[::10] = STATES.index("treated")
        scores = {"model": logistic(odds - wrong * (group == "B"))}
        positive = states == STATES.index("positive")
        day = date(2025, seed, 1)
        cells.append(HeldOut(day, np.arange(came.size), positive, scores, states, {"landlord": group}))
    return cells


def test_the_table_has_all_the_top_tenth_each_cut_off_and_each_group() -> None:
    table = calibration_table(_cut_offs(), "model")
    parts = table.select("as_of", "part").rows()
    assert parts[:2] == [(None, "all"), (None, "top_tenth")]
    assert (date(2025, 6, 1), "top_tenth") in parts
    assert parts[-2:] == [(None, "landlord=A"), (None, "landlord=B")]
    rows = dict(table.filter(pl.col("as_of").is_null()).select("part", "rows").iter_rows())
    assert rows == {"all": 7_200, "top_tenth": 720, "landlord=A": 4_800, "landlord=B": 2_400}
    assert not table.filter(pl.col("as_of").is_null())["off"].any()


def test_a_group_whose_probabilities_are_wrong_is_seen_and_the_other_is_not_blamed() -> None:
    table = calibration_table(_cut_offs(1.0), "model")
    found = {row["part"]: row for row in table.filter(pl.col("as_of").is_null()).iter_rows(named=True)}
    assert found["landlord=B"]["off"]
    assert found["landlord=B"]["intercept_low"] > 0.5
    assert found["landlord=B"]["judged"]
    assert not found["landlord=A"]["off"]


def test_of_a_tie_that_the_top_tenth_cuts_all_rows_are_in_it() -> None:
    scores = np.r_[np.full(15, 0.5), np.full(85, 0.1)]
    one = HeldOut(date(2025, 1, 1), np.arange(100), scores > 0.4, {"model": scores})
    assert in_top_tenth([one], "model").sum() == 15
