"""The audit trail of a profile: acts written into it, and the proof that nobody changed it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secondskies_desktop.foundation import anchors, store
from secondskies_desktop.foundation.audit import TRADER, Action, Anchor, Found, examine
from secondskies_desktop.foundation.clock import as_iso, system_clock
from secondskies_desktop.foundation.database import backup
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.failure import DatabaseProblem, DatabaseUnreachable, named
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.foundation.settings import Settings, UnreadableSettings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.audit import AuditRow
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile

Result = TypeVar("Result")
_KEPT_WITHIN_S = 5.0
_OF_THE_DATABASE = ("sqlalchemy", "pysqlite3", "psycopg")
_log = logger(__name__)


class Verdict(msgspec.Struct, frozen=True):
    """The trail's proof. `first_bad` is None where nothing is bad, or where `reason` concerns no single row.

    `anchors` is how many heads noted outside the database agree: without any, rows cut off the end leave no trace.
    """

    rows: int
    ok: bool
    first_bad: int | None
    reason: str | None
    anchors: int
    restores: int


def write_now(profile: Profile, work: Callable[[Connection], Result], engine: Engine | None = None) -> Result:
    """Run one durable transaction, on the writer of the engine where this process is it; raises DatabaseProblem."""
    if engine is not None:
        return engine.write(work).result(_KEPT_WITHIN_S)
    writer = write_engine(profile.database, wait_ms=5_000)
    try:
        with writer.begin() as connection:
            return work(connection)
    except Exception as error:
        if type(error).__module__.startswith(_OF_THE_DATABASE):
            raise named(error) from error
        raise
    finally:
        writer.dispose()


def record(
    profile: Profile,
    action: Action,
    subject: str,
    detail: Mapping[str, Any],
    *,
    actor: str = TRADER,
    engine: Engine | None = None,
) -> None:
    """Write an act into the trail that is already done; raises DatabaseProblem."""
    now_us = system_clock()
    write_now(
        profile, lambda connection: store.record(connection, now_us, actor, action, subject, detail), engine
    )


def verify(profile: Profile, elsewhere: Sequence[Path] = ()) -> Verdict:
    """Look through the whole trail and hold it against the anchors, the kept backups and copies from elsewhere.

    Raises DatabaseProblem where the database or a copy from elsewhere cannot be read.
    """
    try:
        known, copies = _anchors(profile)
        problem = None
    except (anchors.UnreadableAnchors, OSError) as error:
        known, copies, problem = [], {}, f"the anchors cannot be read: {error}"
    for file in elsewhere:
        try:
            head = backup.trail_head(file)
        except DatabaseProblem as problem:
            # Whatever is wrong with the copy, it must not sound as if the trader's own database were damaged.
            text = f"{file.name} cannot be read as a backup: {problem.__cause__ or problem}"
            raise DatabaseUnreachable(text) from problem
        if head is not None:
            copies[str(file)] = file
            known.append(Anchor(head.at_us, "", str(file), head.id, head.hash.hex()))
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            rows = store.count_audit_rows(connection)
            found = examine(store.audit_rows(connection), known)
            if found.rewritten is not None:
                found = _narrowed(connection, found, copies)
    except Exception as error:
        raise named(error) from error
    finally:
        reader.dispose()
    reason = found.reason or problem
    return Verdict(rows, reason is None, found.first_bad, reason, found.anchors, found.restores)


def _anchors(profile: Profile) -> tuple[list[Anchor], dict[str, Path]]:
    """Return the anchors of a profile's database, those of the kept copies among them, and the copies by name."""
    name = anchors.name_of(profile.database, profile.backups)
    noted = anchors.read(profile.backups)
    known = [one for one in noted if one.database == name]
    of_others = {one.backup for one in noted if one.database != name}
    heads = {(one.backup, one.hash) for one in known}
    copies: dict[str, Path] = {}
    for file in sorted(profile.backups.glob("secondskies-*.db")):
        if file.name in of_others:
            continue
        try:
            head = backup.trail_head(file)
        except DatabaseProblem:
            # `doctor` and a restore tell of a copy that is damaged; it says nothing of the trail.
            continue
        if head is None:
            continue
        copies[file.name] = file
        if (file.name, head.hash.hex()) not in heads:
            known.append(Anchor(head.at_us, name, file.name, head.id, head.hash.hex()))
    return known, copies


