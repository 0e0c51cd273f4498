"""A ranking as the team would have met it: one night a cut-off, with places for so many, and nobody issued twice.

Each cut-off is a night, so that a backtest by months replays twelve nights a year: leads are those of a team that reads
the list once a month, and shorter than with a list each morning. Whoever is past the early stages, is being helped, or
was issued not long ago is passed over (F3 of the protocol: open cases removed, carried-over ones not issued again); the
places are filled from the top. An *episode* begins when a tenancy is first listed and lasts until its event, or for the
horizon: being listed again within it is the same episode. A hit the day before the event helps nobody, so hits are also
counted with 30 and 60 days' lead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.bootstrap import DRAWS, drawn_weights, interval_of
from models.held_out import STATES
from models.matrix import KEY, TENANCY, Floats
from models.measures import ratio
from models.outcome import COUNTED, LATE_STAGES, LabelState
from warehouse.dates import HORIZON_DAYS
from warehouse.errors import ModelError

LEADS = (30, 60)
"""Days from the first listing to the event with which a hit is also counted: time enough for help to work."""

_NEVER = -1_000_000
"""A day (counted from 1970) before every other."""

MINUTES_PER_CONTACT = 60
"""What a listed case takes of the team, each time it is issued: an assumption. No source gives a figure; with an hour,
what is found per hour is what is found per contact. It scales every ranking alike and changes no comparison."""

_COUNTS = ("listed", "counted", "contacts", "found", *(f"found_{days}" for days in LEADS), "events")


@dataclass(frozen=True)
class Operation:
    """How the team works: `places` a night, `quiet_days` for which a case that was issued is not issued again.

    A tenancy that was helped is passed over for `helped_days` from the day after it agreed. `horizon_days` is how long
    an episode lasts without an event. Each time a case is issued it takes `minutes_per_contact` of the team's work.
    """

    places: int
    quiet_days: int = 90
    helped_days: int = 182
    horizon_days: int = HORIZON_DAYS
    minutes_per_contact: int = MINUTES_PER_CONTACT


def replay(rows: pl.DataFrame, ranking: str, operation: Operation, *, seed: int = 0) -> pl.DataFrame:
    """The listings, in order: as_of, landlord, tenancy_no, place, stage, label_state, event_on, helped_on.

    `rows` holds, for every tenancy of every night, the key, stage, label_state, event_on, helped_on and the score in
    the column `ranking`. Equal scores are ordered by a lot drawn with `seed`, the same on all nights.
    """
    needed = ("stage", "label_state", "event_on", "helped_on", ranking)
    _refuse_missing(rows, needed)
    numbered, lots = _numbered(rows, seed)
    free = numbered.filter(~pl.col("stage").is_in(LATE_STAGES)).sort("as_of", -pl.col(ranking), pl.col("lot"))
    helped = numbered.select("lot", "helped_on").drop_nulls().unique()
    issued, nights = np.full(lots, _NEVER), []
    for night in free.partition_by("as_of", maintain_order=True):
        day = night["as_of"].cast(pl.Int32)[0]
        who = night["lot"].to_numpy()
        passed_over = (day - issued < operation.quiet_days) | (
            day - _helped(helped, day, lots) <= operation.helped_days
        )
        taken = np.flatnonzero(~passed_over[who])[: operation.places]
        issued[who[taken]] = day
        nights.append(night[taken].with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place")))
    columns = (*KEY, "place", "stage", "label_state", "event_on", "helped_on")
    return pl.concat(nights or [free.with_columns(pl.lit(0, pl.Int64).alias("place"))]).select(columns)


def _numbered(rows: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, int]:
    """Each tenancy's lot, which is its number besides: it favours nobody, whatever the order of the rows."""
    tenancies = rows.select(TENANCY).unique().sort(TENANCY)
    lots = np.random.default_rng(seed).permutation(tenancies.height)
    drawn = tenancies.with_columns(pl.Series("lot", lots, dtype=pl.Int64))
    return rows.join(drawn, on=TENANCY, how="left", maintain_order="left"), tenancies.height


def _helped(helped: pl.DataFrame, day: int, lots: int) -> np.ndarray:
    """The day each tenancy was last helped, as the team knew on the morning of `day`; long ago where it never was."""
    known = helped.filter(pl.col("helped_on").cast(pl.Int32) < day)
    latest = np.full(lots, _NEVER)
    np.maximum.at(latest, known["lot"].to_numpy(), known["helped_on"].cast(pl.Int32).to_numpy())
    return latest


