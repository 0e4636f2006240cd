"""A profile with 20,000 signals, made through the real inbox and pump from the bodies of a simulated week.

The week is told again with every date moved by whole weeks into the past: the simulation of so many would take
longer than what is measured with them.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks import bodies
from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import Profile, open_profile
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.tokens import DEFAULT_STREAM
from secondskies_desktop.signals import store as signal_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SIGNALS = 20_000
_BARS = 5_000
_WEEK_US = 7 * 86_400_000_000
_EVERY_BATCH = 20
_DATE = re.compile(rb"(?<!\d)20\d\d-?[01]\d-?[0-3]\d(?=[T_])")


def make(home: Path, signals: int = SIGNALS) -> Profile:
    """Make the profile; raises AssertionError where a body was not understood."""
    profile = open_profile(home, f"sqlite:///{home / 'secondskies.db'}")
    profile.settings_file.write_text("[listener]\nport = 0\n", encoding="utf-8")
    ensure_schema(profile.database, profile.backups)
    week = _week()
    born = sum(b'"SIGNAL_CREATED"' in body for body, _ in week)
    writer = write_engine(profile.database, wait_ms=5_000)
    with writer.begin() as connection:
        for back in range(-(-signals // born), 0, -1):
            store.append_arrivals(connection, list(_arrivals(week, back)))
    writer.dispose()
    pump = Pump(profile.database)
    pump.run_to_end()
    pump.close()
    reader = read_engine(profile.database)
    with reader.connect() as connection:
        assert not store.dead_ids(connection)
        assert sum(signal_store.count_statuses(connection).values()) >= signals
    reader.dispose()
    return profile


def _week() -> list[tuple[bytes, int]]:
    """Return the bodies of simulated days with the times of their arrival, of the batches every twentieth."""
    told: list[tuple[bytes, int]] = []
    batches = 0
    for one in speak(bodies.SEED, bodies.START_US, _BARS, Generation.BATCH):
        if b'"MFE_UPDATE_BATCH"' in one.body:
            batches += 1
            if batches % _EVERY_BATCH:
                continue
        told.append((one.body, one.bar_close_us))
    return told


def _arrivals(week: list[tuple[bytes, int]], back: int) -> Iterator[store.Arrival]:
    earlier = _earlier(timedelta(weeks=back))
    for body, at_us in week:
        moved = _DATE.sub(earlier, body)
        digest = hashlib.sha256(moved).digest()
        received_us = at_us - back * _WEEK_US
        yield store.Arrival(received_us, "webhook:default", DEFAULT_STREAM, digest, None, moved)


def _earlier(by: timedelta) -> Callable[[re.Match[bytes]], bytes]:
    known: dict[bytes, bytes] = {}

    def move(found: re.Match[bytes]) -> bytes:
        word = found[0]
        if word not in known:
            form = "%Y-%m-%d" if b"-" in word else "%Y%m%d"
            day = datetime.strptime(word.decode(), form).replace(tzinfo=UTC) - by
            known[word] = day.strftime(form).encode()
        return known[word]

    return move
