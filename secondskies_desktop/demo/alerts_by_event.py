"""The generations that sent one alert per event, written field by field (domain.md §4.1, §4.5, §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from secondskies_desktop.demo.event import ENDS, Kind, Told
from secondskies_desktop.demo.fields import chicago_id, number, oldest_id, wall, write
from secondskies_desktop.foundation.sessions import CHICAGO, NEW_YORK, new_york, session_at

if TYPE_CHECKING:
    from secondskies_desktop.demo.indicator import BarReport
    from secondskies_desktop.demo.journey import SimSignal

_HOUR_US = 3_600_000_000
_POINTS_PER_POSITION = 75
"""What the position size was divided from in the logs: 75 points by the newest stop, in whole contracts."""
_VARIANTS = {
    Kind.CREATED: "PENDING_CONFIRMATION",
    Kind.ENTRY: "HTF_ALIGNED",
    Kind.UPDATE: "ACTIVE",
    Kind.TRIGGERED: "BE_PROTECTED",
    Kind.BREAK_EVEN: "EXIT_BE",
    Kind.STOP_LOSS: "EXIT_SL",
}
_REASONS = {
    Kind.CREATED: "triangle_appeared",
    Kind.BREAK_EVEN: "be_stop_loss_hit",
    Kind.STOP_LOSS: "original_stop_loss_hit",
}
_STAGES = {
    Kind.CREATED: "SIGNAL_DETECTED",
    Kind.CANCELLED: "SIGNAL_CANCELLED",
    Kind.CONFIRMED: "CONFIRMATION_DETECTED",
    Kind.ENTRY: "TRADE_ACTIVATED",
    Kind.UPDATE: "MFE_UPDATE",
    Kind.BREAK_EVEN: "TRADE_RESOLVED",
    Kind.STOP_LOSS: "TRADE_RESOLVED",
}
_STATELESS = {"atr": None, "atr_percentile_20d": None, "daily_range_percentile_20d": None}
_PRICE_LOCATION = {"vs_daily_open": None, "vs_vwap": None, "distance_to_HTF_level_points": None}
_STRUCTURE = {
    "swing_state": "UNKNOWN",
    "bos_choch_signal": "NONE",
    "liquidity_context": "NEUTRAL",
}
_CONFIDENCE = {"trend_alignment": 1, "structure_quality": 0.8, "volatility_fit": 0.7}


class Scene(NamedTuple):
    """What an alert takes from elsewhere: the bar, the newest triangle, the newest stop's distance."""

    report: BarReport
    newest: SimSignal
    newest_risk: float | None


def telemetry(told: Told, scene: Scene) -> dict[str, Any]:
    """Return telemetry 1.0.0 as of December 10: three excursions, stamps in New York time without Z."""
    kind, signal = told
    after = kind not in (Kind.CREATED, Kind.ENTRY)
    mae = signal.mae_before_stop if after else 0
    excursions = {
        "be_mfe": signal.be_mfe if after else 0,
        "no_be_mfe": signal.no_be_mfe if after else 0,
        "mae_global_r": mae,
    }
    final = {Kind.BREAK_EVEN: signal.be_mfe, Kind.STOP_LOSS: signal.no_be_mfe}.get(kind)
    exit_price = {Kind.BREAK_EVEN: signal.entry, Kind.STOP_LOSS: signal.stop}.get(kind)
    body = _common(told, scene, signal.trade_id, _newest_stamp(told, scene))
    body |= excursions | _exit(kind, final, exit_price) | {"targets": _targets(signal)}
    body["setup"] = _setup(kind)
    body["market_state"] = {
        "trend_regime": scene.report.bias,
        "trend_score": 1,
        "volatility_regime": "NORMAL",
    }
    body["htf_alignment"] = {
        "daily": signal.htf["htf_daily"],
        "h4": signal.htf["htf_4h"],
        "h1": signal.htf["htf_1h"],
        "m15": signal.htf["htf_15m"],
        "m5": signal.htf["htf_5m"],
        "m1": scene.report.bias,
        "all_bullish": True,
        "all_bearish": True,
    }
    return body


