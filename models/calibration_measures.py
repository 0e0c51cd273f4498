"""Whether probabilities are true: level, slope and reliability; over all, where the list is drawn, and within groups.

*Intercept*: the shift of the log odds that would bring the mean right, the slope held at 1 (calibration in the
large; below 0 = too high probabilities). *Slope*: of the outcome's log odds on the probability's (below 1 = too
extreme, the mark of overfitting). Cox 1958; intervals are cluster-robust by tenancy (Liang and Zeger 1986).
*Observed over expected*: Garwood's exact Poisson interval (1936).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models.bootstrap import Interval
from models.calibration import logistic
from models.held_out import HeldOut
from models.matrix import Flags, Floats
from models.measures import brier, brier_of_base_rate

BINS = 10

TOP_SHARE = 0.1
"""The top tenth is where lists are drawn from: a calibration that holds over all may be wrong there."""

FEWEST_POSITIVES = 10
"""With fewer tenancies that had the outcome the numbers are shown and nothing is concluded from them."""

_NORMAL = 1.959964
_NONE = Interval(float("nan"), float("nan"), float("nan"))
_LEAST = 1e-9


@dataclass(frozen=True)
class Recalibration:
    """The logistic line from the log odds given to those that came: 0 and 1 where probabilities are true."""

    intercept: Interval
    slope: Interval


def recalibration(probabilities: Floats, outcomes: Flags, tenancies: np.ndarray | None = None) -> Recalibration:
    """Calibration intercept (slope held at 1) and slope, with 95 % intervals robust to a tenancy's repeated rows.

    NaN without positives or negatives; the slope also where all probabilities are equal or part the two perfectly.
    """
    if not 0 < outcomes.sum() < outcomes.size:
        return Recalibration(_NONE, _NONE)
    clipped = np.clip(probabilities, _LEAST, 1 - _LEAST)
    odds = np.log(clipped / (1 - clipped))
    clusters = np.arange(outcomes.size) if tenancies is None else np.unique(tenancies, return_inverse=True)[1]
    ones = np.ones((odds.size, 1))
    intercept = _fit(ones, odds, outcomes, clusters)
    if _parted(odds, outcomes):
        return Recalibration(intercept[0], _NONE)
    return Recalibration(intercept[0], _fit(np.c_[ones, odds], np.zeros(odds.size), outcomes, clusters)[1])


def _parted(odds: Floats, outcomes: Flags) -> bool:
    """Whether a threshold parts positives from negatives (or all are equal): then no slope is the best one."""
    above, below = odds[outcomes], odds[~outcomes]
    return bool(above.min() >= below.max() or below.min() >= above.max())


def _fit(design: Floats, offset: Floats, outcomes: Flags, clusters: np.ndarray) -> list[Interval]:
    """Logistic coefficients by Newton's steps, with the sandwich of clustered scores; NaN where they run away."""
    coefficients = np.zeros(design.shape[1])
    for _ in range(100):
        given = logistic(offset + design @ coefficients)
        bread = design.T @ (design * (given * (1 - given))[:, None])
        step = np.linalg.lstsq(bread, design.T @ (outcomes - given), rcond=None)[0]
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            return _robust(design, outcomes - given, bread, coefficients, clusters)
    return [_NONE] * coefficients.size


def _robust(design: Floats, residuals: Floats, bread: Floats, at: Floats, clusters: np.ndarray) -> list[Interval]:
    scores = np.stack([np.bincount(clusters, weights=column * residuals) for column in design.T])
    inverse, number = np.linalg.pinv(bread), scores.shape[1]
    variance = np.diag(inverse @ (scores @ scores.T) @ inverse) * number / max(number - 1, 1)
    errors = np.sqrt(variance)
    return [
        Interval(float(value), float(value - _NORMAL * error), float(value + _NORMAL * error), float(error))
        for value, error in zip(at, errors, strict=True)
    ]


def observed_over_expected(
    probabilities: Floats, outcomes: Flags, tenancies: np.ndarray | None = None
) -> tuple[Interval, bool]:
    """Observed over expected positives with the exact Poisson interval, and whether 1 lies outside it.

    A tenancy that is a positive at several cut-offs is one story: counts are divided by Σn² / Σn, n being how often
    each tenancy is a positive (1 where none repeats, and then the interval is Garwood's). NaN without expectation.
    """
    from scipy.stats import chi2

    expected, observed = float(probabilities.sum()), int(outcomes.sum())
    if expected <= 0:
        return _NONE, False
    times = np.unique(tenancies[outcomes], return_counts=True)[1] if tenancies is not None else np.ones(observed)
    repeats = float((times**2).sum() / times.sum()) if observed else 1.0
    seen = observed / repeats
    low = float(chi2.ppf(0.025, 2 * seen)) / 2 * repeats / expected if observed else 0.0
    high = float(chi2.ppf(0.975, 2 * seen + 2)) / 2 * repeats / expected
    return Interval(observed / expected, low, high), not low <= 1 <= high


