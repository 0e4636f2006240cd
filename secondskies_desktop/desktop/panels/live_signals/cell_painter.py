"""Paints the cells of Live Signals from prepared signals: nothing is formatted, no pen made in painting."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models.columns import COLUMNS, Column
from secondskies_desktop.desktop.models.shown_signal import FULL_BAR_R, Bias
from secondskies_desktop.desktop.panels.live_signals import glyphs
from secondskies_desktop.desktop.panels.live_signals.status_mark import paint_status_mark, status_tone
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.signals.vocabulary import Direction, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QBrush, QPainter

    from secondskies_desktop.desktop.models.shown_signal import Shown
    from secondskies_desktop.desktop.models.signals_model import SignalsModel
    from secondskies_desktop.desktop.panels.live_signals.glyphs import Glyphs
    from secondskies_desktop.desktop.panels.live_signals.inks import Inks

    Paint = Callable[["QPainter", int, int, int, "Shown", "Inks"], None]

_PAD = theme.CELL_PAD
_DOT = theme.MARK - 1
_MARK_TONES = {"A": Tone.WATCH, "I": Tone.FAINT, "R": Tone.FAINT}
_MARK_SIDE = theme.GRID * 2
_ENDED = frozenset({Status.CANCELLED, Status.COMPLETED, Status.INVALID})


class CellPainter:
    """One painter for all columns. A cell is told by its left, top and width; rows are all of one height."""

    def __init__(self, model: SignalsModel) -> None:
        self._model = model
        self._paint: tuple[Paint, ...] = (
            _direction,
            _signal,
            _muted(Column.SESSION),
            _status,
            _no_be,
            _be,
            _mae,
            _now,
            _htf,
            _number(Column.ENTRY),
            _number(Column.STOP),
            _number(Column.RISK),
            self._latest,
            _marks,
            _muted(Column.TRADE_ID),
        )

    def paint(
        self, painter: QPainter, cells: list[tuple[int, int, int]], top: int, one: Shown, ink: Inks
    ) -> None:
        """Paint cells of one row, each as (column, left, width), the row's top being at `top`."""
        painter.setFont(typeface.base_font())
        for column, left, width in cells:
            self._paint[column](painter, left + _PAD, top, width - 2 * _PAD, one, ink)

    def _latest(self, painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
        view = one.row.view
        painter.setPen(ink.pens[Tone.FAINT if view.last_event is None else Tone.MUTED])
        _at_left(painter, left, top, width, glyphs.plain(one.texts[Column.LATEST]))
        if view.last_event_us is not None:
            painter.setPen(ink.pens[Tone.FAINT])
            age = glyphs.plain(formats.age(view.last_event_us, self._model.now_us))
            _at_right(painter, left, top, width, age)


def _at_left(painter: QPainter, left: int, top: int, width: int, text: Glyphs) -> None:
    if text.width <= width:
        painter.drawStaticText(left, top + (theme.ROW - text.height) // 2, text.text)
        return
    # The trader has made the column narrower than its text.
    painter.save()
    painter.setClipRect(left, top, width, theme.ROW, Qt.ClipOperation.IntersectClip)
    painter.drawStaticText(left, top + (theme.ROW - text.height) // 2, text.text)
    painter.restore()


def _at_right(painter: QPainter, left: int, top: int, width: int, text: Glyphs) -> None:
    if text.width <= width:
        painter.drawStaticText(left + width - text.width, top + (theme.ROW - text.height) // 2, text.text)
    else:
        _at_left(painter, left, top, width, text)


def _direction(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    direction = one.row.view.direction
    tone = Tone.BULL if direction is Direction.BULLISH else Tone.BEAR
    painter.setPen(ink.pens[Tone.FAINT if direction is None else tone])
    mark = glyphs.plain(one.texts[Column.DIRECTION])
    _at_left(painter, left + max(0, width - mark.width) // 2, top, width, mark)


def _signal(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    # The day steps back behind the time: newest rows share it.
    day, _, clock = one.texts[Column.SIGNAL].rpartition(" ")
    painter.setPen(ink.pens[Tone.FAINT])
    _at_left(painter, left, top, width, glyphs.plain(day))
    painter.setPen(ink.pens[Tone.TEXT if one.status not in _ENDED else Tone.MUTED])
    _at_right(painter, left, top, width, glyphs.plain(clock))


def _muted(column: Column) -> Paint:
    def paint(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
        painter.setPen(ink.pens[Tone.MUTED])
        _at_left(painter, left, top, width, glyphs.plain(one.texts[column]))

    return paint


def _number(column: Column) -> Paint:
    def paint(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
        text = one.texts[column]
        painter.setPen(ink.pens[Tone.FAINT if text == formats.UNKNOWN else Tone.MUTED])
        _at_right(painter, left, top, width, glyphs.plain(text))

    return paint


def _status(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    paint_status_mark(painter, left, top + theme.ROW // 2, one.status, ink)
    painter.setPen(ink.pens[status_tone(one.status)])
    beside = 2 * theme.MARK
    _at_left(painter, left + beside, top, width - beside, glyphs.plain(one.texts[Column.STATUS]))


def _no_be(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    brush = (ink.brushes if one.no_be_runs else ink.ended)[Tone.NO_BE]
    _bar(painter, left, top, _track(width, Column.NO_BE_MFE), one.no_be_share, brush, ink)
    _excursion(painter, left, top, width, one.texts[Column.NO_BE_MFE], one.no_be_runs, ink)


def _be(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    brush = (ink.brushes if one.be_runs else ink.ended)[Tone.BE]
    _bar(painter, left, top, _track(width, Column.BE_MFE), one.be_share, brush, ink)
    _excursion(painter, left, top, width, one.texts[Column.BE_MFE], one.be_runs, ink)


def _mae(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    brush = (ink.brushes if one.no_be_runs else ink.ended)[Tone.FAINT]
    _bar(painter, left, top, _track(width, Column.MAE), one.mae_share, brush, ink, tick=False)
    _excursion(painter, left, top, width, one.texts[Column.MAE], one.no_be_runs, ink)


def _now(painter: QPainter, left: int, top: int, width: int, one: Shown, ink: Inks) -> None:
    text = one.texts[Column.NOW]
    if not text:
        return
    painter.setPen(ink.pens[Tone.FAINT if text == formats.UNKNOWN else Tone.TEXT])
    painter.setFont(typeface.strong_font())
    _at_right(painter, left, top, width, glyphs.strong(text))
    painter.setFont(typeface.base_font())


def _htf(painter: QPainter, left: int, top: int, _width: int, one: Shown, ink: Inks) -> None:
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    tone = Tone.BULL if one.row.view.direction is Direction.BULLISH else Tone.BEAR
    middle = top + theme.ROW // 2
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


def _marks(painter: QPainter, left: int, top: int, _width: int, one: Shown, ink: Inks) -> None:
    letters = one.texts[Column.MARKS]
    if not letters:
        return
    painter.setFont(typeface.small_font())
    painter.setRenderHint(painter.RenderHint.Antialiasing)
    spot = QRect(left, top + (theme.ROW - _MARK_SIDE) // 2, _MARK_SIDE, _MARK_SIDE)
    for letter in letters:
        tone, text = _MARK_TONES[letter], glyphs.small(letter)
        painter.setPen(ink.none)
        painter.setBrush(ink.tints[tone])
        painter.drawRoundedRect(spot, theme.CORNER_SMALL, theme.CORNER_SMALL)
        painter.setPen(ink.pens[tone])
        _at_left(painter, spot.left() + (_MARK_SIDE - text.width) // 2, top, _MARK_SIDE, text)
        spot.translate(theme.MARK_STEP, 0)
    painter.setRenderHint(painter.RenderHint.Antialiasing, on=False)
    painter.setFont(typeface.base_font())


def _excursion(painter: QPainter, left: int, top: int, width: int, text: str, runs: bool, ink: Inks) -> None:
    tone = Tone.FAINT if text == formats.UNKNOWN else Tone.TEXT if runs else Tone.MUTED
    painter.setPen(ink.pens[tone])
    _at_right(painter, left, top, width, glyphs.plain(text))


@lru_cache(maxsize=len(Column))
def text_width(column: Column) -> int:
    """Return the width that a column's widest text needs; the bar takes the rest of its cell."""
    return QFontMetrics(typeface.base_font()).horizontalAdvance(COLUMNS[column].widest)


def _track(width: int, column: Column) -> int:
    return width - text_width(column) - theme.GRID


def _bar(
    painter: QPainter,
    left: int,
    top: int,
    track: int,
    share: float | None,
    brush: QBrush,
    ink: Inks,
    *,
    tick: bool = True,
) -> None:
    """Draw a bar on its track; what is unknown has neither. The tick stands at 1R."""
    if share is None or track <= 0:
        return
    upper = top + (theme.ROW - theme.BAR) // 2
    painter.fillRect(left, upper, track, theme.BAR, ink.track)
    if share > 0:
        painter.fillRect(left, upper, max(1, round(track * share)), theme.BAR, brush)
    if tick:
        painter.fillRect(left + round(track / FULL_BAR_R), upper, 1, theme.BAR, ink.ground)
