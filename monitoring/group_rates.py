"""A share for each group beside a reference group that was fixed beforehand: intervals, ratios, and when not to say.

Used for whatever is counted of people at a stage: who was listed, who in need was missed, who was reached. Each
attribute is compared as a ratio to one reference group, never as the spread between the best and the worst group: that
spread is large by chance alone where groups are small (see `models.parity`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from models.parity import FARTHEST_RATIO
from monitoring.records import SMALLEST_COUNT, Measured
from warehouse.errors import ModelError

UNKNOWN = "unknown"
"""The group of those of whom an attribute is not known: a group like any other, and never the reference."""

Verdict = Literal["reference", "alike", "differs", "cannot_be_told", "too_few"]


@dataclass(frozen=True)
class GroupRate:
    """`hits` of `counted` in one group of an attribute, its 95 % interval (Wilson), and its ratio to the reference.

    `ratio` with [`ratio_low`, `ratio_high`] (Katz, 95 %) is None where one of the two is nothing. `verdict`: 'alike'
    where the interval lies between four fifths and five quarters, 'differs' where it excludes 1, 'cannot_be_told' where
    neither holds, 'too_few' where either group has fewer than `SMALLEST_COUNT` hits or fewer who were no hit.
    """

    attribute: str
    group: str
    hits: int
    counted: int
    low: float
    high: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    verdict: Verdict

    @property
    def value(self) -> float:
        """The share; NaN where nobody is counted."""
        return self.hits / self.counted if self.counted else float("nan")


def reference_groups(rows: pl.DataFrame, attributes: Sequence[str]) -> dict[str, str]:
    """For each attribute its largest known group (of equal ones the first by name): to be fixed once and kept."""
    chosen = {}
    for attribute in attributes:
        known = rows.select(pl.col(attribute).cast(pl.String)).filter(pl.col(attribute).fill_null(UNKNOWN) != UNKNOWN)
        sizes = known.group_by(attribute).len().sort(pl.col("len"), attribute, descending=[True, False])
        if sizes.height:
            chosen[attribute] = str(sizes[attribute][0])
    return chosen


def group_rates(
    rows: pl.DataFrame, references: Mapping[str, str], *, counted: str = "counted", hit: str = "hit"
) -> list[GroupRate]:
    """The share of `hit` among `counted` (Boolean columns of `rows`) in every group of the attributes in `references`.

    A missing value of an attribute is the group `unknown`. In order of attribute and group. `ModelError` where a
    column is not there or nobody counted is in a reference group.
    """
    missing = sorted({counted, hit, *references} - set(rows.columns))
    if missing:
        raise _refused("the columns " + ", ".join(missing), "rows without them")
    among = rows.filter(pl.col(counted))
    return [rate for attribute in sorted(references) for rate in _of(among, attribute, references[attribute], hit)]


def _of(among: pl.DataFrame, attribute: str, reference: str, hit: str) -> Iterator[GroupRate]:
    named = among.select(group=pl.col(attribute).cast(pl.String).fill_null(UNKNOWN), hit=pl.col(hit).fill_null(False))
    sums = named.group_by("group").agg(hits=pl.col("hit").sum(), counted=pl.len()).sort("group")
    found = {group: (int(hits), int(size)) for group, hits, size in sums.iter_rows()}
    if reference not in found:
        raise _refused(f"somebody of {attribute}={reference}", "nobody")
    for group, (hits, size) in found.items():
        yield _rate(attribute, group, hits, size, found[reference], is_reference=group == reference)


def _rate(
    attribute: str, group: str, hits: int, counted: int, reference: tuple[int, int], *, is_reference: bool
) -> GroupRate:
    interval = binomtest(hits, counted).proportion_ci(method="wilson")
    told = attribute, group, hits, counted, float(interval.low), float(interval.high)
    if is_reference:
        return GroupRate(*told, 1.0, 1.0, 1.0, "reference")
    if hits == 0 or reference[0] == 0:
        return GroupRate(*told, None, None, None, "too_few")
    compared = relative_risk(hits, counted, *reference)
    bounds = compared.confidence_interval()
    ratio = float(compared.relative_risk), float(bounds.low), float(bounds.high)
    return GroupRate(*told, *ratio, _verdict((hits, counted), reference, ratio[1], ratio[2]))


def _verdict(group: tuple[int, int], reference: tuple[int, int], low: float, high: float) -> Verdict:
    if any(min(hits, counted - hits) < SMALLEST_COUNT for hits, counted in (group, reference)):
        return "too_few"
    if low > 1 or high < 1:
        return "differs"
    return "alike" if low >= 1 / FARTHEST_RATIO and high <= FARTHEST_RATIO else "cannot_be_told"


def records_of(rates: Sequence[GroupRate], as_of: date, measure: str, stage: str = "") -> list[Measured]:
    """The shares as records of `measure`; `reference` is the share of the attribute's reference group.

    What is too small to be shown is there without its numbers. Where one group of an attribute is withheld, the
    smallest of the others is too: what is left over from the total would tell it.
    """
    hidden = _withheld(rates)
    references = {
        rate.attribute: rate.value
        for rate in rates
        if rate.verdict == "reference" and (rate.attribute, rate.group) not in hidden
    }
    return [
        Measured(as_of, measure, None, None, stage, f"{rate.attribute}={rate.group}", reference=None)
        if (rate.attribute, rate.group) in hidden
        else Measured(
            as_of,
            measure,
            float(rate.hits),
            float(rate.counted),
            stage,
            f"{rate.attribute}={rate.group}",
            rate.low,
            rate.high,
            references.get(rate.attribute),
        )
        for rate in rates
    ]


def _withheld(rates: Sequence[GroupRate]) -> set[tuple[str, str]]:
    """The groups whose counts are not shown: those with 1 to 4 hits or others, and one more to hide them behind."""
    hidden: set[tuple[str, str]] = set()
    for attribute in sorted({rate.attribute for rate in rates}):
        own = [rate for rate in rates if rate.attribute == attribute]
        small = [rate for rate in own if _is_small(rate.hits) or _is_small(rate.counted - rate.hits)]
        if len(small) == 1 and len(own) > 1:
            small.append(min((rate for rate in own if rate not in small), key=lambda rate: (rate.counted, rate.group)))
        hidden |= {(attribute, rate.group) for rate in small}
    return hidden


def _is_small(count: int) -> bool:
    return 0 < count < SMALLEST_COUNT


def _refused(expected: str, found: str) -> ModelError:
    return ModelError(
        expected=expected, found=found, where="the rows of a group measure", remedy="Give the rows of the whole cohort."
    )
