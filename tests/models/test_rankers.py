"""What holds for every ranker: row order leaves no trace, equals are equal, missing columns are named."""

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.baselines import ByColumns, Written, written_baselines
from models.matrix import KEY, Column
from models.rankers import ADDITIVE, BASELINES, GRID, MODEL, RANKERS, RULES, Ranker, ranking_name, usable_baselines
from models.written_scores import officer_bands, officer_orders, signal_orders, team_orders
from warehouse.errors import ModelError

NAMES = list(RANKERS)
LEARNING = [*GRID, "logistic_regression"]


SINCE = ("since_demand_days", "since_concern_days", "since_court_days", "since_contact_days")


@pytest.fixture(scope="module")
def wide(world: Any) -> Any:
    """The shared municipality with the days since letters, concerns and contacts, most of them never."""
    generator = np.random.default_rng(9)
    size = world.matrix.height
    days = {name: np.where(generator.random(size) < 0.3, generator.integers(1, 200, size), np.nan) for name in SINCE}
    since = [pl.Series(name, values, dtype=pl.Float64).fill_nan(None) for name, values in days.items()]
    columns = (*world.columns, *(Column(name, -1 if name != "since_contact_days" else 0) for name in SINCE))
    return replace(world, matrix=world.matrix.with_columns(since), columns=columns)


@pytest.fixture(scope="module")
def fitted(wide: Any) -> dict[str, Ranker]:
    """Every ranker fitted once."""
    return {name: build(wide.columns, 0).fit(wide.matrix, wide.flags) for name, build in RANKERS.items()}


def test_model_rules_and_baselines_are_all_listed() -> None:
    assert {MODEL, RULES, "largest_arrears", "months_owed", "repeats", "logistic_regression", "base_rate"} <= set(NAMES)
    assert set(NAMES) - set(BASELINES) == set(GRID)
    assert {MODEL} < set(ADDITIVE) < set(GRID)


@pytest.mark.parametrize("name", NAMES)
def test_a_ranker_goes_by_its_own_name(name: str, fitted: dict[str, Ranker]) -> None:
    assert fitted[name].name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_leaves_no_trace(name: str, fitted: dict[str, Ranker], wide: Any) -> None:
    shuffled = np.random.default_rng(3).permutation(wide.matrix.height)
    again = RANKERS[name](wide.columns, 0).fit(wide.matrix[shuffled], wide.flags[shuffled])
    assert np.array_equal(again.score(wide.matrix[shuffled]), fitted[name].score(wide.matrix)[shuffled])


@pytest.mark.parametrize("name", NAMES)
def test_equal_rows_get_equal_scores(name: str, fitted: dict[str, Ranker], wide: Any) -> None:
    twice = pl.concat([wide.matrix[:50], wide.matrix[:50]])
    scores = fitted[name].score(twice)
    assert np.array_equal(scores[:50], scores[50:])


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_column_is_named(name: str, fitted: dict[str, Ranker], wide: Any) -> None:
    for needed in fitted[name].needs:
        with pytest.raises(ModelError, match=f"no column {needed}"):
            fitted[name].score(wide.matrix.drop(needed))


@pytest.mark.parametrize("name", NAMES)
def test_features_that_never_vary_or_are_never_known_are_no_trouble(name: str, wide: Any) -> None:
    features = [column.name for column in wide.columns]
    constant = wide.matrix.with_columns(pl.lit(0.0).alias(feature) for feature in features)
    unknown = wide.matrix.with_columns(pl.lit(None, pl.Float64).alias(feature) for feature in features)
    for matrix in (constant, unknown):
        scores = RANKERS[name](wide.columns, 0).fit(matrix, wide.flags).score(matrix.filter(pl.col("stage") == "none"))
        assert np.unique(np.round(scores, 12)).size == 1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fitted_on_what_is_to_be_scored(name: str, fitted: dict[str, Ranker], wide: Any) -> None:
    part = wide.matrix[100:400]
    whole, alone = fitted[name].score(wide.matrix)[100:400], fitted[name].score(part)
    if name in GRID or name in ("logistic_regression", RULES, "base_rate"):
        assert np.allclose(alone, whole, rtol=0, atol=1e-12)
    # Written orders may give places among the rows given: only their order is the same.
    assert np.array_equal(np.argsort(whole, kind="stable"), np.argsort(alone, kind="stable"))