def first_telemetry(told: Told, scene: Scene, *, zulu: bool, no_be_in_mae: bool) -> dict[str, Any]:
    """Return telemetry 1.0.0 with `mfe_R` and `mae_R`.

    With `zulu`, up to December 1: id and stamp are Chicago's clock, labelled Z, and an exit carries
    the original stop. Without, December 2: both are New York's, and the exit of the BE=1 strategy
    carries the entry.
    """
    kind, signal = told
    after = kind not in (Kind.CREATED, Kind.ENTRY)
    final: float | None = None
    exit_price: float | None = None
    if kind is Kind.STOP_LOSS:
        final, exit_price = signal.no_be_mfe, signal.stop
    elif kind is Kind.BREAK_EVEN:
        final, exit_price = (0, signal.stop) if zulu else (None, signal.entry)
    if zulu:
        trade_id, stamp = chicago_id(signal), f"{wall(scene.report.bar.at_us, CHICAGO)}Z"
    else:
        trade_id, stamp = signal.trade_id, _newest_stamp(told, scene)
    body = _common(told, scene, trade_id, stamp)
    body["mfe_R"] = signal.be_mfe if after else 0
    body["mae_R"] = signal.no_be_mfe if after and no_be_in_mae else 0
    body |= _exit(kind, final, exit_price) | {"targets": _targets(signal)}
    body["setup"] = _setup(kind) | {"confidence_components": _CONFIDENCE}
    body["market_state"] = {
        "trend_regime": scene.report.bias,
        "trend_score": 0.8,
        "volatility_regime": "NORMAL",
        **_STATELESS,
        "price_location": _PRICE_LOCATION,
        "structure": _STRUCTURE,
    }
    return body


def _common(told: Told, scene: Scene, trade_id: str, stamp: str) -> dict[str, Any]:
    kind, signal = told
    created = kind is Kind.CREATED
    protected = kind is Kind.BREAK_EVEN or signal.be_triggered_us is not None
    return {
        "schema_version": "1.0.0",
        "engine_version": "1.0.0",
        "strategy_name": "NQ_FVG_CORE",
        "strategy_id": "NQ_FVG_CORE",
        "strategy_version": "2025.11.20",
        "trade_id": trade_id,
        "event_type": kind.value,
        "event_timestamp": stamp,
        "symbol": "MNQ1!",
        "exchange": "MNQ1!",
        "timeframe": "1",
        "session": _session(signal),
        "direction": signal.word,
        "entry_price": None if created else signal.entry,
        "stop_loss": None if created else signal.stop,
        "risk_R": 0 if created else 1,
        "position_size": 0 if created else _position(scene.newest_risk),
        "be_price": signal.entry if protected else None,
    }


def _exit(kind: Kind, final: float | None, price: float | None) -> dict[str, Any]:
    return {
        "final_mfe_R": final,
        "exit_price": price,
        "exit_timestamp": None,
        "exit_reason": _REASONS.get(kind),
    }


def _newest_stamp(told: Told, scene: Scene) -> str:
    """Return the newest triangle's time, which the indicator gives as that of the event (domain.md §4.7)."""
    own = told.kind in (Kind.CREATED, Kind.ENTRY)
    return wall((told.signal if own else scene.newest).triangle_us, NEW_YORK)


def _position(risk: float | None) -> int:
    return int(_POINTS_PER_POSITION / risk) if risk is not None and risk > 0 else 0


def _session(signal: SimSignal) -> str:
    """Return the session by Chicago's clock, as the older payloads do (domain.md §4.7)."""
    return session_at(signal.triangle_us - _HOUR_US).value


def _targets(signal: SimSignal) -> dict[str, Any]:
    entry, risk = signal.entry, signal.risk
    prices = [
        None if entry is None or risk is None else entry + signal.sign * times * risk for times in (1, 2, 3)
    ]
    return {
        **{f"tp{times}_price": price for times, price in enumerate(prices, start=1)},
        "target_Rs": [1, 2, 3],
    }


