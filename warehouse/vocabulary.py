"""The fourteen feeds of the source contract, and the one of our own page, declared once: columns, types, codes, keys.

Everything that knows a feed's shape (reading, checking, tables, layouts) reads it from here.
"""

from warehouse.fields import COMMON_FIELDS, Feed, Field, FieldType, Sensitivity

__all__ = ["COMMON_FIELDS", "EVERY_FEED", "FEEDS", "LINK_ANSWERS", "Feed", "Field", "FieldType", "Sensitivity"]

_T = FieldType
_WHO = Sensitivity.IDENTIFIES
_AUDIT = Sensitivity.PROTECTED
_CARE = Sensitivity.SENSITIVE


def _text(name: str, required: bool = False, sensitivity: Sensitivity = Sensitivity.NEUTRAL) -> Field:
    return Field(name, _T.TEXT, required, sensitivity=sensitivity)


def _code(name: str, *codes: str, required: bool = False, sensitivity: Sensitivity = Sensitivity.NEUTRAL) -> Field:
    return Field(name, _T.CODE, required, codes, sensitivity)


def _date(name: str, required: bool = False, sensitivity: Sensitivity = Sensitivity.NEUTRAL) -> Field:
    return Field(name, _T.DATE, required, sensitivity=sensitivity)


def _money(name: str, required: bool = False) -> Field:
    return Field(name, _T.MONEY, required)


def _boolean(name: str, required: bool = False, sensitivity: Sensitivity = Sensitivity.NEUTRAL) -> Field:
    return Field(name, _T.BOOLEAN, required, sensitivity=sensitivity)


def _integer(name: str, sensitivity: Sensitivity = Sensitivity.NEUTRAL) -> Field:
    return Field(name, _T.INTEGER, sensitivity=sensitivity)


def _cpr(required: bool = False) -> Field:
    return Field("cpr", _T.CPR, required, sensitivity=_WHO)


_NAME = _text("name", sensitivity=_WHO)
_ADDRESS = _text("address", sensitivity=_WHO)
_POSTAL_CODE = _text("postal_code")