def episodes(listings: pl.DataFrame, operation: Operation) -> pl.DataFrame:
    """One row an episode: landlord, tenancy_no, listed_on, listings, label_state, event_on, lead_days, found.

    The label state and the event are those of the first listing; `event_on` and `lead_days` (whole days from the first
    listing to the event) are null where it was not a hit. `ModelError` where a positive has no date.
    """
    undated = listings.filter(_positive() & pl.col("event_on").is_null()).height
    if undated:
        raise ModelError(
            expected="the date of every positive's event",
            found=f"{undated} listed positives without one",
            where="the outcomes",
            remedy="Build the outcomes of these dates again, with event_on.",
        )
    numbered = listings.sort(*TENANCY, "as_of").with_columns(_episode_numbers(listings, operation))
    first = numbered.group_by(*TENANCY, "episode", maintain_order=True).agg(
        pl.col("as_of").first().alias("listed_on"),
        pl.len().cast(pl.Int64).alias("listings"),
        pl.col("label_state").first(),
        pl.when(_positive()).then("event_on").first().alias("event_on"),
    )
    lead = (pl.col("event_on") - pl.col("listed_on")).dt.total_days().alias("lead_days")
    return first.drop("episode").with_columns(lead, pl.col("event_on").is_not_null().alias("found"))


def _positive() -> pl.Expr:
    return pl.col("label_state") == str(LabelState.POSITIVE)


def _episode_numbers(listings: pl.DataFrame, operation: Operation) -> pl.Series:
    """The episode of each listing of a tenancy, in the order of tenancy and night."""
    numbers, number = [], 0
    whose: tuple[str, str] | None = None
    ends = date.min
    rows = listings.sort(*TENANCY, "as_of").select(*TENANCY, "as_of", "event_on")
    for landlord, tenancy_no, day, event_on in rows.iter_rows():
        if (landlord, tenancy_no) != whose or day >= ends:
            number, whose = number + 1, (landlord, tenancy_no)
            ends = day + timedelta(days=operation.horizon_days)
        ends = min(ends, event_on + timedelta(days=1)) if event_on else ends
        numbers.append(number)
    return pl.Series("episode", numbers, dtype=pl.Int64)


def events(rows: pl.DataFrame) -> pl.DataFrame:
    """Every event that an early list could have found, once: landlord, tenancy_no, event_on."""
    could = rows.filter(_positive() & ~pl.col("stage").is_in(LATE_STAGES))
    return could.select(*TENANCY, "event_on").unique().sort(*TENANCY, "event_on")


