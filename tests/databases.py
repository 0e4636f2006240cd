"""Looking into a database from outside, and standing in its way."""

from __future__ import annotations

import contextlib
import hashlib
import time
from typing import TYPE_CHECKING

from sqlalchemy import text

from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.store import Arrival, Stored
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL, Connection

STREAM = "MNQ1! 1m"


def arrival(body: bytes, received_us: int = START_US, stream: str = STREAM) -> Arrival:
    """Return an arrival as the webhook makes it."""
    return Arrival(received_us, "webhook:default", stream, hashlib.sha256(body).digest(), None, body)


def put(url: URL, *bodies: bytes, stream: str = STREAM) -> None:
    """Append bodies to the inbox, one microsecond apart."""
    with writing(url) as connection:
        known = store.last_arrival(connection)
        rows = [arrival(body, START_US + known + place, stream) for place, body in enumerate(bodies)]
        store.append_arrivals(connection, rows)


@contextlib.contextmanager
def reading(url: URL) -> Iterator[Connection]:
    """Look into a database."""
    engine = read_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextlib.contextmanager
def writing(url: URL) -> Iterator[Connection]:
    """Write to a database in one transaction."""
    engine = write_engine(url, wait_ms=5_000)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextlib.contextmanager
def locked(url: URL) -> Iterator[None]:
    """Hold every other writer of the inbox back, as another program would that works on the database."""
    with writing(url) as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(text("LOCK TABLE inbox IN EXCLUSIVE MODE"))
        yield


def inbox_of(url: URL) -> list[Stored]:
    """Return the whole inbox, oldest first."""
    with reading(url) as connection:
        return store.after(connection, 0, 1_000_000)


def bodies_of(url: URL) -> list[bytes]:
    """Return all bodies of the inbox, oldest first."""
    return [one.body for one in inbox_of(url)]


def eventually(holds: Callable[[], object], within_s: float = 10.0) -> None:
    """Wait until something holds that no event tells of."""
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up, f"did not come true within {within_s} s"
        time.sleep(0.01)
