"""Every number of the made-up municipality, with its source.

"Domain" is the project's page of facts about evictions in Denmark, part 2; where it gives no figure the number is an
assumption, chosen so that the funnel comes out as the page says (tests/synthetic/test_calibration.py holds it).
"""

from dataclasses import dataclass
from math import log

import numpy as np


@dataclass(frozen=True)
class Landlord:
    """How one landlord enforces and what it tells the municipality.

    Shares are of tenancies or of those that came so far; thresholds are in months of rent; speed in days.
    """

    name: str
    share: float
    tenure: str
    demand_from_months: float
    demand_share: float
    termination_share: float
    court_share: float
    speed_days: int
    tells_demands: float
    sends_ledger: bool = True
    sends_notices: bool = True
    visible_share: float = 1.0


LANDLORDS = (
    Landlord("Birkely", 0.28, "non_profit", 0.45, 0.95, 0.60, 0.55, 0, 0.95),
    Landlord("Solbakken", 0.22, "non_profit", 0.70, 0.85, 0.47, 0.41, 4, 0.90),
    Landlord("Nordhavn", 0.28, "non_profit", 0.60, 0.90, 0.54, 0.49, 2, 0.75, sends_ledger=False),
    Landlord("Østerlund", 0.13, "non_profit", 0.90, 0.80, 0.37, 0.33, 8, 0.90),
    # A private landlord owes the municipality no notice; its ledger comes only in the last part of the history.
    Landlord("Vestergade", 0.09, "private", 0.50, 0.95, 0.64, 0.60, 0, 0.0, sends_notices=False, visible_share=0.4),
)
"""Five landlords; a middle-size municipality has 5-10 (domain 2.2)."""

BURN_IN_MONTHS = 10
"""Months lived before the first delivered one, so that arrears and cases are under way when it begins."""

DWELLINGS = ("family", "youth", "elderly", "special")
DWELLING_SHARES = (0.78, 0.10, 0.10, 0.02)
MOVES_A_YEAR = np.array([0.098, 0.392, 0.10, 0.10])
"""Ordinary moves; with enforced ones 10.4 % of family and 39.9 % of youth homes change tenant a year (domain 2.3)."""
MOVE_SEASON = np.array([0.95, 0.9, 0.95, 0.95, 1.0, 1.1, 1.35, 1.2, 1.0, 0.95, 0.85, 0.8])
"""Most move in July (domain 2.3)."""

AVERAGE_RENT_DKK = {"family": 6500, "youth": 3900, "elderly": 6100, "special": 5200}
"""About 6,300 kr a month in 2026 (domain 2.5)."""

PAYMENT_SEASON = np.log([1.25, 1.10, 1.0, 1.0, 1.0, 1.0, 1.05, 1.10, 1.0, 1.0, 1.0, 0.95])
"""Season of payment demands, as log-odds (domain 2.4)."""
EXECUTION_SEASON = np.array([1.15, 1.0, 1.0, 1.0, 1.0, 1.0, 0.75, 1.0, 1.0, 1.06, 1.2, 0.62])
"""Season of executed evictions: bailiffs avoid Christmas and July (domain 2.4: December 0.65 of the mean)."""

# What raises the hazard of a termination (domain 2.3), taken to the scale of the payment pressure: pressure works on
# falling short and on catching up, so that one unit of it moves the hazard by more than one.
PRESSURE_PER_LOG_HAZARD = 0.68
HAZARD = {
    "single_man": 1.8,
    "single_mother": 1.5,
    "age_18_24": 1.8,
    "age_25_39": 1.3,
    "age_65": 0.25,
    "cash_income": 3.0,
    "work": 0.6,
    "pension": 0.3,
    "new_tenancy": 1.8,
    "referral": 1.6,
    "rent_burden": 1.8,
}
BASE_PRESSURE = -5.45
FRAILTY_SD = 1.42
"""What no register tells: spread of the lasting pressure between tenants with the same circumstances."""
WAVE_MEMORY, WAVE_NOISE_SD = 0.82, 0.42
"""The passing pressure: what remains of it a month later, and its monthly noise."""

SKIP_SHARE = 0.5
"""Of months that fall short, those without any payment; the others are partial."""
PARTIAL_PAID = (0.75, 0.5, 0.25)
"""Shares of the rent that partial payments cover, equally often."""
CATCH_UP = (-0.50, 0.50, 0.18)
"""Log-odds of clearing all that is owed in a month: constant, less per unit of pressure, less per month owed."""
HALF_SHARE = 0.25
"""Of those who do not clear all, the share that pays half of it."""

SETTLED_SHARE, LEFT_SHARE = 0.11, 0.055
"""Of terminated tenancies a month: a payment plan; leaving without a bailiff (0.5-1 times the executed, domain 2.2)."""
CLEARED_BELOW_MONTHS = 0.25

EXECUTED_SHARE, ONSITE_SHARE = 0.275, 0.30
"""Of court cases: executed (20-26 % with families and help counted in); of the others, those that come to a date."""
CHILDREN_FACTOR = 0.48
"""Execution given a bailiff case, families with children against others (domain 2.3)."""

HELP_FILING, HELP_EXECUTION, LETTER_FILING = 0.65, 0.55, 0.95
"""The planted effects: what remains of the hazard of filing and of execution after help, and after a letter."""
HELP_DAYS = 182

CONTACTS_PER_1000_HOMES = 2.6
"""What the old team can do in a month."""

SHOCK = {
    "sanction": log(2.0),
    "discharge": 0.6,
    "divorce": 0.7,
    "shelter": log(2.5),
    "reduction_ends": 0.5,
    "support_lost": 0.6,
    "benefit_lost": 0.8,
}
"""What a shock adds to the passing pressure; it wears off with WAVE_MEMORY."""

REFORM = np.datetime64("2025-07-01", "D").astype(int).item()
"""education_benefit and self_support_benefit merge into cash_benefit (domain 2.5)."""

DEMAND_FEE_OERE = 33_000
"""The fee of a payment demand: 314 kr in 2023, about 330 kr now (domain 1.1)."""
