"""Why a tenancy stands where it stands: one to five sentences, each true of the facts it cites.

A model's contributions are summed by the evidence they stand for; the rules name their evidence themselves. What
raised the order and can be shown from the tenancy's own facts is said; what cannot be shown is not said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

import numpy as np
import polars as pl

from models.matrix import KEY, Column, Floats
from models.rules import RulesRanker, judge, rule_book
from models.sentences import Evidence, phrasebook, say

MOST_SENTENCES = 5
SMALLEST_SHARE = 0.03
"""A group that makes up less than this of what raised the order is not worth a sentence."""

NOTHING = "nothing"
"""The evidence code of the sentence that says that nothing stands out."""

SCHEMA = pl.Schema(
    [
        ("as_of", pl.Date()),
        ("landlord", pl.String()),
        ("tenancy_no", pl.String()),
        ("position", pl.Int32()),
        ("evidence", pl.String()),
        ("contribution", pl.Float64()),
        ("sentence_da", pl.String()),
        ("sentence_en", pl.String()),
        ("facts", pl.List(pl.String)),
    ]
)
"""The columns of what `explain` gives."""

RowKey = tuple[Any, ...]


@runtime_checkable
class Contributing(Protocol):
    """A ranker whose raw score is a sum over its features."""

    columns: tuple[Column, ...]

    def contributions(self, matrix: pl.DataFrame) -> Floats:
        """(rows, columns): how much each feature adds to the raw score of the typical tenancy."""


@dataclass(frozen=True)
class Reason:
    """An evidence with the contribution it stands for; None where the rules or the facts alone put it there."""

    evidence: Evidence
    contribution: float | None


def explain(
    ranker: Contributing | RulesRanker,
    matrix: pl.DataFrame,
    evidence: pl.DataFrame,
    *,
    most: int = MOST_SENTENCES,
) -> pl.DataFrame:
    """One to `most` sentences for each row of `matrix`, in the columns of `SCHEMA`; give only the rows that are listed.

    `evidence` holds the rows of the warehouse's result_evidence, of these and any other tenancies. `contribution`
    is in the model's raw units (log odds) and null for the rules. Sorted by the key and position.
    """
    told = _evidence_by_row(matrix, evidence)
    weights = _weights(ranker, matrix)
    rows: list[tuple[Any, ...]] = []
    for key, weight in zip(matrix.select(KEY).iter_rows(), weights, strict=True):
        rows += _sentences(key, _reasons(weight, told.get(key, {})), most)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(*KEY, "position")


def group_contributions(ranker: Contributing, matrix: pl.DataFrame) -> tuple[list[str], Floats]:
    """The evidence codes and (rows, codes): the sum of the contributions that count toward each code."""
    codes = sorted({column.reason for column in ranker.columns})
    belongs = np.array([[column.reason == code for code in codes] for column in ranker.columns], dtype=np.float64)
    return codes, ranker.contributions(matrix) @ belongs


def _weights(ranker: Contributing | RulesRanker, matrix: pl.DataFrame) -> list[dict[str, float | None]]:
    """For each row the evidence codes that raised it, from the one that raised it most, with their contribution."""
    if isinstance(ranker, RulesRanker):
        return _fired(matrix)
    codes, sums = group_contributions(ranker, matrix)
    return [_raising(codes, row) for row in sums]


def _raising(codes: Sequence[str], sums: Floats) -> dict[str, float | None]:
    floor = SMALLEST_SHARE * float(np.sum(sums[sums > 0]))
    order = np.argsort(-sums, kind="stable")
    return {codes[i]: float(sums[i]) for i in order if sums[i] > floor}


def _fired(matrix: pl.DataFrame) -> list[dict[str, float | None]]:
    """The evidence of the rules that hold, from the highest step; the rules have no contributions."""
    rules = sorted(enumerate(rule_book().rules), key=lambda pair: -pair[1].step)
    holds = judge(matrix).holds
    return [{rule.evidence: None for i, rule in rules if row[i]} for row in holds]


def _reasons(weights: Mapping[str, float | None], told: Mapping[str, Evidence]) -> list[Reason]:
    """What raised the order and can be shown; else the facts that explain a place on the list by themselves."""
    shown = [Reason(told[code], weight) for code, weight in weights.items() if code in told]
    if shown:
        return shown
    sayings = phrasebook().sayings
    alone = [each for code, each in told.items() if code in sayings and sayings[code].explains_alone]
    return [Reason(each, None) for each in sorted(alone, key=lambda e: -sayings[e.code_name].gravity)]


def _sentences(key: RowKey, reasons: Sequence[Reason], most: int) -> list[tuple[Any, ...]]:
    """The rows of one tenancy: what can be said of its reasons, or that nothing stands out."""
    rows: list[tuple[Any, ...]] = []
    for reason in reasons:
        da, en = say(reason.evidence, "da"), say(reason.evidence, "en")
        if da is not None and en is not None and len(rows) < most:
            facts = list(reason.evidence.facts)
            rows.append((*key, len(rows) + 1, reason.evidence.code_name, reason.contribution, da, en, facts))
    nothing = phrasebook().nothing
    return rows or [(*key, 1, NOTHING, None, nothing["da"], nothing["en"], [])]


def _evidence_by_row(matrix: pl.DataFrame, evidence: pl.DataFrame) -> dict[RowKey, dict[str, Evidence]]:
    """The evidence of the tenancies in `matrix` by key and code; of two of a code the later one.

    Evidence that cites no fact is left out: what cannot be looked up is not said.
    """
    cited = evidence.filter(pl.col("facts").list.len() > 0)
    wanted = cited.join(matrix.select(KEY), on=KEY, how="semi").sort(*KEY, "evidence", "event_on", "facts")
    found: dict[RowKey, dict[str, Evidence]] = {}
    for row in wanted.iter_rows(named=True):
        one = as_evidence(row)
        found.setdefault(tuple(row[name] for name in KEY), {})[one.code_name] = one
    return found


def as_evidence(row: Mapping[str, Any]) -> Evidence:
    """A row of result_evidence, by column name, as what a sentence is made from."""
    amount = row["amount_dkk"]
    return Evidence(
        code_name=row["evidence"],
        event_on=row["event_on"],
        amount_dkk=None if amount is None else Decimal(amount).quantize(Decimal("0.01")),
        event_count=row["event_count"],
        code=row["code"],
        facts=tuple(row["facts"] or ()),
    )
