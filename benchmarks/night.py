"""`make bench`: what a municipality of 12,000 tenancies x 72 months costs, stage by stage.

Each stage runs in a process of its own, so that its peak memory is its own. Beside each stage a yardstick is run in
the same minute (a fixed DuckDB aggregation): these machines are noisy, the ratio to the yardstick is less so.
"""

import json
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from benchmarks.stages import STAGES
from benchmarks.table import show_records

AS_OF = date(2026, 1, 1)
TENANCIES, MONTHS, SEED = 12_000, 72, 7
HELD_BACK = "one_new_day"


def measure(folder: Path, tenancies: int = TENANCIES, months: int = MONTHS) -> list[dict[str, float | str | int]]:
    """Run every stage in `folder` (made anew); one record a stage: seconds, rows, columns, peak_mb, yardsticks."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    records = []
    for stage in STAGES:
        if stage == "first_intake":
            _hold_back_last_day(folder)
        if stage == "nightly_one_new_day":
            _hand_in_last_day(folder)
        records.append(_run(stage, folder, tenancies, months))
        print(json.dumps(records[-1]), file=sys.stderr, flush=True)
    return records


def _run(stage: str, folder: Path, tenancies: int, months: int) -> dict[str, float | str | int]:
    command = [sys.executable, "-m", "benchmarks.stages", stage, str(folder), str(tenancies), str(months), str(SEED)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"stage {stage} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def _hold_back_last_day(folder: Path) -> None:
    last_day = (AS_OF - timedelta(days=1)).isoformat()
    for path in sorted((folder / "inbox").rglob(f"{last_day}_*")):
        kept = folder / HELD_BACK / path.relative_to(folder / "inbox")
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.rename(kept)


def _hand_in_last_day(folder: Path) -> None:
    for path in sorted((folder / HELD_BACK).rglob("*.*")):
        path.rename(folder / "inbox" / path.relative_to(folder / HELD_BACK))


def show(records: list[dict[str, float | str | int]]) -> None:
    """The records as a table."""
    numbers = {"cpu s": ("cpu_seconds", ".1f"), "rows": ("rows", ","), "columns": ("columns", ",")}
    show_records(f"{TENANCIES:,} tenancies x {MONTHS} months", records, {**numbers, "peak MB": ("peak_mb", ",.0f")})


if __name__ == "__main__":
    show(measure(Path("bench")))
