"""How far all that may be filled in was, beside how far everything was looked through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was looked at before is looked at once more."""
    op.add_column(
        "integrity_position", sa.Column("filled_seq", sa.BigInteger, nullable=False, server_default="0")
    )
