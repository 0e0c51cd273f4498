"""What a person does with the models of a municipality: look at them, put one to use, go back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.first_night import first_night, newest_night
from flows.home import Home
from flows.runs import exclusive, recorded
from flows.settings import read_settings, read_sources
from models.decisions import (
    RULES_RANK,
    Decision,
    decisions,
    promote,
    roll_back,
    timeline,
    versions_in_use,
)
from models.registry import load, versions
from models.rules import RULES_VERSION
from warehouse.errors import ModelError, UsageError


@dataclass(frozen=True)
class Model:
    """A registered version, or the rules, and what is to be said of it.

    `state`: champion (ranks the nights to come), challenger (scored beside it), retired, or broken (`found` says
    why). `gate_open` is None for the rules and where it cannot be read; `failed` holds the required conditions that
    failed: name, says, says_da, short_by. `decided` is the latest decision for it.
    """

    version: str
    trained_as_of: date | None
    state: str
    gate_rule: str | None
    gate_open: bool | None
    no_verdict: bool
    failed: list[dict[str, Any]]
    decided: Decision | None
    found: str = ""


def list_models(home: Home) -> list[Model]:
    """The rules and every registered version, the latest first, with its state for the nights to come."""
    said = timeline(home.models)
    by_model = read_settings(home).ranking.tier == "model"
    in_use = versions_in_use(said)[-1] if by_model else RULES_RANK
    latest = {each.version: each for each in decisions(home.models)}
    told = [_model(home, version, latest.get(version)) for version in reversed(versions(home.models))]
    states = _states(home, told, in_use)
    state = "champion" if in_use == RULES_RANK else "challenger"
    rules = Model(RULES_VERSION, None, state, None, None, False, [], latest.get(RULES_RANK))
    return [rules, *(_with_state(each, states[each.version]) for each in told)]


def promote_version(home: Home, version: str, *, who: str, reason: str, day: date, wanted: date | None) -> Decision:
    """Let a registered version rank from the first night that was not published yet, or from a later one `wanted`."""
    with exclusive(home), recorded(home, "promote", None):
        _refuse_unknown(home, version)
        first = _first(home, day, wanted)
        return promote(home.models, version, who=_person(who), on=day, first_night=first, reason=reason)


def roll_back_to(home: Home, to: str | None, *, who: str, reason: str, day: date, wanted: date | None) -> Decision:
    """Go back to the version before, to `to`, or to the rules, from the first night that was not published yet."""
    with exclusive(home), recorded(home, "rollback", None):
        if to is not None and to != RULES_RANK:
            _refuse_unknown(home, to)
        first = _first(home, day, wanted)
        return roll_back(home.models, to=to, who=_person(who), on=day, reason=reason, first_night=first)


def _first(home: Home, day: date, wanted: date | None) -> date:
    """The first night of a person's decision: after every published night, and not before the decision in force.

    `UsageError` where an earlier one is `wanted`.
    """
    newest, said = newest_night(home), timeline(home.models)
    in_force = said[-1].first_night if said else None
    earliest = first_night(home, in_force) if in_force else (first_night(home, newest) if newest else None)
    if wanted is not None and earliest is not None and wanted < earliest:
        raise UsageError(
            expected=f"a night from {earliest} on: what was published or decided before stays as it is",
            found=wanted.isoformat(),
            where="--from",
            remedy="Leave --from out, and the decision counts from the first night that it can.",
        )
    return wanted or earliest or day


def _person(who: str) -> str:
    """The name of whoever decides; a program's name is none."""
    if who.strip().lower().startswith("bovagt"):
        raise UsageError(
            expected="the name of the person who decides",
            found="the name of a program",
            where="--by",
            remedy="Give your own name; it is kept with the decision.",
        )
    return who


def _refuse_unknown(home: Home, version: str) -> None:
    known = versions(home.models)
    if version not in known:
        raise UsageError(
            expected="a registered version",
            found=f"{version}; there are: {', '.join(known) or 'none'}",
            where="the registry",
            remedy="Name one of these (bovagt models shows them), or train one (bovagt retrain).",
        )


def _model(home: Home, version: str, decided: Decision | None) -> Model:
    try:
        registered = load(home.models, version)
    except ModelError as error:
        return Model(version, None, "broken", None, None, False, [], decided, error.found)
    gate = registered.card["gate"]
    failed = [
        {"name": c["name"], "says": c["says"], "says_da": c.get("says_da", ""), "short_by": c.get("short_by")}
        for c in gate["conditions"]
        if c["required"] and not c["holds"]
    ]
    withdrawn = sorted(set(registered.sources) - read_sources(home).grounded)
    return Model(
        version,
        registered.trained_as_of,
        "retired" if withdrawn else "registered",
        gate.get("rule"),
        gate["open"],
        gate.get("no_verdict", False),
        failed,
        decided,
        f"no ground for {', '.join(withdrawn)}" if withdrawn else "",
    )


def _states(home: Home, told: list[Model], in_use: str) -> dict[str, str]:
    """The state of each version: the latest that can be used are scored beside the one in use."""
    scored = [each.version for each in told if each.state == "registered" and each.version != in_use]
    settings = read_settings(home).ranking
    beside = set(scored[: settings.challengers]) if settings.tier == "model" else set()
    states = {each.version: "challenger" if each.version in beside else "retired" for each in told}
    broken = {each.version: "broken" for each in told if each.state == "broken"}
    return states | {in_use: "champion"} | broken


def _with_state(model: Model, state: str) -> Model:
    return Model(**{**vars(model), "state": state})
