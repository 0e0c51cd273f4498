"""A made-up town watched month by month: what its watch would have counted and named on each first of a month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from flows.home import Home
from flows.initialise import initialise
from flows.intake import run_intake
from flows.scoring import owed, ranked, scores_by_rules
from flows.watch import watched_features
from flows.watch_rows import counts_of_contacts, counts_of_known_outcomes, counts_of_the_day, mature_nights, of_the_day
from flows.workroom import Workroom, opened
from models.matrix import TENANCY
from monitoring.deliveries import Fault as DeliveryFault
from monitoring.deliveries import delivery_faults, late_senders
from monitoring.drift import drifted
from monitoring.profiles import profile
from monitoring.shifts import Shift, shifts
from synthetic.faults import Fault
from synthetic.municipality import simulate
from synthetic.setting import Setting
from warehouse.building import build, tables_in_order
from warehouse.dates import add_months
from warehouse.definitions import EVERYBODY
from warehouse.door import bind
from warehouse.features import batches, bind_cohort, read_matrix
from warehouse.windows import delivered_windows, delivery_days
from worklist.selection import DEADLINE_STAGES

UNTIL = date(2025, 6, 1)
"""Before the reform of 1 July 2025, which every made-up town lives through."""

MONTHS, BEFORE_MONTHS = 60, 14
PLACES = 150


@dataclass(frozen=True)
class Town:
    """How large, how lived, and what strikes it."""

    tenancies: int
    seed: int
    setting: Setting
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Month:
    """What the watch said on a first of a month: shifts, faults of deliveries and features that drifted."""

    day: date
    shifts: tuple[Shift, ...]
    faults: tuple[DeliveryFault, ...]
    drifted: tuple[str, ...]


def firsts(months: int) -> list[date]:
    """The last `months` firsts of a month that a town is watched on, the oldest first."""
    return [add_months(UNTIL, -back) for back in range(months - 1, -1, -1)]


def take_in(folder: Path, town: Town, months: int) -> Home:
    """The town under `folder`, its last `months` and some before them delivered month by month."""
    home = Home(folder)
    initialise(home, "development")
    size = {"tenancies": town.tenancies, "months": MONTHS, "seed": town.seed, "recent_months": months + BEFORE_MONTHS}
    simulate(folder, **size, until=UNTIL, setting=town.setting, faults=town.faults)  # type: ignore[arg-type]
    run_intake(home, UNTIL, with_prefect=False)
    return home


def deliveries_watched(home: Home, months: int) -> dict[date, tuple[DeliveryFault, ...]]:
    """What each night of the last `months` said of deliveries."""
    first, found = firsts(months)[0], {}
    with opened(home) as room:
        arrived = set(delivery_days(room.connection, UNTIL)["delivered_on"].to_list())
        windows: list[DeliveryFault] = []
        for back in range((UNTIL - first).days + 1):
            day = first + timedelta(days=back)
            # What was delivered is the same until the night after another delivery.
            if day - timedelta(days=1) in arrived:
                windows = delivery_faults(delivered_windows(room.connection, day, 14))
            found[day] = (*late_senders(delivery_days(room.connection, day), day), *windows)
    return found


def watched(home: Home, months: int, quiet_months: int) -> Iterator[Month]:
    """What the watch said on the last `months` firsts; the first `quiet_months` of them only teach it what is usual."""
    days = firsts(months)
    with opened(home) as room:
        _build(room, days)
        scores = {day: _scores(room, day) for day in days}
        named = {day: _named(frame) for day, frame in scores.items()}
        profiles = {day: profile(read_matrix(room.connection, [day]), watched_features()) for day in days}
        history: list[pl.DataFrame] = []
        for place, day in enumerate(days[1:], 1):
            history.append(_counts(room, days[: place + 1], scores, named))
            if place >= quiet_months:
                faults = delivery_faults(delivered_windows(room.connection, day, 14))
                moved = tuple(drifted([profiles[past] for past in days[: place + 1]], profiles[days[quiet_months - 1]]))
                yield Month(day, tuple(shifts(pl.concat(history), day)), tuple(faults), moved)


def _build(room: Workroom, days: Sequence[date]) -> None:
    """Features and contacts of `days`, and nothing else that only a list needs."""
    tables = [t for t in tables_in_order("night") if t.layer != "6_results" or t.name == "result_contact"]
    bind_cohort(room.connection, EVERYBODY)
    for batch in batches(room.connection, days):
        bind(room.connection, batch, frozenset())
        build(room.connection, tables)


def _scores(room: Workroom, day: date) -> pl.DataFrame:
    matrix = read_matrix(room.connection, [day])
    scores = scores_by_rules(matrix)
    return ranked(owed(matrix).join(scores, on=TENANCY, how="left", maintain_order="left"), "rules", "")


def _named(scores: pl.DataFrame) -> pl.DataFrame:
    return scores.filter(~pl.col("stage").is_in(DEADLINE_STAGES)).sort("rank").head(PLACES)


def _counts(
    room: Workroom, days: Sequence[date], scores: dict[date, pl.DataFrame], named: dict[date, pl.DataFrame]
) -> pl.DataFrame:
    """What is counted on the last of `days`."""
    day, before = days[-1], days[-2]

    def listed(past: date) -> pl.DataFrame:
        marks = named[past].select(*TENANCY, named=pl.lit(True))
        rows = scores[past].select(*TENANCY, "stage").join(marks, on=TENANCY, how="left", maintain_order="left")
        return rows.with_columns(pl.col("named").fill_null(False))

    rows = of_the_day(room, day, scores[day], named[day])
    _, known = counts_of_known_outcomes(room, day, mature_nights(room, day, list(days)), listed)
    contacts = counts_of_contacts(room, day, (before, named[before]))
    return pl.concat([counts_of_the_day(rows, day), contacts, known])
