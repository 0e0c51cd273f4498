"""The only date arithmetic: half-open everywhere, known < as-of, outcome in [as-of, as-of + horizon)."""

from datetime import date, timedelta

HORIZON_DAYS = 182
"""How far ahead the outcome is looked for, in days (the contract's default)."""

REPORTING_LAG_DAYS = 31
"""Notices are delivered monthly by most senders: an outcome is known for certain a month after its window closed."""


def month_start(day: date) -> date:
    """The first day of the month `day` lies in."""
    return day.replace(day=1)


def add_months(day: date, months: int) -> date:
    """The first day of the month that lies `months` after the month of `day` (before it where negative)."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def same_day(day: date, months: int) -> date:
    """The same day of the month `months` later (earlier where negative); the last one where that month is shorter."""
    first = add_months(day, months)
    return min(first + timedelta(days=day.day - 1), add_months(first, 1) - timedelta(days=1))


def outcome_window(as_of: date, horizon_days: int = HORIZON_DAYS) -> tuple[date, date]:
    """The half-open days [as_of, as_of + horizon) in which an outcome counts."""
    return as_of, as_of + timedelta(days=horizon_days)
