"""Dead letters decoded again with what the program knows now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.profile import Profile


def retry_dead_letters(profile: Profile, ids: Sequence[int] | None = None) -> dict[str, int]:
    """Decode dead letters again (all, or the given ones); returns retried, recovered and dead.

    Folding is the engine's: raises EngineRunning where one runs, which has a button for it.
    """
    fold_pending(profile)
    lock = EngineLock(profile.database, "inbox retry")
    lock.acquire()
    try:
        reader = read_engine(profile.database)
        with reader.connect() as connection:
            dead = store.dead_ids(connection)
        reader.dispose()
        wanted = dead if ids is None else [one for one in ids if one in set(dead)]
        pump = Pump(profile.database)
        try:
            recovered = pump.retry(wanted)
        finally:
            pump.close()
    finally:
        lock.release()
    return {"retried": len(wanted), "recovered": recovered, "dead": len(dead) - recovered}
