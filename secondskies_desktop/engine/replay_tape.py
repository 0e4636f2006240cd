"""The tape of a replay: the arrivals of one trade date, read from a profile that is not touched, and where they play.

The scratch profile lies in the temporary folder. `start.db` is the desk as it stood when the trade date began: all
that arrived before, folded at once, so that the signals that were alive are there. `tape.db` holds the arrivals of
the date in the order of their coming, and nothing of it is folded. A replay plays the tape over a copy of the start.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.clock import as_iso, system_clock
from secondskies_desktop.foundation.database.engine import read_engine, sqlite_url, write_engine
from secondskies_desktop.foundation.database.failure import named
from secondskies_desktop.foundation.database.migrate import check_file, current_version, ensure_schema
from secondskies_desktop.foundation.profile import Profile
from secondskies_desktop.foundation.sessions import trade_date_bounds
from secondskies_desktop.foundation.settings import change_setting, read_settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.history import store as history
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.store import Arrival

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import URL, Connection

_LEAD_US = 60_000_000
"""A replay begins so long before its first arrival: nothing happens in the hours before."""
_HAS_MARKS = "0002"
"""The schema from which on there are marks."""
_QUIET = (
    ("attention", "sounds", "none"),
    ("attention", "notifications", "none"),
    ("alerts", "send_out", "none"),
)
_OFF = (
    ("attention", "test_at_session_start", False),
    ("desktop", "close_to_tray", False),
    ("desktop", "start_at_login", False),
    ("tunnel", "kind", "none"),
    ("integrity", "api", False),
    ("alerts", "send_out", "none"),
)


class NothingToReplay(Exception):
    """No alert arrived on the trade date that was asked for; the text says so."""


class ReplayEnded(Exception):
    """It was ended while the day was being made."""


class Tape:
    """What is known of a trade date before anything is copied: when its arrivals came. Raises NothingToReplay.

    A date that is still going on plays until now: of what comes after, nobody knows that nothing will come.
    """

    def __init__(self, source: Profile, day: date, clock: Clock = system_clock) -> None:
        self.source, self.day = source, day
        self.bounds = trade_date_bounds(day)
        self.starts_us, ends_us = self.bounds
        with looking_into(source.database) as connection:
            self.last_id = store.last_arrival(connection)
            self.moments = array("q", history.moments_between(connection, self.starts_us, ends_us))
        if not self.moments:
            raise NothingToReplay(
                f"no alert arrived on the trade date {day}, from {as_iso(self.starts_us)} to {as_iso(ends_us)}"
            )
        self.begins_us = max(self.starts_us, self.moments[0] - _LEAD_US)
        self.ends_us = max(self.moments[-1], min(ends_us, clock()))


@contextlib.contextmanager
def looking_into(url: URL) -> Iterator[Connection]:
    """Read a database of any schema of ours without making or changing anything.

    Raises NothingToReplay where there is none yet, and DatabaseProblem.
    The inbox has had the same columns since the first schema, so that none has to be brought up for this.
    """
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise NothingToReplay(f"there is no database at {url.database}, so no alert has ever arrived there")
    check_file(url)
    engine = read_engine(url)
    try:
        with engine.connect() as connection:
            if current_version(connection) is None:
                raise NothingToReplay("the database is empty: no alert has ever arrived there")
            yield connection
    except NothingToReplay:
        raise
    except Exception as error:
        raise named(error) from error
    finally:
        engine.dispose()


class Scratch:
    """The scratch profile of a tape; `close` throws it away."""

    def __init__(self, tape: Tape, *, sounds: bool = False) -> None:
        """Make the folder with the trader's look and settings; raises UnreadableSettings, OSError."""
        read_settings(tape.source.settings_file)
        self.tape = tape
        self.home = Path(tempfile.mkdtemp(prefix="secondskies-replay-")).resolve()
        self._start, self._tape = self.home / "start.db", self.home / "tape.db"
        self.profile = Profile(self.home, sqlite_url(self.home / "replay.db"), replay=tape.day)
        try:
            self._dress(sounds=sounds)
        except BaseException:
            self.close()
            raise

    def _dress(self, *, sounds: bool) -> None:
        tape = self.tape
        self.profile.logs.mkdir()
        for file in (tape.source.settings_file, tape.source.home / "desktop.json"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(file, self.home / file.name)
        for group, key, value in (*_OFF, *(() if sounds else _QUIET)):
            change_setting(self.profile.settings_file, group, key, value)

    def close(self) -> None:
        """Throw it all away."""
        shutil.rmtree(self.home, ignore_errors=True)

    def prepare(self, progress: Callable[[int], bool] = lambda _count: True) -> None:
        """Copy and fold what came before the day, and copy the day, unless that was done; raises DatabaseProblem.

        `progress` hears how many of the arrivals before the day are folded; its False ends it by ReplayEnded.
        """
        if self._tape.exists():
            return
        tape, draft = self.tape, self.home / "draft.db"
        with looking_into(tape.source.database) as source:
            before = history.as_they_came(source, -(1 << 62), tape.starts_us, tape.last_id)
            self._copy(before, self._start)
            self._copy_marks(source)
            self._copy(history.as_they_came(source, *tape.bounds, tape.last_id), draft)
        whole = True

        def go_on(count: int) -> bool:
            nonlocal whole
            whole = progress(count)
            return whole

        fold(sqlite_url(self._start), go_on)
        if not whole:
            raise ReplayEnded("the replay was ended before it began")
        draft.rename(self._tape)

    def begin_again(self) -> None:
        """Let the replay's database be that of the beginning of the day; nobody may have it open."""
        for file in self.home.glob("replay.db*"):
            file.unlink()
        shutil.copyfile(self._start, self.home / "replay.db")

    def read(self, place: int, until: int) -> list[Arrival]:
        """Return arrivals of the day by their places, as they came."""
        engine = read_engine(sqlite_url(self._tape))
        try:
            with engine.connect() as connection:
                rows = store.after(connection, place, until - place)
        finally:
            engine.dispose()
        return [Arrival(one.received_us, one.source, one.stream, one.sha256, None, one.body) for one in rows]

    def fold_directly(self, progress: Callable[[int], bool] = lambda _count: True) -> URL:
        """Fold the same arrivals at once, by the source's own ids and in their order; returns that database."""
        tape, url = self.tape, sqlite_url(self.home / "direct.db")
        with looking_into(tape.source.database) as source:
            chunks = store.all_arrivals(source, tape.last_id)
            kept = ([one for one in chunk if one.received_us < tape.bounds[1]] for chunk in chunks)
            self._copy(kept, self.home / "direct.db", numbered=False)
        fold(url, progress)
        return url

    def _copy(self, chunks: Iterable[list[store.Stored]], file: Path, *, numbered: bool = True) -> None:
        ensure_schema(sqlite_url(file))
        engine = write_engine(sqlite_url(file), wait_ms=5_000, durable=False)
        last = 0
        try:
            for chunk in chunks:
                rows = [one._replace(inbox_id=last + place) for place, one in enumerate(chunk, 1)]
                last += len(rows)
                if rows:
                    with engine.begin() as connection:
                        store.copy_arrivals(connection, rows if numbered else chunk)
        finally:
            engine.dispose()

    def _copy_marks(self, source: Connection) -> None:
        """Copy what the trader marked in the roadmap: the panel that shows it is none of the day."""
        if (current_version(source) or "") < _HAS_MARKS:
            return
        engine = write_engine(sqlite_url(self._start), wait_ms=5_000, durable=False)
        try:
            with engine.begin() as connection:
                foundation_store.copy_roadmap_marks(source, connection)
        finally:
            engine.dispose()


def fold(url: URL, progress: Callable[[int], bool] = lambda _count: True) -> None:
    """Fold a scratch inbox to its end."""
    pump = Pump(url)
    try:
        pump.run_to_end(progress)
    finally:
        pump.close()
