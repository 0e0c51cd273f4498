"""From a demand that was not met to the bailiff court and its end."""

import numpy as np

from synthetic.calendar import months_of, on_weekday
from synthetic.calibration import (
    CHILDREN_FACTOR,
    CLEARED_BELOW_MONTHS,
    EXECUTED_SHARE,
    EXECUTION_SEASON,
    LEFT_SHARE,
    ONSITE_SHARE,
    SETTLED_SHARE,
)
from synthetic.log import EventLog
from synthetic.payments import PAYMENT, RentMonth
from synthetic.slots import NEVER, Town

KINDS = (
    "payment_demand",
    "termination",
    "court_request",
    "court_hearing",
    "onsite_scheduled",
    "withdrawn",
    "settled",
    "paid",
    "moved_out",
    "evicted",
)
TERMINATION, COURT, HEARING, ONSITE, WITHDRAWN, SETTLED, PAID, MOVED_OUT, EVICTED = range(1, 10)
_CONDUCT = 0.0011
_GOLDEN = (5**0.5 - 1) / 2
_LAST_OUTCOMES = np.array([WITHDRAWN, SETTLED, PAID, MOVED_OUT])


def enforce(rng: np.random.Generator, town: Town, rent: RentMonth) -> None:
    """The month's steps, on what was owed when it began: court first, then terminations, then cases that end."""
    owed = town.owed_months()
    stage = town.tenancy.stage.copy()
    _end_cases(town, rent)
    _after_termination(rng, town, rent, owed, np.flatnonzero(stage == 2))
    _after_demand(rng, town, rent, owed, np.flatnonzero(stage == 1))
    _conduct(rng, town, rent)


def notify(
    town: Town, log: EventLog, places: np.ndarray, kind: np.ndarray | int, on: np.ndarray, **more: np.ndarray | int
) -> None:
    """Tell the log of notices; amounts and ground are the tenancy's own."""
    told: dict[str, np.ndarray | int] = {"deadline": -1, "hearing": -1}
    oere = np.maximum(town.tenancy.balance[places], 0)
    told |= {"oere": oere, "ground": town.tenancy.ground[places]} | more
    log.add("notice", spell=town.tenancy.spell[places], kind=kind, on=on, **told)


