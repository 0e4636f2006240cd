"""The inbox, what becomes of its arrivals, the signal projection, bars, tokens and job runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_KEY_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the first schema."""
    _ingest()
    _signals()
    op.create_table(
        "bars",
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("at_us", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("open", sa.Float, nullable=False),
        sa.Column("high", sa.Float, nullable=False),
        sa.Column("low", sa.Float, nullable=False),
        sa.Column("close", sa.Float, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("stream", "at_us", name="pk_bars"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_runs",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("started_us", sa.BigInteger, nullable=False),
        sa.Column("finished_us", sa.BigInteger),
        sa.Column("ok", sa.Boolean),
        sa.Column("detail", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_job_runs"),
    )


def _ingest() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("received_us", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("log_key", sa.LargeBinary),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
    )
    op.create_index("uq_inbox_log_key", "inbox", ["log_key"], unique=True)
    op.create_table(
        "deliveries",
        sa.Column("inbox_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("event_type", sa.Text),
        sa.Column("trade_id", sa.Text),
        sa.Column("rule", sa.Text),
        sa.Column("repairs", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("bar_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("inbox_id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state", "inbox_id"])
    op.create_table(
        "bodies",
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("first_inbox_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("stream", "sha256", name="pk_bodies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pump_position",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("last_inbox_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pump_position"),
    )
    op.create_table(
        "tokens",
        sa.Column("name", _KEY_TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("created_us", sa.BigInteger, nullable=False),
        sa.Column("last_used_us", sa.BigInteger),
        sa.Column("expires_us", sa.BigInteger),
        sa.PrimaryKeyConstraint("name", name="pk_tokens"),
    )


def _signals() -> None:
    op.create_table(
        "signals",
        sa.Column("id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("stream", _KEY_TEXT, nullable=False),
        sa.Column("trade_id", _KEY_TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sort_us", sa.BigInteger, nullable=False),
        sa.Column("signal_us", sa.BigInteger),
        sa.Column("direction", sa.Text),
        sa.Column("session", sa.Text),
        sa.Column("trade_date", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stepped_until_us", sa.BigInteger),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.Column("view", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signals"),
        sa.UniqueConstraint("stream", "trade_id", name="uq_signals_stream_trade_id"),
    )
    op.create_index("ix_signals_seq", "signals", ["seq"])
    op.create_index("ix_signals_sort_us", "signals", ["sort_us", "trade_id"])
    op.create_index("ix_signals_signal_us", "signals", ["stream", "signal_us"])
    op.create_index("ix_signals_stepped_until_us", "signals", ["stream", "stepped_until_us"])
    op.create_table(
        "signal_events",
        sa.Column("signal_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("key", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("inbox_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("signal_id", "type", "key", name="pk_signal_events"),
        sqlite_with_rowid=False,
    )
