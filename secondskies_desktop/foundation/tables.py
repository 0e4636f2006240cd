"""Tables of the foundation room: job runs, what wanted the trader, what he marked complete, the audit trail."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, Table, Text

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

# Append-only: what is open, and since when, follows from the edges ("raised", "cleared", "acknowledged", "taken back",
# "told").
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

# Append-only and without holes: every row holds the hash of the one before it. `detail` is JSON.
audit_trail = Table(
    "audit_trail",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
