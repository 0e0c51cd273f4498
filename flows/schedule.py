"""The schedule: which flow runs when, kept by Prefect's own server on this machine.

Nightly at 05:00, because a job between 02:00 and 03:00 runs an hour early on the night the clocks go forward; the
retraining on the 1st at 03:30, which is never a night of a clock change (those are last Sundays of a month).
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flows.clock import TIME_ZONE
from flows.home import Home
from flows.orchestration import set_up
from flows.priority import give_way

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

NIGHTLY = "0 5 * * *"
RETRAIN = "30 3 1 * *"


def copenhagen(cron: str) -> "Schedule":
    """A cron schedule in Danish time."""
    from prefect.schedules import Cron

    return Cron(cron, timezone=TIME_ZONE)


def deployments(home: Home) -> list["RunnerDeployment"]:
    """The two scheduled flows of one municipality; a second run of a flow waits for none and is cancelled."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy

    from flows.nightly import nightly_flow
    from flows.retrain import retrain_flow

    one_at_a_time = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
    parameters = {"home": str(home.path.absolute())}
    planned = []
    for scheduled, cron in ((nightly_flow, NIGHTLY), (retrain_flow, RETRAIN)):
        deployment = scheduled.to_deployment(
            name=scheduled.name, schedule=copenhagen(cron), parameters=parameters, concurrency_limit=one_at_a_time
        )
        planned.append(cast("RunnerDeployment", deployment))  # a coroutine only inside an event loop
    return planned


def keep_schedule(home: Home) -> None:
    """Run the scheduled flows until stopped; needs PREFECT_API_URL to name a running server."""
    from prefect import serve

    serve(*deployments(home), pause_on_shutdown=False)


if __name__ == "__main__":
    give_way()
    municipality = Home(Path(sys.argv[1]))
    set_up(municipality.prefect)
    keep_schedule(municipality)
