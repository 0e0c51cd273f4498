"""The only place that looks at the clock for a date: a day is a day in Denmark, wherever the server thinks it is."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TIME_ZONE = "Europe/Copenhagen"


def today() -> date:
    """The day it is now in Denmark."""
    return datetime.now(ZoneInfo(TIME_ZONE)).date()