@pytest.mark.parametrize("name", NAMES)
def test_a_ranker_says_its_name_in_both_languages(name: str) -> None:
    assert len({ranking_name(name, "da"), ranking_name(name, "en"), name}) == 3


@pytest.mark.parametrize("name", BASELINES)
def test_a_weight_of_two_is_the_row_twice(name: str, wide: Any) -> None:
    """Exact where nothing counts rows, as bins and the smallest leaf of a tree do."""
    again = np.random.default_rng(5).permutation(wide.matrix.height)[:3000]
    weights = np.ones(wide.matrix.height)
    weights[again] = 2.0
    weighed = RANKERS[name](wide.columns, 0).fit(wide.matrix, wide.flags, weights)
    twice = pl.concat([wide.matrix, wide.matrix[again]])
    doubled = RANKERS[name](wide.columns, 0).fit(twice, np.r_[wide.flags, wide.flags[again]])
    assert np.allclose(weighed.score(wide.matrix), doubled.score(wide.matrix), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LEARNING)
def test_weights_turn_what_is_learned(name: str, fitted: dict[str, Ranker], wide: Any) -> None:
    """Where sanctions went with the outcome the weight is nothing, so sanctions no longer speak for it."""
    sanctioned = (wide.matrix["sanctions_6_months_count"].fill_null(0) > 0).to_numpy()
    weights = np.where(sanctioned & wide.flags, 1e-6, 1.0)
    turned = RANKERS[name](wide.columns, 0).fit(wide.matrix, wide.flags, weights)
    before, after = fitted[name].score(wide.matrix), turned.score(wide.matrix)
    places = [np.argsort(np.argsort(scores)) for scores in (before, after)]
    assert places[1][sanctioned].mean() < places[0][sanctioned].mean() - 10


@pytest.mark.parametrize("name", NAMES)
def test_what_was_never_unknown_in_training_may_be_unknown_later(
    name: str, fitted: dict[str, Ranker], wide: Any
) -> None:
    unknown = wide.matrix[:40].with_columns(pl.lit(None, pl.Float64).alias(c.name) for c in wide.columns)
    scores = fitted[name].score(unknown)
    assert not np.isnan(scores).any()
    assert np.unique(np.round(scores, 9)).size == 1 or name == RULES  # the stage is still known to the rules


@pytest.mark.parametrize("name", LEARNING)
def test_nothing_is_learned_from_fewer_than_ten_positives(name: str, wide: Any) -> None:
    few = np.zeros(wide.matrix.height, dtype=bool)
    few[:9] = True
    with pytest.raises(ModelError, match="found 9 positives"):
        RANKERS[name](wide.columns, 0).fit(wide.matrix, few)


@pytest.mark.parametrize("name", LEARNING)
def test_a_ranker_that_was_not_fitted_says_so(name: str, wide: Any) -> None:
    with pytest.raises(ModelError, match="that was fitted; found none"):
        RANKERS[name](wide.columns, 0).score(wide.matrix)


def test_baselines_whose_feed_is_missing_are_left_out(wide: Any) -> None:
    assert set(usable_baselines(wide.columns)) == set(BASELINES)
    assert usable_baselines((Column("arrears_dkk"),)) == (RULES, "largest_arrears", "base_rate")


def test_signals_of_two_senders_come_before_one_that_came_again_before_one_alone(wide: Any) -> None:
    columns = (Column("arrears_dkk"), Column("concerns_6_months_count"), Column("sanctions_6_months_count"))
    matrix = wide.matrix[:5].with_columns(
        concerns_6_months_count=pl.Series([1.0, 2.0, 1.0, 0.0, 1.0]),
        sanctions_6_months_count=pl.Series([1.0, 0.0, 0.0, None, None]),
        arrears_dkk=pl.Series([0.0, 10.0, 9000.0, 99_000.0, 8000.0]),
    )
    half_year = signal_orders(written_baselines(), {column.name for column in columns})[1]
    assert (-half_year.values(matrix)).argsort().tolist() == [0, 1, 2, 4, 3]


