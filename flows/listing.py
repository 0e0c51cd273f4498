"""From a ranking to the day's list with its reasons, and to the files that are published."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from flows.case_files import case_frames
from flows.changes import Changes, what_changed
from flows.scoring import Scored
from flows.watch import watch_night
from flows.workroom import Workroom
from models.contributions import SCHEMA as CONTRIBUTION_SCHEMA
from models.contributions import contribution_rows
from models.matrix import TENANCY
from models.reasons import AGAINST, FOR, explain
from models.rules import RulesRanker
from warehouse.features import read_cohort, read_contacts, read_deadlines, read_freshness, read_households
from worklist.export import SCORE_COLUMNS, json_bytes, parquet_bytes
from worklist.issued import issued_on, still_decided
from worklist.selection import DEADLINE_STAGES, SOFT_DEADLINE, Capacity, Chosen, choose_and_assign
from worklist.wording import band, freshness

LANGUAGES = ("da", "en")


@dataclass(frozen=True)
class Listed:
    """The day's list, every sentence on it with the facts it cites (see `models.reasons.explain`), and its lots.

    `changes` says what is new since the night before.
    """

    rows: pl.DataFrame
    reasons: pl.DataFrame
    assignment: pl.DataFrame
    changes: Changes


def choose_list(room: Workroom, scored: Scored) -> Listed:
    """The day's list in the order it is shown, one row a tenancy, words in both languages.

    Its columns: section, position, landlord, tenancy_no, stage, next_deadline, deadline_kind, days_left, arrears_dkk,
    months_owed, score_band (code), reasons_da, reasons_en, against_da, against_en, children, freshness_da,
    freshness_en, exploration, exploration_probability, rank, score, change (code), change_da, change_en.
    """
    chosen = _chosen(room, scored)
    listed = chosen.listed
    reasons = explain_listed(scored, listed)
    described = listed.join(scored.frame, on=TENANCY, how="left", maintain_order="left").with_columns(
        pl.col("rank")
        .map_elements(lambda rank: band(rank, scored.frame.height), return_dtype=pl.String)
        .alias("score_band")
    )
    described = described.join(_said(reasons), on=TENANCY, how="left", maintain_order="left")
    described = described.join(_households(room, scored), on=TENANCY, how="left", maintain_order="left")
    described = described.with_columns(_freshness(room, scored, described))
    changes = what_changed(room, scored, listed)
    described = described.join(_changed(changes), on=TENANCY, how="left", maintain_order="left")
    return Listed(described.select(*_LIST), reasons, chosen.assignment, changes)


_LIST = (
    "section",
    "position",
    *TENANCY,
    "stage",
    "next_deadline",
    "deadline_kind",
    "days_left",
    "arrears_dkk",
    "months_owed",
    "score_band",
    "reasons_da",
    "reasons_en",
    "against_da",
    "against_en",
    "children",
    "freshness_da",
    "freshness_en",
    "exploration",
    "exploration_probability",
    "rank",
    "score",
    "change",
    "change_da",
    "change_en",
)


def list_files(room: Workroom, scored: Scored, listed: Listed) -> dict[str, bytes]:
    """The night's files by name: Parquet for programs, JSON for the list and the night's own facts."""
    day = [scored.as_of]
    deadlines = read_deadlines(room.connection, day)
    watched = watch_night(room, scored, listed.rows)
    frames = {
        "scores": scored.frame.sort("rank").select(*SCORE_COLUMNS),
        "challengers": scored.challengers,
        "worklist": listed.rows,
        "reasons": listed.reasons,
        "contributions": _contributions(scored, listed.rows),
        "changes": listed.changes.rows,
        "deadlines": deadlines.join(listed.rows, on=TENANCY, how="semi", maintain_order="left"),
        "freshness": read_freshness(room.connection, day),
        "assignment": listed.assignment,
        "measure": watched.records,
        "profile": watched.profile,
        **case_frames(room, scored.as_of),
    }
    sections = dict(sorted(listed.rows.group_by("section").len().iter_rows()))
    facts = scored.facts | {"listed": sections, "changes": listed.changes.facts}
    facts |= {"alarms": watched.alarms, "watch_failed": watched.failed, "watch_nights": watched.nights}
    return {
        **{f"{name}.parquet": parquet_bytes(frame) for name, frame in frames.items()},
        "worklist.json": json_bytes(listed.rows),
        "night.json": _json(facts),
    }


def _chosen(room: Workroom, scored: Scored) -> Chosen:
    """The choice of the day: lots of the last half-year stand, and what this day issued before stays as it was."""
    day, published = [scored.as_of], room.home.published
    stands_since = scored.as_of - timedelta(days=room.settings.outcome.horizon_days)
    deadlines = read_deadlines(room.connection, day)
    return choose_and_assign(
        _may_be_listed(room, scored, deadlines),
        deadlines,
        read_contacts(room.connection, day),
        # The statutory tier lists received notices and their clocks only: nothing that was ranked.
        capacity=_capacity(room) if room.settings.ranking.tier != "statutory" else Capacity(0),
        as_of=scored.as_of,
        seed_text=room.settings.worklist.exploration_seed_text,
        decided=still_decided(published, stands_since, scored.as_of),
        issued=issued_on(published, scored.as_of),
    )


def _may_be_listed(room: Workroom, scored: Scored, deadlines: pl.DataFrame) -> pl.DataFrame:
    """The cohort's rows, and outside it those whom a clock, a termination, a court or a concern puts on the list."""
    clocks = deadlines.filter(pl.col("kind") != SOFT_DEADLINE)
    late = scored.frame.filter(pl.col("stage").is_in(DEADLINE_STAGES))
    cohort = read_cohort(room.connection, [scored.as_of])
    allowed = pl.concat([rows.select(TENANCY) for rows in (cohort, clocks, late)])
    return scored.frame.join(allowed, on=TENANCY, how="semi", maintain_order="left")


