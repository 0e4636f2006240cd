"""A trade date again: the same engine over a scratch profile, with the clock of that day in place of the machine's.

What plays is the inbox: each arrival is appended to the scratch inbox when the replay's clock reaches the moment at
which it came, with the bytes, source and chart that it came with, and the engine's own pump folds it. There is no
second fold. A replay begins again in a new `Replay` over the same scratch.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.rebuilding import fingerprint_of
from secondskies_desktop.engine.replay_clock import SPEED, ReplayClock
from secondskies_desktop.engine.replay_tape import ReplayEnded, Scratch, Tape
from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.foundation.database.failure import DatabaseProblem
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.foundation.settings import read_settings
from secondskies_desktop.ingest import store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.profile import Profile

_log = logger(__name__)

_WITHIN_S = 60.0
_PROGRESS_S = 1.0


class Replay:
    """Plays a scratch's tape through an engine; made paused at the beginning of the day. `clock` steers it."""

    def __init__(
        self, scratch: Scratch, *, speed: float = SPEED, over: threading.Event | None = None
    ) -> None:
        """`over` ends it, also while the day is being made. ValueError for a speed that a replay does not have."""
        tape = scratch.tape
        self.scratch = scratch
        self.clock = ReplayClock(tape.moments, tape.begins_us, tape.ends_us, speed=speed)
        self.engine: Engine | None = None
        self.prepared = 0
        """How many of the arrivals before the day are folded by now."""
        self.problem = ""
        """Why it cannot go on; empty while it can."""
        self._over = threading.Event() if over is None else over
        self._thread = threading.Thread(target=self._play, name="replay", daemon=True)

    def open(self, bus: Bus | None = None) -> Engine:
        """Make the desk as it was when the day began, and its engine; blocks.

        Raises DatabaseProblem, OSError, and ReplayEnded where it was ended meanwhile.
        """
        self.scratch.prepare(self._note_prepared)
        self.scratch.begin_again()
        profile = self.scratch.profile
        settings = read_settings(profile.settings_file)
        engine = Engine(
            profile, settings, command="secondskies replay", clock=self.clock, bus=bus, listens=False
        )
        engine.start()
        self.engine = engine
        self._thread.start()
        return engine

    def give_up(self) -> None:
        """Let it end as soon as it can; waits for nothing."""
        self._over.set()
        self.clock.wake()

    def close(self) -> None:
        """End the replay and its engine; the scratch stays."""
        self.give_up()
        if self._thread.is_alive():
            self._thread.join(_WITHIN_S)
        if self.engine is not None:
            self.engine.stop()

    def _note_prepared(self, count: int) -> bool:
        self.prepared = count
        return not self._over.is_set()

    def _play(self) -> None:
        while not self._over.is_set():
            due = self.clock.due(0.5)
            if due is None:
                continue
            try:
                self._bring(*due)
            except Exception as error:
                self.problem = f"The replay stands still: {error}"
                _log.exception("a replay cannot go on")
                self.clock.pause()
                return
            self.clock.folded(due[1])

    def _bring(self, place: int, until: int) -> None:
        assert self.engine is not None  # noqa: S101 - the thread starts after it
        arrivals = self.scratch.read(place, until)
        self.engine.write(lambda connection: store.append_arrivals(connection, arrivals)).result(_WITHIN_S)
        self.engine.fold_all()


def headless_replay(
    source: Profile, day: date, *, speed: float | None, over: threading.Event
) -> Iterator[dict[str, Any]]:
    """Play a trade date without a window; yields progress about every second and the `done` object last.

    Without a speed nothing is waited for. `over` ends it early; then nothing is compared. Raises NothingToReplay,
    DatabaseProblem, UnreadableSettings.
    """
    scratch = Scratch(Tape(source, day))
    try:
        replay = Replay(scratch, speed=speed or SPEED, over=over)
        try:
            replay.open()
            yield from _played(replay, over, seeks=speed is None)
        except ReplayEnded:
            yield _done(day, 0, None, identical=None)
            return
        finally:
            replay.close()
        now, played = replay.clock.standing(), fingerprint_of(scratch.profile.database)
        is_whole = now.place == now.arrivals
        identical = played == fingerprint_of(scratch.fold_directly()) if is_whole else None
        yield _done(day, now.place, played.signals, identical=identical)
    finally:
        scratch.close()


def _played(replay: Replay, over: threading.Event, *, seeks: bool) -> Iterator[dict[str, Any]]:
    """Play to the last arrival; yields progress about every second."""
    clock, told = replay.clock, time.monotonic()
    if seeks:
        clock.seek(clock.moments[-1])
    clock.resume()
    while (now := clock.standing()).place < now.arrivals and not over.wait(0.02):
        if replay.problem:
            raise DatabaseProblem(replay.problem)
        if time.monotonic() - told >= _PROGRESS_S:
            told = time.monotonic()
            yield {
                "event": "progress",
                "at": as_iso(now.now_us),
                "arrivals": now.place,
                "of": now.arrivals,
            }


def _done(day: date, arrivals: int, signals: int | None, *, identical: bool | None) -> dict[str, Any]:
    return {
        "event": "done",
        "day": day.isoformat(),
        "arrivals": arrivals,
        "signals": signals,
        "identical": identical,
    }
