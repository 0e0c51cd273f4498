"""The gate: each condition says its number and how far it fell short, and only what promotion needs shuts it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import numpy as np
import pytest

from flows.settings import GateRule as GateSetting
from models.bootstrap import HeldOut, estimate
from models.evaluation import CalibrationCheck, Evaluation
from models.gate import (
    GATE_RULES,
    Condition,
    Gate,
    best_baseline,
    judge_model,
    not_tested,
    shut_because,
    shut_in_short,
)
from models.gate_words import CONDITIONS, IN_SHORT
from models.parity import FARTHEST_RATIO, Parity
from models.rankers import MODEL, RULES
from models.stability import Stability

STILL = Stability(3, {20: 0.95, 40: 1.0})
ALIKE = Parity(
    attribute="sex",
    group="F",
    reference="M",
    k=20,
    value=0.9,
    low=0.6,
    high=1.3,
    positives=20,
    reference_positives=20,
    recall=0.36,
    reference_recall=0.4,
    precision=0.2,
    listed=10,
    selection=0.1,
    verdict="cannot_be_told",
)


def _evaluation(model: float, expected: float = 30.0, tenancies: int = 30, late: int = 0) -> Evaluation:
    """A model as good as `model`, rules of 1.0 and a baseline of 2.0, on one cut-off with 30 positives.

    They are `tenancies` different ones; `late` more had the outcome after their termination.
    """
    generator = np.random.default_rng(0)
    outcomes = np.arange(400) < 30
    goodness = {MODEL: model, RULES: 1.0, "largest_arrears": 2.0}
    scores = {name: generator.normal(size=400) + each * outcomes for name, each in goodness.items()}
    who = np.where(outcomes, np.arange(400) % tenancies, np.arange(400))
    tested = [HeldOut(date(2025, 1, 1), who, outcomes, scores)]
    estimates = estimate(tested, [20, 40], seed=0, draws=60)
    populations = {"calendar": estimates, "before_termination": estimates}
    check = CalibrationCheck(expected, 30, 0.05, 0.06)
    everybody = [*tested, HeldOut(date(2025, 2, 1), 1000 + np.arange(late), np.ones(late, dtype=bool), {})]
    return Evaluation(populations, {"calendar": everybody, "before_termination": tested}, check)


def _judge(evaluation: Evaluation, **given: Any) -> Gate:
    words = {"parity": [ALIKE], "stability": STILL, **given}
    return judge_model(evaluation, [RULES, "largest_arrears"], [20, 40], **words)


def _by_name(gate: Gate) -> Mapping[str, Condition]:
    return {c.name: c for c in gate.conditions}


def test_only_tenancies_that_the_list_is_drawn_from_count_as_enough() -> None:
    gate = _judge(_evaluation(5.0, tenancies=12, late=23))
    assert not gate.is_open
    assert gate.no_verdict
    assert _by_name(gate)["enough_positives"].short_by == 18
    assert "12 tenancies had the outcome" in " ".join(gate.reasons)


def test_a_better_model_passes_and_the_best_baseline_is_named() -> None:
    gate = _judge(_evaluation(5.0))
    assert gate.is_open, gate.reasons
    assert gate.rule == "strict"
    assert gate.reasons == []
    assert all(c.short_by == 0 for c in gate.conditions if c.holds)
    assert f"{MODEL} is better than largest_arrears" in _by_name(gate)["beats_best_baseline"].says
    estimates = _evaluation(5.0).estimates["calendar"]
    assert best_baseline(estimates, [RULES, "largest_arrears"], [20, 40]) == "largest_arrears"


def test_a_model_between_the_rules_and_the_best_baseline_passes_the_loose_rule_only() -> None:
    strict, loose = (_judge(_evaluation(1.5), rule=rule) for rule in GATE_RULES)
    assert not strict.is_open
    assert loose.is_open
    assert [c.name for c in loose.strict_would_say] == ["beats_best_baseline"]
    assert strict.strict_would_say == ()
    assert not _judge(_evaluation(5.0, tenancies=9), rule="not_worse_than_rules").is_open
    assert _judge(_evaluation(5.0, tenancies=10), rule="not_worse_than_rules").is_open
    assert [c.name for c in strict.conditions if c.required and not c.holds] == ["beats_best_baseline"]
    assert [c.holds for c in strict.conditions] == [c.holds for c in loose.conditions]


def test_a_gain_that_may_be_luck_is_short_by_the_lower_end_of_its_interval() -> None:
    found = _by_name(_judge(_evaluation(2.2)))["beats_best_baseline"]
    estimates = _evaluation(2.2).estimates["before_termination"]
    gain = estimates.mean(
        [c for c in estimates.cells if c.ranking == MODEL and c.measure == "recall_at_k"],
        [c for c in estimates.cells if c.ranking == "largest_arrears" and c.measure == "recall_at_k"],
    )
    assert gain.low < 0 < gain.value
    assert found.short_by == pytest.approx(-gain.low)
    assert f"Short by {-gain.low:.3g}." in found.says
    assert f"It cannot be told whether {MODEL} is better than largest_arrears" in found.says
    assert "can seldom be detected" in found.says


@pytest.mark.parametrize(
    ("gate", "condition", "short_by", "says"),
    [
        (
            _judge(_evaluation(5.0, expected=90.0)),
            "calibrated",
            1.0,
            "expected 90.0 positives and 30 came (ratio 3.00)",
        ),
        (_judge(_evaluation(5.0, expected=10.0)), "calibrated", 1 / 2 - 1 / 3, "(ratio 0.33)"),
        (_judge(_evaluation(5.0, tenancies=20)), "enough_positives", 10, "20 tenancies had the outcome"),
        (_judge(_evaluation(5.0), stability=Stability(3, {20: 0.8})), "list_stability", 0.1, "3 seeds share 80.0%"),
        (
            _judge(_evaluation(5.0), parity=[ALIKE, replace(ALIKE, value=0.4, low=0.3, high=0.7)]),
            "recall_parity",
            0.1,
            "sex=F (M): 0.40 [0.30, 0.70]",
        ),
        (
            _judge(_evaluation(5.0), parity=[replace(ALIKE, value=2.0, low=1.5, high=2.6)]),
            "recall_parity",
            1.5 - FARTHEST_RATIO,
            "sex=F (M): 2.00 [1.50, 2.60]",
        ),
        (_judge(_evaluation(5.0), stability=None), "list_stability", None, "Not measured: lists of other seeds."),
        (_judge(_evaluation(5.0), parity=None), "recall_parity", None, "Not measured: recall between groups."),
        (_judge(_evaluation(-1.0), rule="not_worse_than_rules"), "beats_rules", ..., "Against the rules: mean recall"),
    ],
)
def test_what_fails_shuts_the_gate_and_says_by_how_much(gate: Gate, condition: str, short_by: Any, says: str) -> None:
    found = _by_name(gate)[condition]
    assert (found.holds, found.required, gate.is_open) == (False, True, False)
    if short_by is not ...:
        assert found.short_by == (None if short_by is None else pytest.approx(short_by))
    assert gate.reasons == [found.says]
    assert says in found.says
    assert (f"Short by {found.short_by:.3g}." in found.says) if found.short_by else ("Short by" not in found.says)
    assert found.says_da not in ("", found.says)


def test_too_few_cases_are_no_verdict_and_not_a_bad_one() -> None:
    few, bad = _judge(_evaluation(5.0, tenancies=20)), _judge(_evaluation(-1.0))
    assert (few.is_open, few.no_verdict) == (False, True)
    assert (bad.is_open, bad.no_verdict) == (False, False)
    assert "Too few for a verdict; what ranks now goes on ranking." in few.reasons[0]
    assert "For få til en afgørelse" in few.reasons_da[0]


def test_a_group_too_small_for_a_verdict_is_counted_and_judges_nothing() -> None:
    small = replace(ALIKE, group="X", value=0.0, low=0.0, high=0.1, verdict="too_few")
    found = _by_name(_judge(_evaluation(5.0), parity=[ALIKE, small]))["recall_parity"]
    assert found.holds
    assert "1 groups could be judged, 1 are too small" in found.says
    nobody = _by_name(_judge(_evaluation(5.0), parity=[small]))["recall_parity"]
    assert nobody.holds
    assert "could not be judged" in nobody.says


def test_a_model_that_was_not_tested_is_not_promoted() -> None:
    gate = not_tested("too short")
    assert (gate.is_open, gate.no_verdict, gate.reasons) == (False, True, ["too short"])


def test_a_card_says_why_it_is_shut_in_both_languages() -> None:
    gate = _judge(_evaluation(5.0, tenancies=20))
    conditions = [vars(c) for c in gate.conditions]
    assert shut_because(conditions) == gate.reasons
    assert shut_because(conditions, "da") == gate.reasons_da
    old = [{"name": "tested", "holds": False, "required": True, "says": "Said then."}]
    assert shut_because(old, "da") == ["Said then."]


def test_those_who_read_the_list_are_told_in_a_few_words() -> None:
    few, bad = (vars_of(_judge(one)) for one in (_evaluation(5.0, tenancies=20), _evaluation(-1.0)))
    assert shut_in_short(few, "da") == "der er endnu for få sager til at bedømme den"
    assert shut_in_short(bad, "en") == IN_SHORT["beats_best_baseline"]["en"]
    assert shut_in_short(vars_of(not_tested("too short")), "en") == "it could not be tested on later days"
    required = {c.name for rule in GATE_RULES for c in _judge(_evaluation(5.0), rule=rule).conditions if c.required}
    assert required | {"tested"} == set(IN_SHORT)
    assert all(set(both) == {"da", "en"} for both in IN_SHORT.values())


def vars_of(gate: Gate) -> list[dict[str, Any]]:
    """The conditions as a card keeps them."""
    return [vars(c) for c in gate.conditions]


def test_every_sentence_has_both_languages_with_the_same_blanks() -> None:
    blanks = {name: [set(re.findall(r"{(\w+)", said)) for said in both.values()] for name, both in CONDITIONS.items()}
    assert all(set(both) == {"da", "en"} for both in CONDITIONS.values())
    assert [name for name, (da, en) in blanks.items() if da != en] == []


def test_the_settings_know_every_rule_of_the_gate() -> None:
    assert get_args(GateSetting) == GATE_RULES
