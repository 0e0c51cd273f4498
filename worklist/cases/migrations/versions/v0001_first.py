"""Accounts, sessions, the access log, cases with their events, and the outbox.

The columns are written out and not taken from `tables`: what a step does must not change when they do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_GUARDED = ("access_entry", "case_event")

_SQLITE_GUARD = """
CREATE TRIGGER {table}_stays_{action} BEFORE {action} ON {table}
BEGIN SELECT RAISE(ABORT, 'append only'); END
"""
_POSTGRESQL_REFUSAL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''append only''; END'
"""
_POSTGRESQL_GUARD = """
CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Make all tables, and the triggers that keep the log and the events as they were written."""
    _make_accounts()
    _make_access_log()
    _make_cases()
    _make_outbox()
    _guard()


def _make_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("password_hash", sa.String, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "wrong_password",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Index("wrong_password_of_name", "name", "at"),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("name", sa.String, sa.ForeignKey("account.name"), nullable=False, index=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )


def _make_access_log() -> None:
    op.create_table(
        "access_entry",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("landlord", sa.String),
        sa.Column("tenancy_no", sa.String),
        sa.Column("why", sa.String, nullable=False),
        sa.Index("access_entry_of_tenancy", "landlord", "tenancy_no"),
    )


def _make_cases() -> None:
    op.create_table(
        "work_case",
        sa.Column("landlord", sa.String, primary_key=True),
        sa.Column("tenancy_no", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("owner", sa.String),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("snooze_reason", sa.String),
        sa.Column("next_action", sa.String),
        sa.Column("next_action_on", sa.Date),
    )
    op.create_table(
        "case_event",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("landlord", sa.String, nullable=False),
        sa.Column("tenancy_no", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.UniqueConstraint("landlord", "tenancy_no", "version"),
    )


def _make_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("cells", sa.JSON, nullable=False),
        sa.Column("file_name", sa.String, index=True),
        sa.Column("delivered_at", sa.DateTime),
        sa.UniqueConstraint("feed", "number", "revision"),
    )


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL_REFUSAL)
        for table in _GUARDED:
            op.execute(_POSTGRESQL_GUARD.format(table=table))
        return
    for table in _GUARDED:
        for action in ("UPDATE", "DELETE"):
            op.execute(_SQLITE_GUARD.format(table=table, action=action))
