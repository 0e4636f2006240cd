"""Bringing the projection up to date from a command: fold here where no engine runs, else wait for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.foundation.database.engine_lock import EngineLock, EngineRunning
from secondskies_desktop.foundation.database.failure import DatabaseLocked
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.ingest.tracing.notes import TraceNotes
from secondskies_desktop.signals.fill_log import store as fill_log

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.profile import Profile

WAIT_S = 120.0


def fold_pending(
    profile: Profile, progress: Callable[[int], bool] = lambda _count: True, wait_s: float = WAIT_S
) -> None:
    """Return when all arrivals, fills and repairs of now are folded; raises DatabaseProblem where they are not."""
    engine = read_engine(profile.database)
    give_up = time.monotonic() + wait_s
    try:
        with engine.connect() as connection:
            target = store.last_arrival(connection)
            last_fill = fill_log.last_id(connection)
            last_repair = repair_log.last_id(connection)
        while True:
            with engine.connect() as connection:
                place = store.position(connection)
                joined = store.fill_position(connection) >= last_fill
                repaired = repair_log.position(connection) >= last_repair
            if place >= target and joined and repaired:
                return
            lock = EngineLock(profile.database, "a command that folds")
            try:
                lock.acquire()
            except EngineRunning:
                if time.monotonic() > give_up:
                    raise DatabaseLocked(
                        f"the running engine has not folded {target - place} arrivals in {wait_s:.0f} s"
                    ) from None
                time.sleep(0.05)
                continue
            pump = Pump(profile.database, notes=TraceNotes())
            try:
                pump.run_to_end(progress)
            finally:
                pump.close()
                lock.release()
    finally:
        engine.dispose()
