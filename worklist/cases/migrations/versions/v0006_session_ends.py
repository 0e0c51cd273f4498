"""Until when a session holds whose roles an identity provider told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column. Sessions of before hold as they did, ten hours at most."""
    op.add_column("session", sa.Column("ends_at", sa.DateTime))
