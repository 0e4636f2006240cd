"""The four designed states of a panel around its content: loading, empty, error, stale."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text

_TEXT_WIDTH = 52 * theme.GRID
_BOTTOM_SHARE = 2
_TEXT_SHARE = 100
"""So much more than the margins that the text takes all the width it may."""


class PaneState(StrEnum):
    """What a pane shows."""

    LOADING = "loading"
    EMPTY = "empty"
    ERROR = "error"
    CONTENT = "content"


class StaleRibbon(QLabel):
    """Stands above the content while it is older than the truth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setFont(typeface.base_font())
        self.hide()


class _Notice(QWidget):
    """A mark, one sentence and what to do about it, in the upper middle of the pane."""

    def __init__(self, mark: str, tone: Tone, button: QPushButton | None = None) -> None:
        super().__init__()
        text = QWidget()
        text.setMaximumWidth(_TEXT_WIDTH)
        lines = QVBoxLayout(text)
        lines.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        lines.setSpacing(theme.GRID)
        self._mark = Text(mark, tone, typeface.number_font())
        self.title = Text("", Tone.TEXT, typeface.title_font())
        self.how = Text("", Tone.MUTED)
        for label in (self._mark, self.title, self.how):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            lines.addWidget(label)
        if button is not None:
            lines.addSpacing(theme.GRID)
            lines.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        # Stretches and not an alignment, which would keep the text from wrapping to its room.
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(text, _TEXT_SHARE)
        across.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GRID, 0, theme.GRID)
        column.addStretch(1)
        column.addLayout(across)
        column.addStretch(_BOTTOM_SHARE)

    def say(self, title: str, how: str) -> None:
        self.title.setText(title)
        self.how.setText(how)
        self.how.setVisible(bool(how))


class StatePane(QWidget):
    """Wraps a panel's content. Starts in the loading state; `retry` is the button of the error state."""

    retry = Signal()
    state_changed = Signal(str)

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.content = content
        self.ribbon = StaleRibbon()
        again = QPushButton("Try again")
        again.clicked.connect(self.retry)
        self._loading = _Notice("· · ·", Tone.FAINT)
        self._empty = _Notice("○", Tone.FAINT)
        self._error = _Notice("!", Tone.DANGER, again)
        self._stack = QStackedWidget()
        self._pages = {
            PaneState.LOADING: self._loading,
            PaneState.EMPTY: self._empty,
            PaneState.ERROR: self._error,
            PaneState.CONTENT: content,
        }
        for page in self._pages.values():
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.ribbon)
        column.addWidget(self._stack, 1)
        self.state = PaneState.CONTENT
        self.show_loading()

    def show_loading(self, what: str = "Loading") -> None:
        """Say what is being read."""
        self._loading.say(what, "")
        self._turn_to(PaneState.LOADING)

    def show_empty(self, title: str, how: str) -> None:
        """Say what will appear here, and how to make it appear."""
        self._empty.say(title, how)
        self._turn_to(PaneState.EMPTY)

    def show_error(self, text: str, title: str = "This could not be read") -> None:
        """Say what went wrong in plain words, with a way to try again."""
        self._error.say(title, text)
        self._turn_to(PaneState.ERROR)

    def show_content(self) -> None:
        """Show the content itself."""
        self._turn_to(PaneState.CONTENT)

    def set_stale(self, text: str | None) -> None:
        """Lay a ribbon over the content that says since when it is old, or take it away with None."""
        self.ribbon.setText(text or "")
        self.ribbon.setVisible(bool(text))

    def _turn_to(self, state: PaneState) -> None:
        changed = state is not self.state
        self.state = state
        self._stack.setCurrentWidget(self._pages[state])
        if changed:
            self.state_changed.emit(state.value)
