"""Who lives where under which numbers: what turns the simulation's places into names, addresses and tenancy numbers."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from synthetic.addresses import draw_addresses
from synthetic.calendar import day_number
from synthetic.names import draw_cpr, draw_names
from synthetic.slots import HOUSEHOLDS, ORIGINS
from synthetic.world import History

PROTECTED_NAME = "Navne- og adressebeskyttet"
_PROTECTED_SHARE = 0.006


@dataclass(frozen=True)
class Register:
    """One row a person (person, cpr, name, birth, sex, ...), a partner, and a tenancy (spell, landlord, ...).

    `start` is the first delivered day and `until` the day on which nothing is known any more, as day numbers.
    """

    persons: pl.DataFrame
    partners: pl.DataFrame
    tenancies: pl.DataFrame
    start: int
    until: int


def draw_register(rng: np.random.Generator, history: History, until: date) -> Register:
    """Names, CPR numbers, addresses and tenancy numbers for everybody and everything in the history."""
    persons = _persons(rng, history)
    return Register(
        persons.filter(~pl.col("is_partner")),
        persons.filter(pl.col("is_partner")),
        _tenancies(rng, history, persons),
        history.start,
        day_number(until),
    )


def _persons(rng: np.random.Generator, history: History) -> pl.DataFrame:
    tenants = history.log.frame("tenant").unique("person", keep="first", maintain_order=True)
    partners = tenants.filter(pl.col("household") >= 2).with_columns(
        pl.col("person") + 10_000_000,
        sex=1 - pl.col("sex"),
        birth=pl.col("birth") + rng.integers(-1500, 1500, int((tenants["household"] >= 2).sum())),
    )
    both = pl.concat([tenants.with_columns(is_partner=False), partners.with_columns(is_partner=True)])
    sex, origin = both["sex"].to_numpy(), both["origin"].to_numpy()
    return both.with_columns(
        pl.Series("name", draw_names(rng, sex, origin), dtype=pl.String),
        pl.Series("cpr", draw_cpr(rng, both["birth"].to_numpy(), sex), dtype=pl.String),
        protected=pl.Series(rng.random(both.height) < _PROTECTED_SHARE) & ~pl.col("is_partner"),
        sex=pl.Series(np.array(["F", "M"], dtype=object)[sex], dtype=pl.String),
        origin=pl.Series(np.array(ORIGINS, dtype=object)[origin], dtype=pl.String),
        household=pl.Series(np.array(HOUSEHOLDS, dtype=object)[both["household"].to_numpy()], dtype=pl.String),
    )


def _tenancies(rng: np.random.Generator, history: History, persons: pl.DataFrame) -> pl.DataFrame:
    """One row a tenancy: its person and home, landlord, tenancy_no, since, left (null while it runs)."""
    ends = history.log.frame("end")
    ends = ends.select("spell", left="on", left_owing="balance")
    landlords = pl.Series(history.setting.of_landlords("name").astype(object)[history.homes.landlord], dtype=pl.String)
    homes = draw_addresses(rng, history.homes).with_columns(landlord=landlords)
    tenures = {one.name: one.tenure for one in history.setting.landlords}
    spells = history.log.frame("spell").join(homes, on="home", maintain_order="left")
    spells = spells.with_columns(turn=pl.col("spell").rank("ordinal").over("home"))
    return (
        spells.join(ends, on="spell", how="left", maintain_order="left")
        .join(persons.select("person", "cpr", "name", "protected"), on="person", how="left", maintain_order="left")
        .with_columns(
            tenancy_no=pl.format("{}-{}", "stem", pl.col("turn").cast(pl.Int64)),
            tenure=pl.col("landlord").replace_strict(tenures),
            reduction_ends=pl.Series(history.homes.reduction_ends[spells["home"].to_numpy()]),
        )
        .filter(pl.col("left").is_null() | (pl.col("left") >= history.start))
    )
