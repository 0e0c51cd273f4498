"""Who ranks which nights: a list of decisions that only grows, made by named persons or by `bovagt retrain`.

    models/promotions.jsonl    one line a decision: kind, version, trained_as_of, first_night, who, on, reason

A decision counts for the nights from `first_night` on, until a later one does. It never reaches back: whoever writes
one gives a first night that was not published yet, so every night of the past keeps the ranking that it had.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from models.gate import shut_because
from models.registry import Registered, load, write_whole
from warehouse.errors import ModelError, UsageError

PROMOTIONS_FILE = "promotions.jsonl"

RULES_RANK = "rules"
"""The version that stands in a decision to let the written rules rank."""

Kind = Literal["promotion", "rollback"]


@dataclass(frozen=True)
class Decision:
    """A decision that a version, or the rules, rank the nights from `first_night` on.

    `who` made it on the day `on`. `trained_as_of` is None for the rules; a rollback always has a `reason`.
    """

    version: str
    trained_as_of: date | None
    first_night: date
    who: str
    on: date
    kind: Kind = "promotion"
    reason: str = ""

    @property
    def by_rules(self) -> bool:
        """Whether the rules rank."""
        return self.version == RULES_RANK


def promote(
    directory: Path, version: str, *, who: str, on: date, first_night: date | None = None, reason: str = ""
) -> Decision:
    """Let `version` rank the nights from `first_night` on: never one before the day it was trained as of.

    `ModelError` where it is missing, or its gate is shut (the message says which conditions failed, and by how much);
    `UsageError` where `who` names nobody.
    """
    card = load(directory, version).card
    _refuse_shut(version, card)
    first = first_night or date.fromisoformat(card["trained_as_of"])
    return _decide(directory, card, Decision(version, None, first, who.strip(), on, "promotion", reason.strip()))


def roll_back(
    directory: Path, *, to: str | None, who: str, on: date, reason: str, first_night: date | None = None
) -> Decision:
    """Go back to the version before the one in use, to the version `to`, or to the rules (`to` = 'rules').

    A version that ranked before may rank again, whatever the gate says now; for another one its gate must be open.
    `UsageError` where nothing was ever in use, `to` is in use already, or `who` or `reason` says nothing.
    """
    said = timeline(directory)
    history = versions_in_use(said)
    target = to if to is not None else _version_before(history)
    if target == history[-1]:
        raise _refused("another version than the one in use", f"{target}, which is in use")
    _require_words(reason, "a reason for going back (--reason)")
    card = None if target == RULES_RANK else load(directory, target).card
    if card is not None and target not in {each.version for each in said}:
        _refuse_shut(target, card)
    first = first_night or max([on, *(each.first_night for each in said[-1:])])
    return _decide(directory, card, Decision(target, None, first, who.strip(), on, "rollback", reason.strip()))


def decisions(directory: Path) -> list[Decision]:
    """Every decision, from the first to the latest."""
    path = directory / PROMOTIONS_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [_decision(line, number) for number, line in enumerate(lines, 1)]


def timeline(directory: Path) -> list[Decision]:
    """Every decision by the night that it begins with; of those that begin alike the one made last comes last."""
    return sorted(decisions(directory), key=lambda each: each.first_night)


def decision_for(directory: Path, as_of: date) -> Decision | None:
    """The decision that counts for the night of `as_of`: of those that reach it, the one that begins last."""
    reaching = [each for each in timeline(directory) if each.first_night <= as_of]
    return reaching[-1] if reaching else None


def champion(directory: Path, as_of: date) -> Registered | None:
    """The model that ranks the night of `as_of`; None where the rules do, by decision or for want of one.

    `ModelError` where its files are missing or were changed.
    """
    decision = decision_for(directory, as_of)
    return None if decision is None or decision.by_rules else load(directory, decision.version)


def held_by_a_person(directory: Path) -> Decision | None:
    """The latest decision where it is a rollback: a person took a model out of use, and no program undoes that."""
    said = timeline(directory)
    return said[-1] if said and said[-1].kind == "rollback" else None


def versions_in_use(said: Sequence[Decision]) -> list[str]:
    """What is in use (last) and what going back leads to before it, down to the rules.

    A promotion is put on top; a rollback takes off down to its version. So going back twice goes two versions back.
    """
    stack: list[str] = [RULES_RANK]
    for decision in said:
        if decision.kind == "rollback" and decision.version in stack:
            del stack[stack.index(decision.version) + 1 :]
        elif stack[-1] != decision.version:
            stack.append(decision.version)
    return stack


def _version_before(history: list[str]) -> str:
    if len(history) < 2:
        raise _refused("a version that is in use, to go back from", "none: the rules rank")
    return history[-2]


def _decide(directory: Path, card: Mapping[str, Any] | None, decision: Decision) -> Decision:
    """Write the decision down; it begins on no night before the day that the model was trained as of."""
    _require_words(decision.who, "the name of the person who decides (--by)")
    if card is not None:
        trained = date.fromisoformat(card["trained_as_of"])
        decision = replace(decision, trained_as_of=trained, first_night=max(decision.first_night, trained))
    return _append(directory / PROMOTIONS_FILE, decision)


def _refuse_shut(version: str, card: Mapping[str, Any]) -> None:
    if not card["gate"]["open"]:
        raise ModelError(
            expected="a model whose gate is open",
            found="; ".join(shut_because(card["gate"]["conditions"])),
            where=version,
            remedy="It stays registered; the version before it, or the rules, go on ranking.",
        )


def _require_words(words: str, expected: str) -> None:
    if not words.strip():
        raise _refused(expected, "nothing")


def _refused(expected: str, found: str) -> UsageError:
    return UsageError(
        expected=expected, found=found, where="the decision", remedy="See bovagt models; nothing was changed."
    )


def _append(path: Path, decision: Decision) -> Decision:
    """Add a line; by writing beside, so that no line is ever half. Gives the decision that stands.

    Where the latest line says the same already, from the same night or an earlier one, nothing is added.
    """
    said = decisions(path.parent)
    if said and _what(said[-1]) == _what(decision) and said[-1].first_night <= decision.first_night:
        return said[-1]
    line = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(decision).items()}
    before = path.read_bytes() if path.exists() else b""
    write_whole(path, before + json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return decision


def _what(decision: Decision) -> tuple[str, ...]:
    return (decision.kind, decision.version, decision.who, decision.reason)


def _decision(line: str, number: int) -> Decision:
    try:
        said = json.loads(line)
        trained = date.fromisoformat(said["trained_as_of"]) if said["trained_as_of"] else None
        first = said.get("first_night") or said["trained_as_of"]
        kind, reason = said.get("kind", "promotion"), said.get("reason", "")
        days = (date.fromisoformat(first), date.fromisoformat(said["on"]))
        return Decision(said["version"], trained, days[0], said["who"], days[1], kind, reason)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            expected="a decision: version, trained_as_of, who, on",
            found="a line that cannot be read",
            where=f"{PROMOTIONS_FILE}, line {number}",
            remedy="Restore the file from a copy; lines are only ever added.",
        ) from error
