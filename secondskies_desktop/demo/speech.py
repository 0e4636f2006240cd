"""What the simulated indicator sends: the real shapes, field by field, with their real defects.

`UNIFIED_SNAPSHOT_V1` is what the trader's indicator sends today; the others are what it spoke before, for tests
and for logs (domain.md §4.5, §4.7).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from secondskies_desktop.demo import walk
from secondskies_desktop.demo.indicator import MINUTE_US, BarReport, Indicator, SimSignal
from secondskies_desktop.foundation.sessions import CHICAGO, NEW_YORK, new_york, session_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

MAX_SIGNALS = 12
MAX_TRIANGLES = 10
MAX_LENGTH = 3_600
_DEBUG = {
    "debug_pending": 0,
    "debug_active": 0,
    "debug_confirmed": 0,
    "debug_cancelled": 0,
    "debug_triangles": 0,
    "debug_watermark": 0,
    "debug_bar_index": 0,
    "debug_session_bars": 0,
    "debug_arrays": 0,
    "debug_version": 21,
    "debug_overflow": False,
}


class Generation(StrEnum):
    """Which of the indicator's languages is spoken."""

    SNAPSHOT = "snapshot"
    BATCH = "batch"
    STRATEGY = "strategy"
    TELEMETRY_Z = "telemetry-z"


@dataclass(frozen=True, slots=True)
class Defects:
    """How often the real indicator's faults happen, as shares of 1; `lost_quote` is always or never."""

    lost_quote: bool = True
    duplicate: float = 0.0
    repeated_exit: float = 0.0
    missing_creation: float = 0.0
    stray_quote: float = 0.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """One alert: its body and the close of the bar at which it is sent (µs UTC)."""

    body: bytes
    bar_close_us: int


def speak(
    seed: int,
    start_us: int,
    bars: int,
    generation: Generation = Generation.SNAPSHOT,
    defects: Defects | None = None,
) -> Iterator[Utterance]:
    """Yield the alerts of `bars` simulated minutes from the bar open `start_us` on."""
    for utterance, _ in speak_with_truth(seed, start_us, bars, generation, defects):
        yield utterance


def speak_with_truth(
    seed: int,
    start_us: int,
    bars: int,
    generation: Generation = Generation.SNAPSHOT,
    defects: Defects | None = None,
) -> Iterator[tuple[Utterance, Indicator]]:
    """Yield each alert with the indicator that sent it, whose signals are the truth behind it."""
    faults = Defects() if defects is None else defects
    chance = np.random.default_rng(seed + 1)
    indicator = Indicator()
    market = walk.minutes(seed, start_us)
    for _ in range(bars):
        report = indicator.take(next(market))
        close_us = report.bar.at_us + MINUTE_US
        for body in _SPEAKERS[generation](report, indicator, faults, chance):
            times = 2 if chance.random() < faults.duplicate else 1
            for _ in range(times):
                yield Utterance(body, close_us), indicator


def _number(value: float | None) -> str:
    """Write a number as Pine's str.tostring does: at most ten decimals, none that are zero."""
    if value is None:
        return "null"
    return f"{value:.10f}".rstrip("0").rstrip(".") or "0"


