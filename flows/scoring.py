"""From features to a ranking of every active tenancy: by a model where it may run, else by the written rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from flows.workroom import Workroom
from models.matrix import TENANCY
from models.registry import Registered, champion
from models.rules import RULES_VERSION, RulesRanker, rank_by_rules
from warehouse.features import feature_columns, read_evidence, read_freshness, read_matrix
from worklist.selection import with_lot

# Without these no model runs: a tenancy to rank, its ledger or arrears list, and the notices that are the outcome.
ALWAYS_NEEDED = ("tenancies", "notices")
ONE_OF = ("rent_postings", "arrears")

WHY_RULES = {
    "tier": {
        "da": "indstillingerne beder om reglerne.",
        "en": "the settings ask for the rules.",
    },
    "no_ground": {
        "da": "kildefortegnelsen angiver ikke formål og hjemmel for {feeds}.",
        "en": "the source register states no purpose and legal basis for {feeds}.",
    },
    "no_model": {
        "da": "ingen model var taget i brug på dagen.",
        "en": "no model was in use on the day.",
    },
    "ground_withdrawn": {
        "da": "modellen læser {feeds}, som kildefortegnelsen ikke længere giver hjemmel til.",
        "en": "the model reads {feeds}, for which the source register no longer states a ground.",
    },
}


@dataclass(frozen=True)
class Scored:
    """A night's ranking of the cohort.

    `frame`: landlord, tenancy_no, stage, score, rank, ranking, model_version, arrears_dkk, months_owed and
    oldest_due_days. `ranker` gave it (a model or the rules), `facts` is what night.json says of it.
    """

    as_of: date
    frame: pl.DataFrame
    matrix: pl.DataFrame
    evidence: pl.DataFrame
    ranker: Any
    facts: dict[str, Any]


def score_tenancies(room: Workroom, as_of: date) -> Scored:
    """Rank every active tenancy of the day; the features of `as_of` must have been built."""
    matrix = read_matrix(room.connection, [as_of])
    evidence = read_evidence(room.connection, [as_of])
    model, why_rules = model_for(room, as_of)
    if model is None:
        ranker: Any = RulesRanker()
        raw = rank_by_rules(matrix).select(*TENANCY, "score", pl.col("score").alias("raw"))
        ranking, version = "rules", RULES_VERSION
    else:
        ranker = model.model
        scores = {"score": ranker.score(matrix), "raw": ranker.raw(matrix)}
        raw = matrix.select(TENANCY).with_columns(**{name: pl.Series(values) for name, values in scores.items()})
        ranking, version = "model", model.version
    frame = _owed(matrix).join(raw, on=TENANCY, how="left", maintain_order="left")
    facts = {
        "as_of": as_of.isoformat(),
        "ranking": ranking,
        "model_version": version,
        "why_rules": why_rules,
        "missing_sources": missing_sources(read_freshness(room.connection, [as_of])),
        "active_tenancies": matrix.height,
    }
    return Scored(as_of, ranked(frame, ranking, version), matrix, evidence, ranker, facts)


def ranked(frame: pl.DataFrame, ranking: str, version: str) -> pl.DataFrame:
    """`frame` with rank 1, 2, …: by raw score, then amount owed, then how long, then a fixed lot.

    A calibrated score has steps; the raw one orders within them. The lot favours nobody by number or landlord.
    """
    order = ("raw", "arrears_dkk", "oldest_due_days", "lot")
    ordered = with_lot(frame).sort(order, descending=[True, True, True, False], nulls_last=True)
    return ordered.with_columns(
        pl.int_range(1, pl.len() + 1).alias("rank"),
        pl.lit(ranking).alias("ranking"),
        pl.lit(version).alias("model_version"),
    ).drop("lot", "raw")


def model_for(room: Workroom, as_of: date) -> tuple[Registered | None, dict[str, str] | None]:
    """The model that may rank on the day; else None and why the rules do, in both languages."""
    if room.settings.ranking.tier != "model":
        return None, WHY_RULES["tier"]
    grounded = room.sources.grounded
    if missing := ungrounded(grounded):
        return None, _told("no_ground", missing)
    model = champion(room.home.models, as_of)
    if model is None:
        return None, WHY_RULES["no_model"]
    if withdrawn := sorted({column.source for column in model.model.columns} - grounded):
        return None, _told("ground_withdrawn", withdrawn)
    return model, None


def ungrounded(grounded: Collection[str]) -> list[str]:
    """The feeds whose ground is missing for any model to run."""
    missing = [feed for feed in ALWAYS_NEEDED if feed not in grounded]
    return missing if any(feed in grounded for feed in ONE_OF) else [*missing, " / ".join(ONE_OF)]


def model_columns(room: Workroom) -> list[Any]:
    """The feature columns that a model may read: those whose sources the register states a ground for."""
    grounded = room.sources.grounded
    return [column for column in feature_columns() if column.source in grounded]


def missing_sources(freshness: pl.DataFrame) -> list[dict[str, Any]]:
    """What was missing, late or switched off on the day: feed, sender, status and age_days of each, in order."""
    stale = freshness.filter(pl.col("status") != "fresh").sort("feed", "sender")
    return stale.select("feed", "sender", "status", "age_days").to_dicts()


def _owed(matrix: pl.DataFrame) -> pl.DataFrame:
    """What is owed on the day, in the units of the list; null where no ledger and no arrears list is known."""
    return matrix.select(
        *TENANCY,
        "stage",
        pl.col("arrears_dkk").cast(pl.Decimal(12, 2)),
        pl.col("months_owed_count").round(1).alias("months_owed"),
        "oldest_due_days",
    )


def _told(why: str, feeds: Collection[str]) -> dict[str, str]:
    return {language: words.format(feeds=", ".join(feeds)) for language, words in WHY_RULES[why].items()}
