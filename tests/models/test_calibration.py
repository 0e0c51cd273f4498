"""Calibration: rising, in (0, 1), right on average, and cautious with few positives."""

import numpy as np
import pytest

from models.calibration import POSITIVES_FOR_ISOTONIC, UNCALIBRATED, calibrate, logistic


def _made(rows: int, shift: float, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    raw = generator.normal(size=rows) * 2
    return raw, generator.random(rows) < logistic(shift + slope * raw)


@pytest.mark.parametrize(("rows", "shift", "method"), [(400, -2.5, "logistic"), (6000, -1.5, "isotonic")])
def test_the_mean_is_that_of_the_outcomes_and_the_order_that_of_the_scores(
    rows: int, shift: float, method: str
) -> None:
    raw, outcomes = _made(rows, shift, 0.8)
    calibration = calibrate(raw, outcomes)
    given = calibration.probabilities(raw)
    assert calibration.method == method
    assert given.mean() == pytest.approx(outcomes.mean(), rel=0.05)
    assert np.array_equal(np.argsort(given, kind="stable"), np.argsort(raw, kind="stable"))
    assert 0 < given.min() < given.max() < 1


def test_the_planted_curve_is_recovered() -> None:
    raw, outcomes = _made(20_000, -1.0, 0.7)
    given = calibrate(raw, outcomes).probabilities(np.array([-2.0, 0.0, 2.0]))
    assert given == pytest.approx(logistic(-1.0 + 0.7 * np.array([-2.0, 0.0, 2.0])), abs=0.05)


@pytest.mark.parametrize("positives", [0, 3])
def test_a_curve_that_would_fall_is_not_used(positives: int) -> None:
    raw = np.linspace(-3, 3, 300)
    outcomes = np.arange(300) < positives  # the lowest scores
    calibration = calibrate(raw, outcomes)
    given = calibration.probabilities(raw)
    assert (np.diff(given) > 0).all()
    assert given.mean() == pytest.approx((positives + 0.5) / 301, rel=1e-6)


def test_one_score_for_all_gives_the_share() -> None:
    given = calibrate(np.zeros(100), np.arange(100) < 20).probabilities(np.zeros(2))
    assert given == pytest.approx([20.5 / 101] * 2)


def test_isotonic_needs_many_positives_and_uncalibrated_is_the_raw_score_itself() -> None:
    raw, outcomes = _made(20_000, -6.0, 0.5)
    assert outcomes.sum() < POSITIVES_FOR_ISOTONIC
    assert calibrate(raw, outcomes).method == "logistic"
    assert UNCALIBRATED.probabilities(np.array([-800.0, 0.0, 1.5])) == pytest.approx(
        [0.0, 0.5, float(logistic(np.array(1.5)))]
    )
