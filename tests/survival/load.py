"""Senders that post bodies of their own, and what each body was answered."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from itertools import count
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from secondskies_desktop.demo.speech import speak
from secondskies_desktop.foundation.attention import Attention, AttentionCleared
from secondskies_desktop.foundation.database.engine import sqlite_url
from tests.clocks import START_US
from tests.databases import bodies_of, reading
from tests.loopback import WITHIN_S, Answer, Wire, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.database.engine import URL

_TOO_LATE = Answer(0, b"", b"", False, WITHIN_S)
_PAUSE_S = 0.02
"""Between two posts of a sender that is refused."""
_WEEK = 6_000


def alerts() -> Iterator[bytes]:
    """Yield bodies as the indicator sends them, no two alike, without end."""
    for seed in count():
        week_us = START_US + seed * 7 * 86_400_000_000
        for one in speak(seed, week_us, _WEEK):
            yield one.body


class Load:
    """Several connections that post until the end, each body once; usable as a context.

    A sender whose connection breaks, or finds nobody there, ends: its body has no answer.
    """

    def __init__(self, url: str, bodies: Iterator[bytes], connections: int = 4) -> None:
        place = urlsplit(url)
        assert place.port is not None
        self._port, self._path = place.port, place.path
        self._bodies = bodies
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._senders = [threading.Thread(target=self._send) for _ in range(connections)]
        self._answered: dict[int, list[bytes]] = defaultdict(list)
        self.slowest_s = 0.0

    def answered(self, status: int) -> list[bytes]:
        """Return the bodies that were answered so by now."""
        with self._lock:
            return list(self._answered[status])

    @property
    def stored(self) -> list[bytes]:
        """The bodies whose 200 was read."""
        return self.answered(200)

    @property
    def refused(self) -> list[bytes]:
        """The bodies whose 503 was read."""
        return self.answered(503)

    @property
    def statuses(self) -> set[int]:
        """What was ever answered; 0 is no answer."""
        with self._lock:
            return {status for status, bodies in self._answered.items() if bodies}

    def _send(self) -> None:
        try:
            wire = Wire(self._port)
        except OSError:
            return
        status = 200
        while status and not self._over.is_set():
            with self._lock:
                body = next(self._bodies)
            wire.send(request(self._path, body))
            try:
                answer = wire.read()
            except TimeoutError:
                answer = _TOO_LATE
            status = answer.status
            self._note(body, answer)
            if status != 200:
                self._over.wait(_PAUSE_S)
        wire.close()

    def _note(self, body: bytes, answer: Answer) -> None:
        with self._lock:
            self._answered[answer.status].append(body)
            self.slowest_s = max(self.slowest_s, answer.seconds)

    def __enter__(self) -> Self:
        for sender in self._senders:
            sender.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        for sender in self._senders:
            sender.join()


def storage_events(bus: Bus) -> list[object]:
    """Return a list that grows with what a bus says of an inbox that cannot be written, and of its end."""
    said: list[object] = []

    def hear(event: Attention | AttentionCleared) -> None:
        if (event.kind, event.key) == ("storage", "inbox"):
            said.append(event)

    bus.subscribe(Attention, hear)
    bus.subscribe(AttentionCleared, hear)
    return said


def database_of(home: Path) -> URL:
    """Return the database of a profile folder."""
    return sqlite_url(home / "secondskies.db")


def assert_all_there_once(url: URL, acknowledged: list[bytes]) -> None:
    """Every acknowledged body is in the inbox, no body is there more often than it was sent."""
    found = Counter(bodies_of(url))
    lost = [body for body in acknowledged if body not in found]
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged bodies are lost"
    assert max(found.values(), default=1) == 1
    assert len(set(acknowledged)) == len(acknowledged)


def assert_whole(url: URL) -> None:
    """SQLite finds no fault in the file."""
    with reading(url) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]


def wait_for(load: Load, status: int, more: int, within_s: float) -> None:
    """Wait until so many more bodies have had an answer."""
    give_up = time.monotonic() + within_s
    wanted = len(load.answered(status)) + more
    while len(load.answered(status)) < wanted:
        assert time.monotonic() < give_up, f"not {more} more answers {status} within {within_s} s"
        time.sleep(0.01)
