"""What the reader of a list must know before it is read: that it is old, or that something is missing in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from worklist.page.formats import day
from worklist.page.site import Site
from worklist.page.words import say
from worklist.published import Night
from worklist.wording import source_status


@dataclass(frozen=True)
class Notice:
    """A sentence above the list: `kind` is warning or info."""

    kind: str
    title: str
    text: str


def notices(site: Site, night: Night, language: str) -> list[Notice]:
    """The night failed, the list is old, a source is missing or late, the rules rank: each where it is so."""
    found = [*_of_night(site.failed_on(), night, site.today(), language), *_of_sources(night, language)]
    facts = night.facts
    if facts.get("ranking") == "rules":
        why = (facts.get("why_rules") or {}).get(language) or ""
        found.append(Notice("info", say("today.rules_title", language), why))
    return found


def _of_night(failed_on: date | None, night: Night, today: date, language: str) -> list[Notice]:
    of = day(night.as_of, language)
    if failed_on is not None and failed_on > night.as_of:
        text = say("today.failed", language, day=of, failed=day(failed_on, language))
        return [Notice("warning", say("today.failed_title", language), text)]
    if night.as_of < today:
        text = say("today.old", language, day=of)
        return [Notice("warning", say("today.old_title", language), text)]
    return []


def _of_sources(night: Night, language: str) -> list[Notice]:
    named = [_source(one, language) for one in night.facts.get("missing_sources") or []]
    if not named:
        return []
    text = say("today.missing", language, sources="; ".join(dict.fromkeys(named)))
    return [Notice("warning", say("today.missing_title", language), text)]


def _source(one: Mapping[str, Any], language: str) -> str:
    told = source_status(one["feed"], one["status"], one["age_days"], language)
    return told if one["sender"] in (None, "*", "standard") else f"{told} ({one['sender']})"
