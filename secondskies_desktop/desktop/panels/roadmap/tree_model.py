"""Levels, their phases and their modules as a tree; only the mark of the trader can be changed."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.roadmap import Level, Module, Phase, Progress

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from secondskies_desktop.foundation.roadmap import Roadmap

Place = QModelIndex | QPersistentModelIndex
PROGRESS = int(Qt.ItemDataRole.UserRole)
"""Role of the Built column: the Progress of a level or a phase, None for a module."""


class Column(IntEnum):
    """What stands where."""

    KEY = 0
    MODULE = 1
    YOURS = 2
    BUILT = 3
    THEN = 4
    PRIORITY = 5
    WHEN = 6
    WHERE = 7


HEADS = ("Key", "Module", "Yours", "Built", "Then", "Priority", "When", "Where")
_WHY_HEADS = {
    Column.YOURS: "What you mark complete, with the day in New York; nothing else ever marks a module",
    Column.BUILT: "What this program has",
    Column.THEN: "What you wrote on 2025-12-13 of your earlier web platform",
    Column.WHERE: "The panel or the command that has it",
}
_BUILT = {
    "yes": ("● built", Tone.GOOD),
    "partly": ("◐ partly", Tone.WATCH),
    "no": ("○ not built", Tone.FAINT),
}
_NOWHERE = QModelIndex()
_ROW = QSize(0, theme.ROW)


class Row:
    """One row: a level, a phase or a module, with the row above it and those below that pass the filter."""

    def __init__(self, part: Level | Phase | Module, above: Row | None, place: int) -> None:
        self.part = part
        self.above = above
        self.place = place
        self.below: list[Row] = []


class RoadmapModel(QAbstractItemModel):
    """Three storeys: levels, phases, and the modules that pass the filter."""

    marked = Signal(str, bool)
    """Key, and whether he marks it complete or takes the mark back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.roadmap: Roadmap | None = None
        self._words: list[str] = []
        self._levels: list[Row] = []
        self._rows: list[Row] = []
        """All rows by the number that stands in their index: Python's own ids may come again."""
        self._number: dict[Row, int] = {}

    def show_roadmap(self, roadmap: Roadmap) -> None:
        """Show a roadmap; after a mark only what it says changes."""
        before, self.roadmap = self.roadmap, roadmap
        if before is None:
            self._arrange()
            return
        changed = {
            key for key in before.marks | roadmap.marks if before.marks.get(key) != roadmap.marks.get(key)
        }
        for row in self._rows:
            if isinstance(row.part, Module) and row.part.key in changed:
                here: Row | None = row
                while here is not None:
                    self.dataChanged.emit(self._at(here, 0), self._at(here, len(HEADS) - 1))
                    here = here.above

    def narrow(self, words: str) -> None:
        """Show only modules that say all these words."""
        wanted = words.casefold().split()
        if wanted != self._words:
            self._words = wanted
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._levels, self._rows = [], []
        for level in () if self.roadmap is None else self.roadmap.levels:
            above = Row(level, None, len(self._levels))
            for phase in level.phases:
                middle = Row(phase, above, len(above.below))
                modules = [module for module in phase.modules if self._says(level, phase, module)]
                middle.below = [Row(module, middle, place) for place, module in enumerate(modules)]
                if middle.below:
                    above.below.append(middle)
                    self._rows += [middle, *middle.below]
            if above.below:
                self._levels.append(above)
                self._rows.append(above)
        self._number = {row: number for number, row in enumerate(self._rows)}
        self.endResetModel()

    def _says(self, level: Level, phase: Phase, module: Module) -> bool:
        built = _BUILT[module.built][0]
        text = (
            f"{module.key} {module.title} {module.note} {module.where} {module.theirs} {built} "
            f"{phase.priority_of(module)} {phase.timeline_of(module)} {phase.title} {level.title}"
        ).casefold()
        return all(word in text for word in self._words)

    def row_at(self, place: Place) -> Row | None:
        """Return what stands at a place."""
        return self._rows[place.internalId()] if place.isValid() else None

    def module_at(self, place: Place) -> Module | None:
        """Return the module of a row, None for a level or a phase."""
        row = self.row_at(place)
        return row.part if row is not None and isinstance(row.part, Module) else None

    def place_of(self, key: str) -> QModelIndex:
        """Return where a module stands, an invalid place where it is not shown."""
        for row in self._rows:
            if isinstance(row.part, Module) and row.part.key == key:
                return self._at(row, 0)
        return QModelIndex()

    def _at(self, row: Row, column: int) -> QModelIndex:
        return self.createIndex(row.place, column, self._number[row])

    def _below(self, parent: Place) -> list[Row]:
        row = self.row_at(parent)
        return self._levels if row is None else row.below

    def index(self, row: int, column: int, parent: Place = _NOWHERE) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self._at(self._below(parent)[row], column)

    def parent(self, place: Place = _NOWHERE) -> QModelIndex:  # type: ignore[override]
        row = self.row_at(place)
        return QModelIndex() if row is None or row.above is None else self._at(row.above, 0)

    def rowCount(self, parent: Place = _NOWHERE) -> int:
        return 0 if parent.column() > 0 else len(self._below(parent))

    def columnCount(self, parent: Place = _NOWHERE) -> int:
        del parent
        return len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return HEADS[section]
            case Qt.ItemDataRole.ToolTipRole:
                return _WHY_HEADS.get(Column(section))
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def flags(self, place: Place) -> Qt.ItemFlag:
        if not place.isValid():
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.module_at(place) is not None and place.column() == Column.YOURS:
            return usual | Qt.ItemFlag.ItemIsUserCheckable
        return usual

    def data(self, place: Place, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, roadmap = self.row_at(place), self.roadmap
        if row is None or roadmap is None:
            return None
        if role == Qt.ItemDataRole.SizeHintRole:
            return _ROW
        if isinstance(row.part, Module):
            phase = row.above.part if row.above is not None else None
            return _of_module(roadmap, phase, row.part, Column(place.column()), role)
        level = row.above.part if row.above is not None else None
        # What a level's only phase counts stands in the level's row already.
        progress = None if isinstance(level, Level) and len(level.phases) == 1 else roadmap.progress(row.part)
        return _of_part(row.part, progress, Column(place.column()), role)

    def setData(self, place: Place, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        module = self.module_at(place)
        if module is None or role != Qt.ItemDataRole.CheckStateRole or place.column() != Column.YOURS:
            return False
        self.marked.emit(module.key, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def _of_module(
    roadmap: Roadmap, phase: Level | Phase | Module | None, module: Module, column: Column, role: int
) -> Any:
    mark = roadmap.marks.get(module.key)
    marked = mark is not None and mark.complete
    built, tone = _BUILT[module.built]
    match role:
        case Qt.ItemDataRole.DisplayRole if isinstance(phase, Phase):
            number = f" · Module {module.module}" if module.module else ""
            return (
                module.key,
                f"{module.title}{number}",
                formats.ny_stamp(mark.at_us)[:10] if mark is not None and marked else "",
                built,
                module.theirs,
                phase.priority_of(module),
                phase.timeline_of(module),
                module.where,
            )[column]
        case Qt.ItemDataRole.CheckStateRole if column is Column.YOURS:
            return Qt.CheckState.Checked if marked else Qt.CheckState.Unchecked
        case Qt.ItemDataRole.ForegroundRole:
            plain = Tone.TEXT if column in (Column.MODULE, Column.YOURS) else Tone.MUTED
            return QColor(theme.look().of(tone if column is Column.BUILT else plain))
        case Qt.ItemDataRole.ToolTipRole:
            lines = [
                f"{module.key} {module.title}: then {module.theirs}, here {built.partition(' ')[2]}",
                f"Your note: {module.note}" if module.note else "",
                f"Marked by you {formats.ny_stamp(mark.at_us)}" if mark is not None and marked else "",
                f"In: {module.where}" if module.where else "",
            ]
            return "\n".join(line for line in lines if line)
    return None


def _of_part(part: Level | Phase, progress: Progress | None, column: Column, role: int) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            name = f"Level {part.number}" if isinstance(part, Level) else f"Phase {part.id}"
            return (
                name,
                part.title,
                "" if progress is None else f"{progress.marked} of {progress.total}",
                "" if progress is None else f"{progress.built} of {progress.total}",
                "",
                part.priority,
                part.timeline,
                "",
            )[column]
        case Qt.ItemDataRole.ForegroundRole if column > Column.BUILT or isinstance(part, Phase):
            return QColor(theme.look().muted)
        case Qt.ItemDataRole.FontRole if isinstance(part, Level) and column < Column.THEN:
            return typeface.strong_font()
        case Qt.ItemDataRole.ToolTipRole:
            counted = "" if progress is None else in_words(progress)
            return "\n".join(line for line in (part.title, part.timeline, counted) if line)
    return progress if role == PROGRESS and column is Column.BUILT else None


def in_words(progress: Progress) -> str:
    """Return how far a part has come: "3 of 11 built, 2 partly · you marked 2"."""
    partly = f", {progress.partly} partly" if progress.partly else ""
    return f"{progress.built} of {progress.total} built{partly} · you marked {progress.marked}"
