"""The tray: the state of the desk as an icon, one sentence, messages, and the few things one does without a window.

Where the system has no tray, the strip in the window is enough: then nothing here shows, and nothing fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from secondskies_desktop.desktop.tray_icon import TrayState, icon_of, outside, sentence, state_of
from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.attention import Attention

_ICONS = {
    Severity.INFO: QSystemTrayIcon.MessageIcon.Information,
    Severity.WATCH: QSystemTrayIcon.MessageIcon.Warning,
    Severity.DANGER: QSystemTrayIcon.MessageIcon.Critical,
}
_SHOWN_MS = 10_000


class Tray(QObject):
    """An icon in the system's tray, or nothing where there is none."""

    show_wanted = Signal()
    """Show the window, or hide it."""
    test_wanted = Signal()
    mute_wanted = Signal(bool)
    quit_wanted = Signal()

    def __init__(
        self, *, demo: bool, profile: str, available: bool | None = None, parent: QObject | None = None
    ) -> None:
        """`available` answers for the system where a test does."""
        super().__init__(parent)
        self._demo = demo
        self._profile = profile
        has_tray = QSystemTrayIcon.isSystemTrayAvailable() if available is None else available
        self.state: TrayState | None = None
        self.menu = QMenu()
        self.show_action = self.menu.addAction("Show Second Skies")
        self.test_action = self.menu.addAction("Test alarm")
        self.mute_action = self.menu.addAction("Mute sounds for an hour")
        self.menu.addSeparator()
        self.quit_action = self.menu.addAction("Quit Second Skies")
        self.mute_action.setCheckable(True)
        self.show_action.triggered.connect(self.show_wanted)
        self.test_action.triggered.connect(self.test_wanted)
        self.mute_action.triggered.connect(self.mute_wanted)
        self.quit_action.triggered.connect(self.quit_wanted)
        self._icon: QSystemTrayIcon | None = None
        if has_tray:
            self._icon = QSystemTrayIcon(self)
            self._icon.setContextMenu(self.menu)
            self._icon.activated.connect(self._on_activated)
            self._icon.messageClicked.connect(self.show_wanted)

    @property
    def exists(self) -> bool:
        """Whether there is a tray to be in."""
        return self._icon is not None

    def say(self, open_now: Sequence[Attention], now_us: int) -> None:
        """Show how things stand."""
        if self._icon is None:
            return
        state = state_of(open_now, now_us, demo=self._demo)
        if state is not self.state:
            self.state = state
            self._icon.setIcon(icon_of(state))
            self._icon.show()
        words = outside(sentence(open_now, now_us, demo=self._demo, profile=self._profile))
        if self._icon.toolTip() != words:
            self._icon.setToolTip(words)

    def dress(self) -> None:
        """Draw the icon anew in the theme that is on."""
        if self._icon is not None and self.state is not None:
            self._icon.setIcon(icon_of(self.state))

    def show_message(self, text: str, severity: Severity) -> tuple[bool | None, str]:
        """Show a message; returns whether it was handed to the system, None where there is no tray."""
        if self._icon is None:
            return None, "no tray here"
        if not self._icon.supportsMessages():
            return None, "the tray shows no messages"
        title = "Second Skies · DEMO" if self._demo else "Second Skies"
        self._icon.showMessage(title, outside(text), _ICONS[severity], _SHOWN_MS)
        return True, "message in the tray"

    def say_window(self, *, visible: bool) -> None:
        """Let the menu offer what can be done with the window now."""
        self.show_action.setText("Hide Second Skies" if visible else "Show Second Skies")

    def say_muted(self, *, muted: bool) -> None:
        """Show whether sounds are muted."""
        self.mute_action.setChecked(muted)

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()
        self.menu.deleteLater()

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.show_wanted.emit()
