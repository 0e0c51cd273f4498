"""Incomes that change: jobs lost and found, benefits that begin and end, and the reform of 1 July 2025."""

import numpy as np

from synthetic.calendar import Month
from synthetic.calibration import REFORM, SHOCK
from synthetic.log import EventLog
from synthetic.slots import INCOMES, Town
from synthetic.tenants import after_reform, monthly_income

_CASH, _EDUCATION, _STATE_PENSION = (
    INCOMES.index(name) for name in ("cash_benefit", "education_benefit", "state_pension")
)

# (from, to, chance a month): assumptions.
_CHANGES = (
    ("work", "unemployment_benefit", 0.0040),
    ("work", "cash_benefit", 0.0010),
    ("work", "sickness_benefit", 0.0012),
    ("unemployment_benefit", "work", 0.055),
    ("unemployment_benefit", "cash_benefit", 0.012),
    ("sickness_benefit", "work", 0.050),
    ("sickness_benefit", "resource_benefit", 0.012),
    ("cash_benefit", "work", 0.014),
    ("cash_benefit", "resource_benefit", 0.003),
    ("cash_benefit", "disability_pension", 0.002),
    ("education_benefit", "student", 0.018),
    ("education_benefit", "work", 0.014),
    ("self_support_benefit", "work", 0.020),
    ("resource_benefit", "disability_pension", 0.020),
    ("partial_pension", "work", 0.002),
    ("student", "work", 0.022),
    ("student", "education_benefit", 0.006),
)
_BENEFIT_LOST = 0.002


def change_incomes(rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
    """One month of changes, the state pension's age, and the reform in its month."""
    tenants = town.tenants
    after = tenants.income.copy()
    draw = rng.random(town.size)
    for was, becomes, share in _CHANGES:
        here = tenants.income == INCOMES.index(was)
        after[here & (draw < share)] = INCOMES.index(becomes)
        draw = np.where(here, draw - share, draw)
    of_age = (month.first - tenants.birth) >= 67 * 365.25
    after[of_age & (tenants.income != 0)] = _STATE_PENSION
    after = after_reform(after, month.first)
    changed = after != tenants.income
    recalculated = (month.first == REFORM) & (tenants.income == _CASH)
    end_and_begin(rng, town, np.flatnonzero(changed | recalculated), after, month, log)
    lost = np.isin(after, (_CASH, _EDUCATION)) & (rng.random(town.size) < _BENEFIT_LOST)
    # Some lose the benefit for a while and have nothing: they are paid again when they apply anew.
    tenants.wave[lost] += SHOCK["benefit_lost"]
    end_and_begin(rng, town, np.flatnonzero(lost), after, month, log, gap=45)


def end_and_begin(
    rng: np.random.Generator,
    town: Town,
    places: np.ndarray,
    after: np.ndarray,
    month: Month,
    log: EventLog,
    gap: int = 0,
) -> None:
    """End the present income of some tenants on the day before the month, and begin another `gap` days later."""
    tenants = town.tenants
    log.add(
        "benefit",
        person=tenants.person[places],
        kind=tenants.income[places],
        since=tenants.benefit_since[places],
        until=np.full(len(places), month.first - 1),
        dkk=tenants.income_dkk[places],
    )
    fall = monthly_income(rng, after[places], tenants.household[places])
    poorer = fall < 0.8 * tenants.income_dkk[places]
    tenants.wave[places[poorer]] += SHOCK["reduction_ends"]
    tenants.income[places] = after[places]
    tenants.income_dkk[places] = fall
    tenants.benefit_since[places] = month.first + gap


def pay_on(town: Town, log: EventLog) -> None:
    """At the end: the incomes that still run, as benefits without an end."""
    tenants = town.tenants
    told = {"person": tenants.person, "kind": tenants.income, "since": tenants.benefit_since}
    log.add("benefit", **told, until=np.full(town.size, -1), dkk=tenants.income_dkk)
