"""What a difference says: better, worse, or that it cannot be told, with the reason, in Danish and in English.

The *minimum detectable difference* is what a comparison of this size finds in four of five tries at the 5 % level:
(1.96 + 0.84) standard errors. The error falls with the root of the number of positives, which says how many more
(and how many years) a verdict would need.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.bootstrap import Interval
from models.numerals import interval_text, number_text

FEWEST_POSITIVES = 30
"""With fewer tenancies that had the outcome no verdict is given, wherever the interval lies.

This is caution, not a correction: in made-up worlds the interval of a paired difference holds what it claims down to
ten positives. But a difference of two rankings then rests on a handful of cases, and what brings these together (one
landlord who takes a dozen tenants to court in one month) is not seen by drawing tenancies one by one.
"""

DETECTABLE_ERRORS = 1.959964 + 0.841621
"""Standard errors that a true difference must measure to be found in 80 % of tries by a two-sided test at 5 %."""

WORTHWHILE = 0.05
"""The difference for which the needed positives are reckoned where less was seen: five of a hundred cases found."""

Outcome = Literal["better", "worse", "cannot_be_told"]

WORDS: Mapping[str, Mapping[str, str]] = {
    "better": {
        "da": "{one} er bedre end {other}: forskel {difference}. {positives} lejemål fik udfaldet.",
        "en": "{one} is better than {other}: difference {difference}. {positives} tenancies had the outcome.",
    },
    "worse": {
        "da": "{one} er dårligere end {other}: forskel {difference}. {positives} lejemål fik udfaldet.",
        "en": "{one} is worse than {other}: difference {difference}. {positives} tenancies had the outcome.",
    },
    "cannot_be_told": {
        "da": "Det kan ikke afgøres, om {one} er bedre end {other}: forskel {difference}, og intervallet rummer 0.",
        "en": "It cannot be told whether {one} is better than {other}: difference {difference}; the interval holds 0.",
    },
    "too_few": {
        "da": "Ingen afgørelse er mulig: kun {positives} lejemål fik udfaldet, og der skal mindst {fewest} til. "
        "Forskellen mellem {one} og {other} er {difference}; det kan være held.",
        "en": "No verdict is possible: only {positives} tenancies had the outcome, and at least {fewest} are needed. "
        "The difference between {one} and {other} is {difference}; it may be luck.",
    },
    "not_computed": {
        "da": "Ingen afgørelse er mulig: forskellen mellem {one} og {other} kunne ikke beregnes ({positives} lejemål "
        "fik udfaldet).",
        "en": "No verdict is possible: the difference between {one} and {other} could not be computed ({positives} "
        "tenancies had the outcome).",
    },
    "detectable": {
        "da": " Med dette antal kan en forskel under {detectable} sjældent opdages.",
        "en": " With so many, a difference below {detectable} can seldom be detected.",
    },
    "needed": {
        "da": " For at opdage en forskel på {worthwhile} skal omkring {more} flere lejemål have haft udfaldet.",
        "en": " To detect a difference of {worthwhile}, about {more} more tenancies must have had the outcome.",
    },
    "years": {
        "da": " Med {per_year} om året er det omkring {years} år mere.",
        "en": " At {per_year} a year that is about {years} more years.",
    },
}
"""What is said, in both languages; a test holds that both have the same blanks."""


@dataclass(frozen=True)
class Verdict:
    """What a paired difference says. `da` and `en` are whole sentences with the numbers in them.

    `detectable` is the minimum detectable difference, `positives` the tenancies that had the outcome; `more_positives`
    and `more_years` what a verdict would still need: 0 where there is one, None where it cannot be reckoned.
    """

    outcome: Outcome
    difference: Interval
    detectable: float
    positives: int
    more_positives: int | None
    more_years: float | None
    da: str
    en: str


def minimum_detectable(difference: Interval) -> float:
    """The true difference that would be found in 80 % of tries with the error of this one; NaN where it has none."""
    return DETECTABLE_ERRORS * _error(difference)


def verdict(
    difference: Interval,
    positives: int,
    *,
    positives_a_year: float | None = None,
    one: str = "model",
    other: str = "baseline",
    worthwhile: float = WORTHWHILE,
) -> Verdict:
    """What the paired `difference` of `one` less `other` (more is better) says, resting on `positives` tenancies.

    `worthwhile` is the smallest difference one would act on, in the unit of `difference`.
    """
    outcome, reason = _outcome(difference, positives)
    detectable = minimum_detectable(difference)
    more = 0 if outcome != "cannot_be_told" else _more(difference, detectable, positives, worthwhile)
    years = more / positives_a_year if more is not None and positives_a_year else (0.0 if more == 0 else None)
    blanks = {"one": one, "other": other, "positives": positives, "fewest": FEWEST_POSITIVES}
    parts = [reason, *_added(outcome, detectable, more, years)]
    numbers = {"detectable": detectable, "worthwhile": max(abs(difference.value), worthwhile), "more": more}
    numbers |= {"per_year": positives_a_year, "years": years}
    da, en = (_said(parts, language, difference, blanks, numbers) for language in ("da", "en"))
    return Verdict(outcome, difference, detectable, positives, more, years, da, en)


def _outcome(difference: Interval, positives: int) -> tuple[Outcome, str]:
    """The outcome and the words that say why."""
    if any(math.isnan(number) for number in (difference.value, difference.low, difference.high)):
        return "cannot_be_told", "not_computed"
    if positives < FEWEST_POSITIVES:
        return "cannot_be_told", "too_few"
    if difference.low > 0:
        return "better", "better"
    return ("worse", "worse") if difference.high < 0 else ("cannot_be_told", "cannot_be_told")


def _more(difference: Interval, detectable: float, positives: int, worthwhile: float) -> int | None:
    """Positives still needed to detect what was seen, or what is worthwhile where less was seen."""
    if math.isnan(detectable) or not positives:
        return None
    wanted = max(abs(difference.value), worthwhile)
    needed = max(positives * (detectable / wanted) ** 2, FEWEST_POSITIVES)
    return max(0, math.ceil(needed) - positives)


def _error(difference: Interval) -> float:
    """The standard error; where it is not given, from the width of the interval."""
    if not math.isnan(difference.error):
        return difference.error
    return (difference.high - difference.low) / (2 * 1.959964)


def _added(outcome: Outcome, detectable: float, more: int | None, years: float | None) -> list[str]:
    if outcome != "cannot_be_told":
        return []
    named = {"detectable": not math.isnan(detectable), "needed": bool(more), "years": bool(more) and years is not None}
    return [name for name, said in named.items() if said]


def _said(
    parts: list[str],
    language: str,
    difference: Interval,
    blanks: Mapping[str, object],
    numbers: Mapping[str, float | None],
) -> str:
    """The parts' words with every number in the language's own writing."""
    written = {"difference": interval_text(difference, language, sign=True)}
    digits = {"detectable": 3, "worthwhile": 3, "more": 0, "per_year": 0, "years": 1}
    written |= {
        name: number_text(number, digits[name], language) for name, number in numbers.items() if number is not None
    }
    return "".join(WORDS[part][language] for part in parts).format(**blanks, **written)
