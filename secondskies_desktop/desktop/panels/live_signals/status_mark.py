"""The mark before a status: its shape says what its colour says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.signals.vocabulary import Status

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from secondskies_desktop.desktop.panels.live_signals.inks import Inks

_TONES = {
    Status.PENDING: Tone.MUTED,
    Status.CONFIRMED: Tone.TEXT,
    Status.ACTIVE: Tone.TEXT,
    Status.BE_PROTECTED: Tone.BE,
    Status.BE_STOPPED: Tone.NO_BE,
    Status.COMPLETED: Tone.FAINT,
    Status.CANCELLED: Tone.FAINT,
    Status.INVALID: Tone.WATCH,
}
_HALF_TURN = 180 * 16
_QUARTER_TURN = 90 * 16


def status_tone(status: Status) -> Tone:
    """Return the tone of a status: violet once BE=1 is protected, cyan once only No-BE runs on."""
    return _TONES[status]


def paint_status_mark(painter: QPainter, left: int, middle: int, status: Status, ink: Inks) -> None:
    """Draw ○ waiting, ◉ confirmed, ● running, ◐ only No-BE left, – ended, × cancelled."""
    side = theme.MARK
    top = middle - side // 2
    tone = _TONES[status]
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    painter.setPen(ink.rings[tone])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if status in (Status.ACTIVE, Status.BE_PROTECTED):
        painter.setBrush(ink.brushes[tone])
        painter.drawEllipse(left, top, side, side)
    elif status is Status.BE_STOPPED:
        painter.drawEllipse(left, top, side, side)
        painter.setBrush(ink.brushes[tone])
        painter.drawPie(left, top, side, side, -_QUARTER_TURN, _HALF_TURN)
    elif status is Status.COMPLETED:
        painter.drawLine(left + 1, middle, left + side - 1, middle)
    elif status in (Status.CANCELLED, Status.INVALID):
        inset = 1
        painter.drawLine(left + inset, top + inset, left + side - inset, top + side - inset)
        painter.drawLine(left + inset, top + side - inset, left + side - inset, top + inset)
    else:
        painter.drawEllipse(left, top, side, side)
        if status is Status.CONFIRMED:
            painter.setPen(ink.none)
            painter.setBrush(ink.brushes[tone])
            painter.drawEllipse(left + side // 4, top + side // 4, side // 2, side // 2)
    painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)
