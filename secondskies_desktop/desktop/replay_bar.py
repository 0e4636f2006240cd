"""The bar of a replay, under the menus: that it is one, its clock, and everything that steers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.replay_timeline import ReplayTimeline
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import ProfileBadge
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.segments import Segments
from secondskies_desktop.foundation.profile import REPLAY

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.engine.replay_clock import ReplayClock, Standing

SPEEDS = (1.0, 10.0, 60.0, 600.0)
PLAY, PAUSE = "▶", "❚❚"


def speed_name(speed: float) -> str:
    """Return a speed as it is written: "60×"."""
    return f"{speed:g}×"


class ReplayBar(QWidget):
    """Shows how a replay stands and says what is wanted of it."""

    toggle_wanted = Signal()
    step_wanted = Signal()
    restart_wanted = Signal()
    speed_wanted = Signal(float)
    moment_wanted = Signal(object)

    def __init__(self, clock: ReplayClock, day: date, bounds: tuple[int, int]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.badge = ProfileBadge()
        self.badge.show_badge(REPLAY)
        self.day = Text(f"{day:%a} {day}", Tone.MUTED)
        self.clock = Text("", Tone.TEXT, typeface.strong_font())
        self.clock.setMinimumWidth(self.clock.fontMetrics().horizontalAdvance("00:00:00 NY"))
        self.restart = _button("⏮", "Restart the day")
        self.toggle = _button(PAUSE, "Play or pause (Space)")
        self.step = _button("⏭", "Pause and step to the next arrival (→)")
        self.speeds = Segments([speed_name(one) for one in SPEEDS])
        self.timeline = ReplayTimeline(clock.moments, *bounds)
        self.said = Text("", Tone.MUTED)
        whole = formats.count(len(clock.moments))
        # As wide as it will get: the strip beside it would jump with every figure.
        self.said.setMinimumWidth(
            self.said.fontMetrics().horizontalAdvance(f"{whole} of {whole} arrivals") + theme.HALF
        )
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GRID + theme.HALF, theme.HALF, theme.GRID + theme.HALF, theme.HALF)
        row.setSpacing(theme.GRID)
        for widget in (self.badge, self.day, self.clock, self.restart, self.toggle, self.step, self.speeds):
            row.addWidget(widget)
        row.addWidget(self.timeline, 1)
        row.addWidget(self.said)
        self.restart.clicked.connect(self.restart_wanted)
        self.toggle.clicked.connect(self.toggle_wanted)
        self.step.clicked.connect(self.step_wanted)
        self.speeds.chosen.connect(lambda name: self.speed_wanted.emit(float(name.rstrip("×"))))
        self.timeline.wanted.connect(self.moment_wanted)

    def show_standing(self, now: Standing) -> None:
        """Show how the replay stands."""
        self.clock.say(formats.ny_time(now.now_us), formats.ny_stamp(now.now_us))
        mark = PAUSE if now.runs else PLAY
        if self.toggle.text() != mark:
            self.toggle.setText(mark)
            self.toggle.setAccessibleName("Pause" if now.runs else "Play")
        self.toggle.setEnabled(not now.is_over)
        self.step.setEnabled(now.place < now.arrivals)
        if now.speed in SPEEDS:
            self.speeds.turn_on(speed_name(now.speed))
        else:
            self.speeds.turn_off()
        self.timeline.show_now(now.now_us)
        done, whole = formats.count(now.place), formats.count(now.arrivals)
        speed = "" if now.speed in SPEEDS else f" · {speed_name(now.speed)}"
        over = "the day is over · " if now.is_over else ""
        self.said.say(f"{over}{done} of {whole} arrivals{speed}", tone=Tone.MUTED)

    def say(self, text: str, tone: Tone) -> None:
        """Say something in place of the count."""
        self.said.say(text, tone=tone)

    def enable(self, *, on: bool) -> None:
        """Let it be steered, or not yet."""
        for widget in (self.restart, self.toggle, self.step, self.speeds, self.timeline):
            widget.setEnabled(on)


def _button(mark: str, why: str) -> QToolButton:
    button = QToolButton()
    button.setText(mark)
    button.setToolTip(why)
    button.setAccessibleName(why)
    button.setProperty("quiet", "true")
    button.setMinimumSize(QSize(theme.ROW + theme.HALF, theme.ROW))
    # Space plays and pauses: it would press a button that has the keyboard.
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
