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
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QFont

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
    """One row: a level, a phase or a module, with the row above it and those below that pass the filter.

    What it shows is written once, not for each look at it: a screen of cells is asked for a thousand things.
    """

    def __init__(self, part: Level | Phase | Module, above: Row | None, place: int) -> None:
        self.part = part
        self.above = above
        self.place = place
        self.below: list[Row] = []
        self.cells: tuple[str, ...] = ()
        self.tones: tuple[Tone, ...] = ()
        self.why = ""
        self.progress: Progress | None = None
        self.is_marked = False

    def write(self, roadmap: Roadmap) -> None:
        """Write down what the row shows."""
        above = self.above.part if self.above is not None else None
        if isinstance(self.part, Module):
            if isinstance(above, Phase):
                self._write_module(roadmap, above, self.part)
            return
        # What a level's only phase counts stands in the level's row already.
        is_counted = not (isinstance(above, Level) and len(above.phases) == 1)
        self._write_part(self.part, roadmap.progress(self.part) if is_counted else None)

    def _write_module(self, roadmap: Roadmap, phase: Phase, module: Module) -> None:
        mark = roadmap.marks.get(module.key)
        self.is_marked = mark is not None and mark.complete
        since = formats.ny_stamp(mark.at_us) if mark is not None and mark.complete else ""
        number = f" · Module {module.module}" if module.module else ""
        built, tone = _BUILT[module.built]
        self.cells = (
            module.key,
            f"{module.title}{number}",
            since[:10],
            built,
            module.theirs,
            phase.priority_of(module),
            phase.timeline_of(module),
            module.where,
        )
        self.tones = (Tone.MUTED, Tone.TEXT, Tone.TEXT, tone, *(4 * [Tone.MUTED]))
        lines = (
            f"{module.key} {module.title}: then {module.theirs}, here {built.partition(' ')[2]}",
            f"Your note: {module.note}" if module.note else "",
            f"Marked by you {since}" if since else "",
            f"In: {module.where}" if module.where else "",
        )
        self.why = "\n".join(line for line in lines if line)

    def _write_part(self, part: Level | Phase, progress: Progress | None) -> None:
        is_level = isinstance(part, Level)
        self.progress = progress
        self.cells = (
            f"Level {part.number}" if isinstance(part, Level) else f"Phase {part.id}",
            part.title,
            "" if progress is None else f"{progress.marked} of {progress.total}",
            "" if progress is None else f"{progress.built} of {progress.total}",
            "",
            part.priority,
            part.timeline,
            "",
        )
        self.tones = (*(4 * [Tone.TEXT if is_level else Tone.MUTED]), *(4 * [Tone.MUTED]))
        lines = (part.title, part.timeline, "" if progress is None else in_words(progress))
        self.why = "\n".join(line for line in lines if line)


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
                    here.write(roadmap)
                    self.dataChanged.emit(self._at(here, 0), self._at(here, len(HEADS) - 1))
                    here = here.above

    def narrow(self, words: str) -> None:
        """Show only modules that say all these words."""
        wanted = words.casefold().split()
        if wanted != self._words:
            self._words = wanted
            self._arrange()

    def _arrange(self) -> None:
        roadmap = self.roadmap
        if roadmap is None:
            return
        self.beginResetModel()
        self._levels, self._rows = [], []
        for level in roadmap.levels:
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
        for row in self._rows:
            row.write(roadmap)
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
            case Qt.ItemDataRole.FontRole:
                return typeface.label_font()
        return None

    def flags(self, place: Place) -> Qt.ItemFlag:
        if not place.isValid():
            return Qt.ItemFlag.NoItemFlags
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.module_at(place) is not None and place.column() == Column.YOURS:
            return usual | Qt.ItemFlag.ItemIsUserCheckable
        return usual

    def data(self, place: Place, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row_at(place)
        answer = _ANSWERS.get(int(role))
        return None if row is None or answer is None else answer(row, place.column())

    def setData(self, place: Place, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        module = self.module_at(place)
        if module is None or role != Qt.ItemDataRole.CheckStateRole or place.column() != Column.YOURS:
            return False
        self.marked.emit(module.key, Qt.CheckState(value) is Qt.CheckState.Checked)
        return True


def in_words(progress: Progress) -> str:
    """Return how far a part has come: "3 of 11 built, 2 partly · you marked 2"."""
    partly = f", {progress.partly} partly" if progress.partly else ""
    return f"{progress.built} of {progress.total} built{partly} · you marked {progress.marked}"


def _font(row: Row, column: int) -> QFont | None:
    return typeface.strong_font() if isinstance(row.part, Level) and column < Column.THEN else None


def _check_state(row: Row, column: int) -> Qt.CheckState | None:
    if column != Column.YOURS or not isinstance(row.part, Module):
        return None
    return Qt.CheckState.Checked if row.is_marked else Qt.CheckState.Unchecked


# By number: to compare a role with Qt's enum costs more than the answer.
_ANSWERS: dict[int, Callable[[Row, int], Any]] = {
    int(Qt.ItemDataRole.DisplayRole): lambda row, column: row.cells[column],
    int(Qt.ItemDataRole.ForegroundRole): lambda row, column: QColor(theme.look().of(row.tones[column])),
    int(Qt.ItemDataRole.SizeHintRole): lambda _row, _column: _ROW,
    int(Qt.ItemDataRole.ToolTipRole): lambda row, _column: row.why,
    int(Qt.ItemDataRole.FontRole): _font,
    int(Qt.ItemDataRole.CheckStateRole): _check_state,
    PROGRESS: lambda row, column: row.progress if column == Column.BUILT else None,
}
