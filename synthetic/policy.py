"""Whom the team goes to: who came first (the old way), nobody, or the top of a list made on the first of each month.

With a list the team's own doing changes what is learned from later: whoever it helps is seen as safe. These policies
make municipalities in which that can be measured against one in which nobody comes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from synthetic.calendar import Month
from synthetic.log import EventLog
from synthetic.setting import Setting
from synthetic.slots import NEVER, Town
from synthetic.team import AGREED_WHEN_REACHED, REACHED, OldTeam, Team, forget, help_those

WHY = (None, "listed", "explored")
_LISTED, _EXPLORED = 1, 2

Order = Callable[[np.random.Generator, Town, Month, np.ndarray], np.ndarray]
"""A number for each home, the higher the sooner, from (generator, town, month, true risk)."""

Name = Literal["old", "none", "list"]


@dataclass(frozen=True)
class Blurred:
    """The true risk's log-odds with noise: a stand-in for a model that is right on the whole."""

    noise_sd: float = 1.0

    def __call__(self, rng: np.random.Generator, town: Town, month: Month, risk: np.ndarray) -> np.ndarray:
        """The order of one month."""
        known = np.clip(risk, 1e-6, 1 - 1e-6)
        return np.asarray(np.log(known / (1 - known)) + rng.normal(0, self.noise_sd, town.size))


@dataclass(frozen=True)
class Policy:
    """`before` until the delivered month number `from_month` (0 = the first one), `then` from it on.

    The rest is about the list: contacts a month, shares reached and agreeing, the share of the contacts that is drawn
    at random from those who are not at the top, and the order. Those in whose case help runs, who are terminated or
    leave, are not listed.
    """

    then: Name = "old"
    before: Name = "old"
    from_month: int = 0
    per_1000_homes: float = 10.0
    reached: float = REACHED
    agreed: float = AGREED_WHEN_REACHED
    explored_share: float = 0.1
    order: Order = Blurred()


class NoTeam:
    """Nobody comes; what was given earlier wears off."""

    def look(self, town: Town, month: Month, risk: np.ndarray, log: EventLog) -> None:
        """Nothing is decided."""

    def work(self, rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
        """No contact, but the kind of event is known to the log."""
        forget(town, month)
        nobody = np.zeros(0, dtype=np.int64)
        help_those(np.random.default_rng(0), town, month, log, nobody, nobody, (0.0, 0.0))


class ListTeam:
    """Contacts the top of the month's order before termination, and some drawn at random from the rest."""

    def __init__(self, policy: Policy, homes: int, seed: int) -> None:
        self.policy = policy
        self.capacity = max(1, round(homes * policy.per_1000_homes / 1000))
        self.rng = np.random.default_rng([seed, 6])
        self.chosen = np.zeros(0, dtype=np.int64)

    def look(self, town: Town, month: Month, risk: np.ndarray, log: EventLog) -> None:
        """Make the list, and note who was put on it with which chance."""
        tenancy = town.tenancy
        early = (tenancy.stage <= 1) & (tenancy.leaves_on == NEVER) & (tenancy.ground == 0)
        possible = np.flatnonzero(early & ~_is_helped(town, month))
        scores = self.policy.order(self.rng, town, month, risk)[possible]
        falling = possible[np.argsort(-scores, kind="stable")]
        explored = min(round(self.capacity * self.policy.explored_share), max(0, len(falling) - self.capacity))
        listed, rest = np.split(falling, [self.capacity - explored])
        drawn = self.rng.choice(rest, explored, replace=False)
        self.chosen = np.concatenate([listed, drawn])
        why = np.where(np.isin(possible, listed), _LISTED, np.where(np.isin(possible, drawn), _EXPLORED, 0))
        chance = np.where(why == _LISTED, 1.0, explored / max(len(rest), 1))
        told = {"as_of": np.full(len(possible), month.first), "why": why, "chance": chance}
        log.add("assignment", spell=tenancy.spell[possible], **told)

    def work(self, rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
        """Contact whoever was chosen on the first, on some day of the month."""
        forget(town, month)
        days = month.first + self.rng.integers(0, month.days, len(self.chosen))
        shares = (self.policy.reached, self.policy.agreed)
        help_those(self.rng, town, month, log, self.chosen, days, shares)
        self.chosen = self.chosen[:0]


def _is_helped(town: Town, month: Month) -> np.ndarray:
    """Whether the help that was given to each tenancy still runs; a letter is no help."""
    helped = town.tenancy.filing_factor == town.setting.help_filing
    return np.asarray(helped & (town.tenancy.helped_until >= month.first))


def team_of(policy: Policy, homes: int, setting: Setting, seed: int) -> Callable[[int], Team]:
    """Gives the team that works in a month, by the month's number (0 = the first delivered one)."""
    made: dict[Name, Team] = {
        "old": OldTeam(homes, setting.contacts_per_1000_homes),
        "none": NoTeam(),
        "list": ListTeam(policy, homes, seed),
    }
    return lambda number: made[policy.then if number >= policy.from_month else policy.before]