def operated(
    rows: pl.DataFrame,
    rankings: Sequence[str],
    operation: Operation,
    *,
    reference: str | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> pl.DataFrame:
    """Each ranking as operated: ranking, measure, value, low, high and, paired, more, more_low, more_high.

    Measures: listed (episodes), counted (those whose outcome is known), contacts (how often the counted were issued),
    found_per_100_listed (of the counted), found_30_days_per_100_listed and found_60_days_… (with so much lead),
    found_per_hour (of the work on the counted, `minutes_per_contact` a contact), recall, recall_30_days, recall_60_days
    (of all events that an early list could find), lead_days_median (of the hits), and listed_<label state>. `more` is
    over `reference`, null without one. Intervals are by tenancy, with the lists as they were issued.
    """
    tenancies = rows.select(TENANCY).unique().sort(TENANCY).with_row_index("tenancy_index")
    every = {name: _Replayed.of(rows, name, operation, tenancies, seed) for name in rankings}
    weights = np.concatenate([w for _, w in drawn_weights(tenancies.height, seed=seed, draws=draws)], axis=1)
    hours = operation.minutes_per_contact / 60
    drawn = {name: _measures(one, weights, hours) for name, one in every.items()}
    once = {name: _measures(one, np.ones((tenancies.height, 1), np.float32), hours) for name, one in every.items()}
    found: list[tuple[object, ...]] = []
    for name, one in every.items():
        for measure, value in once[name].items():
            found.append((name, measure, *_ends(value, drawn[name][measure])))
            if reference is not None:
                more = _ends(value - once[reference][measure], drawn[name][measure] - drawn[reference][measure])
                found[-1] = (*found[-1], *more)
        found += [(name, f"listed_{state}", float(count), None, None) for state, count in one.states.items()]
    return _table(found)


def _table(found: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    numbers = ("value", "low", "high", "more", "more_low", "more_high")
    columns = ("ranking", "measure", *numbers)
    filled = [(*row, *[None] * (len(columns) - len(row))) for row in found]
    types = {name: pl.Float64 if name in numbers else pl.String for name in columns}
    return pl.DataFrame(filled, schema=types, orient="row")


@dataclass(frozen=True)
class _Replayed:
    """Counts (tenancies, `_COUNTS`), the hits' tenancies by rising lead, their leads, and the label states listed."""

    counts: Floats
    hits: np.ndarray
    leads: Floats
    states: dict[str, int]

    @classmethod
    def of(
        cls, rows: pl.DataFrame, ranking: str, operation: Operation, tenancies: pl.DataFrame, seed: int
    ) -> "_Replayed":
        found = episodes(replay(rows, ranking, operation, seed=seed), operation)
        found = found.join(tenancies, on=TENANCY, how="left", maintain_order="left")
        counted = found["label_state"].is_in([str(state) for state in COUNTED])
        leads = [found["found"] & (found["lead_days"].fill_null(-1) >= days) for days in LEADS]
        flags = [pl.Series([True] * found.height, dtype=pl.Boolean), counted, found["found"], *leads]
        happened = events(rows).join(tenancies, on=TENANCY, how="left", maintain_order="left")
        whose = [*(found["tenancy_index"].filter(flag) for flag in flags), happened["tenancy_index"]]
        numbers = [np.bincount(each.to_numpy(), minlength=tenancies.height) for each in whose]
        issued = found["listings"].filter(counted)
        contacts = np.bincount(whose[1].to_numpy(), issued.to_numpy(), tenancies.height)
        counts = np.stack([*numbers[:2], contacts, *numbers[2:]], axis=1)
        hits = found.filter("found").sort("lead_days", *TENANCY)
        states = {str(state): found.filter(label_state=str(state)).height for state in STATES}
        return cls(counts.astype(np.float32), hits["tenancy_index"].to_numpy(), hits["lead_days"].to_numpy(), states)


def _measures(one: _Replayed, weights: Any, hours: float) -> dict[str, Any]:
    """Every measure, a number a draw; a contact takes so many `hours`."""
    counts = dict(zip(_COUNTS, one.counts.T @ weights, strict=True))
    found = {name: counts[name] for name in ("listed", "counted", "contacts")}
    found["found_per_100_listed"] = 100 * ratio(counts["found"], counts["counted"])
    found |= {f"found_{d}_days_per_100_listed": 100 * ratio(counts[f"found_{d}"], counts["counted"]) for d in LEADS}
    found["found_per_hour"] = ratio(counts["found"], counts["contacts"] * hours)
    found["recall"] = ratio(counts["found"], counts["events"])
    found |= {f"recall_{d}_days": ratio(counts[f"found_{d}"], counts["events"]) for d in LEADS}
    found["lead_days_median"] = _median(one.leads, weights[one.hits])
    return found


def _median(leads: Floats, weights: Any) -> Any:
    """The median of rising `leads`, each so often: (hits, draws) → (draws,); NaN without hits."""
    if not leads.size:
        return np.full(weights.shape[1], np.nan)
    until = np.cumsum(weights, axis=0)
    total = until[-1]
    low, high = ((until < np.maximum(place, 0.5)).sum(axis=0) for place in (total / 2, total / 2 + 0.5))
    most = leads.size - 1
    middle = (leads[np.minimum(low, most)] + leads[np.minimum(high, most)]) / 2
    return np.where(total > 0, middle, np.nan)


def _ends(value: Any, drawn: Any) -> tuple[float, float, float]:
    found = interval_of(float(np.asarray(value).ravel()[0]), np.asarray(drawn))
    return found.value, found.low, found.high


def _refuse_missing(rows: pl.DataFrame, names: Sequence[str]) -> None:
    absent = [name for name in (*KEY, *names) if name not in rows.columns]
    if absent:
        raise ModelError(
            expected=f"the columns {', '.join(names)}",
            found=f"no column {', '.join(absent)}",
            where="the rows that are replayed",
            remedy="Replay the scores of a backtest beside their outcomes.",
        )
