"""Where the stop of a confirmed signal stands: domain.md §1.5, to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.market.bars import Bar

BUFFER = 0.25
_LEFT = 5
REACH = _LEFT + 2
"""How many bars on the left of the signal candle can matter: the last of five, and what makes it a pivot."""


def stop_of(bars: Sequence[Bar], signal: int, confirmation: int, sign: int) -> float:
    """Return the stop for the signal bar and the confirmation bar (places in `bars`), +1 bullish.

    The pivot in the range, else the nearest pivot among the five bars left of it, else the nearest
    candle of the other colour among those, else the signal candle itself; one buffer beyond.
    """

    def extreme(place: int) -> float:
        return bars[place].low if sign > 0 else -bars[place].high

    lowest = signal
    for place in range(confirmation - 1, signal, -1):
        if extreme(place) < extreme(lowest):
            lowest = place
    if extreme(confirmation) < extreme(lowest):
        lowest = confirmation
    if lowest != confirmation and _is_pivot(bars, lowest, sign):
        return sign * (extreme(lowest) - BUFFER)
    left = [place for place in range(signal - 1, signal - 1 - _LEFT, -1) if place >= 0]
    for place in left:
        if _is_pivot(bars, place, sign):
            return sign * (extreme(place) - BUFFER)
    for place in left:
        if sign * (bars[place].close - bars[place].open) < 0:
            return sign * (extreme(place) - BUFFER)
    return sign * (extreme(signal) - BUFFER)


def _is_pivot(bars: Sequence[Bar], place: int, sign: int) -> bool:
    """Whether a bar is a pivot low (high): lower than both neighbours, or the newer of twin lows."""

    def low(at: int) -> float:
        return bars[at].low if sign > 0 else -bars[at].high

    if not 0 < place < len(bars) - 1:
        return False
    if low(place) < low(place + 1) and low(place) < low(place - 1):
        return True
    return (
        place > 1
        and low(place) == low(place - 1)
        and low(place) < low(place + 1)
        and low(place) < low(place - 2)
    )
