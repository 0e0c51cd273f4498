"""The night: intake, features, scores, worklist, published at once or not at all. A Prefect flow at the bottom."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from prefect import flow
from prefect.events import emit_event

from flows.challengers import score_challengers
from flows.clock import today
from flows.home import Home
from flows.intake import keep_intake_table, take_in_all
from flows.listing import Listed, choose_list, list_files
from flows.orchestration import Run, as_tasks, keep_table, plainly
from flows.progress import Advance, bar, silent
from flows.runs import exclusive, recorded
from flows.scoring import Scored, score_tenancies
from flows.tell_alarms import tell_new_alarms
from flows.workroom import Workroom, opened
from warehouse.features import build_as_of
from warehouse.intake import delivery_reports
from warehouse.layouts import read_layouts
from worklist.publishing import publish

_LIST_HEAD_ROWS = 20


@dataclass(frozen=True)
class Night:
    """What a night gave: the reports of its deliveries, the list, what night.json says, and its new alarms."""

    as_of: date
    reports: pl.DataFrame
    worklist: pl.DataFrame
    active: int
    facts: dict[str, Any]
    new_alarms: tuple[Mapping[str, Any], ...] = ()


def nightly(home: Home, as_of: date, day: date, run: Run = plainly, progress: Advance = silent) -> Night:
    """Publish the list for `as_of` from what was known before it; `day` is the day of intake.

    A night that fails raises and leaves the list before it current; running it twice changes nothing.
    """
    with exclusive(home), recorded(home, "nightly", as_of), opened(home) as room:
        handled = take_in_all(room, day, run, progress)
        scored, listed, files = work_out(room, as_of, run, progress)
        progress("publish", 0.95)
        run(publish_night, room, as_of, files)
        reports = delivery_reports(room.connection).join(handled, on=["feed", "file"], how="semi")
        alarms = json.loads(files["night.json"])["alarms"]
        new = tell_new_alarms(home, room.settings, as_of, alarms)
        return Night(as_of, reports, listed.rows, scored.frame.height, scored.facts, tuple(new))


def work_out(
    room: Workroom, as_of: date, run: Run = plainly, progress: Advance = silent
) -> tuple[Scored, Listed, dict[str, bytes]]:
    """Features, scores, list and files of a day, from what was taken in; nothing is published."""
    progress("features", 0.6)
    run(build_features, room, as_of)
    progress("scores", 0.8)
    scored: Scored = run(score_challengers, room, run(score_tenancies, room, as_of))
    listed: Listed = run(choose_list, room, scored)
    return scored, listed, run(list_files, room, scored, listed)


def build_features(room: Workroom, as_of: date) -> None:
    """Cohort, features, deadlines, evidence and freshness of one day."""
    build_as_of(
        room.connection,
        [as_of],
        switched_off=room.sources.switched_off,
        cohort=room.settings.cohort.definition,
        expected_every_days={
            **{(feed, "*"): days for feed, days in room.sources.expected_every_days.items()},
            **read_layouts(room.home.layouts).expected_every_days,
        },
    )


def publish_night(room: Workroom, as_of: date, files: dict[str, bytes]) -> None:
    """Write beside, check, make current by one rename."""
    publish(room.home.published, as_of, files)


def run_nightly(home: Home, as_of: date, *, with_prefect: bool) -> Night:
    """The night as the command line runs it: with a progress bar, and recorded in Prefect where asked."""
    home.require()
    if with_prefect:
        return nightly_flow(str(home.path), as_of)
    with bar("Natten") as progress:
        return nightly(home, as_of, today(), plainly, progress)


@flow(name="nightly", persist_result=False)
def nightly_flow(home: str, as_of: date | None = None) -> Night:
    """The night as a Prefect flow: one task run a delivery or step; intake table and list's head as artifacts."""
    with bar("Natten") as progress:
        night = nightly(Home(Path(home)), as_of or today(), today(), as_tasks(), progress)
    keep_intake_table(night.reports)
    keep_list_head(night.worklist)
    tell_prefect(night)
    return night


def tell_prefect(night: Night) -> None:
    """Each new alarm as a Prefect event, `bovagt.alarm.act` or `.look`, which an automation can wait for."""
    for alarm in night.new_alarms:
        emit_event(
            event=f"bovagt.alarm.{alarm['grade']}",
            resource={"prefect.resource.id": f"bovagt.alarm.{alarm['key']}"},
            payload={"as_of": night.as_of.isoformat(), "since": alarm["since"], **alarm["en"]},
        )


def keep_list_head(listed: pl.DataFrame) -> None:
    """The head of the list as a Prefect artifact: tenancy numbers, never names."""
    columns = ("section", "position", "landlord", "tenancy_no", "stage", "days_left")
    keep_table("worklist-head", listed.select(columns).head(_LIST_HEAD_ROWS).to_dicts(), "The head of the list")
