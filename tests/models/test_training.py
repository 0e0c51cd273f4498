"""Training: only what was known, in the order of time, the same bytes again, and a verdict with its reason."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from models.matrix import KEY
from models.model_files import to_bytes
from models.outcome import Horizon
from models.rankers import MODEL, usable_baselines
from models.training import TrainedModel, last_ones_calibrate, split_for_test, train
from tests.models.conftest import COLUMNS
from warehouse.dates import add_months
from warehouse.errors import ModelError

AS_OF = date(2025, 1, 1)
QUICK: dict[str, Any] = {"capacities": (10, 30), "draws": 5}
MONTHS = [add_months(date(2023, 1, 1), i) for i in range(24)]


def test_what_taught_was_known_before_what_was_tested(trained: TrainedModel) -> None:
    split, horizon = trained.tested_split, Horizon()
    assert split is not None
    assert max(split.fit) < min(split.calibrate)
    assert all(horizon.is_mature(day, min(split.held_out)) for day in (*split.fit, *split.calibrate))
    assert all(horizon.is_mature(day, AS_OF) for day in (*split.held_out, *trained.split.fit, *trained.split.calibrate))


def test_two_trainings_give_the_same_bytes_whatever_the_order_of_the_rows(world: Any, trained: TrainedModel) -> None:
    shuffled = world.matrix.sample(fraction=1.0, shuffle=True, seed=4)
    outcomes = world.outcomes.sample(fraction=1.0, shuffle=True, seed=5)
    again = train(
        shuffled, outcomes, world.columns, as_of=AS_OF, capacities=(10, 30), draws=40, rule="not_worse_than_rules"
    )
    assert to_bytes(again.model) == to_bytes(trained.model)
    assert again.gate == trained.gate
    assert again.evaluation is not None
    assert trained.evaluation is not None
    assert again.evaluation.records().equals(trained.evaluation.records())


def test_outcomes_that_were_not_known_on_the_day_change_nothing(world: Any) -> None:
    as_of = date(2024, 6, 1)
    unknown = pl.col("as_of") > as_of - timedelta(days=213)
    assert world.outcomes.filter(unknown).height > 0
    turned = world.outcomes.with_columns(
        label_state=pl.when(unknown).then(pl.lit("positive")).otherwise(pl.col("label_state"))
    )
    first, second = (train(world.matrix, o, world.columns, as_of=as_of, **QUICK) for o in (world.outcomes, turned))
    assert to_bytes(first.model) == to_bytes(second.model)
    assert first.label_states == second.label_states


def test_who_moved_or_died_neither_teaches_nor_tests(world: Any) -> None:
    """Whatever the features of those rows were, the model is the same; their number is reported."""
    left_out = pl.col("tenancy_no").str.ends_with("7")
    outcomes = world.outcomes.with_columns(
        label_state=pl.when(left_out).then(pl.lit("moved_or_died")).otherwise(pl.col("label_state"))
    )
    absurd = world.matrix.with_columns(
        months_owed_count=pl.when(left_out).then(99.0).otherwise(pl.col("months_owed_count"))
    )
    first, second = (train(m, outcomes, world.columns, as_of=AS_OF, **QUICK) for m in (world.matrix, absurd))
    assert to_bytes(first.model) == to_bytes(second.model)
    assert first.label_states["moved_or_died"] == outcomes.filter(left_out).height


def test_who_was_helped_is_not_taken_to_be_safe(world: Any) -> None:
    """Half of those who owe a month and more were helped: counted as negatives they would teach that owing is safe."""
    owes = world.matrix.select(*KEY, owes=pl.col("months_owed_count") >= 1)
    helped = pl.col("owes") & pl.col("tenancy_no").str.contains("[02468]$")
    states = world.outcomes.join(owes, on=KEY, how="left", maintain_order="left")
    told = {
        state: states.with_columns(
            label_state=pl.when(helped).then(pl.lit(state)).otherwise(pl.col("label_state"))
        ).drop("owes")
        for state in ("treated", "negative")
    }
    rows = world.matrix.filter(pl.col("months_owed_count") >= 1)
    score = {
        s: train(world.matrix, o, world.columns, as_of=AS_OF, **QUICK).model.score(rows).mean() for s, o in told.items()
    }
    assert score["treated"] > 1.3 * score["negative"]


def test_the_planted_risk_beats_the_base_rate_and_passes(trained: TrainedModel) -> None:
    assert trained.may_be_promoted, trained.gate.reasons
    assert trained.evaluation is not None
    means = trained.evaluation.records().filter(
        pl.col("as_of").is_null(), population="calendar", measure="average_precision"
    )
    value = dict(means.select("ranking", "value").iter_rows())
    assert value[MODEL] > 3 * value["base_rate"]
    assert set(value) == {MODEL, *usable_baselines(COLUMNS)}


def test_records_hold_every_held_out_cut_off_and_their_mean(trained: TrainedModel) -> None:
    assert trained.evaluation is not None
    assert trained.tested_split is not None
    records = trained.evaluation.records()
    assert set(records["as_of"].to_list()) == {None, *trained.tested_split.held_out}
    assert set(records["population"]) == {"calendar", "before_termination"}
    known = records.filter(pl.col("value").is_not_nan(), pl.col("worst").is_not_null())
    assert (known["worst"] <= known["value"] + 1e-12).all()
    assert (known["value"] <= known["best"] + 1e-12).all()


def test_with_outcomes_drawn_by_lot_the_model_finds_the_base_rate(make: Any) -> None:
    """Labels permuted within each cut-off: precision at k is the base rate, within its interval."""
    world = make(500, 14, 3, -3.5)
    shuffled = pl.col("label_state").sample(fraction=1.0, shuffle=True, seed=2).over("as_of")
    drawn = world.outcomes.with_columns(shuffled)
    settings: dict[str, Any] = {"as_of": AS_OF, "capacities": (100,), "draws": 100}
    means = []
    for outcomes in (world.outcomes, drawn):
        found = train(world.matrix, outcomes, world.columns, **settings).evaluation
        assert found is not None
        mean = found.records().filter(
            pl.col("as_of").is_null(), population="calendar", measure="lift_at_k", ranking=MODEL
        )
        means.append(mean.select("low", "value", "high").row(0))
    assert means[0][0] > 2
    assert means[1][0] <= 1 <= means[1][2]


def test_too_little_history_and_too_few_positives_are_refused_with_the_reason(world: Any) -> None:
    with pytest.raises(ModelError, match="at least 2 cut-offs whose outcomes were known on 2023-08-15"):
        train(world.matrix, world.outcomes, world.columns, as_of=date(2023, 8, 15), **QUICK)
    few = world.outcomes.with_columns(
        label_state=pl.when(pl.col("tenancy_no") < "00009").then(pl.lit("positive")).otherwise(pl.lit("negative"))
    )
    with pytest.raises(ModelError, match="at least 10 tenancies that had the outcome; found 9"):
        train(world.matrix, few, world.columns, as_of=AS_OF, **QUICK)


def test_a_missing_feature_is_named(world: Any) -> None:
    with pytest.raises(ModelError, match="no column noise_count"):
        train(world.matrix.drop("noise_count"), world.outcomes, world.columns, as_of=AS_OF, **QUICK)


def test_a_model_that_could_not_be_tested_is_kept_but_not_promoted(world: Any) -> None:
    trained = train(world.matrix, world.outcomes, world.columns, as_of=date(2024, 1, 1), **QUICK)
    assert trained.evaluation is None
    assert not trained.may_be_promoted
    assert trained.gate.reasons == ["The history is too short to hold out a cut-off; the model was not tested."]


def test_a_source_that_was_never_delivered_is_no_obstacle(world: Any) -> None:
    matrix = world.matrix.with_columns(sanctions_6_months_count=pl.lit(None, pl.Float64))
    trained = train(matrix, world.outcomes, world.columns, as_of=AS_OF, **QUICK)
    added = trained.model.contributions(world.matrix)
    assert (added[:, trained.model.needs.index("sanctions_6_months_count")] == 0).all()


def test_splits() -> None:
    assert split_for_test(MONTHS[:8], Horizon()) is None
    split = split_for_test(MONTHS[:10], Horizon())
    assert split is not None
    assert (split.fit, split.calibrate, split.held_out) == (tuple(MONTHS[:2]), (MONTHS[2],), (MONTHS[9],))
    long = split_for_test(MONTHS, Horizon())
    assert long is not None
    assert long.held_out == tuple(MONTHS[18:])
    assert max(long.calibrate) == MONTHS[11]
    assert last_ones_calibrate(MONTHS[:3]).calibrate == (MONTHS[2],)


def test_progress_is_told(world: Any) -> None:
    heard: list[tuple[str, float]] = []

    def hear(step: str, share: float) -> None:
        heard.append((step, share))

    train(world.matrix, world.outcomes, world.columns, as_of=AS_OF, progress=hear, **QUICK)
    assert [share for _, share in heard] == sorted(share for _, share in heard)
    assert heard[-1] == ("done", 1.0)
    assert set(KEY) <= set(world.matrix.columns)
