"""`make bench`: are the reasons true, and are they the reasons? 10,000 sentences on a made-up municipality.

*True*: each sentence is written again, word for word, from facts looked up a second time (`sentences_again`).
*The reasons*: with the cited reason's features at the cohort's median, the score must fall; with those of what speaks
against at the median of the top tenth, it must rise. And the contributions must sum to the raw score.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.facts_again import facts_of
from benchmarks.sentences_again import untrue
from flows.home import Home
from flows.intake import intake
from flows.simulation import simulate_municipality
from flows.workroom import opened
from models.contributions import contribution_rows
from models.explained import ExplainedModel
from models.matrix import KEY, as_columns, feature_values
from models.outcome import counted_rows, label, positives
from models.rankers import MODEL, RANKERS
from models.reasons import AGAINST, FOR, explain
from warehouse.dates import add_months
from warehouse.features import build_as_of, build_outcomes, feature_columns, read_evidence, read_matrix

TENANCIES, MONTHS, SEED, UNTIL = 6_000, 48, 7, date(2026, 1, 1)
LISTED_SHARE = 0.1
SENTENCES = 10_000


@dataclass(frozen=True)
class Checked:
    """What the checks found. `lowered`, `lowered_known`: how many of `reasons` lower the score at the median, where a
    feature unknown for most is left unknown, and where it is set to the median of those of whom it is known;
    `raised`: how many of `answers` (what speaks against, by the model) raise it at the top tenth's median."""

    sentences: int
    faults: tuple[str, ...]
    reasons: int
    lowered: int
    lowered_known: int
    answers: int
    raised: int
    largest_gap: float


def check_reasons(
    connection: duckdb.DuckDBPyConnection, ranker: ExplainedModel, days: Sequence[date], most: int = SENTENCES
) -> Checked:
    """Checks at most `most` sentences on the top tenth of each of `days`, whose features and evidence are built."""
    counts = np.zeros(6, dtype=int)
    faults: list[str] = []
    gaps = [0.0]
    for day in days:
        matrix = read_matrix(connection, [day])
        near = matrix[np.argsort(-ranker.raw(matrix), kind="stable")[: round(LISTED_SHARE * matrix.height)]]
        told = explain(ranker, near, read_evidence(connection, [day]), cohort=matrix)
        told = told.filter(pl.col("facts").list.len() > 0).head(most - int(counts[0]))
        faults += untrue(told.iter_rows(named=True), facts_of(connection, day))
        counts += np.array([told.height, *_counterfactual(ranker, matrix, near, told)])
        gaps.append(_largest_gap(ranker, near, matrix))
    sentences, reasons, lowered, lowered_known, answers, raised = (int(count) for count in counts)
    return Checked(sentences, tuple(faults), reasons, lowered, lowered_known, answers, raised, max(gaps))


def _counterfactual(
    ranker: ExplainedModel, cohort: pl.DataFrame, near: pl.DataFrame, told: pl.DataFrame
) -> tuple[int, int, int, int, int]:
    """Reasons by the model, how many lower the score (two readings of the median), answers, and how many raise it."""
    said = told.filter(pl.col("contribution").is_not_null())
    speaking, answering = said.filter(kind=FOR), said.filter(kind=AGAINST)
    lowered = _moves(ranker, near, speaking, cohort, known=False)
    lowered_known = _moves(ranker, near, speaking, cohort, known=True)
    raised = _moves(ranker, near, answering, near, known=False)
    return (
        speaking.height,
        sum(m < 0 for m in lowered),
        sum(m < 0 for m in lowered_known),
        answering.height,
        sum(m > 0 for m in raised),
    )


def _moves(
    ranker: ExplainedModel, rows: pl.DataFrame, said: pl.DataFrame, among: pl.DataFrame, *, known: bool
) -> Iterator[float]:
    """How the raw score of each sentence's tenancy moves with the reason's features at their median in `among`."""
    for (reason,), sentences in said.group_by("reason", maintain_order=True):
        before = sentences.select(KEY).join(rows, on=KEY, how="left", maintain_order="left")
        names = [column.name for column in ranker.columns if column.reason == reason]
        medians = {name: pl.lit(_median(among, name, known=known), pl.Float64) for name in names}
        yield from ranker.raw(before.with_columns(**medians)) - ranker.raw(before)


def _median(among: pl.DataFrame, name: str, *, known: bool) -> float | None:
    values = feature_values(among, name)
    is_rare = np.isnan(values).mean() > 0.5
    return None if np.isnan(values).all() or (is_rare and not known) else float(np.nanmedian(values))


def _largest_gap(ranker: ExplainedModel, rows: pl.DataFrame, cohort: pl.DataFrame) -> float:
    """How far base and contributions are from the raw score at most."""
    summed = contribution_rows(ranker, rows, cohort).group_by(KEY).agg(pl.col("contribution").sum())
    both = rows.select(KEY).with_columns(raw=pl.Series(ranker.raw(rows))).join(summed, on=KEY)
    return float(np.abs((both["raw"] - both["contribution"]).to_numpy()).max(initial=0.0))


def trained_on(connection: duckdb.DuckDBPyConnection, cut_offs: Sequence[date], until: date) -> ExplainedModel:
    """The model in use, fitted on past cut-offs whose outcomes were known on `until`."""
    build_as_of(connection, cut_offs, with_results=False)
    labelled = counted_rows(label(read_matrix(connection, cut_offs), build_outcomes(connection, cut_offs, until)))
    ranker = RANKERS[MODEL](as_columns(feature_columns()), SEED).fit(labelled, positives(labelled).to_numpy())
    assert isinstance(ranker, ExplainedModel)
    return ranker


def measure(folder: Path) -> Checked:
    """Simulate, take in, train on twelve cut-offs, and check the top tenth of seven later days."""
    if folder.exists():
        shutil.rmtree(folder)
    home = Home(folder)
    simulate_municipality(home, TENANCIES, MONTHS, SEED, UNTIL)
    intake(home, UNTIL)
    days = [add_months(UNTIL, -back) for back in range(7)]
    with opened(home) as room:
        ranker = trained_on(room.connection, [add_months(UNTIL, -back) for back in range(14, 26)], days[-1])
        build_as_of(room.connection, days)
        return check_reasons(room.connection, ranker, days)


def show(checked: Checked) -> None:
    """What was found, as a table."""
    table = Table(title="Reasons: true, and the reasons", title_justify="left")
    for heading in ("what", "of", "found"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    rows: list[tuple[str, Any, str]] = [
        ("sentences that are true of their facts", checked.sentences, f"{checked.sentences - len(checked.faults):,}"),
        ("reasons that lower the score at the cohort's median", checked.reasons, f"{checked.lowered:,}"),
        ("… with rare features at the median of the known", checked.reasons, f"{checked.lowered_known:,}"),
        ("answers that raise it at the top tenth's median", checked.answers, f"{checked.raised:,}"),
    ]
    for what, of, found in rows:
        table.add_row(what, f"{of:,}", found)
    table.add_row("largest gap between contributions and raw score", "", f"{checked.largest_gap:.1e}")
    Console(width=120).print(table)
    for fault in sorted(set(checked.faults)):
        print(fault, checked.faults.count(fault))


if __name__ == "__main__":
    show(measure(Path("bench") / "reasons"))
