"""What is open: how grave, since when, how often told, when again; acknowledged here, and the last test alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panels.attention import columns
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided, Text
from secondskies_desktop.desktop.widgets.page import Page, inset, row

if TYPE_CHECKING:
    from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests
    from secondskies_desktop.foundation.attention import OpenAttention
    from secondskies_desktop.foundation.clock import Clock


class OpenPage(Page):
    """The gravest on top; Enter acknowledges the chosen rows, Ctrl+Z takes the last acknowledgement back."""

    test_wanted = Signal()
    counted = Signal(int)
    """How many are open."""
    failed = Signal(str)
    """Why something was not acknowledged."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(columns.OPEN_COLUMNS, clock)
        self._open: list[OpenAttention] = []
        self._tests: AlarmTests | None = None
        self._taken: list[tuple[str, str]] = []
        self.proof = Elided("", Tone.MUTED)
        self.test = QPushButton("Test alarm")
        self.undo = QPushButton("Undo")
        self.undo.setProperty("flat", "true")
        self.undo.setToolTip("What you have just acknowledged waits for you again (Ctrl+Z)")
        self.acknowledge = QPushButton("Acknowledge")
        self.acknowledge.setToolTip(
            "Acknowledge the chosen rows (Enter): you are told no more; a condition stays open until it is over"
        )
        self.acknowledge_all = QPushButton("Acknowledge all")
        self.nothing = Text("Not known yet: what wants you is being read", Tone.MUTED)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._quiet())
        self._stack.addWidget(self.table)
        self.fill(
            row(self.proof, self.test),
            row(None, self.undo, self.acknowledge, self.acknowledge_all),
            inset(self._stack),
        )
        self.undo.hide()
        self._wire()

    def _quiet(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.HALF, theme.GRID, theme.GRID, theme.GRID)
        column.addWidget(self.nothing)
        column.addStretch(1)
        return page

    def _wire(self) -> None:
        self.test.clicked.connect(self._on_test)
        self.acknowledge.clicked.connect(self._acknowledge_chosen)
        self.acknowledge_all.clicked.connect(lambda: self._acknowledge(self._unseen()))
        self.undo.clicked.connect(self.take_back)
        self.table.entered.connect(self._acknowledge_chosen)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self.take_back)

    def read(self) -> None:
        if self.desk is not None and self.readers is not None:
            self.readers.run(self.desk.attention_open, self._show, self._show_unread)

    def _show(self, found: list[OpenAttention]) -> None:
        self._open = sorted(found, key=lambda one: (-one.attention.severity.rank, one.attention.since))
        self._draw(self.clock())
        self.nothing.say("✓  Nothing wants you now", tone=Tone.GOOD)
        self._stack.setCurrentIndex(1 if self._open else 0)
        if self._open and not self.table.currentIndex().isValid():
            self.table.selectRow(0)
        self._enable()
        self.counted.emit(len(self._open))

    def _show_unread(self, error: BaseException) -> None:
        """Never say that nothing wants the trader where nobody knows; what is shown stays, and is said to be old."""
        self.nothing.say(f"Not known: what wants you could not be read. {error}", tone=Tone.WATCH)
        if self._open:
            self.failed.emit(f"Not read again, and perhaps old: {error}")

    def _draw(self, now_us: int) -> None:
        self.model.show([columns.open_line(one, now_us) for one in self._open])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is open."""
        return not self._open

    def _unseen(self) -> list[tuple[str, str]]:
        return [(one.attention.kind, one.attention.key) for one in self._open if not one.acknowledged]

    def _acknowledge_chosen(self) -> None:
        unseen = set(self._unseen())
        self._acknowledge([line.id for line in self.table.chosen() if line.id in unseen])

    def _acknowledge(self, places: list[tuple[str, str]]) -> None:
        desk, readers = self.desk, self.readers
        if desk is None or readers is None or not places:
            return
        readers.run(
            lambda: [place for place in places if desk.acknowledge(*place)],
            self._acknowledged,
            lambda error: self.failed.emit(f"Not acknowledged: {error}"),
        )

    def _acknowledged(self, places: list[tuple[str, str]]) -> None:
        self._taken = places
        self.read()

    def take_back(self) -> None:
        """Let what was acknowledged last wait for the trader again."""
        desk, readers = self.desk, self.readers
        places, self._taken = self._taken, []
        if desk is None or readers is None or not places:
            return
        readers.run(
            lambda: [desk.take_back(*place) for place in places],
            lambda _news: self.read(),
            lambda error: self.failed.emit(f"Not taken back: {error}"),
        )

    def _enable(self) -> None:
        unseen = set(self._unseen())
        self.acknowledge_all.setEnabled(bool(unseen))
        self.acknowledge.setEnabled(any(line.id in unseen for line in self.table.chosen()))
        still_open = {(one.attention.kind, one.attention.key) for one in self._open if one.acknowledged}
        # An event is over by its acknowledgement, and nothing brings it back.
        self._taken = [place for place in self._taken if place in still_open]
        self.undo.setText(f"Undo {len(self._taken)}" if len(self._taken) > 1 else "Undo")
        self.undo.setVisible(bool(self._taken))

    def _on_test(self) -> None:
        self.show_testing()
        self.test_wanted.emit()

    def say_failure(self, why: str) -> None:
        """Say what did not happen, where the trader looks."""
        self.proof.say(why, tone=Tone.DANGER)
        self._tests = None

    def show_testing(self) -> None:
        """Say that a test alarm is on its way."""
        self.test.setEnabled(False)
        self.proof.say("Test alarm: on its way from the webhook to the sound…", tone=Tone.MUTED)

    def show_tests(self, tests: AlarmTests) -> None:
        """Show the last proof."""
        self._tests = tests
        self.test.setEnabled(True)
        self._say_proof(self.clock())

    def show_refusal(self, why: str) -> None:
        """Say why no test alarm could be run here; without a reason what was proved before stands."""
        self.test.setEnabled(True)
        if why:
            self.proof.say(f"Test alarm: not run, {why}", tone=Tone.WATCH)
            self._tests = None
        else:
            self._say_proof(self.clock())

    def _say_proof(self, now_us: int) -> None:
        text, failed = columns.proof_words(self._tests, now_us)
        newest: AlarmTest | None = None if self._tests is None else self._tests.newest
        self.proof.say(text, columns.proof_why(newest), Tone.DANGER if failed else Tone.MUTED)

    def tick(self, now_us: int) -> None:
        self._draw(now_us)
        if self.test.isEnabled() and self._tests is not None:
            self._say_proof(now_us)
