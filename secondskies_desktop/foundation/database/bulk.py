"""Many rows in one statement, for both databases, without the cost of a mapped row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

_CHUNK = 128


def mark(connection: Connection) -> str:
    """Return the driver's mark for a value in a statement."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def fetch(connection: Connection, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return all rows of a statement in the driver's own tuples. `?` marks the values on both databases."""
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    result = connection.exec_driver_sql(statement, tuple(values))
    cursor = result.cursor
    rows = list(cursor.fetchall())
    result.close()
    return rows


def fetch_by_keys(
    connection: Connection, statement: str, fixed: Sequence[Any], keys: Sequence[Any], tail: str = ""
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement that ends with `IN`, for keys of any number; `tail` stands behind the keys."""
    for chunk in in_powers_of_two(keys):
        marks = ",".join("?" * len(chunk))
        yield from fetch(connection, f"{statement} ({marks}) {tail}", (*fixed, *chunk))


def insert_new(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert rows (all columns of the table, in order), pass over those whose key exists.

    Returns the named columns of the rows that were really inserted. One statement per 128 rows: neither
    SQLite's executemany nor SQLAlchemy's can say which rows of a batch were new.
    """
    columns = [column.name for column in table.columns]
    head = f"INSERT INTO {table.name} ({','.join(columns)}) VALUES "
    tail = f" ON CONFLICT DO NOTHING RETURNING {','.join(returning)}"
    one = f"({','.join('?' * len(columns))})"
    inserted: list[tuple[Any, ...]] = []
    for chunk in in_powers_of_two(rows):
        values = [value for row in chunk for value in row]
        inserted += fetch(connection, f"{head}{','.join([one] * len(chunk))}{tail}", values)
    return inserted


def insert_where_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows as `insert_new` does, but only say how many were new: several times as fast."""
    if not rows:
        return 0
    columns = [column.name for column in table.columns]
    marks = ",".join([mark(connection)] * len(columns))
    result = connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({','.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING",
        list(rows),
    )
    return result.rowcount


def upsert(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]], keys: int = 1) -> None:
    """Write rows (all columns in order, the first `keys` of them the key) over what was known of their keys."""
    records = list(rows)
    if not records:
        return
    columns = [column.name for column in table.columns]
    marks = ",".join([mark(connection)] * len(columns))
    updates = ",".join(f"{name}=excluded.{name}" for name in columns[keys:])
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({','.join(columns)}) VALUES ({marks}) "
        f"ON CONFLICT ({','.join(columns[:keys])}) DO UPDATE SET {updates}",
        records,
    )


def in_powers_of_two(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut rows into chunks of few different sizes, so that the prepared statements are reused."""
    start, total = 0, len(rows)
    while start < total:
        size = min(_CHUNK, 1 << ((total - start).bit_length() - 1))
        yield rows[start : start + size]
        start += size
