"""Ranking measures: exact under ties (against every order there is), in range, and the same whatever the row order."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest

from models.measures import (
    MEASURES,
    Measure,
    average_precision,
    blocks,
    brier,
    brier_of_base_rate,
    found_at,
    precision_at,
)

EVERY = list(MEASURES.values())


def _made(seed: int, rows: int = 60, levels: int = 7) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    outcomes = generator.random(rows) < 0.3
    return (generator.integers(0, levels, rows) + outcomes).astype(float), outcomes


@pytest.mark.parametrize("k", [0, 1, 2, 3, 4, 5, 9])
def test_ties_are_exact_against_every_order_there_is(k: int) -> None:
    scores, outcomes = np.array([3.0, 2, 2, 2, 1]), np.array([False, True, False, True, True])
    found = []
    for order in permutations(range(5)):
        if (np.diff(scores[list(order)]) <= 0).all():
            found.append(int(outcomes[list(order)][:k].sum()))
    at = found_at(blocks(scores, outcomes).curve(), k)
    assert at.expected == pytest.approx(np.mean(found))
    assert (at.worst, at.best) == (min(found), max(found))


@pytest.mark.parametrize("measure", EVERY, ids=lambda m: m.name)
@pytest.mark.parametrize("seed", range(5))
def test_a_measure_is_in_its_range_and_blind_to_the_order_of_rows(measure: Measure, seed: int) -> None:
    scores, outcomes = _made(seed)
    value = measure.of(blocks(scores, outcomes).curve(), 10)
    shuffled = np.random.default_rng(seed + 100).permutation(60)
    assert measure.of(blocks(scores[shuffled], outcomes[shuffled]).curve(), 10) == pytest.approx(value, abs=1e-12)
    assert measure.lowest <= value <= measure.highest


@pytest.mark.parametrize("measure", EVERY, ids=lambda m: m.name)
def test_the_true_order_is_better_than_none_and_none_better_than_the_reverse(measure: Measure) -> None:
    outcomes = np.arange(60) < 12
    orders = (outcomes * 1.0, np.zeros(60), np.arange(60.0))
    best, none, worst = (measure.of(blocks(scores, outcomes).curve(), 10) for scores in orders)
    assert measure.better * best > measure.better * none > measure.better * worst


@pytest.mark.parametrize("measure", EVERY, ids=lambda m: m.name)
def test_nothing_to_measure_is_not_a_number(measure: Measure) -> None:
    nobody = blocks(np.zeros(0), np.zeros(0, dtype=bool)).curve()
    no_positive = blocks(np.arange(5.0), np.zeros(5, dtype=bool)).curve()
    assert np.isnan(measure.of(nobody, 5))
    assert np.isnan(measure.of(no_positive, 5)) or measure.name.startswith("precision")


@pytest.mark.parametrize("measure", EVERY, ids=lambda m: m.name)
def test_a_weight_of_two_is_a_row_twice(measure: Measure) -> None:
    scores, outcomes = _made(8)
    weights = np.random.default_rng(9).integers(0, 3, 60)
    weighed = blocks(scores, outcomes).curve(weights.astype(float))
    repeated = blocks(np.repeat(scores, weights), np.repeat(outcomes, weights)).curve()
    assert measure.of(weighed, 10) == pytest.approx(measure.of(repeated, 10))


@pytest.mark.parametrize("seed", range(3))
def test_areas_are_those_of_scikit_learn(seed: int) -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics")
    scores, outcomes = _made(seed)
    curve = blocks(scores, outcomes).curve()
    assert MEASURES["auc"].of(curve, 0) == pytest.approx(metrics.roc_auc_score(outcomes, scores))
    assert average_precision(curve) == pytest.approx(metrics.average_precision_score(outcomes, scores))


def test_drawing_at_random_finds_the_base_rate() -> None:
    outcomes = np.arange(200) < 30
    assert precision_at(blocks(np.ones(200), outcomes).curve(), 17) == pytest.approx(0.15)


def test_who_is_not_known_at_all_comes_last_and_ties() -> None:
    scores = np.array([-np.inf, 1.0, -np.inf])
    assert found_at(blocks(scores, np.array([True, False, False])).curve(), 2).expected == pytest.approx(0.5)


def test_brier_of_the_base_rate_is_its_variance() -> None:
    outcomes = np.arange(10) < 3
    assert brier_of_base_rate(outcomes) == pytest.approx(0.21)
    assert brier(np.full(10, 0.3), outcomes) == pytest.approx(0.21)
    assert brier(outcomes * 1.0, outcomes) == 0
    assert np.isnan(brier(np.zeros(0), np.zeros(0, dtype=bool)))
