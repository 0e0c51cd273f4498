"""The made-up municipality lived through, month by month: what happened, before anybody sends anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from synthetic.calendar import Month, simulated_months
from synthetic.calibration import BURN_IN_MONTHS, PAYMENT_SEASON
from synthetic.enforcement import enforce
from synthetic.income import change_incomes, pay_on
from synthetic.log import EventLog
from synthetic.moving import choose_leavers, draw_town, turn_over
from synthetic.payments import RentMonth, catch_up, charge_and_pay, demand
from synthetic.policy import Policy, team_of
from synthetic.pressure import lasting_pressure
from synthetic.risk import true_risk
from synthetic.setting import DEFAULT, Setting
from synthetic.shocks import strike, support_goes_on
from synthetic.signals import apply_for_help, list_arrears, raise_concerns
from synthetic.slots import Homes, Town
from synthetic.team import Team


@dataclass(frozen=True)
class History:
    """What happened: the events by kind, the homes, the first delivered day, the months, and the town's setting."""

    log: EventLog
    homes: Homes
    start: int
    months: list[Month]
    setting: Setting = DEFAULT


def live(
    *,
    tenancies: int,
    months: int,
    seed: int,
    until: date,
    setting: Setting = DEFAULT,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    progress: Callable[[str, float], None] | None = None,
) -> History:
    """Live through `months` months that end on `until`, after a burn-in that is not delivered.

    `setting` is the kind of municipality, `policy` whom the team goes to from which month on.
    """
    rng = np.random.default_rng([seed, 1])
    calendar = simulated_months(until, months, BURN_IN_MONTHS)
    log = EventLog()
    town = draw_town(rng, tenancies, calendar[0].first, calendar[-1].last, log, setting)
    teams = team_of(policy, tenancies, setting, seed)
    spells = people = tenancies
    for number, month in enumerate(calendar):
        live_month(rng, town, month, teams(number - BURN_IN_MONTHS), log)
        moved = turn_over(rng, town, month, log, spells, people)
        spells, people = spells + moved, people + moved
        if progress:
            progress("live", (number + 1) / len(calendar))
    if until.day == 1:
        tonight = Month(calendar[-1].last + 1, 31, until.month - 1, delivered=True)
        _note_truth(town, tonight, lasting_pressure(town, tonight.first), log)
    pay_on(town, log)
    support_goes_on(town, log)
    start = next(month.first for month in calendar if month.delivered)
    return History(log, town.homes, start, calendar, setting)


def live_month(rng: np.random.Generator, town: Town, month: Month, team: Team, log: EventLog) -> None:
    """One month: the truth is noted, then shocks, enforcement, rent, signals, the team and the moves."""
    lasting = lasting_pressure(town, month.first)
    if month.delivered:
        team.look(town, month, _note_truth(town, month, lasting, log), log)
        _open_accounts(town, month, log)
    change_incomes(rng, town, month, log)
    strike(rng, town, month, lasting + town.tenants.wave, log)
    pressure = lasting_pressure(town, month.first) + town.tenants.wave + PAYMENT_SEASON[month.season]
    rent = RentMonth(month, pressure, log)
    enforce(rng, town, rent)
    charge_and_pay(rng, town, rent)
    demand(rng, town, rent)
    list_arrears(rng, town, month, log)
    catch_up(rng, town, rent)
    raise_concerns(rng, town, month, pressure, log)
    apply_for_help(rng, town, month, pressure, log)
    team.work(rng, town, month, log)
    choose_leavers(rng, town, month)


def _note_truth(town: Town, month: Month, lasting: np.ndarray, log: EventLog) -> np.ndarray:
    risk = true_risk(town, month, lasting)
    log.add("risk", as_of=np.full(town.size, month.first), spell=town.tenancy.spell, risk=risk)
    return risk


def _open_accounts(town: Town, month: Month, log: EventLog) -> None:
    """What was on each account before the first delivered month, for those who lived there already."""
    if log.count("opening") == 0:
        some = np.flatnonzero(town.tenancy.balance)
        log.add(
            "opening",
            spell=town.tenancy.spell[some],
            on=np.full(len(some), month.first),
            oere=town.tenancy.balance[some],
        )
