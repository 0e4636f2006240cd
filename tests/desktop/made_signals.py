"""Signals made from a seed, of every status and with every mark; data of the tests and of nothing else."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from secondskies_desktop.foundation.sessions import new_york, session_at, trade_date
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.outcome import LegFacts
from secondskies_desktop.signals.view import SignalView
from secondskies_desktop.signals.vocabulary import Direction, LegStatus, Status

MINUTE_US = 60_000_000
NOW_US = int(datetime(2025, 12, 10, 15, 42, 7, tzinfo=UTC).timestamp()) * 1_000_000
"""10:42:07 in New York, within NY AM."""
FRAMES = ("daily", "h4", "h1", "m15", "m5", "m1")


def a_view(begun_us: int = NOW_US, /, **changed: Any) -> SignalView:
    """Return a pending bullish signal of this minute, with whatever is to be different."""
    signal_us = begun_us
    direction = changed.get("direction") or Direction.BULLISH
    values: dict[str, object] = {
        "stream": "MNQ1! 1m",
        "trade_id": f"{new_york(signal_us):%Y%m%d_%H%M%S}000_{direction}",
        "symbol": "MNQ1!",
        "direction": Direction.BULLISH,
        "session": session_at(signal_us).value,
        "trade_date": str(trade_date(signal_us)),
        "status": Status.PENDING,
        "be_status": LegStatus.NOT_STARTED,
        "no_be_status": LegStatus.NOT_STARTED,
        "signal_us": signal_us,
        "confirmed_us": None,
        "entry_us": None,
        "be_triggered_us": None,
        "be_exit_us": None,
        "exit_us": None,
        "cancelled_us": None,
        "entry_price": None,
        "entry_open": None,
        "stop_loss": None,
        "risk_points": None,
        "be_mfe": None,
        "no_be_mfe": None,
        "mae": None,
        "bars_to_confirm": None,
        "htf": None,
        "event_counts": {"SIGNAL_CREATED": 1},
        "inferred": (),
        "ambiguous": False,
        "ambiguous_because": (),
        "other_be": None,
        "missing_minutes": 0,
        "sources": {"signal_at": "received"},
        "last_price": None,
        "last_event": "SIGNAL_CREATED",
        "last_event_us": signal_us,
        "first_received_us": signal_us + MINUTE_US,
        "last_received_us": signal_us + MINUTE_US,
    }
    return SignalView(**(values | changed))  # type: ignore[arg-type]


def a_row(number: int, view: SignalView | None = None, seq: int | None = None) -> SignalRow:
    """Return a signal as the projection hands it out."""
    return SignalRow(number, number if seq is None else seq, a_view() if view is None else view)


def made_signals(total: int, now_us: int = NOW_US, seed: int = 7) -> list[SignalRow]:
    """Return `total` signals, newest first: one about every eleven minutes, going back from `now_us`."""
    draw = random.Random(seed)
    rows, at_us, price = [], now_us // MINUTE_US * MINUTE_US - MINUTE_US, 24_847.25
    for place in range(total):
        direction = Direction.BULLISH if place % 2 else Direction.BEARISH
        rows.append(_one(draw, total - place, at_us, direction, price, age=place))
        at_us -= draw.randint(3, 19) * MINUTE_US
        price += draw.randint(-80, 80) * 0.25
    return rows


def _one(
    draw: random.Random, number: int, at_us: int, direction: Direction, price: float, age: int
) -> SignalRow:
    htf = {frame: draw.choice(["Bullish", "Bullish", "Bearish", "Neutral"]) for frame in FRAMES}
    begun: dict[str, object] = {"direction": direction, "htf": htf if draw.random() > 0.05 else None}
    lot = draw.random()
    if age == 0:
        return SignalRow(number, number, a_view(at_us, **begun))
    if age > 4 and lot < 0.42:
        gone_us = at_us + draw.randint(2, 9) * MINUTE_US
        return SignalRow(number, number, a_view(at_us, **begun, **_cancelled(draw, gone_us)))
    bars = draw.randint(1, 8)
    entry_us = at_us + bars * MINUTE_US
    if entry_us >= NOW_US:
        return SignalRow(number, number, a_view(at_us, **begun))
    entered = begun | _entered(draw, direction, price, at_us, bars)
    return SignalRow(number, number, a_view(at_us, **_run(draw, entered, entry_us, age)))


def _cancelled(draw: random.Random, gone_us: int) -> dict[str, object]:
    is_inferred = draw.random() < 0.3
    return {
        "status": Status.CANCELLED,
        "cancelled_us": gone_us,
        "event_counts": {"SIGNAL_CREATED": 1} | ({} if is_inferred else {"CANCELLED": 1}),
        "inferred": ("CANCELLED",) if is_inferred else (),
        "last_event": "CANCELLED",
        "last_event_us": gone_us,
    }


def _entered(
    draw: random.Random, direction: Direction, price: float, at_us: int, bars: int
) -> dict[str, object]:
    risk = draw.randint(16, 140) * 0.25
    return {
        "confirmed_us": at_us + (bars - 1) * MINUTE_US,
        "entry_us": at_us + bars * MINUTE_US,
        "entry_price": price,
        "stop_loss": price - direction.sign * risk,
        "risk_points": risk,
        "bars_to_confirm": bars,
        "event_counts": {"SIGNAL_CREATED": 1, "CONFIRMED": 1, "ENTRY": 1, "MFE_UPDATE": 3},
    }


def _run(draw: random.Random, entered: dict[str, object], entry_us: int, age: int) -> dict[str, object]:
    entry, risk, direction = entered["entry_price"], entered["risk_points"], entered["direction"]
    assert isinstance(entry, float)
    assert isinstance(risk, float)
    assert isinstance(direction, Direction)
    counts = dict(entered["event_counts"]) if isinstance(entered["event_counts"], dict) else {}
    best = round(draw.expovariate(0.75), 2)
    mae = round(-min(1.0, draw.expovariate(2.0)), 2)
    stays = age < 9 or draw.random() < 0.004
    ended_us = min(entry_us + draw.randint(1, 240) * MINUTE_US, NOW_US - MINUTE_US)
    run = entered | {
        "no_be_mfe": best,
        "be_mfe": best,
        "mae": mae,
        "status": Status.ACTIVE,
        "be_status": LegStatus.RUNNING,
        "no_be_status": LegStatus.RUNNING,
        "last_price": entry + direction.sign * risk * draw.uniform(mae, best),
        "last_event": "MFE_UPDATE",
        "last_event_us": ended_us,
    }
    if best >= 1:
        counts["BE_TRIGGERED"] = 1
        run |= {"status": Status.BE_PROTECTED, "be_triggered_us": entry_us + MINUTE_US}
        if draw.random() < 0.6 or not stays:
            counts["EXIT_BE"] = 1
            run |= {
                "status": Status.BE_STOPPED,
                "be_status": LegStatus.STOPPED_BE,
                "be_exit_us": ended_us,
                "be_mfe": round(1 + (best - 1) * draw.random(), 2),
                "last_event": "EXIT_BE",
            }
    if not stays:
        counts["EXIT_SL"] = 1
        run |= {
            "status": Status.COMPLETED,
            "no_be_status": LegStatus.STOPPED_SL,
            "be_status": LegStatus.STOPPED_BE if best >= 1 else LegStatus.STOPPED_SL,
            "exit_us": ended_us,
            "mae": -1.0,
            "last_event": "EXIT_SL",
        }
    return run | {"event_counts": counts} | _marks(draw)


def _marks(draw: random.Random) -> dict[str, object]:
    lot = draw.random()
    if lot < 0.04:
        return {
            "ambiguous": True,
            "ambiguous_because": ("one bar spans +1R and the stop",),
            "other_be": LegFacts(1.0, LegStatus.STOPPED_BE),
        }
    if lot < 0.10:
        return {"inferred": ("SIGNAL_CREATED",)}
    if lot < 0.14:
        return {"sources": {"signal_at": "received", "exit_at": "replayed"}}
    if lot < 0.17:
        return {"be_status": LegStatus.NOT_TRACKED, "be_mfe": None}
    return {}
