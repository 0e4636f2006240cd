"""Layouts of docks in the profile: the last one, and those that the trader gave a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from secondskies_desktop.desktop.remembered import Remembered

VERSION = 2
"""Grows when a panel's key changes its meaning; a layout of another version is not applied."""
_LAST = "window"
_NAMED = "layouts"
_SHIPPED = "workspaces"


class Layouts:
    """Saves and restores `saveState`; a blob that Qt does not take leaves the docks as they are."""

    def __init__(self, window: QMainWindow, remembered: Remembered) -> None:
        self._window = window
        self._remembered = remembered
        self._named = remembered.part(_NAMED)

    def save_last(self) -> None:
        """Keep size, place and docks as they are, for the next start."""
        self._remembered.keep(f"{_LAST}/geometry", bytes(self._window.saveGeometry().data()))
        self._remembered.keep(f"{_LAST}/state", self._state())

    def restore_last(self) -> bool:
        """Restore what was kept; False where there is nothing, or nothing that fits."""
        geometry = self._remembered.data(f"{_LAST}/geometry")
        state = self._remembered.data(f"{_LAST}/state")
        if geometry is None or state is None:
            return False
        self._window.restoreGeometry(QByteArray(geometry))
        return self._arrange(state)

    def keep_workspace(self, name: str) -> None:
        """Keep the docks as he leaves a workspace that ships."""
        self._remembered.keep(f"{_SHIPPED}/{name}", self._state())

    def restore_workspace(self, name: str) -> bool:
        """Arrange the docks as he left a workspace that ships; False where he never did."""
        return self._arrange(self._remembered.data(f"{_SHIPPED}/{name}"))

    def forget_workspace(self, name: str) -> None:
        """Forget how he left a workspace that ships."""
        self._remembered.forget(f"{_SHIPPED}/{name}")

    def names(self) -> list[str]:
        """Return the names of the trader's own layouts."""
        return sorted(self._named.names(), key=str.casefold)

    def save(self, name: str) -> None:
        """Keep the docks as they are under a name, in place of an older layout of that name."""
        self._named.keep(name.strip(), self._state())
        self._named.write()

    def restore(self, name: str) -> bool:
        """Arrange the docks as they were when this name was given; False where that cannot be done."""
        return self._arrange(self._named.data(name))

    def forget(self, name: str) -> None:
        """Remove a layout."""
        self._named.forget(name)

    def _state(self) -> bytes:
        return bytes(self._window.saveState(VERSION).data())

    def _arrange(self, state: bytes | None) -> bool:
        return state is not None and self._window.restoreState(QByteArray(state), VERSION)
