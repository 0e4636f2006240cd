"""Windows that a screen took with it: after a monitor is gone they come back to where they can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication

from secondskies_desktop.desktop import theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

_GRIP = 12 * theme.GRID
"""So much of a title bar must be seen to take a window by."""


def reachable(window: QRect, screens: Sequence[QRect]) -> QRect:
    """Return where a window belongs: as it is while its title bar can be taken, else within the nearest screen."""
    title = QRect(window.left(), window.top(), window.width(), theme.ROW)
    for screen in screens:
        seen = screen.intersected(title)
        if seen.width() >= min(_GRIP, window.width()) and seen.height() >= theme.ROW // 2:
            return window
    if not screens:
        return window
    nearest = min(screens, key=lambda screen: (screen.center() - window.center()).manhattanLength())
    size = window.size().boundedTo(nearest.size())
    left = min(max(window.left(), nearest.left()), nearest.right() + 1 - size.width())
    top = min(max(window.top(), nearest.top()), nearest.bottom() + 1 - size.height())
    return QRect(left, top, size.width(), size.height())


def bring_back(widget: QWidget) -> None:
    """Move a window to where it can be reached, with the screens that there are now."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    place = reachable(widget.geometry(), screens)
    if place != widget.geometry():
        widget.setGeometry(place)
