"""The additive boosting: exact contributions, directions kept, "not known" meaningful, probabilities calibrated."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.bins import MOST_BINS, Bins
from models.boosting import AdditiveBoosting
from models.explained import from_state, to_state
from models.measures import area_under_roc, blocks


@pytest.fixture(scope="module")
def model(world: Any) -> AdditiveBoosting:
    """Fitted on all but the last two cut-offs, calibrated on these."""
    last = sorted(world.matrix["as_of"].unique())[-2]
    later = (world.matrix["as_of"] >= last).to_numpy()
    fitted = AdditiveBoosting(world.columns).fit(world.matrix.filter(~later), world.flags[~later])
    return fitted.calibrate(world.matrix.filter(later), world.flags[later])


def test_contributions_and_base_add_up_to_the_raw_score(model: AdditiveBoosting, world: Any) -> None:
    added = model.contributions(world.matrix)
    assert added.shape == (world.matrix.height, len(world.columns))
    assert np.abs(model.base + added.sum(axis=1) - model.raw(world.matrix)).max() < 1e-9


def test_the_steps_are_those_of_the_trees(world: Any) -> None:
    """Reading the trees off one feature at a time loses nothing: the trees' own sum is the same on every row."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = AdditiveBoosting(world.columns, rounds=60)
    trees: list[Any] = []

    class Watched(HistGradientBoostingClassifier):
        def fit(self, X: Any, y: Any) -> Any:
            trees.append((super().fit(X, y), X))
            return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sklearn.ensemble.HistGradientBoostingClassifier", Watched)
        model.fit(world.matrix, world.flags)
    fitted, numbers = trees[0]
    ordered = world.matrix.sort("as_of", "landlord", "tenancy_no")
    assert np.abs(fitted.decision_function(numbers) - model.raw(ordered)).max() < 1e-9


def test_risk_moves_only_in_the_direction_it_may(model: AdditiveBoosting) -> None:
    directed = [(c, s) for c, s in zip(model.columns, model.steps, strict=True) if c.direction]
    assert len(directed) == 12
    for column, steps in directed:
        assert (np.diff(steps[:-1]) * column.direction >= -1e-12).all(), column.name


def test_the_planted_risk_is_found_and_noise_is_not(model: AdditiveBoosting, world: Any) -> None:
    curve = blocks(model.score(world.matrix), world.flags).curve()
    assert area_under_roc(curve) > 0.8
    spread = dict(zip(model.needs, np.ptp(model.contributions(world.matrix), axis=0), strict=True))
    owed = spread["months_owed_count"] + spread["arrears_dkk"] + spread["oldest_due_days"]
    assert owed + spread["paid_3_months_share"] > 5 * spread["noise_count"]
    assert spread["demands_24_months_count"] > spread["noise_count"]


def test_the_typical_tenancy_owes_nothing_to_anything(model: AdditiveBoosting, world: Any) -> None:
    median = world.matrix.select(pl.col(model.needs).quantile(0.5, "lower"))
    known = [name for name in model.needs if world.matrix[name].null_count() == 0]
    added = dict(zip(model.needs, model.contributions(median)[0], strict=True))
    assert max(abs(added[name]) for name in known) < 0.2
    assert abs(model.raw(median)[0] - model.base) < 0.5


def test_not_known_is_learned_where_it_was_seen_and_adds_nothing_where_it_was_not(world: Any) -> None:
    matrix = world.matrix.with_columns(
        noise_count=pl.when(pl.Series(world.flags)).then(None).otherwise(pl.col("noise_count"))
    )
    model = AdditiveBoosting(world.columns).fit(matrix, world.flags)
    nothing = world.matrix[:1].with_columns(pl.lit(None, pl.Float64).alias(name) for name in model.needs)
    added = dict(zip(model.needs, model.contributions(nothing)[0], strict=True))
    assert added["noise_count"] > 2
    assert added["months_owed_count"] == 0


def test_probabilities_are_those_that_came_and_keep_the_raw_order(model: AdditiveBoosting, world: Any) -> None:
    raw, score = model.raw(world.matrix), model.score(world.matrix)
    later = (world.matrix["as_of"] >= sorted(world.matrix["as_of"].unique())[-2]).to_numpy()
    assert score[later].sum() == pytest.approx(world.flags[later].sum(), rel=0.05)
    assert np.array_equal(np.argsort(raw, kind="stable"), np.argsort(score, kind="stable"))
    assert 0 < score.min() < score.max() < 1


def test_values_never_seen_before_are_the_nearest_ones(model: AdditiveBoosting, world: Any) -> None:
    row = world.matrix[:1]
    highest = row.with_columns(arrears_dkk=pl.lit(world.matrix["arrears_dkk"].max()))
    beyond = row.with_columns(arrears_dkk=pl.lit(1e9))
    assert model.raw(highest)[0] == model.raw(beyond)[0]


def test_a_model_taken_apart_and_put_together_is_the_same_to_the_last_bit(model: AdditiveBoosting, world: Any) -> None:
    again = from_state(*to_state(model))
    assert again.columns == model.columns
    assert np.array_equal(again.score(world.matrix), model.score(world.matrix))


def test_directions_turn_the_model(world: Any) -> None:
    """The test of the test above: with the direction turned round, arrears can no longer raise the risk."""
    turned = tuple(replace(c, direction=-c.direction) for c in world.columns)
    model = AdditiveBoosting(turned, rounds=30).fit(world.matrix, world.flags)
    steps = model.steps[model.needs.index("months_owed_count")]
    assert steps[-2] <= steps[0]


def test_few_values_have_a_bin_each() -> None:
    bins = Bins.of(np.array([0.0, 0.0, 1.0, 5.0, np.nan]))
    assert bins.edges.tolist() == [0.5, 3.0]
    assert bins.numbers(np.array([-9.0, 0.4, 0.5, 99.0, np.nan])).tolist() == [0, 0, 1, 2, 3]


def test_a_long_tail_is_told_apart_though_most_are_zero() -> None:
    tail = np.random.default_rng(0).exponential(5000, 3000)
    bins = Bins.of(np.r_[np.zeros(97_000), tail])
    assert bins.edges.size < MOST_BINS
    assert np.unique(bins.numbers(tail)).size > 90


def test_nothing_known_is_one_bin() -> None:
    bins = Bins.of(np.full(5, np.nan))
    assert bins.numbers(np.array([np.nan, 3.0])).tolist() == [1, 0]


def test_seeds_and_dates_are_no_part_of_a_row(model: AdditiveBoosting, world: Any) -> None:
    moved = world.matrix[:20].with_columns(as_of=pl.lit(date(2030, 1, 1)), landlord=pl.lit("another"))
    assert np.array_equal(model.score(moved), model.score(world.matrix[:20]))


def test_calibration_leaves_no_trace_of_the_order_of_rows(world: Any) -> None:
    model = AdditiveBoosting(world.columns, rounds=20).fit(world.matrix, world.flags)
    found = set()
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(world.matrix.height)
        calibration = model.calibrate(world.matrix[order], world.flags[order]).calibration
        found.add((calibration.knots.tobytes(), calibration.heights.tobytes()))
    assert len(found) == 1
