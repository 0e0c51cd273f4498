"""The model in two steps: what it takes for the future of an account, and that its reasons add up."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.explained import from_state, to_state
from models.forecasting import FORECASTS, ForecastingRegression, what_came
from models.measures import area_under_roc, blocks


@pytest.fixture(scope="module")
def model(world: Any) -> ForecastingRegression:
    """Fitted with few trees on the made-up municipality."""
    return ForecastingRegression(world.columns, rounds=20, one_in=1).fit(world.matrix, world.flags)


def _account(owed: list[float | None], stages: list[str] | None = None) -> pl.DataFrame:
    days = [date(2024, 1 + i, 1) for i in range(len(owed))]
    keys = {"as_of": days, "landlord": "A", "tenancy_no": "1", "stage": stages or ["none"] * len(owed)}
    return pl.DataFrame({**keys, "months_owed_count": pl.Series(owed, dtype=pl.Float64)})


def test_what_came_is_what_the_later_cut_offs_of_half_a_year_say() -> None:
    came = what_came(_account([9.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0]))
    assert came["most_owed"][0] == 2.0
    assert came["mean_owed"][0] == pytest.approx(3.0 / 6)
    assert came["late_stage"][0] == 0.0


def test_a_late_stage_ahead_is_seen_and_the_present_one_is_not() -> None:
    stages = ["termination", "none", "none", "none", "none", "none", "court", "none"]
    assert what_came(_account([0.0] * 8, stages))["late_stage"].to_list()[:2] == [1.0, 1.0]
    assert what_came(_account([0.0] * 8, ["termination", *["none"] * 7]))["late_stage"][0] == 0.0


def test_half_years_that_are_not_over_are_not_known() -> None:
    came = what_came(_account([1.0] * 10))
    last = date(2024, 10, 1) - timedelta(days=182 - 31)
    assert came["most_owed"].is_not_null().to_list() == [date(2024, 1 + i, 1) <= last for i in range(10)]


def test_without_months_owed_or_stage_nothing_is_foretold(world: Any) -> None:
    bare = what_came(world.matrix.drop("stage"))
    assert bare.columns == list(FORECASTS)
    assert bare.null_count().row(0) == (world.matrix.height,) * len(FORECASTS)
    model = ForecastingRegression(world.columns, one_in=1).fit(world.matrix.drop("stage"), world.flags)
    assert model.trees is None


def test_contributions_and_base_add_up_to_the_raw_score(model: ForecastingRegression, world: Any) -> None:
    assert model.trees is not None
    added = model.contributions(world.matrix)
    assert np.abs(model.base + added.sum(axis=1) - model.raw(world.matrix)).max() < 1e-9


def test_the_typical_tenancy_has_no_contributions(model: ForecastingRegression, world: Any) -> None:
    values = {}
    for column, bins, place in zip(model.columns, model.bins, model.typical, strict=True):
        inside = np.r_[-np.inf, bins.edges][min(place, bins.edges.size)]
        value = None if place == bins.unknown else max(float(inside), -1e9)
        values[column.name] = pl.Series([value], dtype=pl.Float64)
    row = pl.DataFrame(
        {**world.matrix[:1].select("as_of", "landlord", "tenancy_no").to_dict(as_series=False), **values}
    )
    assert not model.contributions(row).any()
    assert model.raw(row)[0] == pytest.approx(model.base)


def test_the_order_of_rows_leaves_no_trace(model: ForecastingRegression, world: Any) -> None:
    order = np.random.default_rng(1).permutation(world.matrix.height)
    again = ForecastingRegression(world.columns, rounds=20, one_in=1).fit(world.matrix[order], world.flags[order])
    assert np.array_equal(again.raw(world.matrix), model.raw(world.matrix))


def test_a_file_keeps_it_to_the_last_bit(model: ForecastingRegression, world: Any) -> None:
    again = from_state(*to_state(model))
    assert np.array_equal(again.score(world.matrix), model.score(world.matrix))
    assert np.array_equal(again.contributions(world.matrix[:50]), model.contributions(world.matrix[:50]))


def test_it_finds_the_planted_risk(model: ForecastingRegression, world: Any) -> None:
    assert area_under_roc(blocks(model.raw(world.matrix), world.flags).curve()) > 0.8


def test_where_only_the_helped_ever_owed_nothing_is_foretold(world: Any) -> None:
    owing = world.matrix["months_owed_count"].fill_null(0) > 0
    tenancies = world.matrix.filter(owing).select("landlord", "tenancy_no").unique().with_columns(helped=True)
    helped = (
        world.matrix.join(tenancies, on=["landlord", "tenancy_no"], how="left", maintain_order="left")
        .with_columns(helped_on=pl.when("helped").then(pl.col("as_of")), stage=pl.lit("none"))
        .drop("helped")
    )
    model = ForecastingRegression(world.columns, rounds=5, one_in=1).fit(helped, world.flags)
    assert model.trees is None


def test_accounts_that_were_helped_teach_no_forecast(world: Any) -> None:
    """Helped accounts look cured: were they to teach, whoever owes most would be foretold to owe nothing."""
    owing = world.matrix["months_owed_count"] > 1
    helped = world.matrix.with_columns(helped_on=pl.when(owing).then(pl.col("as_of")))
    cured = helped.with_columns(months_owed_count=pl.when(owing).then(pl.col("months_owed_count")).otherwise(0.0))
    taught = ForecastingRegression(world.columns, rounds=5, one_in=1).fit(cured, world.flags)
    everybody = ForecastingRegression(world.columns, rounds=5, one_in=1).fit(cured.drop("helped_on"), world.flags)
    assert not np.array_equal(taught.raw(world.matrix), everybody.raw(world.matrix))
