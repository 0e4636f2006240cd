"""Table of the foundation room: runs of background jobs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from secondskies_desktop.foundation.database.metadata import METADATA, ROW_ID

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
