"""The status bar: New York's time, the session, the market, and whether alerts can still come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStatusBar, QWidget

from secondskies_desktop.desktop import formats, health, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.desktop.widgets.labels import Text

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent

    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.health import Word
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.desk import DeskStatus
    from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged, WayIn

_STATUS_EVERY_S = 5
_LOOKED_AT = 50
WEBHOOK = "webhook"
"""How the sources of arrivals over HTTP begin."""


class Dot(QWidget):
    """A mark of a verdict: full for what is known, a ring for what is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tone = Tone.UNKNOWN
        self.setFixedSize(QSize(theme.MARK + 2, theme.MARK + 2))

    def say(self, tone: Tone) -> None:
        """Show a tone."""
        if tone is not self.tone:
            self.tone = tone
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.look().of(self.tone))
        painter.setPen(colour)
        if self.tone is not Tone.UNKNOWN:
            painter.setBrush(colour)
        painter.drawEllipse(1, 1, theme.MARK - 1, theme.MARK - 1)
        painter.end()


class StatusItem(QWidget):
    """A label, a mark and a word; the tooltip has the sentence."""

    clicked = Signal()

    def __init__(self, label: str = "", *, marked: bool = True, strong: bool = False) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.label = Text(label, Tone.FAINT)
        self.dot = Dot()
        self.word = Text("", Tone.TEXT, typeface.strong_font() if strong else None)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        row.setSpacing(theme.HALF + 1)
        if label:
            row.addWidget(self.label)
        if marked:
            row.addWidget(self.dot, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.word)
        self._marked = marked

    def say(self, word: Word) -> None:
        """Show a word; with a mark the mark has the tone, and the word itself unless all is well."""
        self.dot.say(word.tone)
        calm = word.tone in (Tone.GOOD, Tone.TEXT, Tone.MUTED, Tone.UNKNOWN)
        tone = (Tone.MUTED if calm else word.tone) if self._marked else word.tone
        self.word.say(word.text, tone=tone)
        tip = plain(word.why)
        if self.toolTip() != tip:
            self.setToolTip(tip)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.clicked.emit()


class StatusBar(QStatusBar):
    """Kept up by the bridge and by `tick`; asks the desk for its status every five seconds."""

    links_said = Signal(object)
    """dict[str, Word]: how webhook, tunnel, database and engine stand"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(theme.ROW)
        self.clock = StatusItem(marked=False, strong=True)
        self.session = StatusItem(marked=False)
        self.next = StatusItem(marked=False)
        self.market = StatusItem("Market")
        self.webhook = StatusItem("Webhook")
        self.tunnel = StatusItem("Tunnel")
        self.database = StatusItem("Database")
        self.engine = StatusItem("Engine")
        self.attention = StatusItem("Attention")
        for item in (self.clock, self.session, self.next, self.market):
            self.addWidget(item)
        self._links_shown = (self.webhook, self.tunnel, self.database, self.engine, self.attention)
        for item in self._links_shown:
            self.addPermanentWidget(item)
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._status: DeskStatus | None = None
        self._way_in: WayIn | None = None
        self._last_us: int | None = None
        self._knows_arrivals = False
        self._ticks = 0
        self._now_us = 0
        self.say_attention(0, Tone.MUTED)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        """Follow the bridge and ask for what it does not repeat."""
        self._desk, self._readers = desk, readers
        bridge.arrivals_changed.connect(self._on_arrivals)
        bridge.way_in_changed.connect(self._on_way_in)
        bridge.status_changed.connect(self._on_status)
        self.ask()

    def ask(self) -> None:
        """Ask for status and way in now, and for the last arrivals until they were answered once."""
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return
        # Looked up over there: a desk that only looks does not have every method yet.
        readers.run(lambda: desk.status(), self._on_status, _pass_over)  # noqa: PLW0108
        readers.run(lambda: desk.way_in(), self._on_way_in, _pass_over)  # noqa: PLW0108
        if not self._knows_arrivals:
            readers.run(lambda: desk.arrivals(_LOOKED_AT), self._on_first_arrivals, _pass_over)

    def stop(self) -> None:
        """Ask no more."""
        self._readers = None

    def tick(self, now_us: int) -> None:
        """A second has passed."""
        self._now_us = now_us
        self._ticks += 1
        if self._ticks % _STATUS_EVERY_S == 0:
            self.ask()
        self.clock.say(health.Word(formats.ny_time(now_us), Tone.TEXT, "New York"))
        self.session.say(health.session_word(now_us))
        self.next.say(health.next_session_word(now_us))
        self.market.say(health.market_word(now_us))
        self._say_links()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out what can wait where there is no room for all: the others must not be cut."""
        can_wait = [item for item in (self.engine, self.database) if item.dot.tone is Tone.GOOD]
        can_wait += [self.session, self.next, self.market]
        room = self.width()
        for item in (*self._links_shown, self.clock):
            if item not in can_wait:
                room -= item.sizeHint().width() + theme.GRID
                item.show()
        for item in can_wait:
            room -= item.sizeHint().width() + theme.GRID
            item.setVisible(room >= 0)

    def say_attention(self, number: int, tone: Tone) -> None:
        """Show how many conditions want the trader."""
        why = "Nothing wants you" if not number else "Conditions that are open; click to see the newest"
        self.attention.say(health.Word(formats.count(number), tone, why))

    def _say_links(self) -> None:
        words = {
            "Webhook": health.webhook_word(self._last_us, self._now_us),
            "Tunnel": health.tunnel_word(self._way_in, self._now_us),
            "Database": health.database_word(self._status),
            "Engine": health.engine_word(self._status),
        }
        for item, word in zip(
            (self.webhook, self.tunnel, self.database, self.engine), words.values(), strict=True
        ):
            item.say(word)
        self.links_said.emit(words)
        self._make_room()

    def _on_first_arrivals(self, rows: list[ArrivalRow]) -> None:
        self._knows_arrivals = True
        self._note(rows)
        self._say_links()

    def _on_arrivals(self, events: list[ArrivalsChanged]) -> None:
        self._note([row for event in events for row in event.rows])
        self._say_links()

    def _note(self, rows: list[ArrivalRow]) -> None:
        # Imported logs say nothing about the webhook.
        came = [row.received_us for row in rows if row.source.startswith(WEBHOOK)]
        self._last_us = max([*came, *([] if self._last_us is None else [self._last_us])], default=None)

    def _on_way_in(self, way_in: WayIn) -> None:
        self._way_in = way_in
        self._say_links()

    def _on_status(self, status: DeskStatus) -> None:
        self._status = status
        self._say_links()


def _pass_over(_error: Exception) -> None:
    """Say nothing: the next question, five seconds later, may be answered; until then UNKNOWN stands."""
