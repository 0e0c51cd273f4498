"""The words of the list: bands, freshness and headings, in Danish and English."""

from collections.abc import Iterable, Mapping
from typing import Any

BANDS = (
    ("very_high", 0.01, {"da": "meget høj", "en": "very high"}),
    ("high", 0.05, {"da": "høj", "en": "high"}),
    ("raised", 0.15, {"da": "forhøjet", "en": "raised"}),
    ("low", 1.0, {"da": "lav", "en": "low"}),
)
"""Risk in words, by the tenancy's place among all active ones: the first 1, 5 and 15 in 100. A word and no percentage:
a number would be read as a truth about a family."""

FEEDS = {
    "persons": {"da": "Folkeregister", "en": "Population register"},
    "tenancies": {"da": "Lejemål", "en": "Tenancies"},
    "rent_postings": {"da": "Husleje", "en": "Rent ledger"},
    "arrears": {"da": "Restanceliste", "en": "Arrears list"},
    "notices": {"da": "Påkrav og foged", "en": "Notices"},
    "concerns": {"da": "Bekymringshenvendelser", "en": "Concerns"},
    "sanctions": {"da": "Sanktioner", "en": "Sanctions"},
    "benefits": {"da": "Ydelser", "en": "Benefits"},
    "benefit_applications": {"da": "Ansøgninger", "en": "Applications"},
    "shelter_stays": {"da": "Boformer", "en": "Shelters"},
    "support_courses": {"da": "Støtte", "en": "Support"},
    "missed_appointments": {"da": "Udeblivelser", "en": "Missed appointments"},
    "discharges": {"da": "Udskrivninger", "en": "Discharges"},
    "contacts": {"da": "Kontakter", "en": "Contacts"},
}

STAGES = {
    "none": {"da": "ingen", "en": "none"},
    "arrears": {"da": "restance", "en": "arrears"},
    "demand": {"da": "påkrav", "en": "demand"},
    "termination": {"da": "ophævelse", "en": "termination"},
    "court": {"da": "fogedret", "en": "court"},
    "closed": {"da": "afsluttet", "en": "closed"},
}

DEADLINE_KINDS = {
    "payment_demand": {"da": "påkrav", "en": "payment demand"},
    "termination": {"da": "ophævelse", "en": "termination"},
    "court_request": {"da": "fogedanmodning", "en": "court request"},
    "court_hearing": {"da": "fogedmøde", "en": "court hearing"},
    "onsite_scheduled": {"da": "udkørende foged", "en": "on-site eviction"},
    "duty_to_act_14_days": {"da": "kommunens 14 dage (§ 5 a)", "en": "municipality's 14 days (§ 5 a)"},
    "acute_concern": {"da": "akut bekymring", "en": "acute concern"},
}

SECTIONS = {
    "deadline": {"da": "Frister", "en": "Deadlines"},
    "early_warning": {"da": "Tidlig advarsel", "en": "Early warning"},
}

HEADINGS = {
    "position": {"da": "Nr.", "en": "No."},
    "landlord": {"da": "Udlejer", "en": "Landlord"},
    "tenancy_no": {"da": "Lejemål", "en": "Tenancy"},
    "stage": {"da": "Trin", "en": "Stage"},
    "next_deadline": {"da": "Næste frist", "en": "Next deadline"},
    "deadline_kind": {"da": "Frist for", "en": "Deadline of"},
    "days_left": {"da": "Dage til", "en": "Days left"},
    "arrears_dkk": {"da": "Restance, kr.", "en": "Arrears, DKK"},
    "months_owed": {"da": "Måneder", "en": "Months"},
    "score_band": {"da": "Risiko", "en": "Risk"},
    "reasons": {"da": "Grunde", "en": "Reasons"},
    "against": {"da": "Taler imod", "en": "Speaks against"},
    "children": {"da": "Børn", "en": "Children"},
    "freshness": {"da": "Kilder", "en": "Sources"},
    "tenant": {"da": "Lejer", "en": "Tenant"},
    "address": {"da": "Adresse", "en": "Address"},
    "owner": {"da": "Hvem har den", "en": "Who has it"},
}

CHANGES = {
    "new": {"da": "ny på listen", "en": "new on the list"},
    "gone": {"da": "gået ud", "en": "gone from the list"},
    "section": {"da": "skiftet afsnit", "en": "changed section"},
    "deadline": {"da": "ny frist", "en": "another deadline"},
    "up": {"da": "rykket op", "en": "moved up"},
    "down": {"da": "rykket ned", "en": "moved down"},
}
"""What may have changed about a tenancy's place on the list since the night before it."""

CHANGE_SHEET = {"da": "Ændringer", "en": "Changes"}

CHANGE_HEADINGS = {
    "change": {"da": "Ændring", "en": "Change"},
    "section_before": {"da": "Før", "en": "Before"},
    "section": {"da": "Nu", "en": "Now"},
    "landlord": {"da": "Udlejer", "en": "Landlord"},
    "tenancy_no": {"da": "Lejemål", "en": "Tenancy"},
    "position_before": {"da": "Nr. før", "en": "No. before"},
    "position": {"da": "Nr. nu", "en": "No. now"},
    "reasons": {"da": "Hvorfor", "en": "Why"},
}

