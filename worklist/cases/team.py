"""The team: who works how much, who is away, how long a contact takes, and what that comes to on a day.

Absences are half-open, [from_on, to_on). Members are accounts of the page; nothing here is about a tenant.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from worklist.cases.codes import ATTEMPTS
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import AbsenceRow, AccountRow, AttemptMinutesRow, EventRow, MemberRow

USUAL_CEILING, ICM_CEILING = 14, 8
"""How many open cases one worker carries: 14-15 are usual, 8 where the method of ICM is followed (VIVE)."""

USUAL_DAY_MINUTES, MOST_DAY_MINUTES = 300, 720
"""What is left of a working day for cases; an assumption that the coordinator sets right."""

USUAL_MINUTES, MOST_MINUTES = 60, 1440
"""How long a contact takes where nobody has said; an assumption, as in the settings."""

MOST_CEILING = 100
MIX_OF = timedelta(days=90)
"""Over how long the team's own mix of contacts is counted."""


@dataclass(frozen=True)
class Member:
    """Who works with cases: minutes a day for them, how many open cases at most, and postal codes known best."""

    name: str
    minutes_a_day: int = USUAL_DAY_MINUTES
    ceiling: int = USUAL_CEILING
    districts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Absence:
    """Days on which a member is away: from `from_on` until the day before `to_on`."""

    name: str
    from_on: date
    to_on: date
    entry_no: int = 0

    @property
    def last_on(self) -> date:
        """The last day away, as people name it."""
        return self.to_on - timedelta(days=1)


@dataclass(frozen=True)
class Capacity:
    """What a day comes to: who is there, their minutes, the minutes a case takes, and the cases that makes."""

    present: tuple[Member, ...]
    away: tuple[str, ...]
    minutes: int
    minutes_a_case: float

    @property
    def cases(self) -> int:
        """How many cases the day has room for."""
        return int(self.minutes // self.minutes_a_case)


def members(database: Database) -> list[Member]:
    """The team by name; members whose account is closed are left out."""
    query = select(MemberRow).join(AccountRow, AccountRow.name == MemberRow.name).where(AccountRow.active)
    with database.reading() as session:
        return [
            Member(row.name, row.minutes_a_day, row.ceiling, tuple(row.districts))
            for row in session.scalars(query.order_by(MemberRow.name))
        ]


def keep_member(database: Database, member: Member) -> None:
    """Add or change a member; `InputRefused` where no open account has the name or a number is out of range."""
    _require("minutes a day", member.minutes_a_day, 0, MOST_DAY_MINUTES)
    _require("ceiling", member.ceiling, 0, MOST_CEILING)
    with database.writing() as session:
        account = session.get(AccountRow, member.name)
        if account is None or not account.active:
            raise _refused("the name of an open account", "another name")
        told = {"minutes_a_day": member.minutes_a_day, "ceiling": member.ceiling, "districts": list(member.districts)}
        session.merge(MemberRow(name=member.name, **told))


def remove_member(database: Database, name: str) -> None:
    """No longer a member; nothing happens where nobody of that name was. Cases stay with whoever has them."""
    with database.writing() as session:
        session.execute(delete(MemberRow).where(MemberRow.name == name))


def absences(database: Database, since: date) -> list[Absence]:
    """The absences that last on `since` or later, by day and name."""
    query = select(AbsenceRow).where(AbsenceRow.to_on > since).order_by(AbsenceRow.from_on, AbsenceRow.name)
    with database.reading() as session:
        return [Absence(row.name, row.from_on, row.to_on, row.entry_no) for row in session.scalars(query)]


def keep_absence(database: Database, absence: Absence) -> None:
    """Note an absence; `InputRefused` for one of no day or of nobody in the team."""
    if absence.to_on <= absence.from_on:
        raise _refused("an absence that ends after it began", "one that does not")
    with database.writing() as session:
        if session.get(MemberRow, absence.name) is None:
            raise _refused("the name of a member", "another name")
        session.add(AbsenceRow(name=absence.name, from_on=absence.from_on, to_on=absence.to_on))


def remove_absence(database: Database, entry_no: int) -> None:
    """The absence did not take place; nothing happens where there is none of this number."""
    with database.writing() as session:
        session.execute(delete(AbsenceRow).where(AbsenceRow.entry_no == entry_no))


def attempt_minutes(database: Database) -> dict[str, int]:
    """How long each kind of attempt (`ATTEMPTS`) takes, the way there and the notes afterwards included."""
    with database.reading() as session:
        kept = {row.attempt: row.minutes for row in session.scalars(select(AttemptMinutesRow))}
    return {attempt: kept.get(attempt, USUAL_MINUTES) for attempt in ATTEMPTS}


def keep_attempt_minutes(database: Database, minutes: Mapping[str, int]) -> None:
    """Keep how long each kind takes; `InputRefused` for an unknown kind or a number out of range: then none is."""
    for attempt, took in minutes.items():
        if attempt not in ATTEMPTS:
            raise _refused(f"one of {', '.join(ATTEMPTS)}", "another kind")
        _require(attempt, took, 1, MOST_MINUTES)
    with database.writing() as session:
        for attempt, took in minutes.items():
            session.merge(AttemptMinutesRow(attempt=attempt, minutes=took))


def contact_mix(database: Database, now: datetime) -> Counter[str]:
    """How often each kind of attempt was recorded in the last `MIX_OF`."""
    query = select(EventRow.details).where(EventRow.kind == "contact", EventRow.at >= now - MIX_OF)
    with database.reading() as session:
        return Counter(str(details.get("attempt")) for details in session.scalars(query))


def last_hands(database: Database, since: datetime) -> dict[tuple[str, str], str]:
    """Who last took, was given or contacted each case since `since`, by (landlord, tenancy_no)."""
    query = select(EventRow).where(EventRow.kind.in_(("take", "hand_over", "contact")), EventRow.at >= since)
    found: dict[tuple[str, str], str] = {}
    with database.reading() as session:
        for row in session.scalars(query.order_by(EventRow.entry_no)):
            who = row.details.get("to") if row.kind == "hand_over" else row.who
            if who:
                found[row.landlord, row.tenancy_no] = str(who)
    return found


def capacity_on(
    day: date, team: Iterable[Member], away: Iterable[Absence], minutes: Mapping[str, int], mix: Mapping[str, int]
) -> Capacity:
    """What `day` has room for: the minutes of those who are there over the mean minutes a contact.

    The mean is over the team's own `mix` of contacts; over the kinds alike where nobody has recorded any.
    """
    gone = {one.name for one in away if one.from_on <= day < one.to_on}
    everybody = list(team)
    present = tuple(member for member in everybody if member.name not in gone)
    weights = {attempt: mix.get(attempt, 0) for attempt in minutes}
    counted = sum(weights.values())
    mean = (
        sum(minutes[attempt] * weight for attempt, weight in weights.items()) / counted
        if counted
        else sum(minutes.values()) / len(minutes)
    )
    absent = tuple(member.name for member in everybody if member.name in gone)
    return Capacity(present, absent, sum(member.minutes_a_day for member in present), mean)


def _require(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise _refused(f"{what} from {least} to {most}", "a number outside")


def _refused(expected: str, found: str) -> InputRefused:
    return InputRefused(expected=expected, found=found, where="team", remedy="Correct it and send it again.")
