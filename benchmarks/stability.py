"""Does the list stand still between seeds? `python -m benchmarks.stability [DIR]`: ten models of one town, k = 100.

The same rows teach ten models that differ in their seed alone; compared are their lists of the latest cut-off, of the
tenancies before termination. Exits 1 where the mean overlap of the pairs is below the bar.
"""

import os
import sys
from pathlib import Path

import polars as pl

from benchmarks.backtest import make_town
from benchmarks.stages import AS_OF
from flows.home import Home
from flows.progress import bar
from flows.retrain import build_cut_offs, horizon_of, past_cut_offs, read_cut_offs
from flows.scoring import model_columns
from flows.workroom import opened
from models.fitting import last_ones_calibrate
from models.matrix import KEY, Floats, as_columns
from models.outcome import LATE_STAGES, label
from models.stability import SEED_STEP, list_stability, overlap
from models.training import fit_model

SEEDS, K, LEAST_OVERLAP = 10, 100, 0.9


def scores_by_seed(folder: Path, seeds: int) -> list[Floats]:
    """The scores of the latest cut-off by models of `seeds` seeds, the same rows in the same order."""
    with opened(Home(folder)) as room:
        cut_offs = past_cut_offs(room, AS_OF)
        build_cut_offs(room, cut_offs)
        labelled = label(*read_cut_offs(room, cut_offs, AS_OF))
        columns, horizon, split = as_columns(model_columns(room)), horizon_of(room), last_ones_calibrate(cut_offs)
    rows = labelled.filter((pl.col("as_of") == cut_offs[-1]) & ~pl.col("stage").is_in(LATE_STAGES)).sort(KEY)
    scores = []
    with bar("models") as advance:
        for number in range(seeds):
            advance(f"{number + 1} of {seeds}", number / seeds)
            scores.append(fit_model(labelled, columns, split, number * SEED_STEP, horizon).score(rows))
    return scores


def main(folder: Path) -> None:
    """Print the mean and the least overlap of every pair of lists."""
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    make_town(folder)
    scores = scores_by_seed(folder, SEEDS)
    pairs = [overlap(a, b, K) or 0.0 for i, a in enumerate(scores) for b in scores[:i]]
    mean = list_stability(scores, [K]).overlap
    print(f"{SEEDS} seeds, {len(pairs)} pairs of lists of {K}: mean overlap {mean:.3f}, least {min(pairs):.2f}")
    print(f"asked for: a mean of {LEAST_OVERLAP}")
    if mean < LEAST_OVERLAP:
        raise SystemExit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path("bench"))
