"""Frozen events from the engine to whoever listens, published after the commit."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from secondskies_desktop.foundation.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable

E = TypeVar("E")


class Bus:
    """Hands each event to the listeners of its exact class, on the publisher's thread.

    A listener that raises is logged and the others go on; nobody can stop the engine by listening.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[type, tuple[Callable[[Any], None], ...]] = {}

    def subscribe(self, kind: type[E], hear: Callable[[E], None]) -> Callable[[], None]:
        """Call `hear` for every event of this class; returns the call that ends it."""
        with self._lock:
            self._listeners[kind] = (*self._listeners.get(kind, ()), hear)

        def unsubscribe() -> None:
            with self._lock:
                left = tuple(one for one in self._listeners.get(kind, ()) if one is not hear)
                self._listeners[kind] = left

        return unsubscribe

    def publish(self, event: object) -> None:
        """Hand an event to all its listeners, in the order in which they came."""
        for hear in self._listeners.get(type(event), ()):
            try:
                hear(event)
            except Exception:
                logger(__name__).exception("listener failed", event_kind=type(event).__name__)
