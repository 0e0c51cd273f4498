"""From raw scores to probabilities, always in the same order as the raw scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.matrix import Flags, Floats

POSITIVES_FOR_ISOTONIC = 200
"""Isotonic steps follow noise below this; then two numbers (slope and intercept of a logistic curve) must do."""

_ORDER_SHARE = 1e-6
"""How much of the raw curve is mixed in, so that scores on one flat step of the calibration keep their order."""


def logistic(raw: Floats) -> Floats:
    """1 / (1 + exp(-raw)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * raw)))


@dataclass(frozen=True)
class Calibration:
    """A rising map from raw scores to probabilities: straight lines between `knots`, on the scale of `method`.

    "isotonic": heights are probabilities; "logistic": two knots whose heights are log odds, drawn on beyond them.
    """

    method: str
    knots: Floats
    heights: Floats

    def probabilities(self, raw: Floats) -> Floats:
        """The probability of each raw score: strictly rising with it, in (0, 1)."""
        if self.method == "logistic":
            slope = (self.heights[1] - self.heights[0]) / (self.knots[1] - self.knots[0])
            return logistic(self.heights[0] + slope * (raw - self.knots[0]))
        steps = np.interp(raw, self.knots, self.heights)
        return (1 - _ORDER_SHARE) * steps + _ORDER_SHARE * logistic(raw)

    def state(self) -> dict[str, Any]:
        """What a model file keeps."""
        return {"method": self.method, "knots": self.knots, "heights": self.heights}


UNCALIBRATED = Calibration("logistic", np.array([0.0, 1.0]), np.array([0.0, 1.0]))
"""The raw score taken as log odds, as boosting and regression give it."""


def calibrate(raw: Floats, outcomes: Flags) -> Calibration:
    """The map fitted on a later window than the one that taught: isotonic with many positives, else logistic.

    Without positives or negatives, or where the fitted curve does not rise, only the level is set: the mean
    probability becomes the share of positives (shrunk by one half positive).
    """
    positives = int(outcomes.sum())
    if positives >= POSITIVES_FOR_ISOTONIC and positives < outcomes.size:
        return _isotonic(raw, outcomes)
    return _curve(raw, outcomes) or _level(raw, outcomes)


def _isotonic(raw: Floats, outcomes: Flags) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(raw, outcomes.astype(np.float64))
    # No score is proof of an outcome or of its absence: the ends keep half a row of doubt.
    doubt = 0.5 / outcomes.size
    return Calibration("isotonic", fitted.X_thresholds_, np.clip(fitted.y_thresholds_, doubt, 1 - doubt))


def _curve(raw: Floats, outcomes: Flags) -> Calibration | None:
    """Platt's curve with his shrunken targets' effect taken by a weak penalty; None where it does not rise."""
    from sklearn.linear_model import LogisticRegression

    spread = float(raw.std())
    if spread == 0 or not 0 < outcomes.sum() < outcomes.size:
        return None
    fitted = LogisticRegression(C=10.0, tol=1e-8, max_iter=1000).fit((raw / spread)[:, None], outcomes)
    slope, intercept = float(fitted.coef_[0, 0]) / spread, float(fitted.intercept_[0])
    return (
        Calibration("logistic", np.array([0.0, 1.0]), np.array([intercept, intercept + slope])) if slope > 0 else None
    )


def _level(raw: Floats, outcomes: Flags) -> Calibration:
    share = (outcomes.sum() + 0.5) / (outcomes.size + 1)
    shift = float(np.log(share / (1 - share)))
    for _ in range(50):
        # Newton's steps towards the shift at which the mean probability is the share.
        given = logistic(raw + shift)
        shift += float(np.clip((share - given.mean()) / max((given * (1 - given)).mean(), 1e-12), -1.0, 1.0))
    return Calibration("logistic", np.array([0.0, 1.0]), np.array([shift, shift + 1.0]))
