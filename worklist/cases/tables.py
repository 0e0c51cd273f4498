"""The tables of the page's own database. What they look like on disk is decided by the migrations."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """A moment with its time zone, kept in UTC: SQLite keeps no zones, and would give back what nobody meant."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC; `ValueError` where a moment names no zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its zone again."""
        return None if value is None else value.replace(tzinfo=UTC)


class Table(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class AccountRow(Table):
    """An account; `password_hash` is argon2's own text, or a mark of whom an identity provider means."""

    __tablename__ = "account"

    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    roles: Mapped[list[str]]
    active: Mapped[bool]
    made_at: Mapped[datetime]


class WrongPasswordRow(Table):
    """A sign-in that has not succeeded, whether the name exists or not."""

    __tablename__ = "wrong_password"
    __table_args__ = (Index("wrong_password_of_name", "name", "at"),)

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    at: Mapped[datetime]


class SessionRow(Table):
    """Somebody who is signed in; only the SHA-256 of the token is kept.

    `ends_at`: until when the roles hold that an identity provider told; None for a local account.
    """

    __tablename__ = "session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class AccessRow(Table):
    """Who saw what of whom, and why. Append only: the database itself refuses to change or remove a row."""

    __tablename__ = "access_entry"
    __table_args__ = (Index("access_entry_of_tenancy", "landlord", "tenancy_no"),)

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str]
    what: Mapped[str]
    landlord: Mapped[str | None]
    tenancy_no: Mapped[str | None]
    why: Mapped[str]
    shown: Mapped[str | None] = mapped_column(index=True)


class ShownRow(Table):
    """A tenancy of a set that was shown together; `digest` names the set, and an entry of the log names its digest."""

    __tablename__ = "shown_tenancy"
    __table_args__ = (Index("shown_tenancy_of", "landlord", "tenancy_no"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    landlord: Mapped[str] = mapped_column(primary_key=True)
    tenancy_no: Mapped[str] = mapped_column(primary_key=True)


class CaseRow(Table):
    """What stands today of a case; its history is in `case_event`."""

    __tablename__ = "work_case"

    landlord: Mapped[str] = mapped_column(primary_key=True)
    tenancy_no: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    status: Mapped[str]
    owner: Mapped[str | None]
    snoozed_until: Mapped[date | None]
    snooze_reason: Mapped[str | None]
    next_action: Mapped[str | None]
    next_action_on: Mapped[date | None]


class EventRow(Table):
    """One change of a case; `version` is the one it made. Append only, as the access log."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("landlord", "tenancy_no", "version"),)

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    landlord: Mapped[str]
    tenancy_no: Mapped[str]
    version: Mapped[int]
    who: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]
    details: Mapped[dict[str, Any]]


class ForgettingRow(Table):
    """The run that removes what may not be kept longer, in its own transaction only; the guards look at it."""

    __tablename__ = "forgetting"

    run_no: Mapped[int] = mapped_column(primary_key=True)
    closed_before: Mapped[datetime]
    log_before: Mapped[datetime]


class OutboxRow(Table):
    """A row on its way back to the inbox. `number` and `revision` make it the same row whenever it is sent.

    `file_name` is set before its file is written, `delivered_at` afterwards.
    """

    __tablename__ = "outbox"
    __table_args__ = (UniqueConstraint("feed", "number", "revision"),)

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    feed: Mapped[str]
    number: Mapped[str]
    revision: Mapped[int]
    cells: Mapped[dict[str, Any]]
    file_name: Mapped[str | None] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]


class ArrivalRow(Table):
    """A concern that was typed in or sent: codes, and the tenancy where it was clear at once; nothing personal."""

    __tablename__ = "arrival"

    concern_no: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    sender: Mapped[str]
    category: Mapped[str]
    urgency: Mapped[str | None]
    landlord: Mapped[str | None]
    tenancy_no: Mapped[str | None]
    recorded_by: Mapped[str]


class SenderKeyRow(Table):
    """A program that may send concerns, and as which sender; only the SHA-256 of its key is kept."""

    __tablename__ = "sender_key"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]
    made_at: Mapped[datetime]
    active: Mapped[bool]


class LinkAnswerRow(Table):
    """What somebody answered of a letter that could not be linked. Append only; the highest version stands.

    `answer` is 'linked' or 'nobody_here', None where the answer before it was taken back. No names, no text.
    """

    __tablename__ = "link_answer"

    feed: Mapped[str] = mapped_column(primary_key=True)
    record_key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[str | None]
    landlord: Mapped[str | None]
    tenancy_no: Mapped[str | None]
    person_id: Mapped[str | None]
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


class MemberRow(Table):
    """Somebody of the team: minutes a day for cases, how many open cases at most, the districts known best."""

    __tablename__ = "team_member"

    name: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True)
    minutes_a_day: Mapped[int]
    ceiling: Mapped[int]
    districts: Mapped[list[str]]


class AbsenceRow(Table):
    """Days on which a member is away, [from_on, to_on); why is nobody's business here."""

    __tablename__ = "absence"

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]


class AttemptMinutesRow(Table):
    """How many minutes a kind of attempt takes."""

    __tablename__ = "attempt_minutes"

    attempt: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int]


class AlarmAnswerRow(Table):
    """What somebody answered to an alarm of the watch; the newest stands. Nothing here is about a person."""

    __tablename__ = "alarm_answer"

    entry_no: Mapped[int] = mapped_column(primary_key=True)
    alarm_key: Mapped[str] = mapped_column(index=True)
    since: Mapped[date | None]
    muted_until: Mapped[date | None]
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]
