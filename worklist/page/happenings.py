"""What happened to a tenancy: what the night tells, and what was typed in since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from worklist.cases.arrivals import Arrival
from worklist.cases.cases import CaseEvent
from worklist.cases.codes import ATTEMPTS, RESULTS
from worklist.page.code_words import word
from worklist.page.formats import amount, day
from worklist.page.night_case import Row
from worklist.page.site import DENMARK
from worklist.page.words import say
from worklist.wording import FEEDS

_TELLING_SENDERS = {"psychiatry", "substance_treatment", "police"}
_TELLING_CATEGORIES = {"substance_use", "mental_health", "discharge"}
"""What would tell of illness, substance use or crime: such a concern is shown as received, as in a night."""

REACHED = {"reached", "agreed", *(result.outcome for result in RESULTS.values() if result.reached and result.outcome)}
"""What a contact's detail is where the household was reached."""

GROUPS = {"notices": "notice", "concerns": "concern", "contacts": "contact"}


@dataclass(frozen=True)
class Happening:
    """Something that happened, by its codes; `fact` names it once and for all."""

    on: date
    known_on: date
    kind: str
    source: str
    fact: str
    amount_dkk: Decimal | None = None
    detail: str | None = None
    sender: str | None = None
    channel: str | None = None
    due_on: date | None = None

    @property
    def group(self) -> str | None:
        """Where it is drawn: notice, concern, contact or other; None for what the account shows already."""
        if self.source in ("rent_postings", "arrears") or self.kind == "intervention":
            return None
        return GROUPS.get(self.source, "other")

    def words(self, language: str) -> str:
        """It in a few words: what, in what way, how much, until when."""
        # The sender's name says more than its code; only codes of our own are looked up.
        parts = [
            word("case.channel", self.channel, language) if self.channel else "",
            word("case.detail", self.detail, language) if self.detail else "",
            amount(self.amount_dkk, language) if self.amount_dkk is not None else "",
            say("case.due_on", language, on=day(self.due_on, language)) if self.due_on else "",
        ]
        what = word("case.kind", self.kind, language)
        more = ", ".join(part for part in parts if part)
        return f"{what}: {more}" if more else what

    def source_words(self, language: str) -> str:
        """Who told it."""
        feed = FEEDS[self.source][language] if self.source in FEEDS else self.source
        if not self.sender:
            return feed
        sender = word("case.sender", self.sender, language) if self.source in ("concerns", "notices") else self.sender
        return f"{feed}, {sender}"


def happenings(told: Iterable[Row], history: Iterable[CaseEvent], arrived: Iterable[Arrival]) -> list[Happening]:
    """All of it, the newest first, each once: what was typed in and has come back with a night is the night's."""
    published = [_published(row) for row in told]
    known = {each.fact for each in published}
    typed = [each for event in history if event.kind == "contact" for each in _contact(event)]
    typed += [_concern(arrival) for arrival in arrived]
    new = [each for each in typed if each.fact not in known]
    return sorted([*published, *new], key=lambda each: (each.on, each.known_on, each.fact, each.kind), reverse=True)


def _published(row: Row) -> Happening:
    cells: dict[str, Any] = {name: row.get(name) for name in Happening.__dataclass_fields__}
    return Happening(**cells)


def _contact(event: CaseEvent) -> list[Happening]:
    """A contact as the night will tell it: itself, and what was agreed."""
    details = event.details
    agreed = details["intervention"] not in (None, "none")
    result = RESULTS[details["result"]]
    came_of_it = result.outcome or ("reached" if result.reached else "not_reached")
    shared: dict[str, Any] = {
        "on": date.fromisoformat(details["contacted_on"]),
        "known_on": event.at.astimezone(DENMARK).date(),
        "source": "contacts",
        "channel": ATTEMPTS[details["attempt"]].channel,
        "fact": f"contacts:{details['contact_no']}",
    }
    contact = Happening(kind="contact", detail="agreed" if agreed else came_of_it, **shared)
    return [contact, Happening(kind="intervention", detail=details["intervention"], **shared)] if agreed else [contact]


def _concern(arrival: Arrival) -> Happening:
    tells = arrival.sender in _TELLING_SENDERS or arrival.category in _TELLING_CATEGORIES
    return Happening(
        on=arrival.received_at.astimezone(DENMARK).date(),
        known_on=arrival.recorded_at.astimezone(DENMARK).date(),
        kind="acute_concern" if arrival.urgency == "acute" else "concern",
        source="concerns",
        fact=f"concerns:{arrival.concern_no}",
        detail=None if tells else arrival.category,
        sender=None if tells else arrival.sender,
    )
