"""What is older than it may be kept can be removed, and nothing else: the guards look at the run that removes it.

The run's row is written and taken away again in the transaction that removes, so that nobody else ever sees it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SQLITE_GUARDS = (
    "DROP TRIGGER access_entry_stays_DELETE",
    "DROP TRIGGER case_event_stays_DELETE",
    "DROP TRIGGER shown_tenancy_stays_DELETE",
    """
    CREATE TRIGGER access_entry_stays_DELETE BEFORE DELETE ON access_entry
    WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < log_before)
    BEGIN SELECT RAISE(ABORT, 'append only'); END
    """,
    """
    CREATE TRIGGER case_event_stays_DELETE BEFORE DELETE ON case_event
    WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < closed_before)
    BEGIN SELECT RAISE(ABORT, 'append only'); END
    """,
    """
    CREATE TRIGGER shown_tenancy_stays_DELETE BEFORE DELETE ON shown_tenancy
    WHEN NOT EXISTS (SELECT 1 FROM forgetting) OR EXISTS (SELECT 1 FROM access_entry WHERE shown = OLD.digest)
    BEGIN SELECT RAISE(ABORT, 'append only'); END
    """,
)
_POSTGRESQL_REFUSALS = (
    """
    CREATE FUNCTION keep_access_entry() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN
    IF EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < log_before) THEN RETURN OLD; END IF;
    RAISE EXCEPTION ''append only'';
    END'
    """,
    """
    CREATE FUNCTION keep_case_event() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN
    IF EXISTS (SELECT 1 FROM forgetting WHERE OLD.at < closed_before) THEN RETURN OLD; END IF;
    RAISE EXCEPTION ''append only'';
    END'
    """,
    """
    CREATE FUNCTION keep_shown_tenancy() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN
    IF EXISTS (SELECT 1 FROM forgetting) AND NOT EXISTS (SELECT 1 FROM access_entry WHERE shown = OLD.digest)
    THEN RETURN OLD; END IF;
    RAISE EXCEPTION ''append only'';
    END'
    """,
)
_POSTGRESQL_GUARDS = (
    "DROP TRIGGER {table}_stays ON {table}",
    """
    CREATE TRIGGER {table}_stays BEFORE UPDATE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    """
    CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION keep_{table}()
    """,
)


def upgrade() -> None:
    """Make the table of the run, and guards that look at it."""
    op.create_table(
        "forgetting",
        sa.Column("run_no", sa.Integer, primary_key=True),
        sa.Column("closed_before", sa.DateTime, nullable=False),
        sa.Column("log_before", sa.DateTime, nullable=False),
    )
    if op.get_bind().dialect.name != "postgresql":
        for guard in _SQLITE_GUARDS:
            op.execute(guard)
        return
    for refusal in _POSTGRESQL_REFUSALS:
        op.execute(refusal)
    for table in ("access_entry", "case_event", "shown_tenancy"):
        for guard in _POSTGRESQL_GUARDS:
            op.execute(guard.format(table=table))
