"""Who ranks which nights: decisions only grow, never reach a night before their own, and can be taken back."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from models.card import card_of
from models.decisions import (
    champion,
    decision_for,
    decisions,
    held_by_a_person,
    promote,
    roll_back,
    timeline,
    versions_in_use,
)
from models.gate import not_tested
from models.registry import register
from models.training import TrainedModel
from warehouse.errors import ModelError, UsageError

DAY = date(2025, 4, 2)
FIRST, SECOND, THIRD = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)
LATER = date(2026, 1, 1)


def _card(trained: TrainedModel, **inputs: str) -> dict[str, Any]:
    return card_of(trained, inputs=inputs or {"matrix": "abc"}, versions={"bovagt": "2026.11.0"})


@pytest.fixture
def three(tmp_path: Path, trained: TrainedModel) -> list[str]:
    """Three registered versions, a month apart, each put to use from the day it was trained as of."""
    found = [register(tmp_path, trained.model, _card(replace(trained, as_of=day))) for day in (FIRST, SECOND, THIRD)]
    for version in found:
        promote(tmp_path, version, who="bovagt retrain", on=DAY)
    return found


def _back(folder: Path, to: str | None = None, *, first_night: date | None = None) -> str:
    decision = roll_back(
        folder, to=to, who="B. Leder", on=DAY, reason="Listen ser forkert ud.", first_night=first_night
    )
    return decision.version


def _rankings(folder: Path, *days: date) -> list[str | None]:
    found = [champion(folder, day) for day in days]
    return [each.version if each else None for each in found]


def test_each_night_has_the_latest_decision_that_reaches_it(tmp_path: Path, three: list[str]) -> None:
    days = (date(2024, 12, 31), FIRST, date(2025, 1, 31), SECOND, THIRD, LATER)
    assert _rankings(tmp_path, *days) == [None, three[0], three[0], three[1], three[2], three[2]]


def test_a_decision_about_an_earlier_night_changes_no_later_one(
    tmp_path: Path, three: list[str], trained: TrainedModel
) -> None:
    other = register(tmp_path, trained.model, _card(trained, matrix="other"))
    promote(tmp_path, other, who="A. Analyst", on=DAY)
    assert _rankings(tmp_path, FIRST, SECOND, LATER) == [other, three[1], three[2]]
    assert [each.version for each in decisions(tmp_path)] == [*three, other]
    assert [each.version for each in timeline(tmp_path)] == [three[0], other, *three[1:]]


def test_no_model_ranks_a_night_before_the_day_it_was_trained_as_of(tmp_path: Path, trained: TrainedModel) -> None:
    version = register(tmp_path, trained.model, _card(trained))
    assert _rankings(tmp_path, LATER) == [None]
    decision = promote(tmp_path, version, who="A. Analyst", on=DAY, first_night=date(2020, 1, 1))
    assert decision.first_night == FIRST
    assert _rankings(tmp_path, date(2024, 12, 31), FIRST) == [None, version]


def test_decisions_only_grow_and_the_same_again_says_nothing_new(tmp_path: Path, three: list[str]) -> None:
    path = tmp_path / "promotions.jsonl"
    before = path.read_bytes()
    again = promote(tmp_path, three[2], who="bovagt retrain", on=LATER, first_night=LATER)
    assert path.read_bytes() == before
    assert again.on == DAY
    promote(tmp_path, three[2], who="A. Analyst", on=DAY, reason="Set på med juristen.")
    _back(tmp_path)
    assert path.read_bytes().startswith(before)
    assert [each.who for each in decisions(tmp_path)][-2:] == ["A. Analyst", "B. Leder"]
    assert decisions(tmp_path)[-2].reason == "Set på med juristen."


def test_going_back_goes_one_version_further_each_time_down_to_the_rules(tmp_path: Path, three: list[str]) -> None:
    assert [_back(tmp_path, first_night=LATER) for _ in three] == [three[1], three[0], "rules"]
    assert _rankings(tmp_path, LATER) == [None]
    assert _rankings(tmp_path, date(2025, 12, 31)) == [three[2]]
    with pytest.raises(UsageError, match="none: the rules rank"):
        _back(tmp_path)


def test_after_going_back_a_promotion_is_what_the_next_step_back_leaves(tmp_path: Path, three: list[str]) -> None:
    _back(tmp_path, three[0], first_night=LATER)
    promote(tmp_path, three[2], who="A. Analyst", on=DAY, first_night=LATER)
    assert versions_in_use(timeline(tmp_path)) == ["rules", three[0], three[2]]
    assert _back(tmp_path, first_night=LATER) == three[0]


def test_a_person_holds_back_until_a_person_promotes(tmp_path: Path, three: list[str]) -> None:
    assert held_by_a_person(tmp_path) is None
    _back(tmp_path, "rules", first_night=LATER)
    held = held_by_a_person(tmp_path)
    assert held is not None
    assert (held.by_rules, held.who, held.reason) == (True, "B. Leder", "Listen ser forkert ud.")
    promote(tmp_path, three[0], who="A. Analyst", on=DAY, first_night=LATER)
    assert held_by_a_person(tmp_path) is None


def test_to_the_rules_without_a_first_night_begins_no_earlier_than_the_decision_in_force(
    tmp_path: Path, three: list[str]
) -> None:
    promote(tmp_path, three[0], who="A. Analyst", on=DAY, first_night=LATER)
    _back(tmp_path, "rules")
    decision = decision_for(tmp_path, LATER)
    assert decision is not None
    assert decision.by_rules


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"who": " "}, r"the name of the person who decides \(--by\); found nothing"),
        ({"reason": ""}, r"a reason for going back \(--reason\); found nothing"),
    ],
)
def test_nobody_and_nothing_decide_nothing(tmp_path: Path, three: list[str], given: dict[str, str], says: str) -> None:
    before = (tmp_path / "promotions.jsonl").read_bytes()
    words = {"who": "B. Leder", "reason": "Derfor.", **given}
    with pytest.raises(UsageError, match=says):
        roll_back(tmp_path, to=None, on=DAY, **words)
    assert (tmp_path / "promotions.jsonl").read_bytes() == before


def test_what_is_in_use_is_nothing_to_go_back_to(tmp_path: Path, three: list[str]) -> None:
    with pytest.raises(UsageError, match=f"{three[2]}, which is in use"):
        _back(tmp_path, three[2])


def test_a_shut_gate_is_not_passed_by_either_way_and_says_why(
    tmp_path: Path, three: list[str], trained: TrainedModel
) -> None:
    shut = replace(trained, gate=not_tested("The history is too short."))
    version = register(tmp_path, trained.model, _card(shut))
    says = r"a model whose gate is open; found The history is too short\."
    with pytest.raises(ModelError, match=says):
        promote(tmp_path, version, who="A. Analyst", on=DAY)
    with pytest.raises(ModelError, match=says):
        _back(tmp_path, version)
    assert version not in [each.version for each in decisions(tmp_path)]


def test_lines_of_an_earlier_format_are_read(tmp_path: Path, three: list[str]) -> None:
    line = {"version": three[0], "trained_as_of": "2025-01-01", "who": "test", "on": "2025-01-02"}
    (tmp_path / "promotions.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    (said,) = decisions(tmp_path)
    assert (said.first_night, said.kind, said.reason) == (FIRST, "promotion", "")
    assert _rankings(tmp_path, FIRST) == [three[0]]


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "promotions.jsonl").write_text('{"version": "m"}\n', "utf-8")
    with pytest.raises(ModelError, match=r"promotions\.jsonl, line 1"):
        decisions(tmp_path)
