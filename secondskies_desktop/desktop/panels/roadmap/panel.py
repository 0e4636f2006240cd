"""Roadmap: every module with what is built and what the trader himself marked complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.roadmap.progress_bar import ProgressBar
from secondskies_desktop.desktop.panels.roadmap.tree_model import HEADS, Column, RoadmapModel
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.desktop.widgets.rows_menu import RowsMenu
from secondskies_desktop.desktop.widgets.state_pane import StatePane
from secondskies_desktop.foundation.documents.table import pasted

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.foundation.roadmap import Progress, Roadmap

_CHARACTERS = {
    Column.KEY: 16,
    Column.MODULE: 28,
    Column.YOURS: 15,
    Column.BUILT: 18,
    Column.THEN: 10,
    Column.PRIORITY: 11,
    Column.WHEN: 21,
    Column.WHERE: 19,
}
_LONGEST_NAME = 64
_HOW = "Only you mark a module complete: Space, or a click under Yours."


class RoadmapPanel(Panel):
    """Space or a click marks a module, and takes the mark back; nothing else ever does."""

    key: ClassVar[str] = "roadmap"
    title: ClassVar[str] = "Roadmap"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._last: tuple[str, bool] | None = None
        """The mark that is written down and can be taken back."""
        self._is_marking = False
        self.model = RoadmapModel(self)
        self.model.marked.connect(self._mark)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Key, name, state…   /")
        self.filter.setMinimumWidth(theme.PANEL_MIN_WIDTH // 2)
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._narrow)
        self.said = Elided(_HOW, Tone.MUTED)
        self.undo = QPushButton("Undo")
        self.undo.setProperty("flat", "true")
        self.undo.hide()
        self.undo.clicked.connect(self._undo)
        self.tree = self._tree()
        for key, work in (
            (QKeySequence.StandardKey.Copy, self.copy_rows),
            (Qt.Key.Key_Space, self.toggle),
            (Qt.Key.Key_Return, self.open_row),
            (Qt.Key.Key_Enter, self.open_row),
        ):
            shortcut = QShortcut(QKeySequence(key), self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(work)
        self.pane = StatePane(self._content())
        self.pane.retry.connect(self._read)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.addWidget(self.pane)
        self.setFocusProxy(self.tree)

    def _tree(self) -> QTreeView:
        tree = QTreeView()
        tree.setModel(self.model)
        self.menu = RowsMenu(tree, self.copy_rows)
        tree.setItemDelegateForColumn(Column.BUILT, ProgressBar(tree))
        tree.setUniformRowHeights(True)
        tree.setIndentation(theme.ICON)
        tree.setAllColumnsShowFocus(True)
        tree.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        tree.setHorizontalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        head = tree.header()
        head.setSectionsMovable(True)
        head.setStretchLastSection(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        width = self.fontMetrics().averageCharWidth()
        for column, characters in _CHARACTERS.items():
            tree.setColumnWidth(column, characters * width)
        return tree

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The names take what the other columns leave, but no more than the longest of them needs.
        head = self.tree.header()
        others = head.length() - head.sectionSize(Column.MODULE)
        character = self.fontMetrics().averageCharWidth()
        room = self.width() - self.tree.verticalScrollBar().sizeHint().width() - others
        least, most = _CHARACTERS[Column.MODULE] * character, _LONGEST_NAME * character
        head.resizeSection(Column.MODULE, min(max(least, room), most))

    def _content(self) -> QWidget:
        content = QWidget()
        line = QHBoxLayout()
        line.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID, theme.GRID)
        line.setSpacing(theme.GRID)
        line.addWidget(self.filter)
        line.addWidget(self.said, 1)
        line.addWidget(self.undo)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.tree, 1)
        return content

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        del bridge
        self._desk, self._readers = desk, readers
        self._read()

    def stop(self) -> None:
        self._readers = None

    def _read(self) -> None:
        desk, readers = self._desk, self._readers
        if desk is not None and readers is not None:
            readers.run(lambda: desk.roadmap(), self._show, self._fail)  # noqa: PLW0108 - a desk that only looks has no such method

    def _show(self, roadmap: Roadmap) -> None:
        first = self.model.roadmap is None
        self.model.show_roadmap(roadmap)
        if first:
            self._open_current()
        self.pane.show_content()
        self.loaded.emit()

    def _open_current(self) -> None:
        """Open the phases on which something is built and not all of it."""
        roadmap = self.model.roadmap
        if roadmap is None:
            return
        for row in range(self.model.rowCount()):
            level = self.model.index(row, 0)
            self.tree.setExpanded(level, _is_under_way(roadmap.progress(roadmap.levels[row])))
            for below, phase in enumerate(roadmap.levels[row].phases):
                is_open = _is_under_way(roadmap.progress(phase))
                self.tree.setExpanded(self.model.index(below, 0, level), is_open)

    def _fail(self, error: Exception) -> None:
        self.pane.show_error(str(error), "The roadmap could not be read")
        self.loaded.emit()

    def _mark(self, key: str, complete: bool, *, again: bool = False) -> None:
        """Write a mark down, one that can be taken back unless it takes one back itself (`again`)."""
        desk, readers = self._desk, self._readers
        # One after the other: two that are on their way at once could be written in the wrong order.
        if desk is None or readers is None or self._is_marking:
            return
        self._is_marking = True
        readers.run(
            lambda: desk.mark_module(key, complete=complete),
            lambda roadmap: self._on_marked(roadmap, key, complete, again),
            self._on_not_marked,
        )

    def _on_marked(self, roadmap: Roadmap, key: str, complete: bool, again: bool) -> None:
        self._is_marking, self._last = False, (key, complete)
        if not again:
            self.undoable.emit(lambda: self._mark(key, not complete, again=True))
        at = formats.ny_minute(roadmap.marks[key].at_us)
        word = f"{key} marked complete {at} NY" if complete else f"The mark of {key} taken back {at} NY"
        self.said.say(word, tone=Tone.MUTED)
        self.undo.show()
        self._show(roadmap)

    def _on_not_marked(self, error: Exception) -> None:
        self._is_marking = False
        self.said.say(f"Not marked: {error}", tone=Tone.DANGER)

    def _undo(self) -> None:
        if self._last is not None:
            key, complete = self._last
            self._mark(key, not complete, again=True)

    def toggle(self) -> None:
        """Mark the chosen module, or take its mark back."""
        module, roadmap = self.model.module_at(self.tree.currentIndex()), self.model.roadmap
        if module is not None and roadmap is not None:
            self._mark(module.key, not roadmap.is_marked(module.key))

    def show_module(self, key: str) -> None:
        """Choose a module and bring it into sight."""
        self.filter.clear()
        place = self.model.place_of(key)
        if place.isValid():
            self.tree.setCurrentIndex(place)
            self.tree.scrollTo(place)

    def copy_rows(self) -> None:
        """Put the chosen rows on the clipboard, tabs between the cells."""
        rows = self.tree.selectionModel().selectedRows()
        lines = [HEADS] + [
            tuple(str(place.siblingAtColumn(column).data() or "") for column in range(len(HEADS)))
            for place in rows
        ]
        QGuiApplication.clipboard().setText(pasted(lines))

    def _narrow(self, words: str) -> None:
        self.model.narrow(words)
        if words.strip():
            self.tree.expandAll()
        else:
            self._open_current()

    def focus_filter(self) -> bool:
        self.filter.setFocus()
        self.filter.selectAll()
        return True

    def step_row(self, step: int) -> bool:
        here = self.tree.currentIndex()
        if here.isValid():
            place = self.tree.indexBelow(here) if step > 0 else self.tree.indexAbove(here)
        else:
            place = self.model.index(0, 0)
        self.tree.setFocus()
        if place.isValid():
            self.tree.setCurrentIndex(place)
        return True

    def open_row(self) -> bool:
        here = self.tree.currentIndex()
        if not self.model.rowCount(here.siblingAtColumn(0)) or not here.isValid():
            return False
        place = here.siblingAtColumn(0)
        self.tree.setExpanded(place, not self.tree.isExpanded(place))
        return True

    def go_back(self) -> bool:
        if self.filter.text():
            self.filter.clear()
            return True
        return False

    def save_state(self, remembered: Remembered) -> None:
        remembered.keep("columns", bytes(self.tree.header().saveState().data()))

    def restore_state(self, remembered: Remembered) -> None:
        columns = remembered.data("columns")
        if columns is not None:
            self.tree.header().restoreState(QByteArray(columns))


def _is_under_way(progress: Progress) -> bool:
    return bool(progress.built or progress.partly) and progress.built < progress.total
