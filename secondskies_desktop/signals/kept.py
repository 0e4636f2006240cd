"""The signals that the projection has in memory, read from the store when they are first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.signals import store
from secondskies_desktop.signals.lifecycle import SignalState, is_stepped
from secondskies_desktop.signals.tally import counted
from secondskies_desktop.signals.vocabulary import Direction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.signals.store import Stored
    from secondskies_desktop.signals.tally import Counted

NO_KEY = -1
_ROOM = 20_000


class Kept:
    """A signal in memory; `triangle` is the one that its stored row stands for.

    `newest_key` is the greatest key of its stored updates: -1 where none is, None where nobody has looked.
    `counted` is what its stored row adds to the tallies.
    """

    __slots__ = ("counted", "id", "newest_key", "state", "triangle")

    def __init__(
        self,
        signal_id: int,
        state: SignalState,
        triangle: tuple[int, Direction] | None = None,
        newest_key: int | None = None,
        counted: Counted | None = None,
    ) -> None:
        self.id = signal_id
        self.state = state
        self.triangle = triangle
        self.newest_key = newest_key
        self.counted = counted


class KeptSignals:
    """Signals by chart and id. What the next bar steps is always here, the rest while there is room."""

    def __init__(self) -> None:
        self._by_id: dict[str, dict[str, Kept]] = {}
        self._stepped: dict[str, dict[str, Kept]] = {}
        self._size = 0
        self._last_id: int | None = None

    def bring(self, connection: Connection, stream: str, trade_ids: Iterable[str]) -> dict[str, Kept]:
        """Return the kept signals of a chart after making sure that the given ones, old or new, are there."""
        if stream not in self._stepped:
            self._stepped[stream] = {}
            for stored in store.still_stepped(connection, stream):
                self.keep(stream, stored)
        group = self._by_id.setdefault(stream, {})
        missing = [trade_id for trade_id in trade_ids if trade_id not in group]
        if not missing:
            return group
        for stored in store.load(connection, stream, missing):
            self.keep(stream, stored)
        for trade_id in missing:
            if trade_id not in group:
                group[trade_id] = Kept(
                    self._next_id(connection), SignalState(stream, trade_id), newest_key=NO_KEY
                )
                self._size += 1
        return group

    def known(self, connection: Connection, stream: str, trade_id: str) -> Kept | None:
        """Return a signal that is stored, None where there is none."""
        kept = self._by_id.get(stream, {}).get(trade_id)
        if kept is None:
            for stored in store.load(connection, stream, [trade_id]):
                kept = self.keep(stream, stored)
        return kept

    def keep(self, stream: str, stored: Stored) -> Kept:
        """Return the signal of a stored row: the one in memory, if it is there."""
        group = self._by_id.setdefault(stream, {})
        known = group.get(stored.state.trade_id)
        if known is not None:
            return known
        signal_us, direction = stored.signal_us, stored.direction
        triangle = None if signal_us is None or direction is None else (signal_us, Direction(direction))
        kept = group[stored.state.trade_id] = Kept(
            stored.id, stored.state, triangle, counted=counted(stored.view)
        )
        self._size += 1
        self.note_stepping(kept)
        return kept

    def drop(self, kept: Kept) -> None:
        """Let go of a signal that is no more."""
        stream, trade_id = kept.state.stream, kept.state.trade_id
        self._stepped.get(stream, {}).pop(trade_id, None)
        if self._by_id.get(stream, {}).pop(trade_id, None) is not None:
            self._size -= 1

    def stepped(self, stream: str) -> Iterable[Kept]:
        """Return the signals of a chart whose legs the next bar steps."""
        return self._stepped.get(stream, {}).values()

    def note_stepping(self, kept: Kept) -> None:
        """Take a signal among those that bars step, or out of them, by what its state says."""
        group = self._stepped.setdefault(kept.state.stream, {})
        if is_stepped(kept.state):
            group[kept.state.trade_id] = kept
        else:
            group.pop(kept.state.trade_id, None)

    def make_room(self) -> None:
        """Forget what can be read again, once there is too much of it."""
        if self._size > _ROOM:
            self._by_id = {stream: dict(group) for stream, group in self._stepped.items()}
            self._size = sum(len(group) for group in self._by_id.values())

    def _next_id(self, connection: Connection) -> int:
        if self._last_id is None:
            self._last_id = store.counters(connection)[0]
        self._last_id += 1
        return self._last_id
