"""Dead letters decoded again with what the program knows now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine import auditing
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.audit import Action
from secondskies_desktop.foundation.database.engine import read_engine
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.profile import Profile

_NAMED = 100


def note_retry(profile: Profile, wanted: Sequence[int], recovered: int, engine: Engine | None = None) -> None:
    """Write into the audit trail which dead letters were tried again; raises DatabaseProblem."""
    subject = f"{len(wanted)} dead letters" if len(wanted) > 1 else f"inbox:{wanted[0]}"
    detail = {"ids": list(wanted[:_NAMED]), "retried": len(wanted), "recovered": recovered}
    auditing.record(profile, Action.RETRY, subject, detail, engine=engine)


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
        if wanted:
            note_retry(profile, wanted, recovered)
    finally:
        lock.release()
    return {"retried": len(wanted), "recovered": recovered, "dead": len(dead) - recovered}
