"""What measuring costs: 24 cut-offs x 12,000 rows x 20 rankings x 1,000 draws, every measure, three populations.

`python -m benchmarks.evaluation` prints seconds and the peak of memory, a line a step.
"""

import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.calibration_measures import calibration_table
from models.evaluation import CURVE, evaluate, with_today
from models.operated import Operation, operated
from models.parity import recall_parity, reference_groups
from warehouse.dates import add_months

CUT_OFFS, ROWS, RANKINGS, DRAWS = 24, 12_000, 20, 1_000
CAPACITIES = with_today(CURVE, 120)


def made_up(seed: int = 1) -> tuple[pl.DataFrame, list[str]]:
    """Labelled rows with scores: 1.5 % positives, some rankings tied heavily as rounded amounts are."""
    generator = np.random.default_rng(seed)
    frailty = generator.normal(size=ROWS + ROWS // 6)
    names = [f"ranking_{number}" for number in range(RANKINGS)]
    return pl.concat([_cut_off(generator, frailty, number, names) for number in range(CUT_OFFS)]), names


def _cut_off(generator: np.random.Generator, frailty: np.ndarray, number: int, names: list[str]) -> pl.DataFrame:
    who = np.sort(generator.permutation(frailty.size)[:ROWS])
    day, chance = add_months(date(2023, 1, 1), number), 1 / (1 + np.exp(5 - 1.2 * frailty[who]))
    positive = generator.random(ROWS) < chance
    states = np.where(positive, "positive", np.where(generator.random(ROWS) < 0.03, "treated", "negative"))
    events = [day + timedelta(days=int(wait)) if hit else None for wait, hit in zip(who % 180, positive, strict=True)]
    scores = {name: frailty[who] + generator.normal(size=ROWS) * (0.3 + place / 10) for place, name in enumerate(names)}
    scores = {name: np.round(each, place % 3) for place, (name, each) in enumerate(scores.items())}
    return pl.DataFrame(
        {
            "as_of": [day] * ROWS,
            "landlord": [f"Landlord {each % 5}" for each in who],
            "tenancy_no": [f"{each:06}" for each in who],
            "stage": np.where(generator.random(ROWS) < 0.02, "court", "none"),
            "label_state": states,
            "event_on": events,
            "helped_on": [None] * ROWS,
            **(scores | {names[0]: chance}),
        },
        schema_overrides={"event_on": pl.Date, "helped_on": pl.Date},
    )


def main() -> None:
    """Run every step once and print what it cost."""
    rows, names = made_up()
    early = rows.filter(pl.col("stage") == "none").sample(fraction=0.05, seed=1)
    groups = rows.select("as_of", "landlord", "tenancy_no", sex=pl.Series(["F", "M"] * (rows.height // 2)))
    found = _timed(
        "evaluate",
        lambda: evaluate(
            names, names[0], rows, capacities=CAPACITIES, draws=DRAWS, fixed_stage=early, groups=groups, seed=1
        ),
    )
    _timed("records", found.records)
    tested = found.tested["before_termination"]
    _timed("calibration_table", lambda: calibration_table(tested, names[0]))
    reference = reference_groups(tested)
    _timed("recall_parity", lambda: recall_parity(tested, names[0], 100, reference, seed=1, draws=DRAWS))
    _timed("operated", lambda: operated(rows, names, Operation(100), reference=names[1], draws=DRAWS))


def _timed(step: str, run: Callable[[], Any]) -> Any:
    started, worked = time.perf_counter(), time.process_time()
    result = run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    passed, busy = time.perf_counter() - started, time.process_time() - worked
    sys.stdout.write(f"{step}: {busy:.1f} s of one core ({passed:.1f} s passed), peak {peak:,.0f} MB\n")
    sys.stdout.flush()
    return result


if __name__ == "__main__":
    main()
