"""Integrity: what a look costs as the store grows, and how soon what is missing is found and filled in."""

from __future__ import annotations

import hashlib
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from benchmarks import stored
from benchmarks.rows import Line, at_most
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.clock import as_datetime, system_clock
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.sessions import NEW_YORK
from secondskies_desktop.foundation.settings import IntegritySettings, Settings
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.tokens import DEFAULT_STREAM
from secondskies_desktop.integrity.minutes import MINUTE_US, open_minutes
from secondskies_desktop.integrity.service import AGAIN_S, Integrity
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.vocabulary import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL, Connection

LOOK = "integrity"
_CLOSED, _RUNNING = 100_000, 1_000
_BODIES = Path(__file__).resolve().parent.parent / "tests" / "signals" / "bodies"
_ID_OR_TIME = re.compile(rb"20251209_094200000|2025-12-09T\d\d:\d\d:\d\d")
_ROUNDS = 20
_LATEST_S = 60.0


def look(*, quick: bool) -> Iterator[Line]:
    """A scan of what runs beside a large past, and the way of one alert to what it shows to be missing."""
    closed = _CLOSED // 10 if quick else _CLOSED
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
        profile = open_profile(Path(folder) / "home")
        stored.fill(profile.database, _told(closed, _RUNNING), signals=closed + _RUNNING)
        first_s, again = _first_and_again(profile.database)
    beside = f"{_RUNNING:,} running signals beside {closed:,} that are over"
    yield at_most(
        LOOK,
        f"scan of {beside}",
        200.0,
        figure=statistics.median(again),
        unit="ms",
        note=f"worst {max(again):.0f}",
    )
    per_thousand = 1_000 * first_s / (closed + _RUNNING)
    yield at_most(
        LOOK, "  first look of all, a core's seconds a thousand signals", 2.0, figure=per_thousand, unit="s"
    )
    found = [_seconds_to_fill(number) for number in range(3 if quick else 10)]
    yield at_most(LOOK, "  from an alert to the fill that it shows, worst", 2.0, figure=max(found), unit="s")


def _told(closed: int, running: int) -> Iterator[inbox_store.Arrival]:
    """Yield the alerts of signals, one every minute of an open market up to now; the last ones run on."""
    entry, update, end = (
        (_BODIES / f"telemetry_{name}.json").read_bytes() for name in ("entry", "mfe", "exit_stop")
    )
    now_us = system_clock() // MINUTE_US * MINUTE_US
    minutes = open_minutes(now_us - (closed + running) * 2 * MINUTE_US, now_us - 3 * MINUTE_US)[
        -(closed + running) :
    ]
    for number, at_us in enumerate(minutes):
        yield _arrival(entry, at_us, 0)
        yield _arrival(end if number < closed else update, at_us, 1)


def _arrival(body: bytes, signal_us: int, minutes_later: int) -> inbox_store.Arrival:
    local = as_datetime(signal_us).astimezone(NEW_YORK)
    at_us = signal_us + minutes_later * MINUTE_US
    at = as_datetime(at_us).astimezone(NEW_YORK)

    def moved(found: re.Match[bytes]) -> bytes:
        return (
            f"{local:%Y%m%d_%H%M00000}".encode() if b"_" in found[0] else f"{at:%Y-%m-%dT%H:%M:00}".encode()
        )

    said = _ID_OR_TIME.sub(moved, body)
    digest = hashlib.sha256(said).digest()
    return inbox_store.Arrival(at_us, "webhook:default", DEFAULT_STREAM, digest, None, said)


def _first_and_again(url: URL) -> tuple[float, list[float]]:
    """Look at all, and so many times at what runs; returns the seconds of a core, and the ms of each scan."""
    now_us = system_clock()
    service = Integrity(IntegritySettings(), lambda: now_us)
    reader, writer = read_engine(url), write_engine(url, wait_ms=5_000, durable=False)

    def write(work: Callable[[Connection], None]) -> None:
        with writer.begin() as connection:
            work(connection)

    def whole() -> None:
        while True:
            with reader.connect() as connection:
                if not service.step(connection, write, fills=False).more:
                    return

    try:
        begun = time.process_time()
        whole()
        first_s, again = time.process_time() - begun, list[float]()
        for _ in range(_ROUNDS):
            now_us += int(AGAIN_S * 1e6)
            started = time.perf_counter()
            whole()
            again.append(1_000 * (time.perf_counter() - started))
        return first_s, again
    finally:
        reader.dispose()
        writer.dispose()


def _seconds_to_fill(number: int) -> float:
    """Tell a running engine of a triangle and of the opposite one; returns the seconds until the first is cancelled."""
    created = (_BODIES / "telemetry_signal_created.json").read_bytes()
    opposite = created.replace(b"094200000_BULLISH", b"094700000_BEARISH").replace(b'"Bullish"', b'"Bearish"')
    with tempfile.TemporaryDirectory(prefix="secondskies-bench-") as folder:
        profile = open_profile(Path(folder) / "home")
        engine = Engine(profile, Settings(), command="bench")
        engine.start(port=0)
        reader = read_engine(profile.database)
        try:
            _post(engine, created)
            # Not always at the same place between two looks.
            time.sleep(2.0 + number / 10)
            begun = time.perf_counter()
            _post(engine, opposite)
            while time.perf_counter() - begun < _LATEST_S:
                with reader.connect() as connection:
                    if signal_store.count_statuses(connection).get(Status.CANCELLED):
                        return time.perf_counter() - begun
                time.sleep(0.01)
            raise TimeoutError("nothing was filled in")
        finally:
            reader.dispose()
            engine.stop()


def _post(engine: Engine, body: bytes) -> None:
    request = Request(engine.hook_url(public=False) or "", body, method="POST")  # noqa: S310 - our own listener
    with urlopen(request, timeout=10):  # noqa: S310 - the same
        pass
