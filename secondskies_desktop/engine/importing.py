"""Alert logs into the inbox: read whole, appended oldest first, then folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine import auditing
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.audit import Action
from secondskies_desktop.foundation.database.engine import read_engine, write_engine
from secondskies_desktop.foundation.database.failure import named
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.alert_log import read_alert_log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from secondskies_desktop.foundation.profile import Profile

_CHUNK = 1_000
_NAMED = 20


def import_alert_logs(
    profile: Profile, files: Sequence[Path], progress: Callable[[int], bool] = lambda _done: True
) -> dict[str, int]:
    """Import alert logs; returns rows, stored, duplicates, dead_letters and repaired (cli.md).

    Every file is read and checked before the first row of any is stored. `progress` hears how many rows are
    stored and may end the import by answering False; what is stored by then stays and is folded.
    """
    logs = [read_alert_log(file) for file in files]
    new: list[int] = []
    done = 0
    engine = write_engine(profile.database, wait_ms=5_000)
    try:
        for start, arrivals in _chunks(logs):
            with engine.begin() as connection:
                new.extend(store.append_new(connection, arrivals))
            done = start + len(arrivals)
            if not progress(done):
                break
    except Exception as error:
        raise named(error) from error
    finally:
        engine.dispose()
    if new:
        fold_pending(profile)
    reader = read_engine(profile.database)
    try:
        with reader.connect() as connection:
            counts = store.count_states(connection, new)
    finally:
        reader.dispose()
    found = {
        "rows": sum(len(arrivals) for arrivals in logs),
        "stored": len(new),
        "duplicates": counts.get(store.DUPLICATE, 0),
        "dead_letters": counts.get(store.DEAD, 0),
        "repaired": counts.get("repaired", 0),
    }
    if new:
        names = [file.name for file in files]
        detail = {**found, "files": names[:_NAMED], "ids": [min(new), max(new)]}
        subject = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        auditing.record(profile, Action.IMPORT, subject, detail)
    return found


def _chunks(logs: Sequence[Sequence[store.Arrival]]) -> list[tuple[int, Sequence[store.Arrival]]]:
    found: list[tuple[int, Sequence[store.Arrival]]] = []
    offset = 0
    for arrivals in logs:
        starts = range(0, len(arrivals), _CHUNK)
        found.extend((offset + start, arrivals[start : start + _CHUNK]) for start in starts)
        offset += len(arrivals)
    return found
