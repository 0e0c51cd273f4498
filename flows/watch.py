"""The watch of a night: what was delivered, scored and listed, of whom, as records of `measure` (DECISIONS 26).

watch_night   in the night, before it is published: the day's records
open_alarms   what of a published night somebody should look at, and where to begin
"""

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from math import sqrt
from typing import Any

import polars as pl

from flows.scoring import Scored
from flows.watch_outcomes import realised
from flows.workroom import Workroom
from models.matrix import TENANCY
from monitoring.group_rates import group_rates, records_of, reference_groups
from monitoring.records import SMALLEST_COUNT, Measured, frame_of
from warehouse.features import read_audit, read_cohort, read_freshness
from worklist.published import Night
from worklist.selection import DEADLINE_STAGES
from worklist.wording import FEEDS

WATCHED = ("sex", "age_band", "household", "children", "origin", "tenure", "benefit", "district", "landlord")
"""The attributes between whose groups shares are told; no model reads the first five (DECISIONS 6)."""

LATE, MISSING = "look", "act"
_GRADES = {"late": LATE, "missing": MISSING}


def watch_night(room: Workroom, scored: Scored, listed: pl.DataFrame) -> pl.DataFrame:
    """The records of the night, `MEASURE`'s columns. A watch that fails is told and leaves none: the list goes out."""
    try:
        return frame_of(_records(room, scored, listed))
    except Exception as error:
        # Whatever is wrong with counting, the morning's list matters more; only the kind is told, for it may quote.
        print(f"The night's watch failed: {type(error).__name__}. The list is not affected.", file=sys.stderr)
        return frame_of([])


def _records(room: Workroom, scored: Scored, listed: pl.DataFrame) -> list[Measured]:
    day = scored.as_of
    freshness = read_freshness(room.connection, [day])
    rows = _watched_rows(room, scored, listed)
    references = reference_groups(rows, WATCHED)
    rates = group_rates(rows, references, counted="before_termination", hit="early_warning")
    return [
        *_stages(scored.frame, day),
        *_scores(rows, day, of_model=scored.facts.get("ranking") == "model"),
        *_listed_share(rows, day),
        *records_of(rates, day, "listed_share", "listed"),
        *realised(room, day, WATCHED),
        *_deliveries(freshness, day),
    ]


def _watched_rows(room: Workroom, scored: Scored, listed: pl.DataFrame) -> pl.DataFrame:
    """The cohort with its attributes: whether it is before termination, its score, and whether its rank lists it."""
    day = [scored.as_of]
    early = listed.filter((pl.col("section") == "early_warning") & ~pl.col("exploration").fill_null(False))
    chosen = early.select(TENANCY).with_columns(early_warning=pl.lit(True))
    audit = read_audit(room.connection, day).drop("as_of")
    cohort = read_cohort(room.connection, day).select(TENANCY)
    rows = cohort.join(scored.frame.select(*TENANCY, "stage", "score"), on=TENANCY, maintain_order="left")
    told = rows.join(audit, on=TENANCY, how="left", maintain_order="left").join(chosen, on=TENANCY, how="left")
    return told.with_columns(
        pl.col("early_warning").fill_null(False), before_termination=~pl.col("stage").is_in(DEADLINE_STAGES)
    )


def _stages(frame: pl.DataFrame, day: date) -> Iterator[Measured]:
    """How many active tenancies stand at each stage."""
    for stage, count in sorted(frame.group_by("stage").len().iter_rows()):
        shown = None if count < SMALLEST_COUNT else float(count)
        yield Measured(day, "tenancies", shown, 1.0, stage)


def _scores(rows: pl.DataFrame, day: date, *, of_model: bool) -> Iterator[Measured]:
    """The mean probability before termination; nothing where the rules rank, whose scores are no probabilities."""
    scores = rows.filter("before_termination")["score"].drop_nulls()
    if not of_model or scores.len() < SMALLEST_COUNT:
        return
    total, count = float(scores.sum()), scores.len()
    spread = float(scores.std() or 0.0) / sqrt(count) * 1.96  # type: ignore[arg-type]
    yield Measured(day, "score_mean", total, float(count), "scored", "", total / count - spread, total / count + spread)


def _listed_share(rows: pl.DataFrame, day: date) -> Iterator[Measured]:
    among = rows.filter("before_termination").with_columns(counted=pl.lit(True), everybody=pl.lit("all"))
    if among.is_empty():
        return
    (rate,) = group_rates(among, {"everybody": "all"}, hit="early_warning")
    yield Measured(day, "listed_share", float(rate.hits), float(rate.counted), "listed", "", rate.low, rate.high)


def _deliveries(freshness: pl.DataFrame, day: date) -> Iterator[Measured]:
    """How old each sender's last delivery is, beside how often it usually comes; never delivered has no age."""
    for row in freshness.filter(pl.col("status") != "off").iter_rows(named=True):
        age = row["age_days"]
        yield Measured(
            day,
            "delivery_age_days",
            None if age is None else float(age),
            1.0,
            "",
            _sender(row),
            reference=float(row["expected_every_days"]),
            alarm=_GRADES.get(row["status"], ""),
        )


def _sender(row: dict[str, Any]) -> str:
    return f"feed={row['feed']}" + (f"&sender={row['sender']}" if row["sender"] else "")


def alarms_of(freshness: pl.DataFrame) -> list[dict[str, Any]]:
    """The open alarms that a night publishes: group, grade, since, and by language what, how_sure and look_first.

    The gravest and oldest first. `freshness`: of one day.
    """
    late = freshness.filter(pl.col("status").is_in(list(_GRADES)))
    found = [_alarm(row) for row in late.iter_rows(named=True)]
    return sorted(found, key=lambda alarm: (alarm["grade"] != MISSING, alarm["since"] or "", alarm["group"]))


def open_alarms(night: Night, language: str) -> list[dict[str, Any]]:
    """What is open on a published night: group, grade, since, what, how_sure and look_first."""
    plain = ("group", "grade", "since")
    return [{**{name: alarm[name] for name in plain}, **alarm[language]} for alarm in night.facts.get("alarms", [])]


def _alarm(row: dict[str, Any]) -> dict[str, Any]:
    due = row["last_delivery_on"] and row["last_delivery_on"] + timedelta(days=row["expected_every_days"] + 1)
    told = {"group": _sender(row), "grade": _GRADES[row["status"]], "since": due.isoformat() if due else None}
    return {**told, **{language: _in_words(row, language) for language in ("da", "en")}}


def _in_words(row: dict[str, Any], language: str) -> dict[str, str]:
    feed = FEEDS[row["feed"]][language]
    who = row["sender"] or feed
    return {
        "what": _WHAT[row["status"]][language].format(who=who, feed=feed, days=row["expected_every_days"]),
        "how_sure": _SURE[language],
        "look_first": _LOOK[language].format(who=who),
    }


_WHAT = {
    "late": {
        "da": "{who}: {feed} er ikke leveret i mere end {days} dage",
        "en": "{who}: {feed} has not been delivered for more than {days} days",
    },
    "missing": {"da": "{who}: {feed} er aldrig leveret", "en": "{who}: {feed} was never delivered"},
}
_SURE = {"da": "Sikkert: indbakken er talt", "en": "Certain: the inbox was counted"}
_LOOK = {
    "da": "Spørg {who}, om leverancen er sendt; se derefter `bovagt intake`, om en fil er sat til side",
    "en": "Ask {who} whether it was sent; then see with `bovagt intake` whether a file was set aside",
}
