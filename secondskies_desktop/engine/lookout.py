"""Looks every quarter of a minute whether something wants the trader, and hears of entries as they come.

Looking reads on a connection of its own off the loop; hearing costs a comparison for each signal that changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import threading
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.alerts import rules
from secondskies_desktop.alerts.pulse import Pulses
from secondskies_desktop.engine import alarms
from secondskies_desktop.foundation.clock import moment
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.changes import SignalsChanged
from secondskies_desktop.signals.wire import TEST_ALERT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from secondskies_desktop.alerts.rules import Pulse
    from secondskies_desktop.foundation.attention import Attention, AttentionBoard
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock, Moment
    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.settings import Settings

EVERY_S = 15.0
_WEBHOOK = "webhook"
_KNOWN_ENTRIES = 500
_MOST_ENTRIES = 50_000
"""Signals whose entry is remembered as told; on real charts that many take a year."""
_FRESH_US = 120_000_000
_READ_WITHIN_US = 60_000_000
TOLD_AT_ONCE = 20
"""Entries that stand open beside one another. More of them are no help, and a storm would stop the window."""


class Seen(NamedTuple):
    """What the database says at a look."""

    last_webhook: tuple[int, int] | None
    dead: int
    pulses: list[Pulse]


class Lookout:
    """Raises and clears on the board what the rules say of what it sees."""

    def __init__(
        self,
        database: URL,
        home: Path,
        settings: Settings,
        board: AttentionBoard,
        bus: Bus,
        clock: Clock,
        moments: Callable[[], Moment] | None = None,
    ) -> None:
        self.settings = settings
        self._home = home
        self._board = board
        self._clock = clock
        self._moments: Callable[[], Moment] = partial(moment, clock) if moments is None else moments
        self._database = read_engine(database)
        self._before: Moment | None = None
        self._last: tuple[int, int] | None = None
        self._listening_since_us = clock()
        self._told_dead = alarms.DeadTold()
        self._pulses = Pulses()
        self._lock = threading.Lock()
        self._entered: dict[int, None] = {}
        self._candidates: list[tuple[str, Attention]] = []
        self._endings = [
            bus.subscribe(SignalsChanged, self._hear_signals),
            bus.subscribe(ArrivalsChanged, self._hear_arrivals),
        ]

    def close(self) -> None:
        """Hear nothing more and let go of the database."""
        while self._endings:
            self._endings.pop()()
        self._database.dispose()

    async def begin(self) -> None:
        """Learn which signals have entered by now, so that none is told as new; never raises."""
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._learn_entries)

    def _learn_entries(self) -> None:
        with self._database.connect() as connection:
            rows = signal_store.newest(connection, _KNOWN_ENTRIES)
        with self._lock:
            self._entered |= dict.fromkeys(row.id for row in rows if row.view.entry_us is not None)

    async def look(self) -> str:
        """Look at the clocks, the disk and the database; what cannot be seen is left as it was."""
        self._look_at_clocks(self._moments())
        self._board.pass_by(self._clock())
        self._look_at_disk(await asyncio.to_thread(self._free_bytes))
        self._look_at_arrivals(await asyncio.to_thread(self._see))
        return ""

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._home).free

    def _see(self) -> Seen:
        with self._database.connect() as connection:
            return Seen(
                self._newest_arrival(connection), store.count_dead(connection), self._pulses.read(connection)
            )

    def _newest_arrival(self, connection: Connection) -> tuple[int, int] | None:
        behind = 0 if self._last is None else self._last[0]
        unread_until_us = self._clock() - _READ_WITHIN_US
        return store.last_webhook_arrival(connection, behind, TEST_ALERT, unread_until_us) or self._last

    def _look_at_clocks(self, now: Moment) -> None:
        before, self._before = self._before, now
        if before is None:
            return
        for one in alarms.clock_jump(before, now):
            # While it slept nobody listened, and by a clock that was set no silence can be measured.
            self._listening_since_us = now.wall_us
            self._board.raise_(one, again=True)

    def _look_at_disk(self, free_bytes: int) -> None:
        is_told = self._is_open(rules.DISK, "profile")
        told = alarms.disk(free_bytes, self.settings.attention.disk_free_mb, self._clock(), is_told=is_told)
        self._say(told, rules.DISK, ("profile",))

    def _look_at_arrivals(self, seen: Seen) -> None:
        now_us = self._clock()
        self._last = seen.last_webhook
        last_us = None if seen.last_webhook is None else seen.last_webhook[1]
        told = alarms.silence(
            last_us, self._listening_since_us, self.settings.attention.silence_minutes, now_us
        )
        self._say(told, rules.SILENCE, ("webhook", "hours"))
        self._look_at_heartbeats(seen.pulses, now_us)
        if not seen.dead:
            self._told_dead = alarms.DeadTold()
            self._board.clear(rules.DEAD_LETTERS, "inbox")
            return
        dead = alarms.dead_letters(seen.dead, self._told_dead, now_us)
        if dead is not None:
            self._told_dead = alarms.DeadTold(seen.dead, now_us)
            self._board.raise_(dead, again=True)

    def _look_at_heartbeats(self, pulses: list[Pulse], now_us: int) -> None:
        minutes = self.settings.alerts.heartbeat_minutes
        lost = {one.key: one for one in rules.heartbeats(pulses, self._listening_since_us, minutes, now_us)}
        for one in self._board.open():
            if one.kind == rules.HEARTBEAT and one.key not in lost:
                self._board.clear(one.kind, one.key)
        for told in lost.values():
            self._board.raise_(told)

    def _say(self, told: Attention | None, kind: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            if told is None or told.key != key:
                self._board.clear(kind, key)
        if told is not None:
            self._board.raise_(told)

    def _is_open(self, kind: str, key: str) -> bool:
        return any((one.kind, one.key) == (kind, key) for one in self._board.open())

    def _hear_signals(self, event: SignalsChanged) -> None:
        entered = [row for row in event.rows if row.view.entry_us is not None]
        if not entered:
            return
        now_us = self._clock()
        with self._lock:
            for row in entered:
                if row.id in self._entered:
                    continue
                self._entered[row.id] = None
                told = alarms.new_entry(row.view, f"{row.view.stream} {row.view.trade_id}", now_us)
                if told is not None:
                    self._candidates.append((row.view.stream, told))
            while len(self._entered) > _MOST_ENTRIES:
                del self._entered[next(iter(self._entered))]

    def _hear_arrivals(self, event: ArrivalsChanged) -> None:
        """Tell the entries that came over HTTP just now: the pump publishes a slice's arrivals after its signals."""
        with self._lock:
            candidates, self._candidates = self._candidates, []
        if not candidates:
            return
        since_us = self._clock() - _FRESH_US
        live = {
            row.stream
            for row in event.rows
            if row.source.startswith(_WEBHOOK) and row.received_us >= since_us
        }
        fresh = [told for stream, told in candidates if stream in live]
        room = TOLD_AT_ONCE - sum(1 for one in self._board.open() if one.kind == rules.ENTRY) if fresh else 0
        for told in fresh[: max(0, room)]:
            self._board.raise_(told)
        if len(fresh) > room:
            self._board.raise_(alarms.many_entries(self._clock()))
