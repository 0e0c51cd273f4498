"""What notices, contacts, benefits and the home say, worked out a second time from the facts in force."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.facts_again import Facts, Row, Tenancy
from models.sentences import Evidence

_CASH = {"cash_benefit", "education_benefit", "self_support_benefit"}
_PENSION = {"disability_pension", "state_pension", "partial_pension"}
_TRANSFER = {"resource_benefit", "sickness_benefit", "other"}
_ANSWERS = ("withdrawn", "settled", "paid")
_COURT = ("court_request", "court_hearing", "onsite_scheduled")
_LONGEST_CASE = timedelta(days=540)


def other_evidence(code: str, facts: Facts, tenancy: Tenancy) -> Evidence | None:
    """What an evidence of anything but the account must say; None for an unknown code."""
    told = _TELLING.get(code)
    return None if told is None else told(code, facts, tenancy)


def _latest(
    feed: str, day: str, months: int, *, key: str, code: str | None = None, amount: str | None = None, **wanted: Any
) -> Callable[[str, Facts, Tenancy], Evidence]:
    """The latest fact of a feed in so many months, how many there are, and its code and amount."""

    def told(name: str, facts: Facts, tenancy: Tenancy) -> Evidence:
        rows = [
            row
            for row in facts.tenancy(feed, tenancy)
            if row[day] is not None
            and facts.back(months) <= row[day] < facts.as_of
            and all(row[column] in values for column, values in wanted.items())
        ]
        on = max(row[day] for row in rows)
        last = max((row for row in rows if row[day] == on), key=lambda row: row[key])
        return Evidence(name, on, last[amount] if amount else None, len(rows), last[code] if code else None)

    return told


def _notices(facts: Facts, tenancy: Tenancy) -> list[Row]:
    return [row for row in facts.of_tenancy["notices"].get(tenancy, []) if row["issued_on"] < facts.as_of]


def _open(facts: Facts, notices: list[Row], kinds: tuple[str, ...]) -> list[Row]:
    """The notices of the kinds that none has answered and that are not too old to stand."""
    answered = max((row["issued_on"] for row in notices if row["kind"] in _ANSWERS), default=date.min)
    since = facts.as_of - _LONGEST_CASE
    standing = [row for row in notices if row["kind"] in kinds and row["issued_on"] >= since]
    return [row for row in standing if row["issued_on"] > answered]


def _notice(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    notices = _notices(facts, tenancy)
    own = [row for row in notices if row["kind"] == code and row["issued_on"] >= facts.back(24)]
    on = max(row["issued_on"] for row in own)
    last = max((row for row in own if row["issued_on"] == on), key=lambda row: row["reference"])
    if code == "payment_demand":
        return Evidence(code, on, last["amount_dkk"], len(own))
    kinds = (*_COURT, "termination") if code == "termination" else _COURT
    return Evidence(code, on, last["amount_dkk"], len(own), "open" if _open(facts, notices, kinds) else "earlier")


def _hearing(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    dated = [
        row
        for row in _open(facts, _notices(facts, tenancy), ("court_hearing", "onsite_scheduled"))
        if row["hearing_on"] or row["deadline_on"]
    ]
    on = max(row["issued_on"] for row in dated)
    last = min((row for row in dated if row["issued_on"] == on), key=lambda row: row["reference"])
    return Evidence(code, last["hearing_on"] or last["deadline_on"], code=last["kind"])


def _concern(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows = [
        row
        for row in facts.tenancy("concerns", tenancy)
        if facts.back(6) <= row["received_at"].date() < facts.as_of
        and row["sender"] not in ("psychiatry", "substance_treatment", "police")
        and row["category"] not in ("substance_use", "mental_health", "discharge")
    ]
    last = max(rows, key=lambda row: (row["received_at"], row["concern_no"]))
    return Evidence(code, last["received_at"].date(), None, len(rows), last["sender"])


def _contact(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows = [
        row
        for row in facts.tenancy("contacts", tenancy)
        if facts.back(12) <= row["contacted_on"] < facts.as_of and row["outcome"] != "wrong_person"
    ]
    last = max(rows, key=lambda row: (row["contacted_on"], row["contact_no"]))
    assert (last["outcome"] == "agreed") == (code == "agreement")
    word = last["outcome"] if code == "earlier_contact" else last["intervention"]
    return Evidence(code, last["contacted_on"], None, len(rows), None if word == "none" else word)


def _no_notice(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    assert not [row for row in _notices(facts, tenancy) if row["issued_on"] >= facts.back(24)]
    return Evidence(code)


def _settled(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows = [row for row in _notices(facts, tenancy) if row["kind"] in _ANSWERS and row["issued_on"] >= facts.back(24)]
    on = max(row["issued_on"] for row in rows)
    last = min((row for row in rows if row["issued_on"] == on), key=lambda row: (row["source"], row["notice_no"]))
    return Evidence(code, on, code=last["kind"])


def _benefits(facts: Facts, tenancy: Tenancy) -> list[Row]:
    return [row for row in facts.tenancy("benefits", tenancy) if row["valid_from"] < facts.as_of]


def _monthly(rows: list[Row], day: date, *, now: bool) -> Decimal:
    """What comes in a month on a day."""
    running = [
        row["monthly_dkk"]
        for row in rows
        if (now or row["valid_from"] < day) and (row["valid_to"] is None or row["valid_to"] >= day)
    ]
    return sum((amount for amount in running if amount is not None), Decimal(0))


def _family(kind: str) -> str:
    families = (("cash", _CASH), ("pension", _PENSION), ("transfer", _TRANSFER))
    return next((name for name, kinds in families if kind in kinds), kind)


def _ended(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows = _benefits(facts, tenancy)
    ended = [
        row
        for row in rows
        if row["valid_to"] is not None and facts.back(12) <= row["valid_to"] < facts.as_of and not _followed(row, rows)
    ]
    last = max(ended, key=lambda row: (row["valid_to"], row["kind"]))
    return Evidence(code, last["valid_to"], None, len(ended), last["kind"])


def _followed(row: Row, rows: list[Row]) -> bool:
    return any(
        other["person_id"] == row["person_id"]
        and _family(other["kind"]) == _family(row["kind"])
        and other["valid_from"] <= row["valid_to"] + timedelta(days=31)
        and (other["valid_to"] is None or other["valid_to"] > row["valid_to"])
        for other in rows
    )


def _benefit_change(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows, then = _benefits(facts, tenancy), facts.back(6)
    fallen = _monthly(rows, then, now=False) - _monthly(rows, facts.as_of, now=True)
    if code == "benefit_rise":
        return Evidence(code, None, -fallen)
    lately = [row for row in rows if row["valid_to"] is None or row["valid_to"] >= then]
    changed = [row["valid_from"] for row in lately]
    changed += [row["valid_to"] for row in lately if row["valid_to"] and row["valid_to"] < facts.as_of]
    return Evidence(code, max(changed), fallen)


def _burden(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rent = _home(facts, tenancy)["monthly_rent_dkk"]
    now = _monthly(_benefits(facts, tenancy), facts.as_of, now=True)
    # Halves are rounded up, as the database rounds.
    return Evidence(code, None, rent, int(100 * rent / now + Decimal("0.5")))


def _home(facts: Facts, tenancy: Tenancy) -> Row:
    return facts.by_reference[f"tenancies:{tenancy[0]}/{tenancy[1]}"]


def _moved_in(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    day = _home(facts, tenancy)["moved_in_on"]
    birthdays = (facts.as_of.month, facts.as_of.day) < (day.month, day.day)
    years = facts.as_of.year - day.year - birthdays
    return Evidence(code, day, None, years if code == "long_tenancy" else None)


def _reduction(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    return Evidence(code, _home(facts, tenancy)["rent_reduction_ends_on"])


def _pending(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    rows = [
        row
        for row in facts.tenancy("benefit_applications", tenancy)
        if row["applied_on"] < facts.as_of and (row["decided_on"] is None or row["decided_on"] >= facts.as_of)
    ]
    first = min(rows, key=lambda row: (row["applied_on"], row["reference"]))
    return Evidence(code, first["applied_on"], None, len(rows), first["kind"])


def _practice(code: str, facts: Facts, tenancy: Tenancy) -> Evidence:
    active = sum(1 for landlord, _ in facts.residents if landlord == tenancy[0])
    ended = sum(
        row["kind"] == "termination" and facts.back(12) <= row["issued_on"] < facts.as_of
        for other, rows in facts.of_tenancy["notices"].items()
        for row in (rows if other[0] == tenancy[0] else ())
    )
    return Evidence(code, None, None, int(Decimal(1000 * ended) / active + Decimal("0.5")))


_TELLING: dict[str, Callable[[str, Facts, Tenancy], Evidence]] = {
    "payment_demand": _notice,
    "termination": _notice,
    "court_request": _notice,
    "hearing": _hearing,
    "concern": _concern,
    "earlier_contact": _contact,
    "agreement": _contact,
    "no_notice": _no_notice,
    "settled_case": _settled,
    "sanction": _latest("sanctions", "decided_on", 12, key="sanction_no", code="kind", amount="amount_dkk"),
    "benefit_ended": _ended,
    "benefit_drop": _benefit_change,
    "benefit_rise": _benefit_change,
    "rent_burden": _burden,
    "rent_covered": _burden,
    "application_pending": _pending,
    "application_refused": _latest(
        "benefit_applications", "decided_on", 12, key="application_no", code="kind", outcome=("refused",)
    ),
    "application_granted": _latest(
        "benefit_applications", "decided_on", 12, key="application_no", code="kind", outcome=("granted",)
    ),
    "support_ended": _latest("support_courses", "ended_on", 24, key="course_no", code="end_reason"),
    "support_missed": _latest(
        "missed_appointments", "missed_on", 6, key="service", service=("job_centre", "support", "other")
    ),
    "shelter_stay": _latest("shelter_stays", "checked_in_on", 24, key="stay_no"),
    "new_tenancy": _moved_in,
    "long_tenancy": _moved_in,
    "municipal_referral": _moved_in,
    "rent_reduction_ends": _reduction,
    "landlord_practice": _practice,
}
