"""A database that cannot be opened: what is there, and how to go on without overwriting anything."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.database import backup
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.foundation.database.failure import DatabaseProblem, DatabaseUnreachable

if TYPE_CHECKING:
    from secondskies_desktop.foundation.profile import Profile


class KeptBackup(NamedTuple):
    """One of the rolling backups: its file, when it was made (seconds since the epoch), its arrivals."""

    file: Path
    made_s: float
    arrivals: int


def usable_backups(profile: Profile) -> list[KeptBackup]:
    """Return the backups that open and are whole, newest first."""
    found = []
    for file in sorted(profile.backups.glob("secondskies-*.db"), reverse=True):
        try:
            found.append(KeptBackup(file, file.stat().st_mtime, backup.verify(file)))
        except (DatabaseProblem, OSError):
            continue
    return found


def recover(profile: Profile, chosen: Path | None) -> Path:
    """Move a damaged database aside and put a backup, or nothing, in its place; returns where it is now.

    The damaged file is kept under a new name with its log, whatever happens next. Raises DatabaseProblem.
    """
    if profile.database.get_backend_name() != "sqlite":
        raise DatabaseUnreachable("a PostgreSQL database is recovered with its own tools")
    lock = EngineLock(profile.database, "recovery")
    lock.acquire()
    try:
        database = Path(profile.database.database or "")
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        aside = database.with_name(f"{database.stem}.damaged-{stamp}{database.suffix}")
        for suffix in ("", "-wal", "-shm"):
            part = Path(f"{database}{suffix}")
            if part.exists():
                part.rename(f"{aside}{suffix}")
        if chosen is not None:
            backup.restore_backup(chosen, profile.database)
    finally:
        lock.release()
    return aside
