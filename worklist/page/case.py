"""A case as it is shown: what the night tells of it, what the team did, and what may be done next."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from worklist import wording
from worklist.cases.accounts import accounts
from worklist.cases.arrivals import arrivals
from worklist.cases.cases import events
from worklist.cases.codes import OPEN
from worklist.page.case_access import Opened
from worklist.page.deeds import Deed, deeds
from worklist.page.formats import day
from worklist.page.happenings import REACHED, Happening, happenings
from worklist.page.legal_paths import legal_paths
from worklist.page.months_svg import Picture, picture
from worklist.page.names import Person
from worklist.page.night_case import NightCase, Row
from worklist.page.site import Site
from worklist.page.words import say

DUTY, CLOCK_DAYS = "duty_to_act_14_days", 14
ACUTE, ACUTE_DAYS = "acute_concern", 1

OF_LANDLORDS, STANDARD = ("tenancies", "rent_postings", "arrears"), "standard"
"""What each landlord sends by itself, and who sends it for the others."""


@dataclass(frozen=True)
class Deadline:
    """A deadline in words; `days` to it, negative once it has passed. `clock`: which day of the 14 it is, of § 5 a."""

    on: date
    days: int
    what: str
    left: str
    sources: tuple[str, ...]
    clock: int | None


@dataclass(frozen=True)
class Reason:
    """A sentence for or against, and where its facts come from."""

    sentence: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class CaseView:
    """What the template of a case draws; see each function below."""

    opened: Opened
    stage: str
    band: str | None
    deadlines: list[Deadline]
    reasons_for: list[Reason]
    reasons_against: list[Reason]
    uncertain_link: bool
    happenings: list[Happening]
    picture: Picture | None
    paths_open: list[str]
    paths_later: list[str]
    deeds: list[Deed]
    freshness: str

    @property
    def next_deadline(self) -> Deadline | None:
        """The first one to come, else the one that passed last."""
        coming = [each for each in self.deadlines if each.days >= 0]
        return next(iter(coming or self.deadlines[-1:]), None)

    @property
    def has_clock(self) -> bool:
        """Whether the 14 days of § 5 a run."""
        return any(each.clock is not None for each in self.deadlines)

    @property
    def people_with_number(self) -> list[Person]:
        """Whose CPR number may be asked for."""
        people = self.opened.household.people if self.opened.household else ()
        return [person for person in people if person.person_id]


def case_view(site: Site, opened: Opened, language: str) -> CaseView:
    """The case, for whoever it was opened for."""
    told, today = opened.told, site.today()
    history = events(site.database, told.landlord, told.tenancy_no)
    happened = happenings(told.events, history, _arrived(site, told))
    open_now, later = legal_paths(told.stage, told.children)
    return CaseView(
        opened=opened,
        stage=wording.STAGES.get(told.stage, {language: told.stage})[language],
        band=wording.band_word(_band(told), language),
        deadlines=[_deadline(row, happened, today, language) for row in _open_deadlines(told, happened)],
        reasons_for=reasons_of(told, "for", happened, language),
        reasons_against=reasons_of(told, "against", happened, language),
        uncertain_link=any((row.get("link_confidence") or 1) < 1 for row in told.reasons),
        happenings=happened,
        picture=picture(told.months, happened, today),
        paths_open=open_now,
        paths_later=later,
        deeds=deeds(history, language, with_text=opened.household is not None),
        freshness=(told.listed or {}).get(f"freshness_{language}") or "",
    )


def hands(site: Site) -> list[str]:
    """The accounts that may have a case."""
    return [one.name for one in accounts(site.database) if one.active and one.roles & {"worker", "coordinator"}]


def days_left(days: int, language: str) -> str:
    """How long there is to a day, or how long ago it was."""
    near = {0: "case.today", 1: "case.tomorrow", -1: "case.yesterday"}
    if days in near:
        return say(near[days], language)
    return say("case.days_left" if days > 0 else "case.days_passed", language, days=abs(days))


def is_resting(opened: Opened, today: date) -> bool:
    """Whether nothing is to be done in the case today."""
    until = opened.case.snoozed_until
    return opened.case.status == OPEN and until is not None and until > today


def _arrived(site: Site, told: NightCase) -> list[Any]:
    """The concerns about the tenancy that came in since the night."""
    key = (told.landlord, told.tenancy_no)
    return [each for each in arrivals(site.database, told.as_of) if (each.landlord, each.tenancy_no) == key]


def _band(told: NightCase) -> str | None:
    if told.listed and told.listed.get("score_band"):
        return str(told.listed["score_band"])
    return wording.band(told.rank, told.active) if told.rank and told.active else None


def _open_deadlines(told: NightCase, happened: list[Happening]) -> list[Row]:
    """Those of the night, and those of acute concerns since it, until somebody was reached; the earliest first."""
    published = {each["fact"] for each in told.events}
    reached = max((each.on for each in happened if each.kind == "contact" and each.detail in REACHED), default=date.min)
    since = [
        {"deadline_on": each.on + timedelta(days=ACUTE_DAYS), "kind": ACUTE, "fact": each.fact}
        for each in happened
        if each.kind == ACUTE and each.fact not in published
    ]
    standing = [
        row
        for row in (*told.deadlines, *since)
        if row["kind"] != ACUTE or reached < row["deadline_on"] - timedelta(days=ACUTE_DAYS)
    ]
    return sorted(standing, key=lambda row: (row["deadline_on"], row["kind"]))


def _deadline(row: Row, happened: list[Happening], today: date, language: str) -> Deadline:
    on = row["deadline_on"]
    begun = on - timedelta(days=CLOCK_DAYS)
    clock = min(CLOCK_DAYS, max(0, (today - begun).days)) if row["kind"] == DUTY else None
    what = wording.DEADLINE_KINDS.get(row["kind"], {language: row["kind"]})[language]
    days = (on - today).days
    return Deadline(on, days, what, days_left(days, language), _sources([row["fact"]], happened, {}, language), clock)


def reasons_of(told: NightCase, kind: str, happened: list[Happening], language: str) -> list[Reason]:
    """The sentences `for` or `against`, in their order."""
    rows = sorted((row for row in told.reasons if row["kind"] == kind), key=lambda row: row["position"])
    delivered = _delivered(told)
    return [
        Reason(row[f"sentence_{language}"], _sources(row["facts"] or [], happened, delivered, language)) for row in rows
    ]


def _delivered(told: NightCase) -> dict[str, date]:
    """By feed its last delivery; of what landlords send, that of the tenancy's own where it delivers by itself."""
    last: dict[str, date] = {}
    known = [row for row in told.freshness if row["last_delivery_on"]]
    for row in sorted(known, key=lambda row: row["last_delivery_on"]):
        if row["feed"] not in OF_LANDLORDS or row["sender"] == STANDARD:
            last[row["feed"]] = row["last_delivery_on"]
    own = [row for row in known if row["feed"] in OF_LANDLORDS and row["sender"] == told.landlord]
    return last | {row["feed"]: row["last_delivery_on"] for row in own}


def _sources(facts: list[str], happened: list[Happening], delivered: dict[str, date], language: str) -> tuple[str, ...]:
    """Who told the facts, and when it happened; of an account, of which there are many, when it was last delivered."""
    # Newest first: of an application that was decided, the decision.
    by_fact = {each.fact: each for each in reversed(happened)}
    said = [_source(fact, by_fact.get(fact), delivered, language) for fact in facts]
    return tuple(dict.fromkeys(said))


def _source(fact: str, known: Happening | None, delivered: dict[str, date], language: str) -> str:
    feed = fact.partition(":")[0]
    if known is not None:
        source, on = known.source_words(language), day(known.on, language)
        return say("case.source_of_day", language, source=source, on=on)
    source = wording.FEEDS.get(feed, {language: feed})[language]
    if feed not in delivered:
        return source
    return say("case.source_delivered", language, source=source, on=day(delivered[feed], language))
