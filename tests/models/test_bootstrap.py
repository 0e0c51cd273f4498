"""Intervals: by tenancy, paired, repeatable, and wide enough."""

from datetime import date

import numpy as np
import pytest

from models.bootstrap import Cell, HeldOut, cells_of, drawn_weights, estimate, rows_near_top
from models.held_out import STATES
from models.measures import MEASURES

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


def test_draws_of_merged_runs_are_those_of_every_row_weighed_one_by_one() -> None:
    """The quick way (sparse sums, runs merged below the lists) against sorting and weighing all rows in each draw."""
    generator = np.random.default_rng(4)
    rows, ks = 1_000, [3, 20]
    outcomes = generator.random(rows) < 0.03
    scores = {"tied": generator.integers(0, 40, rows) * 1.0, "fine": generator.normal(size=rows) + outcomes}
    states = np.where(outcomes, STATES.index("positive"), STATES.index("negative"))
    states[generator.random(rows) < 0.1] = STATES.index("treated")
    one = HeldOut(date(2025, 1, 1), generator.permutation(rows), outcomes, scores, states)
    found = estimate([one], ks, seed=9, draws=6)
    for some, weights in drawn_weights(rows, seed=9, draws=6):
        for draw in range(*some.indices(6)):
            mine = weights[one.tenancies, draw].astype(float)
            for place, cell in enumerate(found.cells):
                if cell.measure in ("precision_at_k", "lift_at_k") and cell.ranking == "tied":
                    continue  # within a mixed tie these are the ratio of expected counts, held below
                slow = MEASURES[cell.measure].of(one.blocks(cell.ranking).curve(mine), cell.k or 0)
                assert found.draws[draw, 0, place] == pytest.approx(slow, abs=2e-5, nan_ok=True), cell


def test_drawn_precision_in_a_mixed_tie_is_the_ratio_of_expected_counts() -> None:
    """Everybody ties: whoever is drawn, the share of positives among the counted ones that were drawn."""
    outcomes = np.arange(400) < 80
    states = np.where(outcomes, STATES.index("positive"), STATES.index("negative"))
    states[::5] = STATES.index("treated")
    one = HeldOut(
        date(2025, 1, 1), np.arange(400), outcomes & (np.arange(400) % 5 > 0), {"tied": np.zeros(400)}, states
    )
    found = estimate([one], [30], seed=1, draws=20)
    precision = found.draws[:, 0, found.cells.index(Cell("tied", "precision_at_k", 30))]
    for some, weights in drawn_weights(400, seed=1, draws=20):
        drawn = weights[one.outcomes].sum(axis=0) / weights[one.counted].sum(axis=0)
        assert precision[some] == pytest.approx(drawn, rel=1e-5)


def test_the_ends_of_all_intervals_at_once_are_those_of_each() -> None:
    found = estimate(_tested(1, copies=2), [20], seed=0, draws=50)
    low, high = found.ends()
    for place, cell in enumerate(found.cells):
        mean, last = found.mean([cell]), found.at(date(2025, 2, 1), cell)
        assert (low[0, place], high[0, place]) == pytest.approx((mean.low, mean.high), rel=1e-5)
        assert (low[2, place], high[2, place]) == pytest.approx((last.low, last.high), rel=1e-5)
        assert found.means()[place] == pytest.approx(mean.value)


def test_how_many_draws_are_made_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    together = estimate(_tested(1), [20], seed=5, draws=30)
    monkeypatch.setattr("models.bootstrap._WEIGHTS_AT_ONCE", 300 * 7)
    assert np.array_equal(estimate(_tested(1), [20], seed=5, draws=30).draws, together.draws)


def test_the_rows_kept_near_the_top_hold_the_list_in_every_draw() -> None:
    for k in (5, 25, 200):
        kept = rows_near_top(k, np.arange(1000))
        assert np.random.default_rng(k).poisson(kept, 100_000).min() >= k
