"""The one door from the bus to the window: events come in on any thread and go out as batches.

The first event after a pause goes out at once; after that all that has come in goes out every 50 ms, one batch a
topic. An idle desk costs nothing, and a busy one twenty deliveries a second.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.foundation.attention import (
    AcknowledgementTakenBack,
    Attention,
    AttentionAcknowledged,
    AttentionCleared,
)
from secondskies_desktop.ingest.changes import ArrivalsChanged, WayIn, WayInChanged
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.engine.desk import DeskStatus, DeskStatusChanged
    from secondskies_desktop.foundation.attention import Edge
    from secondskies_desktop.foundation.bus import Bus

BATCH_MS = 50
CAPACITY = 20_000
"""Rows that may wait for the window; a desk that falls behind by more reads again instead."""
_MOST_TOLD = 200
"""A window that stands still for so long need not say all of it at once."""


class _Lane:
    """Row events of one topic; once more rows wait than fit, only the need to read again is kept."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.events: deque[SignalsChanged | ArrivalsChanged] = deque()
        self.rows = 0
        self.overflowed = False

    def put(self, event: SignalsChanged | ArrivalsChanged) -> None:
        if self.overflowed:
            return
        self.rows += len(event.rows)
        if self.rows > self.capacity:
            self.events.clear()
            self.overflowed = True
            return
        self.events.append(event)

    def forget(self) -> None:
        self.events.clear()
        self.rows, self.overflowed = 0, False

    def take(self) -> tuple[list[SignalsChanged | ArrivalsChanged], bool]:
        taken, overflowed = list(self.events), self.overflowed
        self.forget()
        return taken, overflowed


class Bridge(QObject):
    """Batches for the window. Each signal fires at most once a batch, in the thread that made the bridge.

    `signals_changed` and `arrivals_changed` carry a list of events in the order of the bus; `resync` carries
    the topic ("signals" or "arrivals") whose rows must be read again. Of way in and status only the newest
    counts, of attention the newest word on each condition: these are merged, and can therefore not overflow.
    """

    signals_changed = Signal(object)
    """list[SignalsChanged]"""
    arrivals_changed = Signal(object)
    """list[ArrivalsChanged]"""
    resync = Signal(str)
    """"signals" or "arrivals\""""
    rebuilt = Signal()
    """Every signal must be read anew: the projection was folded again."""
    way_in_changed = Signal(object)
    """WayIn"""
    status_changed = Signal(object)
    """DeskStatus"""
    attention_changed = Signal(object)
    """list[Edge]"""
    told = Signal(object)
    """list[Told]: what the trader is told, behind the edges that it speaks of."""

    _wake = Signal()

    def __init__(self, parent: QObject | None = None, *, capacity: int = CAPACITY) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._lanes = {"signals": _Lane(capacity), "arrivals": _Lane(capacity)}
        self._way_in: WayIn | None = None
        self._status: DeskStatus | None = None
        self._attention: dict[tuple[str, str], list[Edge]] = {}
        self._told: deque[Told] = deque(maxlen=_MOST_TOLD)
        self._rebuilt = False
        self._awake = False
        self._delivered_s = 0.0
        self._endings: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.deliver)
        self._wake.connect(self._start_timer, Qt.ConnectionType.QueuedConnection)

    def listen(self, bus: Bus) -> None:
        """Subscribe to all that the window shows but the desk's status; ends with `close`."""
        self._endings += [
            bus.subscribe(SignalsChanged, self.hear_signals),
            bus.subscribe(SignalsRebuilt, self.hear_rebuilt),
            bus.subscribe(ArrivalsChanged, self.hear_arrivals),
            bus.subscribe(WayInChanged, self.hear_way_in),
            bus.subscribe(Attention, self.hear_attention),
            bus.subscribe(AttentionCleared, self.hear_attention),
            bus.subscribe(AttentionAcknowledged, self.hear_attention),
            bus.subscribe(AcknowledgementTakenBack, self.hear_attention),
            bus.subscribe(Told, self.hear_told),
        ]

    def listen_to_status(self, bus: Bus) -> None:
        """Subscribe to the desk's status too: apart, because the engine's desk takes a while to import."""
        from secondskies_desktop.engine.desk import DeskStatusChanged

        self._endings.append(bus.subscribe(DeskStatusChanged, self.hear_status))

    def close(self) -> None:
        """Stop listening; what waits is dropped."""
        while self._endings:
            self._endings.pop()()
        self._timer.stop()

    def ask_again(self) -> None:
        """Ask the panels to read what changed since they last heard of it; any thread."""
        with self._lock:
            for lane in self._lanes.values():
                lane.overflowed = True
        self._rouse()

    def hear_signals(self, event: SignalsChanged) -> None:
        """Take changed signals; any thread."""
        with self._lock:
            self._lanes["signals"].put(event)
        self._rouse()

    def hear_rebuilt(self, _event: SignalsRebuilt) -> None:
        """Note that every signal must be read anew; any thread."""
        with self._lock:
            self._lanes["signals"].forget()
            self._rebuilt = True
        self._rouse()

    def hear_arrivals(self, event: ArrivalsChanged) -> None:
        """Take new and changed arrivals; any thread."""
        with self._lock:
            self._lanes["arrivals"].put(event)
        self._rouse()

    def hear_way_in(self, event: WayInChanged) -> None:
        """Take the newest state of the way in; any thread."""
        with self._lock:
            self._way_in = event.way_in
        self._rouse()

    def hear_status(self, event: DeskStatusChanged) -> None:
        """Take the newest status of the desk; any thread."""
        with self._lock:
            self._status = event.status
        self._rouse()

    def hear_attention(self, event: Edge) -> None:
        """Take the newest word on a condition; any thread.

        That it was acknowledged, or was not after all, leaves the word before it.
        """
        with self._lock:
            place = (event.kind, event.key)
            before = self._attention.pop(place, [])
            kept = before[:1] if isinstance(event, AttentionAcknowledged | AcknowledgementTakenBack) else []
            self._attention[place] = [*kept, event]
        self._rouse()

    def hear_told(self, event: Told) -> None:
        """Take what the trader is told; any thread."""
        with self._lock:
            self._told.append(event)
        self._rouse()

    def _rouse(self) -> None:
        with self._lock:
            if self._awake:
                return
            self._awake = True
        self._wake.emit()

    @Slot()
    def _start_timer(self) -> None:
        rested_ms = int(1_000 * (time.monotonic() - self._delivered_s))
        self._timer.start(max(0, BATCH_MS - rested_ms))

    @Slot()
    def deliver(self) -> None:
        """Emit all that waits, one batch a topic, the need to read again before the rows."""
        self._delivered_s = time.monotonic()
        with self._lock:
            self._awake = False
            rebuilt, self._rebuilt = self._rebuilt, False
            lanes = {topic: lane.take() for topic, lane in self._lanes.items()}
            way_in, self._way_in = self._way_in, None
            status, self._status = self._status, None
            waiting, self._attention = self._attention, {}
            attention = [event for events in waiting.values() for event in events]
            told = list(self._told)
            self._told.clear()
        if rebuilt:
            self.rebuilt.emit()
        for topic, (events, overflowed) in lanes.items():
            if overflowed:
                self.resync.emit(topic)
            elif events:
                (self.signals_changed if topic == "signals" else self.arrivals_changed).emit(events)
        if way_in is not None:
            self.way_in_changed.emit(way_in)
        if status is not None:
            self.status_changed.emit(status)
        if attention:
            self.attention_changed.emit(attention)
        if told:
            self.told.emit(told)
