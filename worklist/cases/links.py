"""What the team answers of letters that could not be linked: kept here, and sent back through the inbox.

An answer names the version that was seen; whoever comes second is told, and nothing is overwritten.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from warehouse.vocabulary import LINK_ANSWERS
from worklist.cases.database import Database
from worklist.cases.errors import InputRefused, LetterAnswered
from worklist.cases.outbox import REGISTERED_ON, put
from worklist.cases.tables import LinkAnswerRow

LINKED, NOBODY_HERE = "linked", "nobody_here"
_DENMARK = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Letter:
    """A record that could not be linked: its feed ('notices', 'concerns', 'tenancies') and key."""

    feed: str
    record_key: str


@dataclass(frozen=True)
class Target:
    """Whom a letter is about: a tenancy, or of a tenancy without a number the person; nobody of ours where empty."""

    landlord: str | None = None
    tenancy_no: str | None = None
    person_id: str | None = None


@dataclass(frozen=True)
class LinkAnswer:
    """What stands of a letter; `answer` is None where it was taken back."""

    letter: Letter
    version: int
    answer: str | None
    target: Target
    who: str
    at: datetime


def link_answers(database: Database) -> dict[Letter, LinkAnswer]:
    """What stands of every letter that somebody ever answered, the newest first."""
    newest = (
        select(LinkAnswerRow.feed, LinkAnswerRow.record_key, func.max(LinkAnswerRow.version).label("version"))
        .group_by(LinkAnswerRow.feed, LinkAnswerRow.record_key)
        .subquery()
    )
    query = select(LinkAnswerRow).join(
        newest,
        (LinkAnswerRow.feed == newest.c.feed)
        & (LinkAnswerRow.record_key == newest.c.record_key)
        & (LinkAnswerRow.version == newest.c.version),
    )
    order = (LinkAnswerRow.at.desc(), LinkAnswerRow.feed, LinkAnswerRow.record_key)
    with database.reading() as session:
        found = [_answer(row) for row in session.scalars(query.order_by(*order))]
    return {one.letter: one for one in found}


def version_of(database: Database, letter: Letter) -> int:
    """The version that stands of a letter; 0 where nobody ever answered it."""
    with database.reading() as session:
        newest = _newest(session, letter)
        return newest.version if newest else 0


def answer_letter(database: Database, letter: Letter, seen: int, target: Target, who: str, at: datetime) -> None:
    """Keep that the letter is about `target`, and send it back; an empty target: about nobody of ours.

    `LetterAnswered` where it is no longer at the version `seen`.
    """
    answer = LINKED if target != Target() else NOBODY_HERE
    _keep(database, letter, seen, answer, target, who, at)


def take_back(database: Database, letter: Letter, seen: int, who: str, at: datetime) -> None:
    """The answer no longer holds; `InputRefused` where there is none, `LetterAnswered` as above."""
    with database.reading() as session:
        newest = _newest(session, letter)
        if newest is None or newest.answer is None:
            raise InputRefused(
                expected="a letter with an answer", found="none", where="link queue", remedy="See the list of answers."
            )
        target = Target(newest.landlord, newest.tenancy_no, newest.person_id)
    _keep(database, letter, seen, None, target, who, at)


def _keep(
    database: Database, letter: Letter, seen: int, answer: str | None, target: Target, who: str, at: datetime
) -> None:
    version = seen + 1
    told = {"landlord": target.landlord, "tenancy_no": target.tenancy_no, "person_id": target.person_id}
    key = {"feed": letter.feed, "record_key": letter.record_key}
    try:
        with database.writing() as session:
            newest = _newest(session, letter)
            if (newest.version if newest else 0) != seen:
                raise _answered(newest, who, at)
            session.add(LinkAnswerRow(**key, version=version, answer=answer, **told, who=who, at=at))
            session.flush()
            cells = {**key, "answer": answer, **told, "retracted": answer is None}
            cells[REGISTERED_ON] = at.astimezone(_DENMARK).date().isoformat()
            put(session, LINK_ANSWERS.name, f"{letter.feed}/{letter.record_key}", version, cells)
    except IntegrityError:
        # Two at the same moment: the other one was first.
        with database.reading() as session:
            raise _answered(_newest(session, letter), who, at) from None


def _answered(newest: LinkAnswerRow | None, who: str, at: datetime) -> LetterAnswered:
    return LetterAnswered(newest.who, newest.at) if newest else LetterAnswered(who, at)


def _newest(session: Session, letter: Letter) -> LinkAnswerRow | None:
    query = select(LinkAnswerRow).where(
        LinkAnswerRow.feed == letter.feed, LinkAnswerRow.record_key == letter.record_key
    )
    return session.scalars(query.order_by(LinkAnswerRow.version.desc()).limit(1)).first()


def _answer(row: LinkAnswerRow) -> LinkAnswer:
    target = Target(row.landlord, row.tenancy_no, row.person_id)
    return LinkAnswer(Letter(row.feed, row.record_key), row.version, row.answer, target, row.who, row.at)
