"""What the team answers to an alarm of the watch: that it was seen, or that it shall be silent until a day, and why."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from worklist.cases.database import Database
from worklist.cases.errors import InputRefused
from worklist.cases.tables import AlarmAnswerRow

LONGEST_REASON = 300
LONGEST_KEY = 300


@dataclass(frozen=True)
class AlarmAnswer:
    """An answer to the alarm `key`, open since `since`: seen, and silent until `muted_until` where that is set."""

    key: str
    since: date | None
    muted_until: date | None
    reason: str
    who: str
    at: datetime

    def silences(self, since: date | None, day: date) -> bool:
        """Whether it keeps the alarm that is open since `since` silent on `day`; one that came anew is told again."""
        return self.muted_until is not None and day < self.muted_until and self.since == since


def keep_answer(database: Database, answer: AlarmAnswer) -> None:
    """Keep an answer beside those before it; `InputRefused` where the reason is missing or too long."""
    if not answer.reason.strip() or len(answer.reason) > LONGEST_REASON or len(answer.key) > LONGEST_KEY:
        raise InputRefused(
            expected=f"a reason of 1 to {LONGEST_REASON} characters",
            found=f"{len(answer.reason.strip())} characters",
            where="the answer to an alarm",
            remedy="Say in a few words why it was seen or silenced.",
        )
    with database.writing() as session:
        session.add(
            AlarmAnswerRow(
                alarm_key=answer.key,
                since=answer.since,
                muted_until=answer.muted_until,
                reason=answer.reason.strip(),
                who=answer.who,
                at=answer.at,
            )
        )


def alarm_answers(database: Database) -> dict[str, AlarmAnswer]:
    """The newest answer to each alarm, by its key."""
    with database.reading() as session:
        rows = session.scalars(select(AlarmAnswerRow).order_by(AlarmAnswerRow.entry_no))
        return {
            row.alarm_key: AlarmAnswer(row.alarm_key, row.since, row.muted_until, row.reason, row.who, row.at)
            for row in rows
        }
