"""FVG/IFVG bias by domain.md §11.2, fed with closed bars of one timeframe."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from secondskies_desktop.market.bars import Bar

NEUTRAL = "Neutral"
BULLISH = "Bullish"
BEARISH = "Bearish"
_MOST_ZONES = 400
"""Zones never expire by rule; far ones are dropped so that a demo of weeks stays fast."""

Zone = tuple[float, float]


class BiasEngine:
    """The bias of one timeframe; zones are (high, low)."""

    def __init__(self) -> None:
        self.bias = NEUTRAL
        self._highest: float | None = None
        self._lowest: float | None = None
        self._before: deque[Bar] = deque(maxlen=2)
        self._bull: list[Zone] = []
        self._bear: list[Zone] = []
        self._bull_inverted: list[Zone] = []
        self._bear_inverted: list[Zone] = []

    def take(self, bar: Bar) -> str:
        """Take a closed bar and return the bias after it, in the order of the rules."""
        self._break_extremes(bar)
        if len(self._before) == self._before.maxlen:
            two_ago = self._before[0]
            if two_ago.high < bar.low:
                self._bull.append((bar.low, two_ago.high))
            if two_ago.low > bar.high:
                self._bear.append((two_ago.low, bar.high))
        close = bar.close
        broken = [zone for zone in self._bull if close < zone[1]]
        if broken:
            self._bull = [zone for zone in self._bull if close >= zone[1]]
            self._bear_inverted.extend(broken)
            self.bias = BEARISH
        broken = [zone for zone in self._bear if close > zone[0]]
        if broken:
            self._bear = [zone for zone in self._bear if close <= zone[0]]
            self._bull_inverted.extend(broken)
            self.bias = BULLISH
        if any(close > high for high, _ in self._bear_inverted):
            self._bear_inverted = [zone for zone in self._bear_inverted if close <= zone[0]]
            self.bias = BULLISH
        if any(close < low for _, low in self._bull_inverted):
            self._bull_inverted = [zone for zone in self._bull_inverted if close >= zone[1]]
            self.bias = BEARISH
        self._before.append(bar)
        for zones in (self._bull, self._bear, self._bull_inverted, self._bear_inverted):
            del zones[:-_MOST_ZONES]
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
