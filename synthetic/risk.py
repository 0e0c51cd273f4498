"""The true risk: the chance of a court request (or an execution) in the next 182 days if nobody comes.

Method: exact backward induction over the simulation's own monthly chain. Its state is months owed (grid of a quarter),
stage (none, demand, termination), lasting pressure, passing pressure and landlord; its steps are those of
enforcement.py and payments.py: carried arrears are enforced, the month is paid, demanded and caught up, the passing
pressure wears off with noise. 182 days are six months. Left out: future shocks, ordinary moves beyond an average, the
year's settlement; the help that was given (the factors are those of nobody coming). Values between grid points are
interpolated. For cases already before the court it is the chance that the case ends in an execution.
"""

from functools import cache, lru_cache

import numpy as np

from synthetic.calendar import Month
from synthetic.calibration import (
    BASE_PRESSURE,
    CATCH_UP,
    CHILDREN_FACTOR,
    CLEARED_BELOW_MONTHS,
    EXECUTED_SHARE,
    FRAILTY_SD,
    HALF_SHARE,
    LEFT_SHARE,
    PARTIAL_PAID,
    PAYMENT_SEASON,
    SETTLED_SHARE,
    SKIP_SHARE,
    WAVE_MEMORY,
    Landlord,
)
from synthetic.enforcement import filing_chance, termination_chance
from synthetic.pressure import chance
from synthetic.setting import Setting
from synthetic.slots import Town

HORIZON_MONTHS = 6
_STEP = 0.25
_OWED = np.arange(0, 4.51, _STEP)
_LASTING = np.linspace(-9.5, 1.5, 17)
_PASSING = np.linspace(-3.0, 4.0, 15)
_STAYS = 0.99
"""Share of tenancies that an ordinary move does not end in a month."""


def true_risk(town: Town, month: Month, lasting: np.ndarray) -> np.ndarray:
    """The chance for each home's tenancy on the first of the month, before anything of it has happened."""
    values, grid = _induced(month.season, town.setting), _lasting_grid(town.setting)
    stage = np.minimum(town.tenancy.stage, 2)
    owed = _between(_OWED, town.owed_months())
    long_, short = _between(grid, lasting), _between(_PASSING, town.tenants.wave)
    risk = np.zeros(town.size)
    for o, o_share in owed:
        for long_at, long_share in long_:
            for short_at, short_share in short:
                share = o_share * long_share * short_share
                risk += share * values[stage, o, long_at, short_at, town.homes.landlord]
    executed = EXECUTED_SHARE * np.where(town.tenants.children > 0, CHILDREN_FACTOR, 1.0)
    on_arrears = town.tenancy.ground == 0
    return np.where(town.tenancy.stage == 3, executed * on_arrears, np.clip(risk, 0, 1))


