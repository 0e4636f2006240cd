"""Theme, size and motion as the settings say; "system" follows the system while it changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from secondskies_desktop.desktop import theme

if TYPE_CHECKING:
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.theme import Theme

_SCALE = "QT_SCALE_FACTOR"
_WHOLE = 100
_EFFECTS = (
    Qt.UIEffect.UI_General,
    Qt.UIEffect.UI_AnimateMenu,
    Qt.UIEffect.UI_FadeMenu,
    Qt.UIEffect.UI_AnimateCombo,
    Qt.UIEffect.UI_AnimateTooltip,
    Qt.UIEffect.UI_FadeTooltip,
)


def scale(percent: int) -> None:
    """Let everything be drawn at this size; to be called before there is an application.

    Whoever set the variable for this start by hand is followed.
    """
    if percent != _WHOLE:
        os.environ.setdefault(_SCALE, f"{percent / _WHOLE:g}")


def look_of(name: str) -> Theme:
    """Return the theme of a setting."""
    if name == "system":
        is_light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        return theme.LIGHT if is_light else theme.DARK
    return theme.THEMES[name]


class Appearance(QObject):
    """Puts the theme on again when the setting or the system changes; `dressed` when it has."""

    dressed = Signal()
    motion_changed = Signal(bool)
    """Whether anything may move."""

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._moves_by_itself = QApplication.isEffectEnabled(Qt.UIEffect.UI_General)
        preferences.changed.connect(self._on_change)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._put_on)
        self._move()

    @property
    def moves(self) -> bool:
        """Whether anything may move: as the setting says, else as the system is set to."""
        chosen = self._preferences.now.desktop.motion
        return self._moves_by_itself if chosen == "system" else chosen == "full"

    def _on_change(self, group: str, key: str) -> None:
        if (group, key) == ("desktop", "theme"):
            self._put_on()
        elif (group, key) == ("desktop", "motion"):
            self._move()

    def _put_on(self, *_scheme: object) -> None:
        look = look_of(self._preferences.now.desktop.theme)
        app = QApplication.instance()
        if isinstance(app, QApplication) and look is not theme.look():
            theme.put_on(app, look)
            self.dressed.emit()

    def _move(self) -> None:
        for effect in _EFFECTS:
            QApplication.setEffectEnabled(effect, self.moves)
        self.motion_changed.emit(self.moves)
