"""Why a tenancy stands where it stands: what speaks for a risk and what speaks against, each true of cited facts.

A model's contributions are summed by the reason they stand for (`reason` in the features' table.toml) and compared
with the median tenancy of the day; the rules name their evidence themselves. What raised the order and can be shown
from the tenancy's own facts is said; what cannot be shown is not said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from models.contributions import NO_TYPICAL, Contributing, Typical, group_contributions, typical_of
from models.matrix import KEY, Floats
from models.rules import RulesRanker, judge, rule_book
from models.sentences import Evidence, phrasebook, say

MOST_SENTENCES = 5
MOST_AGAINST = 3
SMALLEST_SHARE = 0.03
"""A reason that makes up less than this of what raised the order is not worth a sentence."""

FOR, AGAINST = "for", "against"

NOTHING = "nothing"
"""The evidence code of the sentence that says that nothing stands out."""

SCHEMA = pl.Schema(
    [
        ("as_of", pl.Date()),
        ("landlord", pl.String()),
        ("tenancy_no", pl.String()),
        ("kind", pl.String()),
        ("position", pl.Int32()),
        ("evidence", pl.String()),
        ("reason", pl.String()),
        ("contribution", pl.Float64()),
        ("sentence_da", pl.String()),
        ("sentence_en", pl.String()),
        ("facts", pl.List(pl.String)),
        ("link_confidence", pl.Float64()),
    ]
)
"""The columns of what `explain` gives."""

RowKey = tuple[Any, ...]


@dataclass(frozen=True)
class Told:
    """An evidence that a tenancy has, and how certain it is that what it cites belongs to the tenancy (0 to 1)."""

    evidence: Evidence
    link_confidence: float = 1.0

    @property
    def reason(self) -> str:
        """The reason that the evidence stands for, or answers."""
        saying = phrasebook().sayings.get(self.evidence.code_name)
        return saying.reason if saying else self.evidence.code_name

    @property
    def kind(self) -> str:
        """Whether it speaks for a risk or against."""
        saying = phrasebook().sayings.get(self.evidence.code_name)
        return AGAINST if saying and saying.speaks_against else FOR

    @property
    def gravity(self) -> int:
        """Orders evidence where no contribution does."""
        return phrasebook().sayings[self.evidence.code_name].gravity


@dataclass(frozen=True)
class Weight:
    """What a tenancy's reasons weigh: raising and lowering reasons with their contribution, the weightiest first.

    The contribution is None where the rules put it there.
    """

    raising: Mapping[str, float | None]
    lowering: Mapping[str, float | None]


Reason = tuple[Told, float | None]


def explain(
    ranker: Contributing | RulesRanker,
    matrix: pl.DataFrame,
    evidence: pl.DataFrame,
    *,
    cohort: pl.DataFrame | None = None,
    most: int = MOST_SENTENCES,
    most_against: int = MOST_AGAINST,
) -> pl.DataFrame:
    """For each row of `matrix` one to `most` sentences for a risk and up to `most_against` against, as in `SCHEMA`.

    Give only the rows that are listed as `matrix`, and the whole day's matrix as `cohort`: reasons are what sets a
    tenancy apart from the cohort's median (without a cohort: from the model's own typical tenancy). `evidence` holds
    the rows of the warehouse's result_evidence, of these and any other tenancies. `contribution` is in the model's raw
    units (log odds), and null where the rules or the facts alone speak. For a risk it is how much lower the raw score
    would be with the reason's features at the cohort's median; against, how much lower it is than with these as they
    usually are in the cohort's top tenth (below 0). `link_confidence` is below 1 where a cited fact was linked by name
    and address. Sorted by the key, kind (for first) and position.
    """
    told = told_by_row(matrix, evidence)
    weights = _weights(ranker, matrix, cohort)
    rows: list[tuple[Any, ...]] = []
    for key, weight in zip(matrix.select(KEY).iter_rows(), weights, strict=True):
        own = told.get(key, [])
        speaking = _speaking_for(weight, own)
        rows += _sentences(key, FOR, speaking, most) or [_nothing(key)]
        answering = _speaking_against(weight, own, {one.reason for one, _ in speaking})
        rows += _sentences(key, AGAINST, answering, most_against)
    ordered = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return ordered.sort(*KEY, "kind", "position", descending=[False, False, False, True, False])


def _weights(ranker: Contributing | RulesRanker, matrix: pl.DataFrame, cohort: pl.DataFrame | None) -> list[Weight]:
    """What the reasons of each row of `matrix` weigh."""
    if isinstance(ranker, RulesRanker):
        return _fired(matrix)
    typical = NO_TYPICAL if cohort is None or cohort.is_empty() else typical_of(ranker, cohort)
    codes, sums = group_contributions(ranker, matrix)
    return [_weighed(codes, row, typical) for row in sums]


def _weighed(codes: Sequence[str], sums: Floats, typical: Typical) -> Weight:
    """Raising: above the cohort's median, however "not known" is read. Lowering: not above, and below the top tenth."""
    beyond, beside_top = sums - typical.cohort, sums - typical.top
    sure = sums - np.maximum(typical.cohort, typical.cohort_known)
    floor = SMALLEST_SHARE * float(np.sum(beyond[beyond > 0]))
    floor_top = -SMALLEST_SHARE * float(np.sum(np.abs(beside_top)))
    raising = {codes[i]: float(beyond[i]) for i in np.argsort(-beyond, kind="stable") if sure[i] > floor}
    lowering = {
        codes[i]: float(beside_top[i])
        for i in np.argsort(beside_top, kind="stable")
        if beside_top[i] < floor_top and beyond[i] <= 0
    }
    return Weight(raising, lowering)


