"""Table of the market room: one-minute bars, by chart."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Table, Text

from secondskies_desktop.foundation.database.metadata import KEY_TEXT, METADATA

bars = Table(
    "bars",
    METADATA,
    Column("stream", KEY_TEXT, primary_key=True),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    Column("open", Float, nullable=False),
    Column("high", Float, nullable=False),
    Column("low", Float, nullable=False),
    Column("close", Float, nullable=False),
    Column("source", Text, nullable=False),
    # The arrival that brought the bar: of two bars of one minute the first received is kept.
    Column("arrival", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
