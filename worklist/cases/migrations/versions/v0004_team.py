"""The team: who works how much, who is away, how long a contact takes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "team_member",
        sa.Column("name", sa.String, sa.ForeignKey("account.name"), primary_key=True),
        sa.Column("minutes_a_day", sa.Integer, nullable=False),
        sa.Column("ceiling", sa.Integer, nullable=False),
        sa.Column("districts", sa.JSON, nullable=False),
    )
    op.create_table(
        "absence",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, index=True),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
    )
    op.create_table(
        "attempt_minutes",
        sa.Column("attempt", sa.String, primary_key=True),
        sa.Column("minutes", sa.Integer, nullable=False),
    )