def anchor_now(profile: Profile, name: str) -> None:
    """Note how far the trail reaches now; raises DatabaseProblem and OSError."""
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            rows, head = store.audit_head(connection)
    except Exception as error:
        raise named(error) from error
    finally:
        reader.dispose()
    database = anchors.name_of(profile.database, profile.backups)
    anchors.note(profile.backups, Anchor(system_clock(), database, name, rows, head.hex()))


def _narrowed(connection: Connection, found: Found, copies: dict[str, Path]) -> Found:
    """Name the very row where the copy is kept whose anchor disagrees."""
    copy = None if found.rewritten is None else copies.get(found.rewritten.backup)
    if copy is None or found.first_bad is None:
        return found
    theirs = backup.trail_from(copy, found.first_bad)
    ours = (row for row in store.audit_rows(connection) if row.id >= (found.first_bad or 0))
    for was, now in zip(theirs, ours, strict=False):
        if was != now:
            reason = f"row {was.id} is not what it was when {copy.name} was made"
            return msgspec.structs.replace(found, first_bad=was.id, reason=reason)
    return found


def newest(profile: Profile, limit: int) -> list[dict[str, Any]]:
    """Return the newest acts, newest first."""
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            return [_answer(row) for row in store.newest_audit_rows(connection, limit)]
    finally:
        reader.dispose()


def _answer(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": as_iso(row.at_us),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": msgspec.json.decode(row.detail),
        "hash": row.hash.hex(),
    }


class SettingsWitness:
    """Writes into the trail what was changed in the settings file since it looked last."""

    def __init__(self, profile: Profile, engine: Engine | None = None) -> None:
        self._profile = profile
        self._engine = engine
        self._turn = threading.Lock()
        self._known = self._read()

    def note(self) -> None:
        """Look again; a failure is logged, and the change is noted at the next look."""
        with self._turn:
            now = self._read()
            if now is None or self._known is None or now == self._known:
                self._known = now or self._known
                return
            try:
                record_settings(self._profile, self._known, now, self._engine)
            except Exception as error:
                _log.warning("the audit trail has not heard of a changed setting", reason=str(error))
                return
            self._known = now

    def _read(self) -> Settings | None:
        try:
            return read_settings(self._profile.settings_file)
        except UnreadableSettings:
            return None


def record_settings(profile: Profile, before: Settings, now: Settings, engine: Engine | None = None) -> None:
    """Write each setting that differs into the trail, in one transaction; raises DatabaseProblem."""
    changed = list(_differences(before, now))
    now_us = system_clock()

    def work(connection: Connection) -> None:
        for name, old, new in changed:
            store.record(connection, now_us, TRADER, Action.SETTING, name, {"before": old, "now": new})

    if changed:
        write_now(profile, work, engine)


def record_change(profile: Profile, before: Settings, now: Settings) -> str:
    """Do so for a command; returns why it could not be done, "" where it was.

    A setting can be set whatever state the database is in, and none is made for the trail's sake.
    """
    url = profile.database
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return ""
    try:
        ensure_schema(url, profile.backups)
        record_settings(profile, before, now)
    except DatabaseProblem as problem:
        return f"the setting is changed, but the audit trail has not heard of it: {problem}"
    return ""


def _differences(before: Settings, now: Settings) -> Iterator[tuple[str, Any, Any]]:
    for group in Settings.__struct_fields__:
        old, new = getattr(before, group), getattr(now, group)
        for key in old.__struct_fields__:
            if getattr(old, key) != getattr(new, key):
                yield f"{group}.{key}", getattr(old, key), getattr(new, key)
