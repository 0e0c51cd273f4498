"""A made-up town in which the team works from a list with lots, and what each lot truly did.

The town lives month by month as the deliveries' town does; on each first of a month the list is chosen by a blurred
true risk, and the lots by the pipeline's own `worklist.assignment.draw`. The truth is the town's own: whoever took part
in a lot is lived on many times from that very day, drawn and passed over, with the same rules for everything that comes
later (who rises above the cut of a later month is contacted then, in both).
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.effect import TIERS, followed, lots_that_count
from models.outcome import Horizon
from synthetic.calendar import EPOCH, Month, simulated_months
from synthetic.calibration import BURN_IN_MONTHS
from synthetic.enforcement import COURT
from synthetic.log import EventLog
from synthetic.moving import draw_town, turn_over
from synthetic.policy import Blurred
from synthetic.setting import DEFAULT, Setting
from synthetic.slots import NEVER, Town
from synthetic.team import AGREED, AGREED_WHEN_REACHED, REACHED, forget, help_those
from synthetic.world import live_month
from worklist.assignment import BY_RANK, DRAWN, PASSED_OVER, draw

HORIZON = Horizon(182, 31)
FOLLOWED_MONTHS = 7
"""A window of 182 days from a first touches seven months at most."""

LANDLORD = "made up"


@dataclass(frozen=True)
class Design:
    """The size of an experiment: homes, months with lots, places and slots a month, shares reached and agreeing."""

    tenancies: int = 16_000
    draws: int = 18
    places: int = 50
    slots: int = 40
    reached: float = REACHED
    agreed: float = AGREED_WHEN_REACHED
    until: date = date(2026, 1, 1)
    setting: Setting = DEFAULT


@dataclass
class _Drawn:
    """A month's lots as they fell: the town of those who took part, and the tier of each."""

    number: int
    town: Town
    tiers: np.ndarray


