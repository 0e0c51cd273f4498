"""What teaches the risk if nobody comes, when the team has come to some: contacts are treatment, no outcome.

Of a tenancy that was helped we know what became of it with help. What would have become of it without is not known:
its course is *censored* on the day of help. What happened before (a court request, then help) is an outcome without
help. Help that was given up to `HELP_LASTS_DAYS` before a cut-off still works in its window: such rows are censored
from the start. Who moved or died is censored too, on an unknown day, and left out, as are unlinked and not yet mature
rows: that rests on the assumption that, given the features, leavers are as risky as those who stay.

Ways to learn from what is left (`HOW`):

- `drop`: only rows without help. Right where help went to people at random, given what the model can see.
- `ipw`: the same rows, each weighed by the inverse chance of having stayed without help until its event or the end of
  its window (inverse probability of censoring weights: Robins and Finkelstein, Biometrics 2000), stabilised, trimmed.
- `doubly_robust`: rows without help as they are, helped ones imputed by a model of the risk without help that was
  fitted on the weighted rows (regression imputation on weighted rows is right where either model is: Kang and Schafer,
  Statistical Science 2007). It is read at the last cut-off before the help: whoever was helped because things got worse
  is imputed with what they had come to. An event in spite of help is a positive: help never causes one. A helped row
  without an event is there twice, as a positive with weight p and a negative with weight 1 - p. With q the imputed risk
  and r the share of it that help leaves (one number for all helped, from the same rows), p = q (1 - r) / (1 - r q) is
  the chance that there would have been an event without help, given that there was none with it. Where help works
  perfectly r is 0 and p is q; where it does nothing r is 1 and what came out counts as it is.
- `as_negative` and `ignored`: what must not be done, kept to be shown failing. Helped ones are counted as negatives, or
  as whatever came out in spite of help.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from models.boosting import FEWEST_POSITIVES
from models.first_stage import out_of_fold
from models.matrix import KEY, TENANCY, Column, Flags, Floats, canonical_order
from models.outcome import DATES, LabelState
from warehouse.dates import HORIZON_DAYS
from warehouse.errors import ModelError

How = Literal["doubly_robust", "ipw", "drop", "as_negative", "ignored"]

TEACHING = (LabelState.POSITIVE, LabelState.NEGATIVE, LabelState.TREATED)
"""The states of rows whose course says something of the risk if nobody comes."""

HELP_LASTS_DAYS = 182
"""How long help goes on working after the day it was agreed (half a year; an assumption)."""

FEWEST_STAY_SHARE = 0.1
"""Trimming: a chance of staying without help below this counts as this, so that no row weighs more than ten."""

FEWEST_HELPED = 30
"""With fewer helped rows the chance of help cannot be learned from them: it is taken to be the same for everybody."""


@dataclass(frozen=True)
class Taught:
    """Rows that teach the risk if nobody comes (key, stage, features and what else was labelled), their outcomes and
    weights (rows,), in the order of their key. A row may be there twice, as a positive and as a negative."""

    rows: pl.DataFrame
    outcomes: Flags
    weights: Floats


@dataclass(frozen=True)
class Courses:
    """What is known of each row's window: days until the event and until help (infinite where there was none)."""

    event_after: Floats
    help_after: Floats
    horizon_days: int

    @property
    def censored(self) -> Flags:
        """Whether help came first (an event on the day of help was no doing of the help's)."""
        return np.asarray(self.help_after < self.event_after)

    @property
    def in_spite(self) -> Flags:
        """Whether the event came after help."""
        return np.isfinite(self.event_after) & self.censored

    @property
    def positive(self) -> Flags:
        """Whether the event came, before any help."""
        return np.isfinite(self.event_after) & ~self.censored


def teaching_rows(
    labelled: pl.DataFrame,
    columns: tuple[Column, ...],
    *,
    seed: int,
    how: How = "doubly_robust",
    horizon_days: int = HORIZON_DAYS,
    days: Collection[date] | None = None,
) -> Taught:
    """The rows of `labelled` that teach, with outcomes and weights that any weighted classifier can learn from.

    Only those of the cut-offs `days`, where these are given: taken out here, where the rows are put in order anyhow,
    for the rows are what the memory of a training is made of.

    `labelled` has the key, `columns`, label_state and, where the outcomes have them, event_on and helped_on. The order
    of its rows leaves no trace. Where nobody was helped all ways give every positive and negative once, with weight 1.
    `ModelError` with fewer than `FEWEST_POSITIVES` positives without help, unless helped ones are counted wrongly.
    """
    rows = _ordered(labelled, days)
    courses = read_courses(rows, horizon_days)
    if how not in ("as_negative", "ignored"):
        _refuse_few(courses)
    if not courses.censored.any():
        return _all(rows, courses.positive)
    return HOW[how](rows, courses, columns, seed)


