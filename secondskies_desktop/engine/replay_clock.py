"""The clock of a replay: it tells the time of the day that is played, and which arrivals that time has reached.

It stands before an arrival until that is folded, so that nobody reads a time whose arrivals are not there yet; a
burst may be late by a twentieth of a real second. Everything here may be called from any thread and waits for
nothing but `due`.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.engine.replay_time import Hand

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.clock import Clock

SPEED = 60.0
AT_ONCE = 250
"""Arrivals that are folded together at most, where a step or a seek asks for many."""
_LATE_US = 50_000


class Standing(msgspec.Struct, frozen=True):
    """How a replay stands: the time it shows (µs UTC), its speed, and how many of its arrivals are folded."""

    now_us: int
    speed: float
    runs: bool
    place: int
    arrivals: int
    is_over: bool


def steady_us() -> int:
    """Return microseconds of the machine's steady clock, which nobody can set."""
    return time.monotonic_ns() // 1_000


class ReplayClock:
    """A `Clock` with pause, step, seek and speed; made paused. `moments` are its arrivals' times, oldest first."""

    def __init__(
        self,
        moments: Sequence[int],
        begins_us: int,
        ends_us: int,
        *,
        speed: float = SPEED,
        real: Clock = steady_us,
    ) -> None:
        self.moments = moments
        self.begins_us, self.ends_us = begins_us, ends_us
        self._real = real
        self._changed = threading.Condition()
        self._place = 0
        self._wanted = 0
        self._goal_us: int | None = None
        start = Hand(begins_us, real(), 1.0, False, begins_us)
        self._hand = start.turned(real(), speed=speed)
        self._open_way()

    def __call__(self) -> int:
        """Return the time of the day that is played (µs UTC)."""
        with self._changed:
            return self._hand.read(self._real())

    def standing(self) -> Standing:
        """Return how the replay stands."""
        with self._changed:
            now_us = self._hand.read(self._real())
            is_over = now_us >= self.ends_us and self._place == len(self.moments)
            runs = self._hand.runs and not is_over
            return Standing(now_us, self._hand.speed, runs, self._place, len(self.moments), is_over)

    def resume(self) -> None:
        """Go on."""
        self._turn(runs=True)

    def pause(self) -> None:
        """Stand still; what a step or a seek asked for is still done."""
        self._turn(runs=False)

    def set_speed(self, speed: float) -> None:
        """Go so many times as fast as life, 1 to 600; ValueError for another speed."""
        self._turn(speed=speed)

    def step(self) -> None:
        """Stand still and go to the next arrival, to that one alone; nothing after the last one."""
        with self._changed:
            self._hand = self._hand.turned(self._real(), runs=False)
            self._wanted = min(len(self.moments), max(self._wanted, self._place) + 1)
            self._changed.notify_all()

    def seek(self, to_us: int) -> None:
        """Go forward to a time, and bring everything that came until then; never back."""
        with self._changed:
            goal_us = min(to_us, self.ends_us)
            if goal_us <= self._hand.read(self._real()):
                return
            self._wanted = max(self._wanted, bisect_right(self.moments, goal_us))
            self._goal_us = max(goal_us, self._goal_us or 0)
            self._arrive()
            self._changed.notify_all()

    def due(self, wait_s: float) -> tuple[int, int] | None:
        """Wait up to so many real seconds for arrivals; returns (first, behind the last), None where none is due.

        Whoever asks folds them and says so by `folded`.
        """
        with self._changed:
            found = self._due()
            if found is None and wait_s > 0:
                self._changed.wait(min(wait_s, self._real_s_to_next()))
                found = self._due()
            return found

    def folded(self, place: int) -> None:
        """Note that all arrivals before a place are folded: the clock may go on."""
        with self._changed:
            self._place = place
            self._open_way()
            self._arrive()

    def wake(self) -> None:
        """Let whoever waits in `due` look again."""
        with self._changed:
            self._changed.notify_all()

    def _turn(self, *, speed: float | None = None, runs: bool | None = None) -> None:
        with self._changed:
            self._hand = self._hand.turned(self._real(), speed=speed, runs=runs)
            self._open_way()
            self._changed.notify_all()

    def _open_way(self) -> None:
        """Let the hand go up to the next arrival, and over it by what may be late."""
        until_us = self.ends_us
        if self._place < len(self.moments):
            until_us = min(until_us, self.moments[self._place] + int(_LATE_US * self._hand.speed))
        self._hand = self._hand.turned(self._real(), until_us=until_us)

    def _arrive(self) -> None:
        """Put the hand at the goal of a seek once everything before it is folded."""
        if self._goal_us is not None and self._place >= self._wanted:
            self._hand = self._hand.moved(self._real(), self._goal_us)
            self._goal_us = None

    def _due(self) -> tuple[int, int] | None:
        real_us, place = self._real(), self._place
        if self._wanted > place:
            until = min(self._wanted, place + AT_ONCE)
            goal_us = max(self._hand.read(real_us), self.moments[until - 1])
            self._hand = self._hand.turned(real_us, until_us=goal_us).moved(real_us, goal_us)
            return place, until
        if place == len(self.moments):
            return None
        now_us, next_us = self._hand.read(real_us), self.moments[place]
        # Where it stands after a step, a second arrival of the same moment waits for the next step.
        if now_us > next_us or (now_us == next_us and self._hand.runs):
            return place, bisect_right(self.moments, now_us, place, min(len(self.moments), place + AT_ONCE))
        return None

    def _real_s_to_next(self) -> float:
        if self._place == len(self.moments):
            return 3_600.0
        left_us = self._hand.real_us_until(self._real(), self.moments[self._place])
        return 3_600.0 if left_us is None else left_us / 1e6
