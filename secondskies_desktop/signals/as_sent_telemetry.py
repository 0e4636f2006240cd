"""Telemetry 1.0.0 exactly as the indicator sends it, parsed and checked in one step.

This is the same reading as `alerts_by_event.telemetry`, for bodies that have only fields of the template, each
once, of the right kind and in range; whatever else a body is, it goes the general way, which also knows the reason.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from secondskies_desktop.signals.alerts_by_event import (
    Telemetry,
    event_of_telemetry,
    excursions,
    single,
)
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.fields import MAX_PRICE, MAX_R, printable
from secondskies_desktop.signals.strict_json import Scalar

_Text = Annotated[str, msgspec.Meta(max_length=200)] | None | UnsetType
_Excursion = Annotated[float, msgspec.Meta(ge=-MAX_R, le=MAX_R)] | None | UnsetType
_Price = Annotated[float, msgspec.Meta(gt=0.0, le=MAX_PRICE)] | None | UnsetType
_Any = Scalar | UnsetType
"""A constant of the template: bounded, and of no meaning (domain.md §3)."""


class _Part(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A part of the template. An absent field is unset, which is something else than null."""


class _Targets(_Part):
    tp1_price: _Any = UNSET
    tp2_price: _Any = UNSET
    tp3_price: _Any = UNSET
    target_Rs: list[Scalar] | UnsetType = UNSET  # noqa: N815 - the template's own spelling


class _Components(_Part):
    trend_alignment: _Any = UNSET
    structure_quality: _Any = UNSET
    volatility_fit: _Any = UNSET


class _Setup(_Part):
    setup_family: _Any = UNSET
    setup_variant: _Any = UNSET
    setup_id: _Any = UNSET
    signal_strength: _Any = UNSET
    confidence_components: _Components | UnsetType = UNSET


class _PriceLocation(_Part):
    vs_daily_open: _Any = UNSET
    vs_vwap: _Any = UNSET
    distance_to_HTF_level_points: _Any = UNSET  # noqa: N815 - the template's own spelling


class _Structure(_Part):
    swing_state: _Any = UNSET
    bos_choch_signal: _Any = UNSET
    liquidity_context: _Any = UNSET


class _MarketState(_Part):
    trend_regime: _Any = UNSET
    trend_score: _Any = UNSET
    volatility_regime: _Any = UNSET
    atr: _Any = UNSET
    atr_percentile_20d: _Any = UNSET
    daily_range_percentile_20d: _Any = UNSET
    price_location: _PriceLocation | UnsetType = UNSET
    structure: _Structure | UnsetType = UNSET


class _Telemetry(_Part):
    schema_version: str
    event_type: str
    trade_id: str
    event_timestamp: _Text = UNSET
    symbol: _Text = UNSET
    direction: _Any = UNSET
    entry_price: _Price = UNSET
    stop_loss: _Price = UNSET
    exit_price: _Price = UNSET
    exit_reason: _Text = UNSET
    be_mfe: _Excursion = UNSET
    no_be_mfe: _Excursion = UNSET
    mae_global_r: _Excursion = UNSET
    mfe_R: _Excursion = UNSET  # noqa: N815 - the template's own spelling
    mae_R: _Excursion = UNSET  # noqa: N815 - the same
    htf_alignment: dict[str, Scalar] | UnsetType = UNSET
    engine_version: _Any = UNSET
    strategy_name: _Any = UNSET
    strategy_id: _Any = UNSET
    strategy_version: _Any = UNSET
    exchange: _Any = UNSET
    timeframe: _Any = UNSET
    session: _Any = UNSET
    risk_R: _Any = UNSET  # noqa: N815 - the same
    position_size: _Any = UNSET
    be_price: _Any = UNSET
    final_mfe_R: _Any = UNSET  # noqa: N815 - the same
    exit_timestamp: _Any = UNSET
    targets: _Targets | UnsetType = UNSET
    setup: _Setup | UnsetType = UNSET
    market_state: _MarketState | UnsetType = UNSET


_START = b'{"schema_version":"'
_decode = msgspec.json.Decoder(_Telemetry).decode
_encode = msgspec.json.Encoder().encode


def telemetry_as_sent(body: bytes, arrival_us: int) -> Decoded | None:
    """Return what a regular telemetry body says, None for any other body."""
    if not body.startswith(_START):
        return None
    try:
        said = _decode(body)
        # Written again, each key stands once: as many quotes mean that none was repeated.
        if b"\\" in body or _encode(said).count(b'"') != body.count(b'"'):
            return None
        event = event_of_telemetry(_meaning(said), arrival_us)
    except (msgspec.DecodeError, UnicodeError, Undecodable):
        return None
    stamp = said.event_timestamp
    zulu = isinstance(stamp, str) and stamp.endswith("Z")
    return single("telemetry-z" if zulu else "telemetry", event)


def _meaning(said: _Telemetry) -> Telemetry:
    return Telemetry(
        said.event_type,
        _text(said.exit_reason),
        said.trade_id,
        _text(said.event_timestamp),
        said.direction,
        _text(said.symbol),
        said.entry_price or None,
        said.stop_loss or None,
        said.exit_price or None,
        said.htf_alignment,
        excursions(
            _favourable(said.be_mfe),
            _favourable(said.no_be_mfe),
            _adverse(said.mae_global_r),
            _favourable(said.mfe_R),
            None if said.mae_R is UNSET else said.mae_R,
        ),
        None,
    )


def _text(value: str | UnsetType | None) -> str | None:
    return None if value is None or value is UNSET else printable(value)


def _favourable(value: float | UnsetType | None) -> float | None:
    return None if value is None or value is UNSET else value if value > 0 else 0.0


def _adverse(value: float | UnsetType | None) -> float | None:
    return None if value is None or value is UNSET else value if value < 0 else 0.0
