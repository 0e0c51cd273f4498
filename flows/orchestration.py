"""Prefect, and nothing of it elsewhere: how a verb becomes a task, and how Prefect is made to stay at home.

A flow here is first a plain function that calls its verbs through a `Run`. `plainly` calls them as they are;
`as_tasks()` makes each call a task run, with retries for the verbs that touch the outside world.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

RETRY_DELAYS_SECONDS = [1, 5, 30]
# The inbox may lie on a network share; the rest works on local files that nobody else writes.
_TOUCHES_OUTSIDE = {"find_deliveries", "take_in_one"}

# Nobody is asked or told anything by any package. Prefect's start-up limit is raised because 20 seconds, its default,
# is too short on a busy machine.
_SETTINGS = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "DO_NOT_TRACK": "1",
    # On a shared machine of few cores, threads that wait for each other cost more than they save.
    "OMP_NUM_THREADS": "1",
}


class Run(Protocol):
    """Calls a verb; `label` says in Prefect's list what the call is about and never names a person."""

    def __call__(self, verb: Callable[..., Any], *args: Any, label: str = "") -> Any:
        """What `verb(*args)` gives."""
        ...


def plainly(verb: Callable[..., Any], *args: Any, label: str = "") -> Any:
    """Call the verb as it is."""
    return verb(*args)


def set_up(folder: Path) -> None:
    """Give the packages their settings before they are imported; what the environment says already stays."""
    for name, value in {**_SETTINGS, "PREFECT_HOME": str(folder.absolute())}.items():
        os.environ.setdefault(name, value)


def as_tasks() -> Run:
    """A `Run` that makes each call a Prefect task run; for use inside a flow run."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    def run(verb: Callable[..., Any], *args: Any, label: str = "") -> Any:
        name = verb.__name__
        step = task(
            name=name.replace("_", "-"),
            task_run_name=f"{name} {label}".strip(),
            retries=len(RETRY_DELAYS_SECONDS) if name in _TOUCHES_OUTSIDE else 0,
            retry_delay_seconds=[float(seconds) for seconds in RETRY_DELAYS_SECONDS],
            retry_condition_fn=_outside_failed,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        return step(verb)(*args)

    return run


def keep_table(key: str, rows: list[dict[str, Any]], description: str) -> None:
    """A table artifact of the running flow. Counts and tenancy numbers only."""
    from prefect.artifacts import create_table_artifact

    create_table_artifact(key=key, table=rows, description=description)


def _outside_failed(_task: object, _run: object, state: Any) -> bool:
    """Try again after a failing disk or share; never after an error of ours, which would only come again."""
    return isinstance(state.result(raise_on_failure=False), OSError)
