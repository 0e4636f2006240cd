"""A simulated signal, and what a bar does to it in Pine's order (domain.md §1.7-1.9, §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.sessions import Session

if TYPE_CHECKING:
    from secondskies_desktop.market.bars import Bar

PENDING = "PENDING"
CONFIRMED = "CONFIRMED"
CANCELLED = "CANCELLED"
COMPLETED = "COMPLETED"
BULL = "BULLISH"
BEAR = "BEARISH"


class SimSignal(msgspec.Struct, frozen=True):
    """One signal as the simulation knows it: the truth that a test holds the program against.

    Times are bar opens in microseconds UTC, prices in points, excursions in R of the entry that Pine
    keeps, which is the confirmation close; `entry_open` is the true open of the bar after. What has
    not happened is None.
    """

    trade_id: str
    direction: str
    triangle_us: int
    session: Session
    high: float
    """Of the signal candle; a close above it confirms a bullish signal."""
    low: float
    htf: dict[str, str]
    status: str = PENDING
    cancelled_us: int | None = None
    confirmation_us: int | None = None
    bars_to_confirm: int | None = None
    entry: float | None = None
    stop: float | None = None
    entry_us: int | None = None
    entry_open: float | None = None
    be_triggered_us: int | None = None
    be_stopped_us: int | None = None
    no_be_stopped_us: int | None = None
    be_mfe: float = 0.0
    no_be_mfe: float = 0.0
    mae: float = 0.0
    mae_before_stop: float = 0.0
    """Without the bar of the stop: what the build of December 2025 sent (domain.md §1.8)."""
    highest: float | None = None
    """The extremes of the prices since the entry, while the No-BE strategy ran."""
    lowest: float | None = None

    @property
    def sign(self) -> int:
        """+1 for bullish, -1 for bearish."""
        return 1 if self.direction == BULL else -1

    @property
    def word(self) -> str:
        """The direction as the indicator writes it."""
        return "Bullish" if self.direction == BULL else "Bearish"

    @property
    def risk(self) -> float | None:
        """The way from entry to stop in points, zero or less where the stop rule says so; None before."""
        if self.entry is None or self.stop is None:
            return None
        return self.sign * (self.entry - self.stop)

    @property
    def died_unprotected(self) -> bool:
        """Whether the BE=1 strategy ended at the original stop, and so both ended on one bar."""
        if self.be_stopped_us is None:
            return False
        return self.be_triggered_us is None or self.be_triggered_us >= self.be_stopped_us


def follow(signal: SimSignal, bar: Bar) -> SimSignal:
    """Return a running signal after one more bar, its entry bar first; ValueError if not confirmed.

    Pine's order: extremes, original stop, stop at entry if break-even was triggered before, trigger.
    So a bar that holds +1R and the stop ends both strategies at the stop, and is a trigger all the
    same. Where the risk is not above zero, R has no meaning: the prices still end the trade, the
    excursions stay 0.
    """
    entry, stop = signal.entry, signal.stop
    if entry is None or stop is None:
        raise ValueError(f"{signal.trade_id} was not confirmed")
    sign, risk = signal.sign, signal.sign * (entry - stop)
    best, worst = (bar.high, bar.low) if sign > 0 else (bar.low, bar.high)
    favourable = max(0.0, sign * (best - entry) / risk) if risk > 0 else 0.0
    adverse = min(0.0, sign * (worst - entry) / risk) if risk > 0 else 0.0
    stopped = sign * (worst - stop) <= 0
    protected = signal.be_triggered_us is not None
    be_stopped_us, be_mfe = signal.be_stopped_us, signal.be_mfe
    if be_stopped_us is None:
        if sign * (worst - entry) <= 0 if protected else stopped:
            be_stopped_us = bar.at_us
        else:
            be_mfe = max(be_mfe, favourable)
    mae = min(signal.mae, adverse)
    return msgspec.structs.replace(
        signal,
        status=COMPLETED if stopped else signal.status,
        be_triggered_us=bar.at_us if not protected and favourable >= 1 else signal.be_triggered_us,
        be_stopped_us=be_stopped_us,
        no_be_stopped_us=bar.at_us if stopped else None,
        be_mfe=be_mfe,
        no_be_mfe=signal.no_be_mfe if stopped else max(signal.no_be_mfe, favourable),
        mae=mae,
        mae_before_stop=signal.mae_before_stop if stopped else mae,
        highest=bar.high if signal.highest is None else max(signal.highest, bar.high),
        lowest=bar.low if signal.lowest is None else min(signal.lowest, bar.low),
    )
