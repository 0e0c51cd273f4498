"""The effect of being listed: every published lot, what the warehouse knows of its outcome, and when it is enough."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from flows.home import Home
from flows.runs import exclusive
from flows.suppression import told_counts
from flows.workroom import Workroom, opened
from models.effect import TOO_FEW, Difference, Effect, followed, lots_that_count, measure_effect
from models.effect_planning import Plan, plan
from models.matrix import KEY
from models.outcome import Horizon
from warehouse.errors import StoreError
from warehouse.features import batches, build_outcomes, read_audit, read_cohort
from worklist.issued import read_assignments

GROUPS = ("sex", "age_band", "household", "children", "benefit", "landlord")
"""For whom the effect is told apart; as they were on the day of the lot."""


@dataclass(frozen=True)
class Measured:
    """The effect on a day, the plan, and the first day on which any outcome of a lot is known (None without lots)."""

    as_of: date
    effect: Effect
    plan: Plan
    first_known_on: date | None


def measure(home: Home, as_of: date) -> Measured:
    """What was known of the effect before `as_of`, from the nights published for days before it."""
    home.require()
    issued = read_assignments(home.published, date.min, as_of)
    with exclusive(home), opened(home) as room:
        horizon = Horizon(room.settings.outcome.horizon_days, room.settings.outcome.reporting_lag_days)
        lots = lots_that_count(issued, horizon.days)
        mature = lots.filter(pl.col("as_of").is_in([day for day in _days(lots) if horizon.is_mature(day, as_of)]))
        outcomes, audit = _looked_up(room, mature, as_of)
    known = followed(lots, outcomes, horizon, as_of).join(audit, on=KEY, how="left", maintain_order="left")
    effect = measure_effect(known, GROUPS, horizon.days)
    drawn_on = lots.filter("drawn")["as_of"].to_list()
    share = effect.overall.passed_over_per_100
    planned = plan(
        drawn_on,
        as_of,
        horizon,
        known=(effect.overall.drawn, effect.overall.passed_over),
        base=None if share is None else share / 100,
    )
    return Measured(as_of, effect, planned, horizon.known_on(min(_days(lots))) if lots.height else None)


def as_record(measured: Measured, sentences: dict[str, list[str]]) -> dict[str, Any]:
    """What programs read: everything that was measured, and `sentences` by language; small counts are null."""
    effect = measured.effect
    return {
        "as_of": measured.as_of.isoformat(),
        "known": effect.overall.verdict != TOO_FEW,
        "horizon_days": effect.horizon_days,
        "overall": _told([effect.overall])[0],
        "by_tier": _told(effect.by_tier),
        "by_group": _told(effect.by_group),
        "moved_or_died": _told([effect.moved])[0],
        "complier": None if effect.complier is None else asdict(effect.complier),
        "waiting": effect.waiting,
        "unknown": effect.unknown,
        "plan": asdict(measured.plan) | {"interim": measured.plan.interim, "enough_on": _iso(measured.plan.enough_on)},
        "first_known_on": _iso(measured.first_known_on),
        "sentences": sentences,
    }


def told_sides(parts: Sequence[Difference]) -> list[dict[str, int | None]]:
    """How many were drawn and passed over in each of `parts`, None where a count would point at persons.

    Parts of one attribute ("sex=F", "sex=M") make up a sum that is told too.
    """
    told: list[dict[str, int | None]] = [{} for _ in parts]
    attributes = [one.group.partition("=")[0] for one in parts]
    for attribute in dict.fromkeys(attributes):
        places = [place for place, name in enumerate(attributes) if name == attribute]
        for side in ("drawn", "passed_over"):
            for place, count in zip(places, told_counts([getattr(parts[p], side) for p in places]), strict=True):
                told[place][side] = count
    return told


def _told(parts: Sequence[Difference]) -> list[dict[str, Any]]:
    return [asdict(one) | sides for one, sides in zip(parts, told_sides(parts), strict=True)]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _looked_up(room: Workroom, lots: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The outcomes of `lots` as known before `as_of`, and the groups they belonged to; a few days at a time."""
    definition = room.settings.outcome.definition
    outcomes, groups = [pl.DataFrame(schema=_OUTCOMES)], [pl.DataFrame(schema=_AUDIT)]
    if lots.height:
        build_missing(room, _days(lots))
        for days in batches(room.connection, _days(lots)):
            found = build_outcomes(room.connection, days, as_of, definition)
            outcomes.append(_of(found, lots, list(_OUTCOMES)))
            groups.append(_of(read_audit(room.connection, days), lots, list(_AUDIT)))
    return pl.concat(outcomes), pl.concat(groups)


_OUTCOMES = dict.fromkeys(("landlord", "tenancy_no", "label_state"), pl.String) | dict.fromkeys(
    ("as_of", "event_on", "helped_on"), pl.Date
)
_AUDIT = {"as_of": pl.Date} | dict.fromkeys(("landlord", "tenancy_no", *GROUPS[:-1]), pl.String)


def _of(rows: pl.DataFrame, lots: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    own = rows.join(lots.select(KEY), on=KEY, how="semi", maintain_order="left").select(columns)
    return own.cast({name: pl.String for name in columns if name not in ("as_of", "event_on", "helped_on")})


def build_missing(room: Workroom, days: Sequence[date]) -> None:
    """The cohorts of nights that the warehouse holds no more, since it was made anew from the deliveries."""
    try:
        there = set(read_cohort(room.connection, days, outside_too=True)["as_of"])
    except StoreError:
        there = set()
    if missing := [day for day in days if day not in there]:
        from flows.retrain import build_cut_offs

        build_cut_offs(room, missing)


def _days(lots: pl.DataFrame) -> list[date]:
    return lots["as_of"].unique().sort().to_list()
