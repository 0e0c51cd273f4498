"""What a list should find by the model's own probabilities, before anybody knows what became of it.

Confidence-based, as NannyML's CBPE: where the probabilities are calibrated, the sum of those of the listed over the sum
of all is the recall that is to be expected. Where they are not, it is as wrong as they are; the watch keeps both the
estimate and, months later, what came of it, so that its record is seen.
"""

import numpy as np

from models.matrix import Flags, Floats

_DRAWS, _SEED = 1000, 0


def expected_recall(probabilities: Floats, listed: Flags) -> tuple[float, float, float]:
    """The expected share of coming cases that are listed, and its 95 % interval (whether each comes is drawn).

    NaN where no case is expected. `probabilities` and `listed` are of the same tenancies.
    """
    whole = float(probabilities.sum())
    if whole <= 0:
        return float("nan"), float("nan"), float("nan")
    inside, outside = float(probabilities[listed].sum()), float(probabilities[~listed].sum())
    # A sum of many small independent chances is close to a Poisson number.
    drawn = np.random.default_rng(_SEED)
    found, missed = drawn.poisson(inside, _DRAWS), drawn.poisson(outside, _DRAWS)
    shares = found / np.maximum(1, found + missed)
    low, high = np.quantile(shares, (0.025, 0.975))
    return inside / whole, float(low), float(high)
