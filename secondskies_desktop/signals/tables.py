"""Tables of the signals room: one row a signal, which body brought each of its events, daily tallies, fills.

All but the fills are a projection: they can be dropped and folded again, from the inbox and the fills, with the
identical result. An event keeps no values, only the place of the body that brought it; the raw bytes stay the
one stored truth.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from secondskies_desktop.foundation.database.metadata import KEY_TEXT, METADATA, ROW_ID

STILL_STEPPED = 1 << 62
"""Behind every time: the next bar steps the legs."""

signals = Table(
    "signals",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("stream", KEY_TEXT, nullable=False),
    Column("trade_id", KEY_TEXT, nullable=False),
    # Grows with every change of any row, so that a reader can ask for what is new.
    Column("seq", BigInteger, nullable=False),
    Column("sort_us", BigInteger, nullable=False),
    Column("signal_us", BigInteger),
    Column("direction", Text),
    Column("session", Text),
    Column("trade_date", Text),
    Column("status", Text, nullable=False),
    # The bar up to which bars move the legs: their stop, STILL_STEPPED while they run, null without legs. A
    # start finds by index what the next bar steps, and a late bar what it concerns.
    Column("stepped_until_us", BigInteger),
    Column("state", LargeBinary, nullable=False),
    Column("view", LargeBinary, nullable=False),
    UniqueConstraint("stream", "trade_id"),
)
Index("ix_signals_seq", signals.c.seq)
Index("ix_signals_sort_us", signals.c.sort_us, signals.c.trade_id)
Index("ix_signals_status", signals.c.status, signals.c.sort_us)
Index("ix_signals_signal_us", signals.c.stream, signals.c.signal_us)
Index("ix_signals_stepped_until_us", signals.c.stream, signals.c.stepped_until_us)

signal_events = Table(
    "signal_events",
    METADATA,
    Column("signal_id", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, primary_key=True),
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("inbox_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What KPIs are read from: how often each thing of tally.py happened, by trade date ("" where it is not known) and
# chart. `seq` is the change of a signal that changed the row last, so that a reader asks for what is new.
signal_tallies = Table(
    "signal_tallies",
    METADATA,
    Column("trade_date", KEY_TEXT, primary_key=True),
    Column("stream", KEY_TEXT, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("counts", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_signal_tallies_seq", signal_tallies.c.seq)

# Append-only truth beside the inbox: what was filled in where nothing was received ("fill"), taken back ("undo"), or
# chosen between two that were received ("choice"). `value` and `because`, the arrivals it came from, are JSON;
# `refers` is the fill that is taken back.
fills = Table(
    "fills",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stream", KEY_TEXT, nullable=False),
    Column("trade_id", KEY_TEXT, nullable=False),
    Column("field", Text, nullable=False),
    Column("value", Text),
    Column("source", Text),
    Column("confidence", Float),
    Column("reason", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("refers", BigInteger),
    Column("actor", Text, nullable=False),
)
Index("ix_fills_trade_id", fills.c.stream, fills.c.trade_id)
