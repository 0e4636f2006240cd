"""Paints the cells of Live Signals from prepared signals: nothing is formatted, no pen made in painting."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models.columns import COLUMNS, Column
from secondskies_desktop.desktop.models.shown_signal import FULL_BAR_R, Bias
from secondskies_desktop.desktop.panels.live_signals.inks import inks
from secondskies_desktop.desktop.panels.live_signals.status_mark import paint_status_mark, status_tone
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.signals.vocabulary import Direction, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtGui import QBrush, QPainter

    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.desktop.models.signals_model import SignalsModel
    from secondskies_desktop.desktop.panels.live_signals.inks import Inks

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_DOT = theme.MARK - 1
_MARK_TONES = {"A": Tone.WATCH, "I": Tone.FAINT, "R": Tone.FAINT}
_MARK_SIDE = theme.GRID * 2
_ENDED = frozenset({Status.CANCELLED, Status.COMPLETED, Status.INVALID})


class CellPainter(QStyledItemDelegate):
    """One painter for all columns; `model` is asked for the prepared signal of a row."""

    def __init__(self, model: SignalsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._paint: tuple[Callable[[QPainter, QRect, Shown, Inks], None], ...] = (
            self._direction,
            self._signal,
            self._muted(Column.SESSION),
            self._status,
            self._no_be,
            self._be,
            self._mae,
            self._now,
            self._htf,
            self._number(Column.ENTRY),
            self._number(Column.STOP),
            self._number(Column.RISK),
            self._latest,
            self._marks,
            self._muted(Column.TRADE_ID),
        )

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(theme.ROW, theme.ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        box: QRect = option.rect
        ink = inks()
        one = self._model.shown_at(index.row())
        painter.setPen(ink.rule)
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if option.state & QStyle.StateFlag.State_Selected and index.column() == Column.DIRECTION:
            painter.fillRect(box.left(), box.top(), theme.ACCENT, box.height(), ink.accent)
        self._paint[index.column()](painter, box.adjusted(theme.CELL_PAD, 0, -theme.CELL_PAD, 0), one, ink)

    @staticmethod
    def _direction(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        direction = one.row.view.direction
        tone = Tone.BULL if direction is Direction.BULLISH else Tone.BEAR
        painter.setPen(ink.pens[Tone.FAINT if direction is None else tone])
        painter.drawText(box, _MIDDLE, one.texts[Column.DIRECTION])

    @staticmethod
    def _signal(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        # The day steps back behind the time: newest rows share it.
        day, _, clock = one.texts[Column.SIGNAL].rpartition(" ")
        painter.setPen(ink.pens[Tone.FAINT])
        painter.drawText(box, _LEFT, day)
        painter.setPen(ink.pens[Tone.TEXT if one.status not in _ENDED else Tone.MUTED])
        painter.drawText(box, _RIGHT, clock)

    @staticmethod
    def _muted(column: Column) -> Callable[[QPainter, QRect, Shown, Inks], None]:
        def paint(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
            painter.setPen(ink.pens[Tone.MUTED])
            painter.drawText(box, _LEFT, one.texts[column])

        return paint

    @staticmethod
    def _number(column: Column) -> Callable[[QPainter, QRect, Shown, Inks], None]:
        def paint(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
            text = one.texts[column]
            painter.setPen(ink.pens[Tone.FAINT if text == formats.UNKNOWN else Tone.MUTED])
            painter.drawText(box, _RIGHT, text)

        return paint

    @staticmethod
    def _status(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        paint_status_mark(painter, box.left(), box.center().y(), one.status, ink)
        painter.setPen(ink.pens[status_tone(one.status)])
        painter.drawText(box.adjusted(2 * theme.MARK, 0, 0, 0), _LEFT, one.texts[Column.STATUS])

    @staticmethod
    def _no_be(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        brush = (ink.brushes if one.no_be_runs else ink.ended)[Tone.NO_BE]
        _bar(painter, box, Column.NO_BE_MFE, one.no_be_share, brush, ink)
        _bar_text(painter, box, one.texts[Column.NO_BE_MFE], one.no_be_runs, ink)

    @staticmethod
    def _be(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        brush = (ink.brushes if one.be_runs else ink.ended)[Tone.BE]
        _bar(painter, box, Column.BE_MFE, one.be_share, brush, ink)
        _bar_text(painter, box, one.texts[Column.BE_MFE], one.be_runs, ink)

    @staticmethod
    def _mae(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        brush = (ink.brushes if one.no_be_runs else ink.ended)[Tone.FAINT]
        _bar(painter, box, Column.MAE, one.mae_share, brush, ink, tick=False)
        _bar_text(painter, box, one.texts[Column.MAE], one.no_be_runs, ink)

    @staticmethod
    def _now(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        text = one.texts[Column.NOW]
        if not text:
            return
        painter.setPen(ink.pens[Tone.FAINT if text == formats.UNKNOWN else Tone.TEXT])
        painter.setFont(typeface.strong_font())
        painter.drawText(box, _RIGHT, text)
        painter.setFont(typeface.base_font())

    @staticmethod
    def _htf(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        tone = Tone.BULL if one.row.view.direction is Direction.BULLISH else Tone.BEAR
        left, middle = box.left(), box.center().y()
        for bias in one.htf:
            if bias is Bias.WITH:
                painter.setPen(ink.none)
                painter.setBrush(ink.brushes[tone])
                painter.drawEllipse(left, middle - _DOT // 2, _DOT, _DOT)
            elif bias is Bias.AGAINST:
                painter.setPen(ink.pens[Tone.FAINT])
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(left, middle - _DOT // 2, _DOT, _DOT)
            else:
                painter.setPen(ink.pens[Tone.FAINT])
                inset = 1 if bias is Bias.NEUTRAL else _DOT // 2
                painter.drawLine(left + inset, middle, left + _DOT - inset, middle)
            left += theme.HTF_STEP
        painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)

    def _latest(self, painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        view = one.row.view
        painter.setPen(ink.pens[Tone.FAINT if view.last_event is None else Tone.MUTED])
        painter.drawText(box, _LEFT, one.texts[Column.LATEST])
        if view.last_event_us is not None:
            painter.setPen(ink.pens[Tone.FAINT])
            painter.drawText(box, _RIGHT, formats.age(view.last_event_us, self._model.now_us))

    @staticmethod
    def _marks(painter: QPainter, box: QRect, one: Shown, ink: Inks) -> None:
        letters = one.texts[Column.MARKS]
        if not letters:
            return
        painter.setFont(typeface.small_font())
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        spot = QRect(box.left(), box.center().y() - _MARK_SIDE // 2 + 1, _MARK_SIDE, _MARK_SIDE)
        for letter in letters:
            tone = _MARK_TONES[letter]
            painter.setPen(ink.none)
            painter.setBrush(ink.tints[tone])
            painter.drawRoundedRect(spot, theme.CORNER_SMALL, theme.CORNER_SMALL)
            painter.setPen(ink.pens[tone])
            painter.drawText(spot, _MIDDLE, letter)
            spot.translate(theme.MARK_STEP, 0)
        painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)
        painter.setFont(typeface.base_font())


@lru_cache(maxsize=len(Column))
def text_width(column: Column) -> int:
    """Return the width that a column's widest text needs; the bar takes the rest of its cell."""
    return QFontMetrics(typeface.base_font()).horizontalAdvance(COLUMNS[column].widest)


def _bar_text(painter: QPainter, box: QRect, text: str, runs: bool, ink: Inks) -> None:
    tone = Tone.FAINT if text == formats.UNKNOWN else Tone.TEXT if runs else Tone.MUTED
    painter.setPen(ink.pens[tone])
    painter.drawText(box, _RIGHT, text)


def _bar(
    painter: QPainter,
    box: QRect,
    column: Column,
    share: float | None,
    brush: QBrush,
    ink: Inks,
    *,
    tick: bool = True,
) -> None:
    """Draw a bar on its track; what is unknown has neither. The tick stands at 1R."""
    if share is None:
        return
    length = box.width() - text_width(column) - theme.GRID
    top = box.center().y() - theme.BAR // 2 + 1
    painter.fillRect(box.left(), top, length, theme.BAR, ink.track)
    filled = round(length * share)
    if share > 0:
        painter.fillRect(box.left(), top, max(1, filled), theme.BAR, brush)
    if tick:
        spot = box.left() + round(length / FULL_BAR_R)
        painter.setPen(ink.tick)
        painter.drawLine(spot, top, spot, top + theme.BAR - 1)