def _setup(kind: Kind) -> dict[str, Any]:
    variant = _VARIANTS[kind]
    return {
        "setup_family": "FVG_CORE",
        "setup_variant": variant,
        "setup_id": f"FVG_CORE_{variant}",
        "signal_strength": 75,
    }


def wrapped(told: Told, scene: Scene) -> dict[str, Any]:
    """Return telemetry inside `attributes`, with its kind and id beside it."""
    inside = telemetry(told, scene)
    return {
        "event_type": inside["event_type"],
        "trade_id": inside["trade_id"],
        "attributes": inside,
    }


def strategy(told: Told, scene: Scene, *, stray_quote: bool) -> str:
    """Return a `type` + `signal_id` alert; `stray_quote` spoils an ENTRY as it was in life."""
    kind, signal = told
    at_ms = scene.report.bar.at_us // 1000
    head = {"type": kind.value, "signal_id": chicago_id(signal)}
    excursions = {"be_mfe": signal.be_mfe, "no_be_mfe": signal.no_be_mfe}
    match kind:
        case Kind.ENTRY:
            return _strategy_entry(signal, '"' if stray_quote else "")
        case Kind.TRIGGERED:
            return write(head | {"be_hit": True} | excursions | {"timestamp": at_ms})
        case Kind.BREAK_EVEN:
            final = {
                "completion_reason": "be_stop_loss_hit",
                "final_be_mfe": signal.be_mfe,
                "final_no_be_mfe": signal.no_be_mfe,
                "status": "completed",
                "timestamp": at_ms,
            }
            return write(head | final)
        case _:
            extremes = {"lowest_low": signal.lowest, "highest_high": signal.highest}
            rest = {"status": "active", "timestamp": at_ms}
            price = {"current_price": scene.report.bar.close}
            return write(head | price | excursions | extremes | rest)


def _strategy_entry(signal: SimSignal, quote: str) -> str:
    at = new_york(signal.triangle_us)
    targets = _targets(signal)
    return (
        f'{{"type":"ENTRY","signal_id":"{chicago_id(signal)}","date":"{at:%Y-%m-%d}","time":"{at:%H:%M:%S}"'
        f',"bias":"{signal.word}","session":"{_session(signal)}","entry_price":{number(signal.entry)}{quote}'
        f',"sl_price":{number(signal.stop)}{quote},"risk_distance":{number(signal.risk)}{quote}'
        f',"be_price":{number(signal.entry)}{quote},"target_1r":{number(targets["tp1_price"])}{quote}'
        f',"target_2r":{number(targets["tp2_price"])}{quote},"target_3r":{number(targets["tp3_price"])}'
        f',"be_hit":false,"be_mfe":0.00,"no_be_mfe":0.00,"status":"active"'
        f',"timestamp":{signal.triangle_us // 1000}}}'
    )


def stage(told: Told, scene: Scene) -> dict[str, Any]:
    """Return the oldest shape, which names an `automation_stage`; before the trade, by `signal_id`."""
    kind, signal = told
    first = kind in (Kind.CREATED, Kind.CONFIRMED)
    body: dict[str, Any] = {
        "automation_stage": _STAGES[kind],
        "signal_id" if first else "trade_id": oldest_id(signal),
        "direction": signal.word,
    }
    if kind is Kind.CANCELLED:
        return body | {"exit_reason": "opposite_signal_before_confirmation"}
    if kind not in (Kind.CREATED, Kind.CONFIRMED):
        body |= {"entry_price": signal.entry, "stop_loss": signal.stop}
    if kind is Kind.UPDATE:
        body |= {"be_mfe": signal.be_mfe, "no_be_mfe": signal.no_be_mfe}
        body |= {"mae_global_r": signal.mae, "current_price": scene.report.bar.close}
    if kind in ENDS:
        price = signal.entry if kind is Kind.BREAK_EVEN else signal.stop
        body |= {"exit_reason": _REASONS[kind], "exit_price": price}
    return body
