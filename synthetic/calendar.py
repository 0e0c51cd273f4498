"""Days as whole numbers since 1970-01-01, and the months of the made-up municipality."""

from dataclasses import dataclass
from datetime import date

import numpy as np

EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days from 1970-01-01 to `day`."""
    return (day - EPOCH).days


def month_after(day: date, months: int) -> date:
    """The first of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def months_of(days: np.ndarray) -> np.ndarray:
    """The calendar month, 0 = January, of each day number."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def on_weekday(days: np.ndarray) -> np.ndarray:
    """Each day number, moved to Monday where it is a Saturday or Sunday."""
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; 0 = Monday
    return np.where(weekday >= 5, days + 7 - weekday, days)


@dataclass(frozen=True)
class Month:
    """One month of the simulation: its first day, its length in days, its calendar month (0 = January)."""

    first: int
    days: int
    season: int
    delivered: bool

    @property
    def last(self) -> int:
        """The month's last day."""
        return self.first + self.days - 1


def simulated_months(until: date, months: int, burn_in: int) -> list[Month]:
    """The months to live through: `burn_in` undelivered ones, `months` delivered, and the begun month of `until`."""
    begun = 1 if until.day > 1 else 0
    found = []
    for back in range(months + burn_in, -begun, -1):
        first, after = month_after(until, -back), month_after(until, 1 - back)
        found.append(Month(day_number(first), (after - first).days, first.month - 1, back <= months))
    return found