def termination_chance(owed: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """The chance that an unmet demand becomes a termination, by months owed."""
    return np.asarray(share * np.minimum(owed / 2.0, 1.0))


def filing_chance(owed: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """The chance that a termination goes to the bailiff court in a month, by months owed."""
    return np.asarray(share * np.minimum(owed / 2.0, 1.25))


def _after_demand(rng: np.random.Generator, town: Town, rent: RentMonth, owed: np.ndarray, places: np.ndarray) -> None:
    met = owed[places] < town.of_landlord("demand_from_months")[places]
    town.tenancy.stage[places[met]] = 0
    open_ = places[~met]
    share = termination_chance(owed[open_], town.of_landlord("termination_share")[open_])
    ended = open_[rng.random(len(open_)) < share]
    town.tenancy.stage[ended] = 2
    on = rent.month.first + 2 + town.of_landlord("speed_days")[ended] + rng.integers(0, 6, len(ended))
    notify(town, rent.log, ended, TERMINATION, on_weekday(on))


def _after_termination(
    rng: np.random.Generator, town: Town, rent: RentMonth, owed: np.ndarray, places: np.ndarray
) -> None:
    tenancy, first = town.tenancy, rent.month.first
    cleared = owed[places] < CLEARED_BELOW_MONTHS
    notify(town, rent.log, places[cleared], PAID, first + rng.integers(0, 9, cleared.sum()))
    tenancy.stage[places[cleared]] = 0
    left = places[~cleared]
    files = filing_chance(owed[left], town.of_landlord("court_share")[left]) * tenancy.filing_factor[left]
    draw = rng.random(len(left))
    _file(rng, town, rent, left[draw < files])
    rest = (draw - files) / (1 - files)
    settled = left[(rest >= 0) & (rest < SETTLED_SHARE)]
    leaving = left[(rest >= SETTLED_SHARE) & (rest < SETTLED_SHARE + LEFT_SHARE)]
    tenancy.stage[settled] = 0
    on = first + rng.integers(3, 20, len(settled))
    notify(town, rent.log, settled, SETTLED, on)
    rent.post(town, settled, PAYMENT, -(np.maximum(tenancy.balance[settled], 0) // 2), on)
    going = first + rng.integers(5, 27, len(leaving))
    notify(town, rent.log, leaving, MOVED_OUT, going)
    tenancy.leaves_on[leaving] = going


def _file(rng: np.random.Generator, town: Town, rent: RentMonth, places: np.ndarray) -> None:
    """Court requests on arrears; how each case will end is drawn now."""
    on = on_weekday(rent.month.first + 3 + town.of_landlord("speed_days")[places] + rng.integers(0, 9, len(places)))
    open_case(rng, town, rent.log, places, on)


def open_case(rng: np.random.Generator, town: Town, log: EventLog, places: np.ndarray, on: np.ndarray) -> None:
    """A court request and what follows: the hearing 4-5 weeks later, an onsite date for about half, the end."""
    notify(town, log, places, COURT, on)
    tenancy, count = town.tenancy, len(places)
    executed = EXECUTED_SHARE * np.where(town.tenants.children[places] > 0, CHILDREN_FACTOR, 1.0)
    executed = executed * tenancy.execution_factor[places]
    evicted = _spread_evenly(town, town.tenants.children[places] > 0) < executed
    onsite = evicted | (rng.random(count) < ONSITE_SHARE)
    hearing = on_weekday(on + rng.integers(27, 37, count))
    held = np.flatnonzero(rng.random(count) < 0.85)
    notify(town, log, places[held], HEARING, on[held] + rng.integers(6, 14, len(held)), hearing=hearing[held])
    end = execution_days(rng, hearing)
    told = np.flatnonzero(onsite)
    notify(town, log, places[told], ONSITE, np.maximum(end - 21, hearing + 1)[told], hearing=end[told])
    other = _LAST_OUTCOMES[rng.choice(4, count, p=[0.22, 0.36, 0.30, 0.12])]
    early = hearing + rng.integers(-8, 15, count)
    tenancy.stage[places] = 3
    tenancy.outcome[places] = np.where(evicted, EVICTED, other)
    tenancy.ends_on[places] = np.where(evicted, end, np.where(onsite, end - rng.integers(1, 8, count), early))
    log.add("case", spell=tenancy.spell[places], on=on, outcome=tenancy.outcome[places], ground=tenancy.ground[places])


def _spread_evenly(town: Town, children: np.ndarray) -> np.ndarray:
    """A number between 0 and 1 for each new case, spread evenly over the cases with and without children so far.

    A town sees a hundred executions in five years; drawn one by one, their share would miss its range by chance alone
    in every fourth town. The golden ratio's multiples fill the range evenly.
    """
    even = np.empty(len(children))
    for group, here in enumerate((~children, children)):
        number = town.cases_opened[group] + np.arange(here.sum())
        even[here] = (town.luck + number * _GOLDEN) % 1.0
        town.cases_opened[group] += int(here.sum())
    return even


def execution_days(rng: np.random.Generator, hearing: np.ndarray) -> np.ndarray:
    """2-6 weeks after the hearing and often later, on a weekday, in the months in which bailiffs go out."""
    tries = on_weekday(hearing[:, None] + rng.integers(21, 80, (len(hearing), 6)))
    weight = EXECUTION_SEASON[months_of(tries)] ** 1.6
    steps = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    chosen = np.minimum((rng.random(len(hearing))[:, None] > steps).sum(axis=1), 5)
    return np.asarray(tries[np.arange(len(hearing)), chosen])


def _end_cases(town: Town, rent: RentMonth) -> None:
    """Cases whose last day lies in this month: paid, settled, withdrawn, moved out, or executed."""
    tenancy = town.tenancy
    places = np.flatnonzero(tenancy.ends_on <= rent.month.last)
    on, outcome = tenancy.ends_on[places].copy(), tenancy.outcome[places].copy()
    notify(town, rent.log, places, outcome, on)
    gone = np.isin(outcome, (MOVED_OUT, EVICTED))
    tenancy.leaves_on[places[gone]] = on[gone]
    stays = places[~gone]
    owed = np.maximum(tenancy.balance[stays], 0)
    paid = np.where(outcome[~gone] == SETTLED, owed // 2, owed) * (tenancy.ground[stays] == 0)
    rent.post(town, stays, PAYMENT, -paid, on[~gone])
    tenancy.stage[stays] = 0
    tenancy.ground[stays] = 0
    tenancy.ends_on[places] = NEVER


def _conduct(rng: np.random.Generator, town: Town, rent: RentMonth) -> None:
    """A few cases on the ground of conduct: another track, with nothing to do with arrears."""
    tenancy, month = town.tenancy, rent.month
    hit = (rng.random(town.size) < _CONDUCT / 12) & (tenancy.stage == 0) & (tenancy.leaves_on == NEVER)
    places = np.flatnonzero(hit)
    tenancy.ground[places] = 1
    on = month.first + rng.integers(0, month.days, len(places))
    notify(town, rent.log, places, TERMINATION, on, oere=-1)
    goes_on = rng.random(len(places)) < 0.4
    open_case(rng, town, rent.log, places[goes_on], on[goes_on] + 30)
    tenancy.ground[places[~goes_on]] = 0
