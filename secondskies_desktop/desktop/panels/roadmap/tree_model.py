"""Levels and their modules as a tree; only the mark of the trader can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from secondskies_desktop.foundation.roadmap import Level, Module, Roadmap

Place = QModelIndex | QPersistentModelIndex
HEADS = ("Module", "Yours", "Built", "Then", "Priority", "When", "Where")
_YOURS = 1
_BUILT = {
    "yes": ("● built", Tone.GOOD),
    "partly": ("◐ partly", Tone.WATCH),
    "no": ("○ not built", Tone.FAINT),
}
_NOWHERE = QModelIndex()
_ROW = QSize(0, theme.ROW)
_TOP = 0


class RoadmapModel(QAbstractItemModel):
    """Two storeys: levels, and under each its modules that pass the filter."""

    marked = Signal(str, bool)
    """Key, and whether he marks it complete or takes the mark back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.roadmap: Roadmap | None = None
        self._words = ""
        self._shown: list[tuple[Level, list[tuple[Module, str, str]]]] = []

    def show_roadmap(self, roadmap: Roadmap) -> None:
        """Show a roadmap; after a mark only its row changes."""
        first = self.roadmap is None
        self.roadmap = roadmap
        if first:
            self._arrange()
        else:
            for row, (_, modules) in enumerate(self._shown):
                level = self.index(row, 0)
                self.dataChanged.emit(level, self.index(row, len(HEADS) - 1))
                if modules:
                    last = self.index(len(modules) - 1, len(HEADS) - 1, level)
                    self.dataChanged.emit(self.index(0, 0, level), last)

    def narrow(self, words: str) -> None:
        """Show only modules that say all these words."""
        if words != self._words:
            self._words = words
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._shown = []
        for level in () if self.roadmap is None else self.roadmap.levels:
            modules = [
                (module, phase.priority, phase.timeline)
                for phase in level.phases
                for module in phase.modules
                if self._says(f"{module.key} {module.title} {level.title} {module.where} {module.note}")
            ]
            if modules:
                self._shown.append((level, modules))
        self.endResetModel()

    def _says(self, text: str) -> bool:
        return all(word in text.casefold() for word in self._words.casefold().split())

    def module_at(self, place: Place) -> Module | None:
        """Return the module of a row, None for a level."""
        if not place.isValid() or place.internalId() == _TOP:
            return None
        return self._shown[place.internalId() - 1][1][place.row()][0]

    def place_of(self, key: str) -> QModelIndex:
        """Return where a module stands, an invalid place where it is not shown."""
        for row, (_, modules) in enumerate(self._shown):
            for below, (module, _, _) in enumerate(modules):
                if module.key == key:
                    return self.index(below, 0, self.index(row, 0))
        return QModelIndex()

    def index(self, row: int, column: int, parent: Place = _NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else _TOP)

    def parent(self, place: Place = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        if not place.isValid() or place.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(place.internalId() - 1, 0, _TOP)

    def rowCount(self, parent: Place = _NOWHERE) -> int:
        if not parent.isValid():
            return len(self._shown)
        if parent.column() or parent.internalId() != _TOP:
            return 0
        return len(self._shown[parent.row()][1])

    def columnCount(self, parent: Place = _NOWHERE) -> int:
        del parent
        return len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return HEADS[section]
        return None

    def flags(self, place: Place) -> Qt.ItemFlag:
        if not place.isValid():
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.module_at(place) is not None and place.column() == _YOURS:
            return usual | Qt.ItemFlag.ItemIsUserCheckable
        return usual

    def data(self, place: Place, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        module = self.module_at(place)
        if module is None or role == Qt.ItemDataRole.SizeHintRole:
            return _ROW if role == Qt.ItemDataRole.SizeHintRole else self._of_level(place, role)
        priority, when = self._shown[place.internalId() - 1][1][place.row()][1:]
        built, tone = _BUILT[module.built]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                number = f" · Module {module.module}" if module.module else ""
                mine = self._yours(module)
                cells = (
                    f"{module.key}  {module.title}{number}",
                    mine,
                    built,
                    module.theirs,
                    priority,
                    when,
                    module.where,
                )
                return cells[place.column()]
            case Qt.ItemDataRole.CheckStateRole if place.column() == _YOURS and self.roadmap is not None:
                on = self.roadmap.is_marked(module.key)
                return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ForegroundRole:
                column_tone = tone if place.column() == 2 else Tone.TEXT if place.column() < 2 else Tone.MUTED  # noqa: PLR2004
                return QColor(theme.look().of(column_tone))
            case Qt.ItemDataRole.ToolTipRole:
                return module.note or f"{module.title}: then {module.theirs}, here {built.partition(' ')[2]}"
        return None

    def _yours(self, module: Module) -> str:
        mark = None if self.roadmap is None else self.roadmap.marks.get(module.key)
        return "" if mark is None or not mark.complete else formats.ny_stamp(mark.at_us)[:16]

    def _of_level(self, place: Place, role: int) -> Any:
        if self.roadmap is None or not place.isValid():
            return None
        level = self._shown[place.row()][0]
        total, built, partly, marked = self.roadmap.progress(level)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                cells = (
                    f"Level {level.number} · {level.title}",
                    f"{marked} of {total}",
                    f"{built} built, {partly} partly, of {total}",
                    "",
                    level.priority,
                    level.timeline,
                    "",
                )
                return cells[place.column()]
            case Qt.ItemDataRole.FontRole:
                return typeface.strong_font()
        return None

    def setData(self, place: Place, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        module = self.module_at(place)
        if module is None or role != Qt.ItemDataRole.CheckStateRole or place.column() != _YOURS:
            return False
        self.marked.emit(module.key, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True
