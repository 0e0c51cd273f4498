"""Made-up municipalities that several tests look at; each is lived through once."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from synthetic.municipality import SimulationReport, feeds_of, simulate
from synthetic.register import Register, draw_register
from synthetic.world import History, live

UNTIL = date(2026, 1, 1)
HOMES, MONTHS = 8000, 36


@dataclass(frozen=True)
class World:
    """A municipality of the size that domain facts are given for."""

    history: History
    register: Register

    def per_10_000(self, count: int) -> float:
        """A count of the whole history as a yearly figure per 10,000 tenancies."""
        return count / HOMES / MONTHS * 12 * 10_000

    def notices(self, kind: int, ground: int = 0) -> pl.DataFrame:
        """Every notice of a kind since the first delivered day, told to the municipality or not."""
        events = self.history.log.frame("notice")
        return events.filter(
            (pl.col("on") >= self.history.start) & (pl.col("kind") == kind) & (pl.col("ground") == ground)
        )

    def cases(self) -> pl.DataFrame:
        """Every case before the bailiff court, on any ground, with the tenancy's household then."""
        cases = self.history.log.frame("case").filter(pl.col("on") >= self.history.start)
        who = self.history.log.frame("tenant").unique("person", keep="last", maintain_order=True)
        spells = self.history.log.frame("spell").join(who, on="person", maintain_order="left")
        return cases.join(spells, on="spell", maintain_order="left")


@dataclass(frozen=True)
class Written:
    """A small municipality on disk."""

    home: Path
    report: SimulationReport


@pytest.fixture(scope="session")
def worlds() -> list[World]:
    """Three seeds."""
    found = []
    for seed in (1, 2, 3):
        history = live(tenancies=HOMES, months=MONTHS, seed=seed, until=UNTIL)
        found.append(World(history, draw_register(np.random.default_rng(seed), history, UNTIL)))
    return found


@pytest.fixture(scope="session")
def delivered(worlds: list[World]) -> dict[str, pl.DataFrame]:
    """All that is delivered of one of them, by feed, before any sender writes it down."""
    return {feed: rows for feed, rows, _ in feeds_of(worlds[0].history, worlds[0].register, 1)}


@pytest.fixture(scope="session")
def links(worlds: list[World]) -> pl.DataFrame:
    """The true links of the same one."""
    return pl.concat([link for _, _, linked in feeds_of(worlds[0].history, worlds[0].register, 1) for link in linked])


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """300 tenancies over 18 months, as the other rooms' tests use it."""
    home = tmp_path_factory.mktemp("municipality")
    return Written(home, simulate(home, tenancies=300, months=18, seed=5, until=UNTIL))
