"""How far a trade has run, in R over New York time: both MFEs, MAE, the price, and the lines that decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.foundation.documents.table import write_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QContextMenuEvent

    from secondskies_desktop.engine.desk import SignalDetail, SignalEvent

_HEIGHT = 22 * theme.GRID
_HEADS = ("line", "time", "R")
_LINES = ((1.0, "+1R · break-even", Tone.BE), (0.0, "entry", Tone.MUTED), (-1.0, "stop", Tone.DANGER))


class Curve(NamedTuple):
    """One line of the chart: times in seconds since the epoch, UTC, values in R."""

    name: str
    tone: Tone
    times: list[float]
    values: list[float]


def curves_of(detail: SignalDetail) -> list[Curve]:
    """Return what was said over time; a value that was not said leaves no point."""
    view = detail.row.view
    risk, entry = view.risk_points, view.entry_price
    curves = [
        _curve("MFE No-BE", Tone.NO_BE, detail.events, "no_be_mfe"),
        _curve("MFE BE=1", Tone.BE, detail.events, "be_mfe"),
        _curve("MAE", Tone.WATCH, detail.events, "mae"),
    ]
    if risk and risk > 0 and entry is not None and view.direction is not None:
        sign = view.direction.sign
        points = [
            (event.at_us / 1e6, sign * (float(str(event.values["price"])) - entry) / risk)
            for event in detail.events
            if event.at_us is not None and "price" in event.values
        ]
        if not points:
            points = [(bar.at_us / 1e6, sign * (bar.close - entry) / risk) for bar in detail.bars]
        curves.append(Curve("price", Tone.FAINT, [x for x, _ in points], [y for _, y in points]))
    return curves


def _curve(name: str, tone: Tone, events: Sequence[SignalEvent], field: str) -> Curve:
    points = [
        (event.at_us / 1e6, float(str(event.values[field])))
        for event in events
        if event.at_us is not None and field in event.values
    ]
    return Curve(name, tone, [x for x, _ in points], [y for _, y in points])


_STEPS_S = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
_TICK = 8 * theme.GRID
"""Least distance of two ticks."""
_LEAST_S = 600
"""A trade of one bar stands in so much time."""


def _is_short(curve: Curve) -> bool:
    return curve.times[-1] - curve.times[0] < _LEAST_S / 2


class NewYorkAxis(pg.AxisItem):
    """Whole minutes of New York's clock."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Place the ticks: each on a minute of its own."""
        wanted = (high - low) * _TICK / max(size, 1)
        step = next((one for one in _STEPS_S if one >= wanted), _STEPS_S[-1])
        first = -int(-low // step) * step
        return [(step, [float(at) for at in range(first, int(high) + 1, step)])]

    def tickStrings(self, values: list[float], _scale: float, _spacing: float) -> list[str]:
        """Write the ticks."""
        return [formats.ny_minute(int(value) * 1_000_000) for value in values]


class ExcursionChart(QWidget):
    """The chart with a crosshair; direct labels stand at the end of each line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curves: list[Curve] = []
        self.readout = Elided(tone=Tone.MUTED)
        self.readout.setFont(typeface.small_font())
        self.plot = pg.PlotWidget(axisItems={"bottom": NewYorkAxis("bottom")})
        self.plot.setMinimumHeight(_HEIGHT)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=True, y=False)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._moved = pg.SignalProxy(self.plot.scene().sigMouseMoved, rateLimit=30, slot=self._on_move)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.readout)
        column.addWidget(self.plot, 1)
        self._waiting: SignalDetail | None = None
        self._signal_id: int | None = None
        self._is_moved = False
        """The trader has moved or zoomed the times of this signal."""
        self.plot.getViewBox().sigRangeChangedManually.connect(self._on_moved)
        # The menu of the chart, not one of the plot.
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _on_moved(self, *_how: object) -> None:
        self._is_moved = True

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy as table (TSV)", self.copy_table)
        menu.addAction("Copy as picture (PNG)", self.copy_picture)
        menu.popup(event.globalPos())

    def show_detail(self, detail: SignalDetail) -> None:
        """Draw a signal; while the chart is hidden the drawing waits."""
        if detail.row.id != self._signal_id:
            self._signal_id, self._is_moved = detail.row.id, False
        if not self.isVisible():
            self._waiting = detail
        else:
            self._draw(detail)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._draw(waiting)

    def _draw(self, detail: SignalDetail) -> None:
        look = theme.look()
        plot = self.plot
        plot.clear()
        plot.setBackground(look.surface)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.setPen(look.line)
            axis.setTextPen(look.muted)
            axis.setStyle(tickFont=typeface.small_font())
        plot.getAxis("left").setWidth(5 * theme.GRID)
        self._curves = [curve for curve in curves_of(detail) if curve.times]
        at_right = all(_is_short(curve) for curve in self._curves)
        for level, label, tone in _LINES:
            pen = pg.mkPen(
                look.of(tone), width=1, style=Qt.PenStyle.DashLine if level else Qt.PenStyle.SolidLine
            )
            # The names of the lines stand where those of the curves do not.
            options = {
                "position": 0.98 if at_right else 0.02,
                "color": look.of(tone),
                "anchors": [(1, 1) if at_right else (0, 1)] * 2,
            }
            plot.addItem(pg.InfiniteLine(level, angle=0, pen=pen, label=label, labelOpts=options))
        self._draw_bars(detail)
        for curve in self._curves:
            width = 1 if curve.tone is Tone.FAINT else 2
            alone = len(curve.times) == 1
            plot.plot(
                curve.times,
                curve.values,
                pen=pg.mkPen(look.of(curve.tone), width=width),
                symbol="o" if alone else None,
                symbolBrush=look.of(curve.tone),
            )
        self._label_curves()
        self._cross.setPen(look.faint)
        self._cross.hide()
        plot.addItem(self._cross, ignoreBounds=True)
        self._show_all()
        self._say_last()

    def _show_all(self) -> None:
        """Show every point and both lines that decide, with room for their names."""
        times = [at for curve in self._curves for at in curve.times]
        values = [value for curve in self._curves for value in curve.values]
        low, high = min([-1.0, *values]), max([1.0, *values])
        room = (high - low) / 8
        self.plot.setYRange(low - room / 2, high + room, padding=0)
        if times and not self._is_moved:
            over = max(*times, min(times) + _LEAST_S)
            self.plot.setXRange(min(times), over, padding=0.02)

    def _label_curves(self) -> None:
        """Name each line at its end; names of lines that end on one level share a label."""
        ends: dict[float, list[Curve]] = {}
        for curve in self._curves:
            ends.setdefault(round(curve.values[-1], 1), []).append(curve)
        for level, curves in ends.items():
            name = " · ".join(curve.name for curve in curves)
            # A line ends where its name does; a short one has no room to its left.
            anchor = (0 if all(map(_is_short, curves)) else 1, 0 if level < 0 else 1)
            label = pg.TextItem(name, color=theme.look().of(curves[0].tone), anchor=anchor)
            label.setFont(typeface.small_font())
            label.setPos(max(curve.times[-1] for curve in curves), level)
            self.plot.addItem(label)

    def _draw_bars(self, detail: SignalDetail) -> None:
        """Draw the range of each bar in R, lightly, where snapshots brought bars."""
        view = detail.row.view
        risk, entry = view.risk_points, view.entry_price
        if not detail.bars or not risk or risk <= 0 or entry is None or view.direction is None:
            return
        sign = view.direction.sign
        times: list[float] = []
        values: list[float] = []
        for bar in detail.bars:
            times += [bar.at_us / 1e6] * 2
            values += [sign * (bar.low - entry) / risk, sign * (bar.high - entry) / risk]
        self.plot.plot(times, values, connect="pairs", pen=pg.mkPen(theme.look().line, width=2))

    def _say_last(self) -> None:
        if not self._curves:
            self.readout.say("No message has said yet how far it ran")
            return
        self._say_at(max(curve.times[-1] for curve in self._curves))

    def _say_at(self, second: float) -> None:
        parts = [formats.ny_minute(int(second) * 1_000_000) + " NY"]
        for curve in self._curves:
            known = [value for at, value in zip(curve.times, curve.values, strict=True) if at <= second]
            if known:
                write = formats.r_multiple if curve.tone is Tone.FAINT else formats.excursion
                parts.append(f"{curve.name} {write(known[-1])}")
        self.readout.say("   ".join(parts))

    def _on_move(self, arguments: tuple[object, ...]) -> None:
        place = arguments[0]
        if not self.plot.sceneBoundingRect().contains(place) or not self._curves:
            return
        second = self.plot.getPlotItem().vb.mapSceneToView(place).x()
        self._cross.setPos(second)
        self._cross.show()
        self._say_at(second)

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._cross.hide()
        self._say_last()

    def export_csv(self, file: Path) -> int:
        """Write the points of all lines; returns the number of rows."""
        return write_csv(file, _HEADS, self._points())

    def _points(self) -> list[tuple[str, str, float]]:
        return [
            (curve.name, formats.ny_stamp(int(at) * 1_000_000), value)
            for curve in self._curves
            for at, value in zip(curve.times, curve.values, strict=True)
        ]

    def copy_table(self) -> None:
        """Put the points of all lines on the clipboard, tabs between the cells."""
        lines = [_HEADS, *((name, at, f"{value:g}") for name, at, value in self._points())]
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines))

    def copy_picture(self) -> None:
        """Put the chart on the clipboard as it looks."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def export_png(self, file: Path) -> bool:
        """Save the chart as it stands."""
        return self.grab().save(str(file))

    def ask_where(self, kind: str) -> QFileDialog:
        """Return a dialog, not yet open, that asks where to save."""
        dialog = QFileDialog(self, f"Save the chart as {kind.upper()}", f"signal.{kind}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"*.{kind}")
        return dialog
