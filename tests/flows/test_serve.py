"""`bovagt serve` for real: health check, Prefect's own server, and nights that are planned."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_PATIENCE_SECONDS = 150


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ask(url: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    told = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=told, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def _wait_for(ask, good) -> Any:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    last: Any = None
    while time.monotonic() < deadline:
        try:
            last = ask()
            if good(last):
                return last
        except OSError as error:
            last = error
        time.sleep(0.5)
    raise AssertionError(f"not in {_PATIENCE_SECONDS} seconds: {last}")


@pytest.fixture
def served(taken_in: Path, tmp_path: Path) -> Iterator[tuple[str, str, Path]]:
    from shutil import copytree

    home = Path(copytree(taken_in, tmp_path / "hamlet", symlinks=True))
    port, prefect_port = _free_port(), _free_port()
    command = [sys.executable, "-m", "flows.command_line", "--home", str(home), "serve"]
    command += ["--port", str(port), "--prefect-port", str(prefect_port)]
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect")}
    with (tmp_path / "log").open("wb") as log:
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{prefect_port}/api", home
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(60)


@pytest.mark.prefect
@pytest.mark.slow
def test_serve_answers_and_plans_the_nights(served: tuple[str, str, Path]) -> None:
    page, prefect, home = served
    status, answer = _wait_for(lambda: _ask(f"{page}/healthz"), lambda told: told[0] in (200, 503))
    assert (status, answer["status"]) == (503, "no list")
    from datetime import date

    from flows.home import Home
    from flows.nightly import nightly

    nightly(Home(home), date(2026, 1, 1), date(2026, 1, 1))
    assert _ask(f"{page}/healthz") == (200, {"status": "ok", "as_of": "2026-01-01"})

    def planned() -> set[str]:
        wanted = {"limit": 50, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}
        runs = _ask(f"{prefect}/flow_runs/filter", wanted)[1]
        return {run["expected_start_time"][:16] for run in runs}

    times = _wait_for(planned, lambda told: len(told) >= 4)
    # 05:00 and, on the 1st, 03:30 on the wall in Copenhagen: one or two hours earlier in UTC.
    assert {time[11:] for time in times} <= {"04:00", "03:00", "02:30", "01:30"}