def test_who_waits_longest_is_contacted_first_and_who_was_contacted_waits_no_more(wide: Any) -> None:
    columns = {"since_concern_days", "since_contact_days"}
    matrix = wide.matrix[:5].with_columns(
        since_concern_days=pl.Series([3.0, 25.0, 20.0, 60.0, None]),
        since_contact_days=pl.Series([None, 90.0, 5.0, None, None]),
    )
    month, _, latest = team_orders(written_baselines(), columns)
    assert (-month.values(matrix)).argsort().tolist() == [1, 0, 2, 3, 4]
    assert (-latest.values(matrix)).argsort().tolist() == [0, 2, 1, 3, 4]


def test_the_officers_points_are_those_of_their_formula(wide: Any) -> None:
    told = {
        "arrears_dkk": 8500.0,  # 1,000 pounds: 200 points
        "oldest_due_days": 40.0,  # 60 points
        "since_payment_days": 21.0,  # 21 days in the third week: 63 points
        "payment_day_shift_days": -4.0,  # 20 points
        "paid_12_months_share": 1.0,
        "paid_3_months_share": 0.5,
        "monthly_rent_dkk": 8500.0,  # 500 pounds less a month: 500 points
        "demands_12_months_count": 1.0,
        "since_demand_days": 10.0,  # in force: 50 points
        "payment_plans_12_months_count": 1.0,  # 100 points
    }
    matrix = wide.matrix[:1].with_columns(pl.lit(value).alias(name) for name, value in told.items())
    rounded, exact = officer_orders(written_baselines(), told.keys())
    assert exact.values(matrix).tolist() == [pytest.approx(99.3)]
    assert rounded.values(matrix).tolist() == [99.0]
    bands, _ = officer_bands(written_baselines(), told.keys())
    assert bands.band(matrix).tolist() == [0.0]  # the plan is kept: green, whatever else
    assert bands.band(matrix.with_columns(payment_plans_12_months_count=pl.lit(0.0))).tolist() == [2.0]


def test_a_baseline_takes_the_order_that_finds_more_where_it_is_taught(wide: Any) -> None:
    good, bad = ByColumns(("months_owed_count",)), ByColumns(("noise_count",))
    for orders in ((good, bad), (bad, good)):
        assert orders[Written("tuned", orders).fit(wide.matrix, wide.flags).chosen] is good


def test_largest_arrears_puts_the_unknown_last(wide: Any) -> None:
    matrix = wide.matrix[:3].with_columns(arrears_dkk=pl.Series([None, 0.0, 500.0]))
    scores = RANKERS["largest_arrears"](wide.columns, 0).score(matrix)
    assert scores.argsort().tolist() == [0, 1, 2]


def test_repeats_does_not_mistake_a_late_pay_day_for_arrears(wide: Any) -> None:
    late_pay_day, in_trouble, never_behind = 24.0, 2.0, 0.0
    matrix = wide.matrix[:3].with_columns(
        times_behind_24_months_count=pl.Series([late_pay_day, in_trouble, never_behind]),
        months_behind_24_months_count=pl.Series([0.0, 5.0, 0.0]),
        arrears_dkk=pl.Series([50.0, 20_000.0, 0.0]),
    )
    assert RANKERS["repeats"](wide.columns, 0).score(matrix).argsort().tolist() == [2, 0, 1]


def test_ties_in_the_first_column_are_broken_by_the_second(wide: Any) -> None:
    matrix = wide.matrix[:3].with_columns(
        demands_24_months_count=pl.Series([1.0, 1.0, 2.0]), arrears_dkk=pl.Series([900.0, 100.0, None])
    )
    assert RANKERS["demands"](wide.columns, 0).score(matrix).argsort().tolist() == [1, 0, 2]
    assert set(RANKERS["base_rate"](wide.columns, 0).needs) == set(KEY)
