"""What the trader decides about values, from any panel: done on a reader, taken back by Ctrl+Z."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.integrity_desk import Conflict


class Decisions(QObject):
    """Hands acts to the desk; `said` tells in a sentence what came of each."""

    done = Signal()
    """Something was decided: what shows it is old."""
    said = Signal(str, bool)
    """What came of it, and whether it went wrong."""
    undoable = Signal(object)
    """What takes the last act back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._readers: Readers | None = None

    def start(self, desk: Desk, readers: Readers) -> None:
        """Know whom to ask."""
        self._desk, self._readers = desk, readers

    def stop(self) -> None:
        """Do nothing more."""
        self._readers = None

    def take_back(self, ids: Sequence[int]) -> None:
        """Take fills and choices back."""
        self._each(ids, taken_back=True)

    def put_back(self, ids: Sequence[int]) -> None:
        """Let fills and choices count again that were taken back."""
        self._each(ids, taken_back=False)

    def choose(self, conflict: Conflict, inbox_id: int) -> None:
        """Let the value count that an arrival brought."""
        desk = self._desk
        if desk is None:
            return
        self._run(
            lambda: desk.choose_value(conflict, inbox_id),
            lambda number: self._tell("Chosen", partial(self._undo, [number])),
        )

    def _each(self, ids: Sequence[int], *, taken_back: bool) -> None:
        desk = self._desk
        if desk is None or not ids:
            return
        act = desk.undo_fill if taken_back else desk.put_back_fill
        self._run(
            lambda: [number for number in ids if act(number)],
            lambda found: self._on_each(found, taken_back=taken_back),
        )

    def _on_each(self, ids: list[int], *, taken_back: bool) -> None:
        if not ids:
            self._tell("Nothing changed: it was already so", None)
            return
        count = "1 value" if len(ids) == 1 else f"{len(ids)} values"
        if taken_back:
            self._tell(f"{count} taken back", partial(self.put_back, ids))
        else:
            self._tell(f"{count} put back", None)

    def _undo(self, ids: Sequence[int]) -> None:
        """Take back by Ctrl+Z what was done: that is the end of it."""
        desk = self._desk
        if desk is not None:
            self._run(
                lambda: [desk.undo_fill(number) for number in ids],
                lambda _done: self._tell("Choice taken back", None),
            )

    def _tell(self, text: str, undo: Callable[[], object] | None) -> None:
        if undo is not None:
            self.undoable.emit(undo)
        self.said.emit(f"{text} · Ctrl+Z" if undo is not None else text, False)
        self.done.emit()

    def _run(self, work: Callable[[], object], done: Callable[[Any], None]) -> None:
        if self._readers is not None:
            self._readers.run(work, done, lambda error: self.said.emit(f"Not done: {error}", True))
