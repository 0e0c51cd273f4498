"""Intervals: by tenancy, paired, repeatable, and wide enough."""

from datetime import date

import numpy as np
import pytest

from models.bootstrap import Cell, HeldOut, cells_of, estimate

AUC = "auc"


def _tested(seed: int, rows: int = 300, share: float = 0.2, copies: int = 1) -> list[HeldOut]:
    generator = np.random.default_rng(seed)
    outcomes = generator.random(rows) < share
    good = generator.normal(size=rows) + 1.2 * outcomes
    scores = {"good": good, "same": good.copy(), "coin": generator.normal(size=rows)}
    return [HeldOut(date(2025, 1 + i, 1), np.arange(rows), outcomes, scores) for i in range(copies)]


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    first, again, other = (estimate(_tested(1), [20], seed=seed, draws=30) for seed in (5, 5, 6))
    assert np.array_equal(first.draws, again.draws)
    assert not np.array_equal(first.draws, other.draws)
    assert np.array_equal(first.values, other.values)


def test_a_ranker_is_no_better_than_itself_and_better_than_a_coin() -> None:
    found = estimate(_tested(1, copies=2), [20], seed=0, draws=100)
    same = found.mean([Cell("good", AUC, None)], [Cell("same", AUC, None)])
    gain = found.mean([Cell("good", AUC, None)], [Cell("coin", AUC, None)])
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert 0 < gain.low < gain.value < gain.high


def test_a_tenancy_seen_at_three_cut_offs_is_no_three_tenancies() -> None:
    """Copies of one cut-off hold no more than one of them: the interval of the mean must not shrink."""
    cell = [Cell("good", AUC, None)]
    once, thrice = (estimate(_tested(2, copies=copies), [20], seed=3, draws=60).mean(cell) for copies in (1, 3))
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high))


def test_the_interval_covers_what_it_claims() -> None:
    """In 95 of 100 worlds the interval should hold the AUC of the distribution; 85 is far outside chance."""
    truth = 0.8023  # of a normal score shifted by 1.2: Phi(1.2 / sqrt 2)
    cell = Cell("good", AUC, None)
    held = 0
    for seed in range(100):
        found = estimate(_tested(seed, rows=150), [5], seed=seed, draws=100).at(date(2025, 1, 1), cell)
        held += found.low <= truth <= found.high
    assert 85 <= held <= 100


def test_every_measure_has_a_cell_at_every_capacity() -> None:
    cells = cells_of(["a"], [10, 20])
    assert [(c.measure, c.k) for c in cells if c.measure == "recall_at_k"] == [("recall_at_k", 10), ("recall_at_k", 20)]
    assert Cell("a", "average_precision", None) in cells


def test_a_cut_off_without_positives_is_left_out_of_the_mean() -> None:
    some, none = _tested(1)[0], _tested(1, share=0.0)[0]
    found = estimate(
        [some, HeldOut(date(2025, 2, 1), none.tenancies, none.outcomes, none.scores)], [20], seed=0, draws=20
    )
    recall = Cell("good", "recall_at_k", 20)
    assert np.isnan(found.at(date(2025, 2, 1), recall).value)
    assert found.mean([recall]).value == found.at(date(2025, 1, 1), recall).value
