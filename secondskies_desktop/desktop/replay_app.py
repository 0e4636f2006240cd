"""The window of a replay: over a scratch profile, beside the live desk; beginning again is another such window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent

from secondskies_desktop.desktop.app import application, remembered_of, run_window
from secondskies_desktop.desktop.replay_deck import ReplayDeck, Start
from secondskies_desktop.engine.replay_clock import SPEED
from secondskies_desktop.engine.replay_tape import Scratch, Tape

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.engine.desk import Desk as EngineDesk
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.profile import Profile


def run_replay_desktop(
    source: Profile, day: date, *, speed: float | None = None, sounds: bool = False
) -> int:
    """Show a replay until its window is closed; returns the exit code.

    Raises NothingToReplay, DatabaseProblem, UnreadableSettings, OSError before there is a window.
    """
    scratch = Scratch(Tape(source, day), sounds=sounds)
    try:
        # A filter for another day would leave the table empty.
        remembered = remembered_of(scratch.home)
        remembered.forget("panels/live_signals/day")
        remembered.write()
        start: Start | None = Start(speed or SPEED)
        code = 0
        while start is not None:
            opener = ReplayOpener(scratch, start)
            code = run_window(opener, scratch.profile, clock=opener.replay.clock, dress=opener.dress)
            start = opener.again
            # Closing the one window asked the program to end: the next one must not hear of it.
            QCoreApplication.removePostedEvents(application(), QEvent.Type.Quit.value)
        return code
    finally:
        scratch.close()


class ReplayOpener:
    """Opens a scratch profile and plays its tape; `again` is how the next window starts, None where there is none."""

    def __init__(self, scratch: Scratch, start: Start) -> None:
        from secondskies_desktop.engine.replaying import Replay

        self.replay = Replay(scratch, speed=start.speed)
        self.again: Start | None = None
        self._start = start
        self._desks: list[EngineDesk] = []

    def dress(self, window: MainWindow) -> ReplayDeck:
        """Give a window what steers the replay."""

        def begin_again(start: Start) -> None:
            self.again = start
            window.leave()

        # Whoever closes the window while the day is being made need not wait for it.
        application().aboutToQuit.connect(self.replay.give_up)
        return ReplayDeck(window, self.replay, begin_again)

    def glance(self, bus: Bus) -> Desk | None:
        """Return None: there is nothing to look at before the day is made."""
        del bus
        return None

    def open(self, bus: Bus) -> Desk:
        """Make the desk as it was when the day began, and start to play."""
        from secondskies_desktop.engine.desk import Desk

        engine = self.replay.open(bus)
        desk = Desk(self.replay.scratch.profile, bus, engine)
        self._desks.append(desk)
        if self._start.from_us is not None:
            self.replay.clock.seek(self._start.from_us)
        if self._start.runs:
            self.replay.clock.resume()
        return desk

    def look_on(self, bus: Bus) -> Desk:
        """Return a desk over the scratch as it is."""
        from secondskies_desktop.engine.desk import Desk

        desk = Desk(self.replay.scratch.profile, bus)
        self._desks.append(desk)
        return desk

    def close(self) -> None:
        """End the replay; the scratch stays for the next one."""
        self.replay.close()
        while self._desks:
            self._desks.pop().close()
