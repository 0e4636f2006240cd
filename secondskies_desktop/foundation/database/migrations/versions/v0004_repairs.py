"""Repairs of arrivals, and how far they are joined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the log of repairs, and the column of the pump that follows it."""
    op.add_column(
        "pump_position", sa.Column("last_repair_id", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_table(
        "repairs",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("inbox_id", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary),
        sa.Column("lost", sa.Text, nullable=False),
        sa.Column("refers", sa.BigInteger),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repairs"),
    )
    op.create_index("ix_repairs_inbox_id", "repairs", ["inbox_id"])