def _price(value: float | None) -> str:
    return "null" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _snapshot(
    report: BarReport, indicator: Indicator, faults: Defects, _chance: np.random.Generator
) -> Iterator[bytes]:
    bar = report.bar
    close_ms = (bar.at_us + MINUTE_US) // 1000
    debug = _DEBUG | {"debug_active": len(report.running), "debug_triangles": len(indicator.signals)}
    head = (
        '{"event_type":"UNIFIED_SNAPSHOT_V1",'
        + ",".join(f'"{name}":{json.dumps(value)}' for name, value in debug.items())
        + f',"symbol":"CME_MINI:MNQ1!","timeframe":"1","bar_ts":{close_ms}'
        + f',"open":{_price(bar.open)},"high":{_price(bar.high)}'
        + f',"low":{_price(bar.low)},"close":{_price(bar.close)}'
    )
    told = list(reversed(report.running))
    if report.confirmed is not None:
        told.insert(0, report.confirmed)
    signals = ",".join(_running_item(signal) for signal in told[:MAX_SIGNALS])
    born = indicator.signals[indicator.told :][:MAX_TRIANGLES]
    while True:
        triangles = ",".join(_triangle_item(signal, lost_quote=faults.lost_quote) for signal in born)
        body = f'{head},"signals":[{signals}],"triangles_delta":[{triangles}]}}'
        if len(body) <= MAX_LENGTH or not born:
            break
        born = born[:-1]
    indicator.told += len(born)
    if len(body) > MAX_LENGTH:
        short = head.replace(
            '"debug_overflow":false', f'"debug_overflow":true,"debug_payload_len":{len(body)}'
        )
        body = f'{short},"signals":[],"triangles_delta":[]}}'
    yield body.encode()


