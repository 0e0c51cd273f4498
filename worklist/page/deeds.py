"""What the team did in a case, in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from worklist.cases.cases import CaseEvent
from worklist.page.code_words import word
from worklist.page.formats import day
from worklist.page.words import say

_NOTHING = (None, "", "none")


@dataclass(frozen=True)
class Deed:
    """One change of the case: who, when, what. `text`: what was written with it; empty for whoever may not read it."""

    who: str
    at: datetime
    kind: str
    words: str
    text: str


def deeds(history: list[CaseEvent], language: str, *, with_text: bool) -> list[Deed]:
    """All of them in words, the newest first."""
    return [
        Deed(event.who, event.at, event.kind, _words(event, language), _text(event) if with_text else "")
        for event in reversed(history)
    ]


def _words(event: CaseEvent, language: str) -> str:
    details = event.details
    if event.kind == "contact":
        return _contact(details, language)
    if event.kind == "outcome":
        outcome = word("case.outcome", details["outcome"], language)
        return say("case.did_outcome", language, outcome=outcome, on=_day(details["decided_on"], language))
    if event.kind == "mark":
        return say("case.did_mark", language, status=word("case.status", details["status"], language))
    if event.kind == "hand_over" and details.get("to"):
        return say("case.did_hand_over", language, to=details["to"])
    if event.kind == "snooze":
        return say("case.did_snooze", language, until=_day(details["until"], language))
    if event.kind == "plan" and details.get("on"):
        return say("case.did_plan", language, on=_day(details["on"], language))
    return word("case.did_bare", event.kind, language)


def _contact(details: dict[str, Any], language: str) -> str:
    attempt, result = (word(f"contact.{name}", details[name], language) for name in ("attempt", "result"))
    agreed = details.get("intervention")
    said = say("case.did_contact", language, attempt=attempt, result=result, on=_day(details["contacted_on"], language))
    if agreed in _NOTHING:
        return said
    return said + " " + say("case.did_agree", language, agreed=word("contact.intervention", str(agreed), language))


def _day(text: str, language: str) -> str:
    return day(date.fromisoformat(text), language)


def _text(event: CaseEvent) -> str:
    """What was written in free words."""
    names = {"note": "text", "plan": "action", "snooze": "reason"}
    return event.details.get(names.get(event.kind, "note")) or ""
