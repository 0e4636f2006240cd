"""Integrity in a command and in the engine: who looks, who writes, and what is answered."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from secondskies_desktop.alerts.rules import CONFLICT, QUALITY
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime, as_iso, system_clock
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.engine_lock import EngineLock, EngineRunning
from secondskies_desktop.foundation.settings import read_settings
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.listing import store as listing
from secondskies_desktop.integrity.service import Integrity
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.fill_log import store as fill_log
from secondskies_desktop.signals.fills import Fill, FillKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import IntegritySettings

_LOOKED_WITHIN_S = 30.0
_WRITTEN_WITHIN_S = 10.0
_MOST_CONFLICTS = 100_000
_AT_MOST_S = 0.9
"""Seconds of one run of the job: it is due again after one."""
_SHARE = 0.2
"""What of a core may be spent on what was never looked at, or is looked at again."""


class EngineIntegrity:
    """Looks once a second on a thread of its own, writes through the engine's writer, and says what is wrong."""

    def __init__(
        self,
        database: URL,
        settings: IntegritySettings,
        board: AttentionBoard,
        clock: Clock,
        submit: Callable[[Callable[[Connection], Any]], Future[Any]],
    ) -> None:
        self.service = Integrity(settings, clock)
        self._database = read_engine(database)
        self._board = board
        self._clock = clock
        self._submit = submit
        self._sampled_us = 0
        self._ended = False

    def follow(self, settings: IntegritySettings) -> None:
        """Take settings that were changed while it runs."""
        self.service.follow(settings)

    def close(self) -> None:
        """Look no more and let go of the database."""
        self._ended = True
        self._database.dispose()

    async def look(self) -> str:
        """Look at what has changed; what cannot be read now is seen at the next look."""
        await asyncio.to_thread(self._look)
        return ""

    def _look(self) -> None:
        """Work off what has changed; what was never looked at takes a share of a core, so that a screen stays awake."""
        signals, until = 0, time.monotonic() + _AT_MOST_S
        while not self._ended:
            begun = time.thread_time()
            with self._database.connect() as connection:
                looked = self.service.step(connection, self._write)
            signals += looked.signals
            if not looked.more or time.monotonic() > until:
                break
            if not looked.is_fresh:
                time.sleep((time.thread_time() - begun) * (1 - _SHARE) / _SHARE)
        self._sample(signals)

    def _sample(self, signals: int) -> None:
        now_us = self._clock()
        if not self._ended and signals and now_us - self._sampled_us >= 60_000_000:  # noqa: PLR2004 - a minute
            self._sampled_us = now_us
            with self._database.connect() as connection:
                health = store.health(connection)
                conflicts = conflicts_of(connection)
            self._write(lambda connection: store.write_sample(connection, sample_of(health, now_us)))
            self._say(health, len(conflicts), now_us)

    def _write(self, work: Callable[[Connection], Any]) -> None:
        self._submit(work).result(_WRITTEN_WITHIN_S)

    def _say(self, health: store.Health, conflicts: int, now_us: int) -> None:
        least = self.service.settings.quality_watch
        if health.health is not None and health.health < least:
            text = f"Signal quality is {health.health:.0f}, below {least}: Integrity says what is missing"
            self._board.raise_(Attention(QUALITY, Severity.WATCH, "signals", text, as_datetime(now_us)))
        else:
            self._board.clear(QUALITY, "signals")
        if conflicts:
            text = f"{conflicts} received values contradict one another: Integrity lists them to decide"
            self._board.raise_(Attention(CONFLICT, Severity.WATCH, "signals", text, as_datetime(now_us)))
        else:
            self._board.clear(CONFLICT, "signals")


def sample_of(health: store.Health, now_us: int) -> store.Sample:
    """Return health as a sample; completeness is estimated elsewhere."""
    return store.Sample(now_us, health.health, health.signals, health.complete, health.gaps, None, None, None)


def look_now(profile: Profile, *, fills: bool, clock: Clock = system_clock) -> None:
    """Fold what waits and look at everything; a running engine does so by itself and is waited for."""
    fold_pending(profile)
    with _alone(profile) as alone:
        if not alone:
            _await_engine(profile)
        elif _look(profile, clock, fills=fills):
            pump = Pump(profile.database)
            try:
                pump.run_to_end()
            finally:
                pump.close()
            # Once more: what was filled in is not missing any longer.
            _look(profile, clock, fills=False)