def _fired(matrix: pl.DataFrame) -> list[Weight]:
    """The evidence of the rules that hold, from the highest step; the rules have no contributions."""
    rules = sorted(enumerate(rule_book().rules), key=lambda pair: -pair[1].step)
    answers = {saying.reason for saying in phrasebook().sayings.values() if saying.speaks_against}
    fired = [{rule.evidence: None for i, rule in rules if row[i]} for row in judge(matrix).holds]
    return [Weight(holding, dict.fromkeys(sorted(answers - holding.keys()))) for holding in fired]


def _speaking_for(weight: Weight, own: Sequence[Told]) -> list[Reason]:
    """What raised the order and can be shown; else the facts that explain a place on the list by themselves."""
    by_reason = {one.reason: one for one in own if one.kind == FOR}
    shown = [(by_reason[code], added) for code, added in weight.raising.items() if code in by_reason]
    return shown or [(one, None) for one in _alone(by_reason.values())]


def _speaking_against(weight: Weight, own: Sequence[Told], answered: set[str]) -> list[Reason]:
    """What lowered the order and can be shown, the facts that count by themselves after it.

    Nothing is said against a reason that is `answered`, that is told for a risk. Of two that answer the same reason
    the graver one is told.
    """
    by_reason: dict[str, Told] = {}
    for one in sorted((one for one in own if one.kind == AGAINST), key=lambda one: -one.gravity):
        by_reason.setdefault(one.reason, one)
    open_ones = {code: one for code, one in by_reason.items() if code not in answered}
    shown = {code: weight.lowering[code] for code in weight.lowering if code in open_ones}
    if all(added is None for added in shown.values()):
        shown = dict.fromkeys(sorted(shown, key=lambda code: -open_ones[code].gravity))
    rest = _alone(one for code, one in open_ones.items() if code not in shown)
    return [*((open_ones[code], added) for code, added in shown.items()), *((one, None) for one in rest)]


def _alone(own: Any) -> list[Told]:
    """The facts that count by themselves, whatever the model made of them, the gravest first."""
    sayings = phrasebook().sayings
    known = [one for one in own if one.evidence.code_name in sayings]
    counting = [one for one in known if sayings[one.evidence.code_name].explains_alone]
    return sorted(counting, key=lambda one: -one.gravity)


def _sentences(key: RowKey, kind: str, reasons: Sequence[Reason], most: int) -> list[tuple[Any, ...]]:
    """The rows of one tenancy and kind: what can be said of its reasons."""
    rows: list[tuple[Any, ...]] = []
    for told, added in reasons:
        one = told.evidence
        da, en = say(one, "da"), say(one, "en")
        if da is not None and en is not None and len(rows) < most:
            place = (*key, kind, len(rows) + 1, one.code_name, told.reason)
            rows.append((*place, added, da, en, list(one.facts), told.link_confidence))
    return rows


def _nothing(key: RowKey) -> tuple[Any, ...]:
    nothing = phrasebook().nothing
    return (*key, FOR, 1, NOTHING, NOTHING, None, nothing["da"], nothing["en"], [], 1.0)


def told_by_row(matrix: pl.DataFrame, evidence: pl.DataFrame) -> dict[RowKey, list[Told]]:
    """The evidence of the tenancies in `matrix` by key; of two of a code the later one.

    Evidence that cites no fact is left out: what cannot be looked up is not said.
    """
    cited = evidence.filter(pl.col("facts").list.len() > 0)
    wanted = cited.join(matrix.select(KEY), on=KEY, how="semi").sort(*KEY, "evidence", "event_on", "facts")
    found: dict[RowKey, dict[str, Told]] = {}
    for row in wanted.iter_rows(named=True):
        one = as_evidence(row)
        confidence = row.get("link_confidence")
        told = Told(one, 1.0 if confidence is None else confidence)
        found.setdefault(tuple(row[name] for name in KEY), {})[one.code_name] = told
    return {key: list(by_code.values()) for key, by_code in found.items()}


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
