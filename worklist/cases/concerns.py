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
from worklist.cases.tables import ArrivalRow

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


def record_concern(
    database: Database,
    concern: Concern,
    received_at: datetime,
    form_no: str,
    *,
    by: str = "",
    recorded_at: datetime | None = None,
    tenancy: tuple[str, str] | None = None,
) -> str:
    """Put a concern on its way; its number. The same `form_no` (random, of the form shown) twice is one concern.

    `by`: who typed or sent it, and `recorded_at` when, where it was received before that. `tenancy`: whose it is where
    that is clear already; the list then shows it at once. `InputRefused` where a code is unknown, or nothing says whom
    it is about.
    """
    filled: dict[str, Any] = {key: (value or "").strip() or None for key, value in asdict(concern).items()}
    _check(filled)
    number = "form-" + hashlib.sha256(form_no.encode()).hexdigest()[:20]
    moments = {"received_at": received_at, "recorded_at": recorded_at or received_at}
    codes = {name: filled[name] for name in ("sender", "category", "urgency")}
    landlord, tenancy_no = tenancy or (None, None)
    with database.writing() as session:
        if session.get(ArrivalRow, number) is None:
            whose = {"landlord": landlord, "tenancy_no": tenancy_no, "recorded_by": by}
            session.add(ArrivalRow(concern_no=number, **moments, **codes, **whose))
            put(session, "concerns", number, 1, {"concern_no": number, **_days(**moments), **filled})
    return number


def _days(received_at: datetime, recorded_at: datetime) -> dict[str, str]:
    """When it was received and from when on it is known, as the feed has them."""
    received = received_at.astimezone(_DENMARK).replace(microsecond=0, tzinfo=None)
    return {"received_at": received.isoformat(), REGISTERED_ON: recorded_at.astimezone(_DENMARK).date().isoformat()}


def _check(filled: dict[str, Any]) -> None:
    for field in FEEDS["concerns"].fields:
        value = filled.get(field.name)
        if field.codes and not (value in field.codes or (value is None and not field.required)):
            raise _refused(f"{field.name}: one of {', '.join(field.codes)}", "another code", "Choose one of these.")
    if not (filled["cpr"] or (filled["name"] and filled["address"])):
        raise _refused("a CPR number, or a name and an address", "less", "Say whom it is about.")


def _refused(expected: str, found: str, remedy: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="concern form", remedy=remedy)
