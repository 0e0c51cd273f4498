"""Drawing the people who move in: age, sex, origin, household, income. All of it made up."""

import numpy as np

from synthetic.calibration import REFORM
from synthetic.slots import CASH_INCOMES, INCOMES, PENSIONS, Tenants

# Chances of each income by (household of youth, young, middle, old), in the order of INCOMES.
_INCOME_SHARES = {
    "youth": [0.26, 0.08, 0.11, 0.02, 0.01, 0.03, 0.0, 0.0, 0.01, 0.0, 0.48],
    "young": [0.52, 0.13, 0.07, 0.04, 0.04, 0.08, 0.02, 0.0, 0.03, 0.0, 0.07],
    "middle": [0.50, 0.12, 0.0, 0.04, 0.06, 0.07, 0.03, 0.03, 0.15, 0.0, 0.0],
    "old": [0.06, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.94, 0.0],
}
MONTHLY_DKK = np.array([19500, 11200, 7600, 6900, 14800, 16200, 12300, 11800, 15900, 14200, 7300])
"""Income after tax by kind (from the rates in domain 2.5; work and student are assumptions)."""
_ORIGIN_SHARES = (0.72, 0.03, 0.07, 0.18)
_CASH_BY_ORIGIN = np.array([1.0, 1.8, 1.0, 1.6])
"""Origin works through income alone: how much oftener the income is a cash benefit."""
_CASH, _EDUCATION, _SELF_SUPPORT = (
    INCOMES.index(name) for name in ("cash_benefit", "education_benefit", "self_support_benefit")
)
_CHILD_SUPPLEMENT = 1.35


def draw_tenants(rng: np.random.Generator, dwelling: np.ndarray, today: int, first_person: int) -> Tenants:
    """New tenants for homes of these kinds (0 family, 1 youth, 2 elderly, 3 special) on a day."""
    count = len(dwelling)
    age = _ages(rng, dwelling)
    household = _households(rng, dwelling, age)
    woman_share = np.where(household == 1, 0.85, np.where(household == 0, 0.45, 0.5))
    origin = rng.choice(4, count, p=_ORIGIN_SHARES)
    income = after_reform(_incomes(rng, dwelling, age, origin), today + 1)
    with_children = (household == 1) | (household == 3)
    return Tenants(
        person=first_person + np.arange(count),
        birth=(today - age * 365.25).astype(np.int64),
        sex=(rng.random(count) >= woman_share).astype(np.int8),
        origin=origin,
        household=household,
        children=np.where(with_children, 1 + rng.binomial(3, 0.3, count), 0),
        income=income,
        income_dkk=monthly_income(rng, income, household),
        benefit_since=today - rng.integers(20, 1200, count),
        frailty=rng.standard_normal(count),
        wave=np.zeros(count),
        support_since=np.zeros(count, dtype=np.int64),
    )


def after_reform(income: np.ndarray, today: int) -> np.ndarray:
    """The incomes as they are called on a day: from the reform on three benefits are one."""
    merged = (income == _EDUCATION) | (income == _SELF_SUPPORT)
    return np.where(merged & (today >= REFORM), _CASH, income)


def monthly_income(rng: np.random.Generator, income: np.ndarray, household: np.ndarray) -> np.ndarray:
    """Income after tax a month in kroner: the kind's, more with children and with a partner."""
    children = np.where((household == 1) | (household == 3), _CHILD_SUPPLEMENT, 1.0)
    second = np.where(household >= 2, 1.6, 1.0)
    spread = np.where(income == 0, np.exp(rng.normal(0, 0.22, len(income))), 1.0)
    return np.round(MONTHLY_DKK[income] * children * second * spread)


def _ages(rng: np.random.Generator, dwelling: np.ndarray) -> np.ndarray:
    """Ages in years at moving in."""
    count = len(dwelling)
    family = 20 + 58 * rng.beta(1.15, 1.9, count)
    youth, elderly = rng.uniform(18.1, 27, count), rng.uniform(64, 88, count)
    return np.select([dwelling == 1, dwelling == 2], [youth, elderly], family)


def _households(rng: np.random.Generator, dwelling: np.ndarray, age: np.ndarray) -> np.ndarray:
    """66.5 % single adults and 10 % single parents in all (domain 2.3)."""
    draw = rng.random(len(dwelling))
    family = np.searchsorted([0.46, 0.61, 0.77], draw)
    grown_up = (family % 2 == 1) & (age > 58)
    family = np.where(grown_up, family - 1, family)
    small = np.where(draw < 0.8, 0, 2)
    return np.select([dwelling == 1, dwelling == 2, dwelling == 3], [0, small, 0], family)


def _incomes(rng: np.random.Generator, dwelling: np.ndarray, age: np.ndarray, origin: np.ndarray) -> np.ndarray:
    group = np.select([dwelling == 1, age >= 66.5, age < 30], [0, 3, 1], 2)
    shares = np.array(list(_INCOME_SHARES.values()))[group]
    cash = np.array([place in CASH_INCOMES for place in range(len(INCOMES))])
    shares = shares * np.where(cash, _CASH_BY_ORIGIN[origin][:, None], 1.0)
    # The self-support benefit is for those who have not lived long enough in the country.
    shares[:, _SELF_SUPPORT] *= np.array([0.1, 0.2, 1.0, 2.5])[origin]
    steps = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    return np.minimum((rng.random(len(dwelling))[:, None] > steps).sum(axis=1), len(INCOMES) - 1)


def is_cash(income: np.ndarray) -> np.ndarray:
    """Whether an income is of the cash-benefit kind."""
    return np.isin(income, CASH_INCOMES)


def is_pension(income: np.ndarray) -> np.ndarray:
    """Whether an income is a pension."""
    return np.isin(income, PENSIONS)
