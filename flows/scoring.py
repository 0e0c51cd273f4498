"""From features to a ranking of every active tenancy: by a model where it may run, else by the written rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from flows.workroom import Workroom
from models.decisions import Decision, decision_for
from models.gate import shut_in_short
from models.matrix import TENANCY
from models.registry import Registered, load, read_card, registered_by
from models.rules import RULES_VERSION, RulesRanker, rank_by_rules
from warehouse.errors import ModelError
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
    "rolled_back": {
        "da": "det blev den {on} besluttet at gå tilbage til reglerne.",
        "en": "it was decided on {on} to go back to the rules.",
    },
    "gate_shut": {
        "da": "den seneste model ({version}) må ikke rangordne: {reasons}.",
        "en": "the latest model ({version}) may not rank: {reasons}.",
    },
    "held_back": {
        "da": "ingen har taget den seneste model ({version}) i brug.",
        "en": "nobody has put the latest model ({version}) to use.",
    },
}

_NO_CHALLENGERS = {
    "landlord": pl.String,
    "tenancy_no": pl.String,
    "ranking": pl.String,
    "version": pl.String,
    "score": pl.Float64,
    "rank": pl.Int64,
}


@dataclass(frozen=True)
class Scored:
    """A night's ranking of the cohort.

    `frame`: landlord, tenancy_no, stage, score, rank, ranking, model_version, arrears_dkk, months_owed and
    oldest_due_days. `ranker` gave it (a model or the rules), `facts` is what night.json says of it. `challengers` are
    the rankings beside it: landlord, tenancy_no, ranking, version, score and rank, one row a tenancy and ranking.
    """

    as_of: date
    frame: pl.DataFrame
    matrix: pl.DataFrame
    evidence: pl.DataFrame
    ranker: Any
    facts: dict[str, Any]
    challengers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_NO_CHALLENGERS))


def score_tenancies(room: Workroom, as_of: date) -> Scored:
    """Rank every active tenancy of the day; the features of `as_of` must have been built."""
    matrix = read_matrix(room.connection, [as_of], outside_too=True)
    evidence = read_evidence(room.connection, [as_of])
    model, why_rules = model_for(room, as_of)
    if model is None:
        ranker: Any = RulesRanker()
        scores, ranking, version = scores_by_rules(matrix), "rules", RULES_VERSION
    else:
        ranker = model.model
        scores, ranking, version = scores_by_model(model, matrix), "model", model.version
    frame = owed(matrix).join(scores, on=TENANCY, how="left", maintain_order="left")
    facts = {
        "as_of": as_of.isoformat(),
        "ranking": ranking,
        "model_version": version,
        "why_rules": why_rules,
        "gate_rule": model.card["gate"].get("rule", "not_worse_than_rules") if model else None,
        "missing_sources": missing_sources(read_freshness(room.connection, [as_of])),
        "active_tenancies": matrix.height,
    }
    return Scored(as_of, ranked(frame, ranking, version), matrix, evidence, ranker, facts)


def scores_by_model(registered: Registered, matrix: pl.DataFrame) -> pl.DataFrame:
    """landlord, tenancy_no, score (a probability) and raw (the log odds that it was made from)."""
    raw = registered.model.raw(matrix)
    score = registered.model.calibration.probabilities(raw)
    return matrix.select(TENANCY).with_columns(
        score=pl.Series(score, dtype=pl.Float64), raw=pl.Series(raw, dtype=pl.Float64)
    )


def scores_by_rules(matrix: pl.DataFrame) -> pl.DataFrame:
    """landlord, tenancy_no, score and raw, which are the same."""
    return rank_by_rules(matrix).select(*TENANCY, "score", pl.col("score").alias("raw"))


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
    decision = decision_for(room.home.models, as_of)
    if decision is None or decision.by_rules:
        return None, _why_no_model(room, as_of, decision)
    model = load(room.home.models, decision.version)
    if withdrawn := sorted(set(model.sources) - grounded):
        return None, _told("ground_withdrawn", withdrawn)
    return model, None


def _why_no_model(room: Workroom, as_of: date, decision: Decision | None) -> dict[str, str]:
    """Why no model is in use: a person went back to the rules, the latest model may not rank, or there is none."""
    if decision is not None:
        return {language: words.format(on=decision.on) for language, words in WHY_RULES["rolled_back"].items()}
    if not (known := registered_by(room.home.models, as_of)):
        return WHY_RULES["no_model"]
    try:
        gate = read_card(room.home.models, known[-1])["gate"]
    except (ModelError, KeyError):
        return WHY_RULES["no_model"]
    why = WHY_RULES["held_back" if gate["open"] else "gate_shut"]
    return {
        language: words.format(version=known[-1], reasons=shut_in_short(gate["conditions"], language))
        for language, words in why.items()
    }


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


def owed(matrix: pl.DataFrame) -> pl.DataFrame:
    """What is owed on the day, in the units of the list; null where no ledger and no arrears list is known."""
    return matrix.select(
        *TENANCY,
        "stage",
        pl.col("arrears_dkk").cast(pl.Decimal(12, 2)),
        pl.col("months_owed_count").round(1).alias("months_owed"),
        "oldest_due_days",
    )


def _told(why: str, feeds: Collection[str]) -> dict[str, str]:
    return told_why(WHY_RULES[why], feeds)


def told_why(sentences: Mapping[str, str], feeds: Collection[str]) -> dict[str, str]:
    """A sentence in each language with the feeds that it is about."""
    return {language: words.format(feeds=", ".join(feeds)) for language, words in sentences.items()}
