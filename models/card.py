"""The card of a model: what it was trained on, what it showed, and what was decided about it. Plain JSON."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from models.bootstrap import Interval
from models.evaluation import POPULATIONS, Evaluation
from models.matrix import KEY, canonical_order, feature_values
from models.measures import MEASURES
from models.training import TrainedModel

_DIGITS = 6
"""Measures are written with so many digits: more would pretend to know them."""


def card_of(
    trained: TrainedModel,
    *,
    inputs: Mapping[str, str],
    versions: Mapping[str, str],
    settings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The card of a trained model.

    `inputs` names what it was trained on with a hash of each (`matrix_hash` gives one), `versions` the packages and
    the code; `settings` is kept as it is given.
    """
    model, split = trained.model, trained.split
    cut_offs = sorted((*split.fit, *split.calibrate))
    return {
        "family": model.name,
        "trained_as_of": trained.as_of.isoformat(),
        "seed": trained.seed,
        "settings": dict(settings or {}),
        "inputs": dict(sorted(inputs.items())),
        "versions": dict(sorted(versions.items())),
        "range": {"first_cut_off": cut_offs[0].isoformat(), "last_cut_off": cut_offs[-1].isoformat()},
        "fitted_on": [day.isoformat() for day in split.fit],
        "calibrated_on": [day.isoformat() for day in split.calibrate],
        "calibration": model.calibration.method,
        "label_states": dict(trained.label_states),
        "features": [vars(column) for column in model.columns],
        "capacities": list(trained.capacities),
        "evaluation": _evaluation(trained),
        "gate": {"open": trained.gate.is_open, "conditions": [vars(c) for c in trained.gate.conditions]},
    }


def matrix_hash(frame: pl.DataFrame) -> str:
    """A sha256 of the frame's columns and rows, whatever order the rows come in (they are put in order of the key)."""
    ordered = frame[canonical_order(frame)] if set(KEY) <= set(frame.columns) else frame
    digest = hashlib.sha256()
    for name in sorted(ordered.columns):
        digest.update(f"{name}:{ordered[name].dtype}\n".encode())
        digest.update(_column_bytes(ordered, name))
    return digest.hexdigest()


def _column_bytes(frame: pl.DataFrame, name: str) -> bytes:
    """A column's values as bytes that no version of a package changes: numbers as float64, anything else as JSON."""
    if frame[name].dtype.is_numeric() or frame[name].dtype == pl.Boolean:
        return feature_values(frame, name).tobytes()
    return json.dumps(frame[name].cast(pl.String).to_list(), ensure_ascii=False).encode()


def _evaluation(trained: TrainedModel) -> dict[str, Any] | None:
    """What the held-out cut-offs showed, as means over them; None where nothing was held out."""
    evaluation, split = trained.evaluation, trained.tested_split
    if evaluation is None or split is None:
        return None
    check = evaluation.calibration
    return {
        "held_out": [day.isoformat() for day in split.held_out],
        "fitted_on": [day.isoformat() for day in split.fit],
        "calibrated_on": [day.isoformat() for day in split.calibrate],
        "positive_tenancies": evaluation.positive_tenancies,
        "expected_positives": _rounded(check.expected),
        "observed_positives": check.observed,
        "brier": _rounded(check.brier),
        "brier_of_base_rate": _rounded(check.base_brier),
        "means": [record for population in POPULATIONS for record in _means(evaluation, population)],
    }


def _means(evaluation: Evaluation, population: str) -> list[dict[str, Any]]:
    estimates = evaluation.estimates[population]
    rows = []
    for cell in estimates.cells:
        named = {"population": population, "ranking": cell.ranking, "measure": cell.measure, "k": cell.k}
        rows.append({**named, **_interval(estimates.mean([cell])), "better": MEASURES[cell.measure].better})
    return rows


def _interval(found: Interval) -> dict[str, float | None]:
    return {name: _rounded(getattr(found, name)) for name in ("value", "low", "high")}


def _rounded(number: float) -> float | None:
    """JSON knows no NaN: what could not be computed is null."""
    return None if math.isnan(number) else round(number, _DIGITS)
