"""The gate: each condition says its number, and a model worse than the rules stays where it is."""

from datetime import date

import numpy as np
import pytest

from models.bootstrap import HeldOut, estimate
from models.evaluation import CalibrationCheck, Evaluation
from models.gate import best_baseline, judge_model, not_tested
from models.rankers import MODEL, RULES


def _evaluation(model: float, expected: float = 30.0, tenancies: int = 30) -> Evaluation:
    """A model as good as `model`, rules of 1.0 and a baseline of 2.0, on one cut-off with 30 positives."""
    generator = np.random.default_rng(0)
    outcomes = np.arange(400) < 30
    goodness = {MODEL: model, RULES: 1.0, "largest_arrears": 2.0}
    scores = {name: generator.normal(size=400) + each * outcomes for name, each in goodness.items()}
    tested = [HeldOut(date(2025, 1, 1), np.arange(400), outcomes, scores)]
    estimates = estimate(tested, [20, 40], seed=0, draws=60)
    populations = {"calendar": estimates, "before_termination": estimates}
    check = CalibrationCheck(expected, 30, 0.05, 0.06)
    return Evaluation(populations, dict.fromkeys(populations, tested), check, tenancies)


def _judged(evaluation: Evaluation) -> dict[str, tuple[bool, str]]:
    gate = judge_model(evaluation, [RULES, "largest_arrears"], [20, 40])
    return {c.name: (c.holds, c.says) for c in gate.conditions} | {"open": (gate.is_open, "; ".join(gate.reasons))}


def test_a_better_model_passes_and_the_best_baseline_is_named() -> None:
    judged = _judged(_evaluation(5.0))
    assert judged["open"] == (True, "")
    assert judged["beats_best_baseline"][0]
    assert "best baseline (largest_arrears)" in judged["beats_best_baseline"][1]
    estimates = _evaluation(5.0).estimates["calendar"]
    assert best_baseline(estimates, [RULES, "largest_arrears"], [20, 40]) == "largest_arrears"


def test_a_model_between_the_rules_and_the_best_baseline_may_rank_but_is_not_praised() -> None:
    judged = _judged(_evaluation(1.5))
    assert judged["open"][0]
    assert not judged["beats_best_baseline"][0]


@pytest.mark.parametrize(
    ("evaluation", "condition", "says"),
    [
        (_evaluation(-1.0), "beats_rules", "Against the rules: mean recall at 20, 40 -0"),
        (_evaluation(5.0, expected=90.0), "calibrated", "expected 90.0 positives and 30 came (ratio 3.00)"),
        (_evaluation(5.0, expected=10.0), "calibrated", "(ratio 0.33)"),
        (_evaluation(5.0, tenancies=9), "enough_positives", "9 tenancies had the outcome"),
    ],
)
def test_what_fails_keeps_the_gate_shut_and_says_by_how_much(evaluation: Evaluation, condition: str, says: str) -> None:
    judged = _judged(evaluation)
    assert not judged[condition][0]
    assert not judged["open"][0]
    assert says in judged["open"][1]


def test_a_model_that_was_not_tested_is_not_promoted() -> None:
    assert not not_tested("too short").is_open
    assert not_tested("too short").reasons == ["too short"]