def explain_listed(scored: Scored, listed: pl.DataFrame) -> pl.DataFrame:
    """The sentences of the listed tenancies with what they cite (see `models.reasons.explain`).

    An early warning is explained by what raised its rank. A deadline is not there because of a rank: it is explained
    by the rules, which name the gravest notice first.
    """
    return pl.concat(
        _explained(scored, ranker, listed.filter(pl.col("section") == section).select(TENANCY))
        for section, ranker in (("deadline", RulesRanker()), ("early_warning", scored.ranker))
    )


def _explained(scored: Scored, ranker: Any, tenancies: pl.DataFrame) -> pl.DataFrame:
    rows = scored.matrix.join(tenancies, on=TENANCY, how="semi", maintain_order="left")
    return explain(ranker, rows, scored.evidence.join(tenancies, on=TENANCY, how="semi"), cohort=scored.matrix)


def _contributions(scored: Scored, listed: pl.DataFrame) -> pl.DataFrame:
    """Every reason of the listed tenancies, which with the base sum to the raw score; no rows where the rules rank."""
    rows = scored.matrix.join(listed.select(TENANCY), on=TENANCY, how="semi", maintain_order="left")
    if isinstance(scored.ranker, RulesRanker):
        return pl.DataFrame(schema=CONTRIBUTION_SCHEMA)
    return contribution_rows(scored.ranker, rows, scored.matrix)


def _capacity(room: Workroom) -> Capacity:
    wanted = room.settings.worklist
    return Capacity(
        wanted.capacity, wanted.exploration_slots, wanted.quiet_days_after_reached, wanted.quiet_days_after_agreed
    )


def _said(reasons: pl.DataFrame) -> pl.DataFrame:
    """Each tenancy's sentences for and against in their order, as one list a kind and language."""
    columns = {FOR: "reasons", AGAINST: "against"}
    lists = [
        pl.col(f"sentence_{language}").filter(pl.col("kind") == kind).alias(f"{name}_{language}")
        for kind, name in columns.items()
        for language in LANGUAGES
    ]
    return reasons.sort(*TENANCY, "kind", "position").group_by(TENANCY, maintain_order=True).agg(*lists)


def _changed(changes: Changes) -> pl.DataFrame:
    """What changed about each listed tenancy, and why."""
    why = (pl.col(f"reasons_{language}").alias(f"change_{language}") for language in LANGUAGES)
    return changes.rows.select(*TENANCY, "change", *why)


def _households(room: Workroom, scored: Scored) -> pl.DataFrame:
    households = read_households(room.connection, [scored.as_of])
    return households.select(*TENANCY, pl.col("has_children").alias("children"))


def _freshness(room: Workroom, scored: Scored, described: pl.DataFrame) -> list[pl.Series]:
    """What each row says of the sources that bear on it, in both languages."""
    rows = read_freshness(room.connection, [scored.as_of]).sort("feed", "sender").to_dicts()
    landlords = set(scored.frame["landlord"])
    by_landlord = {one: _bearing_on(rows, one, landlords - {one}) for one in described["landlord"].unique()}
    said = {
        language: [freshness(by_landlord[one], language) for one in described["landlord"]] for language in LANGUAGES
    }
    return [pl.Series(f"freshness_{language}", words, pl.String) for language, words in said.items()]


def _bearing_on(rows: list[dict[str, Any]], landlord: str, others: set[str]) -> list[dict[str, Any]]:
    """The sources that bear on a landlord's tenancies: its own deliveries and what others than landlords send."""
    return [row for row in rows if row["sender"] == landlord or row["sender"] not in others]


def _json(facts: dict[str, Any]) -> bytes:
    return (json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
