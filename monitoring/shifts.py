"""Which of many series has changed: level shifts in shares over months, with a budget of false alarms for all together.

Each series is a share at month steps, on the log-odds scale. The newest one, two, three and six months are each
compared with the months before them. How much a series varies is taken from itself, never less than counting chance
allows, and counts twice where neighbouring months resemble each other. Since hundreds of series are looked at month
after month, an alarm needs a p-value that all of them together pass by chance no more often than the budget says
(Bonferroni over series, spans and the months of a quarter). A change that the same season brought last year, or that
the other groups share, is not told of a group.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy import special, stats

from models.matrix import Floats
from monitoring.measures import MEASURES, Harm, Measure

FALSE_ALARMS_A_QUARTER = 0.8
"""How many alarms all series together may raise by chance in three months; asked for is at most one."""

SPANS_MONTHS = (1, 3, 6)
FEWEST_BEFORE = 8
"""Months before the change that are needed to say anything."""

FEWEST_COUNTED = 10
"""A group of fewer is not watched: nothing could be told of it, and each series more makes the others deafer."""

MOST_BEFORE = 24
_OF_CHANGE = 0.5
_MONTHS_A_QUARTER = 3
_YEAR = 12


@dataclass(frozen=True)
class Shift:
    """A share that is no more what it was: `value` over the newest `months` against `before`, [`low`, `high`] the
    99 % interval of what would have been usual; `p`: as often chance does the same to this series; `since`: the first
    of the months."""

    measure: str
    stage: str
    group: str
    since: date
    months: int
    value: float
    before: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Series:
    """A share at month steps, the oldest first: hits of counted, and those of whom it is compared with (0 of 0: none).

    `odds` are its log odds and `chance` their variance by counting.
    """

    measure: Measure
    group: str
    days: tuple[date, ...]
    hits: Floats
    counted: Floats
    others: tuple[Floats, Floats] | None

    @property
    def odds(self) -> Floats:
        """Month by month."""
        return _log_odds(self.hits, self.counted)

    @property
    def chance(self) -> Floats:
        """Month by month."""
        return 1 / (self.hits + 0.5) + 1 / (self.counted - self.hits + 0.5)


def _log_odds(hits: Floats, counted: Floats) -> Floats:
    return np.log((hits + 0.5) / (counted - hits + 0.5))


WATCHED = tuple(measure for measure in MEASURES.values() if measure.watched != "no")
"""The measures whose changes raise alarms."""


def series_of(history: pl.DataFrame, as_of: date, measures: Iterable[Measure] = WATCHED) -> list[Series]:
    """Every series of `measures` that has a value on `as_of`, from counts (`monitoring.measures.COUNTS`) at steps."""
    known = history.filter(pl.col("as_of") <= as_of)
    return [one for measure in measures for one in _of_measure(known, measure, as_of)]


def _of_measure(known: pl.DataFrame, measure: Measure, as_of: date) -> Iterator[Series]:
    rows = known.filter((pl.col("measure") == measure.name) & (pl.col("stage") == measure.stage)).sort("as_of")
    whole = rows.filter(pl.col("group") == "").select("as_of", whole_hits="hits", whole_counted="counted")
    for (group,), own in rows.partition_by("group", as_dict=True, maintain_order=True).items():
        newest = own.row(-1, named=True)
        if newest["as_of"] != as_of or newest["counted"] < FEWEST_COUNTED:
            continue
        told = own.join(whole, on="as_of", how="left", maintain_order="left")
        hits, counted = (told[name].to_numpy().astype(float) for name in ("hits", "counted"))
        others = None
        if measure.watched == "to_reference" and group:
            others = told["whole_hits"].to_numpy() - hits, told["whole_counted"].to_numpy() - counted
        yield Series(measure, str(group), tuple(told["as_of"].to_list()), hits, counted, others)


def shifts(
    history: pl.DataFrame,
    as_of: date,
    *,
    measures: Iterable[Measure] = WATCHED,
    fewest_before: int = FEWEST_BEFORE,
    false_alarms_a_quarter: float = FALSE_ALARMS_A_QUARTER,
) -> list[Shift]:
    """The series that changed by more than the budget of false alarms allows, the surest first.

    `history`: counts (`monitoring.measures.COUNTS`) at month steps, those of `as_of` among them; fewer than
    `fewest_before` months before a change say nothing of it. Steps may be other than months; a quarter is three.
    """
    watched = series_of(history, as_of, measures)
    if not watched:
        return []
    limit = false_alarms_a_quarter / (len(watched) * len(SPANS_MONTHS) * _MONTHS_A_QUARTER)
    found = [shift for one in watched if (shift := _surest(one, fewest_before)) is not None and shift.p < limit]
    return sorted(found, key=lambda shift: (shift.p, shift.measure, shift.group))


def _surest(one: Series, fewest_before: int) -> Shift | None:
    """The span whose change is the least like chance; None where none can be told or none does harm."""
    tried = [shift for months in SPANS_MONTHS if (shift := _compared(one, months, fewest_before)) is not None]
    return min(tried, key=lambda shift: shift.p, default=None)


def _compared(one: Series, months: int, fewest_before: int = FEWEST_BEFORE) -> Shift | None:
    odds, chances = one.odds, one.chance
    before, newest = odds[:-months][-MOST_BEFORE:], odds[-months:]
    if len(before) < fewest_before:
        return None
    usual, chance = float(np.median(before)), float(chances[:-months][-MOST_BEFORE:].mean())
    # Months that are counted over the same people tell as much as so many fewer ones.
    overlap = one.measure.overlap_months
    spread = _variance(before, chance)
    lasting = _resemblance(before) if months > 1 and overlap == 1 else 1.0
    own = (spread - chance) * lasting / max(1.0, months / overlap)
    baseline = spread * lasting / max(1.0, len(before) / overlap)
    change = float(newest.mean()) - usual
    error = float(np.sqrt(own + baseline + chances[-months:].mean() / max(1.0, months / overlap)))
    still = float(odds[-1]) - usual
    if not _does_harm(change, one.measure.harm) or not _is_its_own(one, months, change, still):
        return None
    # How much overlapping months vary cannot be told from so few: counting says it, and the normal law holds.
    law = stats.t(len(before) - 1) if overlap == 1 else stats.norm()
    sure = _sureness(one, months, usual, own + baseline)
    p, far = float(law.sf(sure) * (2 if one.measure.harm == "either" else 1)), float(law.ppf(0.995)) * error
    value, before_it, low, high = (_share(each) for each in (usual + change, usual, usual - far, usual + far))
    name, stage = one.measure.name, one.measure.stage
    return Shift(name, stage, one.group, one.days[-months], months, value, before_it, low, high, p)


def _sureness(one: Series, months: int, usual: float, uncertain: float) -> float:
    """How many standard errors the newest months lie from what is usual: the signed root of the deviance of their hits.

    Their number is held against the usual share; that it is known inexactly (`uncertain`, a variance of log odds) makes
    it less sure. With few hits this is far better than log odds, which a count of none or one tells little of.
    """
    times = max(1.0, months / one.measure.overlap_months) / months
    hits, counted = times * one.hits[-months:].sum(), times * one.counted[-months:].sum()
    share = 1 / (1 + np.exp(-usual))
    missed, expected, expected_missed = counted - hits, counted * share, counted * (1 - share)
    deviance = 2 * (special.xlogy(hits, hits / expected) + special.xlogy(missed, missed / expected_missed))
    return float(np.sqrt(max(0.0, deviance) / (1 + uncertain * counted * share * (1 - share))))


def _variance(before: Floats, chance: float) -> float:
    """How much the months vary, at least as much as counting alone makes them; one odd month is not taken for all."""
    centre = np.median(before)
    limit = 3 * 1.4826 * np.median(np.abs(before - centre))
    kept = before if limit == 0 else np.clip(before, centre - limit, centre + limit)
    return max(float(np.var(kept, ddof=1)), chance)


def _resemblance(before: Floats) -> float:
    """By how much a mean of neighbouring months varies more than one of unrelated ones, from their resemblance."""
    first, second = before[:-1] - before.mean(), before[1:] - before.mean()
    whole = float((first**2).sum())
    resembles = float(np.clip((first * second).sum() / whole if whole else 0.0, 0.0, 0.8))
    return (1 + resembles) / (1 - resembles)


def _does_harm(change: float, harm: Harm) -> bool:
    return harm == "either" or (change < 0) == (harm == "falls")


def _is_its_own(one: Series, months: int, change: float, still: float) -> bool:
    """Whether at least half of the change is still there, and beside the same season a year ago and the others, too.

    Beside the others where the series is watched so, beside last year where that is known: what comes with the season,
    or to all, is told of all and not of each group.
    """
    beside = [still]
    if len(one.odds) >= _YEAR + months:
        last_year = one.odds[-months - _YEAR : len(one.odds) - _YEAR]
        beside.append(float((one.odds[-months:] - last_year).mean()))
    if one.others is not None:
        gap = one.odds - _log_odds(*one.others)
        beside.append(float(gap[-months:].mean() - np.median(gap[:-months][-MOST_BEFORE:])))
    return change != 0 and all(each / change >= _OF_CHANGE for each in beside)


def _share(log_odds: float) -> float:
    """A share again."""
    return float(1 / (1 + np.exp(-log_odds)))
