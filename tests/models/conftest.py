"""A made-up municipality as frames: thirteen features, a planted risk, outcomes in the order of time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import pytest

from models.matrix import KEY, Column
from models.training import TrainedModel, train
from warehouse.dates import add_months

COLUMNS = (
    Column("months_owed_count", 1, "arrears_balance", "rents", source="rent_postings"),
    Column("arrears_dkk", 1, "arrears_balance", "dkk", source="rent_postings"),
    Column("oldest_due_days", 1, "arrears_balance", "days", source="rent_postings"),
    Column("times_behind_24_months_count", 1, "repeated_arrears", "count", source="rent_postings"),
    Column("months_behind_24_months_count", 1, "repeated_arrears", "count", source="rent_postings"),
    Column("late_rents_6_months_count", 1, "late_payments", "count", source="rent_postings"),
    Column("paid_3_months_share", -1, "last_payment", "share", source="rent_postings"),
    Column("demands_24_months_count", 1, "payment_demand", "count", source="notices"),
    Column("open_demand_flag", 1, "payment_demand", "flag", source="notices"),
    Column("landlord_court_requests_12_months_per_1000", 1, "landlord_practice", "per_1000", source="notices"),
    Column("sanctions_6_months_count", 1, "sanction", "count", source="sanctions"),
    Column("tenancy_days", -1, "new_tenancy", "days", source="tenancies"),
    Column("noise_count", 0, "rent_burden", "count", source="benefits"),
)


@dataclass(frozen=True)
class MadeUp:
    """A matrix, its outcomes and its columns."""

    matrix: pl.DataFrame
    outcomes: pl.DataFrame
    columns: tuple[Column, ...] = COLUMNS

    @property
    def flags(self) -> np.ndarray:
        """Whether each row of the matrix is a positive."""
        joined = self.matrix.join(self.outcomes, on=KEY, how="left", maintain_order="left")
        return (joined["label_state"] == "positive").to_numpy()


def made_up(tenancies: int = 500, cut_offs: int = 14, seed: int = 1, base: float = -4.5) -> MadeUp:
    """Arrears and demands raise the risk, payments lower it; sanctions are not known for half of the tenancies."""
    generator = np.random.default_rng(seed)
    frailty = generator.normal(size=tenancies)
    months = [_month(generator, frailty, add_months(date(2023, 1, 1), i), base) for i in range(cut_offs)]
    return MadeUp(pl.concat([m for m, _ in months]), pl.concat([o for _, o in months]))


def _month(
    generator: np.random.Generator, frailty: np.ndarray, day: date, base: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    size = frailty.size
    owed = np.round(np.maximum(0.0, frailty + generator.normal(size=size)), 2)
    demands = generator.poisson(np.exp(0.6 * frailty - 1.0))
    features = {
        "months_owed_count": owed,
        "arrears_dkk": np.round(owed * 6000, 2),
        "oldest_due_days": np.where(owed > 0, np.round(owed * 30), np.nan),
        "times_behind_24_months_count": generator.poisson(np.exp(0.4 * frailty)),
        "late_rents_6_months_count": generator.poisson(np.exp(0.3 * frailty)),
        "paid_3_months_share": np.clip(1 - owed / 4 + 0.1 * generator.normal(size=size), 0, 2),
        "demands_24_months_count": demands,
        "open_demand_flag": (demands > 0) & (owed > 1),
        "landlord_court_requests_12_months_per_1000": np.arange(size) % 4,
        "sanctions_6_months_count": np.where(np.arange(size) % 2, generator.poisson(0.2, size), np.nan),
        "tenancy_days": generator.integers(30, 4000, size),
        "noise_count": generator.integers(0, 9, size),
    }
    risk = base + 1.1 * owed + 0.7 * demands + 0.5 * np.nan_to_num(features["sanctions_6_months_count"])
    features["months_behind_24_months_count"] = features["times_behind_24_months_count"] * (owed > 0)
    positive = generator.random(size) < 1 / (1 + np.exp(-risk))
    keys = {
        "as_of": [day] * size,
        "landlord": [f"Landlord {i % 4}" for i in range(size)],
        "tenancy_no": [f"{i:05}" for i in range(size)],
    }
    stage = np.where(features["open_demand_flag"], "demand", np.where(owed > 0, "arrears", "none"))
    numbers = {name: pl.Series(values, dtype=pl.Float64).fill_nan(None) for name, values in features.items()}
    outcomes = pl.DataFrame(keys).with_columns(label_state=pl.Series(np.where(positive, "positive", "negative")))
    return pl.DataFrame({**keys, "stage": stage, **numbers}), outcomes


@pytest.fixture(scope="session")
def make() -> Callable[..., MadeUp]:
    """Makes a municipality: `make(tenancies, cut_offs, seed, base)`."""
    return made_up


@pytest.fixture(scope="session")
def world() -> MadeUp:
    """The municipality that most tests share; nobody changes it."""
    return made_up()


@pytest.fixture(scope="session")
def trained(world: MadeUp) -> TrainedModel:
    """A model trained on all of it; so small a world can only show that it is no worse than the rules."""
    return train(
        world.matrix,
        world.outcomes,
        world.columns,
        as_of=date(2025, 1, 1),
        capacities=(10, 30),
        draws=40,
        rule="not_worse_than_rules",
    )
