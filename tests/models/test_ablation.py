"""Ablation: a source that carries the risk adds, noise adds nothing, twins stand in for each other, cells are kept."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.ablation import WHOLE, Ablation, AblationPlan, ablate, parts_of, written_groups
from models.backtest_files import keep_cohorts
from models.matrix import Column
from models.outcome import Horizon
from warehouse.errors import ModelError
from warehouse.vocabulary import FEEDS

PLAN = AblationPlan(
    "regression_strong", Horizon(60, 1), cut_offs=3, fewest_teaching=4, capacities=(10, 20), draws=60, processes=1
)


@pytest.fixture(scope="module")
def town(make: Callable) -> Any:
    """A town whose sanctions say by themselves what comes, and again as benefits; concerns are noise."""
    made = make(400, 12, 4)
    rng = np.random.default_rng(6)
    told = np.where(made.flags, rng.random(made.flags.size) < 0.7, rng.random(made.flags.size) < 0.01).astype(float)
    added = {"sanctions_6_months_count": told, "twin_count": told, "concerns_count": rng.poisson(1.0, told.size)}
    columns = [column for column in made.columns if column.source != "benefits"]
    columns += [Column("twin_count", 1, source="benefits"), Column("concerns_count", 0, source="concerns")]
    matrix = made.matrix.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in added.items())
    return replace(made, matrix=matrix, columns=tuple(columns))


def _run(directory: Path, town: Any, plan: AblationPlan = PLAN) -> Ablation:
    return ablate(keep_cohorts(directory, town.matrix), town.outcomes, town.columns, directory, plan)


@pytest.fixture(scope="module")
def kept(town: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ablation]:
    directory = tmp_path_factory.mktemp("ablation")
    return directory, _run(directory, town)


def _adds(found: Ablation, part: str) -> dict[str, Any]:
    return found.frame.filter((pl.col("part") == part) & pl.col("k").is_null(), population="calendar").row(
        0, named=True
    )


def test_a_source_that_others_stand_in_for_adds_with_its_group_only(kept: tuple[Path, Ablation]) -> None:
    _, found = kept
    together = _adds(found, "income_support")
    assert (together["verdict"], together["sources"]) == ("adds", ["sanctions", "benefits"])
    assert together["adds"] > 0.1
    for alone in ("sanctions", "benefits"):
        assert _adds(found, alone)["adds"] < together["adds"] / 3


def test_noise_adds_nothing(kept: tuple[Path, Ablation]) -> None:
    row = _adds(kept[1], "concerns")
    assert row["verdict"] == "unclear"
    assert abs(row["adds"]) < 0.05
    assert row["low"] <= row["adds"] <= row["high"]


def test_what_is_added_is_the_recall_with_less_the_recall_without(kept: tuple[Path, Ablation]) -> None:
    frame = kept[1].frame
    assert frame.select((pl.col("recall") - pl.col("without") - pl.col("adds")).abs().max()).item() < 1e-9
    assert set(frame["k"].unique().to_list()) == {None, 10, 20}
    assert frame.filter(kind="source").group_by("part").agg(pl.col("features").first())["features"].sum() == 14
    assert len(kept[1].tested) == 3


def test_without_a_source_its_features_have_no_say(kept: tuple[Path, Ablation], town: Any) -> None:
    """Whatever the concerns said, the ranking without them gives the same scores; the whole one does not."""
    directory, found = kept
    turned = replace(town, matrix=town.matrix.with_columns(concerns_count=pl.col("concerns_count").reverse()))
    again = _run(directory, turned)
    scores = [run.evaluation.tested["calendar"][0].scores for run in (found, again)]
    assert np.array_equal(scores[0]["without source concerns"], scores[1]["without source concerns"])
    assert not np.array_equal(scores[0][WHOLE], scores[1][WHOLE])


def test_a_second_run_computes_nothing_and_says_the_same(
    kept: tuple[Path, Ablation], town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, found = kept

    def refuse(*_: Any) -> None:
        raise AssertionError("a cell was computed again")

    monkeypatch.setattr("models.backtest_pool.take", refuse)
    assert _run(directory, town).frame.equals(found.frame)


def test_with_few_cases_there_is_no_verdict(town: Any, tmp_path: Path) -> None:
    rare = replace(PLAN, cut_offs=1)
    last = town.matrix["as_of"].max()
    positives = pl.col("label_state") == "positive"
    few = positives & (pl.col("as_of") == last) & (pl.col("tenancy_no").cast(pl.Int64) % 20 > 0)
    outcomes = town.outcomes.with_columns(
        label_state=pl.when(few).then(pl.lit("negative")).otherwise(pl.col("label_state"))
    )
    found = _run(tmp_path, replace(town, outcomes=outcomes), rare)
    assert found.positive_tenancies["before_termination"] < 10
    assert set(found.frame["verdict"]) == {"too_few"}


def test_a_model_that_cannot_be_fitted_is_an_error_that_says_why(town: Any, tmp_path: Path) -> None:
    none = town.outcomes.with_columns(label_state=pl.lit("negative"))
    with pytest.raises(ModelError, match="at least 10 positives"):
        _run(tmp_path, replace(town, outcomes=none))


def test_groups_are_of_known_feeds_and_named_in_both_languages() -> None:
    for name, written in written_groups().items():
        assert set(written["sources"]) <= set(FEEDS), name  # type: ignore[call-overload]
        assert written["da"] != written["en"]


def test_a_group_with_one_source_left_is_that_source() -> None:
    columns = (Column("a", source="notices"), Column("b", source="sanctions"), Column("c", source="contacts"))
    names = [(part.kind, part.name) for part in parts_of(columns)]
    assert names == [
        ("source", "notices"),
        ("source", "sanctions"),
        ("source", "contacts"),
        ("group", "beyond_the_rent"),
    ]
    assert parts_of(columns[:1]) == ()
