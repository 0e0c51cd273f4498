"""What people answered of letters that could not be linked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "link_answer",
        sa.Column("feed", sa.String, primary_key=True),
        sa.Column("record_key", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("answer", sa.String),
        sa.Column("landlord", sa.String),
        sa.Column("tenancy_no", sa.String),
        sa.Column("person_id", sa.String),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False, index=True),
    )
