"""A share for each group beside a reference group that was fixed beforehand: intervals, ratios, and when not to say.

Used for whatever is counted of people at a stage: who was listed, who in need was missed, who was reached. Each
attribute is compared as a ratio to one reference group, or to all the others where no group of it is the usual one,
never as the spread between the best and the worst group: that spread is large by chance alone where groups are small
(see `models.parity`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from models.parity import FARTHEST_RATIO
from monitoring.records import SMALLEST_COUNT, Measured
from monitoring.suppression import Counted, may_tell, told_groups
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
    `against_others`: the reference is all the others.
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
    against_others: bool = False

    @property
    def value(self) -> float:
        """The share; NaN where nobody is counted."""
        return self.hits / self.counted if self.counted else float("nan")


OTHERS = None
"""In place of a reference group: each group is compared with all the others."""

REFERENCES: Mapping[str, str | None] = {
    "sex": "M",
    "age_band": "40-64",
    "household": "single",
    "children": "no",
    "origin": "danish",
    "tenure": "non_profit",
    "benefit": "none",
    "district": OTHERS,
    "landlord": OTHERS,
}
"""What each attribute's groups are compared with: fixed here, so that no night and no model moves it (DECISIONS 29)."""


def group_rates(
    rows: pl.DataFrame,
    references: Mapping[str, str | None] = REFERENCES,
    *,
    counted: str = "counted",
    hit: str = "hit",
) -> list[GroupRate]:
    """The share of `hit` among `counted` (Boolean columns of `rows`) in every group of the attributes in `references`.

    A missing value of an attribute is the group `unknown`. In order of attribute and group. Where nobody counted is in
    a reference group, its attribute is compared with nothing: 'too_few'. `ModelError` where a column is not there.
    """
    missing = sorted({counted, hit, *references} - set(rows.columns))
    if missing:
        raise _refused("the columns " + ", ".join(missing), "rows without them")
    among = rows.filter(pl.col(counted))
    named = among.with_columns(hit=pl.col(hit).fill_null(False))
    counts: list[tuple[str, int, int]] = []
    for attribute in references:
        group = pl.format("{}={}", pl.lit(attribute), pl.col(attribute).cast(pl.String).fill_null(UNKNOWN))
        counts += named.group_by(group=group).agg(pl.col("hit").sum(), pl.len()).iter_rows()
    return rates_of(counts, references)


def rates_of(
    counts: Iterable[tuple[str, int, int]], references: Mapping[str, str | None] = REFERENCES
) -> list[GroupRate]:
    """The shares of counts (group as `sex=F`, hits, counted), each beside what its attribute is compared with."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for name, hits, counted in sorted(counts):
        attribute, _, group = name.partition("=")
        found.setdefault(attribute, {})[group] = (int(hits), int(counted))
    return [rate for attribute in sorted(found) for rate in _of(attribute, found[attribute], references[attribute])]


def _of(attribute: str, found: Mapping[str, tuple[int, int]], reference: str | None) -> Iterator[GroupRate]:
    whole = sum(hits for hits, _ in found.values()), sum(size for _, size in found.values())
    for group, (hits, size) in found.items():
        beside = (whole[0] - hits, whole[1] - size) if reference is OTHERS else found.get(reference, (0, 0))
        yield _rate(attribute, group, hits, size, beside, reference)


def _rate(
    attribute: str, group: str, hits: int, counted: int, beside: tuple[int, int], reference: str | None
) -> GroupRate:
    told = attribute, group, hits, counted, *wilson(hits, counted)
    others = reference is OTHERS
    if group == reference:
        return GroupRate(*told, 1.0, 1.0, 1.0, "reference")
    if hits == 0 or beside[0] == 0:
        return GroupRate(*told, None, None, None, "too_few", others)
    compared = relative_risk(hits, counted, *beside)
    bounds = compared.confidence_interval()
    ratio = float(compared.relative_risk), float(bounds.low), float(bounds.high)
    return GroupRate(*told, *ratio, _verdict((hits, counted), beside, ratio[1], ratio[2]), others)


def _verdict(group: tuple[int, int], reference: tuple[int, int], low: float, high: float) -> Verdict:
    if any(min(hits, counted - hits) < SMALLEST_COUNT for hits, counted in (group, reference)):
        return "too_few"
    if low > 1 or high < 1:
        return "differs"
    return "alike" if low >= 1 / FARTHEST_RATIO and high <= FARTHEST_RATIO else "cannot_be_told"


def records_of(
    rates: Sequence[GroupRate],
    as_of: date,
    measure: str,
    stage: str = "",
    divided: Mapping[str, Sequence[tuple[str, ...]]] | None = None,
) -> list[Measured]:
    """The shares as records of `measure`; `reference` is the share that the group is compared with.

    `divided`: by attribute, which groups are told together where other measures are told of the same people
    (`monitoring.told`); where nothing is said, what this measure alone needs.

    Groups that are too small to be told are there without their numbers, and once more counted together where that may
    be told (`monitoring.suppression`).
    """
    found = []
    for attribute in dict.fromkeys(rate.attribute for rate in rates):
        own = [rate for rate in rates if rate.attribute == attribute]
        groups = [Counted((rate.group,), rate.hits, rate.counted) for rate in own]
        told = told_groups(groups) if divided is None else _together(groups, divided.get(attribute, ()))
        shares = {one.group: one.hits / one.counted for one in told}
        alone = {one.group for one in told if len(one.names) == 1}
        hidden = [rate.group for rate in own if rate.group not in alone]
        found += [Measured(as_of, measure, None, None, stage, f"{attribute}={group}") for group in hidden]
        found += [_told(one, as_of, measure, stage, attribute, _compared_with(own, one, shares)) for one in told]
    return found


def _together(groups: Sequence[Counted], divided: Sequence[tuple[str, ...]]) -> list[Counted]:
    """The groups as `divided` has them; a part of which nobody is counted is left out."""
    of = {group.names[0]: group for group in groups}
    found = []
    for names in divided:
        there = [of[name] for name in names if name in of]
        if counted := sum(group.counted for group in there):
            found.append(Counted(names, sum(group.hits for group in there), counted))
    return found


def _told(one: Counted, as_of: date, measure: str, stage: str, attribute: str, reference: float | None) -> Measured:
    low, high = wilson(one.hits, one.counted)
    group = f"{attribute}={one.group}"
    return Measured(as_of, measure, float(one.hits), float(one.counted), stage, group, low, high, reference)


def _compared_with(own: Sequence[GroupRate], one: Counted, shares: Mapping[str, float]) -> float | None:
    """The share of the reference group where it is told, or of all the others where there is none."""
    if any(rate.against_others for rate in own):
        hits, counted = sum(rate.hits for rate in own) - one.hits, sum(rate.counted for rate in own) - one.counted
        return hits / counted if counted else None
    return next((shares.get(rate.group) for rate in own if rate.verdict == "reference"), None)


def record_of_all(hits: int, counted: int, as_of: date, measure: str, stage: str = "") -> Measured:
    """The share of the whole as a record, without its numbers where they may not be told."""
    if not may_tell(hits, counted):
        return Measured(as_of, measure, None, None, stage)
    return Measured(as_of, measure, float(hits), float(counted), stage, "", *wilson(hits, counted))


def wilson(hits: int, counted: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    interval = binomtest(hits, counted).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def _refused(expected: str, found: str) -> ModelError:
    return ModelError(
        expected=expected, found=found, where="the rows of a group measure", remedy="Give the rows of the whole cohort."
    )
