"""Keeps the model of signals true to the desk: a first page at once, then the rest, then what changes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from secondskies_desktop.desktop.models.shown_signal import shown

if TYPE_CHECKING:
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.desktop.models.signals_model import SignalsModel
    from secondskies_desktop.desktop.readers import Readers, Reading
    from secondskies_desktop.signals.changes import SignalRow, SignalsChanged

FIRST_PAGE = 100
PAGE = 500
AT_ONCE = 250
Place = tuple[int, str]


class SignalFeed(QObject):
    """Reads pages by keyset on a reader thread, newest first, and applies batches of the bridge."""

    first_page = Signal()
    """The newest signals are in the model, or there are none."""
    complete = Signal()
    """Every signal is in the model."""
    failed = Signal(str)
    catching_up = Signal(bool)
    """Whether the model is behind the desk and reads again."""

    def __init__(self, model: SignalsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._desk: Desk | None = None
        self._readers: Readers | None = None
        self._asked: Reading | None = None
        self._asked_since: Reading | None = None
        self._waiting: dict[int, SignalRow] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._write_out)
        self.is_complete = False

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        """Follow the bridge and ask for the first page."""
        self._desk, self._readers = desk, readers
        bridge.signals_changed.connect(self._on_changed)
        bridge.resync.connect(self._on_resync)
        bridge.rebuilt.connect(self._read_all_again)
        self.read()

    def stop(self) -> None:
        """Want no more answers."""
        for asked in (self._asked, self._asked_since):
            if asked is not None:
                asked.cancel()
        self._readers = None

    def read(self) -> None:
        """Read from the newest signal on; also after an error."""
        self._ask(FIRST_PAGE, None)

    def _ask(self, limit: int, before: Place | None) -> None:
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return

        def work() -> tuple[list[Shown], bool]:
            _, rows = desk.signals(limit, before)
            return [shown(row) for row in rows], len(rows) == limit

        self._asked = readers.run(
            work, lambda page: self._on_page(*page, first=before is None), self._on_failed
        )

    def _on_page(self, page: list[Shown], more: bool, *, first: bool) -> None:
        # What the bridge brought meanwhile is newer than this page; the model keeps the higher seq.
        self._model.apply(page)
        if first:
            self.first_page.emit()
        if more:
            view = page[-1].row.view
            self._ask(PAGE, (view.sort_us, view.trade_id))
        else:
            self.is_complete = True
            self.complete.emit()

    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(f"{type(error).__name__}: {error}")

    def _on_changed(self, events: list[SignalsChanged]) -> None:
        # Only the newest word on a signal is worth writing out.
        for event in events:
            self._waiting.update((row.id, row) for row in event.rows)
        if not self._timer.isActive():
            self._write_out()

    def _write_out(self) -> None:
        """Show a part of what waits: thousands at once would hold the window up for longer than a picture."""
        known = self._model.book.signals
        rows = [self._waiting.pop(one) for one in tuple(islice(self._waiting, AT_ONCE))]
        self._model.apply([shown(row, known.get(row.id)) for row in rows])
        if self._waiting:
            self._timer.start()

    def _on_resync(self, topic: str) -> None:
        desk, readers = self._desk, self._readers
        if topic != "signals" or desk is None or readers is None:
            return
        seq = self._model.book.newest_seq()
        self.catching_up.emit(True)

        def work() -> list[Shown]:
            found: list[Shown] = []
            since = seq
            while True:
                since, rows = desk.signals_since(since)
                if not rows:
                    return found
                found += [shown(row) for row in rows]

        self._asked_since = readers.run(work, self._on_caught_up, self._on_failed)

    def _on_caught_up(self, rows: list[Shown]) -> None:
        self._model.apply(rows)
        self.catching_up.emit(False)

    def _read_all_again(self) -> None:
        desk, readers = self._desk, self._readers
        if desk is None or readers is None:
            return
        if self._asked is not None:
            self._asked.cancel()
        self.catching_up.emit(True)

        def work() -> list[Shown]:
            found: list[Shown] = []
            before: Place | None = None
            while True:
                _, rows = desk.signals(PAGE, before)
                found += [shown(row) for row in rows]
                if len(rows) < PAGE:
                    return found
                before = rows[-1].view.sort_us, rows[-1].view.trade_id

        self._asked = readers.run(work, self._on_all_again, self._on_failed)

    def _on_all_again(self, rows: list[Shown]) -> None:
        self._waiting.clear()
        self._model.replace_all(rows)
        self.is_complete = True
        self.complete.emit()
        # What changed while these were read was told before they were shown.
        self._on_resync("signals")
