"""What somebody answered to an alarm of the watch: seen, or silent for a while, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alarm_answer",
        sa.Column("entry_no", sa.Integer, primary_key=True),
        sa.Column("alarm_key", sa.String, nullable=False, index=True),
        sa.Column("since", sa.Date, nullable=True),
        sa.Column("muted_until", sa.Date, nullable=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
