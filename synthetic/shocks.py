"""What befalls tenants: sanctions, discharges, divorces, shelter stays, support that ends, rents that rise again."""

import numpy as np

from synthetic.calendar import Month
from synthetic.calibration import SHOCK, WAVE_MEMORY
from synthetic.income import end_and_begin
from synthetic.log import EventLog
from synthetic.slots import Town
from synthetic.tenants import is_cash

# Chances a month for a tenant with average pressure; they rise with the pressure (people in trouble have more of it).
_SANCTION, _MISSED, _DISCHARGE, _DIVORCE = 0.008, 0.012, 0.0007, 0.0022
_SHELTER, _SUPPORT_BEGINS, _SUPPORT_ENDS = 0.0004, 0.0011, 0.055
METHODS = ("ICM", "CTI", "ACT", "M_ACT", "SEL85", "SEL99", "aftercare")


def strike(rng: np.random.Generator, town: Town, month: Month, pressure: np.ndarray, log: EventLog) -> None:
    """One month of shocks: they are told to the log and raise the passing pressure, which then wears off."""
    trouble = np.exp(np.clip(0.5 * (pressure + 4), -1.5, 2))
    wave = town.tenants.wave
    wave *= WAVE_MEMORY
    wave += rng.normal(0, town.setting.wave_noise_sd, town.size)
    _sanction(rng, town, month, trouble, log)
    _miss_appointments(rng, town, month, trouble, log)
    _discharge(rng, town, month, trouble, log)
    _divorce(rng, town, month, log)
    _stay_in_shelter(rng, town, month, trouble, log)
    _support(rng, town, month, trouble, log)
    _end_reductions(town, month, log)


def _struck(rng: np.random.Generator, town: Town, chance: np.ndarray | float) -> np.ndarray:
    return np.flatnonzero(rng.random(town.size) < chance)


def _days(rng: np.random.Generator, month: Month, count: int) -> np.ndarray:
    return month.first + rng.integers(0, month.days, count)


def _sanction(rng: np.random.Generator, town: Town, month: Month, trouble: np.ndarray, log: EventLog) -> None:
    places = _struck(rng, town, _SANCTION * trouble * is_cash(town.tenants.income))
    kind = rng.choice(3, len(places), p=[0.25, 0.67, 0.08])
    decided = _days(rng, month, len(places))
    oere = np.select([kind == 0, kind == 1], [0, 20_000 * rng.integers(1, 13, len(places))], 600_000)
    town.tenants.wave[places] += SHOCK["sanction"] * (kind > 0)
    told = {"person": town.tenants.person[places], "kind": kind, "decided": decided, "oere": oere}
    log.add("sanction", **told, effective=np.full(len(places), month.last + 1))


def _miss_appointments(rng: np.random.Generator, town: Town, month: Month, trouble: np.ndarray, log: EventLog) -> None:
    concerned = is_cash(town.tenants.income) | (town.tenants.support_since > 0)
    places = _struck(rng, town, np.minimum(_MISSED * trouble * concerned * 2, 0.5))
    in_support = town.tenants.support_since[places] > 0
    other = rng.choice([0, 2, 3, 4], len(places), p=[0.8, 0.08, 0.07, 0.05])
    service = np.where(in_support & (rng.random(len(places)) < 0.6), 1, other)
    log.add("missed", person=town.tenants.person[places], service=service, on=_days(rng, month, len(places)))


def _discharge(rng: np.random.Generator, town: Town, month: Month, trouble: np.ndarray, log: EventLog) -> None:
    places = _struck(rng, town, _DISCHARGE * trouble)
    town.tenants.wave[places] += SHOCK["discharge"]
    ward = rng.choice(3, len(places), p=[0.45, 0.40, 0.15])
    log.add("discharge", person=town.tenants.person[places], ward=ward, on=_days(rng, month, len(places)))


def _divorce(rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
    tenants = town.tenants
    places = _struck(rng, town, _DIVORCE * (tenants.household >= 2))
    keeps_children = rng.random(len(places)) < np.where(tenants.sex[places] == 0, 0.7, 0.3)
    alone = np.where((tenants.household[places] == 3) & keeps_children, 1, 0)
    tenants.household[places] = alone
    tenants.children[places] *= alone
    tenants.wave[places] += SHOCK["divorce"]
    end_and_begin(rng, town, places, tenants.income, month, log)
    told = {"person": tenants.person[places], "household": alone, "children": tenants.children[places]}
    log.add("divorce", **told, on=_days(rng, month, len(places)))


def _stay_in_shelter(rng: np.random.Generator, town: Town, month: Month, trouble: np.ndarray, log: EventLog) -> None:
    places = _struck(rng, town, _SHELTER * trouble * (town.tenants.household <= 1))
    town.tenants.wave[places] += SHOCK["shelter"]
    arrived = _days(rng, month, len(places))
    # 49 nights a stay on average (domain 2.5).
    nights = 1 + rng.exponential(48, len(places)).astype(np.int64)
    told = {"person": town.tenants.person[places], "arrived": arrived, "left": arrived + nights}
    log.add("shelter", **told, shelter=rng.integers(0, 3, len(places)))


def _support(rng: np.random.Generator, town: Town, month: Month, trouble: np.ndarray, log: EventLog) -> None:
    tenants = town.tenants
    ending = _struck(rng, town, _SUPPORT_ENDS * (tenants.support_since > 0))
    reason = rng.choice(5, len(ending), p=[0.52, 0.18, 0.12, 0.08, 0.10])
    tenants.wave[ending] += SHOCK["support_lost"] * ((reason == 1) | (reason == 2))
    told = {"person": tenants.person[ending], "since": tenants.support_since[ending], "reason": reason}
    log.add("support", **told, until=_days(rng, month, len(ending)))
    tenants.support_since[ending] = 0
    beginning = _struck(rng, town, _SUPPORT_BEGINS * trouble * (tenants.support_since == 0))
    tenants.support_since[beginning] = _days(rng, month, len(beginning))


def support_goes_on(town: Town, log: EventLog) -> None:
    """At the end: the courses that still run."""
    running = np.flatnonzero(town.tenants.support_since)
    told = {"person": town.tenants.person[running], "since": town.tenants.support_since[running]}
    log.add("support", **told, reason=np.full(len(running), -1), until=np.full(len(running), -1))


def _end_reductions(town: Town, month: Month, log: EventLog) -> None:
    """A rent reduction that tapers off: from the next first the full rent is due."""
    ends = town.homes.reduction_ends
    places = np.flatnonzero((ends >= month.first) & (ends <= month.last))
    town.tenancy.rent[places] = town.homes.full_rent[places]
    town.tenants.wave[places] += SHOCK["reduction_ends"]
    log.add("rent_change", spell=town.tenancy.spell[places], on=ends[places], rent=town.homes.full_rent[places])