def _running_item(signal: SimSignal) -> str:
    confirmed = "null" if signal.confirmed_us is None else str(signal.confirmed_us // 1000)
    return (
        f'{{"trade_id":"{signal.trade_id}","triangle_time":{signal.triangle_us // 1000}'
        f',"confirmation_time":{confirmed}'
        f',"date":"{new_york(signal.triangle_us):%Y-%m-%d}","direction":"{signal.direction}"'
        f',"session":"{session_at(signal.triangle_us)}","entry":{_price(signal.entry)}'
        f',"stop":{_price(signal.stop)},"symbol":"MNQ1!","be_mfe":{signal.be_mfe:.2f}'
        f',"no_be_mfe":{signal.no_be_mfe:.2f},"mae":{signal.mae:.2f},"completed":false}}'
    )


def _triangle_item(signal: SimSignal, *, lost_quote: bool) -> str:
    """Write a new triangle; one that an overflow kept back has moved on by the time it is told."""
    at = new_york(signal.triangle_us)
    quote = "" if lost_quote else '"'
    confirmed = "null" if signal.confirmed_us is None else str(signal.confirmed_us // 1000)
    risk = None if signal.entry is None else signal.risk
    bars = "null" if signal.bars_to_confirm is None else str(signal.bars_to_confirm)
    return (
        f'{{"trade_id":"{signal.trade_id}","triangle_time":{signal.triangle_us // 1000}'
        f',"confirmation_time":{confirmed},"date":"{at:%Y-%m-%d}","time":"{at:%H:%M:%S}"'
        f',"direction":"{signal.direction}","session":"{session_at(signal.triangle_us)}"'
        f',"status":"{signal.status}","entry":{_price(signal.entry)},"stop":{_price(signal.stop)}'
        f',"risk":{_price(risk)},"bars_to_confirm":{bars}'
        f',"htf_daily":"{signal.htf["htf_daily"]}","htf_4h":"{signal.htf["htf_4h"]}"'
        f',"htf_1h":"{signal.htf["htf_1h"]}{quote},"htf_15m":"{signal.htf["htf_15m"]}"'
        f',"htf_5m":"{signal.htf["htf_5m"]}"}}'
    )


def _batch(
    report: BarReport, indicator: Indicator, faults: Defects, chance: np.random.Generator
) -> Iterator[bytes]:
    """December 2025: an alert per event in telemetry 1.0.0 without Z, and one batch of excursions a bar."""
    newest = indicator.signals[-1] if indicator.signals else None
    for kind, signals in (
        ("SIGNAL_CREATED", () if report.born is None else (report.born,)),
        ("ENTRY", () if report.confirmed is None else (report.confirmed,)),
        ("BE_TRIGGERED", report.triggered),
        ("EXIT_BREAK_EVEN", report.be_stopped),
        ("EXIT_STOP_LOSS", report.stopped),
    ):
        for signal in signals:
            if kind == "SIGNAL_CREATED" and chance.random() < faults.missing_creation:
                continue
            repeats = 30 if kind.startswith("EXIT") and chance.random() < faults.repeated_exit else 1
            for _ in range(repeats):
                yield _telemetry(kind, signal, newest or signal, "mae_global_r")
    if report.running:
        items = ",".join(
            f'{{"trade_id":"{one.trade_id}","direction":"{one.direction}","be_mfe":{_number(one.be_mfe)}'
            f',"no_be_mfe":{_number(one.no_be_mfe)},"mae_global_r":{_number(one.mae)}'
            f',"current_price":{_price(report.bar.close)}'
            f',"be_triggered":{json.dumps(one.be_triggered_us is not None)}}}'
            for one in report.running[-22:]
        )
        yield (
            f'{{"event_type":"MFE_UPDATE_BATCH","timestamp":"{_wall(report.bar.at_us, NEW_YORK)}"'
            f',"signals":[{items}]}}'
        ).encode()
    if report.bar.at_us // MINUTE_US % 60 == 0:
        yield (
            f'{{"event_type":"HEARTBEAT","timestamp":"{_wall(report.bar.at_us, NEW_YORK)}"'
            f',"signal_count":{len(indicator.signals)}}}'
        ).encode()


def _telemetry(
    kind: str, signal: SimSignal, newest: SimSignal, mae_name: str, stamp: str | None = None
) -> bytes:
    created = kind == "SIGNAL_CREATED"
    ended = kind.startswith("EXIT")
    price = signal.entry if kind == "EXIT_BREAK_EVEN" else signal.stop
    own = created or kind == "ENTRY"
    at = stamp or _wall((signal if own else newest).triangle_us, NEW_YORK)
    started = not own
    body: dict[str, Any] = {
        "schema_version": "1.0.0",
        "engine_version": "1.0.0",
        "strategy_name": "NQ_FVG_CORE",
        "strategy_id": "NQ_FVG_CORE",
        "strategy_version": "2025.11.20",
        "trade_id": signal.trade_id if stamp is None else _chicago_id(signal),
        "event_type": kind,
        "event_timestamp": at,
        "symbol": "MNQ1!",
        "exchange": "MNQ1!",
        "timeframe": "1",
        "session": session_at(signal.triangle_us).value,
        "direction": signal.direction,
        "entry_price": None if created else signal.entry,
        "stop_loss": None if created else signal.stop,
        "risk_R": 0 if created else 1,
        "position_size": 0 if created else 2,
        "be_price": None,
        "be_mfe": round(signal.be_mfe, 10) if started else 0,
        "no_be_mfe": round(signal.no_be_mfe, 10) if started else 0,
        mae_name: round(signal.mae, 10) if started else 0,
        "final_mfe_R": round(signal.no_be_mfe, 10) if ended else None,
        "exit_price": price if ended else None,
        "exit_timestamp": None,
        "exit_reason": _REASONS.get(kind),
        "setup": {"setup_family": "FVG_CORE", "signal_strength": 75},
        "market_state": {"trend_regime": signal.direction, "volatility_regime": "NORMAL"},
        "htf_alignment": {
            "daily": signal.htf["htf_daily"],
            "h4": signal.htf["htf_4h"],
            "h1": signal.htf["htf_1h"],
            "m15": signal.htf["htf_15m"],
            "m5": signal.htf["htf_5m"],
            "m1": signal.direction,
            "all_bullish": True,
            "all_bearish": True,
        },
    }
    if stamp is not None:
        body["mfe_R"], body["mae_R"] = body.pop("be_mfe"), 0
        del body["no_be_mfe"], body["htf_alignment"]
        body.pop(mae_name, None)
        body["mae_R"] = 0
    return json.dumps(body, separators=(",", ":")).encode()


_REASONS = {
    "SIGNAL_CREATED": "triangle_appeared",
    "EXIT_BREAK_EVEN": "be_stop_loss_hit",
    "EXIT_STOP_LOSS": "original_stop_loss_hit",
}


def _telemetry_z(
    report: BarReport, _indicator: Indicator, _faults: Defects, _chance: np.random.Generator
) -> Iterator[bytes]:
    """November 2025 to December 1: stamps are Chicago wall time labelled Z, the end of BE=1 is the only exit."""
    stamp = f"{_wall(report.bar.at_us, CHICAGO)}Z"
    for kind, signals in (
        ("ENTRY", () if report.confirmed is None else (report.confirmed,)),
        ("BE_TRIGGERED", report.triggered),
        ("MFE_UPDATE", [one for one in report.running if one.be_stopped_us is None]),
        ("EXIT_BREAK_EVEN", report.be_stopped),
    ):
        for signal in signals:
            yield _telemetry(kind, signal, signal, "mae_R", stamp)


def _strategy(
    report: BarReport, _indicator: Indicator, faults: Defects, chance: np.random.Generator
) -> Iterator[bytes]:
    """November 2025: `type` and `signal_id`, Chicago wall time of the confirmation bar."""
    at_ms = report.bar.at_us // 1000
    if report.confirmed is not None:
        yield _strategy_entry(report.confirmed, stray=chance.random() < faults.stray_quote)
    for signal in report.triggered:
        yield (
            f'{{"type":"BE_TRIGGERED","signal_id":"{_chicago_id(signal)}","be_hit":true'
            f',"be_mfe":{_number(signal.be_mfe)},"no_be_mfe":{_number(signal.no_be_mfe)},"timestamp":{at_ms}}}'
        ).encode()
    for signal in report.be_stopped:
        yield (
            f'{{"type":"EXIT_BREAK_EVEN","signal_id":"{_chicago_id(signal)}"'
            f',"completion_reason":"be_stop_loss_hit","final_be_mfe":{_number(signal.be_mfe)}'
            f',"final_no_be_mfe":{_number(signal.no_be_mfe)},"status":"completed","timestamp":{at_ms}}}'
        ).encode()
    for signal in report.running:
        if signal.be_stopped_us is None:
            yield (
                f'{{"type":"MFE_UPDATE","signal_id":"{_chicago_id(signal)}"'
                f',"current_price":{_price(report.bar.close)},"be_mfe":{_number(signal.be_mfe)}'
                f',"no_be_mfe":{_number(signal.no_be_mfe)},"status":"active","timestamp":{at_ms}}}'
            ).encode()


def _strategy_entry(signal: SimSignal, *, stray: bool) -> bytes:
    at = new_york(signal.triangle_us)
    quote = '"' if stray else ""
    return (
        f'{{"type":"ENTRY","signal_id":"{_chicago_id(signal)}","date":"{at:%Y-%m-%d}"'
        f',"time":"{at:%H:%M:%S}","bias":"{signal.direction}","session":"{session_at(signal.triangle_us)}"'
        f',"entry_price":{_price(signal.entry)}{quote},"sl_price":{_price(signal.stop)}'
        f',"risk_distance":{_price(signal.risk)},"be_hit":false,"be_mfe":0.00,"no_be_mfe":0.00'
        f',"status":"active","timestamp":{signal.triangle_us // 1000}}}'
    ).encode()


def _chicago_id(signal: SimSignal) -> str:
    at = new_york(signal.confirmed_us or signal.triangle_us).astimezone(CHICAGO)
    return f"{at:%Y%m%d_%H%M%S}000_{signal.direction.upper()}"


def _wall(at_us: int, zone: ZoneInfo) -> str:
    return f"{new_york(at_us).astimezone(zone):%Y-%m-%dT%H:%M:%S}"


_SPEAKERS = {
    Generation.SNAPSHOT: _snapshot,
    Generation.BATCH: _batch,
    Generation.STRATEGY: _strategy,
    Generation.TELEMETRY_Z: _telemetry_z,
}
