"""One window on one profile, from its first picture to its end.

In this order: the window with a loading state; the first 100 signals, read by a desk that only looks; once
these are painted, the engine and the other panels. Whatever is heavy is imported after that.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from secondskies_desktop.desktop.bridge import Bridge
from secondskies_desktop.desktop.main_window import MainWindow
from secondskies_desktop.desktop.panel_registry import FIRST, LATER, first_panel, later_panels
from secondskies_desktop.desktop.readers import Readers
from secondskies_desktop.desktop.window_opener import SwitchedDesk
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from secondskies_desktop.desktop.alarm import Alarm
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.desktop.window_opener import Opener
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.profile import Profile

_SETTLED_MS = 5_000


class WindowLife(QObject):
    """Builds the window and everything behind it; `close` ends it all, once."""

    first_picture = Signal()
    """The first signals, an empty state or an error are painted."""
    opened = Signal()
    """What feeds the desk is running, or this window is a viewer of it."""
    failed = Signal(object)
    """It could not be opened: the exception."""

    def __init__(
        self,
        opener: Opener,
        profile: Profile,
        remembered: Remembered,
        *,
        workspace: str | None = None,
        preferences: Preferences | None = None,
        in_tray: bool = False,
        tray_available: bool | None = None,
        clock: Clock = system_clock,
    ) -> None:
        """`in_tray` shows no window at first where there is a tray; `tray_available` answers for the system.

        A replay has no icon in the tray: that is the live desk's, and its window alone is what there is of it.
        """
        super().__init__()
        self._in_tray = in_tray
        self._tray_available = False if profile.replay is not None else tray_available
        self._clock = clock
        self.alarm: Alarm | None = None
        self._opener = opener
        self._profile = profile
        self.bus = Bus()
        self.readers = Readers(self)
        self.bridge = Bridge(self)
        self.bridge.listen(self.bus)
        self.desk = SwitchedDesk(self.bus)
        self.window = MainWindow(
            [first_panel(clock)],
            remembered,
            later=LATER,
            badge=profile.badge,
            profile=profile.name,
            clock=clock,
            preferences=preferences,
        )
        self.window.listen(self.bridge)
        self.window.replay_wanted.connect(self._ask_day)
        self.window.begin(workspace)
        self._is_first_started = False
        self._is_painted = False
        self._is_opening = False
        self._is_closed = False
        self._are_built = False
        self._can_answer = False

    def start(self) -> None:
        """Show the window and begin to read; returns at once."""
        self.window.panels[FIRST].loaded.connect(self._on_first_rows)
        # What thousands of signals and all panels are made of stays: the collector would walk it again and
        # again, and the window stand still for a twentieth of a second and more each time.
        self.window.panels[FIRST].completed.connect(gc.freeze)
        if not (self._in_tray and self._has_tray()):
            self.window.show()
        self._glance()

    def _has_tray(self) -> bool:
        if self._tray_available is not None:
            return self._tray_available
        from PySide6.QtWidgets import QSystemTrayIcon

        return QSystemTrayIcon.isSystemTrayAvailable()

    def close(self) -> None:
        """End readers, bridge and what feeds the desk; may wait for what is being written."""
        if not self._is_closed:
            self._is_closed = True
            if self.alarm is not None:
                self.alarm.close()
            self.bridge.close()
            self.readers.close()
            self._opener.close()

    def _glance(self) -> None:
        self.readers.run(lambda: self._opener.glance(self.bus), self._on_glance, self._on_no_glance)

    def _on_glance(self, desk: Desk | None) -> None:
        if desk is None:
            self._open()
        else:
            self._show(desk)

    def _on_no_glance(self, _error: Exception) -> None:
        # Whatever it was, opening finds it again and says it.
        self._open()

    def _show(self, desk: Desk) -> None:
        self.desk.now = desk
        if not self._is_first_started:
            self._is_first_started = True
            self.window.start(self.desk.as_desk(), self.bridge, self.readers, (FIRST,))

    def _on_first_rows(self) -> None:
        if not self._is_painted:
            self._is_painted = True
            # The picture itself, not the wish for one: what follows would delay it.
            self.window.repaint()
            self.first_picture.emit()
            QTimer.singleShot(0, self, self._after_first_picture)

    def _after_first_picture(self) -> None:
        if self._is_closed:
            return
        self._open()
        self._make_alarm()
        self.window.tick()
        self._build_next(later_panels(self._clock))

    def _make_alarm(self) -> None:
        from secondskies_desktop.desktop.alarm import Alarm

        self.alarm = Alarm(
            self.window,
            self.desk.as_desk(),
            self.bridge,
            self.readers,
            self._profile,
            tray_available=self._tray_available,
            clock=self._clock,
        )
        self.alarm.take_settings(self.window.preferences.now)
        self.window.preferences.changed.connect(self._follow_settings)

    def _ask_day(self) -> None:
        from secondskies_desktop.desktop.replay_dialog import ReplayDialog
        from secondskies_desktop.desktop.replay_launch import start_replay

        def start(day: date, speed: float) -> None:
            if not start_replay(self._profile, day, speed):
                self.window.problems.say(f"The replay of {day} could not be started", "")

        dialog = ReplayDialog(self.desk.as_desk(), self.readers, self.window)
        dialog.chosen.connect(start)
        dialog.open()

    def _follow_settings(self, *_changed: str) -> None:
        settings, desk = self.window.preferences.now, self.desk.as_desk()
        if self.alarm is not None:
            self.alarm.take_settings(settings)
        self.readers.run(lambda: desk.follow(settings), None, lambda _error: None)

    def _build_next(self, panels: Iterator[Panel]) -> None:
        """Build one panel a turn: between two of them the window answers."""
        if self._is_closed:
            return
        panel = next(panels, None)
        if panel is not None:
            self.window.add(panel)
            QTimer.singleShot(0, self, lambda: self._build_next(panels))
            return
        self.window.dress()
        if self.alarm is not None:
            self.alarm.attach(self.window.panels.get("attention"))
        self._are_built = True
        self._start_others()

    def _start_others(self) -> None:
        """Start the other panels as soon as they are built and the desk answers all that they ask."""
        if self._are_built and self._can_answer:
            for key, _ in LATER:
                self.window.panels[key].completed.connect(gc.freeze)
            self.window.start(self.desk.as_desk(), self.bridge, self.readers, [key for key, _ in LATER])
            QTimer.singleShot(_SETTLED_MS, self, gc.freeze)

    def _open(self) -> None:
        if not self._is_opening:
            self._is_opening = True
            self.readers.run(lambda: self._opener.open(self.bus), self._on_opened, self._on_not_opened)

    def _on_opened(self, desk: Desk) -> None:
        self.desk.role = None
        self._answer_with(desk)
        # What changed between the glance and now was published to nobody in another process.
        self.bridge.ask_again()
        self.opened.emit()

    def _answer_with(self, desk: Desk) -> None:
        self._can_answer = True
        self._show(desk)
        self.bridge.listen_to_status(self.bus)
        self.window.status.ask()
        self._start_others()

    def _on_not_opened(self, error: Exception) -> None:
        from secondskies_desktop.foundation.database.failure import DatabaseProblem

        self.desk.role, self.desk.role_detail = "failed", str(error)
        if isinstance(error, DatabaseProblem):
            self._offer_recovery(error)
        else:
            self.window.problems.say(f"The engine could not start: {error}", repr(error))
            self.readers.run(lambda: self._opener.look_on(self.bus), self._answer_with)
        self.failed.emit(error)

    def _offer_recovery(self, problem: Exception) -> None:
        from secondskies_desktop.desktop.recovery_view import RecoveryView

        view = RecoveryView(self._profile, problem, self.readers)
        view.opened_again.connect(self._open_again)
        self.window.show_instead(view)

    def _open_again(self) -> None:
        self.window.show_panels()
        self.desk.role, self.desk.role_detail = "starting", ""
        self._is_opening = False
        self._open()
