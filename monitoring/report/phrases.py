"""The record's words and the phrases that are filled into its text; what nobody wrote a word for stands as its code."""

import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from models.sentences import date_text
from monitoring.records import Measured
from monitoring.report import numbers
from monitoring.report.known import Known

_MISSING = object()

_FIRST_RULE = "not_worse_than_rules"
"""The rule of the cards that were written before there were two."""

_TOGETHER = re.compile(r"\+(?=.)")
"""Between groups that were counted together: "40-64+65+" are two."""


@cache
def written() -> dict[str, dict[str, str]]:
    """Every word by its key, then by language."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def say(key: str, language: str, *, or_else: object = _MISSING, **blanks: str) -> str:
    """The word `key`; `or_else` where nobody wrote it, and `KeyError` where that is not given."""
    if key not in written() and or_else is not _MISSING:
        return str(or_else)
    return written()[key][language].format(**blanks)


def attribute_of(record: Measured) -> str:
    """The attribute that a record's group is of (`sex` of `sex=F`); of a crossing the first."""
    return record.group.partition("=")[0]


def measure_name(record: Measured, known: Known, language: str) -> str:
    """What a measure is called; its code where it is not known."""
    own = say(f"measure_{record.measure}", language, or_else="")
    return own or known.words.get(f"measure_{record.measure}", {}).get(language, record.measure)


def measure_about(record: Measured, known: Known, language: str) -> str:
    """What a measure counts, in a sentence; nothing where none was written."""
    return known.words.get(f"about_{record.measure}", {}).get(language, "")


def stage_name(stage: str, language: str) -> str:
    """What a stage is called; its code where it is not known, a dash for none."""
    return say(f"stage_{stage}", language, or_else=stage) if stage else "–"


def group_name(record: Measured, known: Known, language: str) -> tuple[str, str]:
    """The attribute and the group in words: ('Køn', 'kvinder'); of what is counted together each by its name."""
    named = [_one(part, known, language) for part in record.group.split("&")]
    return " × ".join(attribute for attribute, _ in named), " × ".join(group for _, group in named)


def _one(part: str, known: Known, language: str) -> tuple[str, str]:
    attribute, _, group = part.partition("=")
    whole = _group(attribute, group, known, language)
    if whole is None:
        whole = " + ".join(_group(attribute, piece, known, language) or piece for piece in _TOGETHER.split(group))
    return known.words.get(f"attribute_{attribute}", {}).get(language, attribute), whole


def sender_name(name: str, known: Known, language: str) -> str:
    """A landlord or other sender as a number, the same in every table of a night: a landlord may be a person."""
    named = set()
    for record in known.records:
        for attribute, _, value in (part.partition("=") for part in record.group.split("&")):
            if attribute == "sender":
                named.add(value)
            elif attribute == "landlord":
                named.update(_TOGETHER.split(value))
    return say("sender", language, number=str(sorted(named - {"unknown"}).index(name) + 1))


def _group(attribute: str, group: str, known: Known, language: str) -> str | None:
    if group == "unknown":
        return say("unknown", language)
    if attribute == "landlord":
        return None if _TOGETHER.search(group) else sender_name(group, known, language)
    said = known.words.get(f"{attribute}_is_{group}")
    return said[language] if said else None


def phrases(known: Known, language: str) -> dict[str, str]:
    """What the text's blanks are filled with: the day, what ranked and why, the range, the window, the places."""
    settings, card = known.settings, known.card
    return {
        "day": date_text(known.as_of, language),
        "version": known.version,
        "ranked_by": _ranked_by(known, language),
        "ordered_by": say("ordered_by_model" if known.by_model else "ordered_by_rules", language),
        "why_rules": _why(known, language),
        "trained": _trained(known, language),
        "gate": _gate(known, language),
        "decided": _decided(known, language),
        "horizon": numbers.number(settings["horizon_days"], language),
        "capacity": numbers.number(settings["capacity"], language),
        "lots": numbers.number(settings["exploration_slots"], language),
        "outcome": ", ".join(say(f"value_{kind}", language, or_else=kind) for kind in settings["kinds"]),
        "features": numbers.number(len(card["features"]) if card else 0, language),
        "counted": "" if known.records else say("not_counted", language),
    }


def _ranked_by(known: Known, language: str) -> str:
    kind = "model" if known.by_model else "rules"
    return say(f"ranked_by_{kind}", language, version=known.version)


def _why(known: Known, language: str) -> str:
    if known.by_model:
        return ""
    why = known.facts.get("why_rules")
    told = why.get(language) if isinstance(why, dict) else why
    return say("why_rules", language, why=str(told).rstrip(".")) if told else ""


def _trained(known: Known, language: str) -> str:
    card = known.card
    if card is None:
        return say("not_trained", language)
    days = {
        "first": card["range"]["first_cut_off"],
        "last": card["range"]["last_cut_off"],
        "day": card["trained_as_of"],
    }
    told = {name: date_text(date.fromisoformat(day), language) for name, day in days.items()}
    return say("trained", language, family=card["family"], **told)


def _gate(known: Known, language: str) -> str:
    if known.card is None:
        return say("no_gate", language)
    found = known.card["gate"]
    return say(
        "gate_open" if found["open"] else "gate_shut",
        language,
        rule=say(f"rule_{found.get('rule', _FIRST_RULE)}", language),
    )


def _decided(known: Known, language: str) -> str:
    decision = known.decision
    if decision is None:
        return say("not_decided", language)
    # Neither who decided nor the reason, which is free text: both stand in the registry, and the record is public.
    on, first = (date_text(date.fromisoformat(decision[name]), language) for name in ("on", "first_night"))
    return say("decided", language, on=on, first=first)
