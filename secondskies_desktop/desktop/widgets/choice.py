"""A choice that says what was chosen: one of a few values, or none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from secondskies_desktop.desktop.widgets.labels import repolish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction

Option = tuple[str, str]
"""(value, text)"""


class Choice(QToolButton):
    """A button with a menu. `options` is asked each time the menu opens, so that it is never old."""

    changed = Signal()

    def __init__(
        self,
        label: str,
        options: Callable[[], Sequence[Option]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label = label
        self._options = options
        self._value: str | None = None
        self.setProperty("choice", "true")
        self.setAccessibleName(label)
        self.setToolTip(f"Filter by {label.lower()}")
        self.clicked.connect(self._open)
        self._say()

    @property
    def value(self) -> str | None:
        """What was chosen, None for anything."""
        return self._value

    def choose(self, value: str | None) -> None:
        """Choose a value, or anything with None; tells those who listen where it is another one."""
        if value != self._value:
            self._value = value
            self._say()
            self.changed.emit()

    def menu_of_options(self) -> QMenu:
        """Return the menu as it opens now."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._add(menu, group, None, f"Any {self._label.lower()}")
        menu.addSeparator()
        for value, text in self._options():
            self._add(menu, group, value, text)
        return menu

    def _add(self, menu: QMenu, group: QActionGroup, value: str | None, text: str) -> None:
        action: QAction = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(value == self._value)
        action.triggered.connect(lambda: self.choose(value))
        group.addAction(action)

    def _open(self) -> None:
        menu = self.menu_of_options()
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _say(self) -> None:
        text = self._label
        if self._value is not None:
            known = dict(self._options())
            text = known.get(self._value, self._value)
        self.setText(f"{text} ▾")
        self.setProperty("chosen", "true" if self._value is not None else "false")
        repolish(self)
