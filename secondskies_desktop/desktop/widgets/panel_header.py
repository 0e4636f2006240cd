"""The title bar of a panel: its name, DEMO, what the panel puts there, and the buttons of a dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.widgets.chips import ProfileBadge
from secondskies_desktop.desktop.widgets.labels import Caption

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

HEIGHT = theme.ROW + theme.GRID


class PanelHeader(QWidget):
    """A dock's title bar; dragging it moves the dock."""

    float_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        self.title = Caption(title)
        self.badge = ProfileBadge()
        self._float = _quiet_button("Float or dock this panel", "❐")
        self._close = _quiet_button("Close; it comes back through the View menu", "✕")
        self._float.clicked.connect(self.float_wanted)
        self._close.clicked.connect(self.close_wanted)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.GRID + theme.HALF, 0, theme.HALF, 0)
        self._row.setSpacing(theme.GRID)
        self._row.addWidget(self.title)
        self._row.addWidget(self.badge)
        self._row.addStretch(1)
        self._row.addWidget(self._float)
        self._row.addWidget(self._close)
        self._aside = 0

    def add(self, widget: QWidget) -> None:
        """Put a widget at the right, left of the dock's own buttons."""
        self._row.insertWidget(3 + self._aside, widget)
        self._aside += 1

    def set_badge(self, word: str) -> None:
        """Say DEMO or REPLAY, or with nothing take it away."""
        self.badge.show_badge(word)

    def dress(self, floating: QIcon, closing: QIcon) -> None:
        """Give the buttons their icons, once these are loaded."""
        for button, icon in ((self._float, floating), (self._close, closing)):
            button.setText("")
            button.setIcon(icon)
            button.setIconSize(QSize(theme.ICON, theme.ICON))

    def sizeHint(self) -> QSize:
        return QSize(theme.PANEL_MIN_WIDTH, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.CARD_MIN_WIDTH, HEIGHT)


def _quiet_button(why: str, mark: str) -> QToolButton:
    button = QToolButton()
    button.setText(mark)
    button.setToolTip(why)
    button.setAccessibleName(why)
    button.setProperty("quiet", "true")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
