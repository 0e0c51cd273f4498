"""A concern typed into the page's form goes back to the inbox as a row of the feed `concerns`."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.vocabulary import FEEDS
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.outbox import REGISTERED_ON, put

_DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True, repr=False)
class Concern:
    """What the form holds; it has no repr, so that no log or error shows a person."""

    sender: str
    category: str
    urgency: str | None = None
    cpr: str | None = None
    name: str | None = None
    address: str | None = None
    postal_code: str | None = None
    text: str | None = None


def record_concern(database: Database, concern: Concern, received_at: datetime, form_no: str) -> str:
    """Put a concern on its way; its number. The same `form_no` (random, of the form shown) twice is one concern.

    `InputRefused` where a code is unknown, or nothing says whom it is about.
    """
    filled: dict[str, Any] = {key: (value or "").strip() or None for key, value in asdict(concern).items()}
    _check(filled)
    number = "form-" + hashlib.sha256(form_no.encode()).hexdigest()[:20]
    moment = received_at.astimezone(_DENMARK).replace(microsecond=0, tzinfo=None).isoformat()
    with database.writing() as session:
        cells = {"concern_no": number, "received_at": moment, REGISTERED_ON: moment[:10], **filled}
        put(session, "concerns", number, 1, cells)
    return number


def _check(filled: dict[str, Any]) -> None:
    for field in FEEDS["concerns"].fields:
        value = filled.get(field.name)
        if field.codes and not (value in field.codes or (value is None and not field.required)):
            raise _refused(f"{field.name}: one of {', '.join(field.codes)}", "another code", "Choose one of these.")
    if not (filled["cpr"] or (filled["name"] and filled["address"])):
        raise _refused("a CPR number, or a name and an address", "less", "Say whom it is about.")


def _refused(expected: str, found: str, remedy: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="concern form", remedy=remedy)
