"""Follows the heartbeats of each chart through the inbox, so that a look reads only what came since the last."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from secondskies_desktop.alerts import store
from secondskies_desktop.alerts.rules import Pulse, rhythm
from secondskies_desktop.signals.wire import TEST_ALERT

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import Connection

_REMEMBERED = 20


class Pulses:
    """Reads the signs of life; one at a time, on whatever thread asks."""

    def __init__(self) -> None:
        self._until = 0
        self._beats: dict[str, deque[int]] = {}
        self._last: dict[str, int] = {}

    def read(self, connection: Connection) -> list[Pulse]:
        """Return the pulse of each chart that has ever sent a heartbeat over HTTP."""
        until = store.folded_until(connection)
        known = set(self._beats)
        for beat in store.beats(connection, self._until):
            self._beats.setdefault(beat.stream, deque(maxlen=_REMEMBERED)).append(beat.received_us)
            self._live(beat.stream, beat.received_us)
        if known:
            for stream, at_us in store.last_signs(connection, self._until, known, TEST_ALERT).items():
                self._live(stream, at_us)
        for stream in set(self._beats) - known:
            for at_us in store.last_signs(connection, 0, [stream], TEST_ALERT).values():
                self._live(stream, at_us)
        self._until = until
        return [Pulse(one, self._last[one], rhythm(tuple(beats))) for one, beats in self._beats.items()]

    def _live(self, stream: str, at_us: int) -> None:
        self._last[stream] = max(at_us, self._last.get(stream, at_us))
