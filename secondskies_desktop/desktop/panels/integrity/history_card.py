"""Health over time: a day, a week or a month of samples, or the words for why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.charts.library import load_charts
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Section
from secondskies_desktop.desktop.widgets.segments import Segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.desktop.charts.health_chart import HealthChart
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.integrity.store import Sample

_DAY_US = 86_400_000_000
_SPANS = {"Day": _DAY_US, "Week": 7 * _DAY_US, "Month": 30 * _DAY_US}
_NONE = "No health was told in this time: a sample is written every minute or two while an engine hears of signals."


class HistoryCard(Section):
    """The chart comes with the first samples: what draws it takes a while to load."""

    span_chosen = Signal()
    drawn = Signal()

    def __init__(self) -> None:
        super().__init__("Health over time")
        self.spans = Segments(list(_SPANS))
        self.spans.turn_on("Week")
        self.spans.chosen.connect(lambda _name: self.span_chosen.emit())
        self.head.addWidget(self.spans)
        self.nothing = Text(_NONE, Tone.MUTED)
        self.nothing.setWordWrap(True)
        self.nothing.setMinimumHeight(4 * theme.GRID)
        self.body.addWidget(self.nothing)
        self.chart: HealthChart | None = None
        self._is_wanted = False
        self._shown: tuple[Sequence[Sample], int, int] | None = None

    @property
    def span_us(self) -> int:
        """How far back samples are shown."""
        return _SPANS[self.spans.on()]

    def load(self, readers: Readers) -> None:
        """Load what draws, once."""
        if not self._is_wanted:
            self._is_wanted = True
            load_charts(self, readers, self._make, lambda error: self.nothing.say(str(error)))

    def _make(self, _library: object) -> None:
        from secondskies_desktop.desktop.charts.health_chart import HealthChart

        self.chart = HealthChart()
        self.body.addWidget(self.chart)
        self._draw()
        self.drawn.emit()

    def show_samples(self, samples: Sequence[Sample], least: int, now_us: int) -> None:
        """Show samples, oldest first, up to now."""
        self._shown = samples, least, now_us
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        samples, least, now_us = self._shown
        self.nothing.setVisible(not samples)
        if self.chart is not None:
            self.chart.setVisible(bool(samples))
            if samples:
                self.chart.show_samples(samples, least, now_us - self.span_us, now_us)

    def rows(self) -> list[list[str]]:
        samples = [] if self._shown is None else self._shown[0]
        lines = [
            [
                formats.ny_stamp(one.at_us),
                f"{one.health:.2f}",
                str(one.complete),
                str(one.signals),
                str(one.gaps),
            ]
            for one in samples
        ]
        return [["time", "health", "complete", "signals", "gaps"], *lines]
