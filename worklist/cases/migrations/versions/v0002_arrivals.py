"""Concerns that came since the night, and the keys of the programs that send them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "arrival",
        sa.Column("concern_no", sa.String, primary_key=True),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False, index=True),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("urgency", sa.String),
        sa.Column("landlord", sa.String),
        sa.Column("tenancy_no", sa.String),
        sa.Column("recorded_by", sa.String, nullable=False),
    )
    op.create_table(
        "sender_key",
        sa.Column("key_hash", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
