"""The journey of a signal: ●──●──◐──○, one stop for each thing that can happen, both legs' ends apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from secondskies_desktop.signals.view import SignalView

_DOT = 6.0
_HEIGHT = 9 * theme.GRID
_HALF = 0.5
_SHORT = {"CONFIRMED": "CONF.", "CANCELLED": "CANC.", "BE=1 END": "BE=1", "NO-BE END": "NO-BE"}
"""Where the whole name does not fit under its stop."""


class Stop(NamedTuple):
    """One stop: its name, what stands under it, whether it was reached, was said by nobody, and its tone."""

    name: str
    text: str
    reached: bool
    inferred: bool
    tone: Tone


def stops_of(view: SignalView) -> list[Stop]:
    """Return the stops of a signal's journey, in order."""
    if view.status == "CANCELLED":
        said = "CANCELLED" in view.event_counts
        ended = Stop("CANCELLED", _time(view, "cancelled_at", view.cancelled_us), True, not said, Tone.MUTED)
        return [_stop(view, "SIGNAL", "signal_at", view.signal_us, "SIGNAL_CREATED"), ended]
    entered = view.be_status != "NOT_STARTED"
    triggered = view.be_triggered_us is not None or view.status in ("BE_PROTECTED", "BE_STOPPED")
    return [
        _stop(view, "SIGNAL", "signal_at", view.signal_us, "SIGNAL_CREATED", reached=True),
        _stop(view, "CONFIRMED", "confirmed_at", view.confirmed_us, "CONFIRMED", reached=entered),
        _stop(view, "ENTRY", "entry_at", view.entry_us, "ENTRY", reached=entered),
        _stop(view, "+1R · BE", "be_triggered_at", view.be_triggered_us, "BE_TRIGGERED", reached=triggered),
        _leg(view, "BE=1 END", "be_exit_at", view.be_exit_us, view.be_status, Tone.BE),
        _leg(view, "NO-BE END", "exit_at", view.exit_us, view.no_be_status, Tone.NO_BE),
    ]


def _stop(
    view: SignalView, name: str, field: str, at_us: int | None, event: str, *, reached: bool = False
) -> Stop:
    known = at_us is not None
    filled = any(one.field == event for one in view.filled)
    inferred = filled or event in view.inferred or field in view.inferred
    return Stop(name, _time(view, field, at_us), known or reached, inferred or not known, Tone.TEXT)


def _leg(view: SignalView, name: str, field: str, at_us: int | None, status: str, tone: Tone) -> Stop:
    words = {
        "STOPPED_BE": "0R at entry",
        "STOPPED_SL": f"{formats.MINUS}1R at the stop",
        "RUNNING": "running",
        "NOT_TRACKED": "not tracked",
        "NOT_STARTED": "",
    }[status]
    ended = status in ("STOPPED_BE", "STOPPED_SL")
    when = f" · {_time(view, field, at_us)}" if at_us is not None else ""
    inferred = view.sources.get(field) in ("inferred", "recomputed") or at_us is None
    return Stop(name, f"{words}{when}", ended, inferred, tone)


def _time(view: SignalView, field: str, at_us: int | None) -> str:
    if at_us is None:
        return ""
    if view.sources.get(field) == "replayed":
        return "replayed"
    return formats.ny_minute(at_us)


class JourneyStrip(QWidget):
    """Paints the journey; a full dot was said, a ring follows from other messages or bars, a faint one is to come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stops: list[Stop] = []
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_view(self, view: SignalView) -> None:
        """Show a signal's journey."""
        self._stops = stops_of(view)
        lines = [f"{stop.name}: {stop.text or 'not yet'}" for stop in self._stops]
        self.setToolTip("\n".join(lines))
        self.setAccessibleName(", ".join(lines))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.PANEL_MIN_WIDTH, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._stops:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = theme.look()
        step = self.width() / len(self._stops)
        middle = 3.5 * theme.GRID
        for index, stop in enumerate(self._stops):
            x = step * (index + _HALF)
            if index:
                colour = look.muted if stop.reached else look.line
                painter.setPen(QPen(QColor(colour), 2))
                painter.drawLine(QPointF(x - step + _DOT + 2, middle), QPointF(x - _DOT - 2, middle))
            self._paint_stop(painter, stop, x, middle, step)
        painter.end()

    def _paint_stop(self, painter: QPainter, stop: Stop, x: float, middle: float, step: float) -> None:
        look = theme.look()
        colour = QColor(look.of(stop.tone) if stop.reached else look.faint)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if stop.reached and not stop.inferred else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, middle), _DOT, _DOT)
        painter.setPen(QColor(look.muted if stop.reached else look.faint))
        painter.setFont(typeface.label_font())
        top = QRectF(x - step / 2, 0, step, 2.5 * theme.GRID)
        centre = Qt.AlignmentFlag.AlignCenter
        fits = all(
            painter.fontMetrics().horizontalAdvance(one.name) <= step - theme.HALF for one in self._stops
        )
        name = stop.name if fits else _SHORT.get(stop.name, stop.name)
        painter.drawText(top, centre, self._cut(painter, name, step))
        painter.setPen(QColor(look.text if stop.reached else look.faint))
        painter.setFont(typeface.small_font())
        bottom = QRectF(x - step / 2, middle + 1.5 * theme.GRID, step, 2.5 * theme.GRID)
        painter.drawText(bottom, centre, self._cut(painter, stop.text or "–", step))

    def _cut(self, painter: QPainter, text: str, step: float) -> str:
        return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(step) - 4)
