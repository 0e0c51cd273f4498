"""How many lots are enough: the smallest effect that could be found now, and when the one worth finding can be.

The number is fixed beforehand by the effect worth finding, and not by what the data happen to say: whoever looks every
week and stops when he likes what he sees finds an effect of nothing sooner or later. Until the planned number is in,
what is shown is an interim look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt

from models.outcome import Horizon
from models.risk_difference import Z80, Z95

WORTH_FINDING_PER_100 = 2.0
"""The smallest effect that is looked for: two fewer court requests a hundred listed. One in two is reached, half of
those agree, and help lowers the risk by about a third: at a risk of one in four that is two in a hundred."""

LATELY_DAYS = 91
"""The pace of the lots is that of the last quarter."""


@dataclass(frozen=True)
class Plan:
    """Per 100 listed: the smallest effect found in 80 of 100 cases with the lots whose outcome is known.

    `needed`: how many on each side for an effect of `worth_finding_per_100`; `so_far`: on the smaller side, with a
    known outcome. `enough_on`: the day on which that many outcomes will be known at the present pace. None where it
    cannot be said: no share is known yet, or no lots are drawn lately.
    """

    worth_finding_per_100: float
    so_far: int
    detectable_per_100: float | None = None
    needed: int | None = None
    enough_on: date | None = None

    @property
    def interim(self) -> bool:
        """Whether the planned number is not in yet."""
        return self.needed is None or self.so_far < self.needed


def needed_on_each_side(base: float, worth_finding: float) -> int:
    """How many a side show a difference of `worth_finding` from the share `base` in 80 of 100 cases at 95 %."""
    lower = max(base - worth_finding, 0.0)
    return ceil((Z95 + Z80) ** 2 * (base * (1 - base) + lower * (1 - lower)) / worth_finding**2)


def detectable(base: float, drawn: int, passed_over: int) -> float:
    """The smallest difference from the share `base` that so many show in 80 of 100 cases."""
    return (Z95 + Z80) * sqrt(base * (1 - base) * (1 / drawn + 1 / passed_over))


def plan(
    drawn_on: Sequence[date],
    on: date,
    horizon: Horizon,
    *,
    known: tuple[int, int],
    base: float | None,
    worth_finding_per_100: float = WORTH_FINDING_PER_100,
) -> Plan:
    """The plan on the day `on`: `drawn_on` are the days of the drawn, `known` how many drawn and passed over are known.

    `base` is the share with an event among the passed over, None where too few are known.
    """
    so_far = min(known)
    if base is None or not 0 < base < 1 or so_far == 0:
        return Plan(worth_finding_per_100, so_far)
    needed = needed_on_each_side(base, worth_finding_per_100 / 100)
    return Plan(
        worth_finding_per_100,
        so_far,
        100 * detectable(base, *known),
        needed,
        _enough_on(sorted(drawn_on), on, horizon, needed),
    )


def _enough_on(drawn_on: list[date], on: date, horizon: Horizon, needed: int) -> date | None:
    if len(drawn_on) >= needed:
        return horizon.known_on(drawn_on[needed - 1])
    lately = sum(day >= on - timedelta(days=LATELY_DAYS) for day in drawn_on)
    if lately == 0:
        return None
    days = ceil((needed - len(drawn_on)) * LATELY_DAYS / lately)
    # Beyond a working life a date is no longer a plan.
    return horizon.known_on(on + timedelta(days=days)) if days < 40 * 365 else None