@dataclass
class ListTeam:
    """Contacts the top of the month's list and the drawn; notes the lots, the cuts and the towns of the lots."""

    design: Design
    rng: np.random.Generator
    lots: list[pl.DataFrame] = field(default_factory=list)
    cuts: list[float] = field(default_factory=list)
    drawn: list[_Drawn] = field(default_factory=list)
    chosen: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def look(self, town: Town, month: Month, risk: np.ndarray, log: EventLog) -> None:
        """Choose the month's list and draw its lots."""
        scores = Blurred()(self.rng, town, month, risk)
        assignment = self._draw(town, month, scores)
        home_of = {str(spell): home for home, spell in enumerate(town.tenancy.spell)}
        homes = np.array([home_of[one] for one in assignment["tenancy_no"]], dtype=np.int64)
        status = assignment["status"].to_numpy()
        self.chosen = homes[np.isin(status, [BY_RANK, DRAWN])]
        part = np.isin(status, [DRAWN, PASSED_OVER])
        self.drawn.append(_Drawn(len(self.cuts), _taken(town, homes[part]), assignment["tier"].to_numpy()[part]))
        self.lots.append(assignment)
        self.cuts.append(float(scores[homes[status == BY_RANK]].min()))

    def _draw(self, town: Town, month: Month, scores: np.ndarray) -> pl.DataFrame:
        possible = np.flatnonzero(_early(town, month))
        falling = possible[np.argsort(-scores[possible], kind="stable")]
        ranked = pl.DataFrame(
            {
                "landlord": LANDLORD,
                "tenancy_no": town.tenancy.spell[falling].astype(str),
                "stage": "arrears",
                "rank": np.arange(1, len(falling) + 1),
                "score": scores[falling],
            }
        )
        as_of = EPOCH + timedelta(days=month.first)
        lots = pl.concat([ranked.select("landlord", "tenancy_no").head(0), *self._standing(as_of)])
        slots = self.design.slots if len(self.cuts) < self.design.draws else 0
        return draw(ranked, lots, places=self.design.places, slots=slots, drawing=f"{as_of}", as_of=as_of)

    def _standing(self, as_of: date) -> list[pl.DataFrame]:
        since = as_of - timedelta(days=HORIZON.days)
        lots = (one.filter(pl.col("status").is_in([DRAWN, PASSED_OVER]), pl.col("as_of") > since) for one in self.lots)
        return [one.select("landlord", "tenancy_no") for one in lots]

    def work(self, rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
        """Contact whoever was chosen on the first."""
        _contact(rng, town, month, log, self.chosen, self.design)


@dataclass
class _LaterTeam:
    """The same team for those who took part in one lot: the drawn first, later whoever is above the month's cut."""

    design: Design
    drawn: np.ndarray
    cuts: list[float]
    rng: np.random.Generator
    chosen: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    month: int = 0

    def look(self, town: Town, month: Month, risk: np.ndarray, log: EventLog) -> None:
        """Whom the team will contact this month."""
        scores = Blurred()(self.rng, town, month, risk)
        above = (scores >= self.cuts[self.month]) & _early(town, month)
        self.chosen = np.flatnonzero(above) if self.month else self.drawn
        self.month += 1

    def work(self, rng: np.random.Generator, town: Town, month: Month, log: EventLog) -> None:
        """Contact them."""
        _contact(rng, town, month, log, self.chosen, self.design)


@dataclass(frozen=True)
class Experiment:
    """What was drawn and what became of it (as `models.effect.followed` gives it), and the truth.

    The truth: court requests per 100 of all in the lots, had all of them been drawn, and had all been passed over; and
    what being drawn truly did within each tier.
    """

    lots: pl.DataFrame
    drawn_per_100: float
    passed_over_per_100: float
    true_by_tier: dict[str, float]

    @property
    def true_per_100(self) -> float:
        """What being drawn truly did."""
        return self.drawn_per_100 - self.passed_over_per_100


def run(seed: int, design: Design = Design(), *, lives: int = 10) -> Experiment:
    """Live through a town with lots; each lot is lived on `lives` times, drawn and passed over, for the truth."""
    rng = np.random.default_rng([seed, 1])
    calendar = simulated_months(design.until, design.draws + FOLLOWED_MONTHS, BURN_IN_MONTHS)
    log, team = EventLog(), ListTeam(design, np.random.default_rng([seed, 6]))
    town = draw_town(rng, design.tenancies, calendar[0].first, calendar[-1].last, log, design.setting)
    spells = design.tenancies
    for month in calendar:
        live_month(rng, town, month, team, log)
        spells += turn_over(rng, town, month, log, spells, spells)
    delivered = [month for month in calendar if month.delivered]
    lots = lots_that_count(pl.concat(team.lots), HORIZON.days)
    truth = [_lived_on(one, delivered, team, lives, seed) for one in team.drawn[: design.draws]]
    drawn, passed_over = 100 * np.concatenate(truth, axis=1)
    tiers = np.concatenate([one.tiers for one in team.drawn[: design.draws]])
    by_tier = {tier: float((drawn - passed_over)[tiers == tier].mean()) for tier in TIERS}
    known = followed(lots, _outcomes(lots, log), HORIZON, date.max)
    return Experiment(known, float(drawn.mean()), float(passed_over.mean()), by_tier)


def _lived_on(drawn: _Drawn, months: list[Month], team: ListTeam, lives: int, seed: int) -> np.ndarray:
    """The chance of a court request of each in a month's lots, when drawn and when passed over: (2, tenancies)."""
    count, ahead = drawn.town.size, slice(drawn.number, drawn.number + FOLLOWED_MONTHS)
    town = _taken(drawn.town, np.tile(np.arange(count), 2 * lives))
    town.tenancy.spell = np.arange(town.size)
    rng, log = np.random.default_rng([seed, 7, drawn.number]), EventLog()
    later = _LaterTeam(team.design, np.arange(count * lives), team.cuts[ahead], rng)
    spells = town.size
    for month in months[ahead]:
        live_month(rng, town, month, later, log)
        spells += turn_over(rng, town, month, log, spells, spells)
    first = months[drawn.number].first
    happened = np.isin(np.arange(2 * lives * count), _filed(log, first)["spell"].to_numpy())
    return np.asarray(happened.reshape(2, lives, count).mean(axis=1))


def _outcomes(lots: pl.DataFrame, log: EventLog) -> pl.DataFrame:
    """as_of, landlord, tenancy_no, label_state, event_on and helped_on, as the warehouse gives them."""
    frames = []
    for (as_of,), rows in lots.group_by("as_of", maintain_order=True):
        first = (as_of - EPOCH).days
        frames.append(
            rows.select("as_of", "landlord", "tenancy_no")
            .join(_dated(_filed(log, first), "event_on"), on="tenancy_no", how="left", maintain_order="left")
            .join(_dated(_agreed(log, first), "helped_on"), on="tenancy_no", how="left", maintain_order="left")
        )
    filed = pl.col("event_on").is_not_null()
    state = pl.when(filed).then(pl.lit("positive")).otherwise(pl.lit("negative"))
    return pl.concat(frames).with_columns(label_state=state)


def _filed(log: EventLog, first: int) -> pl.DataFrame:
    events = log.frame("notice").filter(pl.col("kind") == COURT, pl.col("ground") == 0)
    return _within(events, first)


def _agreed(log: EventLog, first: int) -> pl.DataFrame:
    return _within(log.frame("contact").filter(pl.col("outcome") == AGREED), first)


def _within(events: pl.DataFrame, first: int) -> pl.DataFrame:
    inside = events.filter(pl.col("on") >= first, pl.col("on") < first + HORIZON.days)
    return inside.group_by("spell").agg(pl.col("on").min()).sort("spell")


def _dated(events: pl.DataFrame, name: str) -> pl.DataFrame:
    day = pl.col("on").cast(pl.Int32).cast(pl.Date)
    return events.select(pl.col("spell").cast(pl.String).alias("tenancy_no"), day.alias(name))


def _early(town: Town, month: Month) -> np.ndarray:
    """Whom a list can name: before termination, staying, and without help that runs."""
    tenancy = town.tenancy
    helped = (tenancy.filing_factor == town.setting.help_filing) & (tenancy.helped_until >= month.first)
    early = (tenancy.stage <= 1) & (tenancy.leaves_on == NEVER) & (tenancy.ground == 0)
    return np.asarray(early & ~helped)


def _contact(
    rng: np.random.Generator, town: Town, month: Month, log: EventLog, homes: np.ndarray, design: Design
) -> None:
    forget(town, month)
    days = month.first + rng.integers(0, month.days, len(homes))
    help_those(rng, town, month, log, homes, days, (design.reached, design.agreed))


def _taken(town: Town, homes: np.ndarray) -> Town:
    """A town of some of the homes (as often as they are named) with those who live there."""
    return replace(
        town,
        homes=_rows(town.homes, homes),
        tenants=town.tenants.take(homes),
        tenancy=_rows(town.tenancy, homes),
        cases_opened=[0, 0],
    )


def _rows(arrays: Any, homes: np.ndarray) -> Any:
    return type(arrays)(**{f.name: getattr(arrays, f.name)[homes] for f in fields(arrays)})
