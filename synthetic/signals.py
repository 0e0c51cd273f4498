"""What others send on: concern notifications, applications for help, and the arrears list of one landlord."""

import numpy as np

from synthetic.calendar import Month
from synthetic.log import EventLog
from synthetic.slots import Town
from synthetic.tenants import is_cash

SENDERS = (
    "landlord",
    "job_centre",
    "benefits_office",
    "shelter",
    "drop_in_centre",
    "psychiatry",
    "substance_treatment",
    "police",
    "citizen",
    "relative",
    "other",
)
CATEGORIES = (
    "rent_arrears",
    "neighbour_conflict",
    "substance_use",
    "mental_health",
    "divorce",
    "discharge",
    "sanction_risk",
    "other",
)
URGENCIES = ("low", "normal", "high", "acute")
APPLICATIONS = ("deposit_loan", "single_payment", "moving_costs", "rent_help_81a", "other")

# One prevention team received about 400 concern notifications in a year (domain 2.2).
_CONCERN, _APPLICATION = 0.0040, 0.0022
# Which categories a sender writes about, rows in the order of SENDERS.
_CATEGORY_SHARES = np.array(
    [
        [0.55, 0.30, 0.03, 0.02, 0.0, 0.0, 0.0, 0.10],
        [0.10, 0.0, 0.05, 0.15, 0.05, 0.0, 0.55, 0.10],
        [0.35, 0.0, 0.0, 0.05, 0.15, 0.0, 0.30, 0.15],
        [0.10, 0.05, 0.30, 0.20, 0.05, 0.20, 0.0, 0.10],
        [0.15, 0.05, 0.40, 0.25, 0.0, 0.05, 0.0, 0.10],
        [0.05, 0.05, 0.10, 0.45, 0.0, 0.30, 0.0, 0.05],
        [0.05, 0.05, 0.65, 0.10, 0.0, 0.10, 0.0, 0.05],
        [0.0, 0.40, 0.25, 0.20, 0.05, 0.0, 0.0, 0.10],
        [0.45, 0.10, 0.02, 0.08, 0.20, 0.0, 0.05, 0.10],
        [0.25, 0.05, 0.20, 0.25, 0.15, 0.05, 0.0, 0.05],
        [0.20, 0.10, 0.15, 0.20, 0.05, 0.10, 0.05, 0.15],
    ]
)
_SENDER_SHARES = (0.26, 0.14, 0.12, 0.06, 0.07, 0.06, 0.06, 0.05, 0.08, 0.05, 0.05)


def raise_concerns(rng: np.random.Generator, town: Town, month: Month, pressure: np.ndarray, log: EventLog) -> None:
    """Concern notifications of one month; more of them the more trouble shows."""
    trouble = np.exp(np.clip(0.6 * (pressure + 4), -1.5, 2.2))
    shows = 1.0 + 2.0 * (town.tenancy.stage >= 2) + 1.0 * (town.owed_months() > 1)
    places = np.flatnonzero(rng.random(town.size) < _CONCERN * trouble * shows)
    count = len(places)
    sender = rng.choice(len(SENDERS), count, p=_SENDER_SHARES)
    steps = np.cumsum(_CATEGORY_SHARES[sender], axis=1)
    category = np.minimum((rng.random(count)[:, None] > steps).sum(axis=1), len(CATEGORIES) - 1)
    log.add(
        "concern",
        spell=town.tenancy.spell[places],
        person=town.tenants.person[places],
        on=month.first + rng.integers(0, month.days, count),
        minute=rng.integers(7 * 60, 20 * 60, count),
        sender=sender,
        category=category,
        urgency=rng.choice(4, count, p=[0.15, 0.58, 0.22, 0.05]),
    )


def apply_for_help(rng: np.random.Generator, town: Town, month: Month, pressure: np.ndarray, log: EventLog) -> None:
    """Applications for benefits in single cases; rent help needs a warning of eviction (domain 1.3)."""
    trouble = np.exp(np.clip(0.4 * (pressure + 4), -1.0, 1.6))
    poor = np.where(is_cash(town.tenants.income), 3.0, np.where(town.tenants.income == 0, 0.4, 1.0))
    warned = town.tenancy.stage >= 1
    places = np.flatnonzero(rng.random(town.size) < _APPLICATION * trouble * poor * (1 + 2 * warned))
    count = len(places)
    kind = rng.choice([0, 1, 2, 4], count, p=[0.3, 0.42, 0.16, 0.12])
    kind = np.where(warned[places] & (rng.random(count) < 0.55), 3, kind)
    on = month.first + rng.integers(0, month.days, count)
    decided = on + 3 + rng.gamma(2.0, 8.0, count).astype(np.int64)  # up to four weeks and more (domain 1.3)
    outcome = rng.choice(3, count, p=[0.52, 0.42, 0.06])
    oere = 10_000 * rng.integers(10, 180, count)
    told = {"person": town.tenants.person[places], "kind": kind, "on": on, "decided": decided}
    log.add("application", **told, outcome=outcome, oere=oere)


def list_arrears(rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
    """The monthly list of a landlord that does not send its ledger: every account in arrears after the payment file."""
    listing = ~town.of_landlord("sends_ledger")
    places = np.flatnonzero(listing & (town.tenancy.balance > 10_000))
    owed = town.owed_months()[places]
    months_back = np.minimum(np.ceil(owed).astype(int) - 1, 11)
    first = (np.datetime64(month.first, "D").astype("datetime64[M]") - months_back).astype("datetime64[D]").astype(int)
    plan = (town.tenancy.stage[places] == 0) & (owed > 1) & (rng.random(len(places)) < 0.6)
    told = {"spell": town.tenancy.spell[places], "oere": town.tenancy.balance[places], "oldest": first}
    reminders = np.minimum(np.ceil(owed), 4).astype(np.int64)
    log.add("arrears", **told, on=month.first + 13, reminders=reminders, plan=plan)