def read_courses(rows: pl.DataFrame, horizon_days: int = HORIZON_DAYS) -> Courses:
    """Days from each row's cut-off to its event and to its help, 0 where earlier help still works.

    Earlier help is that which other rows of the same tenancy tell of. A helped row without a day is censored from the
    start; a positive without a day had its event before any help.
    """
    state = rows["label_state"]
    event = _days_after(rows, "event_on", (state == LabelState.POSITIVE).to_numpy())
    helped = _days_after(rows, "helped_on", (state == LabelState.TREATED).to_numpy())
    return Courses(event, np.where(_under_help(rows), 0.0, helped), horizon_days)


def chance_of_help(rows: pl.DataFrame, columns: tuple[Column, ...], courses: Courses, seed: int) -> Floats:
    """The chance of each row of having been helped before an event, from the features at the cut-off, cross-fitted."""
    censored, everyone = courses.censored, np.ones(rows.height)
    if censored.sum() < FEWEST_HELPED:
        return np.full(rows.height, censored.mean())
    return out_of_fold(rows, columns, censored, everyone > 0, everyone, seed=seed, bound=False)


def staying_weights(courses: Courses, chance: Floats) -> Floats:
    """Weights of the rows without help, by the `chance` of help of each row; censored rows weigh 0.

    The chance of staying without help until day t is (1 - chance) to the power of the share of all help that came by
    day t. It is trimmed at `FEWEST_STAY_SHARE`; the weights are stabilised by the mean chance.
    """
    censored = courses.censored
    until = np.minimum(np.where(censored, courses.help_after, courses.event_after), courses.horizon_days)
    came = _share_by(courses.help_after[censored], until)
    stays = np.maximum((1 - chance) ** came, FEWEST_STAY_SHARE)
    return np.where(censored, 0.0, (1 - censored.mean()) ** came / stays)


def _all(rows: pl.DataFrame, outcomes: Flags) -> Taught:
    return Taught(rows, outcomes, np.ones(rows.height))


