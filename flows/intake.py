"""Intake: every new delivery of the inbox, one by one, then facts and links. A Prefect flow at the bottom."""

from datetime import date
from pathlib import Path

import polars as pl
from prefect import flow

from flows.clock import today
from flows.home import Home
from flows.orchestration import Run, as_tasks, keep_table, plainly
from flows.page import bring_back
from flows.progress import Advance, bar, silent
from flows.runs import exclusive, recorded
from flows.workroom import Workroom, opened
from warehouse.intake import Delivery, delivery_reports, find_deliveries, needs_intake, settle, take_in
from warehouse.layouts import Layouts, read_layouts
from warehouse.linking import link_records
from warehouse.unsettled import LINKS, clear_unsettled, unsettled


def intake(home: Home, day: date, run: Run = plainly, progress: Advance = silent) -> pl.DataFrame:
    """Take in what is new in DIR/inbox; one report row for each delivery ever met (see `delivery_reports`)."""
    with exclusive(home), recorded(home, "intake", None), opened(home) as room:
        take_in_all(room, day, run, progress)
        return delivery_reports(room.connection)


def take_in_all(room: Workroom, day: date, run: Run, progress: Advance) -> pl.DataFrame:
    """Take in every delivery that is new or may now be read better; the feed and file of each of them.

    What the team typed into its page comes first: it is a sender like any other. Facts and links are made anew where a
    delivery asks for it, also where a run before this one was killed first.
    """
    run(bring_back, room.home, room.settings)
    layouts = read_layouts(room.home.layouts)
    found: list[Delivery] = run(find_deliveries, room.home.inbox)
    waiting = [delivery for delivery in found if needs_intake(delivery, room.connection, layouts)]
    for place, delivery in enumerate(waiting):
        progress(delivery.path.name, place / len(waiting))
        run(take_in_one, room, delivery, layouts, day, label=f"{delivery.feed}/{delivery.path.name}")
    if feeds := unsettled(room.connection) - {LINKS}:
        run(settle_facts, room, feeds)
    if LINKS in unsettled(room.connection):
        run(link_letters, room)
    handled = [(delivery.feed, delivery.path.name) for delivery in waiting]
    return pl.DataFrame(handled, schema={"feed": pl.String, "file": pl.String}, orient="row")


def take_in_one(room: Workroom, delivery: Delivery, layouts: Layouts, day: date) -> None:
    """One delivery in one transaction; never fails for bad data, only for a disk that fails."""
    take_in(delivery, room.connection, room.vault, layouts, today=day)


def settle_facts(room: Workroom, feeds: frozenset[str]) -> None:
    """The versions of each fact of these feeds, with known_on and superseded_on."""
    settle(room.connection, sorted(feeds))


def link_letters(room: Workroom) -> None:
    """Link what names no tenancy; what is uncertain goes to the queue."""
    linking = room.settings.linking
    link_records(room.connection, room.vault, accept_above=linking.accept_above, margin=linking.margin)
    clear_unsettled(room.connection, LINKS)


def keep_intake_table(reports: pl.DataFrame) -> None:
    """The intake table as a Prefect artifact: counts by delivery, no rows."""
    columns = ("feed", "file", "rows_read", "accepted", "duplicate", "quarantined", "unlinked", "status", "reason")
    keep_table("intake", reports.select(columns).to_dicts(), "What became of each delivery")


def run_intake(home: Home, day: date, *, with_prefect: bool) -> pl.DataFrame:
    """Intake as the command line runs it: with a progress bar, and recorded in Prefect where asked."""
    home.require()
    if with_prefect:
        return intake_flow(str(home.path), day)
    with bar("Indlæsning") as progress:
        return intake(home, day, plainly, progress)


@flow(name="intake", persist_result=False)
def intake_flow(home: str, day: date | None = None) -> pl.DataFrame:
    """Intake as a Prefect flow: one task run a delivery, the intake table as an artifact."""
    with bar("Indlæsning") as progress:
        reports = intake(Home(Path(home)), day or today(), as_tasks(), progress)
    keep_intake_table(reports)
    return reports
