"""The watch of a night: what was delivered, scored, listed, reached and missed, of whom, and what of it is unusual.

watch_night   in the night, before it is published: the day's records, its profile, and the open alarms
open_alarms   what of a published night somebody should look at, and where to begin
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from flows.scoring import Scored
from flows.watch_alarms import Alarm, alarms_of, told_alarms
from flows.watch_history import counts_of_night, history_of, named_by_rank, nights_before, past_list
from flows.watch_rows import in_need, mature_nights, of_the_day
from flows.workroom import Workroom
from models.matrix import TENANCY
from monitoring.deliveries import delivery_faults, late_senders
from monitoring.disparity import disparities
from monitoring.drift import drifted
from monitoring.expected import expected_recall
from monitoring.group_rates import REFERENCES
from monitoring.profiles import DRIFTED, PROFILE, profile
from monitoring.records import MEASURE, SMALLEST_COUNT, Measured, frame_of, sender_group
from monitoring.shifts import shifts
from monitoring.suppression import Counted, told_groups
from monitoring.told import told
from warehouse.dates import same_day
from warehouse.features import feature_columns, read_cohort, read_freshness
from warehouse.watch_counts import keep_counts
from warehouse.windows import delivered_windows, delivery_days
from worklist.published import Night, month_steps, read_file, read_table
from worklist.selection import DEADLINE_STAGES

HISTORY_MONTHS = 36
"""How far back what is usual is looked for."""

POOLED_MONTHS = 6
"""The months whose known outcomes are taken together where groups are compared."""

_LANDLORDS_OWN, _CALENDAR = "feature_landlord", ("days", "day_of_month")


@dataclass(frozen=True)
class Watched:
    """What a night's watch publishes: its records (`MEASURE`), profile (`PROFILE`) and open alarms.

    `nights`: the earlier ones that it looked at. `failed`: the watch itself did not come to its end; nothing may be
    concluded from its silence.
    """

    records: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MEASURE))
    profile: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PROFILE))
    alarms: list[dict[str, Any]] = field(default_factory=list)
    nights: list[str] | None = None
    failed: bool = False


def watch_night(room: Workroom, scored: Scored, listed: pl.DataFrame) -> Watched:
    """The watch of the night. One that fails is told and publishes that it failed: the list goes out."""
    try:
        return _watched(room, scored, listed)
    except Exception as error:
        # Whatever is wrong with counting, the morning's list matters more; only the kind is told, for it may quote.
        print(f"The night's watch failed: {type(error).__name__}. The list is not affected.", file=sys.stderr)
        return Watched(failed=True)


@dataclass(frozen=True)
class _Past:
    """The earlier nights that a watch looks at, read once.

    `steps` stand for the months before, `pooled` are those whose known outcomes are taken together, `began` is the
    first that tonight's ranking has ranked, `newest` the one before tonight, `month_ago` the one of a month ago.
    """

    steps: list[date]
    pooled: list[date]
    began: date | None
    newest: list[date]
    month_ago: list[date]

    @property
    def used(self) -> list[str]:
        """All of them: with these the night can be made again."""
        began = [self.began] if self.began else []
        used = {*self.steps, *self.pooled, *began, *self.newest, *self.month_ago}
        return sorted(night.isoformat() for night in used)


def _past(room: Workroom, scored: Scored) -> _Past:
    day, known = scored.as_of, nights_before(room.home.published, scored.as_of)
    mature = mature_nights(room, day, known)
    return _Past(
        month_steps(known, same_day(day, -1), HISTORY_MONTHS - 1),
        month_steps(mature, mature[-1], POOLED_MONTHS - 1) if mature else [],
        _first_ranked(room, scored, known),
        known[-1:],
        month_steps(known, same_day(day, -1), 0),
    )


def _watched(room: Workroom, scored: Scored, listed: pl.DataFrame) -> Watched:
    day = scored.as_of
    named = named_by_rank(listed)
    cohort = read_cohort(room.connection, [day]).select(TENANCY)
    scores = scored.frame.join(cohort, on=TENANCY, how="semi", maintain_order="left")
    rows = of_the_day(room, day, scores, named)
    cut_off, counts = counts_of_night(room, day, rows)
    keep_counts(room.connection, day, counts)
    spread = profile(scored.matrix.join(cohort, on=TENANCY, how="semi"), watched_features())
    past = _past(room, scored)
    alarms = _alarms(room, scored, past, counts, spread)
    records = [
        *_stages(scored.frame, day),
        *told(counts),
        *_expected(rows, scored),
        *_age(cut_off, day),
        *_missed_more(room, day, past.pooled),
        *_deliveries(read_freshness(room.connection, [day]), day),
    ]
    open_now = told_alarms(alarms, _alarms_before(room, past), day)
    return Watched(_with_alarms(records, alarms), spread, open_now, past.used)


def _alarms(room: Workroom, scored: Scored, past: _Past, counts: pl.DataFrame, spread: pl.DataFrame) -> list[Alarm]:
    day = scored.as_of
    history = pl.concat([history_of(room, past.steps), counts])
    came = delivery_days(room.connection, day)
    faults = [*late_senders(came, day), *delivery_faults(delivered_windows(room.connection, day, 14))]
    moved = _drifted(room, past, spread)
    return alarms_of(read_freshness(room.connection, [day]), came, faults, shifts(history, day), moved, day)


def watched_features() -> list[str]:
    """The inputs whose spread says something: no days, which swing with the calendar (a rent that is due on a Sunday is
    paid a day later by all), and nothing of a landlord or district, which has a handful of values."""
    return [one.name for one in feature_columns() if one.table != _LANDLORDS_OWN and one.unit not in _CALENDAR]


def _drifted(room: Workroom, past: _Past, spread: pl.DataFrame) -> dict[str, float]:
    """The inputs that drifted since the ranking in use first ranked."""
    published = room.home.published
    pinned = read_table(published, past.began, "profile") if past.began else None
    if pinned is None:
        return {}
    months = [one for step in past.steps[-14:] if (one := read_table(published, step, "profile")) is not None]
    return drifted([*months, spread], pinned)


def _first_ranked(room: Workroom, scored: Scored, known: list[date]) -> date | None:
    """The first published night of the unbroken run that the ranking of tonight has ranked."""
    began = None
    for night in reversed(known):
        if _facts(room, night).get("model_version") != scored.facts["model_version"]:
            break
        began = night
    return began


def _alarms_before(room: Workroom, past: _Past) -> list[dict[str, Any]]:
    """What the newest night before had open."""
    return [alarm for night in past.newest for alarm in _facts(room, night).get("alarms") or []]


def _facts(room: Workroom, night: date) -> dict[str, Any]:
    """What the night.json of a published night tells."""
    content = read_file(room.home.published, night, "night.json")
    return json.loads(content) if content else {}


def _stages(frame: pl.DataFrame, day: date) -> Iterator[Measured]:
    """How many active tenancies stand at each stage; those before termination, whose number is told, by themselves."""
    late = pl.col("stage").is_in(DEADLINE_STAGES)
    for rows in (frame.filter(~late), frame.filter(late)):
        counted = [Counted((stage,), size, size) for stage, size in sorted(rows.group_by("stage").len().iter_rows())]
        alone = set()
        for one in told_groups(counted):
            alone |= {one.names[0]} if len(one.names) == 1 else set()
            yield Measured(day, "tenancies", float(one.hits), 1.0, one.group)
        yield from (Measured(day, "tenancies", None, 1.0, one.group) for one in counted if one.group not in alone)


def _expected(rows: pl.DataFrame, scored: Scored) -> Iterator[Measured]:
    """What the model's own probabilities say; nothing where the rules rank, whose scores are no probabilities."""
    among = rows.filter("before_termination").drop_nulls("score")
    if scored.facts.get("ranking") != "model" or among.height < SMALLEST_COUNT:
        return
    scores = among["score"].to_numpy()
    yield Measured(scored.as_of, "score_mean", float(scores.mean()), 1.0, "scored")
    recall, low, high = expected_recall(scores, among["early_warning"].to_numpy())
    yield Measured(scored.as_of, "recall_expected", recall, 1.0, "listed", "", low, high)


