"""Many rows in one statement, told apart by which of them were new; the same for both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

_CHUNK = 128


def insert_new(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert rows (all columns of the table, in order), pass over those whose key exists.

    Returns the named columns of the rows that were really inserted. One statement per 128 rows: neither
    SQLite's executemany nor SQLAlchemy's can say which rows of a batch were new.
    """
    columns = [column.name for column in table.columns]
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    one = f"({','.join([mark] * len(columns))})"
    inserted: list[tuple[Any, ...]] = []
    for chunk in _powers_of_two(rows):
        statement = (
            f"INSERT INTO {table.name} ({','.join(columns)}) VALUES {','.join([one] * len(chunk))} "
            f"ON CONFLICT DO NOTHING RETURNING {','.join(returning)}"
        )
        values = tuple(value for row in chunk for value in row)
        result = connection.exec_driver_sql(statement, values)
        inserted.extend(tuple(row) for row in result)
    return inserted


def _powers_of_two(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Cut rows into chunks of few different sizes, so that the prepared statements are reused."""
    start, total = 0, len(rows)
    while start < total:
        size = min(_CHUNK, 1 << ((total - start).bit_length() - 1))
        yield rows[start : start + size]
        start += size
