"""What moved a raw score between two days: by reason, exactly, and in sentences made of what changed in the facts."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from models.contributions import Contributing, group_contributions
from models.matrix import TENANCY
from models.reasons import AGAINST, FOR, Told, told_by_row
from models.sentences import LANGUAGES, Evidence, amount_text, phrasebook, say

MOST_MOVEMENTS = 3
SMALLEST_SHARE = 0.05
"""A reason that makes up less than this of all that moved a score is not worth a sentence."""

SCHEMA = pl.Schema(
    [("landlord", pl.String()), ("tenancy_no", pl.String()), ("reason", pl.String()), ("moved", pl.Float64())]
)
"""The columns of what `movements` gives."""

Saying = tuple[str, str]
"""A sentence in Danish and in English."""

Side = Mapping[tuple[str, str], Told]
"""What can be told of a tenancy on one day, by reason and kind (for a risk or against)."""

Known = Mapping[tuple[str, str], Sequence[Told]]
"""What can be told of each tenancy (landlord, tenancy_no)."""


def movements(ranker: Contributing, before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """How much each reason moved the raw score of the tenancies that both matrices hold (`SCHEMA`); zeros left out.

    The rows of a tenancy sum to the difference of its raw scores under `ranker`. Sorted by tenancy, largest first.
    """
    both = before.select(TENANCY).join(now.select(TENANCY), on=TENANCY).sort(TENANCY)
    codes: list[str] = []
    earlier = later = np.empty((0, 0))
    if both.height:
        codes, earlier = group_contributions(ranker, both.join(before, on=TENANCY, maintain_order="left"))
        later = group_contributions(ranker, both.join(now, on=TENANCY, maintain_order="left"))[1]
    each = [
        both.with_columns(pl.lit(code).alias("reason"), pl.Series("moved", (later - earlier)[:, j], pl.Float64))
        for j, code in enumerate(codes)
    ]
    moved = pl.concat([pl.DataFrame(schema=SCHEMA), *each]).filter(pl.col("moved") != 0.0)
    return moved.sort(*TENANCY, pl.col("moved").abs(), "reason", descending=[False, False, True, False])


def known_of(matrix: pl.DataFrame, evidence: pl.DataFrame) -> dict[tuple[str, str], list[Told]]:
    """What can be told of each tenancy in `matrix`, a single day's, by (landlord, tenancy_no)."""
    return {(key[1], key[2]): told for key, told in told_by_row(matrix, evidence).items()}


def tell(
    moved: Sequence[tuple[str, float]] | None, before: Sequence[Told], now: Sequence[Told], *, up: bool
) -> list[Saying]:
    """At most `MOST_MOVEMENTS` sentences on what changed in a tenancy's facts and moved it `up` (or down).

    `moved`: its reasons with how far each moved the score, the largest first; None where the rules rank, then
    whatever changed is told, the gravest first. A sentence that held before and no longer does is introduced so.
    """
    sides = _by_side(before), _by_side(now)
    news = [reason for reason in _by_gravity([*before, *now]) if _has_news(reason, *sides)]
    moving = news if moved is None else _moving(moved, up)
    kinds = (FOR, AGAINST) if up else (AGAINST, FOR)
    pressing = [_new(reason, kinds[0], *sides) or _over(reason, kinds[1], *sides) for reason in moving]
    told = [said for said in pressing if said is not None]
    # Else a fact that is still there but has become smaller or larger.
    told = told or [said for said in (_new(reason, kinds[1], *sides) for reason in moving) if said is not None]
    return told[:MOST_MOVEMENTS]


def _moving(moved: Sequence[tuple[str, float]], up: bool) -> list[str]:
    """The reasons that moved the score the way it went, without the tiny ones."""
    floor = SMALLEST_SHARE * sum(abs(size) for _, size in moved)
    return [reason for reason, size in moved if (size if up else -size) > floor]


def _by_gravity(told: Sequence[Told]) -> list[str]:
    known = [one for one in told if one.evidence.code_name in phrasebook().sayings]
    return list(dict.fromkeys(one.reason for one in sorted(known, key=lambda one: (-one.gravity, one.reason))))


def _by_side(told: Sequence[Told]) -> Side:
    """By reason and kind; of two the graver one."""
    known = [one for one in told if one.evidence.code_name in phrasebook().sayings]
    return {(one.reason, one.kind): one for one in sorted(known, key=lambda one: one.gravity)}


def _has_news(reason: str, earlier: Side, later: Side) -> bool:
    """Whether other facts are cited than before: what only time has changed is no news."""
    cited = [
        {kind: set(side[reason, kind].evidence.facts) for kind in (FOR, AGAINST) if (reason, kind) in side}
        for side in (earlier, later)
    ]
    return cited[0] != cited[1]


def _new(reason: str, kind: str, earlier: Side, later: Side) -> Saying | None:
    """What can be said of the reason now and could not be said in the same words before."""
    one, other = later.get((reason, kind)), earlier.get((reason, kind))
    said = _said(one)
    if one is None or said is None or said == _said(other):
        return None
    return _compared(one.evidence, other.evidence) or said if other is not None else said


def _compared(now: Evidence, before: Evidence) -> Saying | None:
    """An amount beside what it was, where `sentences.toml` has words for that."""
    words = phrasebook().changed.get(now.code_name)
    if words is None or now.amount_dkk is None or before.amount_dkk is None or now.amount_dkk == before.amount_dkk:
        return None
    amounts = [
        {"amount": amount_text(now.amount_dkk, language), "before": amount_text(before.amount_dkk, language)}
        for language in LANGUAGES
    ]
    return words["da"].format(**amounts[0]), words["en"].format(**amounts[1])


def _over(reason: str, kind: str, earlier: Side, later: Side) -> Saying | None:
    """What could be said of the reason before and does not hold any more."""
    said = _said(earlier.get((reason, kind)))
    if said is None or (reason, kind) in later:
        return None
    over = phrasebook().over
    return over["da"].format(sentence=said[0]), over["en"].format(sentence=said[1])


def _said(told: Told | None) -> Saying | None:
    if told is None:
        return None
    da, en = say(told.evidence, "da"), say(told.evidence, "en")
    return None if da is None or en is None else (da, en)