@contextmanager
def _alone(profile: Profile) -> Iterator[bool]:
    lock = EngineLock(profile.database, "a command that looks for gaps")
    try:
        lock.acquire()
    except EngineRunning:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _look(profile: Profile, clock: Clock, *, fills: bool) -> bool:
    """Look at all there is; returns whether anything was filled in."""
    service = Integrity(read_settings(profile.settings_file).integrity, clock)
    reader, writer = read_engine(profile.database), write_engine(profile.database, wait_ms=5_000)

    def write(work: Callable[[Connection], None]) -> None:
        with writer.begin() as connection:
            work(connection)

    has_filled, is_first = False, fills
    try:
        while True:
            with reader.connect() as connection:
                looked = service.step(connection, write, fills=fills, everything=is_first)
            has_filled, is_first = has_filled or bool(looked.fills), False
            if not looked.more:
                return has_filled
    finally:
        reader.dispose()
        writer.dispose()


def _await_engine(profile: Profile) -> None:
    """Wait until a running engine has looked at all that is folded now."""
    reader = read_engine(profile.database)
    give_up = time.monotonic() + _LOOKED_WITHIN_S
    try:
        with reader.connect() as connection:
            wanted = signal_store.counters(connection)[1]
        while time.monotonic() < give_up:
            with reader.connect() as connection:
                if store.position(connection).seq >= wanted:
                    return
            time.sleep(0.1)
    finally:
        reader.dispose()


def proposed(profile: Profile, clock: Clock = system_clock) -> list[Fill]:
    """Return what would be filled in now, and write nothing."""
    fold_pending(profile)
    service = Integrity(read_settings(profile.settings_file).integrity, clock)
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            return service.proposed(connection)
    finally:
        reader.dispose()


def filled(profile: Profile, clock: Clock = system_clock) -> list[Fill]:
    """Fill in what can be; returns the new rows of the log with their ids."""
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            newest = fill_log.newest(connection, 1)
        look_now(profile, fills=True, clock=clock)
        with reader.connect() as connection:
            place, found = newest[0].id if newest else 0, list[Fill]()
            while rows := fill_log.after(connection, place, 2_000):
                place = rows[-1].id
                found += [one for one in rows if one.kind == FillKind.FILL]
            return found
    finally:
        reader.dispose()


def scan_answer(connection: Connection) -> dict[str, Any]:
    """Return `integrity scan`: health, what is missing, and where values came from."""
    health = store.health(connection)
    return {
        "health": health.health,
        "signals": health.signals,
        "complete": health.complete,
        "gaps": gap_answers(connection),
        "sources": {
            "arrivals": inbox_store.last_arrival(connection),
            "filled": store.fills_by_source(connection),
        },
        "last_heartbeat": as_iso(store.last_heartbeat(connection)),
        "looked_at": as_iso(store.position(connection).at_us or None),
    }


def gap_answers(connection: Connection) -> list[dict[str, Any]]:
    """Return what is missing, as it is answered."""
    return [
        {
            "trade_id": one.trade_id or None,
            "stream": one.stream,
            "type": one.type,
            "since": as_iso(one.since_us),
            "points": one.points,
            "text": one.text,
        }
        for one in store.open_findings(connection)
        if one.category == store.GAP
    ]


def fill_answer(one: Fill) -> dict[str, Any]:
    """Return one fill as it is answered; times as ISO 8601."""
    value = as_iso(one.value) if isinstance(one.value, int) and one.field.isupper() else one.value
    return {
        "id": one.id or None,
        "trade_id": one.trade_id,
        "stream": one.stream,
        "field": one.field,
        "value": value,
        "source": one.source,
        "confidence": one.confidence,
        "reason": one.reason,
        "because": list(one.because),
    }


def conflicts_of(connection: Connection) -> list[dict[str, Any]]:
    """Return the received values that contradict one another and that nobody has decided."""
    return [
        {
            "trade_id": one.trade_id,
            "stream": one.stream,
            "field": one.type.partition(":")[2],
            "text": one.text,
        }
        for one in listing.open_conflicts(connection, store.CONFLICT, _MOST_CONFLICTS)
    ]
