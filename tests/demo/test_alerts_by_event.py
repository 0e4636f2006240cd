"""The alerts per event, each against the body that it should be, letter by letter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from secondskies_desktop.demo import alerts_by_event
from secondskies_desktop.demo.alerts_by_event import Scene
from secondskies_desktop.demo.event import Kind, Told
from secondskies_desktop.demo.fields import write
from secondskies_desktop.demo.journey import BEAR, SimSignal
from tests.demo.made_reports import came_back, died, pending, report, running

SCENE = Scene(report(), pending("2025-12-09T14:55", BEAR), 14.0)
COMMON = (
    '{"schema_version":"1.0.0","engine_version":"1.0.0","strategy_name":"NQ_FVG_CORE"'
    ',"strategy_id":"NQ_FVG_CORE","strategy_version":"2025.11.20"'
)
CHART = ',"symbol":"MNQ1!","exchange":"MNQ1!","timeframe":"1"'
LATEST_END = (
    ',"market_state":{"trend_regime":"Bearish","trend_score":1,"volatility_regime":"NORMAL"}'
    ',"htf_alignment":{"daily":"Neutral","h4":"Bearish","h1":"Bullish","m15":"Neutral","m5":"Bullish"'
    ',"m1":"Bearish","all_bullish":true,"all_bearish":true}}'
)
LATEST = [
    (
        Told(Kind.CREATED, pending()),
        COMMON + ',"trade_id":"20251209_100200000_BULLISH","event_type":"SIGNAL_CREATED"'
        ',"event_timestamp":"2025-12-09T10:02:00"' + CHART + ',"session":"NY AM","direction":"Bullish"'
        ',"entry_price":null,"stop_loss":null,"risk_R":0,"position_size":0,"be_price":null,"be_mfe":0'
        ',"no_be_mfe":0,"mae_global_r":0,"final_mfe_R":null,"exit_price":null,"exit_timestamp":null'
        ',"exit_reason":"triangle_appeared","targets":{"tp1_price":null,"tp2_price":null,"tp3_price":null'
        ',"target_Rs":[1,2,3]},"setup":{"setup_family":"FVG_CORE","setup_variant":"PENDING_CONFIRMATION"'
        ',"setup_id":"FVG_CORE_PENDING_CONFIRMATION","signal_strength":75}' + LATEST_END,
    ),
    (
        Told(Kind.BREAK_EVEN, came_back()),
        COMMON + ',"trade_id":"20251209_092000000_BULLISH","event_type":"EXIT_BREAK_EVEN"'
        ',"event_timestamp":"2025-12-09T09:55:00"' + CHART + ',"session":"NY PRE","direction":"Bullish"'
        ',"entry_price":25640.25,"stop_loss":25628.25,"risk_R":1,"position_size":5,"be_price":25640.25'
        ',"be_mfe":1.5,"no_be_mfe":2.25,"mae_global_r":-0.3333333333,"final_mfe_R":1.5'
        ',"exit_price":25640.25,"exit_timestamp":null,"exit_reason":"be_stop_loss_hit"'
        ',"targets":{"tp1_price":25652.25,"tp2_price":25664.25,"tp3_price":25676.25,"target_Rs":[1,2,3]}'
        ',"setup":{"setup_family":"FVG_CORE","setup_variant":"EXIT_BE","setup_id":"FVG_CORE_EXIT_BE"'
        ',"signal_strength":75}' + LATEST_END,
    ),
    (
        Told(Kind.STOP_LOSS, died()),
        COMMON + ',"trade_id":"20251209_081900000_BEARISH","event_type":"EXIT_STOP_LOSS"'
        ',"event_timestamp":"2025-12-09T09:55:00"' + CHART + ',"session":"NY PRE","direction":"Bearish"'
        ',"entry_price":25640.25,"stop_loss":25652.25,"risk_R":1,"position_size":5,"be_price":null'
        ',"be_mfe":0.5,"no_be_mfe":0.5,"mae_global_r":-0.875,"final_mfe_R":0.5,"exit_price":25652.25'
        ',"exit_timestamp":null,"exit_reason":"original_stop_loss_hit"'
        ',"targets":{"tp1_price":25628.25,"tp2_price":25616.25,"tp3_price":25604.25,"target_Rs":[1,2,3]}'
        ',"setup":{"setup_family":"FVG_CORE","setup_variant":"EXIT_SL","setup_id":"FVG_CORE_EXIT_SL"'
        ',"signal_strength":75}' + LATEST_END,
    ),
]


@pytest.mark.parametrize(("told", "body"), LATEST)
def test_that_the_latest_telemetry_is_written_field_by_field(told: Told, body: str) -> None:
    assert write(alerts_by_event.telemetry(told, SCENE)) == body


def test_that_an_entry_carries_its_own_triangle_as_its_time() -> None:
    body = alerts_by_event.telemetry(Told(Kind.ENTRY, running()), SCENE)
    assert body["event_timestamp"] == "2025-12-09T09:42:00"
    assert (body["be_mfe"], body["no_be_mfe"], body["mae_global_r"]) == (0, 0, 0)
    assert body["setup"]["setup_variant"] == "HTF_ALIGNED"


FIRST_END = (
    ',"confidence_components":{"trend_alignment":1,"structure_quality":0.8,"volatility_fit":0.7}}'
    ',"market_state":{"trend_regime":"Bearish","trend_score":0.8,"volatility_regime":"NORMAL","atr":null'
    ',"atr_percentile_20d":null,"daily_range_percentile_20d":null,"price_location":{"vs_daily_open":null'
    ',"vs_vwap":null,"distance_to_HTF_level_points":null},"structure":{"swing_state":"UNKNOWN"'
    ',"bos_choch_signal":"NONE","liquidity_context":"NEUTRAL"}}}'
)


def test_that_the_telemetry_labelled_z_is_chicagos_clock_and_exits_at_the_stop() -> None:
    told = Told(Kind.BREAK_EVEN, came_back())
    found = alerts_by_event.first_telemetry(told, SCENE, zulu=True, no_be_in_mae=False)
    assert write(found) == (
        COMMON + ',"trade_id":"20251209_082300000_BULLISH","event_type":"EXIT_BREAK_EVEN"'
        ',"event_timestamp":"2025-12-09T09:02:00Z"' + CHART + ',"session":"NY PRE","direction":"Bullish"'
        ',"entry_price":25640.25,"stop_loss":25628.25,"risk_R":1,"position_size":5,"be_price":25640.25'
        ',"mfe_R":1.5,"mae_R":0,"final_mfe_R":0,"exit_price":25628.25,"exit_timestamp":null'
        ',"exit_reason":"be_stop_loss_hit","targets":{"tp1_price":25652.25,"tp2_price":25664.25'
        ',"tp3_price":25676.25,"target_Rs":[1,2,3]},"setup":{"setup_family":"FVG_CORE"'
        ',"setup_variant":"EXIT_BE","setup_id":"FVG_CORE_EXIT_BE","signal_strength":75' + FIRST_END
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            Told(Kind.BREAK_EVEN, came_back()),
            {"exit_price": 25640.25, "final_mfe_R": None, "mfe_R": 1.5, "mae_R": 2.25},
        ),
        (Told(Kind.STOP_LOSS, died()), {"exit_price": 25652.25, "final_mfe_R": 0.5, "be_price": None}),
        (Told(Kind.ENTRY, running()), {"mfe_R": 0, "mae_R": 0, "event_timestamp": "2025-12-09T09:42:00"}),
    ],
)
def test_that_the_telemetry_of_december_2_is_new_yorks_clock(told: Told, said: dict[str, Any]) -> None:
    body = alerts_by_event.first_telemetry(told, SCENE, zulu=False, no_be_in_mae=True)
    assert body["trade_id"] == told.signal.trade_id
    assert {name: body[name] for name in said} == said


ENTRY_WORDS = (
    '{"type":"ENTRY","signal_id":"20251209_084500000_BULLISH","date":"2025-12-09","time":"09:42:00"'
    ',"bias":"Bullish","session":"NY AM","entry_price":25640.25@,"sl_price":25628.25@,"risk_distance":12@'
    ',"be_price":25640.25@,"target_1r":25652.25@,"target_2r":25664.25@,"target_3r":25676.25,"be_hit":false'
    ',"be_mfe":0.00,"no_be_mfe":0.00,"status":"active","timestamp":1765291320000}'
)


@pytest.mark.parametrize(
    ("told", "stray", "body"),
    [
        (Told(Kind.ENTRY, running()), False, ENTRY_WORDS.replace("@", "")),
        (Told(Kind.ENTRY, running()), True, ENTRY_WORDS.replace("@", '"')),
        (
            Told(Kind.UPDATE, running()),
            True,
            (
                '{"type":"MFE_UPDATE","signal_id":"20251209_084500000_BULLISH","current_price":25655.5'
                ',"be_mfe":2.25,"no_be_mfe":2.25,"lowest_low":25636.25,"highest_high":25667.25'
                ',"status":"active","timestamp":1765292520000}'
            ),
        ),
        (
            Told(Kind.TRIGGERED, running()),
            False,
            (
                '{"type":"BE_TRIGGERED","signal_id":"20251209_084500000_BULLISH","be_hit":true,"be_mfe":2.25'
                ',"no_be_mfe":2.25,"timestamp":1765292520000}'
            ),
        ),
        (
            Told(Kind.BREAK_EVEN, died()),
            False,
            (
                '{"type":"EXIT_BREAK_EVEN","signal_id":"20251209_072200000_BEARISH"'
                ',"completion_reason":"be_stop_loss_hit","final_be_mfe":0.5,"final_no_be_mfe":0.5'
                ',"status":"completed","timestamp":1765292520000}'
            ),
        ),
    ],
)
def test_that_the_strategys_alerts_are_written_field_by_field(told: Told, body: str, *, stray: bool) -> None:
    assert alerts_by_event.strategy(told, SCENE, stray_quote=stray) == body


def test_that_wrapped_telemetry_stands_in_attributes() -> None:
    told, inside = LATEST[1]
    assert write(alerts_by_event.wrapped(told, SCENE)) == (
        '{"event_type":"EXIT_BREAK_EVEN","trade_id":"20251209_092000000_BULLISH","attributes":' + inside + "}"
    )


@pytest.mark.parametrize(
    ("kind", "signal", "body"),
    [
        (
            Kind.CREATED,
            pending(),
            '{"automation_stage":"SIGNAL_DETECTED","signal_id":"20251209_100200_BULLISH"',
        ),
        (
            Kind.CONFIRMED,
            running(),
            '{"automation_stage":"CONFIRMATION_DETECTED","signal_id":"20251209_094200_BULLISH"',
        ),
        (
            Kind.CANCELLED,
            pending(),
            '{"automation_stage":"SIGNAL_CANCELLED","trade_id":"20251209_100200_BULLISH"',
        ),
        (Kind.ENTRY, running(), '{"automation_stage":"TRADE_ACTIVATED","trade_id":"20251209_094200_BULLISH"'),
        (Kind.UPDATE, running(), '{"automation_stage":"MFE_UPDATE","trade_id":"20251209_094200_BULLISH"'),
        (Kind.STOP_LOSS, died(), '{"automation_stage":"TRADE_RESOLVED","trade_id":"20251209_081900_BEARISH"'),
    ],
)
def test_that_the_oldest_alerts_name_their_stage(kind: Kind, signal: SimSignal, body: str) -> None:
    assert write(alerts_by_event.stage(Told(kind, signal), SCENE)).startswith(f"{body},")


@pytest.mark.parametrize(
    ("told", "reason", "price"),
    [
        (Told(Kind.BREAK_EVEN, came_back()), "be_stop_loss_hit", 25640.25),
        (Told(Kind.STOP_LOSS, died()), "original_stop_loss_hit", 25652.25),
    ],
)
def test_that_a_resolved_trade_says_which_stop(told: Told, reason: str, price: float) -> None:
    body = json.loads(write(alerts_by_event.stage(told, SCENE)))
    assert (body["exit_reason"], body["exit_price"]) == (reason, price)
