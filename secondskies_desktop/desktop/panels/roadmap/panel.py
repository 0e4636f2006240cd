"""Roadmap: every module with what is built and what the trader himself marked complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
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

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panel import Panel
from secondskies_desktop.desktop.panels.roadmap.tree_model import HEADS, RoadmapModel
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.desktop.widgets.state_pane import StatePane

if TYPE_CHECKING:
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.roadmap import Roadmap

_WIDTHS = (44, 17, 22, 10, 9, 18, 20)


class RoadmapPanel(Panel):
    """Space or a click marks a module, and takes the mark back; nothing else ever does."""

    key: ClassVar[str] = "roadmap"
    title: ClassVar[str] = "Roadmap"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._last: tuple[str, bool] | None = None
        self.model = RoadmapModel(self)
        self.model.marked.connect(self._mark)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Key, name    /")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._narrow)
        self.said = Elided("Only you mark a module complete: Space or a click under Yours.", Tone.MUTED)
        self.undo = QPushButton("Undo")
        self.undo.setProperty("flat", "true")
        self.undo.hide()
        self.undo.clicked.connect(self._undo)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        head = self.tree.header()
        head.setSectionsMovable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        width = self.fontMetrics().averageCharWidth()
        for column, characters in enumerate(_WIDTHS):
            self.tree.setColumnWidth(column, characters * width)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.tree)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.tree)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self.toggle)
        self.pane = StatePane(self._content())
        self.pane.retry.connect(self._read)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.addWidget(self.pane)
        self.setFocusProxy(self.tree)

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
        """Open the levels on which something is built and not all of it."""
        roadmap = self.model.roadmap
        for row in range(self.model.rowCount()):
            total, built, partly, _ = (
                roadmap.progress(roadmap.levels[row]) if roadmap is not None else (0, 0, 0, 0)
            )
            self.tree.setExpanded(self.model.index(row, 0), bool(built or partly) and built < total)

    def _fail(self, error: Exception) -> None:
        self.pane.show_error(str(error), "The roadmap could not be read")
        self.loaded.emit()

    def _mark(self, key: str, complete: bool) -> None:
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return
        self._last = (key, complete)
        readers.run(lambda: desk.mark_module(key, complete=complete), self._on_marked, self._on_not_marked)

    def _on_marked(self, roadmap: Roadmap) -> None:
        self._show(roadmap)
        if self._last is not None:
            key, complete = self._last
            self.said.say(f"{key} marked complete" if complete else f"The mark of {key} is taken back")
            self.undo.show()

    def _on_not_marked(self, error: Exception) -> None:
        self.said.say(f"Not marked: {error}", tone=Tone.DANGER)

    def _undo(self) -> None:
        if self._last is not None:
            key, complete = self._last
            self._mark(key, not complete)

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
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

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

    def go_back(self) -> bool:
        if self.filter.text():
            self.filter.clear()
            return True
        return False
