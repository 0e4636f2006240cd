"""Steers a replay from its window: the bar, the actions and their keys, the title, and beginning again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.actions import Action
from secondskies_desktop.desktop.replay_bar import SPEEDS, ReplayBar, speed_name
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.window_actions import REPLAYING
from secondskies_desktop.foundation.profile import REPLAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.engine.replay_clock import Standing
    from secondskies_desktop.engine.replaying import Replay

_TICK_MS = 250
_LEAP_US = 15 * 60_000_000


class Start(NamedTuple):
    """How a replay begins: at which speed, running or not, and from when on (µs UTC); None is the first arrival."""

    speed: float
    runs: bool = True
    from_us: int | None = None


class ReplayDeck(QObject):
    """`begin_again` ends this window and opens one that starts so: going back is beginning again."""

    def __init__(self, window: MainWindow, replay: Replay, begin_again: Callable[[Start], None]) -> None:
        super().__init__(window)
        self._window, self._replay, self._clock = window, replay, replay.clock
        self._begin_again = begin_again
        tape = replay.scratch.tape
        self.bar = ReplayBar(self._clock, tape.day, tape.bounds)
        self._day = tape.day
        window.put_above(self.bar, _TICK_MS)
        window.action_list.add(*self._actions())
        window.menus.fill()
        self.bar.toggle_wanted.connect(self.toggle)
        self.bar.step_wanted.connect(self.step)
        self.bar.restart_wanted.connect(self.restart)
        self.bar.speed_wanted.connect(self.set_speed)
        self.bar.moment_wanted.connect(self.go_to)
        window.ticked.connect(self.show)
        self.show()

    def _actions(self) -> list[Action]:
        listed = [
            Action("replay.toggle", "Play or pause", REPLAYING, self.toggle, "Space"),
            Action("replay.step", "Step to the next arrival", REPLAYING, self.step, "Right"),
            Action("replay.slower", "Slower", REPLAYING, partial(self._shift, -1), "["),
            Action("replay.faster", "Faster", REPLAYING, partial(self._shift, 1), "]"),
            Action(
                "replay.forward", "15 minutes on", REPLAYING, partial(self._leap, _LEAP_US), "Shift+Right"
            ),
            Action("replay.back", "15 minutes back", REPLAYING, partial(self._leap, -_LEAP_US), "Shift+Left"),
            Action("replay.restart", "Restart the day", REPLAYING, self.restart),
        ]
        return listed + [
            Action(
                f"replay.speed.{one:g}", f"Speed {speed_name(one)}", REPLAYING, partial(self.set_speed, one)
            )
            for one in SPEEDS
        ]

    def show(self, _now_us: object = None) -> None:
        """Show how the replay stands, in the bar and in the title."""
        now = self._clock.standing()
        self.bar.show_standing(now)
        is_open = self._replay.engine is not None
        if self._replay.problem:
            self.bar.say(self._replay.problem, Tone.DANGER)
        elif not is_open:
            count = formats.count(self._replay.prepared)
            self.bar.say(f"folding what came before: {count} arrivals", Tone.MUTED)
        self.bar.enable(on=is_open and not self._replay.problem)
        self._window.setWindowTitle(self._title(now))

    def _title(self, now: Standing) -> str:
        pace = speed_name(now.speed) if now.runs else "paused"
        return f"{REPLAY} · {self._day} · {formats.ny_time(now.now_us)} · {pace} · Second Skies"

    def toggle(self) -> None:
        """Play, or pause."""
        if self._clock.standing().runs:
            self._clock.pause()
        else:
            self._clock.resume()
        self._window.tick()

    def step(self) -> None:
        """Pause and bring the next arrival."""
        self._clock.step()
        self._window.tick()

    def set_speed(self, speed: float) -> None:
        """Go so many times as fast as life."""
        self._clock.set_speed(speed)
        self._window.tick()

    def restart(self) -> None:
        """Begin the day again."""
        self._again(None)

    def go_to(self, moment_us: int) -> None:
        """Go to a moment: forward at once, back by beginning again."""
        if moment_us >= self._clock():
            self._clock.seek(moment_us)
            self._window.tick()
        else:
            self._again(moment_us)

    def _leap(self, by_us: int) -> None:
        self.go_to(self._clock() + by_us)

    def _shift(self, step: int) -> None:
        speed = self._clock.standing().speed
        others = [one for one in SPEEDS if (one > speed if step > 0 else one < speed)]
        if others:
            self.set_speed(others[0] if step > 0 else others[-1])

    def _again(self, from_us: int | None) -> None:
        now = self._clock.standing()
        self._begin_again(Start(now.speed, now.runs or now.is_over, from_us))