def _between(grid: np.ndarray, values: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """The two grid points around each value, with their shares."""
    place = np.clip((values - grid[0]) / (grid[1] - grid[0]), 0, len(grid) - 1 - 1e-9)
    low = place.astype(int)
    return (low, 1 - (place - low)), (low + 1, place - low)


def _lasting_grid(setting: Setting) -> np.ndarray:
    """The lasting pressures of a setting: the usual ones, and as many beyond as its base and spread ask for."""
    step, wider = _LASTING[1] - _LASTING[0], max(setting.frailty_sd / FRAILTY_SD, 1.0)
    low = setting.base_pressure + wider * (_LASTING[0] - BASE_PRESSURE)
    high = setting.base_pressure + wider * (_LASTING[-1] - BASE_PRESSURE)
    before = max(0, int(np.ceil((_LASTING[0] - low) / step - 1e-9)))
    beyond = max(0, int(np.ceil((high - _LASTING[-1]) / step - 1e-9)))
    return np.linspace(_LASTING[0] - before * step, _LASTING[-1] + beyond * step, len(_LASTING) + before + beyond)


@lru_cache(maxsize=48)
def _induced(season: int, setting: Setting) -> np.ndarray:
    """Values by stage, owed, lasting, passing, landlord for cut-offs on the first of a calendar month."""
    lasting, moves = _lasting_grid(setting), _passing_moves(setting.wave_noise_sd)
    value = np.zeros((3, len(_OWED), len(lasting), len(_PASSING), len(setting.landlords)))
    for ahead in reversed(range(HORIZON_MONTHS)):
        pressure = (lasting[:, None] + _PASSING[None, :])[None, :, :, None] + PAYMENT_SEASON[(season + ahead) % 12]
        value = _one_month(value, pressure, moves, setting.landlords)
    return value


def _one_month(
    after: np.ndarray, pressure: np.ndarray, moves: np.ndarray, landlords: tuple[Landlord, ...]
) -> np.ndarray:
    """Values at the start of a month from those at its end; the passing pressure moves first, as in shocks.py."""
    value = _caught_up(after, pressure)
    value = _demanded(value, landlords)
    value = _paid(value, chance(pressure))
    value = _enforced(value, landlords)
    return np.asarray(_STAYS * (moves @ value))


@cache
def _passing_moves(noise_sd: float) -> np.ndarray:
    """From each passing pressure, the shares of the next month's."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    moves = np.zeros((len(_PASSING), len(_PASSING)))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        for at, share in _between(_PASSING, WAVE_MEMORY * _PASSING + noise_sd * node):
            np.add.at(moves, (np.arange(len(_PASSING)), at), weight * share)
    return moves


def _at_owed(value: np.ndarray, owed: np.ndarray) -> np.ndarray:
    """`value` (owed on axis 1) at other months owed."""
    (low, low_share), (high, high_share) = _between(_OWED, owed)
    shape = (1, -1, 1, 1, 1)
    return np.asarray(value[:, low] * low_share.reshape(shape) + value[:, high] * high_share.reshape(shape))


def _caught_up(value: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    constant, per_pressure, per_month = CATCH_UP
    owed = _OWED[:, None, None, None]
    clears = chance(constant - per_pressure * (pressure + 2.5) - per_month * owed)
    half = (1 - clears) * HALF_SHARE
    nothing = value[:, :1]
    return np.asarray(clears * nothing + half * _at_owed(value, _OWED / 2) + (1 - clears - half) * value)


def _demanded(value: np.ndarray, landlords: tuple[Landlord, ...]) -> np.ndarray:
    asked = value.copy()
    for place, landlord in enumerate(landlords):
        owes = landlord.demand_from_months - 1e-9 <= _OWED
        share = landlord.demand_share
        asked[0, owes, ..., place] = share * value[1, owes, ..., place] + (1 - share) * value[0, owes, ..., place]
    return asked


def _paid(value: np.ndarray, falls_short: np.ndarray) -> np.ndarray:
    skipped = _at_owed(value, _OWED + 1)
    partial = sum(_at_owed(value, _OWED + 1 - paid) for paid in PARTIAL_PAID) / len(PARTIAL_PAID)
    short = SKIP_SHARE * skipped + (1 - SKIP_SHARE) * partial
    return np.asarray(falls_short * short + (1 - falls_short) * value)


def _enforced(value: np.ndarray, landlords: tuple[Landlord, ...]) -> np.ndarray:
    before = value.copy()
    for place, landlord in enumerate(landlords):
        here = value[..., place]
        owed = _OWED[:, None, None]
        ends = termination_chance(owed, landlord.termination_share)
        met = owed < landlord.demand_from_months
        before[1, ..., place] = np.where(met, here[0], ends * here[2] + (1 - ends) * here[1])
        files = filing_chance(owed, landlord.court_share)
        rest = SETTLED_SHARE * _at_owed(value, _OWED / 2)[0, ..., place]
        rest = rest + (1 - SETTLED_SHARE - LEFT_SHARE) * here[2]
        before[2, ..., place] = np.where(owed < CLEARED_BELOW_MONTHS, here[0], files + (1 - files) * rest)
    return before
