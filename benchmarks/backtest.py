"""What a backtest costs: 24 cut-offs x every candidate x every baseline x 1,000 draws on 12,000 tenancies x 72 months.

`python -m benchmarks.backtest [DIR]` tests the months up to 1 December 2025 in a town that is made where DIR has none,
then, one cut-off later, those up to 1 January 2026: only the new one is computed. Each run is a process of its own;
memory is that of it and all it started, together, pages that they share counted once (PSS).
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.night import MONTHS, SEED, TENANCIES
from benchmarks.stages import AS_OF, CUTOFFS, yardstick
from benchmarks.table import show_records
from flows.home import Home
from warehouse.dates import add_months

MOST_SECONDS, MOST_MB = 900, 4_096
"""What it may cost on two cores."""

EVERY_SECONDS = 1.0
"""Between looks at the memory: looking costs some too."""

RUNS = {"backtest_24_cutoffs": add_months(AS_OF, -1), "one_more_cutoff": AS_OF}


def main(folder: Path) -> None:
    """Run both and print what they cost, a record a line and a table; exits 1 where one costs more than it may."""
    make_town(folder)
    shutil.rmtree(folder / "backtests", ignore_errors=True)
    records = [measured(name, folder, day) for name, day in RUNS.items()]
    title = f"{TENANCIES:,} tenancies x {MONTHS} months: at most {MOST_SECONDS} seconds and {MOST_MB:,} MB"
    more = {"cells": "cells", "computed": "computed", "records": "rows", "peak MB": "peak_mb"}
    show_records(title, records, {heading: (name, ",") for heading, name in more.items()})
    if any(float(each["seconds"]) > MOST_SECONDS or float(each["peak_mb"]) > MOST_MB for each in records):
        raise SystemExit(1)


def make_town(folder: Path) -> None:
    """A town taken in, where there is none."""
    if (folder / "warehouse.duckdb").exists():
        return
    for stage in ("simulate", "first_intake"):
        size = (str(TENANCIES), str(MONTHS), str(SEED))
        subprocess.run([sys.executable, "-m", "benchmarks.stages", stage, str(folder), *size], check=True)


def measured(name: str, folder: Path, as_of: date) -> dict[str, float | str | int]:
    """One backtest in a process of its own: seconds, rows of the records, cells, peak_mb, yardstick_seconds."""
    reference, begin = yardstick(), time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.backtest", "run", str(folder), as_of.isoformat()]
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        while running.poll() is None:
            peak = max(peak, sum(map(_megabytes, _family(running.pid))))
            time.sleep(EVERY_SECONDS)
        told = running.stdout.read() if running.stdout else ""
    if running.returncode:
        raise SystemExit(f"{name} failed")
    seconds = time.perf_counter() - begin
    record: dict[str, float | str | int] = {
        "stage": name,
        "seconds": round(seconds, 1),
        "yardstick_seconds": round(reference, 3),
    }
    record |= {"peak_mb": round(peak), **json.loads(told.splitlines()[-1])}
    print(json.dumps(record), file=sys.stderr, flush=True)
    return record


def _family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            yield from _family(int(child))


def _megabytes(pid: int) -> float:
    """The memory of a process, shared pages in parts; 0 where it has ended."""
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except OSError:  # it ended meanwhile
        return ""


def run(folder: Path, as_of: date) -> None:
    """The backtest itself; prints rows, cells and what each step took, as JSON."""
    from flows.backtest import Asked, backtest_home
    from models.numerals import interval_text

    begin, steps = time.perf_counter(), {}

    def hear(step: str, share: float) -> None:
        steps[step.split(" of ")[0]] = round(time.perf_counter() - begin, 1)

    tested = backtest_home(Home(folder), as_of, Asked(CUTOFFS, 2), hear)
    ranked = tested.found.ranked
    told: dict[str, object] = {
        "rows": tested.reported.records.height,
        "cells": ranked.cells,
        "computed": ranked.computed,
    }
    cost = tested.reported.additivity
    assert cost is not None, "the whole grid was asked for"
    told |= {"cost_of_additivity": interval_text(cost.nested, "en", sign=True), "on_cut_offs": cost.cut_offs}
    told |= {"in_hindsight": f"{cost.best} less {cost.best_additive} {interval_text(cost.hindsight, 'en', sign=True)}"}
    print(json.dumps(told | {"rankings": len(ranked.rankings), "cut_offs": len(ranked.folds), "seconds_at": steps}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        run(Path(sys.argv[2]), date.fromisoformat(sys.argv[3]))
    else:
        main(Path(sys.argv[1]) if sys.argv[1:] else Path("bench"))
