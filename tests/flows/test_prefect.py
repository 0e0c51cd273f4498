"""The flows in Prefect itself, with no server running: task runs, artifacts, and nothing persisted of a row."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ASK = """
import asyncio, json, sys
from collections import Counter
from prefect.client.orchestration import get_client
async def ask():
    async with get_client() as client:
        flows = await client.read_flow_runs()
        tasks = await client.read_task_runs(limit=200)
        artifacts = await client.read_artifacts()
    print(json.dumps({
        "flows": [[run.name, run.state_name, run.flow_id.hex] for run in flows],
        "tasks": Counter(run.name.split(" ")[0] for run in tasks),
        "states": Counter(run.state_name for run in tasks),
        "artifacts": sorted(artifact.key for artifact in artifacts),
    }))
asyncio.run(ask())
"""


@pytest.mark.prefect
@pytest.mark.slow
def test_a_night_on_the_command_line_is_recorded_in_prefect(town: Path, tmp_path: Path) -> None:
    """`bovagt nightly` with one new file: a task run for that delivery and for each step, and two artifacts."""
    import json

    inbox = town / "inbox" / "missed_appointments"
    (inbox / "2025-12-30_new.csv").write_text("cpr;service;missed_on\n0101901234;job_centre;2025-12-29\n", "utf-8")
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect")}
    command = [sys.executable, "-m", "flows.command_line", "--home", str(town), "nightly", "--as-of", "2026-01-01"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    environment |= {
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
        "DO_NOT_TRACK": "1",
    }
    asked = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    told = json.loads(asked.stdout.splitlines()[-1])
    assert [state for _, state, _ in told["flows"]] == ["Completed"]
    assert told["tasks"]["take_in_one"] == 1
    steps = {"find_deliveries", "settle_facts", "link_letters", "build_features", "score_tenancies", "publish_night"}
    assert steps <= set(told["tasks"])
    assert set(told["states"]) == {"Completed"}
    assert told["artifacts"] == ["intake", "worklist-head"]


@pytest.mark.prefect
def test_only_what_touches_the_outside_world_is_tried_again() -> None:
    """A share that fails twice is asked a third time; an error of ours is not."""
    from prefect import flow
    from prefect.testing.utilities import prefect_test_harness

    from flows import orchestration
    from warehouse.errors import TableError

    tries: Counter[str] = Counter()

    def take_in_one(name: str) -> str:
        tries[name] += 1
        if name == "share" and tries[name] < 3:
            raise OSError("the share is away")
        if name == "ours":
            raise TableError(expected="a", found="b", where="c", remedy="d")
        return name

    @flow
    def ask(name: str) -> str:
        return orchestration.as_tasks()(take_in_one, name, label=name)

    with pytest.MonkeyPatch.context() as patch, prefect_test_harness(server_startup_timeout=120):
        patch.setattr(orchestration, "RETRY_DELAYS_SECONDS", [0, 0, 0])
        assert ask("share") == "share"
        with pytest.raises(TableError, match="expected a; found b"):
            ask("ours")
    assert tries == {"share": 3, "ours": 1}
