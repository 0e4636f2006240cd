"""Signal Diagnosis: what the quality of one signal lost, what contradicts itself in it, and what was filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.decisions import Decisions
from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.conflict_menu import conflict_menu, pop_at_row
from secondskies_desktop.desktop.widgets.labels import Elided, Text
from secondskies_desktop.desktop.widgets.lines_table import LinesModel, LinesTable
from secondskies_desktop.desktop.widgets.state_pane import StatePane

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import Line
    from secondskies_desktop.desktop.readers import Readers, Reading
    from secondskies_desktop.engine.integrity_desk import Diagnosis as Found
    from secondskies_desktop.foundation.clock import Clock

_SETTLE_MS = 2_500
"""After a change of the signal the look at it is awaited."""


class _Answer(NamedTuple):
    found: Found | None
    lines: list[Line]


class Diagnosis(QWidget):
    """One table: Enter decides a conflict, Del takes a value back, Ctrl+Z takes either back."""

    shown = Signal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._reading: Reading | None = None
        self._signal_id: int | None = None
        self._found: Found | None = None
        self._least = 90
        self.menu: QMenu | None = None
        self.decisions = Decisions(self)
        self.score = Text("", Tone.FAINT, typeface.strong_font())
        self.note = Elided("", Tone.MUTED)
        self.back = QPushButton("Take back")
        self.back.setToolTip("The chosen value counts no more (Del); the program does not make it again")
        self.model = LinesModel(words.DIAGNOSIS_COLUMNS)
        self.table = LinesTable(self.model)
        self.pane = StatePane(self.table)
        # The chart above needs the room more: a few rows are enough, and the splitter gives more.
        self.pane.setMinimumHeight(2 * theme.ROW)
        head = QHBoxLayout()
        head.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
        head.setSpacing(theme.GRID)
        head.addWidget(self.score)
        head.addWidget(self.note, 1)
        head.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.pane, 1)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_SETTLE_MS)
        self._again.timeout.connect(self.read)
        self._wire()

    def _wire(self) -> None:
        self.decisions.done.connect(self.read)
        self.decisions.done.connect(self._again.start)
        self.decisions.said.connect(
            lambda text, bad: self.note.say(text, tone=Tone.DANGER if bad else Tone.MUTED)
        )
        self.pane.retry.connect(self.read)
        self.table.entered.connect(self.ask_choice)
        self.table.doubleClicked.connect(lambda _index: self.ask_choice())
        self.back.clicked.connect(self.take_back)
        self.table.deleted.connect(self.take_back)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self._enable()

    def start(self, desk: Desk, readers: Readers) -> None:
        """Ask this desk from now on."""
        self._desk, self._readers = desk, readers
        self.decisions.start(desk, readers)

    def stop(self) -> None:
        """Ask nothing more."""
        self._again.stop()
        self.decisions.stop()
        self._readers = None

    def use_least(self, least: int) -> None:
        """Take the quality below which it is to be watched."""
        self._least = least
        self._say()

    def show_signal(self, signal_id: int) -> None:
        """Diagnose another signal, or the same one again after it changed."""
        if signal_id != self._signal_id:
            self._signal_id, self._found = signal_id, None
            self.note.say("")
            self.pane.show_loading("Reading what is missing")
        self.read()
        self._again.start()

    def read(self) -> None:
        """Ask what is known now."""
        desk, readers, signal_id = self._desk, self._readers, self._signal_id
        if desk is None or readers is None or signal_id is None:
            return
        if self._reading is not None:
            self._reading.cancel()
        now_us = self._clock()

        def ask() -> _Answer:
            found = desk.diagnosis(signal_id)
            return _Answer(found, [] if found is None else words.diagnosis_lines(found, now_us))

        self._reading = readers.run(
            ask, self._show, lambda error: self.pane.show_error(str(error), "The diagnosis could not be read")
        )

    def _show(self, answer: _Answer) -> None:
        self._found = answer.found
        self.model.show(answer.lines)
        self._enable()
        self._say()
        if answer.found is None:
            self.pane.show_empty("This signal is no longer there", "")
        elif answer.lines:
            self.pane.show_content()
        elif answer.found.score is None:
            self.pane.show_empty("Nothing has looked at it yet", "An engine looks a moment after it changed.")
        else:
            self.pane.show_empty("Nothing is missing", "Every value of this signal was received.")
        self.shown.emit()

    def _say(self) -> None:
        if self._found is None:
            self.score.say("")
            return
        word = words.score_word(self._found, self._least)
        self.score.say(f"Quality {word.text}", f"{word.why}\n{word.basis}", word.tone)
        if not self.note.text():
            self.note.say(word.basis)

    def _standing(self) -> list[int]:
        log = () if self._found is None else self._found.log
        standing = {one.fill.id for one in log if not one.undone}
        return [line.id for line in self.table.chosen() if isinstance(line.id, int) and line.id in standing]

    def _enable(self) -> None:
        self.back.setVisible(bool(self._standing()))

    def take_back(self) -> None:
        """Let the chosen values count no more."""
        self.decisions.take_back(self._standing())

    def ask_choice(self) -> None:
        """Open the values of the conflict that is chosen."""
        conflicts = () if self._found is None else self._found.conflicts
        for line in self.table.chosen()[:1]:
            wanted = next((one for one in conflicts if line.id == ("conflict", one.field)), None)
            if wanted is not None:
                self.menu = conflict_menu(self.table, wanted, self.decisions.choose)
                self.menu.destroyed.connect(self._forget_menu)
                pop_at_row(self.table, self.menu)

    def _forget_menu(self) -> None:
        self.menu = None

    @property
    def wants(self) -> int:
        """How many gaps, conflicts and checks are open."""
        found = self._found
        return 0 if found is None else len(found.gaps) + len(found.checks) + len(found.conflicts)

    def theme_changed(self) -> None:
        """Draw the rows in the colours that are on."""
        self.model.forget_colours()
