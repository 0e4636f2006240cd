"""The one MetaData on which each room's tables.py registers its tables."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, Text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column declared INTEGER; its integers are 64 bit anyway.
ROW_ID = BigInteger().with_variant(Integer, "sqlite")

# What rows are ordered by sorts by its bytes on both databases, whatever language a server was made for.
KEY_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
