"""What holds for every ranker: row order leaves no trace, equals are equal, missing columns are named."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from models.matrix import KEY, Column
from models.rankers import BASELINES, MODEL, RANKERS, RULES, Ranker, usable_baselines
from warehouse.errors import ModelError

NAMES = list(RANKERS)
LEARNING = [MODEL, "full_boosting", "logistic_regression"]


@pytest.fixture(scope="module")
def fitted(world: Any) -> dict[str, Ranker]:
    """Every ranker fitted once on the shared municipality."""
    return {name: build(world.columns, 0).fit(world.matrix, world.flags) for name, build in RANKERS.items()}


def test_model_rules_and_baselines_are_all_listed() -> None:
    assert {MODEL, RULES, "largest_arrears", "months_owed", "repeats", "logistic_regression", "base_rate"} <= set(NAMES)
    assert set(NAMES) - set(BASELINES) == {MODEL, "full_boosting"}


@pytest.mark.parametrize("name", NAMES)
def test_a_ranker_goes_by_its_own_name(name: str, fitted: dict[str, Ranker]) -> None:
    assert fitted[name].name == name


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_leaves_no_trace(name: str, fitted: dict[str, Ranker], world: Any) -> None:
    shuffled = np.random.default_rng(3).permutation(world.matrix.height)
    again = RANKERS[name](world.columns, 0).fit(world.matrix[shuffled], world.flags[shuffled])
    assert np.array_equal(again.score(world.matrix[shuffled]), fitted[name].score(world.matrix)[shuffled])


@pytest.mark.parametrize("name", NAMES)
def test_equal_rows_get_equal_scores(name: str, fitted: dict[str, Ranker], world: Any) -> None:
    twice = pl.concat([world.matrix[:50], world.matrix[:50]])
    scores = fitted[name].score(twice)
    assert np.array_equal(scores[:50], scores[50:])


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_column_is_named(name: str, fitted: dict[str, Ranker], world: Any) -> None:
    for needed in fitted[name].needs:
        with pytest.raises(ModelError, match=f"no column {needed}"):
            fitted[name].score(world.matrix.drop(needed))


@pytest.mark.parametrize("name", NAMES)
def test_features_that_never_vary_or_are_never_known_are_no_trouble(name: str, world: Any) -> None:
    features = [column.name for column in world.columns]
    constant = world.matrix.with_columns(pl.lit(0.0).alias(feature) for feature in features)
    unknown = world.matrix.with_columns(pl.lit(None, pl.Float64).alias(feature) for feature in features)
    for matrix in (constant, unknown):
        scores = (
            RANKERS[name](world.columns, 0).fit(matrix, world.flags).score(matrix.filter(pl.col("stage") == "none"))
        )
        assert np.unique(np.round(scores, 12)).size == 1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fitted_on_what_is_to_be_scored(name: str, fitted: dict[str, Ranker], world: Any) -> None:
    part = world.matrix[100:400]
    if name in ("repeats", "demands"):  # places among the rows given: only their order is the same
        whole, alone = fitted[name].score(world.matrix)[100:400], fitted[name].score(part)
        assert np.array_equal(np.argsort(whole, kind="stable"), np.argsort(alone, kind="stable"))
    else:
        assert np.array_equal(fitted[name].score(part), fitted[name].score(world.matrix)[100:400])


@pytest.mark.parametrize("name", LEARNING)
def test_nothing_is_learned_from_fewer_than_ten_positives(name: str, world: Any) -> None:
    few = np.zeros(world.matrix.height, dtype=bool)
    few[:9] = True
    with pytest.raises(ModelError, match="found 9 positives"):
        RANKERS[name](world.columns, 0).fit(world.matrix, few)


@pytest.mark.parametrize("name", LEARNING)
def test_a_ranker_that_was_not_fitted_says_so(name: str, world: Any) -> None:
    with pytest.raises(ModelError, match="that was fitted; found none"):
        RANKERS[name](world.columns, 0).score(world.matrix)


def test_baselines_whose_feed_is_missing_are_left_out(world: Any) -> None:
    assert set(usable_baselines(world.columns)) == set(BASELINES)
    assert usable_baselines((Column("arrears_dkk"),)) == (RULES, "largest_arrears", "base_rate")


def test_largest_arrears_puts_the_unknown_last(world: Any) -> None:
    matrix = world.matrix[:3].with_columns(arrears_dkk=pl.Series([None, 0.0, 500.0]))
    scores = RANKERS["largest_arrears"](world.columns, 0).score(matrix)
    assert scores.argsort().tolist() == [0, 1, 2]


def test_repeats_does_not_mistake_a_late_pay_day_for_arrears(world: Any) -> None:
    late_pay_day, in_trouble, never_behind = 24.0, 2.0, 0.0
    matrix = world.matrix[:3].with_columns(
        times_behind_24_months_count=pl.Series([late_pay_day, in_trouble, never_behind]),
        months_behind_24_months_count=pl.Series([0.0, 5.0, 0.0]),
        arrears_dkk=pl.Series([50.0, 20_000.0, 0.0]),
    )
    assert RANKERS["repeats"](world.columns, 0).score(matrix).argsort().tolist() == [2, 0, 1]


def test_ties_in_the_first_column_are_broken_by_the_second(world: Any) -> None:
    matrix = world.matrix[:3].with_columns(
        demands_24_months_count=pl.Series([1.0, 1.0, 2.0]), arrears_dkk=pl.Series([900.0, 100.0, None])
    )
    assert RANKERS["demands"](world.columns, 0).score(matrix).argsort().tolist() == [1, 0, 2]
    assert set(RANKERS["base_rate"](world.columns, 0).needs) == set(KEY)
