"""The demo: a throwaway profile, generated alerts through the real webhook, everything else as in life."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from secondskies_desktop.demo.client import post_stream
from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.foundation.market_hours import next_open
from secondskies_desktop.foundation.profile import Profile, open_profile
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.signals import store as signal_store

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEED = 1_800.0
"""Times faster than life: half an hour of the market in a second, until the present is reached."""
HEADLESS_SECONDS = 20.0
_SEED = 20_251_210
_HOURS_BACK = 240
_HOUR_US = 3_600_000_000
_BARS = 1_000_000


class DemoStream:
    """Posts generated alerts to a running engine's webhook until told to stop, on a thread of its own."""

    def __init__(self, url: str, speed: float | None, seed: int = _SEED) -> None:
        self._url = url
        self._speed = speed or SPEED
        self._seed = seed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo", daemon=True)
        self.posted = 0
        """How many alerts were answered 200."""

    def start(self) -> None:
        """Begin to post."""
        self._thread.start()

    def stop(self) -> None:
        """Stop posting and wait for the last answer."""
        self._stopped.set()
        loop, over = self._loop, self._over
        if loop is not None and over is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(over.set)
        self._thread.join(10.0)

    def _run(self) -> None:
        asyncio.run(self._post())

    async def _post(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        if self._stopped.is_set():
            return
        begin_us = system_clock() - _HOURS_BACK * _HOUR_US
        start_us = next_open(begin_us) or begin_us
        alerts = speak(self._seed, start_us, _BARS, Generation.SNAPSHOT, Defects(duplicate=0.02))
        await post_stream(self._url, alerts, speed=self._speed, over=self._over, posted=self._count)

    def _count(self, status: int) -> None:
        if status == 200:  # noqa: PLR2004 - stored
            self.posted += 1


def open_demo_profile(home: Path | None) -> Profile:
    """Return a fresh demo profile: in a folder of its own below `home`, or in the temporary folder."""
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="secondskies-demo-", dir=home))
    return open_profile(folder, f"sqlite:///{folder / 'demo.db'}", demo=True)


def close_demo_profile(profile: Profile, *, keep: bool) -> None:
    """Throw a demo profile away, unless it is to be kept."""
    if not keep:
        shutil.rmtree(profile.home, ignore_errors=True)


def headless_demo(
    home: Path | None, *, speed: float | None, seconds: float | None, keep: bool
) -> Iterator[dict[str, Any]]:
    """Run the demo without a window; yields progress about every second and the `done` object last."""
    profile = open_demo_profile(home)
    engine = Engine(profile, Settings(), command="secondskies demo")
    try:
        ready = engine.start(port=0)
        stream = DemoStream(ready.url, speed)
        stream.start()
        try:
            give_up = time.monotonic() + (seconds or HEADLESS_SECONDS)
            while (left := give_up - time.monotonic()) > 0:
                time.sleep(min(1.0, left))
                yield {"event": "progress", "posted": stream.posted, **_counts(profile)}
        finally:
            stream.stop()
        yield {"event": "done", "posted": stream.posted, **_settled(profile)}
    finally:
        engine.stop()
        close_demo_profile(profile, keep=keep)


def _counts(profile: Profile) -> dict[str, int]:
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            statuses = signal_store.count_statuses(connection)
            return {
                "stored": inbox_store.last_arrival(connection),
                "signals": sum(statuses.values()),
                **{name.lower(): count for name, count in sorted(statuses.items())},
            }
    finally:
        reader.dispose()


def _settled(profile: Profile) -> dict[str, int]:
    """Count when every stored arrival is folded, or after five seconds as it stands."""
    give_up = time.monotonic() + 5.0
    reader = read_engine(profile.database)
    try:
        while time.monotonic() < give_up:
            with reader.connect() as connection:
                if inbox_store.position(connection) >= inbox_store.last_arrival(connection):
                    break
            time.sleep(0.05)
    finally:
        reader.dispose()
    return _counts(profile)
