"""Does `bovagt effect` recover what the lots truly did? A hundred made-up towns: `python -m benchmarks.effect [SEEDS]`.

Printed: in how many towns the interval holds the truth, how wide it is, and how often an effect is seen at all. One
town's lots are too few to see an effect of this size for certain, and the table says so; all towns together show that
the estimate is right on the whole.
"""

import os
import sys
import time
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from benchmarks.experiment import HORIZON, Design, run
from models.effect import FEWER, TIERS, Effect, measure_effect

SEEDS, LIVES, PROCESSES = 100, 20, 2
MUST_HOLD_SHARE = 0.93


@dataclass(frozen=True)
class Town:
    """One town: estimate per 100 and interval, the truth, the share of the passed over, how many drawn, seen or not.

    `tiers`: whether the interval within each tier holds the tier's own truth, where there are enough lots for one.
    """

    value: float
    low: float
    high: float
    truth: float
    base: float
    drawn: int
    seen: bool
    tiers: dict[str, bool]


def measure_town(seed: int, design: Design, lives: int) -> Town:
    """Live through the town of `seed` and measure; the run ends where a design has too few lots for any number."""
    experiment = run(seed, design, lives=lives)
    effect = measure_effect(experiment.lots, [], HORIZON.days)
    found = effect.overall
    if found.per_100 is None or found.low is None or found.high is None or found.passed_over_per_100 is None:
        raise SystemExit(f"the town of seed {seed} has too few lots to measure anything: choose a larger design")
    return Town(
        found.per_100,
        found.low,
        found.high,
        experiment.true_per_100,
        found.passed_over_per_100,
        found.drawn,
        found.verdict == FEWER,
        _tiers_held(effect, experiment.true_by_tier),
    )


def _tiers_held(effect: Effect, truth: dict[str, float]) -> dict[str, bool]:
    """Whether each tier's interval holds its truth; tiers without an interval are left out."""
    named = ((one.group.removeprefix("tier="), one) for one in effect.by_tier)
    return {
        tier: one.low <= truth[tier] <= one.high for tier, one in named if one.low is not None and one.high is not None
    }


def summary(towns: list[Town]) -> dict[str, float]:
    """The share of intervals that hold the truth, the mean width, and how far all estimates together are off."""
    value, low, high, truth, base = (
        np.array([getattr(town, name) for town in towns]) for name in ("value", "low", "high", "truth", "base")
    )
    return {
        "holds": float(((low <= truth) & (truth <= high)).mean()),
        "truth": float(truth.mean()),
        "estimate": float(value.mean()),
        "standard_error": float(value.std(ddof=1) / np.sqrt(len(towns))),
        "half_width": float((high - low).mean() / 2),
        "base": float(base.mean()),
        "drawn": float(np.mean([town.drawn for town in towns])),
        "seen": float(np.mean([town.seen for town in towns])),
    }


def _job(asked: tuple[int, Design, int]) -> Town:
    return measure_town(*asked)


def main() -> None:
    """Print the table; the exit code is 1 where fewer than 93 in 100 intervals hold the truth."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS
    design, begin = Design(), time.perf_counter()
    with get_context("spawn").Pool(PROCESSES) as pool:
        towns = pool.map(_job, [(seed, design, LIVES) for seed in range(seeds)], chunksize=1)
    found = summary(towns)
    print(f"Effect of being listed in {seeds} made-up towns ({time.perf_counter() - begin:.0f} s)")
    print(
        f"  lots in each: {found['drawn']:.0f} drawn, as many passed over; court requests {found['base']:.1f} per 100"
    )
    print(
        f"  true effect {found['truth']:+.2f} per 100 listed; mean half-width of an interval {found['half_width']:.2f}"
    )
    print(
        f"  intervals that hold the truth: {found['holds'] * seeds:.0f} of {seeds} (at least 93 in 100 are asked for)"
    )
    for tier in TIERS:
        held = [town.tiers[tier] for town in towns if tier in town.tiers]
        print(f"  intervals within the tier {tier} that hold its own truth: {sum(held)} of {len(held)}")
    print(f"  towns in which the effect is seen at all: {found['seen'] * seeds:.0f} (one town's lots are too few)")
    print(f"  all towns together: {found['estimate']:+.2f}, standard error {found['standard_error']:.2f}")
    sys.exit(0 if found["holds"] >= MUST_HOLD_SHARE else 1)


if __name__ == "__main__":
    main()
