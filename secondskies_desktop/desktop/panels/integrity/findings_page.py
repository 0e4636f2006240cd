"""What is missing or looks wrong: narrowed by category, type and words, sorted by its heads; Enter opens the signal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.choice import Choice
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.lines_table import LinesModel, LinesTable
from secondskies_desktop.desktop.widgets.page import inset, row
from secondskies_desktop.integrity.listing.store import Wanted

if TYPE_CHECKING:
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import Line
    from secondskies_desktop.engine.integrity_desk import FindingsPage as Found
    from secondskies_desktop.foundation.clock import Clock

_SHOWN = 1_000
"""So many rows at most; the filter finds the others."""
_SETTLE_MS = 200
_FIRST = Wanted(order="points")


class Listed(NamedTuple):
    """What the desk answered, and its rows as they are shown."""

    wanted: Wanted
    found: Found
    lines: list[Line]
    looked: bool


class FindingsPage(FedPage[Listed]):
    """The dearest first; whoever clicks a head sorts by it, and once more turns the order round."""

    def __init__(self, clock: Clock) -> None:
        self.model = LinesModel(words.FINDING_COLUMNS)
        self.table = LinesTable(self.model)
        super().__init__(clock, inset(self.table))
        self._wanted = _FIRST
        self._kinds: dict[tuple[str, str], int] = {}
        self.category = Choice("Category", self._categories)
        self.type = Choice("Type", self._types)
        self.count = Text("", Tone.MUTED)
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find…   /")
        self.words.setClearButtonEnabled(True)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self.feed.ask)
        self.lay(row(self.category, self.type, self.count, None, self.words))
        self.category.changed.connect(self._narrow)
        self.type.changed.connect(self._narrow)
        self.words.textChanged.connect(self._narrow)
        self.table.entered.connect(self._open)
        self.table.doubleClicked.connect(lambda _index: self._open())
        head = self.table.horizontalHeader()
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self._sort)
        self._show_order()

    def _categories(self) -> list[tuple[str, str]]:
        counts: dict[str, int] = {}
        for (category, _), count in self._kinds.items():
            counts[category] = counts.get(category, 0) + count
        return [
            (category, f"{words.category_name(category)}  {formats.count(count)}")
            for category, count in sorted(counts.items())
        ]

    def _types(self) -> list[tuple[str, str]]:
        return [
            (kind, f"{words.type_name(kind)}  {formats.count(count)}")
            for (category, kind), count in sorted(self._kinds.items(), key=lambda one: -one[1])
            if self.category.value in (None, category)
        ]

    def _narrow(self, _text: str = "") -> None:
        self._wanted = self._wanted._replace(
            category=self.category.value, type=self.type.value, words=self.words.text().strip()
        )
        self._settle.start()

    def narrow_to(self, category: str | None, kind: str | None) -> None:
        """Show what is open of a category and a type alone."""
        self.category.choose(category)
        self.type.choose(kind)

    def _sort(self, column: int) -> None:
        order = words.FINDING_ORDERS[column]
        if order is None:
            return
        down = not self._wanted.down if order == self._wanted.order else order in ("points", "since", "found")
        self._wanted = self._wanted._replace(order=order, down=down)
        self._show_order()
        self.feed.ask()

    def _show_order(self) -> None:
        places = [place for place, order in enumerate(words.FINDING_ORDERS) if order == self._wanted.order]
        self.model.mark_order(places[-1], down=self._wanted.down)

    def stop(self) -> None:
        self._settle.stop()
        super().stop()

    def ask(self, desk: Desk) -> Listed:
        wanted, now_us = self._wanted, self.clock()
        found = desk.open_findings(wanted, _SHOWN)
        looked = bool(found.kinds) or desk.health_now().looked_us is not None
        return Listed(wanted, found, [words.finding_line(one, now_us) for one in found.rows], looked)

    def show_answer(self, answer: Listed) -> None:
        found = answer.found
        self._kinds = found.kinds
        chosen = {line.id for line in self.table.chosen()}
        self.model.show(answer.lines)
        self.table.choose(chosen)
        open_ = sum(found.kinds.values())
        narrowed = f"{formats.count(found.total)} of {formats.count(open_)} open"
        cut = f", the first {formats.count(_SHOWN)} shown" if found.total > len(found.rows) else ""
        self.count.say((narrowed if found.total != open_ else f"{formats.count(open_)} open") + cut)
        if answer.lines:
            self.pane.show_content()
        elif open_:
            self.pane.show_empty("Nothing passes this filter", "Esc clears it.")
        elif answer.looked:
            self.pane.show_empty("Nothing is missing", "Gaps, failed checks and anomalies will stand here.")
        else:
            self.pane.show_empty(
                "Nothing has looked for gaps yet", "An engine looks by itself as soon as alerts are folded."
            )

    def _open(self) -> None:
        for line in self.table.chosen()[:1]:
            if isinstance(line.id, tuple) and line.id[1]:
                self.opened.emit(line.id[0], line.id[1])

    def step(self, by: int) -> bool:
        return self.table.step(by)

    def take_focus(self) -> None:
        self.table.setFocus()

    def focus_filter(self) -> bool:
        self.words.setFocus()
        self.words.selectAll()
        return True

    def go_back(self) -> bool:
        if not self.words.text() and self.category.value is None and self.type.value is None:
            return False
        self.words.clear()
        self.narrow_to(None, None)
        return True

    def theme_changed(self) -> None:
        self.model.forget_colours()
