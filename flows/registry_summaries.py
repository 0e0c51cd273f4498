"""What a person reads about the models: the list with its decisions, and what a decision means."""

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from flows.home import Home
from flows.registry import Model, list_models
from flows.texts import text
from models.decisions import Decision, timeline

if TYPE_CHECKING:
    from flows.retrain import Training


def say_models(home: Home, *, as_json: bool, language: str) -> None:
    """After `models`: one row a version, then the decisions; or both as JSON."""
    told, said = list_models(home), timeline(home.models)
    if as_json:
        records = {"models": [_record(each) for each in told], "decisions": [asdict(each) for each in said]}
        json.dump(records, sys.stdout, ensure_ascii=False, indent=1, default=_plain)
        print()
        return
    _show_models(told, language)
    for decision in said:
        print(_decided(decision, language))


def say_decision(decision: Decision, *, language: str) -> None:
    """After `promote` and `rollback`: who ranks, and from which night on."""
    print(_decided(decision, language))
    if decision.kind == "rollback":
        print(text("rollback_stays", language))


def say_verdict(training: "Training", *, language: str) -> None:
    """After `retrain`: whether the model is in use, under which rule, or what keeps it from it."""
    if training.promoted:
        print(text("promoted_from", language, first_night=training.first_night))
        if training.rule != "strict":
            print(text("loose_rule", language, rule=training.rule))
            _print_points(training.strict_would_say.get(language, []))
    elif training.held:
        print(text(f"held_{training.held}", language))
    else:
        print(text("not_promoted", language))
        _print_points(training.shut.get(language, []))


def _print_points(sentences: list[str]) -> None:
    for sentence in sentences:
        print(f"  • {sentence}")


def _decided(decision: Decision, language: str) -> str:
    version = text("the_rules", language) if decision.by_rules else decision.version
    blanks = {"version": version, "first_night": decision.first_night, "who": decision.who, "on": decision.on}
    reason = f" {decision.reason}" if decision.reason else ""
    return text(f"decided_{decision.kind}", language, **blanks) + reason


def _show_models(told: list[Model], language: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=text("models_title", language), title_justify="left", show_lines=True)
    for heading in ("version", "trained", "state", "gate", "in_use_from", "by"):
        table.add_column(text(f"col_{heading}", language))
    for each in told:
        table.add_row(*_cells(each, language))
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


def _cells(model: Model, language: str) -> tuple[str, ...]:
    decided = model.decided
    return (
        model.version,
        _shown(model.trained_as_of),
        text(f"state_{model.state}", language) + (f"\n{model.found}" if model.found else ""),
        _gate(model, language),
        _shown(decided.first_night if decided else None),
        f"{decided.who}\n{decided.on}" if decided else "–",
    )


def _gate(model: Model, language: str) -> str:
    if model.gate_open is None:
        return "–"
    if model.gate_open:
        return text("gate_open", language, rule=model.gate_rule)
    key = "says" if language == "en" else f"says_{language}"
    return "\n".join(f"• {each[key] or each['says']}" for each in model.failed)


def _shown(day: date | None) -> str:
    return day.isoformat() if day else "–"


def _record(model: Model) -> dict[str, Any]:
    """A model as programs read it."""
    decided = model.decided
    return {
        "version": model.version,
        "trained_as_of": model.trained_as_of,
        "state": model.state,
        "gate_rule": model.gate_rule,
        "gate_open": model.gate_open,
        "no_verdict": model.no_verdict,
        "failed": model.failed,
        "promoted_by": decided.who if decided else None,
        "promoted_on": decided.on if decided else None,
        "first_night": decided.first_night if decided else None,
        "reason": decided.reason if decided else None,
        "found": model.found or None,
    }


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
