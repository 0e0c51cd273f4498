"""The control of `benchmarks.ranking`: the columns an afternoon's script would read, and default gradient boosting.

The columns are picked by hand from what every analyst would think of: what is owed, how late, the notices, the stage,
the landlord, the tenancy and what the municipality knows. They are read from the product's feature tables, so the
control shares how each is computed, and differs in which are read, in the learner and in having no calibration.

With its defaults the learner, not the table, is what is weak: with one positive in 200 rows its log odds run to ±20,
and early stopping never stops it. So `control_steady` stands beside it: the same table, the learner held back. Its
settings were one of five variants tried on a small town of seed 101 (4,000 tenancies), so on that seed it is flattered.
"""

import numpy as np
import polars as pl

from models.matrix import Floats

OWED = (
    "arrears_dkk",
    "months_owed_count",
    "credit_dkk",
    "oldest_due_days",
    "change_1_month_dkk",
    "change_3_months_dkk",
    "change_6_months_dkk",
    "max_arrears_12_months_dkk",
    "max_months_owed_12_months_count",
    "months_behind_6_months_count",
    "months_behind_12_months_count",
    "months_behind_24_months_count",
    "list_reminders_count",
    "list_payment_plan_flag",
)
PAID = (
    "late_rents_3_months_count",
    "late_rents_6_months_count",
    "late_rents_12_months_count",
    "missed_rents_3_months_count",
    "missed_rents_6_months_count",
    "missed_rents_12_months_count",
    "unpaid_rents_count",
    "mean_late_3_months_days",
    "mean_late_12_months_days",
    "max_late_12_months_days",
    "last_rent_late_days",
    "payments_3_months_count",
    "payments_12_months_count",
    "partial_payments_6_months_count",
    "paid_3_months_share",
    "paid_12_months_share",
    "since_payment_days",
    "fees_12_months_count",
)
NOTICED = (
    "demands_6_months_count",
    "demands_12_months_count",
    "demands_24_months_count",
    "open_demand_flag",
    "since_demand_days",
    "terminations_24_months_count",
    "since_termination_days",
    "open_termination_flag",
    "court_requests_24_months_count",
    "court_notices_ever_count",
    "since_court_days",
    "open_court_flag",
    "withdrawn_24_months_count",
)
LET = (
    "tenancy_days",
    "monthly_rent_dkk",
    "size_m2",
    "rooms_count",
    "family_home_flag",
    "private_landlord_flag",
    "municipal_referral_flag",
    "landlord_tenancies_count",
    "landlord_demands_12_months_per_1000",
    "landlord_terminations_12_months_per_1000",
)
KNOWN_OF_THEM = (
    "cash_benefit_flag",
    "pension_flag",
    "housing_benefit_flag",
    "benefits_monthly_dkk",
    "rent_burden_share",
    "benefits_ended_6_months_count",
    "sanctions_6_months_count",
    "sanctions_12_months_count",
    "since_sanction_days",
    "sanctioned_3_months_dkk",
    "concerns_6_months_count",
    "concerns_12_months_count",
    "since_concern_days",
    "contacts_12_months_count",
    "support_active_flag",
    "missed_appointments_6_months_count",
)
COLUMNS = OWED + PAID + NOTICED + LET + KNOWN_OF_THEM


STEADY = {"learning_rate": 0.03, "max_leaf_nodes": 7, "min_samples_leaf": 100}


def control(known: pl.DataFrame, rows: pl.DataFrame, **settings: float) -> Floats:
    """The scores of `rows`: gradient boosting taught by `known`, everybody who is no positive a negative.

    Both hold `COLUMNS` and `stage`; `known` holds `label_state` too. Without `settings` the defaults are taken.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    stages = sorted(known["stage"].unique().to_list())
    trees = HistGradientBoostingClassifier(random_state=0, **settings)
    trees.fit(_table(known, stages), (known["label_state"] == "positive").to_numpy())
    return np.asarray(trees.decision_function(_table(rows, stages)))


def _table(rows: pl.DataFrame, stages: list[str]) -> Floats:
    """The columns by hand, and a column for each stage."""
    flags = [(pl.col("stage") == stage).alias(f"stage_{stage}") for stage in stages]
    return rows.select(*COLUMNS, *flags).cast(pl.Float64).to_numpy()
