"""A titled card of rows: label, number, basis. It can be copied as a table or as a picture, and says why."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.formats import UNKNOWN
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import said
from secondskies_desktop.desktop.widgets.labels import Caption, Elided, Text
from secondskies_desktop.desktop.widgets.why import WhyPopover
from secondskies_desktop.foundation.documents.table import pasted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QContextMenuEvent, QResizeEvent


class Cell(NamedTuple):
    """One text of a table in a card, why it is what it is, and its tone."""

    text: str
    why: str = ""
    tone: Tone = Tone.TEXT


class Section(QFrame):
    """A card with a caption, a note at its right, and a body; Tab reaches it, and its menu opens by key too."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self.caption = Caption(title)
        self.note = Elided(tone=Tone.MUTED)
        self.note.setFont(typeface.small_font())
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.GRID)
        self.head.addWidget(self.caption)
        self.head.addWidget(self.note, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.HALF)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [theme.GRID + theme.HALF]))
        column.setSpacing(theme.GRID)
        self.foot = Text("", Tone.MUTED, typeface.small_font())
        self.foot.setWordWrap(True)
        self.foot.hide()
        column.addLayout(self.head)
        column.addLayout(self.body)
        column.addWidget(self.foot)
        self._why = WhyPopover(self)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.activated.connect(self.copy_table)

    def say_foot(self, text: str, why: str = "") -> None:
        """Say what the card leaves out, under everything; nothing with an empty text."""
        self.foot.say(text, why)
        self.foot.setVisible(bool(text))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_at(event.pos()).popup(event.globalPos())

    def menu_at(self, place: QPoint) -> QMenu:
        """Return the menu of a place in this card."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        found = self.childAt(place)
        if found is not None and found.toolTip():
            text = found.text() if isinstance(found, Text | Elided) else self.caption.text()
            menu.addAction("Why this number?", partial(self.explain, text, said(found.toolTip())))
            menu.addSeparator()
        menu.addAction("Copy as table (TSV)", self.copy_table)
        menu.addAction("Copy as picture (PNG)", self.copy_picture)
        return menu

    def explain(self, what: str, why: str) -> None:
        """Show the reason behind a number."""
        self._why.open_with(what, [("", why)])

    def copy_table(self) -> None:
        """Put all rows on the clipboard, tabs between the cells."""
        head = [text for text in (self.caption.text(), self.note.text()) if text]
        QGuiApplication.clipboard().setText(pasted([head, *self.rows()]))

    def copy_picture(self) -> None:
        """Put the card on the clipboard as it looks."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def rows(self) -> list[list[str]]:
        """Return what the card says, by lines and cells."""
        return [line for table in self.findChildren(Table) for line in table.texts()]


class Table(QWidget):
    """Few rows of texts in aligned columns: the first and `words` left, the others right. Rows keep their labels.

    One column may be `elided`: it takes the room that is left, and is cut where there is not enough. Where the
    card is narrow the `spare` columns step aside, the first of them first; a copy has them all the same.
    """

    def __init__(
        self,
        columns: Sequence[str],
        *,
        elided: int | None = None,
        words: Sequence[int] = (),
        spare: Sequence[int] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._columns = tuple(columns)
        self._elided = elided
        self._words = frozenset({0, *words} if elided is None else {0, elided, *words})
        self._spare = tuple(spare)
        self._aside: frozenset[int] = frozenset()
        self._widths: list[int] = []
        self._heads: list[Caption] = []
        self._labels: list[list[Text | Elided]] = []
        self._shown = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GRID + theme.HALF)
        self._grid.setVerticalSpacing(theme.HALF)
        self._grid.setColumnStretch(elided or 0, 1)
        if any(columns):
            self._heads = [Caption(name) for name in columns]
            for place, head in enumerate(self._heads):
                self._grid.addWidget(head, 0, place, self._side(place))

    def say(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Show these rows, in place of what was there."""
        while len(self._labels) < len(rows):
            self._add()
        for line, labels in zip(rows, self._labels, strict=False):
            for cell, label in zip(line, labels, strict=True):
                tone = Tone.FAINT if cell.text == UNKNOWN else cell.tone
                label.say(cell.text, cell.why, tone)
        if self._shown != len(rows):
            self._shown = len(rows)
            self._show()
        if self._spare:
            self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._spare:
            self._fit()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(self._needed(self._spare), hint.height()) if self._spare else hint

    def _measure(self) -> None:
        """Note how wide each column has to be: asked at every layout, it must cost nothing there."""
        lines: list[Sequence[QWidget]] = [*self._labels[: self._shown]]
        if self._heads:
            lines.append(self._heads)
        places = range(len(self._columns))
        widths = [max((line[place].sizeHint().width() for line in lines), default=0) for place in places]
        if widths != self._widths:
            self._widths = widths
            self._fit()
            self.updateGeometry()

    def _needed(self, aside: Sequence[int]) -> int:
        """Return the width of the columns without those that are aside."""
        shown = [width for place, width in enumerate(self._widths) if place not in aside]
        return sum(shown) + self._grid.horizontalSpacing() * (len(shown) - 1)

    def _fit(self) -> None:
        aside: list[int] = []
        for place in self._spare:
            if self._needed(aside) <= self.width():
                break
            aside.append(place)
        if self._aside != frozenset(aside):
            self._aside = frozenset(aside)
            self._show()

    def _show(self) -> None:
        for place, head in enumerate(self._heads):
            head.setVisible(place not in self._aside)
        for row, labels in enumerate(self._labels):
            for place, label in enumerate(labels):
                label.setVisible(row < self._shown and place not in self._aside)

    def texts(self) -> list[list[str]]:
        """Return what is shown, the heads first."""
        heads = [list(self._columns)] if any(self._columns) else []
        return heads + [[label.text() for label in labels] for labels in self._labels[: self._shown]]

    def _add(self) -> None:
        row = len(self._labels) + 1
        labels: list[Text | Elided] = []
        for place in range(len(self._columns)):
            label = Elided() if place == self._elided else Text()
            if isinstance(label, Elided):
                self._grid.addWidget(label, row, place)
            else:
                self._grid.addWidget(label, row, place, self._side(place))
            labels.append(label)
        self._labels.append(labels)

    def _side(self, place: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if place in self._words else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter


class Headline(QWidget):
    """The one number of a card, with its basis under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = Text(UNKNOWN, Tone.FAINT, typeface.number_font())
        self.basis = Text("", Tone.MUTED, typeface.small_font())
        self.basis.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.number)
        column.addWidget(self.basis)

    def say(self, text: str, basis: str, why: str, tone: Tone = Tone.TEXT) -> None:
        """Show the number, its basis and where it comes from."""
        self.number.say(text, why, Tone.FAINT if text == UNKNOWN else tone)
        self.basis.say(basis, why)
