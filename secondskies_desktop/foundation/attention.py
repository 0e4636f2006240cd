"""What wants the trader: raised once when it begins, cleared once when it is over."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from secondskies_desktop.foundation.bus import Bus


class Severity(StrEnum):
    """How much it matters."""

    INFO = "INFO"
    WATCH = "WATCH"
    DANGER = "DANGER"


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that wants the trader; `kind` and `key` identify it, `since` is aware UTC."""

    kind: str
    severity: Severity
    key: str
    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AttentionCleared:
    """What wanted the trader is over."""

    kind: str
    key: str


class AttentionBoard:
    """Keeps what is open and publishes only edges: a condition that lasts is raised once."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._lock = threading.Lock()
        self._open: dict[tuple[str, str], Attention] = {}

    def raise_(self, attention: Attention) -> bool:
        """Publish what is not open yet; returns whether it was new."""
        with self._lock:
            place = (attention.kind, attention.key)
            if place in self._open:
                return False
            self._open[place] = attention
        self._bus.publish(attention)
        return True

    def clear(self, kind: str, key: str) -> bool:
        """Publish the end of what is open; returns whether it was."""
        with self._lock:
            if self._open.pop((kind, key), None) is None:
                return False
        self._bus.publish(AttentionCleared(kind, key))
        return True

    def open(self) -> list[Attention]:
        """Return all that is open, oldest first."""
        with self._lock:
            return sorted(self._open.values(), key=lambda one: one.since)
