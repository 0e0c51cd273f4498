"""The latent monthly pressure that drives payment behaviour: a lasting part and a passing one.

Origin is not in it: a measured disparity between origins comes through income and tenancy history alone.
"""

import numpy as np

from synthetic.calibration import HAZARD, PRESSURE_PER_LOG_HAZARD
from synthetic.slots import Town
from synthetic.tenants import is_cash, is_pension


def lasting_pressure(town: Town, today: int) -> np.ndarray:
    """The lasting pressure of each tenancy on a day, as log-odds of falling short in a month."""
    tenants, tenancy = town.tenants, town.tenancy
    age = (today - tenants.birth) / 365.25
    without_partner = tenants.household <= 1
    burden = rent_burden(town)
    told = {
        "single_man": without_partner & (tenants.sex == 1),
        "single_mother": (tenants.household == 1) & (tenants.sex == 0),
        "age_18_24": age < 25,
        "age_25_39": (age >= 25) & (age < 40),
        "age_65": age >= 65,
        "cash_income": is_cash(tenants.income),
        "work": tenants.income == 0,
        "pension": is_pension(tenants.income),
        "new_tenancy": today - tenancy.since < 365,
        "referral": tenancy.referral == 1,
        "rent_burden": burden > 0.4,
    }
    hazard = sum(np.log(HAZARD[name]) * holds for name, holds in told.items())
    setting = town.setting
    return np.asarray(setting.base_pressure + PRESSURE_PER_LOG_HAZARD * hazard + setting.frailty_sd * tenants.frailty)


def rent_burden(town: Town) -> np.ndarray:
    """Rent after housing benefit as a share of income."""
    net = (town.tenancy.rent - town.tenancy.housing_benefit) / 100
    return np.asarray(net / np.maximum(town.tenants.income_dkk, 1))


def chance(log_odds: np.ndarray) -> np.ndarray:
    """Log-odds as a chance."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))
