"""Layouts of docks in the profile: the last one, and those that the trader gave a name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from PySide6.QtCore import QByteArray

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QMainWindow

VERSION = 2
"""Grows when a panel's key changes its meaning; a layout of another version is not applied."""
_LAST = "window"
_NAMED = "layouts"
_SHIPPED = "workspaces"


class Layouts:
    """Saves and restores `saveState`; a blob that Qt does not take leaves the docks as they are."""

    def __init__(self, window: QMainWindow, settings: QSettings) -> None:
        self._window = window
        self._settings = settings

    def save_last(self) -> None:
        """Keep size, place and docks as they are, for the next start."""
        self._settings.setValue(f"{_LAST}/geometry", self._window.saveGeometry())
        self._settings.setValue(f"{_LAST}/state", self._window.saveState(VERSION))

    def restore_last(self) -> bool:
        """Restore what was kept; False where there is nothing, or nothing that fits."""
        geometry = self._settings.value(f"{_LAST}/geometry")
        state = self._settings.value(f"{_LAST}/state")
        if not isinstance(geometry, QByteArray) or not isinstance(state, QByteArray):
            return False
        self._window.restoreGeometry(geometry)
        return self._window.restoreState(state, VERSION)

    def keep_workspace(self, name: str) -> None:
        """Keep the docks as he leaves a workspace that ships."""
        self._settings.setValue(f"{_SHIPPED}/{_key(name)}", self._window.saveState(VERSION))

    def restore_workspace(self, name: str) -> bool:
        """Arrange the docks as he left a workspace that ships; False where he never did."""
        state = self._settings.value(f"{_SHIPPED}/{_key(name)}")
        return isinstance(state, QByteArray) and self._window.restoreState(state, VERSION)

    def forget_workspace(self, name: str) -> None:
        """Forget how he left a workspace that ships."""
        self._settings.remove(f"{_SHIPPED}/{_key(name)}")

    def names(self) -> list[str]:
        """Return the names of the trader's own layouts."""
        self._settings.beginGroup(_NAMED)
        names = [unquote(key) for key in self._settings.childKeys()]
        self._settings.endGroup()
        return sorted(names, key=str.casefold)

    def save(self, name: str) -> None:
        """Keep the docks as they are under a name, in place of an older layout of that name."""
        self._settings.setValue(f"{_NAMED}/{_key(name)}", self._window.saveState(VERSION))
        self._settings.sync()

    def restore(self, name: str) -> bool:
        """Arrange the docks as they were when this name was given; False where that cannot be done."""
        state = self._settings.value(f"{_NAMED}/{_key(name)}")
        return isinstance(state, QByteArray) and self._window.restoreState(state, VERSION)

    def forget(self, name: str) -> None:
        """Remove a layout."""
        self._settings.remove(f"{_NAMED}/{_key(name)}")


def _key(name: str) -> str:
    # A slash would open a group of the file.
    return quote(name.strip(), safe=" ")
