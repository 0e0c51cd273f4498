"""Contributions: exact, against the day's median, and the reasons they give are reasons."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.contributions import BASE, SCHEMA, Contributing, contribution_rows, median_row, typical_of
from models.matrix import KEY, Column
from models.reasons import AGAINST, FOR, explain
from models.sentences import phrasebook
from models.training import TrainedModel

EVIDENCE_TYPES = {
    "evidence": pl.String, "event_on": pl.Date, "amount_dkk": pl.Decimal(12, 2), "event_count": pl.Int32,
    "code": pl.String, "facts": pl.List(pl.String),
}  # fmt: skip


@pytest.fixture(scope="module")
def day(world: Any) -> pl.DataFrame:
    """The last day's matrix: 500 tenancies."""
    return world.matrix.filter(pl.col("as_of") == world.matrix["as_of"].max())


@pytest.fixture(scope="module")
def near(trained: TrainedModel, day: pl.DataFrame) -> pl.DataFrame:
    """Its top tenth."""
    return day[np.argsort(-trained.model.raw(day), kind="stable")[:50]]


def _everything(rows: pl.DataFrame) -> pl.DataFrame:
    """Every evidence there is, for each row."""
    words = {code: next(iter(saying.codes), None) for code, saying in phrasebook().sayings.items()}
    day, owed = date(2024, 1, 2), Decimal("4200.50")
    told = [(code, day, owed, 7, word, [f"tenancies:L/{code}"]) for code, word in words.items()]
    all_codes = pl.DataFrame(told, schema=EVIDENCE_TYPES, orient="row")
    return rows.select(KEY).join(all_codes, how="cross")


def _with_median(rows: pl.DataFrame, columns: tuple[Column, ...], reason: str, among: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the reason's features at their median in `among`, worked out here anew."""
    names = [column.name for column in columns if column.reason == reason]
    medians = {n: None if 2 * among[n].null_count() > among.height else among[n].median() for n in names}
    return rows.with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in medians.items())


def test_base_and_contributions_are_the_raw_score(trained: TrainedModel, day: pl.DataFrame, near: pl.DataFrame) -> None:
    rows = contribution_rows(trained.model, near, day)
    assert rows.schema == SCHEMA
    sums = rows.group_by(KEY).agg(pl.col("contribution").sum())
    both = near.select(KEY).with_columns(raw=pl.Series(trained.model.raw(near))).join(sums, on=KEY)
    assert both.height == near.height
    assert float((both["raw"] - both["contribution"]).abs().max()) < 1e-9
    base = rows.filter(reason=BASE)["contribution"].unique().to_list()
    assert base == pytest.approx([float(trained.model.raw(median_row(day, trained.model.columns))[0])])


def test_the_median_tenancy_has_no_reason(trained: TrainedModel, day: pl.DataFrame) -> None:
    median = median_row(day, trained.model.columns)
    rows = contribution_rows(trained.model, median, day).filter(pl.col("reason") != BASE)
    assert rows["contribution"].abs().max() == 0.0


def test_what_is_unknown_for_most_is_unknown_for_the_median_tenancy() -> None:
    columns = (Column("rare_count"), Column("usual_count"))
    cohort = pl.DataFrame(
        {**dict.fromkeys(KEY, "x"), "rare_count": [1.0, None, None], "usual_count": [1.0, 4.0, None]},
        schema_overrides={"rare_count": pl.Float64},
    )
    assert median_row(cohort, columns).select("rare_count", "usual_count").row(0) == (None, 2.5)
    assert median_row(cohort, columns, known=True).select("rare_count", "usual_count").row(0) == (1.0, 2.5)


def test_every_reason_lowers_the_score_when_its_facts_are_as_they_usually_are(
    trained: TrainedModel, day: pl.DataFrame, near: pl.DataFrame
) -> None:
    told = explain(trained.model, near, _everything(near), cohort=day).filter(kind=FOR).drop_nulls("contribution")
    assert told.height > 100
    for (reason,), said in told.group_by("reason"):
        rows = said.select(KEY).join(near, on=KEY, how="left", maintain_order="left")
        usual = _with_median(rows, trained.model.columns, reason, day)
        fallen = trained.model.raw(rows) - trained.model.raw(usual)
        assert fallen == pytest.approx(said["contribution"].to_numpy())
        assert (fallen > 0).all(), reason
        assert (trained.model.score(usual) < trained.model.score(rows)).all()


def test_what_speaks_against_raises_the_score_when_its_facts_are_as_usual_among_the_first(
    trained: TrainedModel, day: pl.DataFrame, near: pl.DataFrame
) -> None:
    told = explain(trained.model, near, _everything(near), cohort=day).filter(kind=AGAINST).drop_nulls("contribution")
    assert told.height > 10
    for (reason,), said in told.group_by("reason"):
        rows = said.select(KEY).join(near, on=KEY, how="left", maintain_order="left")
        usual = _with_median(rows, trained.model.columns, reason, near)
        assert trained.model.raw(rows) - trained.model.raw(usual) == pytest.approx(said["contribution"].to_numpy())
        assert (said["contribution"] < 0).all()


def test_nothing_is_told_for_and_against_at_once(trained: TrainedModel, day: pl.DataFrame, near: pl.DataFrame) -> None:
    told = explain(trained.model, near, _everything(near), cohort=day)
    for _, rows in told.group_by(KEY):
        sides = [set(rows.filter(kind=kind)["reason"]) for kind in (FOR, AGAINST)]
        assert not sides[0] & sides[1]


def test_the_order_of_the_cohort_leaves_no_trace(trained: TrainedModel, day: pl.DataFrame) -> None:
    ranker: Contributing = trained.model
    turned = typical_of(ranker, day.reverse())
    for one, other in zip(vars(typical_of(ranker, day)).values(), vars(turned).values(), strict=True):
        assert one == pytest.approx(other)
