"""What wants the trader: raised once when it begins, cleared once when it is over."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from datetime import datetime


class Publisher(Protocol):
    """Hands an event on: the bus, of which nothing more is asked here."""

    def publish(self, event: object) -> None:
        """Hand an event to its listeners."""


class Severity(StrEnum):
    """How much it matters."""

    INFO = "INFO"
    WATCH = "WATCH"
    DANGER = "DANGER"

    @property
    def rank(self) -> int:
        """Higher is graver."""
        return _RANKS[self]


_RANKS = {Severity.INFO: 0, Severity.WATCH: 1, Severity.DANGER: 2}


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that wants the trader; `kind` and `key` identify it, `since` is aware UTC.

    A condition lasts until it is cleared. An event has `passes_after_s`: it is over as soon as it was
    acknowledged, and by itself after so many seconds.
    """

    kind: str
    severity: Severity
    key: str
    text: str
    since: datetime
    passes_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class AttentionCleared:
    """What wanted the trader is over."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class AttentionAcknowledged:
    """The trader has seen it; a condition stays open all the same."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class AcknowledgementTakenBack:
    """The trader has not seen it after all: what is open waits for him again."""

    kind: str
    key: str


Edge = Attention | AttentionCleared | AttentionAcknowledged | AcknowledgementTakenBack
"""What the board publishes."""


@dataclass(frozen=True, slots=True)
class OpenAttention:
    """What is open, and whether the trader has acknowledged it.

    `told` is how often he was told of it, `next_us` when he is told again (µs UTC, None is never), `is_held` that
    quiet hours hold it back until then. A window that only looks on knows how often, and not when again.
    """

    attention: Attention
    acknowledged: bool
    told: int = 0
    next_us: int | None = None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Episode:
    """One thing of the log from its beginning to its end (µs UTC); None is not yet. `id` grows with time.

    `told` is how often the trader was told of it.
    """

    id: int
    kind: str
    key: str
    severity: Severity
    text: str
    raised_us: int
    cleared_us: int | None
    acknowledged_us: int | None
    told: int = 0


class AttentionBoard:
    """Keeps what is open and publishes only edges: a condition that lasts is raised once."""

    def __init__(self, bus: Publisher) -> None:
        self._bus = bus
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], Attention] = {}
        self._acknowledged: set[tuple[str, str]] = set()

    def raise_(self, attention: Attention, *, again: bool = False) -> bool:
        """Publish what is not open yet, or is to be told `again`; returns whether it was published."""
        with self._lock:
            place = (attention.kind, attention.key)
            if place in self._open and not again:
                return False
            self._open[place] = attention
            self._acknowledged.discard(place)
        self._bus.publish(attention)
        return True

    def clear(self, kind: str, key: str) -> bool:
        """Publish the end of what is open; returns whether it was."""
        with self._lock:
            self._acknowledged.discard((kind, key))
            if self._open.pop((kind, key), None) is None:
                return False
        self._bus.publish(AttentionCleared(kind, key))
        return True

    def acknowledge(self, kind: str, key: str) -> bool:
        """Publish that the trader has seen what is open; an event is over by that. Returns whether it was new."""
        with self._lock:
            attention = self._open.get((kind, key))
            if attention is None or (kind, key) in self._acknowledged:
                return False
            self._acknowledged.add((kind, key))
        self._bus.publish(AttentionAcknowledged(kind, key))
        if attention.passes_after_s is not None:
            self.clear(kind, key)
        return True

    def take_back(self, kind: str, key: str) -> bool:
        """Publish that what is open waits for the trader again; returns whether it was acknowledged."""
        with self._lock:
            if (kind, key) not in self._open or (kind, key) not in self._acknowledged:
                return False
            self._acknowledged.discard((kind, key))
        self._bus.publish(AcknowledgementTakenBack(kind, key))
        return True

    def waits(self, kind: str, key: str) -> bool:
        """Return whether something is open that the trader has not acknowledged."""
        with self._lock:
            return (kind, key) in self._open and (kind, key) not in self._acknowledged

    def pass_by(self, now_us: int) -> None:
        """Clear the events whose time is over (µs UTC)."""
        for one in self.open():
            if one.passes_after_s is not None and now_us >= as_us(one.since) + one.passes_after_s * 1e6:
                self.clear(one.kind, one.key)

    def open(self) -> list[Attention]:
        """Return all that is open, oldest first."""
        with self._lock:
            return sorted(self._open.values(), key=lambda one: one.since)

    def is_acknowledged(self, kind: str, key: str) -> bool:
        """Return whether the trader has seen what is open."""
        with self._lock:
            return (kind, key) in self._acknowledged
