"""The card of a model: what it was trained on, what it showed, and what was decided about it. Plain JSON."""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from models.bootstrap import Interval
from models.evaluation import POPULATIONS, Evaluation
from models.gate import Gate
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

    `inputs` names what it was trained on with a hash of each (`matrix_hash` and `text_hash` give one), `versions` the
    packages and the code; `settings` is kept as it is given. Nothing in a card depends on the machine or the clock.
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
        "stability": _stability(trained),
        "parity": [_plain(vars(each)) for each in trained.parity],
        "gate": _gate(trained.gate),
    }


def text_hash(content: Any) -> str:
    """A sha256 of anything that JSON can hold, whatever order its keys come in."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


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
        "positive_tenancies": {name: evaluation.positive_tenancies(name) for name in POPULATIONS},
        "expected_positives": _rounded(check.expected),
        "observed_positives": check.observed,
        "brier": _rounded(check.brier),
        "brier_of_base_rate": _rounded(check.base_brier),
        "means": [record for population in POPULATIONS for record in _means(evaluation, population)],
    }


def _stability(trained: TrainedModel) -> dict[str, Any] | None:
    """How far lists from other seeds agree, by k; None where it was not measured."""
    stability = trained.stability
    if stability is None:
        return None
    at = {str(k): _rounded(share) for k, share in stability.overlap_at.items()}
    return {"seeds": stability.seeds, "overlap": _rounded(stability.overlap), "overlap_at": at}


def _plain(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in named.items()}


def _gate(gate: Gate) -> dict[str, Any]:
    conditions = [_plain(vars(each)) for each in gate.conditions]
    return {"rule": gate.rule, "open": gate.is_open, "no_verdict": gate.no_verdict, "conditions": conditions}


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
