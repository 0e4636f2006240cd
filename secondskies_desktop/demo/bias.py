"""FVG/IFVG bias by domain.md §11.2, fed with closed bars: one engine for each timeframe."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.sessions import new_york
from secondskies_desktop.market.bars import Bar

if TYPE_CHECKING:
    from datetime import date

NEUTRAL = "Neutral"
BULLISH = "Bullish"
BEARISH = "Bearish"
HIGHER_FRAMES = {"htf_daily": 1440, "htf_4h": 240, "htf_1h": 60, "htf_15m": 15, "htf_5m": 5}
"""Names of the higher timeframes in the payloads, and their minutes."""
_DAY_MINUTES = 1_440
_DAY_BEGINS = 18 * 60
_DAY_LASTS = 23 * 60
"""The exchange's day begins at 18:00 New York and ends at 17:00: a frame that is open then is cut there."""


class BiasEngine:
    """The bias of one timeframe.

    Zones never expire, and only their thresholds matter, so each kind of zone is a heap with the
    threshold that the close meets first on top: the highest bottom of the bullish kinds (negated),
    the lowest top of the bearish ones.
    """

    def __init__(self) -> None:
        self.bias = NEUTRAL
        self._highest: float | None = None
        self._lowest: float | None = None
        self._before: deque[Bar] = deque(maxlen=2)
        self._bull: list[tuple[float, float]] = []
        self._bear: list[tuple[float, float]] = []
        self._bull_inverted: list[float] = []
        self._bear_inverted: list[float] = []

    def take(self, bar: Bar) -> str:
        """Take a closed bar, newer than all before it, and return the bias after it."""
        self._break_extremes(bar)
        if len(self._before) == self._before.maxlen:
            two_ago = self._before[0]
            if two_ago.high < bar.low:
                heappush(self._bull, (-two_ago.high, bar.low))
            if two_ago.low > bar.high:
                heappush(self._bear, (two_ago.low, bar.high))
        self._close_through(bar.close)
        self._before.append(bar)
        return self.bias

    def _break_extremes(self, bar: Bar) -> None:
        if self._highest is None or self._lowest is None:
            self._highest, self._lowest = bar.high, bar.low
            return
        if bar.close > self._highest:
            self.bias = BULLISH
        elif bar.close < self._lowest:
            self.bias = BEARISH
        self._highest, self._lowest = max(self._highest, bar.high), min(self._lowest, bar.low)

    def _close_through(self, close: float) -> None:
        """Invert and delete the zones that the close lies beyond; the later kinds override the earlier."""
        while self._bull and close < -self._bull[0][0]:
            heappush(self._bear_inverted, heappop(self._bull)[1])
            self.bias = BEARISH
        while self._bear and close > self._bear[0][0]:
            heappush(self._bull_inverted, -heappop(self._bear)[1])
            self.bias = BULLISH
        while self._bear_inverted and close > self._bear_inverted[0]:
            heappop(self._bear_inverted)
            self.bias = BULLISH
        while self._bull_inverted and close < -self._bull_inverted[0]:
            heappop(self._bull_inverted)
            self.bias = BEARISH


class FrameBias:
    """The bias of one higher timeframe, fed with one-minute bars; its frames are anchored at 18:00 New York.

    A frame closes with the minute that ends it. Where that minute is missing it closes when a bar
    of another frame comes, and is seen on that bar: never before it is over.
    """

    def __init__(self, minutes: int) -> None:
        self._minutes = minutes
        self._engine = BiasEngine()
        self._frame: Bar | None = None
        self._key: tuple[date, int] | None = None

    def take(self, bar: Bar, day: date, minute: int) -> str:
        """Take the bar `minute` minutes into the exchange's day; returns the bias that is seen on it."""
        begin = _DAY_LASTS if minute >= _DAY_LASTS else minute - minute % self._minutes
        if self._key != (day, begin):
            self._close()
        self._key = (day, begin)
        self._frame = bar if self._frame is None else _joined(self._frame, bar)
        end = begin + self._minutes
        if minute + 1 == (min(end, _DAY_LASTS) if begin < _DAY_LASTS else _DAY_MINUTES):
            self._close()
        return self._engine.bias

    def _close(self) -> None:
        if self._frame is not None:
            self._engine.take(self._frame)
        self._frame, self._key = None, None


def _joined(frame: Bar, bar: Bar) -> Bar:
    return Bar(
        frame.at_us,
        frame.open,
        max(frame.high, bar.high),
        min(frame.low, bar.low),
        bar.close,
    )


class HigherBiases:
    """The biases of all higher timeframes together."""

    def __init__(self) -> None:
        self._frames = {name: FrameBias(minutes) for name, minutes in HIGHER_FRAMES.items()}

    def take(self, bar: Bar) -> dict[str, str]:
        """Take a closed one-minute bar and return what each timeframe's bias is then, by its payload name."""
        local = new_york(bar.at_us)
        minute = (local.hour * 60 + local.minute - _DAY_BEGINS) % _DAY_MINUTES
        day = local.date()
        if local.hour * 60 + local.minute < _DAY_BEGINS:
            day = day.fromordinal(day.toordinal() - 1)
        return {name: frame.take(bar, day, minute) for name, frame in self._frames.items()}
