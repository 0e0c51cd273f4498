"""The backtest: nothing later teaches, what is kept is not computed again, and two runs give the same bytes."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from models.backtest import Backtest, BacktestPlan, backtest, rank_cut_offs
from models.backtest_files import keep_cohorts
from models.matrix import KEY, Column
from models.outcome import Horizon, counted_rows, label, positives
from models.rankers import MODEL, RULES
from warehouse.dates import add_months
from warehouse.errors import LookAheadError, ModelError

RANKINGS = (MODEL, "logistic_regression", RULES, "base_rate")
FAST = ("logistic_regression", RULES, "base_rate")
PLAN = BacktestPlan(
    RANKINGS, horizon=Horizon(91, 14), window=4, capacities=(10, 30), draws=60, processes=1, oldest_months=3
)


def _run(directory: Path, town: Any, plan: BacktestPlan = PLAN, **more: Any) -> Backtest:
    cohorts = keep_cohorts(directory, town.matrix)
    return backtest(cohorts, town.outcomes, town.columns, directory, plan, **more)


@pytest.fixture(scope="module")
def town(make: Callable) -> Any:
    return make(400, 12, 4)


@pytest.fixture(scope="module")
def kept(town: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Backtest]:
    directory = tmp_path_factory.mktemp("kept")
    return directory, _run(directory, town)


def _bytes(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def test_every_ranking_scores_every_tested_cut_off_in_full(kept: tuple[Path, Backtest], town: Any) -> None:
    _, found = kept
    tested = [fold.test for fold in found.ranked.folds]
    # Three and a half months after the second cut-off the first can be tested.
    assert tested == [add_months(date(2023, 1, 1), i) for i in range(5, 12)]
    assert all(len(fold.teach) <= 4 for fold in found.ranked.folds)
    keys = town.matrix.filter(pl.col("as_of").is_in(tested)).select(KEY)
    assert_frame_equal(found.scores.select(KEY).sort(KEY), keys.sort(KEY))
    assert set(RANKINGS) <= set(found.scores.columns)
    assert found.scores.select(RANKINGS).null_count().sum_horizontal()[0] == 0
    records = found.evaluation.records()
    assert set(records["ranking"]) == set(RANKINGS)
    assert set(records["as_of"].drop_nulls()) == set(tested)


def test_a_cell_is_what_training_on_those_cut_offs_by_hand_gives(kept: tuple[Path, Backtest], town: Any) -> None:
    from models.rankers import RANKERS

    _, found = kept
    fold = found.ranked.folds[-1]
    taught = counted_rows(label(town.matrix, town.outcomes)).filter(pl.col("as_of").is_in(fold.teach[:-2]))
    ranker = RANKERS["logistic_regression"](town.columns, 0)
    ranker.fit(taught, positives(taught).to_numpy())
    own = found.scores.filter(cut_off=fold.test)
    rows = own.select(KEY).join(town.matrix, on=KEY, maintain_order="left")
    np.testing.assert_allclose(own["logistic_regression"], ranker.score(rows), rtol=1e-12)


def test_a_second_run_computes_nothing_and_one_more_cut_off_only_its_own_cells(
    kept: tuple[Path, Backtest], town: Any, make: Callable
) -> None:
    directory, first = kept
    again = _run(directory, town)
    assert first.ranked.computed == first.ranked.cells > 0
    assert again.ranked.computed == 0
    assert_frame_equal(again.scores, first.scores, check_exact=True)
    assert again.evaluation.records().write_json() == first.evaluation.records().write_json()
    assert again.ageing.write_json() == first.ageing.write_json()
    longer = make(400, 13, 4)
    assert_frame_equal(longer.matrix.head(town.matrix.height), town.matrix)
    before = set(_bytes(directory))
    more = _run(directory, longer)
    # The new cut-off, by each ranking, and by the models of the three months before it.
    assert more.ranked.computed == len(RANKINGS) + 3
    new = {name for name in set(_bytes(directory)) - before if name.startswith("models")}
    assert len(new) == 1
    assert_frame_equal(more.scores.head(first.scores.height), first.scores, check_exact=True)


def test_two_runs_give_the_same_bytes_whatever_the_order_of_rows_and_the_processes(
    kept: tuple[Path, Backtest], town: Any, tmp_path: Path
) -> None:
    directory, first = kept
    shuffled = replace(
        town,
        matrix=town.matrix.sample(fraction=1.0, shuffle=True, seed=5),
        outcomes=town.outcomes.sample(fraction=1.0, shuffle=True, seed=6),
    )
    last = tuple(fold.test for fold in first.ranked.folds[-2:])
    second = _run(tmp_path, shuffled, replace(PLAN, processes=2, test_on=last))
    there = _bytes(tmp_path)
    assert sum(name.startswith("cells/") for name in there) == second.ranked.computed == 2 * len(RANKINGS) + 1
    assert there.items() <= _bytes(directory).items()


def test_a_killed_run_leaves_whole_cells_and_the_next_goes_on(
    town: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import backtest_files

    written = backtest_files.write_frame
    plan = replace(PLAN, rankings=FAST, model=FAST[0])
    whole = _run(tmp_path / "whole", town, plan)

    def killed(path: Path, frame: pl.DataFrame) -> None:
        if path.parent.name == "cells" and len(list(path.parent.glob("*"))) == 9:
            path.with_name(f".{path.name}.{os.getpid()}.part").write_bytes(b"half")
            raise KeyboardInterrupt
        written(path, frame)

    monkeypatch.setattr(backtest_files, "write_frame", killed)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "killed", town, plan)
    monkeypatch.undo()
    rest = _run(tmp_path / "killed", town, plan)
    assert rest.ranked.computed == whole.ranked.computed - 9
    assert _bytes(tmp_path / "killed") == _bytes(tmp_path / "whole")


def test_another_cut_off_seed_or_column_is_another_cell(town: Any, tmp_path: Path) -> None:
    plan = replace(PLAN, rankings=("logistic_regression",), model="logistic_regression", oldest_months=0)
    cells = _run(tmp_path, town, plan).ranked.cells
    assert _run(tmp_path, town, replace(plan, seed=1)).ranked.computed == cells
    # The first two tested cut-offs had no more than three before them.
    assert _run(tmp_path, town, replace(plan, window=3)).ranked.computed == cells - 2
    assert _run(tmp_path, replace(town, columns=town.columns[:-1]), plan).ranked.computed == cells
    # One value of the first cut-off: it taught the first tested ones and no others.
    first = pl.col("as_of") == date(2023, 1, 1)
    touched = town.matrix.with_columns(
        arrears_dkk=pl.col("arrears_dkk") + (first & (pl.col("tenancy_no") == "00001")).cast(pl.Float64)
    )
    again = _run(tmp_path, replace(town, matrix=touched), plan)
    teaches = [fold for fold in again.ranked.folds if date(2023, 1, 1) in fold.teach]
    assert again.ranked.computed == len(teaches) < cells


def test_what_teaches_is_what_was_known_on_the_tested_day(town: Any, tmp_path: Path) -> None:
    """Outcomes that are said to be known only later never reach a cell: the cells are those of the earlier truth."""
    asked: list[tuple[date, Sequence[date]]] = []
    plan = replace(PLAN, rankings=FAST, model=FAST[0], oldest_months=0)

    def known_on(day: date, days: Sequence[date]) -> pl.DataFrame:
        asked.append((day, tuple(days)))
        return town.outcomes.filter(pl.col("as_of").is_in(list(days)))

    honest = _run(tmp_path, town, plan, known_on=known_on)
    assert asked == [(fold.test, fold.teach) for fold in honest.ranked.folds]
    assert all(max(days) + timedelta(days=91 + 14) <= day for day, days in asked)
    corrected = town.outcomes.with_columns(label_state=pl.lit("negative"))
    later = _run(tmp_path, replace(town, outcomes=corrected), plan, known_on=known_on)
    assert later.ranked.computed == 0
    assert set(later.scores["label_state"]) == {"negative"}


def test_permuted_labels_find_the_base_rate(town: Any, make: Callable, tmp_path: Path) -> None:
    town = make(500, 14, 9, -3.0)
    generator = np.random.default_rng(2)
    shuffled = [
        part.with_columns(label_state=pl.Series(generator.permutation(part["label_state"].to_numpy())))
        for part in town.outcomes.partition_by("as_of", maintain_order=True)
    ]
    plan = replace(PLAN, window=6, draws=200, oldest_months=0)
    found = _run(tmp_path, replace(town, outcomes=pl.concat(shuffled)), plan)
    means = found.evaluation.records().filter(pl.col("as_of").is_null(), population="calendar")
    base = found.scores.select((pl.col("label_state") == "positive").mean()).item()
    assert base > 0.05
    for ranking in RANKINGS:
        for k in (10, 30):
            row = means.filter(ranking=ranking, measure="precision_at_k", k=k).row(0, named=True)
            assert row["low"] <= base <= row["high"], (ranking, k)
    # The same town as it is: the model finds far more, so the interval above is no wide gate.
    honest = _run(tmp_path, town, plan).evaluation.records()
    row = honest.filter(pl.col("as_of").is_null(), population="calendar", ranking=MODEL, measure="precision_at_k", k=30)
    assert row["low"].item() > 1.5 * base


def test_a_planted_feature_is_refused_by_name_whichever_process_meets_it(make: Callable, tmp_path: Path) -> None:
    town = make(900, 8, 5)
    had = label(town.matrix, town.outcomes)["label_state"] == "positive"
    days = pl.Series("days_until_event", np.random.default_rng(1).integers(1, 180, had.len()))
    matrix = town.matrix.with_columns(pl.when(had).then(days).otherwise(None).cast(pl.Float64).alias("event_days"))
    planted = replace(town, matrix=matrix, columns=(*town.columns, Column("event_days")))
    for processes in (1, 2):
        plan = replace(PLAN, rankings=FAST[:2], model=FAST[0], processes=processes, test_on=(date(2023, 8, 1),))
        with pytest.raises(LookAheadError, match=r"found event_days \(alone it has an AUC of 1.0000\)"):
            _run(tmp_path / str(processes), planted, plan)
    assert not list(tmp_path.glob("1/cells/*"))


def test_a_model_ages_and_the_report_says_by_how_much(kept: tuple[Path, Backtest]) -> None:
    _, found = kept
    ageing = found.ageing
    assert ageing["age_months"].to_list() == [0, 1, 2, 3]
    assert ageing["cut_offs"].to_list() == [7, 6, 5, 4]
    assert ageing.row(0, named=True)["difference"] == 0.0
    fresh = found.evaluation.estimates["before_termination"]
    from models.evaluation import headline

    assert ageing["recall"][0] == pytest.approx(fresh.mean(headline(MODEL, (10, 30))).value)
    assert ageing["low"].is_between(0, ageing["recall"]).all()
    aged = next(each for each in found.ranked.aged if each.months == 2)
    own = found.scores.filter(as_of=aged.tested_on)[MODEL].to_numpy()
    assert aged.cell.scores() is not None
    assert not np.array_equal(aged.cell.scores(), own)


def test_fixed_stage_rows_are_ranked_by_the_model_of_the_latest_cut_off(town: Any, tmp_path: Path) -> None:
    days = {
        date(2023, 6, 9): 0.2,
        date(2023, 7, 1): 0.2,
        date(2023, 8, 25): 0.2,
        date(2023, 2, 3): 0.2,
        date(2024, 3, 1): 0.2,
    }
    rows = pl.concat(
        town.matrix.filter(as_of=date(2023, 6, 1)).sample(fraction=share, seed=i).with_columns(as_of=pl.lit(day))
        for i, (day, share) in enumerate(days.items())
    )
    outcomes = rows.select(KEY).with_columns(
        label_state=pl.Series(np.where(np.arange(rows.height) % 5, "negative", "positive"))
    )
    plan = replace(PLAN, rankings=FAST, model=FAST[0], oldest_months=0)
    both = replace(town, outcomes=pl.concat([town.outcomes, outcomes]).unique(KEY, keep="first"))
    found = _run(tmp_path, both, plan, fixed_stage=rows)
    placed = dict(found.ranked.fixed_stage.select("as_of", "cut_off").unique().iter_rows())
    # Before the first tested cut-off and long after the last nobody could have ranked them.
    assert placed == {
        date(2023, 6, 9): date(2023, 6, 1),
        date(2023, 7, 1): date(2023, 7, 1),
        date(2023, 8, 25): date(2023, 8, 1),
    }
    records = found.evaluation.records().filter(population="fixed_stage")
    assert set(records["as_of"].drop_nulls()) == set(placed.values())
    assert found.ranked.fixed_stage["label_state"].null_count() == 0
    assert _run(tmp_path, both, plan, fixed_stage=rows).ranked.computed == 0


def test_what_cannot_be_fitted_is_left_out_and_named(town: Any, tmp_path: Path) -> None:
    """Without enough positives the learned rankings refuse; the orders that learn nothing are still compared."""
    few = town.outcomes.with_columns(
        label_state=pl.when(pl.col("tenancy_no") == "00001").then(pl.lit("positive")).otherwise(pl.lit("negative"))
    )
    plan = replace(PLAN, rankings=FAST, model=FAST[0])
    found = _run(tmp_path, replace(town, outcomes=few), plan)
    assert found.ranked.rankings == (RULES, "base_rate")
    assert {each.ranking for each in found.ranked.refused} == {"logistic_regression"}
    assert "at least 10 positives" in found.ranked.refused[0].why
    assert _run(tmp_path, replace(town, outcomes=few), plan).ranked.computed == 0
    with pytest.raises(ModelError, match="a cut-off that could be ranked"):
        _run(tmp_path, replace(town, outcomes=few), replace(plan, rankings=FAST[:1]))


def test_rows_of_cut_offs_that_are_no_longer_used_are_deleted(town: Any, tmp_path: Path) -> None:
    plan = replace(PLAN, rankings=FAST[1:], model=RULES)
    _run(tmp_path, town, plan)
    late = town.matrix.filter(pl.col("as_of") >= date(2023, 4, 1))
    (tmp_path / "cells" / ".half.parquet.1.part").write_bytes(b"half")
    _run(tmp_path, replace(town, matrix=late), plan)
    assert sorted(p.name[:10] for p in (tmp_path / "cohorts").iterdir()) == sorted(map(str, late["as_of"].unique()))
    assert not list(tmp_path.rglob(".*"))


def test_a_history_too_short_is_refused_with_its_dates(town: Any, tmp_path: Path) -> None:
    short = replace(town, matrix=town.matrix.filter(pl.col("as_of") < date(2023, 5, 1)))
    with pytest.raises(LookAheadError, match="the tested days 2023-01-01 to 2023-04-01"):
        rank_cut_offs(keep_cohorts(tmp_path, short.matrix), short.outcomes, short.columns, tmp_path, PLAN)
