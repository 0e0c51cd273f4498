"""Which tenancies a list, a search or an export showed, so that the access log answers who saw a tenancy."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER shown_tenancy_stays_UPDATE BEFORE UPDATE ON shown_tenancy
    BEGIN SELECT RAISE(ABORT, 'append only'); END
    """,
    """
    CREATE TRIGGER shown_tenancy_stays_DELETE BEFORE DELETE ON shown_tenancy
    BEGIN SELECT RAISE(ABORT, 'append only'); END
    """,
)
_POSTGRESQL_GUARDS = (
    """
    CREATE TRIGGER shown_tenancy_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON shown_tenancy
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)


def upgrade() -> None:
    """Make the table and let entries name their set."""
    op.create_table(
        "shown_tenancy",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("landlord", sa.String, primary_key=True),
        sa.Column("tenancy_no", sa.String, primary_key=True),
        sa.Index("shown_tenancy_of", "landlord", "tenancy_no"),
    )
    op.add_column("access_entry", sa.Column("shown", sa.String))
    op.create_index("ix_access_entry_shown", "access_entry", ["shown"])
    # As with the log itself: what was shown stays as it was written.
    for guard in _POSTGRESQL_GUARDS if op.get_bind().dialect.name == "postgresql" else _SQLITE_GUARDS:
        op.execute(guard)