_FEEDS = (
    Feed(
        "persons",
        (
            _cpr(required=True),
            _text("name", required=True, sensitivity=_WHO),
            _date("birth_date", sensitivity=_WHO),
            _code("sex", "F", "M", "X", sensitivity=_AUDIT),
            _code("origin", "danish", "greenlandic", "western", "non_western", sensitivity=_AUDIT),
            _code(
                "household",
                "single",
                "single_with_children",
                "couple",
                "couple_with_children",
                "other",
                sensitivity=_AUDIT,
            ),
            _integer("children", sensitivity=_AUDIT),
            _ADDRESS,
            _POSTAL_CODE,
            _boolean("protected"),
            _date("deceased_on"),
            _date("left_municipality_on"),
        ),
        ("cpr",),
    ),
    Feed(
        "tenancies",
        (
            _text("landlord", required=True),
            _text("tenancy_no", required=True),
            _text("estate"),
            _cpr(),
            _text("name", required=True, sensitivity=_WHO),
            _text("address", required=True, sensitivity=_WHO),
            _text("postal_code", required=True),
            _date("moved_in_on", required=True),
            _date("moved_out_on"),
            _money("monthly_rent_dkk", required=True),
            _code("dwelling", "family", "youth", "elderly", "special"),
            _code("tenure", "non_profit", "private", "municipal"),
            _integer("rooms"),
            Field("size_m2", _T.DECIMAL),
            _boolean("municipal_referral"),
            _date("rent_reduction_ends_on"),
        ),
        ("landlord", "tenancy_no"),
    ),
    Feed(
        "rent_postings",
        (
            _text("landlord", required=True),
            _text("posting_no", required=True),
            _text("tenancy_no", required=True),
            _date("posted_on", required=True),
            _date("due_on"),
            _code("kind", "charge", "payment", "fee", "adjustment", "write_off", required=True),
            _money("amount_dkk", required=True),
        ),
        ("landlord", "posting_no"),
    ),
    Feed(
        "arrears",
        (
            _text("landlord", required=True),
            _text("tenancy_no", required=True),
            _date("stated_on", required=True),
            _money("arrears_dkk", required=True),
            _date("oldest_due_on"),
            _integer("reminders"),
            _boolean("payment_plan"),
        ),
        ("landlord", "tenancy_no", "stated_on"),
    ),
    Feed(
        "notices",
        (
            _code("source", "landlord", "bailiff_court", required=True),
            _text("notice_no", required=True),
            _code(
                "kind",
                "payment_demand",
                "termination",
                "court_request",
                "court_hearing",
                "onsite_scheduled",
                "withdrawn",
                "settled",
                "paid",
                "moved_out",
                "evicted",
                required=True,
            ),
            _date("issued_on", required=True),
            _date("deadline_on"),
            _date("hearing_on"),
            _money("amount_dkk"),
            _code("ground", "arrears", "conduct", "other"),
            _text("landlord"),
            _text("tenancy_no"),
            _NAME,
            _ADDRESS,
            _POSTAL_CODE,
        ),
        ("source", "notice_no"),
    ),
    Feed(
        "concerns",
        (
            _text("concern_no", required=True),
            Field("received_at", _T.TIMESTAMP, required=True),
            _code(
                "sender",
                "landlord",
                "job_centre",
                "benefits_office",
                "shelter",
                "drop_in_centre",
                "psychiatry",
                "substance_treatment",
                "police",
                "citizen",
                "relative",
                "other",
                required=True,
                sensitivity=_CARE,
            ),
            _code(
                "category",
                "rent_arrears",
                "neighbour_conflict",
                "substance_use",
                "mental_health",
                "divorce",
                "discharge",
                "sanction_risk",
                "other",
                required=True,
                sensitivity=_CARE,
            ),
            _code("urgency", "low", "normal", "high", "acute"),
            _cpr(),
            _NAME,
            _ADDRESS,
            _POSTAL_CODE,
            _text("text", sensitivity=_WHO),
        ),
        ("concern_no",),
    ),
    Feed(
        "sanctions",
        (
            _text("sanction_no", required=True),
            _cpr(required=True),
            _code("kind", "warning", "deduction", "cessation", required=True),
            _date("decided_on", required=True),
            _date("effective_from"),
            _money("amount_dkk"),
        ),
        ("sanction_no",),
    ),
    Feed(
        "benefits",
        (
            _cpr(required=True),
            _code(
                "kind",
                "cash_benefit",
                "education_benefit",
                "self_support_benefit",
                "resource_benefit",
                "sickness_benefit",
                "disability_pension",
                "state_pension",
                "partial_pension",
                "housing_benefit",
                "unemployment_benefit",
                "other",
                required=True,
            ),
            _date("valid_from", required=True),
            _date("valid_to"),
            _money("monthly_dkk"),
        ),
        ("cpr", "kind", "valid_from"),
    ),
    Feed(
        "benefit_applications",
        (
            _text("application_no", required=True),
            _cpr(required=True),
            _code(
                "kind",
                "deposit_loan",
                "single_payment",
                "moving_costs",
                "rent_help_81a",
                "other",
                required=True,
            ),
            _date("applied_on", required=True),
            _date("decided_on"),
            _code("outcome", "granted", "refused", "withdrawn"),
            _money("amount_dkk"),
        ),
        ("application_no",),
    ),
    Feed(
        "shelter_stays",
        (
            _text("stay_no", required=True),
            _cpr(required=True),
            _text("shelter", required=True),
            _date("checked_in_on", required=True),
            _date("checked_out_on"),
        ),
        ("stay_no",),
    ),
    Feed(
        "support_courses",
        (
            _text("course_no", required=True),
            _cpr(required=True),
            _code("method", "ICM", "CTI", "ACT", "M_ACT", "SEL85", "SEL99", "aftercare", required=True),
            _date("started_on", required=True),
            _date("ended_on"),
            _code("end_reason", "completed", "missed_appointments", "declined", "moved", "other"),
        ),
        ("course_no",),
    ),
    Feed(
        "missed_appointments",
        (
            _cpr(required=True),
            _code(
                "service",
                "job_centre",
                "support",
                "substance_treatment",
                "local_psychiatry",
                "other",
                required=True,
                sensitivity=_CARE,
            ),
            _date("missed_on", required=True),
        ),
        ("cpr", "service", "missed_on"),
    ),
    Feed(
        "discharges",
        (
            _text("discharge_no", required=True),
            _cpr(required=True),
            _code("ward", "psychiatric", "somatic", "prison", required=True, sensitivity=_CARE),
            _date("discharged_on", required=True),
            _date("notified_on"),
        ),
        ("discharge_no",),
    ),
    Feed(
        "contacts",
        (
            _text("contact_no", required=True),
            _text("landlord"),
            _text("tenancy_no"),
            _cpr(),
            _date("contacted_on", required=True),
            _code(
                "channel",
                "letter",
                "digital_post",
                "sms",
                "phone",
                "visit",
                "via_landlord",
                "via_caseworker",
                required=True,
            ),
            _boolean("reached", required=True),
            _code(
                "intervention",
                "payment_plan",
                "rent_help_81a",
                "single_payment",
                "administration_agreement",
                "debt_counselling",
                "housing_benefit_applied",
                "budget_advice",
                "support_referral",
                "cheaper_home",
                "none",
            ),
            _code("outcome", "agreed", "declined", "solves_self", "not_reached", "wrong_person", "moved"),
        ),
        ("contact_no",),
    ),
)

FEEDS: dict[str, Feed] = {feed.name: feed for feed in _FEEDS}
"""Every feed by its name, in the contract's order."""

LINK_ANSWERS = Feed(
    "link_answers",
    (
        _code("feed", "notices", "concerns", "tenancies", required=True),
        _text("record_key", required=True),
        _code("answer", "linked", "nobody_here", required=True),
        _text("landlord"),
        _text("tenancy_no"),
        _text("person_id"),
    ),
    ("feed", "record_key"),
)
"""What the team answered of a record that could not be linked by itself: whom it is about, or nobody of ours.

No municipality delivers it: the page does, into the same inbox. It is no source that could be switched off, so the
source register does not know it (DECISIONS 27).
"""

EVERY_FEED: dict[str, Feed] = {**FEEDS, LINK_ANSWERS.name: LINK_ANSWERS}
"""Everything that can lie in the inbox."""
