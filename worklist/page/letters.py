"""The letters that wait for an answer: from the newest night, with their words from the vault for who may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from worklist.cases.links import Letter, LinkAnswer, Target, link_answers
from worklist.page.link_compare import Compared, compare
from worklist.page.names import Household
from worklist.page.site import DENMARK, Site
from worklist.published import Night

KINDS = {"notices": "notice", "concerns": "concern", "tenancies": "tenancy"}
"""What the vault calls the records of each feed."""

RECENT_DAYS = 90
"""From a demand to the bailiff at the door it seldom takes longer; what is older helps nobody who lives there now."""

_NOT_TOLD: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Waiting:
    """A letter that waits: what the night tells of it, and the version of its answers.

    `recent`: it came in the last `RECENT_DAYS`, so that somebody may still be helped; an older one only teaches the
    ranking. `protected`: one of the homes it may be about has a protected address.
    """

    letter: Letter
    kind: str
    urgency: str | None
    sender: str | None
    told_on: date | None
    waiting_since: date
    amount_dkk: float | None
    landlord: str | None
    tenancy_no: str | None
    identity_mac: str | None
    candidates: int
    recent: bool
    protected: bool
    version: int

    @property
    def place(self) -> tuple[bool, bool, bool, bool, int, str]:
        """Where it stands in the queue: the recent first, of these acute concerns, then letters of court and landlord.

        Of the recent ones the oldest waited longest; of the others the newest says most.
        """
        day = self.waiting_since.toordinal()
        acute, feed = self.urgency == "acute", self.letter.feed
        order = (feed != "notices", feed == "tenancies", day if self.recent else -day, self.letter.record_key)
        return not self.recent, not acute, *order


@dataclass(frozen=True, repr=False)
class Words:
    """What a letter says, or what is known of a home; without a repr, so that no log shows it."""

    name: str | None
    address: str | None
    postal_code: str | None
    text: str | None = None


@dataclass(frozen=True, repr=False)
class Candidate:
    """A home, or a person, that a letter may be about, and what agrees and differs.

    `active`: the night knows it as a tenancy that somebody lives in.
    """

    target: Target
    words: Words
    others: tuple[str, ...]
    born: int | None
    probability: float
    is_household: bool
    active: bool
    compared: Compared


def waiting(site: Site, night: Night) -> list[Waiting]:
    """The letters that wait, in the order in which they should be answered; those answered since the night left out."""
    if "link_queue.parquet" not in night.files:
        return []
    answers = link_answers(site.database)
    hidden = _protected_letters(night)
    counts = {
        Letter(feed, key): count
        for feed, key, count in night.frame("link_candidates").group_by("feed", "record_key").len().iter_rows()
    }
    rows = [_waiting(night, row, answers, counts, hidden) for row in night.frame("link_queue").iter_rows(named=True)]
    return sorted((one for one in rows if not _since(night, answers.get(one.letter))), key=lambda one: one.place)


def find_waiting(site: Site, night: Night, letter: Letter) -> Waiting | None:
    """The letter, None where it does not wait."""
    return next((one for one in waiting(site, night) if one.letter == letter), None)


def _since(night: Night, answer: LinkAnswer | None) -> bool:
    """Whether it was answered on the night's day or later, and stays so: that night did not know of it."""
    return answer is not None and answer.answer is not None and answer.at.astimezone(DENMARK).date() >= night.as_of


def _waiting(
    night: Night,
    row: Mapping[str, Any],
    answers: Mapping[Letter, LinkAnswer],
    counts: Mapping[Letter, int],
    hidden: set[Letter],
) -> Waiting:
    letter = Letter(row["feed"], row["record_key"])
    plain = ("kind", "urgency", "sender", "told_on", "waiting_since", "landlord", "tenancy_no", "identity_mac")
    return Waiting(
        letter=letter,
        **{name: row[name] for name in plain},
        amount_dkk=None if row["amount_dkk"] is None else float(row["amount_dkk"]),
        candidates=counts.get(letter, 0),
        recent=(night.as_of - row["waiting_since"]).days <= RECENT_DAYS,
        protected=letter in hidden,
        version=answers[letter].version if letter in answers else 0,
    )


