"""Evidently's drift report of a night beside a past one, for an analyst; see `monitoring.evidently_report`."""

from datetime import date
from pathlib import Path

from flows.effect import build_missing
from flows.home import Home
from flows.runs import exclusive
from flows.watch import watched_features
from flows.workroom import opened
from monitoring.evidently_report import write_drift_report
from warehouse.dates import same_day
from warehouse.errors import UsageError
from warehouse.features import read_matrix


def drift_report(home: Home, as_of: date, against: date | None, out: Path) -> list[str]:
    """Write the report of `as_of` beside `against` (the same day a year before) to `out`; the inputs that drifted.

    `UsageError` where nobody was in the cohort on one of the days.
    """
    before = against or same_day(as_of, -12)
    with exclusive(home), opened(home) as room:
        build_missing(room, [as_of, before])
        now, reference = (read_matrix(room.connection, [day]) for day in (as_of, before))
    for day, rows in ((as_of, now), (before, reference)):
        if rows.is_empty():
            raise UsageError(
                expected="tenancies on both days",
                found=f"none on {day}",
                where="the drift report",
                remedy="Name another day with --against.",
            )
    return write_drift_report(now, reference, watched_features(), as_of, out)
