"""A viewer's eyes: polls a database whose engine is another process and publishes what changed.

Twice a second is asked for one number; rows are read only when it moved. The same events as in the engine's own
process reach the same screens.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from secondskies_desktop.engine.reading import arrival_row
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt

if TYPE_CHECKING:
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile

POLL_S = 0.5
_AT_ONCE = 500

_log = logger(__name__)


class Follower:
    """Publishes changes of a database that another process writes, on a thread of its own."""

    def __init__(self, profile: Profile, bus: Bus) -> None:
        self._database = read_engine(profile.database)
        self._bus = bus
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._seq: int | None = None
        self._place = 0
        self._repaired = 0

    def start(self) -> None:
        """Begin to follow from what is there now: what is read after this misses nothing."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(5.0)
        self._database.dispose()

    def look(self) -> None:
        """Look once and publish what changed since the last look."""
        with self._database.connect() as connection:
            newest = signal_store.counters(connection)[1]
            place = inbox_store.position(connection)
            repaired = repair_log.position(connection)
            if self._seq is None:
                self._seq, self._place, self._repaired = newest, place, repaired
                return
            if repaired != self._repaired:
                self._tell_repaired(connection, newest)
                self._repaired = repaired
            if newest < self._seq or place < self._place:
                self._seq, self._place = newest, place
                self._bus.publish(SignalsRebuilt(newest))
                return
            changed = signal_store.changed_since(connection, self._seq) if newest > self._seq else []
            if changed:
                self._seq = changed[-1].seq
                self._bus.publish(SignalsChanged(self._seq, tuple(changed)))
            while self._place < place and not self._over.is_set():
                until = min(place, self._place + _AT_ONCE)
                arrivals = inbox_store.list_inbox(connection, limit=until - self._place, before=until + 1)
                self._place = until
                self._bus.publish(ArrivalsChanged(tuple(arrival_row(row) for row in reversed(arrivals))))

    def _tell_repaired(self, connection: Connection, newest: int) -> None:
        """Publish the arrivals that are read otherwise now. A signal may be no more, which no change number tells."""
        rows = repair_log.after(connection, self._repaired, _AT_ONCE)
        shown = [inbox_store.inbox_row(connection, one) for one in sorted({row.inbox_id for row in rows})]
        self._bus.publish(ArrivalsChanged(tuple(arrival_row(row) for row in shown if row is not None)))
        self._bus.publish(SignalsRebuilt(newest))

    def _run(self) -> None:
        while not self._over.wait(POLL_S):
            self._look()

    def _look(self) -> None:
        try:
            self.look()
        except Exception as error:
            _log.warning("the database could not be looked at", reason=str(error))