def reliability(probabilities: Floats, outcomes: Flags, bins: int = BINS) -> pl.DataFrame:
    """One row a bin of about equally many rows: rows, mean_probability, observed_share, low, high (Clopper-Pearson).

    Equal probabilities stay in one bin, so there may be fewer bins; the order of the rows leaves no trace.
    """
    from scipy.stats import beta

    frame = pl.DataFrame({"probability": probabilities, "positive": outcomes}).with_columns(
        ((pl.col("probability").rank("average") - 0.5) * bins / pl.len()).floor().cast(pl.Int64).alias("bin")
    )
    table = frame.group_by("bin").agg(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("probability").sort().mean().alias("mean_probability"),
        pl.col("positive").sum().cast(pl.Int64).alias("positives"),
    )
    table = table.sort("bin").with_columns((pl.col("positives") / pl.col("rows")).alias("observed_share"))
    hits, rows = table["positives"].to_numpy().astype(float), table["rows"].to_numpy().astype(float)
    # At no hit, or at nothing but hits, one parameter is 0 and the end is that of the scale.
    low = np.where(hits > 0, beta.ppf(0.025, np.maximum(hits, 1), rows - hits + 1), 0.0)
    high = np.where(hits < rows, beta.ppf(0.975, hits + 1, np.maximum(rows - hits, 1)), 1.0)
    return table.with_columns(pl.Series("low", low, dtype=pl.Float64), pl.Series("high", high, dtype=pl.Float64))


@dataclass(frozen=True)
class Decomposition:
    """Brier = reliability − resolution + uncertainty + within (Murphy 1973; what varies within bins is the rest)."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def decomposed(probabilities: Floats, outcomes: Flags, bins: int = BINS) -> Decomposition:
    """The Brier score in its parts over bins of equally many rows; `uncertainty` is the base rate's, p(1 − p)."""
    table = reliability(probabilities, outcomes, bins)
    weights = table["rows"].to_numpy() / max(outcomes.size, 1)
    given, came = table["mean_probability"].to_numpy(), table["observed_share"].to_numpy()
    total, base = brier(probabilities, outcomes), brier_of_base_rate(outcomes)
    off = float(np.sum(weights * (given - came) ** 2))
    apart = float(np.sum(weights * (came - outcomes.mean()) ** 2)) if outcomes.size else float("nan")
    return Decomposition(total, off, apart, base, total - (off - apart + base))


@dataclass(frozen=True)
class Scored:
    """Counted rows of one or several cut-offs: the probability given, what came, and the tenancy's number."""

    probabilities: Floats
    outcomes: Flags
    tenancies: np.ndarray

    def only(self, rows: Flags) -> "Scored":
        """Some of the rows."""
        return Scored(self.probabilities[rows], self.outcomes[rows], self.tenancies[rows])


def scored(tested: Sequence[HeldOut], ranking: str) -> Scored:
    """The counted rows of all cut-offs together, in their order."""
    return Scored(
        np.concatenate([one.scores[ranking][one.counted] for one in tested]),
        np.concatenate([one.outcomes[one.counted] for one in tested]),
        np.concatenate([one.tenancies[one.counted] for one in tested]),
    )


def in_top_tenth(tested: Sequence[HeldOut], ranking: str) -> Flags:
    """For each row of `scored`: whether it is in its cut-off's top tenth; of a tie that is cut, all rows are."""
    parts = []
    for one in tested:
        given = one.scores[ranking][one.counted]
        places = pl.Series(given).rank("min", descending=True).to_numpy()
        parts.append(places <= np.ceil(TOP_SHARE * given.size))
    return np.concatenate(parts)


def calibration_table(tested: Sequence[HeldOut], ranking: str) -> pl.DataFrame:
    """One row a part: "all" and "top_tenth", together (as_of null) and at each cut-off, then every attribute=group.

    Columns: as_of, part, rows, positives, expected, observed_over_expected, intercept and slope, each with _low and
    _high; off (1 outside the ratio's interval); judged (at least ten tenancies had the outcome); brier and its parts
    reliability, resolution, uncertainty (= the base rate's Brier), within.
    """
    every, top = scored(tested, ranking), in_top_tenth(tested, ranking)
    rows = [_row(None, "all", every), _row(None, "top_tenth", every.only(top))]
    for one in tested:
        own, own_top = scored([one], ranking), in_top_tenth([one], ranking)
        rows += [_row(one.cut_off, "all", own), _row(one.cut_off, "top_tenth", own.only(own_top))]
    for attribute in tested[0].groups:
        groups = np.concatenate([one.groups[attribute][one.counted] for one in tested])
        rows += [_row(None, f"{attribute}={group}", every.only(groups == group)) for group in np.unique(groups)]
    return pl.DataFrame(rows, schema_overrides={"as_of": pl.Date}, infer_schema_length=None)


def _row(cut_off: date | None, part: str, rows: Scored) -> dict[str, Any]:
    fitted = recalibration(rows.probabilities, rows.outcomes, rows.tenancies)
    over, off = observed_over_expected(rows.probabilities, rows.outcomes, rows.tenancies)
    intervals = {"observed_over_expected": over, "intercept": fitted.intercept, "slope": fitted.slope}
    return {
        "as_of": cut_off,
        "part": part,
        "rows": rows.outcomes.size,
        "positives": int(rows.outcomes.sum()),
        "expected": float(rows.probabilities.sum()),
        **{f"{name}{end}": number for name, each in intervals.items() for end, number in _ends(each)},
        "off": off,
        "judged": np.unique(rows.tenancies[rows.outcomes]).size >= FEWEST_POSITIVES,
        **vars(decomposed(rows.probabilities, rows.outcomes)),
    }


def _ends(found: Interval) -> list[tuple[str, float]]:
    return [("", found.value), ("_low", found.low), ("_high", found.high)]
