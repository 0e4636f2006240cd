"""Signals and reports by hand, for what is said of them."""

from __future__ import annotations

import msgspec

from secondskies_desktop.demo.indicator import BarReport
from secondskies_desktop.demo.journey import BEAR, BULL, COMPLETED, CONFIRMED, SimSignal
from secondskies_desktop.foundation.sessions import new_york, session_at
from secondskies_desktop.market.bars import Bar
from tests.demo.made_bars import MINUTE_US, us

HTF = {
    "htf_daily": "Neutral",
    "htf_4h": "Bearish",
    "htf_1h": "Bullish",
    "htf_15m": "Neutral",
    "htf_5m": "Bullish",
}
BAR = Bar(us("2025-12-09T15:02"), 25654.75, 25660.0, 25651.5, 25655.5)


def pending(at: str = "2025-12-09T15:02", direction: str = BULL) -> SimSignal:
    """Return a triangle by its bar in UTC."""
    at_us = us(at)
    trade_id = f"{new_york(at_us):%Y%m%d_%H%M%S}000_{direction}"
    return SimSignal(trade_id, direction, at_us, session_at(at_us), 25661.0, 25650.0, HTF)


def running(at: str = "2025-12-09T14:42", direction: str = BULL) -> SimSignal:
    """Return a trade that runs: triggered, and still on at 2.25R."""
    signal = pending(at, direction)
    sign = signal.sign
    return msgspec.structs.replace(
        signal,
        status=CONFIRMED,
        confirmation_us=signal.triangle_us + 3 * MINUTE_US,
        bars_to_confirm=3,
        entry=25640.25,
        stop=25640.25 - sign * 12,
        entry_us=signal.triangle_us + 4 * MINUTE_US,
        entry_open=25640.5,
        be_triggered_us=signal.triangle_us + 6 * MINUTE_US,
        be_mfe=2.25,
        no_be_mfe=2.25,
        mae=-1 / 3,
        mae_before_stop=-1 / 3,
        highest=25667.25,
        lowest=25636.25,
    )


def died(at: str = "2025-12-09T13:19") -> SimSignal:
    """Return a bearish trade whose stop was hit before +1R, on the bar of the reports."""
    return msgspec.structs.replace(
        running(at, BEAR),
        status=COMPLETED,
        be_triggered_us=None,
        be_stopped_us=BAR.at_us,
        no_be_stopped_us=BAR.at_us,
        be_mfe=0.5,
        no_be_mfe=0.5,
        mae=-1.6458333333,
        mae_before_stop=-0.875,
    )


def came_back(at: str = "2025-12-09T14:20") -> SimSignal:
    """Return a trade that came back to its entry on the bar of the reports; the No-BE strategy goes on."""
    return msgspec.structs.replace(running(at), be_stopped_us=BAR.at_us, be_mfe=1.5)


def report(
    *,
    born: SimSignal | None = None,
    confirmed: SimSignal | None = None,
    entered: SimSignal | None = None,
    cancelled: SimSignal | None = None,
    triggered: tuple[SimSignal, ...] = (),
    be_stopped: tuple[SimSignal, ...] = (),
    stopped: tuple[SimSignal, ...] = (),
    running: tuple[SimSignal, ...] = (),
) -> BarReport:
    """Return the report of the bar of 10:02 New York on which so much happened."""
    return BarReport(
        BAR,
        "Bearish",
        HTF,
        born,
        cancelled,
        confirmed,
        entered,
        triggered,
        be_stopped,
        stopped,
        running,
    )
