"""What every page of a panel with pages has: a table, a line of controls above it, and what the keyboard does there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.widgets.lines_table import LinesModel, LinesTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QLayout

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.models.lines import TextColumn
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.foundation.clock import Clock


class Page(QWidget):
    """One page; it has no desk until it is started."""

    def __init__(self, columns: Sequence[TextColumn], clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.desk: Desk | None = None
        self.readers: Readers | None = None
        self.model = LinesModel(columns)
        self.table = LinesTable(self.model)

    def start(self, desk: Desk, readers: Readers) -> None:
        """Read, and from now on ask this desk."""
        self.desk, self.readers = desk, readers
        self.read()

    def stop(self) -> None:
        """Ask nothing more."""
        self.readers = None

    def read(self) -> None:
        """Ask for what is shown."""

    def tick(self, now_us: int) -> None:
        """A second has passed."""

    def go_back(self) -> bool:
        """Undo the last narrowing; False where there is none."""
        return False

    def theme_changed(self) -> None:
        """Draw the table in the colours that are on."""
        self.model.forget_colours()

    def fill(self, *parts: QLayout | QWidget) -> None:
        """Lay controls and the body out, one under the other; the last one takes the room."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for place, part in enumerate(parts):
            if isinstance(part, QWidget):
                column.addWidget(part, int(place == len(parts) - 1))
            else:
                column.addLayout(part)


def row(*widgets: QWidget | None) -> QHBoxLayout:
    """Return widgets side by side; None is the room between."""
    made = QHBoxLayout()
    made.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID, theme.HALF)
    made.setSpacing(theme.GRID)
    for widget in widgets:
        if widget is None:
            made.addStretch(1)
        else:
            made.addWidget(widget)
    return made


def inset(body: QWidget) -> QWidget:
    """Return a widget with the margins of a table in a panel."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
    column.addWidget(body)
    return holder
