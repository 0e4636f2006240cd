"""Copies made and put back, with what the audit trail and its anchors have to know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.engine import auditing
from secondskies_desktop.foundation.audit import Action
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.database.backup import (
    Backup,
    anchor_trail,
    make_backup,
    restore_backup,
)
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.foundation.database.migrate import ensure_schema

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.foundation.profile import Profile


def back_up(profile: Profile, target: Path) -> Backup:
    """Copy the database to where the trader wants it; raises DatabaseProblem."""
    made = make_backup(profile.database, target)
    anchor_trail(profile.database, profile.backups, made.file, system_clock() / 1e6)
    auditing.record(profile, Action.BACKUP, made.file.name, what_was_made(made))
    return made


def what_was_made(made: Backup) -> dict[str, Any]:
    """Return what the trail keeps of a copy."""
    return {"rows": made.rows, "sha256": made.sha256}


def restore(profile: Profile, file: Path) -> Backup:
    """Put a backup in the place of a database without arrivals. Needs the engine lock; raises DatabaseProblem."""
    lock = EngineLock(profile.database, "restore")
    lock.acquire()
    try:
        made = restore_backup(file, profile.database)
        note_restored(profile, file.name, what_was_made(made))
    finally:
        lock.release()
    return made


def note_restored(profile: Profile, subject: str, detail: dict[str, Any]) -> None:
    """Write into the trail that another database stands in the place of the one before, and anchor that.

    Anchors of the trail before prove nothing from now on; the one made here proves the restored rows.
    """
    ensure_schema(profile.database, profile.backups)
    auditing.record(profile, Action.RESTORE, subject, detail)
    auditing.anchor_now(profile, f"the restore of {subject}")
