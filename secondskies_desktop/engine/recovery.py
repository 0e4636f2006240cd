"""A database that cannot be opened: what is there, and how to go on without overwriting anything."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.engine.backups import note_restored
from secondskies_desktop.foundation.database import backup
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.foundation.database.failure import DatabaseProblem, DatabaseUnreachable

if TYPE_CHECKING:
    from secondskies_desktop.foundation.profile import Profile

_PARTS = ("", "-wal", "-shm")


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
        aside = _free_name(database, f"{database.stem}.damaged-{stamp}")
        for suffix in _PARTS:
            part = Path(f"{database}{suffix}")
            if part.exists():
                part.rename(f"{aside}{suffix}")
        if chosen is not None:
            backup.restore_backup(chosen, profile.database)
        name = "nothing" if chosen is None else chosen.name
        note_restored(profile, name, {"damaged_file": aside.name})
    finally:
        lock.release()
    return aside


def _free_name(database: Path, stem: str) -> Path:
    """Return a name beside the database under which no damaged file is kept yet."""
    endings = ("" if number == 1 else f"-{number}" for number in count(1))
    names = (database.with_name(f"{stem}{ending}{database.suffix}") for ending in endings)
    return next(one for one in names if not any(Path(f"{one}{part}").exists() for part in _PARTS))