def _age(cut_off: date | None, day: date) -> Iterator[Measured]:
    """How long ago the night is whose outcomes are the newest that are known."""
    if cut_off is not None:
        yield Measured(day, "cut_off_age_days", float((day - cut_off).days), 1.0)


def _missed_more(room: Workroom, day: date, cut_offs: list[date]) -> Iterator[Measured]:
    """By how much each group is found more or less than its reference, over the newest months whose outcomes are known.

    The interval holds for all groups together (`monitoring.disparity`).
    """
    if not cut_offs:
        return
    rows = in_need(room, day, cut_offs, lambda past: past_list(room, past))
    for one in disparities(rows, REFERENCES, key=TENANCY):
        if one.verdict != "too_few":
            group = f"{one.attribute}={one.group}"
            yield Measured(day, "recall_ratio", one.ratio, 1.0, "listed", group, one.low, one.high, 1.0)


def _deliveries(freshness: pl.DataFrame, day: date) -> Iterator[Measured]:
    """How old each sender's last delivery is, beside how often it usually comes; never delivered has no age."""
    for row in freshness.filter(pl.col("status") != "off").iter_rows(named=True):
        age = None if row["age_days"] is None else float(row["age_days"])
        group = sender_group(row["feed"], row["sender"])
        yield Measured(day, "delivery_age_days", age, 1.0, "", group, reference=float(row["expected_every_days"]))


def _with_alarms(records: list[Measured], alarms: list[Alarm]) -> pl.DataFrame:
    """The records in order, each with the grade of the alarm that it raised; drift has records only of what drifted."""
    rows = frame_of([*records, *(_drift_record(alarm, name, index) for alarm in alarms for name, index in alarm.drift)])
    for alarm in alarms:
        about = (pl.col("measure") == alarm.measure) & pl.col("group").is_in(alarm.groups)
        rows = rows.with_columns(alarm=pl.when(about).then(pl.lit(alarm.grade)).otherwise("alarm"))
    return rows


def _drift_record(alarm: Alarm, name: str, index: float) -> Measured:
    return Measured(alarm.as_of, "feature_drift", index, 1.0, "scored", f"feature={name}", reference=DRIFTED)


def open_alarms(night: Night, language: str) -> list[dict[str, Any]]:
    """What is open on a published night: key, group, grade, since, what, how_sure and look_first."""
    plain = ("key", "group", "grade", "since")
    return [{**{name: alarm.get(name) for name in plain}, **alarm[language]} for alarm in night.facts.get("alarms", [])]