def _ignored(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Taught:
    return _all(rows, np.isfinite(courses.event_after))


def _as_negative(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Taught:
    return _all(rows, courses.positive)


def _drop(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Taught:
    stays = np.flatnonzero(~courses.censored)
    return _all(rows[stays], courses.positive[stays])


def _ipw(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Taught:
    weights = staying_weights(courses, chance_of_help(rows, columns, courses, seed))
    stays = np.flatnonzero(~courses.censored)
    return Taught(rows[stays], courses.positive[stays], weights[stays])


def _doubly_robust(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Taught:
    risk = imputed_risk(rows, courses, columns, seed)
    left = share_left_by_help(courses, risk)
    spared = courses.censored & ~courses.in_spite
    chance = risk * (1 - left) / np.maximum(1 - left * risk, 1e-9)
    twice = np.flatnonzero(spared)
    places = np.concatenate([np.arange(rows.height), twice])
    weights = np.concatenate([np.where(spared, chance, 1.0), 1 - chance[twice]])
    outcomes = np.concatenate([courses.positive | courses.censored, np.zeros(twice.size, dtype=bool)])
    order = np.argsort(places, kind="stable")
    return Taught(rows[places[order]], outcomes[order], weights[order])


def imputed_risk(rows: pl.DataFrame, courses: Courses, columns: tuple[Column, ...], seed: int) -> Floats:
    """What each censored row's window held of risk without help from the day of help on; 0 for the other rows."""
    censored, positive = courses.censored, courses.positive
    weights = staying_weights(courses, chance_of_help(rows, columns, courses, seed))
    whole = out_of_fold(rows, columns, positive, ~censored, weights, seed=seed, bound=True)
    at_help = whole[_last_before_help(rows, courses)]
    left = courses.horizon_days - np.minimum(courses.help_after, courses.horizon_days)
    share = _share_by(courses.event_after[positive], left)
    return np.where(censored, 1 - (1 - at_help) ** share, 0.0)


def share_left_by_help(courses: Courses, risk: Floats) -> float:
    """Which share of the risk without help is left with it: events in spite of help over what was imputed, 0 to 1."""
    foretold = float(risk[courses.censored].sum())
    return min(1.0, float(courses.in_spite.sum()) / foretold) if foretold > 0 else 1.0


HOW: dict[str, Callable[[pl.DataFrame, Courses, tuple[Column, ...], int], Taught]] = {
    "doubly_robust": _doubly_robust,
    "ipw": _ipw,
    "drop": _drop,
    "as_negative": _as_negative,
    "ignored": _ignored,
}
"""Every way to treat the helped, by its name."""


def _ordered(labelled: pl.DataFrame, days: Collection[date] | None) -> pl.DataFrame:
    """The rows of `days` (None: of all) whose course says something, in the order of their key."""
    keys = labelled.select(*KEY, "label_state").with_row_index("place")
    keys = keys.filter(pl.col("label_state").is_in([str(state) for state in TEACHING]))
    keys = keys if days is None else keys.filter(pl.col("as_of").is_in(list(days)))
    places = keys["place"].to_numpy()[canonical_order(keys.drop("place"))]
    # In order already, and all of them: what a backtest reads. Another copy would be what its memory is spent on.
    rows = labelled if np.array_equal(places, np.arange(labelled.height)) else labelled[places]
    absent = [pl.lit(None, pl.Date).alias(name) for name in DATES if name not in rows.columns]
    return rows.with_columns(absent)


def _days_after(rows: pl.DataFrame, name: str, certain: Flags) -> Floats:
    """Days from the cut-off to a day; infinite without one, 0 where there is none although it `certain`ly came."""
    days = (rows[name] - rows["as_of"]).dt.total_days().cast(pl.Float64).fill_null(np.inf).to_numpy()
    return np.where(certain & np.isinf(days), 0.0, days)


def _under_help(rows: pl.DataFrame) -> Flags:
    """Whether help before the cut-off still works in the window."""
    helped = rows.select(*TENANCY, "helped_on").drop_nulls().unique().sort("helped_on")
    asked = rows.select(*TENANCY, "as_of").with_row_index("place").sort("as_of")
    found = asked.join_asof(
        helped,
        left_on="as_of",
        right_on="helped_on",
        by=list(TENANCY),
        tolerance=f"{HELP_LASTS_DAYS}d",
        allow_exact_matches=False,
        check_sortedness=False,
    ).sort("place")
    return found["helped_on"].is_not_null().to_numpy()


def _last_before_help(rows: pl.DataFrame, courses: Courses) -> np.ndarray:
    """For each row the place of the tenancy's last row up to the day of help; its own place without help."""
    on = (np.nan_to_num(courses.help_after, posinf=0.0) * courses.censored).astype(np.int64)
    keyed = rows.select(*TENANCY, "as_of").with_row_index("place")
    asked = (
        keyed.with_columns(on=pl.Series(on))
        .with_columns(helped_on=pl.col("as_of") + pl.duration(days="on"))
        .sort("helped_on")
    )
    last = keyed.select(*TENANCY, pl.col("as_of").alias("last_on"), pl.col("place").alias("last")).sort("last_on")
    found = asked.join_asof(
        last, left_on="helped_on", right_on="last_on", by=list(TENANCY), strategy="backward", check_sortedness=False
    )
    return found.sort("place")["last"].to_numpy()


def _share_by(days: Floats, until: Floats) -> Floats:
    """The share of `days` that lie at or before each of `until`; 1 where there are none."""
    if not days.size:
        return np.ones(until.shape)
    return np.asarray(np.searchsorted(np.sort(days), until, side="right") / days.size)


def _refuse_few(courses: Courses) -> None:
    found = int(courses.positive.sum())
    if found < FEWEST_POSITIVES:
        raise ModelError(
            expected=f"at least {FEWEST_POSITIVES} positives that nobody had helped before",
            found=f"{found}",
            where="the rows that teach",
            remedy="Let the rules rank until more outcomes are known, or train on more cut-offs.",
        )
