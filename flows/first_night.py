"""From which night on a decision counts: never one that was published, so that no night of the past changes."""

from datetime import date, timedelta

from flows.home import Home
from worklist.published import nights


def newest_night(home: Home) -> date | None:
    """The newest night that was published; None where none ever was."""
    return max(nights(home.published), default=None)


def first_night(home: Home, wanted: date) -> date:
    """`wanted`, or the night after the newest published one where that is later."""
    newest = newest_night(home)
    return wanted if newest is None else max(wanted, newest + timedelta(days=1))
