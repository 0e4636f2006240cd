"""Tables of the foundation room: runs of background jobs, what wanted the trader, what he marked complete."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from secondskies_desktop.foundation.database.metadata import KEY_TEXT, METADATA, ROW_ID

job_runs = Table(
    "job_runs",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("job", Text, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("finished_us", BigInteger),
    Column("ok", Boolean),
    Column("detail", Text),
)

# Append-only: what is open, and since when, follows from the edges ("raised", "cleared", "acknowledged").
attention_log = Table(
    "attention_log",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("edge", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("severity", Text),
    Column("text", Text),
)

# Append-only: the newest mark of a module counts, and taking a mark back is a mark too.
roadmap_marks = Table(
    "roadmap_marks",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at_us", BigInteger, nullable=False),
    Column("module", KEY_TEXT, nullable=False),
    Column("complete", Boolean, nullable=False),
)
