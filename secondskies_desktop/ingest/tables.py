"""Tables of the ingest room: the inbox (append-only truth), how it is read, what became of each arrival, tokens."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from secondskies_desktop.foundation.database.metadata import KEY_TEXT, METADATA, ROW_ID

inbox = Table(
    "inbox",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("received_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    # Identity of an arrival of an alert log (Alert ID, time, body); webhook arrivals have none.
    Column("log_key", LargeBinary, nullable=True),
    Column("body", LargeBinary, nullable=False),
)
Index("uq_inbox_log_key", inbox.c.log_key, unique=True)

deliveries = Table(
    "deliveries",
    METADATA,
    Column("inbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("event_type", Text),
    Column("trade_id", Text),
    Column("rule", Text),
    Column("repairs", Text),
    Column("reason", Text),
    Column("bar_us", BigInteger),
    # The number of the alert within one run of the script, where its generation counts (contract 2).
    Column("seq", BigInteger),
)
Index("ix_deliveries_state", deliveries.c.state, deliveries.c.inbox_id)

bodies = Table(
    "bodies",
    METADATA,
    Column("stream", KEY_TEXT, primary_key=True),
    Column("sha256", LargeBinary, primary_key=True),
    Column("first_inbox_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pump_position = Table(
    "pump_position",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_inbox_id", BigInteger, nullable=False),
    Column("last_fill_id", BigInteger, nullable=False, server_default="0"),
    Column("last_repair_id", BigInteger, nullable=False, server_default="0"),
)

# How arrivals are to be read in place of their own bytes, append-only: a repair with the body that is read, or an
# undo, which refers to the repair. The newest row of an arrival holds.
repairs = Table(
    "repairs",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("inbox_id", BigInteger, nullable=False),
    Column("rules", Text, nullable=False),
    Column("body", LargeBinary),
    Column("lost", Text, nullable=False),
    Column("refers", BigInteger),
    Column("actor", Text, nullable=False),
)
Index("ix_repairs_inbox_id", repairs.c.inbox_id)

# The way of arrivals through the program, a row a slice of the pump; `steps` is packed (trace.py).
traces = Table(
    "traces",
    METADATA,
    Column("first_inbox_id", BigInteger, primary_key=True, autoincrement=False),
    Column("last_inbox_id", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("steps", LargeBinary, nullable=False),
)
Index("ix_traces_at_us", traces.c.at_us)

tokens = Table(
    "tokens",
    METADATA,
    Column("name", KEY_TEXT, primary_key=True),
    Column("sha256", LargeBinary, nullable=False),
    Column("stream", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("last_used_us", BigInteger),
    Column("expires_us", BigInteger),
)
