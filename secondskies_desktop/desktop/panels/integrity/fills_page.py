"""What was filled in and chosen, the newest first: Del takes a value back, Ctrl+Z puts it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtWidgets import QPushButton

from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.desktop.widgets.lines_table import LinesModel, LinesTable
from secondskies_desktop.desktop.widgets.page import inset, row

if TYPE_CHECKING:
    from secondskies_desktop.desktop.decisions import Decisions
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import Line
    from secondskies_desktop.engine.integrity_desk import Entry
    from secondskies_desktop.foundation.clock import Clock

_PAGE = 200
_NEAR_END = 50
_HOW = "Filled in or chosen: each value says where it comes from. Del takes it back, Enter opens its signal."


class Answer(NamedTuple):
    """Rows of the log and how they are written."""

    entries: list[Entry]
    lines: list[Line]
    limit: int


class FillsPage(FedPage[Answer]):
    """Paged by scrolling; what was taken back stays, and says so."""

    def __init__(self, clock: Clock, decisions: Decisions) -> None:
        self.model = LinesModel(words.ENTRY_COLUMNS)
        self.table = LinesTable(self.model)
        super().__init__(clock, inset(self.table))
        self._entries: dict[object, Entry] = {}
        self._decisions = decisions
        self._limit = _PAGE
        self._is_read_out = False
        self.note = Elided(_HOW, Tone.MUTED)
        self.back = QPushButton("Take back")
        self.back.setToolTip("The chosen values count no more (Del); the program does not make them again")
        self.lay(row(self.note, self.back))
        decisions.said.connect(lambda text, bad: self.note.say(text, tone=Tone.DANGER if bad else Tone.MUTED))
        decisions.done.connect(self.feed.grow_old)
        self.back.clicked.connect(self.take_back)
        self.table.deleted.connect(self.take_back)
        self.table.entered.connect(self._open)
        self.table.doubleClicked.connect(lambda _index: self._open())
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self.table.verticalScrollBar().valueChanged.connect(self._on_scroll)
        self._enable()

    def ask(self, desk: Desk) -> Answer:
        limit, now_us = self._limit, self.clock()
        found = desk.fills(limit)
        return Answer(found, [words.entry_line(one, now_us) for one in found], limit)

    def show_answer(self, answer: Answer) -> None:
        self._entries = {one.fill.id: one for one in answer.entries}
        self._is_read_out = len(answer.entries) < answer.limit
        self.model.show(answer.lines)
        self._enable()
        if answer.lines:
            self.pane.show_content()
        else:
            self.pane.show_empty(
                "Nothing was filled in",
                "What other messages prove will stand here, with its source and how sure it is.",
            )

    def _standing(self) -> list[Entry]:
        found = [self._entries[line.id] for line in self.table.chosen() if line.id in self._entries]
        return [one for one in found if not one.undone]

    def _enable(self) -> None:
        self.back.setEnabled(bool(self._standing()))

    def take_back(self) -> None:
        """Let the chosen values count no more."""
        self._decisions.take_back([one.fill.id for one in self._standing()])

    def _open(self) -> None:
        for line in self.table.chosen()[:1]:
            entry = self._entries.get(line.id)
            if entry is not None:
                self.opened.emit(entry.fill.stream, entry.fill.trade_id)

    def _on_scroll(self, value: int) -> None:
        near = value >= self.table.verticalScrollBar().maximum() - _NEAR_END
        if near and not self._is_read_out and len(self._entries) >= self._limit:
            self._limit += _PAGE
            self.feed.ask()

    def step(self, by: int) -> bool:
        return self.table.step(by)

    def take_focus(self) -> None:
        self.table.setFocus()

    def theme_changed(self) -> None:
        self.model.forget_colours()
