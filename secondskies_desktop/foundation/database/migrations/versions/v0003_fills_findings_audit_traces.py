"""Fills, what integrity found, the audit trail, the way of arrivals, and what was sent out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables, and the two columns that are filled from now on."""
    op.add_column("deliveries", sa.Column("seq", sa.BigInteger))
    op.add_column(
        "pump_position", sa.Column("last_fill_id", sa.BigInteger, nullable=False, server_default="0")
    )
    _add_fills()
    _add_findings()
    _add_records()


def _add_fills() -> None:
    op.create_table(
        "fills",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("trade_id", _KEY_TEXT, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("confidence", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("because", sa.Text, nullable=False),
        sa.Column("refers", sa.BigInteger),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fills"),
    )
    op.create_index("ix_fills_trade_id", "fills", ["stream", "trade_id"])


def _add_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("trade_id", _KEY_TEXT, nullable=False),
        sa.Column("category", _KEY_TEXT, nullable=False),
        sa.Column("type", _KEY_TEXT, nullable=False),
        sa.Column("since_us", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("trade_date", sa.Text),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("found_us", sa.BigInteger, nullable=False),
        sa.Column("closed_us", sa.BigInteger),
        sa.Column("closed_by", sa.Text),
        sa.PrimaryKeyConstraint("stream", "trade_id", "category", "type", "since_us", name="pk_findings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_findings_closed_us", "findings", ["closed_us", "found_us"])
    op.create_index("ix_findings_found_us", "findings", ["found_us"])
    op.create_table(
        "integrity_position",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("inbox_id", sa.BigInteger, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_integrity_position"),
    )
    op.create_table(
        "integrity_samples",
        sa.Column("at_us", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("health", sa.Float),
        sa.Column("signals", sa.BigInteger, nullable=False),
        sa.Column("complete", sa.BigInteger, nullable=False),
        sa.Column("gaps", sa.BigInteger, nullable=False),
        sa.Column("completeness", sa.Float),
        sa.Column("completeness_low", sa.Float),
        sa.Column("completeness_high", sa.Float),
        sa.PrimaryKeyConstraint("at_us", name="pk_integrity_samples"),
    )


def _add_records() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_trail"),
    )
    op.create_table(
        "traces",
        sa.Column("first_inbox_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("last_inbox_id", sa.BigInteger, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("steps", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("first_inbox_id", name="pk_traces"),
    )
    op.create_index("ix_traces_at_us", "traces", ["at_us"])
    op.create_table(
        "alert_sends",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ok", sa.Boolean, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_sends"),
    )
    op.create_index("ix_alert_sends_at_us", "alert_sends", ["at_us"])