def _protected_letters(night: Night) -> set[Letter]:
    """The letters of which a candidate's address is protected."""
    homes = night.frame("dwellings").filter("address_protected").select("landlord", "tenancy_no")
    found = night.frame("link_candidates").join(homes, on=["landlord", "tenancy_no"], how="semi")
    return {Letter(feed, key) for feed, key in found.select("feed", "record_key").iter_rows()}


def words_of(site: Site, one: Waiting) -> Words:
    """What the letter says; nothing without the vault's key."""
    told = _told(site, KINDS[one.letter.feed], [one.identity_mac] if one.identity_mac else [])
    row = told.get(one.identity_mac or "", _NOT_TOLD)
    return Words(row.get("name"), row.get("address"), row.get("postal_code"), row.get("text"))


def candidates_of(site: Site, night: Night, one: Waiting, words: Words, *, see_protected: bool) -> list[Candidate]:
    """What the letter may be about, the likeliest first."""
    of_letter = (pl.col("feed") == one.letter.feed) & (pl.col("record_key") == one.letter.record_key)
    rows = night.frame("link_candidates").filter(of_letter).sort("place").to_dicts()
    if one.letter.feed == "tenancies":
        return [_person(row, _known_person(site, night, row["person_id"]), one, words) for row in rows]
    homes = site.names.of_many(
        night, [(row["landlord"], row["tenancy_no"]) for row in rows], see_protected=see_protected
    )
    ended = [row["identity_mac"] for row in rows if not _lives(homes, row) and row["identity_mac"]]
    told = _told(site, "tenancy", ended)
    return [_home(row, homes[_of(row)], told.get(row["identity_mac"] or "", _NOT_TOLD), words) for row in rows]


def _of(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["landlord"], row["tenancy_no"]


def _lives(homes: Mapping[tuple[str, str], Household], row: Mapping[str, Any]) -> bool:
    """Whether the night knows somebody there; of a tenancy that has ended only the landlord's own words are left."""
    return bool(homes[_of(row)].people)


def _told(site: Site, kind: str, macs: list[str]) -> dict[str, Mapping[str, Any]]:
    if site.vault is None or not macs:
        return {}
    with site.vault() as vault:
        return {row["identity_mac"]: row for row in vault.named(kind, macs).iter_rows(named=True)}


def _known_person(site: Site, night: Night, person_id: str) -> Mapping[str, Any]:
    """What the register had told of a person by the night; whoever is asked about need not live in a known tenancy."""
    if site.vault is None:
        return _NOT_TOLD
    with site.vault() as vault:
        told = vault.lookup("person", person_id).filter(pl.col("known_on") < night.as_of)
    return told.row(-1, named=True) if told.height else _NOT_TOLD


def _person(row: Mapping[str, Any], told: Mapping[str, Any], one: Waiting, words: Words) -> Candidate:
    found = Words(told.get("name"), told.get("address"), told.get("postal_code"))
    born = told.get("birth_date")
    return Candidate(
        Target(one.landlord, one.tenancy_no, row["person_id"]),
        found,
        (),
        born.year if born else None,
        row["probability"],
        is_household=False,
        active=True,
        compared=_compared(words, found),
    )


def _home(row: Mapping[str, Any], home: Household, ended: Mapping[str, Any], words: Words) -> Candidate:
    names = [person.name for person in home.people if person.name]
    tenant = home.tenant.name if home.tenant else None
    found = Words(tenant, home.address, home.postal_code)
    if not home.people:
        found = Words(ended.get("name"), ended.get("address"), ended.get("postal_code"))
    return Candidate(
        Target(*_of(row)),
        found,
        tuple(name for name in names if name != tenant),
        None,
        row["probability"],
        is_household=row["is_household"],
        active=bool(home.people),
        compared=_compared(words, found),
    )


def _compared(words: Words, found: Words) -> Compared:
    return compare((words.name, words.address, words.postal_code), (found.name, found.address, found.postal_code))
