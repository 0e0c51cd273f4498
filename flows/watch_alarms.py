"""What the watch found, put into words: what changed, since when, how sure, and what to look at first."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from monitoring.deliveries import FEWEST_DELIVERIES, Fault
from monitoring.measures import MEASURES
from monitoring.records import sender_group
from monitoring.shifts import Shift
from worklist.page.code_words import word
from worklist.wording import FEEDS

LOOK, ACT = "look", "act"
_ACT_AT_ONCE = ("missing", "doubled", "unit_shifted")
LANGUAGES = ("da", "en")
_MOST_NAMED = 3


@dataclass(frozen=True)
class Alarm:
    """Something to look at: what it is about (`measure`, `groups`, the first of them `group`) and the words for it.

    `kind` is that of a delivery's fault, `falls` or `rises` of a share, or `drift`; `numbers` fill the words; `since`
    is None where no day is known; `drift` holds the stability index of the inputs that drifted.
    """

    kind: str
    grade: str
    measure: str
    groups: tuple[str, ...]
    as_of: date
    since: date | None
    numbers: Mapping[str, object]
    drift: tuple[tuple[str, float], ...] = ()

    @property
    def group(self) -> str:
        """The group that it is about first of all."""
        return self.groups[0]

    @property
    def key(self) -> str:
        """What makes it the same alarm on another night."""
        return f"{self.measure}/{self.kind}/{self.group if self.measure == _DELIVERY else ''}"


_DELIVERY = "delivery_age_days"


def alarms_of(
    freshness: pl.DataFrame,
    came: pl.DataFrame,
    faults: Sequence[Fault],
    shifts: Sequence[Shift],
    drift: Mapping[str, float],
    as_of: date,
) -> list[Alarm]:
    """Every alarm of a night. Deliveries come first: what a delivery did is no drift.

    `freshness`: of the day; `came`: the days on which senders delivered. A sender that came often enough is late by
    its own habit, another one by the source register's word. Where a delivery is faulty, a drift is told as its work.
    """
    often = {key for key, size in _times(came).items() if size >= FEWEST_DELIVERIES}
    late = freshness.filter(pl.col("status").is_in(["late", "missing"])).sort("feed", "sender")
    by_register = [_late(row, as_of) for row in late.iter_rows(named=True) if (row["feed"], row["sender"]) not in often]
    of_deliveries = [*by_register, *(_of_fault(one, as_of) for one in faults)]
    return [*of_deliveries, *_of_shifts(shifts, as_of), *_of_drift(drift, shifts, of_deliveries, as_of)]


def _times(came: pl.DataFrame) -> dict[tuple[str, str], int]:
    return {(feed, sender): size for feed, sender, size in came.group_by("feed", "sender").len().iter_rows()}


def _late(row: Mapping[str, Any], as_of: date) -> Alarm:
    group = sender_group(row["feed"], row["sender"])
    every = row["expected_every_days"]
    since = row["last_delivery_on"] and row["last_delivery_on"] + timedelta(days=every + 1)
    numbers = {"feed": row["feed"], "sender": row["sender"], "usual": every, "found": row["age_days"] or 0}
    grade = ACT if row["status"] in _ACT_AT_ONCE else LOOK
    return Alarm(row["status"], grade, _DELIVERY, (group,), as_of, since, numbers)


def _of_fault(fault: Fault, as_of: date) -> Alarm:
    grade = ACT if fault.kind in _ACT_AT_ONCE else LOOK
    since = as_of - timedelta(days=round(fault.found - fault.usual) - 1) if fault.kind == "late" else None
    numbers = {"feed": fault.feed, "sender": fault.sender, "code": fault.code}
    return Alarm(
        fault.kind,
        grade,
        _DELIVERY,
        (fault.group,),
        as_of,
        since,
        {**numbers, "found": fault.found, "usual": fault.usual},
    )


def _of_shifts(shifts: Sequence[Shift], as_of: date) -> list[Alarm]:
    """One alarm for a measure and a way of changing, however many of its groups changed; the surest group first."""
    found: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts:
        found.setdefault((shift.measure, "falls" if shift.value < shift.before else "rises"), []).append(shift)
    alarms = []
    for (name, way), own in found.items():
        first = own[0]
        numbers = {"value": first.value, "before": first.before, "p": first.p, "months": first.months}
        groups = tuple(one.group for one in own)
        alarms.append(Alarm(way, MEASURES[name].grade, name, groups, as_of, first.since, numbers))
    return alarms


def _of_drift(
    drift: Mapping[str, float], shifts: Sequence[Shift], of_deliveries: Sequence[Alarm], as_of: date
) -> list[Alarm]:
    """Drift by itself is no reason to train again: where the ranking holds, it says so."""
    if not drift:
        return []
    missed = any(shift.measure in ("recall_at_capacity", "precision_at_capacity") for shift in shifts)
    kind = "drift_after_delivery" if of_deliveries else "drift_and_missed" if missed else "drift"
    groups = tuple(f"feature={name}" for name in drift)
    numbers = {"count": len(drift), "index": max(drift.values())}
    return [Alarm(kind, LOOK, "feature_drift", groups, as_of, None, numbers, tuple(drift.items()))]


def told_alarms(alarms: Sequence[Alarm], before: Sequence[Mapping[str, Any]], as_of: date) -> list[dict[str, Any]]:
    """The alarms as a night publishes them, the gravest and oldest first.

    Each has key, kind, group, groups, measure, grade, since and, by language, what, how_sure and look_first. One that
    the night before (`before`) had open too keeps its day.
    """
    since = {one.get("key"): one.get("since") for one in before}
    told = []
    for alarm in alarms:
        # The span that shows a change best moves on with the months; the day on which it was first told stays.
        day = since.get(alarm.key) or (alarm.since.isoformat() if alarm.since else None)
        if day is None and alarm.kind != "missing":
            day = as_of.isoformat()
        plain: dict[str, Any] = {"key": alarm.key, "kind": alarm.kind, "group": alarm.group}
        plain |= {"groups": list(alarm.groups), "measure": alarm.measure, "grade": alarm.grade, "since": day}
        told.append({**plain, **{language: _in_words(alarm, language) for language in LANGUAGES}})
    return sorted(told, key=lambda one: (one["grade"] != ACT, one["since"] or "", one["key"]))


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "watch_alarms.toml").read_text("utf-8"))


def _in_words(alarm: Alarm, language: str) -> dict[str, str]:
    words = _words()
    kind = alarm.kind if alarm.measure in (_DELIVERY, "feature_drift") else f"{alarm.measure}_{alarm.kind}"
    blanks = _blanks(alarm, language)
    sure = "shift" if alarm.measure in MEASURES else "drift" if alarm.drift else "counted"
    return {
        "what": words[kind][language].format(**blanks),
        "how_sure": words[f"sure_{sure}"][language].format(**blanks),
        "look_first": words[f"look_{kind}"][language].format(**blanks),
    }


def _blanks(alarm: Alarm, language: str) -> dict[str, object]:
    told: dict[str, object] = dict(alarm.numbers)
    if "feed" in told:
        feed = FEEDS[str(told["feed"])][language]
        told |= {"feed": feed, "who": told["sender"] or feed}
        told |= {name: _number(float(str(told[name])), language) for name in ("found", "usual")}
    if "p" in told:
        told["one_in"] = _number(min(1_000_000, round(1 / max(float(str(told["p"])), 1e-6))), language)
    told["group"] = group_in_words(alarm.group, language)
    told["also"] = _also(alarm, language)
    return told


def _also(alarm: Alarm, language: str) -> str:
    """The other groups that it is about."""
    others = [group_in_words(group, language) for group in alarm.groups[1:]]
    if not others:
        return ""
    named, more = others[:_MOST_NAMED], len(others) - _MOST_NAMED
    ending = [_words()["and_more"][language].format(count=more)] if more > 0 else []
    return _words()["also"][language].format(groups=", ".join([*named, *ending]))


def group_in_words(group: str, language: str) -> str:
    """A group as `sex=F` or `feature=…` in words; '' in words for all."""
    if not group:
        return str(_words()["everybody"][language])
    attribute, _, value = group.partition("=")
    if attribute == "feature":
        return value
    coded = attribute not in ("landlord", "district")
    values = (word(f"watch.{attribute}_is", one, language) if coded else one for one in value.split("+"))
    return f"{word('watch.attribute', attribute, language)}: {' + '.join(values)}"


def _number(value: float, language: str) -> str:
    shown = f"{value:,.0f}"
    return shown.replace(",", ".") if language == "da" else shown
