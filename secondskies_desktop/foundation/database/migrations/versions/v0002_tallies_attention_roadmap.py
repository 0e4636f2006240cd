"""Daily tallies of signals, what wanted the trader and when, and the modules that he marked complete."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables; the engine fills the tallies from the signals when it first runs."""
    op.create_table(
        "signal_tallies",
        sa.Column("trade_date", _KEY_TEXT, nullable=False),
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("counts", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("trade_date", "stream", name="pk_signal_tallies"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_signals_status", "signals", ["status", "sort_us"])
    op.create_index("ix_signal_tallies_seq", "signal_tallies", ["seq"])
    op.create_table(
        "attention_log",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("edge", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("severity", sa.Text),
        sa.Column("text", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_attention_log"),
    )
    op.create_table(
        "roadmap_marks",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("module", _KEY_TEXT, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roadmap_marks"),
    )
