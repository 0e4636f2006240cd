"""Tables of the alerts room: what was sent out, and whether it arrived."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from secondskies_desktop.foundation.database.metadata import METADATA, ROW_ID

# Append-only. `step` is the step of escalation: 0 is the first word.
alert_sends = Table(
    "alert_sends",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("ix_alert_sends_at_us", alert_sends.c.at_us)
