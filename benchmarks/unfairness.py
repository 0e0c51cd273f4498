"""Whether planted unfairness is shown, and none where there is none: a hundred made-up worlds of each.

`python -m benchmarks.unfairness [WORLDS]`: a group of three in ten whose risk the score under-states by one unit of
log odds, and the same world without that. Counted are the worlds in which the group is said to differ with an interval
that excludes parity, and those in which anything of nine groups is said to differ; exits 1 below 95 of 100 of either.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import polars as pl

from monitoring.disparity import Disparity, disparities

WORLDS, TENANCIES, CUT_OFFS, PLACES, PROCESSES = 100, 12_000, 18, 450, 2
UNDERSTATED = 1.0
BAR = 0.95
REFERENCES = {"group": "b", "sex": "M", "district": None}


def main(worlds: int) -> None:
    """Make the worlds, look, print."""
    missed = 0
    for planted in (True, False):
        with ProcessPoolExecutor(PROCESSES) as pool:
            found = list(pool.map(looked_at, [(seed, planted) for seed in range(worlds)]))
        right = sum(
            any(one.group == "a" and one.verdict == "differs" and one.high < 1 for one in told)
            if planted
            else all(one.verdict != "differs" for one in told)
            for told in found
        )
        ratios = [one.ratio for told in found for one in told if one.group == "a"]
        record = {
            "planted": planted,
            "worlds": worlds,
            "said_right": right,
            "mean_ratio": round(float(np.mean(ratios)), 3),
        }
        print(json.dumps(record | {"least": BAR * worlds}))
        missed += right < BAR * worlds
    sys.exit(1 if missed else 0)


def looked_at(given: tuple[int, bool]) -> list[Disparity]:
    """What is said of a world's groups."""
    seed, planted = given
    drawn = np.random.default_rng([seed, planted])
    people = pl.DataFrame(
        {
            "landlord": "x",
            "tenancy_no": [str(n) for n in range(TENANCIES)],
            "group": np.where(drawn.random(TENANCIES) < 0.3, "a", "b").tolist(),
            "sex": np.where(drawn.random(TENANCIES) < 0.5, "F", "M").tolist(),
            "district": [f"d{n}" for n in drawn.integers(0, 6, TENANCIES)],
        }
    )
    risk = -5.8 + drawn.normal(0, 1.5, TENANCIES)
    lower = UNDERSTATED * planted * (people["group"] == "a").to_numpy()
    frames = []
    for _ in range(CUT_OFFS):
        risk = risk + drawn.normal(0, 0.3, TENANCIES)
        score = risk - lower + drawn.normal(0, 1.0, TENANCIES)
        listed = np.zeros(TENANCIES, dtype=bool)
        listed[np.argsort(-score)[:PLACES]] = True
        comes = drawn.random(TENANCIES) < 1 / (1 + np.exp(-risk))
        frames.append(people.with_columns(hit=pl.Series(listed)).filter(pl.Series(comes)))
    return disparities(pl.concat(frames), REFERENCES, key=("landlord", "tenancy_no"))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else WORLDS)
