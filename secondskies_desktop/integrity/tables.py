"""Tables of the integrity room: what was found, how far it has looked, and how health went.

All but the times at which something was found can be found again from the projection.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from secondskies_desktop.foundation.database.metadata import KEY_TEXT, METADATA

# One row for each thing that is missing or looks wrong, from when it was found until it is over. `trade_id` is ""
# where it concerns a whole chart; `category` is "gap", "check" or "anomaly".
findings = Table(
    "findings",
    METADATA,
    Column("stream", KEY_TEXT, primary_key=True),
    Column("trade_id", KEY_TEXT, primary_key=True),
    Column("category", KEY_TEXT, primary_key=True),
    Column("type", KEY_TEXT, primary_key=True),
    Column("since_us", BigInteger, primary_key=True, autoincrement=False),
    Column("trade_date", Text),
    Column("points", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("found_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Column("closed_by", Text),
    sqlite_with_rowid=False,
)
Index("ix_findings_closed_us", findings.c.closed_us, findings.c.found_us)
Index("ix_findings_found_us", findings.c.found_us)

integrity_position = Table(
    "integrity_position",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # The change of a signal and the arrival up to which everything was looked through.
    Column("seq", BigInteger, nullable=False),
    Column("inbox_id", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    # The change up to which all that may be filled in was: a command may look and fill in nothing.
    Column("filled_seq", BigInteger, nullable=False, server_default="0"),
)

# Health as it was at a look: nulls where it could not be told.
integrity_samples = Table(
    "integrity_samples",
    METADATA,
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    Column("health", Float),
    Column("signals", BigInteger, nullable=False),
    Column("complete", BigInteger, nullable=False),
    Column("gaps", BigInteger, nullable=False),
    Column("completeness", Float),
    Column("completeness_low", Float),
    Column("completeness_high", Float),
)
