"""How the window tells the trader: tray, messages, sounds, the test alarm, and what happened while he was away.

Made once the first picture is painted; it wires these parts to the window, and knows none of their insides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from secondskies_desktop.alerts.quiet_hours import quiet_hours
from secondskies_desktop.desktop.alarm_chain import AlarmChain
from secondskies_desktop.desktop.announcer import Announcer
from secondskies_desktop.desktop.away_strip import AwayWatch
from secondskies_desktop.desktop.sounds import Sounds
from secondskies_desktop.desktop.tray import Tray
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.settings import Settings

if TYPE_CHECKING:
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.desktop.panel import Panel
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.attention import Attention
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.profile import Profile


class Alarm(QObject):
    """Owns what reaches the trader outside the panels. `tray_available` answers for the system in a test."""

    def __init__(
        self,
        window: MainWindow,
        desk: Desk,
        bridge: Bridge,
        readers: Readers,
        profile: Profile,
        *,
        sounds: Sounds | None = None,
        tray_available: bool | None = None,
        clock: Clock = system_clock,
    ) -> None:
        super().__init__()
        self._window, self._readers, self._profile = window, readers, profile
        self._clock = clock
        self._starts_at_login: bool | None = None
        self.settings = Settings()
        self.sounds = Sounds(parent=self) if sounds is None else sounds
        self.tray = Tray(demo=profile.demo, profile=profile.name, available=tray_available, parent=self)
        self.announcer = Announcer(
            self.settings.attention, self.sounds, self.tray.show_message, clock, parent=self
        )
        self.chain = AlarmChain(desk, bridge, readers, self.announcer, self._strip_shows, clock, parent=self)
        self.away = AwayWatch(desk, bridge, readers, clock, parent=self)
        self._wire(bridge)
        self.tick(clock())

    def _wire(self, bridge: Bridge) -> None:
        window = self._window
        # The window's strip has listened before: it has taken a batch when the announcer gets it.
        bridge.told.connect(self.announcer.take)
        bridge.attention_changed.connect(self._say_state)
        window.ticked.connect(self.tick)
        window.themed.connect(self.tray.dress)
        window.test_wanted.connect(self.chain.run)
        window.visible_changed.connect(lambda shown: self.tray.say_window(visible=shown))
        window.keeps_running = self._keeps_running
        self.tray.say_window(visible=window.isVisible())
        self.tray.show_wanted.connect(window.toggle)
        self.tray.test_wanted.connect(self.chain.run)
        self.tray.mute_wanted.connect(lambda on: self.announcer.mute(on=on))
        self.tray.quit_wanted.connect(window.leave)
        self.away.told.connect(window.away.say)
        # Nobody is away from a day that is over.
        self._app = QGuiApplication.instance() if self._profile.replay is None else None
        if isinstance(self._app, QGuiApplication):
            self._app.applicationStateChanged.connect(self.away.on_state)

    def close(self) -> None:
        """Take the icon away and end what plays."""
        if isinstance(self._app, QGuiApplication):
            self._app.applicationStateChanged.disconnect(self.away.on_state)
        self.chain.close()
        self.sounds.close()
        self.tray.close()

    def attach(self, panel: Panel | None) -> None:
        """Let the Attention panel ask for test alarms and show how they went."""
        from secondskies_desktop.desktop.panels.attention.panel import AttentionPanel

        if isinstance(panel, AttentionPanel):
            panel.test_wanted.connect(self.chain.run)
            self.chain.began.connect(panel.show_testing)
            self.chain.finished.connect(panel.show_tests)
            self.chain.refused.connect(panel.show_refusal)

    def take_settings(self, settings: Settings) -> None:
        """Follow the settings from now on."""
        self.settings = settings
        self.announcer.settings = settings.attention
        self.chain.at_session_start = settings.attention.test_at_session_start
        self.chain.quiet = quiet_hours(settings.alerts.quiet_from, settings.alerts.quiet_until)
        self._follow_login(on=settings.desktop.start_at_login)

    def _follow_login(self, *, on: bool) -> None:
        # A demo and a replay are thrown away: the system must not remember them.
        if self._profile.badge or on is self._starts_at_login:
            return
        from secondskies_desktop.desktop.start_at_login import entry_name, login_command, start_at_login

        self._starts_at_login = on
        name, command = entry_name(self._profile.home), login_command(self._profile.home)
        self._readers.run(
            lambda: start_at_login(name, command, on=on),
            None,
            lambda error: self._window.problems.say(f"Start at login could not be set: {error}", repr(error)),
        )

    def _keeps_running(self) -> bool:
        return self.tray.exists and self.settings.desktop.close_to_tray

    def _strip_shows(self, kind: str, key: str) -> bool:
        strip = self._window.attention
        return strip.isVisible() and strip.list.is_waiting(kind, key)

    def tick(self, now_us: int) -> None:
        """A second has passed."""
        self.tray.say(self._open(), now_us)
        self.tray.say_muted(muted=self.announcer.muted_until_us is not None)
        self.chain.tick(now_us)

    def _say_state(self) -> None:
        self.tray.say(self._open(), self._clock())

    def _open(self) -> list[Attention]:
        return [one.attention for one in self._window.attention.list.open()]
