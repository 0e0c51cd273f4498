"""One stage of `make bench` in a process of its own: `python -m benchmarks.stages STAGE DIR TENANCIES MONTHS SEED`."""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flows.home import Home
from flows.initialise import initialise
from flows.orchestration import set_up
from warehouse.dates import add_months

AS_OF = date(2026, 1, 1)
CUTOFFS = 24
Size = tuple[int, int]
"""Rows and columns that a stage made."""


def yardstick() -> float:
    """Seconds of a fixed DuckDB aggregation over 20 million rows: how fast this machine is right now."""
    import duckdb

    begin = time.perf_counter()
    connection = duckdb.connect(config={"threads": "2"})
    connection.execute("select sum(i % 7), count(distinct i % 100003) from range(20000000) t(i)").fetchall()
    return time.perf_counter() - begin


def simulate(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """A made-up municipality."""
    from flows.simulation import simulate_municipality

    initialise(home, "development")
    report = simulate_municipality(home, tenancies, months, seed, AS_OF)
    return sum(report.rows.values()), len(report.rows)


def first_intake(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """Every delivery but those of the last day."""
    from flows.intake import run_intake

    reports = run_intake(home, AS_OF, with_prefect=False)
    return int(reports["rows_read"].sum()), reports.width


def features_one_night(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """All features of one as-of date, with its deadlines, evidence and freshness."""
    return _features(home, [AS_OF], with_results=True)


def features_24_cutoffs(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """All features of 24 monthly cut-offs."""
    return _features(home, [add_months(AS_OF, -back) for back in range(1, CUTOFFS + 1)], with_results=False)


def _features(home: Home, days: list[date], *, with_results: bool) -> Size:
    from flows.workroom import opened
    from warehouse.features import build_as_of, read_matrix

    with opened(home) as room:
        build_as_of(room.connection, days, switched_off=room.sources.switched_off, with_results=with_results)
        return read_matrix(room.connection, days).shape


def first_demands_24_months(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """Features and outcomes of every tenancy a week after its first demand, each on its own day."""
    from flows.workroom import opened
    from warehouse.fixed_stage import build_rows, first_demands

    with opened(home) as room:
        demanded = first_demands(room.connection, add_months(AS_OF, -30), add_months(AS_OF, -6))
        return build_rows(room.connection, demanded, known_before=AS_OF).matrix.shape


def retrain(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """Features of the cut-offs, outcomes, training, test, registration."""
    from flows.retrain import run_retrain

    training = run_retrain(home, AS_OF, with_prefect=False)
    return training.rows, training.columns


def nightly_one_new_day(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """The whole night with one new day's deliveries."""
    from flows.nightly import run_nightly

    night = run_nightly(home, AS_OF, with_prefect=False)
    return night.active, night.worklist.width


def nightly_again(home: Home, tenancies: int, months: int, seed: int) -> Size:
    """The same night once more: nothing new."""
    return nightly_one_new_day(home, tenancies, months, seed)


STAGES: dict[str, Callable[[Home, int, int, int], Size]] = {
    stage.__name__: stage
    for stage in (
        simulate,
        first_intake,
        features_one_night,
        features_24_cutoffs,
        first_demands_24_months,
        retrain,
        nightly_one_new_day,
        nightly_again,
    )
}


def main(name: str, folder: str, tenancies: str, months: str, seed: str) -> None:
    """Run one stage and print its record as JSON."""
    set_up(Path(folder) / "prefect")
    reference = yardstick()
    begin, cpu = time.perf_counter(), time.process_time()
    rows, columns = STAGES[name](Home(Path(folder)), int(tenancies), int(months), int(seed))
    record = {
        "stage": name,
        "seconds": round(time.perf_counter() - begin, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "yardstick_seconds": round(reference, 3),
        "rows": rows,
        "columns": columns,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main(*sys.argv[1:])
