"""The hand of a replay's clock: where it stands, how fast it goes and how far it may; real time is passed in.

All times are integer microseconds: `…real_us` those of the machine's steady clock, the others UTC of the trade date
that is played. Whatever happens to the hand, it neither jumps back nor stands anywhere between two readings.
"""

from __future__ import annotations

import msgspec

SLOWEST, FASTEST = 1.0, 600.0
"""How many times faster than life a replay may run."""


class Hand(msgspec.Struct, frozen=True):
    """It stood at `at_us` when the real time was `real_us`, and has gone on since, but not beyond `until_us`."""

    at_us: int
    real_us: int
    speed: float
    runs: bool
    until_us: int

    def read(self, real_us: int) -> int:
        """Return where the hand stands at a real time."""
        if not self.runs:
            return self.at_us
        gone_us = int(max(0, real_us - self.real_us) * self.speed)
        return max(self.at_us, min(self.at_us + gone_us, self.until_us))

    def turned(
        self,
        real_us: int,
        *,
        speed: float | None = None,
        runs: bool | None = None,
        until_us: int | None = None,
    ) -> Hand:
        """Return the hand as it goes on from a real time; ValueError for a speed that it does not have."""
        speed = self.speed if speed is None else speed
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"a replay runs {SLOWEST:g} to {FASTEST:g} times as fast as life, not {speed:g}")
        return Hand(
            self.read(real_us),
            real_us,
            speed,
            self.runs if runs is None else runs,
            self.until_us if until_us is None else until_us,
        )

    def moved(self, real_us: int, to_us: int) -> Hand:
        """Return the hand put forward to a time; never back, and never beyond where it may go."""
        here = self.turned(real_us)
        return msgspec.structs.replace(here, at_us=max(here.at_us, min(to_us, here.until_us)))

    def real_us_until(self, real_us: int, at_us: int) -> int | None:
        """Return the real microseconds until the hand stands at a time; None where it does not get there."""
        left_us = at_us - self.read(real_us)
        if left_us <= 0:
            return 0
        return None if not self.runs or at_us > self.until_us else int(left_us / self.speed) + 1
