"""One month of rent: what is charged, what is paid and when, what is demanded, what is caught up."""

from dataclasses import dataclass

import numpy as np

from synthetic.calendar import Month, on_weekday
from synthetic.calibration import (
    CATCH_UP,
    DEMAND_FEE_OERE,
    HALF_SHARE,
    PARTIAL_PAID,
    SKIP_SHARE,
)
from synthetic.log import EventLog
from synthetic.pressure import chance
from synthetic.slots import Town

CHARGE, PAYMENT, FEE, ADJUSTMENT, WRITE_OFF = range(5)
_SETTLEMENT_MONTHS = np.array([3, 4, 2, 5, 8])
"""When each landlord settles the year's heating, 0 = January."""


@dataclass(frozen=True)
class RentMonth:
    """What decides a month: its days, the pressure on each tenancy, and the log."""

    month: Month
    pressure: np.ndarray
    log: EventLog

    def post(self, town: Town, places: np.ndarray, kind: int, oere: np.ndarray, on: np.ndarray | int) -> None:
        """Post amounts to some accounts and tell the log; amounts of nothing are left out."""
        amounts = np.broadcast_to(oere, places.shape)
        some = amounts != 0
        town.tenancy.balance[places] += amounts
        days = np.broadcast_to(np.asarray(on), places.shape)[some]
        spell = town.tenancy.spell[places[some]].astype(np.int32)
        due = on_weekday(days) if kind == CHARGE else np.full(len(spell), -1)
        if self.month.delivered:
            told = {"posted": days.astype(np.int32), "due": due.astype(np.int32), "kind": np.int8(kind)}
            self.log.add("posting", spell=spell, **told, oere=amounts[some].astype(np.int32))


def charge_and_pay(rng: np.random.Generator, town: Town, rent: RentMonth) -> None:
    """The charge on the 1st, housing benefit, the year's settlement, and the regular payment: whole, part or none."""
    first, everyone = rent.month.first, np.arange(town.size)
    tenancy = town.tenancy
    rent.post(town, everyone, CHARGE, tenancy.rent, first)
    rent.post(town, everyone, ADJUSTMENT, -tenancy.housing_benefit, first)
    settled = np.where(_SETTLEMENT_MONTHS[town.homes.landlord] == rent.month.season, 1, 0)
    extra = (settled * np.round(rng.normal(0, 90_000, town.size), -2)).astype(np.int64)
    rent.post(town, everyone, ADJUSTMENT, extra, first)
    due = np.maximum(tenancy.rent - tenancy.housing_benefit + extra, 0)
    falls_short = rng.random(town.size) < chance(rent.pressure)
    part = rng.choice(np.array(PARTIAL_PAID), town.size)
    part = np.where(rng.random(town.size) < SKIP_SHARE, 0.0, part)
    jitter = rng.uniform(-0.08, 0.08, town.size)
    partial = np.round(due * np.where(part > 0, part + jitter, 0), -4).astype(np.int64)
    # Who is a little behind (a fee) pays it along with the rent; who has paid too much pays less.
    carried = tenancy.balance - (tenancy.rent - tenancy.housing_benefit + extra)
    whole = due + np.where(np.abs(carried) < 60_000, carried, np.minimum(carried, 0))
    paid = np.where(falls_short, partial, np.maximum(whole, 0))
    rent.post(town, everyone, PAYMENT, -paid, _pay_days(rng, town, rent))


def _pay_days(rng: np.random.Generator, town: Town, rent: RentMonth) -> np.ndarray:
    """When the regular payment comes: the tenant's habit, later under pressure; always before the demands."""
    slack = rng.poisson(np.exp(np.clip(0.75 * (rent.pressure + 2.2), -4, 1.6)))
    return np.asarray(on_weekday(rent.month.first + np.minimum(town.tenancy.pay_day + slack, 8)))


def demand(rng: np.random.Generator, town: Town, rent: RentMonth) -> None:
    """Payment demands on about the 12th, to those who owe enough; the fee is owed from then on."""
    tenancy, first = town.tenancy, rent.month.first
    owes = town.owed_months() >= town.of_landlord("demand_from_months")
    asked = owes & (tenancy.stage <= 1) & (rng.random(town.size) < town.of_landlord("demand_share"))
    places = np.flatnonzero(asked)
    on = on_weekday(first + 10 + town.of_landlord("speed_days")[places] // 2 + rng.integers(0, 3, len(places)))
    amount = tenancy.balance[places].copy()
    rent.post(town, places, FEE, np.full(len(places), DEMAND_FEE_OERE), on)
    tenancy.stage[places] = 1
    tenancy.demanded_on[places] = on
    rent.log.add(
        "notice",
        spell=tenancy.spell[places],
        kind=0,
        on=on,
        deadline=on_weekday(on + 16),
        hearing=-1,
        oere=amount,
        ground=0,
    )


def catch_up(rng: np.random.Generator, town: Town, rent: RentMonth) -> None:
    """Later in the month some clear what they owe, some pay half of it."""
    owed = town.owed_months()
    constant, per_pressure, per_month = CATCH_UP
    clears = chance(constant - per_pressure * (rent.pressure + 2.5) - per_month * owed)
    draw = rng.random(town.size)
    share = np.where(draw < clears, 1.0, np.where(draw < clears + (1 - clears) * HALF_SHARE, 0.5, 0.0))
    places = np.flatnonzero((owed > 0.1) & (share > 0))
    paid = town.tenancy.balance[places] * share[places]
    paid = np.where(share[places] == 1.0, paid, np.round(paid, -4)).astype(np.int64)
    rent.post(town, places, PAYMENT, -paid, rent.month.first + rng.integers(14, rent.month.days, len(places)))
