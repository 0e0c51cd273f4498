"""The rules tier: written-down rules that order tenancies without any training. See `rules.toml` for the order."""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from models.matrix import KEY, Column, Flags, Floats, feature_values, keyed, require_columns
from warehouse.errors import ModelError

_WRITTEN = Path(__file__).with_name("rules.toml")

RULES_VERSION = f"rules-{hashlib.sha256(_WRITTEN.read_bytes()).hexdigest()[:8]}"
"""Names the rules by their content, as a model is named by its own."""

HIGHEST_STEP = 5
_MOST_SENDERS = 9
_MOST_RENTS = 24.0
"""Beyond two years of rent the order by amount ends; the numbers only bound the score."""


@dataclass(frozen=True)
class Rule:
    """One rule: it holds where `column` is at least `at_least`, or where the stage is one of `stages`."""

    id: str
    step: int
    source: str
    evidence: str
    da: str
    en: str
    column: str = "stage"
    at_least: float = 0.0
    stages: tuple[str, ...] = ()

    def known_and_holds(self, matrix: pl.DataFrame) -> tuple[Flags, Flags]:
        """For each row, whether the rule can be judged, and whether it holds."""
        if self.column not in matrix.columns:
            unknown = np.zeros(matrix.height, dtype=bool)
            return unknown, unknown
        if self.stages:
            known = matrix["stage"].is_not_null().to_numpy()
            return known, matrix["stage"].is_in(self.stages).fill_null(False).to_numpy()
        values = feature_values(matrix, self.column)
        known = ~np.isnan(values)
        return known, known & (np.nan_to_num(values, nan=-np.inf) >= self.at_least)


@dataclass(frozen=True)
class RuleBook:
    """All rules, and the column that orders tenancies which the rules hold alike."""

    amount_column: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Judgement:
    """What the rules said: `score` (rows,), and (rows, rules) flags of which hold and which are not known."""

    score: Floats
    holds: Flags
    unknown: Flags


@cache
def rule_book() -> RuleBook:
    """The rules of `rules.toml`; `ModelError` where one is not complete."""
    return read_rules(_WRITTEN)


def read_rules(path: Path) -> RuleBook:
    """The rules written in `path`; `ModelError` where one is not complete or a number is out of range."""
    content = tomllib.loads(path.read_text("utf-8"))
    rules = tuple(_rule(entry, path.name) for entry in content["rule"])
    if len({rule.id for rule in rules}) < len(rules):
        raise _wrong_rule(path.name, "each rule id once", "an id that occurs twice")
    return RuleBook(content["amount_column"], rules)


def _rule(entry: dict[str, object], where: str) -> Rule:
    stages = entry.pop("stages", [])
    try:
        rule = Rule(**entry, stages=tuple(stages))  # type: ignore[arg-type]
    except TypeError as error:
        raise _wrong_rule(where, "id, step, source, evidence, da, en and a condition", str(error)) from error
    if not 0 <= rule.step <= HIGHEST_STEP or not (rule.stages or rule.column != "stage"):
        raise _wrong_rule(where, f"a step of 0-{HIGHEST_STEP} and a condition", f"rule {rule.id}")
    return rule


def _wrong_rule(where: str, expected: str, found: str) -> ModelError:
    return ModelError(expected=expected, found=found, where=where, remedy="Mend the rule; see the file's first lines.")


def judge(matrix: pl.DataFrame, book: RuleBook | None = None) -> Judgement:
    """Which rules hold for each row of `matrix`, in its order, and the score in [0, 1] that orders by them.

    The score writes (step, senders, amount) as digits of one number, so that it sorts as the three would one after
    the other; it is an order, not a probability.
    """
    book = book or rule_book()
    require_columns(matrix, KEY, "the rules")
    judged = [rule.known_and_holds(matrix) for rule in book.rules]
    known = np.column_stack([each[0] for each in judged])
    holds = np.column_stack([each[1] for each in judged])
    step = np.max(holds * np.array([rule.step for rule in book.rules]), axis=1)
    senders = np.minimum(_senders_behind(holds, book.rules), _MOST_SENDERS)
    within = (senders + _amount_share(matrix, book.amount_column)) / (_MOST_SENDERS + 2)
    return Judgement((step + within) / (HIGHEST_STEP + 1), holds, ~known)


def rank_by_rules(matrix: pl.DataFrame, book: RuleBook | None = None) -> pl.DataFrame:
    """The key of each row with `score` in [0, 1], `rules` (ids that hold) and `unknown_rules` (not known)."""
    book = book or rule_book()
    judgement = judge(matrix, book)
    ids = [rule.id for rule in book.rules]
    return keyed(
        matrix, score=judgement.score, rules=_named(ids, judgement.holds), unknown_rules=_named(ids, judgement.unknown)
    )


def _named(ids: Sequence[str], flags: Flags) -> pl.Series:
    """For each row of `flags` (rows, ids) the ids that are set, in their order."""
    marks = pl.DataFrame(flags, schema=list(ids))
    each = [pl.when(pl.col(name)).then(pl.lit(name)) for name in ids]
    return marks.select(pl.concat_list(each).list.drop_nulls().alias("named"))["named"]


def _senders_behind(holds: Flags, rules: Sequence[Rule]) -> Floats:
    """How many different feeds stand behind the rules that hold, for each row."""
    sources = sorted({rule.source for rule in rules})
    behind = [holds[:, [rule.source == source for rule in rules]].any(axis=1) for source in sources]
    return np.sum(behind, axis=0).astype(np.float64)


def _amount_share(matrix: pl.DataFrame, column: str) -> Floats:
    """The amount owed as a share in [0, 1] of the most that still counts; 0 where it is not known."""
    if column not in matrix.columns:
        return np.zeros(matrix.height)
    return np.clip(np.nan_to_num(feature_values(matrix, column)), 0.0, _MOST_RENTS) / _MOST_RENTS


@dataclass
class RulesRanker:
    """The rules behind the interface of a ranker: nothing to fit."""

    columns: tuple[Column, ...] = ()
    name: str = "rules"

    @property
    def needs(self) -> tuple[str, ...]:
        """The key only: a rule whose column is absent is not known."""
        return KEY

    def fit(self, matrix: pl.DataFrame, outcomes: Flags, weights: Floats | None = None) -> "RulesRanker":
        """Nothing is learned."""
        return self

    def score(self, matrix: pl.DataFrame) -> Floats:
        """The rules' order in [0, 1], one number a row."""
        return judge(matrix).score