WHY_CHANGED = {
    "model": {
        "da": "Modellen er skiftet siden sidste liste; det kan i sig selv flytte et lejemål.",
        "en": "Another model ranks since the last list, which may move a tenancy by itself.",
    },
    "not_active": {
        "da": "Lejemålet er ikke længere aktivt.",
        "en": "The tenancy is no longer active.",
    },
    "over": {
        "da": "Lejemålet er afsluttet.",
        "en": "The tenancy has ended.",
    },
    "first_seen": {
        "da": "Lejemålet var ikke kendt ved sidste liste.",
        "en": "The tenancy was not known at the last list.",
    },
    "drawn": {
        "da": "Lejemålet er udtrukket ved lodtrækning.",
        "en": "The tenancy was drawn by lot.",
    },
    "was_drawn": {
        "da": "Lejemålet var udtrukket ved lodtrækning og er ikke blandt de øverste.",
        "en": "The tenancy had been drawn by lot and is not among the first.",
    },
    "in_peace": {
        "da": "Kommunen har været i kontakt for nylig, så lejemålet får ro.",
        "en": "The municipality was in touch recently, so the tenancy is left in peace.",
    },
    "peace_over": {
        "da": "Roen efter den seneste kontakt er forbi.",
        "en": "The time of peace after the latest contact is over.",
    },
    "deadline": {
        "da": "Næste frist er den {date}: {kind}.",
        "en": "The next deadline is {date}: {kind}.",
    },
    "no_deadline": {
        "da": "Der er ikke længere en åben frist.",
        "en": "There is no open deadline any more.",
    },
    "passed_by": {
        "da": "Andre lejemål er kommet foran: nr. {rank} nu, nr. {rank_before} før.",
        "en": "Other tenancies came before it: no. {rank} now, no. {rank_before} before.",
    },
    "room": {
        "da": "Andre lejemål er rykket ned eller ud: nr. {rank} nu, nr. {rank_before} før.",
        "en": "Other tenancies moved down or out: no. {rank} now, no. {rank_before} before.",
    },
}
"""Why a place on the list changed, where the tenancy's own facts do not say it. Ranks count all ranked tenancies."""

EXPLORATION = {
    "da": "Udtrukket ved lodtrækning under listens grænse, så det kan måles, om kontakt hjælper.",
    "en": "Drawn by lot from below the list's cut, so that it can be measured whether contact helps.",
}

SOURCE_SEPARATOR = "; "

_STATUS = {
    "missing": {"da": "mangler", "en": "missing"},
    "off": {"da": "slået fra", "en": "switched off"},
    "late": {"da": "for sen, {age}", "en": "late, {age}"},
    "fresh": {"da": "{age}", "en": "{age}"},
}
_DAYS = {"da": ("dag", "dage"), "en": ("day", "days")}
_WORST_FIRST = ("missing", "off", "late", "fresh")
_TOO_LOW = {"da": "risikoen kan være for lav", "en": "risk may be too low"}


def band(rank: int, active: int) -> str:
    """The code of the band of the tenancy at `rank` (from 1) among `active`."""
    return next(code for code, share, _ in BANDS if rank <= max(1, share * active))


def band_word(code: str | None, language: str) -> str | None:
    """A band in words; None for a tenancy without one."""
    return next((words[language] for name, _, words in BANDS if name == code), None)


def source_status(feed: str, status: str, age_days: int | None, language: str) -> str:
    """One source in words: "Husleje: 2 dage", "Sanktioner: mangler"."""
    age = f"{age_days} {_DAYS[language][age_days != 1]}"
    return f"{FEEDS[feed][language]}: {_STATUS[status][language].format(age=age)}"


def freshness(rows: Iterable[Mapping[str, Any]], language: str) -> str:
    """What a row of the list says of its sources: the landlord's own first, then all that are not fresh.

    `rows`: feed, status, age_days, one a sender. A feed is named once, by its sender in the worst state, the oldest of
    these. Where one is missing, late or off it is said that risk may be too low for it.
    """
    told = _worst_of_each_feed(rows)
    stale = [row for row in told if row["status"] != "fresh"]
    own = [row for row in told if row["status"] == "fresh" and row["feed"] in ("rent_postings", "arrears")]
    said = [source_status(row["feed"], row["status"], row["age_days"], language) for row in (*own, *stale)]
    if stale:
        said.append(_TOO_LOW[language])
    return SOURCE_SEPARATOR.join(said)


def _worst_of_each_feed(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    worst_first = sorted(rows, key=lambda row: (_WORST_FIRST.index(row["status"]), -(row["age_days"] or 0)))
    worst: dict[str, Mapping[str, Any]] = {}
    for row in worst_first:
        worst.setdefault(row["feed"], row)
    return [worst[feed] for feed in FEEDS if feed in worst]
