"""Inboxes and profiles of any size, from the bodies of a few simulated days told again and again.

Every date and time in them is moved back by whole weeks of New York's clock: the simulation of so many weeks would
take longer than what is measured with them.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import bodies
from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.engine.integrity import look_now
from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import Profile, open_profile
from secondskies_desktop.foundation.sessions import NEW_YORK
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.tokens import DEFAULT_STREAM
from secondskies_desktop.signals import store as signal_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL

SIGNALS = 20_000
_BARS = 5_000
_WEEKS = 300
_AT_ONCE = 1_000
_EVERY_BATCH = 20
_DATE_OR_MS = re.compile(rb"(?<!\d)(?:20\d\d-?[01]\d-?[0-3]\d(?=[T_\"])|1[67]\d{11}(?!\d))")


class Told(NamedTuple):
    """What arrived, and the close of the bar it was told at (µs UTC)."""

    body: bytes
    at_us: int


def told_days(generation: Generation) -> list[Told]:
    """Return what the indicator says in some simulated days."""
    return [
        Told(one.body, one.bar_close_us) for one in speak(bodies.SEED, bodies.START_US, _BARS, generation)
    ]


def without_most_batches(told: list[Told]) -> list[Told]:
    """Keep every twentieth batch: many signals, and not many events of each."""
    batches = [one for one in told if b'"MFE_UPDATE_BATCH"' in one.body]
    dropped = set(batches) - set(batches[::_EVERY_BATCH])
    return [one for one in told if one not in dropped]


def arrivals(told: list[Told], weeks: int = _WEEKS) -> Iterator[store.Arrival]:
    """Yield the arrivals of so many weeks one after the other, oldest first."""
    for back in range(weeks, 0, -1):
        earlier, by_us = _earlier(timedelta(weeks=back))
        for one in told:
            body = _DATE_OR_MS.sub(earlier, one.body)
            digest = hashlib.sha256(body).digest()
            yield store.Arrival(one.at_us - by_us, "webhook:default", DEFAULT_STREAM, digest, None, body)


def fill(url: URL, coming: Iterator[store.Arrival], *, events: int = 0, signals: int = 0) -> tuple[int, int]:
    """Put arrivals into the inbox and fold them, until so much is stored; returns the events and the signals.

    Raises AssertionError where a body was not understood.
    """
    ensure_schema(url)
    writer, reader, pump = write_engine(url, wait_ms=5_000, durable=False), read_engine(url), Pump(url)
    try:
        while True:
            with reader.connect() as connection:
                stored = signal_store.count_events(connection)
                known = sum(signal_store.count_statuses(connection).values())
                assert not store.dead_ids(connection)
            if stored >= events and known >= signals:
                return stored, known
            with writer.begin() as connection:
                store.append_arrivals(connection, list(islice(coming, _AT_ONCE)))
            pump.run_to_end()
    finally:
        pump.close()
        reader.dispose()
        writer.dispose()


def profile_with_signals(home: Path, signals: int = SIGNALS) -> Profile:
    """Make a profile with so many signals in it, all of them looked at, as on a desk that has run for a while."""
    profile = open_profile(home, f"sqlite:///{home / 'secondskies.db'}")
    profile.settings_file.write_text("[listener]\nport = 0\n", encoding="utf-8")
    told = without_most_batches(told_days(Generation.BATCH))
    born = sum(b'"SIGNAL_CREATED"' in one.body for one in told)
    fill(profile.database, arrivals(told, -(-signals // born) + 1), signals=signals)
    look_now(profile, fills=True)
    return profile


def _earlier(by: timedelta) -> tuple[Callable[[re.Match[bytes]], bytes], int]:
    """Return what moves a date or a time in a body, and by how many µs: an hour more or less beyond a change."""
    start = datetime.fromtimestamp(bodies.START_US / 1_000_000, tz=NEW_YORK)
    # Python subtracts from the wall clock, whatever was changed in between.
    by_us = bodies.START_US - as_us(start - by)
    known: dict[bytes, bytes] = {}

    def move(found: re.Match[bytes]) -> bytes:
        word = found[0]
        if word not in known:
            if len(word) == len("1756926000000"):
                return b"%d" % (int(word) - by_us // 1_000)
            form = "%Y-%m-%d" if b"-" in word else "%Y%m%d"
            known[word] = (datetime.strptime(word.decode(), form) - by).strftime(form).encode()  # noqa: DTZ007 - a date alone has no zone
        return known[word]

    return move, by_us
