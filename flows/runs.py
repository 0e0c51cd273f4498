"""Our own record of runs: Prefect's stays RUNNING when a run is killed, here it reads as broken off.

One JSON object a line, appended: a run that began and has no end, while nobody holds the lock, was killed.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flows.home import Home
from warehouse.errors import UsageError


@dataclass(frozen=True)
class Run:
    """One run: `state` is 'running', 'done', 'failed' or 'broken_off' (killed); times are UTC."""

    flow: str
    as_of: str | None
    started_at: str
    ended_at: str | None
    state: str
    message: str | None


@contextmanager
def exclusive(home: Home, lock: Path | None = None) -> Iterator[None]:
    """Only one run at a time writes in DIR, or in the part of it that `lock` stands for; `UsageError` for a second one.

    The system lets go of the lock when its holder dies, so a killed run never blocks the next.
    """
    with (lock or home.lock).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                expected="no other run in this directory",
                found="one that is still going",
                where=str(home.path),
                remedy="Wait until it ends, or stop it; nothing was changed.",
            ) from None
        yield


@contextmanager
def recorded(home: Home, flow: str, as_of: date | None) -> Iterator[None]:
    """Record a run's beginning and how it ended; an error goes on. Call it inside `exclusive`."""
    begun = {"flow": flow, "as_of": as_of.isoformat() if as_of else None, "started_at": _now()}
    _append(home, begun | {"state": "running"})
    try:
        yield
    except BaseException as error:
        # The type alone: our own messages carry no personal data, a foreign one might.
        _append(home, begun | {"state": "failed", "ended_at": _now(), "message": type(error).__name__})
        raise
    _append(home, begun | {"state": "done", "ended_at": _now()})


def latest_run(home: Home, flow: str) -> Run | None:
    """The newest run of `flow`, or None; one without an end reads as broken off unless somebody runs now."""
    lines = home.runs.read_text("utf-8").splitlines() if home.runs.exists() else []
    entries = [entry for entry in map(_parse, lines) if entry.get("flow") == flow]
    if not entries:
        return None
    last = entries[-1]
    state = "broken_off" if last["state"] == "running" and not _someone_runs(home) else last["state"]
    return Run(flow, last["as_of"], last["started_at"], last.get("ended_at"), state, last.get("message"))


def _parse(line: str) -> dict[str, str]:
    try:
        return json.loads(line)
    except json.JSONDecodeError:  # the last line of a run killed while writing it
        return {}


def _someone_runs(home: Home) -> bool:
    try:
        with exclusive(home):
            return False
    except UsageError:
        return True


def _append(home: Home, entry: dict[str, str | None]) -> None:
    with home.runs.open("a", encoding="utf-8") as book:
        # A line of its own even after a torn one.
        book.write(("" if _ends_clean(home) else "\n") + json.dumps(entry) + "\n")
        book.flush()
        os.fsync(book.fileno())


def _ends_clean(home: Home) -> bool:
    if not home.runs.exists() or home.runs.stat().st_size == 0:
        return True
    with home.runs.open("rb") as book:
        book.seek(-1, os.SEEK_END)
        return book.read(1) == b"\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
