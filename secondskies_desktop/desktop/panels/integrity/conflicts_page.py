"""Received values that contradict one another: Enter opens the choice, Ctrl+Z takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.conflict_menu import conflict_menu, pop_at_row
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.desktop.widgets.lines_table import LinesModel, LinesTable
from secondskies_desktop.desktop.widgets.page import inset, row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from secondskies_desktop.desktop.decisions import Decisions
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import Line
    from secondskies_desktop.engine.integrity_desk import Conflict
    from secondskies_desktop.foundation.clock import Clock

_HOW = "The first value that came counts until you choose another. Enter opens the choice."


class Answer(NamedTuple):
    """Conflicts and their rows."""

    conflicts: list[Conflict]
    lines: list[Line]


class ConflictsPage(FedPage[Answer]):
    """A row a field of a signal; what was chosen leaves the list."""

    def __init__(self, clock: Clock, decisions: Decisions) -> None:
        self.model = LinesModel(words.CONFLICT_COLUMNS)
        self.table = LinesTable(self.model)
        super().__init__(clock, inset(self.table))
        self._conflicts: dict[object, Conflict] = {}
        self._decisions = decisions
        self.note = Elided(_HOW, Tone.MUTED)
        self.menu: QMenu | None = None
        self.lay(row(self.note))
        decisions.said.connect(lambda text, bad: self.note.say(text, tone=Tone.DANGER if bad else Tone.MUTED))
        decisions.done.connect(self.feed.grow_old)
        self.table.entered.connect(self.ask_choice)
        self.table.doubleClicked.connect(lambda _index: self.ask_choice())

    def ask(self, desk: Desk) -> Answer:
        found = desk.conflicts()
        return Answer(found, [words.conflict_line(one) for one in found])

    def show_answer(self, answer: Answer) -> None:
        self._conflicts = {line.id: one for line, one in zip(answer.lines, answer.conflicts, strict=True)}
        chosen = {line.id for line in self.table.chosen()}
        self.model.show(answer.lines)
        self.table.choose(chosen or set(list(self._conflicts)[:1]))
        if answer.lines:
            self.pane.show_content()
        else:
            self.pane.show_empty(
                "Nothing contradicts itself", "Two different entries or stops of one signal will stand here."
            )

    def ask_choice(self) -> None:
        """Open the values of the chosen row."""
        for line in self.table.chosen()[:1]:
            conflict = self._conflicts.get(line.id)
            if conflict is not None:
                self.menu = conflict_menu(self.table, conflict, self._decisions.choose)
                self.menu.destroyed.connect(self._forget_menu)
                pop_at_row(self.table, self.menu)

    def _forget_menu(self) -> None:
        self.menu = None

    def step(self, by: int) -> bool:
        return self.table.step(by)

    def take_focus(self) -> None:
        self.table.setFocus()

    def theme_changed(self) -> None:
        self.model.forget_colours()
