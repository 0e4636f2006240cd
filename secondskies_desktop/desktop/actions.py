"""Everything the desk can do, in one list: menus, palette, keys and the overlay are all drawn from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QWidget


class Action(NamedTuple):
    """One thing to do. `id` never changes: it is what the palette remembers. `group` is its menu.

    `checked` makes it a switch and answers whether it is on.
    """

    id: str
    title: str
    group: str
    run: Callable[[], object]
    shortcut: str = ""
    checked: Callable[[], bool] | None = None


class Actions(QObject):
    """The list; every entry has a QAction on the window, so that its shortcut works whatever has the keyboard."""

    done = Signal(str)
    """The id of what was done."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, Action] = {}
        self._qt: dict[str, QAction] = {}

    def add(self, *actions: Action) -> None:
        """Add actions; ValueError for an id or a shortcut that is taken."""
        for one in actions:
            taken = {other.shortcut for other in self._actions.values() if other.shortcut}
            if one.id in self._actions or one.shortcut in taken:
                raise ValueError(f"{one.id} {one.shortcut} is taken")
            made = QAction(one.title, self._window)
            made.setShortcut(QKeySequence(one.shortcut))
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            made.setCheckable(one.checked is not None)
            made.triggered.connect(lambda _on=False, name=one.id: self.run(name))
            self._window.addAction(made)
            self._actions[one.id], self._qt[one.id] = one, made

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())

    def run(self, name: str) -> None:
        """Do something by its id; KeyError for an unknown one."""
        self._actions[name].run()
        self.done.emit(name)
        self.refresh()

    def of(self, group: str) -> list[QAction]:
        """Return the actions of a menu, in the order in which they were added."""
        return [self._qt[one.id] for one in self if one.group == group]

    def refresh(self) -> None:
        """Let the switches show how they stand."""
        for one in self:
            if one.checked is not None:
                self._qt[one.id].setChecked(one.checked())
