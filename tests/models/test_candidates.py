"""Thinning keeps every positive and the share of positives; means of additive models are additive models."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from models import sampling
from models.boosting import AdditiveBoosting
from models.candidates import AveragedBoosting, merge
from models.explained import from_state, to_state
from models.matrix import TENANCY, Column
from models.measures import area_under_roc, blocks
from models.rankers import ADDITIVE, GRID, RANKERS, written_grid
from models.sampling import thinned
from models.tabulated import TabulatedRegression


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """So small a municipality is thinned too."""
    monkeypatch.setattr(sampling, "FEWEST_NEGATIVES", 100)


@pytest.mark.usefixtures("few_are_enough")
@pytest.mark.parametrize("one_in", [3, 7])
def test_every_positive_stays_and_the_share_of_positives_too(one_in: int, world: Any) -> None:
    kept, flags, weights = thinned(world.matrix, world.flags, None, one_in=one_in, member=0, seed=1)
    assert weights is not None
    assert flags.sum() == world.flags.sum()
    assert kept.height < world.matrix.height / 2
    assert weights[flags].tolist() == [1.0] * int(flags.sum())
    assert np.average(flags, weights=weights) == pytest.approx(world.flags.mean())
    of_all = world.flags[(world.matrix["stage"] == "none").to_numpy()].mean()
    alone = (kept["stage"] == "none").to_numpy()
    assert np.average(flags[alone], weights=weights[alone]) == pytest.approx(of_all)


@pytest.mark.usefixtures("few_are_enough")
def test_members_together_see_every_negative_once_and_every_tenancy_each(world: Any) -> None:
    seen = []
    matrix = world.matrix.with_columns(stage=pl.lit("none"))
    for member in range(7):
        kept, flags, _ = thinned(matrix, world.flags, None, one_in=7, member=member, seed=1)
        assert kept.select(TENANCY).n_unique() == matrix.select(TENANCY).n_unique()
        seen.append(kept.filter(~flags))
    together = pl.concat(seen)
    assert together.height == together.unique().height == int((~world.flags).sum())


@pytest.mark.usefixtures("few_are_enough")
def test_of_negatives_with_a_stage_more_are_kept(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    few = world.matrix.with_columns(
        stage=pl.when(pl.col("tenancy_no").str.ends_with("1")).then(pl.lit("arrears")).otherwise(pl.lit("none"))
    )
    monkeypatch.setattr(sampling, "FEWEST_NEGATIVES", 600)
    kept, flags, _ = thinned(few, world.flags, None, one_in=7, member=0, seed=1)
    before, after = (m.filter(~f)["stage"].value_counts() for m, f in ((few, world.flags), (kept, flags)))
    share = before.join(after, on="stage", suffix="_kept").with_columns(pl.col("count_kept") / pl.col("count"))
    assert dict(share.select("stage", "count_kept").iter_rows()) == pytest.approx({"arrears": 1.0, "none": 1 / 7}, 0.2)


@pytest.mark.usefixtures("few_are_enough")
def test_which_rows_stay_hangs_neither_on_their_order_nor_on_their_weights(world: Any) -> None:
    order = np.random.default_rng(2).permutation(world.matrix.height)
    given = np.linspace(0.5, 2, order.size)
    first = thinned(world.matrix, world.flags, given, one_in=5, member=2, seed=3)
    second = thinned(world.matrix[order], world.flags[order], given[order], one_in=5, member=2, seed=3)
    keys = ["as_of", *TENANCY]
    told = [m.select(keys).with_columns(w=pl.Series(w)).sort(keys) for m, _, w in (first, second)]
    assert told[0].equals(told[1])


def test_few_negatives_are_all_kept(world: Any) -> None:
    kept, _, weights = thinned(world.matrix, world.flags, None, one_in=12, member=0, seed=0)
    assert kept is world.matrix
    assert weights is None


@pytest.mark.usefixtures("few_are_enough")
@pytest.mark.parametrize("name", [n for n in GRID if written_grid()[n].get("one_in", 1) > 1])
def test_thinned_candidates_are_the_same_again_whatever_the_order_of_the_rows(name: str, world: Any) -> None:
    matrix, flags = world.matrix[:3000], world.flags[:3000]
    order = np.random.default_rng(3).permutation(matrix.height)
    first = RANKERS[name](world.columns, 0).fit(matrix, flags).score(matrix)
    second = RANKERS[name](world.columns, 0).fit(matrix[order], flags[order]).score(matrix)
    another = RANKERS[name](world.columns, 1).fit(matrix, flags).score(matrix)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, another)


def test_the_mean_of_additive_models_is_one_whose_raw_score_is_the_mean_of_theirs(world: Any) -> None:
    parts = [
        AdditiveBoosting(world.columns, rounds=30).fit(world.matrix[begin : begin + 3000], world.flags[begin:][:3000])
        for begin in (0, 2000, 4000)
    ]
    mean = merge(parts)
    expected = np.mean([part.raw(world.matrix) for part in parts], axis=0)
    assert np.abs(mean.raw(world.matrix) - expected).max() < 1e-9
    added = mean.contributions(world.matrix)
    assert np.abs(mean.base + added.sum(axis=1) - mean.raw(world.matrix)).max() < 1e-9


def test_an_averaged_model_keeps_its_directions_and_survives_its_file(world: Any) -> None:
    model = AveragedBoosting(world.columns, settings={"rounds": 30}).fit(world.matrix, world.flags)
    model.calibrate(world.matrix, world.flags)
    for column, steps in zip(model.columns, model.steps, strict=True):
        assert (np.diff(steps[:-1]) * column.direction >= -1e-12).all(), column.name
    again = from_state(*to_state(model))
    assert np.array_equal(again.score(world.matrix), model.score(world.matrix))


@pytest.mark.parametrize("name", ADDITIVE)
def test_what_may_be_put_to_use_says_exactly_what_each_feature_adds(name: str, world: Any) -> None:
    model: Any = RANKERS[name](world.columns, 0).fit(world.matrix, world.flags)
    assert np.abs(model.base + model.contributions(world.matrix).sum(axis=1) - model.raw(world.matrix)).max() < 1e-9


def test_the_regression_finds_the_planted_risk_and_keeps_to_the_directions(world: Any) -> None:
    model: Any = RANKERS["regression_strong"](world.columns, 0).fit(world.matrix, world.flags)
    for column, steps in zip(model.columns, model.steps, strict=True):
        assert (np.diff(steps[:-1]) * column.direction >= -1e-12).all(), column.name
    spread = dict(zip(model.needs, np.ptp(model.contributions(world.matrix), axis=0), strict=True))
    assert spread["months_owed_count"] + spread["arrears_dkk"] > 5 * spread["noise_count"]
    assert area_under_roc(blocks(model.raw(world.matrix), world.flags).curve()) > 0.8


def test_the_regression_is_that_of_scikit_learn_where_no_direction_binds(world: Any) -> None:
    from sklearn.linear_model import LogisticRegression

    names = ("demands_24_months_count", "times_behind_24_months_count", "open_demand_flag")
    columns = tuple(Column(name) for name in names)
    model = TabulatedRegression(columns, strength=0.05).fit(world.matrix, world.flags)
    values = np.log1p(world.matrix.select(names).to_numpy())
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    expected = LogisticRegression(C=0.05, tol=1e-8).fit(values, world.flags).decision_function(values)
    assert np.abs(model.raw(world.matrix) - expected).max() < 0.01
