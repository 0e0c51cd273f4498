"""Who moves out and in: ordinary moves, swaps within the municipality, and homes left empty after a case."""

import numpy as np

from synthetic.calendar import Month
from synthetic.calibration import (
    AVERAGE_RENT_DKK,
    DWELLING_SHARES,
    DWELLINGS,
    MOVE_SEASON,
    MOVES_A_YEAR,
)
from synthetic.log import EventLog
from synthetic.setting import DEFAULT, Setting
from synthetic.slots import NEVER, Homes, Tenancy, Town
from synthetic.tenants import draw_tenants, is_cash

_SWAP_SHARE = 0.12
_REDUCED_SHARE, _REDUCTION = 0.06, 0.84
_REFERRAL_CASH, _REFERRAL_OTHER = 0.38, 0.10


def draw_town(
    rng: np.random.Generator, homes: int, start: int, end: int, log: EventLog, setting: Setting = DEFAULT
) -> Town:
    """Homes with their first tenants on the day `start`."""
    landlord = np.repeat(np.arange(len(setting.landlords)), _shares_of(homes, setting.of_landlords("share").tolist()))
    dwelling = rng.choice(len(DWELLINGS), homes, p=DWELLING_SHARES)
    level = np.array([AVERAGE_RENT_DKK[name] for name in DWELLINGS])[dwelling]
    rent = np.round(level * np.exp(rng.normal(0, 0.17, homes))) * 100
    reduced = rng.random(homes) < _REDUCED_SHARE
    ends = np.where(reduced, rng.integers(start, end + 400, homes), NEVER)
    town = Town(
        Homes(landlord, dwelling, rent.astype(np.int64), ends),
        draw_tenants(rng, dwelling, start, 0),
        Tenancy.empty(homes),
        luck=float(rng.random()),
        setting=setting,
    )
    lived = np.minimum(rng.exponential(1 / MOVES_A_YEAR[dwelling]), 40) * 365.25
    grown_up = town.tenants.birth + 18 * 365
    since = np.maximum(start - lived.astype(np.int64), grown_up + rng.integers(0, 200, homes))
    move_in(rng, town, np.arange(homes), np.minimum(since, start - 3), log, 0)
    return town


def _shares_of(total: int, shares: list[float]) -> np.ndarray:
    """Whole numbers in these shares that add up to `total`."""
    edges = np.round(np.cumsum([0.0, *shares]) / sum(shares) * total).astype(int)
    return np.diff(edges)


def move_in(
    rng: np.random.Generator, town: Town, places: np.ndarray, since: np.ndarray, log: EventLog, first_spell: int
) -> None:
    """Begin a tenancy for the tenants already in `places`, and tell the log."""
    tenants, homes = town.tenants.take(places), town.homes
    referral = rng.random(len(places)) < np.where(is_cash(tenants.income), _REFERRAL_CASH, _REFERRAL_OTHER)
    ends = homes.reduction_ends[places]
    rent = np.where((ends > since) & (ends < NEVER), np.round(homes.full_rent[places] * _REDUCTION, -4), 0)
    rent = np.where(rent > 0, rent, homes.full_rent[places]).astype(np.int64)
    gets_benefit = rng.random(len(places)) < np.where(tenants.income_dkk < 16_000, 0.62, 0.05)
    benefit = np.where(gets_benefit, np.round(rent * rng.uniform(0.12, 0.28, len(places)), -2), 0).astype(np.int64)
    habit = rng.choice([0, 1, 2, 4, 6], len(places), p=[0.70, 0.12, 0.08, 0.06, 0.04])
    spell = first_spell + np.arange(len(places))
    town.tenancy.begin(
        places, spell=spell, since=since, referral=referral, rent=rent, housing_benefit=benefit, pay_day=habit
    )
    log.add("spell", spell=spell, home=places, person=tenants.person, since=since, rent=rent, referral=referral)
    told = {"household": tenants.household, "children": tenants.children, "income": tenants.income}
    log.add("tenant", person=tenants.person, birth=tenants.birth, sex=tenants.sex, origin=tenants.origin, **told)
    has = benefit > 0
    log.add("housing_benefit", spell=spell[has], person=tenants.person[has], since=since[has], oere=benefit[has])


def choose_leavers(rng: np.random.Generator, town: Town, month: Month) -> None:
    """Ordinary moves at the end of the month; who is before the court stays until the case ends."""
    hazard = MOVES_A_YEAR[town.homes.dwelling] / 12 * MOVE_SEASON[month.season]
    goes = (rng.random(town.size) < hazard) & (town.tenancy.stage < 3) & (town.tenancy.leaves_on == NEVER)
    town.tenancy.leaves_on[goes] = month.last


def turn_over(rng: np.random.Generator, town: Town, month: Month, log: EventLog, spells: int, people: int) -> int:
    """End the tenancies that are left this month, and let new tenants in on the next first. Gives how many moved.

    A share of those who leave of their own will swap homes within the municipality and keep their history.
    """
    places = np.flatnonzero(town.tenancy.leaves_on <= month.last)
    tenancy = town.tenancy
    log.add("end", spell=tenancy.spell[places], on=tenancy.leaves_on[places], balance=tenancy.balance[places])
    willing = places[(tenancy.stage[places] == 0) & (rng.random(len(places)) < _SWAP_SHARE)]
    willing = willing if len(willing) > 1 else willing[:0]
    staying = town.tenants.take(willing)
    _end_benefits(town, np.setdiff1d(places, willing), month, log)
    town.tenants.put(places, draw_tenants(rng, town.homes.dwelling[places], month.last, people))
    town.tenants.put(np.roll(willing, 1), staying)
    move_in(rng, town, places, np.full(len(places), month.last + 1), log, spells)
    return len(places)


def _end_benefits(town: Town, places: np.ndarray, month: Month, log: EventLog) -> None:
    """Those who leave the municipality stop being paid by it."""
    tenants = town.tenants.take(places)
    log.add(
        "benefit",
        person=tenants.person,
        kind=tenants.income,
        since=tenants.benefit_since,
        until=np.full(len(places), month.last),
        dkk=tenants.income_dkk,
    )
