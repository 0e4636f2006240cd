"""Health over New York's time, with the target beside it; a pause in which nothing looked is left open."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.models.health_history import PAUSE_US, runs
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Elided
from secondskies_desktop.foundation.sessions import new_york

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.integrity.store import Sample

_HEIGHT = 20 * theme.GRID
_HOUR_S, _DAY_S = 3_600, 86_400
_STEPS_S = (
    300,
    900,
    1_800,
    _HOUR_S,
    7_200,
    14_400,
    21_600,
    43_200,
    *(_DAY_S * days for days in (1, 2, 5, 10)),
)
_TICK = 9 * theme.GRID
"""Least distance of two ticks."""
_BOTTOM = 5.0
"""Points of room below the lowest value."""


class DayAxis(pg.AxisItem):
    """New York's clock within a day, its date at midnight."""

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        """Place the ticks on whole hours or days of New York."""
        wanted = (high - low) * _TICK / max(size, 1)
        step = next((one for one in _STEPS_S if one >= wanted), _STEPS_S[-1])
        offset = new_york(int(low * 1e6)).utcoffset()
        ahead = 0 if offset is None else int(offset.total_seconds())
        first = -int(-(low + ahead) // step) * step - ahead
        return [(step, [float(at) for at in range(first, int(high) + 1, step)])]

    def tickStrings(self, values: list[float], _scale: float, spacing: float) -> list[str]:
        """Write the ticks."""
        return [_tick(int(value) * 1_000_000, spacing) for value in values]


def _tick(at_us: int, spacing: float) -> str:
    clock = formats.ny_minute(at_us)
    return formats.ny_day(at_us) if spacing >= _DAY_S or clock == "00:00" else clock


class HealthChart(QWidget):
    """A line for each run of samples, the target as a dashed one, and a crosshair with its values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: list[Sample] = []
        self._shown: tuple[object, ...] = ()
        self.readout = Elided(tone=Tone.MUTED)
        self.readout.setFont(typeface.small_font())
        self.plot = pg.PlotWidget(axisItems={"bottom": DayAxis("bottom")})
        self.plot.setFixedHeight(_HEIGHT)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._cross = pg.InfiniteLine(angle=90, movable=False)
        self._moved = pg.SignalProxy(self.plot.scene().sigMouseMoved, rateLimit=30, slot=self._on_move)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.HALF)
        column.addWidget(self.readout)
        column.addWidget(self.plot, 1)

    def show_samples(self, samples: Sequence[Sample], least: int, since_us: int, now_us: int) -> None:
        """Draw these samples from one time to another; costs nothing where nothing changed."""
        look = theme.look()
        shown = (tuple(samples), least, since_us // 60_000_000, look.name)
        if shown == self._shown:
            return
        self._shown, self._samples = shown, list(samples)
        plot = self.plot
        plot.clear()
        plot.setBackground(look.surface)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.setPen(look.line)
            axis.setTextPen(look.muted)
            axis.setStyle(tickFont=typeface.small_font())
        plot.getAxis("left").setWidth(5 * theme.GRID)
        dashed = pg.mkPen(look.watch, width=1, style=Qt.PenStyle.DashLine)
        options = {"position": 0.02, "color": look.watch, "anchors": [(0, 1)] * 2}
        plot.addItem(pg.InfiniteLine(least, angle=0, pen=dashed, label=f"target {least}", labelOpts=options))
        for run in runs(self._samples):
            plot.plot(
                [one.at_us / 1e6 for one in run],
                [one.health for one in run],
                pen=pg.mkPen(look.text, width=1.5),
                antialias=True,
                symbol="o" if len(run) == 1 else None,
                symbolSize=theme.CELL_PAD,
                symbolPen=None,
                symbolBrush=look.text,
            )
        self._cross.setPen(look.faint)
        self._cross.hide()
        plot.addItem(self._cross, ignoreBounds=True)
        lowest = min([least, *(one.health or 0.0 for one in self._samples)])
        plot.setYRange(max(0.0, lowest - _BOTTOM), 100.0, padding=0.02)
        plot.setXRange(since_us / 1e6, now_us / 1e6, padding=0.01)
        self._say_last()

    def _say_last(self) -> None:
        if self._samples:
            self._say(self._samples[-1])

    def _say(self, one: Sample) -> None:
        stamp = f"{formats.ny_day(one.at_us)} {formats.ny_minute(one.at_us)} NY"
        count = f"{formats.count(one.complete)} of {formats.count(one.signals)} signals without a gap"
        self.readout.say(f"{stamp}   health {one.health:.1f}   {count}")

    def _on_move(self, arguments: tuple[object, ...]) -> None:
        place = arguments[0]
        if not self.plot.sceneBoundingRect().contains(place) or not self._samples:
            return
        second = self.plot.getPlotItem().vb.mapSceneToView(place).x()
        self._cross.setPos(second)
        self._cross.show()
        at = bisect_right([one.at_us for one in self._samples], int(second * 1e6)) - 1
        if at >= 0 and second * 1e6 - self._samples[at].at_us <= PAUSE_US:
            self._say(self._samples[at])
        else:
            self.readout.say(
                f"{formats.ny_day(int(second * 1e6))} {formats.ny_minute(int(second * 1e6))} NY   nothing looked"
            )

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # type: ignore[arg-type]
        self._cross.hide()
        self._say_last()
