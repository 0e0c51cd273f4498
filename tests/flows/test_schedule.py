"""The schedule holds across both clock changes, and the retraining never meets one."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.schedule import NIGHTLY, RETRAIN, copenhagen

HERE = ZoneInfo("Europe/Copenhagen")


def _dates(cron: str, count: int, begin: datetime) -> list[datetime]:
    """The next dates as Prefect's own server computes them from our schedule."""
    from prefect.server.schemas.schedules import CronSchedule

    planned = copenhagen(cron)
    schedule = CronSchedule(cron=planned.cron or "", timezone=planned.timezone)
    return [moment.astimezone(HERE) for moment in asyncio.run(schedule.get_dates(n=count, start=begin))]


@pytest.mark.parametrize("begin", [datetime(2027, 3, 26, 12, tzinfo=HERE), datetime(2026, 10, 23, 12, tzinfo=HERE)])
def test_every_night_is_at_five_on_the_clock_on_the_wall(begin: datetime) -> None:
    nights = _dates(NIGHTLY, 4, begin)
    assert [(night.hour, night.minute) for night in nights] == [(5, 0)] * 4
    days = [night.date() for night in nights]
    assert days == [days[0] + timedelta(days=place) for place in range(4)]


def test_retraining_falls_on_the_first_and_never_on_a_night_of_a_clock_change() -> None:
    moments = _dates(RETRAIN, 24, datetime(2026, 1, 2, tzinfo=HERE))
    assert {(moment.day, moment.hour, moment.minute) for moment in moments} == {(1, 3, 30)}
    assert len({(moment.year, moment.month) for moment in moments}) == 24
