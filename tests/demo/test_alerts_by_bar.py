"""The alerts that speak of many signals, each against the body that it should be, letter by letter."""

from __future__ import annotations

import json

import pytest

from secondskies_desktop.demo import alerts_by_bar
from secondskies_desktop.demo.alerts_by_bar import MAX_LENGTH, Snapshots
from secondskies_desktop.demo.indicator import BarReport, Indicator
from secondskies_desktop.demo.journey import BEAR, SimSignal
from tests.demo.made_bars import MINUTE_US
from tests.demo.made_reports import BAR, came_back, died, pending, report, running

HEAD = (
    '{"event_type":"UNIFIED_SNAPSHOT_V1","debug_v":21,"debug_bars":1,"debug_all":1,"debug_run":1'
    ',"debug_told":0,"debug_new":1,"debug_conf":0,"debug_canc":0,"debug_stop":0,"debug_bias":"Bearish"'
    ',"debug_rt":true,"symbol":"CME_MINI:MNQ1!","timeframe":"1"'
    ',"bar_ts":1765292580000,"open":25654.75,"high":25660,"low":25651.5,"close":25655.5'
)
FOLLOWED = (
    '{"trade_id":"20251209_094200000_BULLISH","triangle_time":1765291320000'
    ',"confirmation_time":1765291500000,"date":"2025-12-09","direction":"Bullish","session":"NY AM"'
    ',"entry":25640.25,"stop":25628.25,"symbol":"MNQ1!","be_mfe":2.25,"no_be_mfe":2.25,"mae":-0.33'
    ',"completed":false}'
)
TRIANGLE = (
    '{"trade_id":"20251209_100200000_BULLISH","triangle_time":1765292520000,"confirmation_time":null'
    ',"date":"2025-12-09","time":"10:02:00","direction":"Bullish","session":"NY AM","status":"PENDING"'
    ',"entry":null,"stop":null,"risk":null,"bars_to_confirm":null,"htf_daily":"Neutral"'
    ',"htf_4h":"Bearish","htf_1h":"Bullish@,"htf_15m":"Neutral","htf_5m":"Bullish"}'
)


def knowing(*signals: SimSignal) -> Indicator:
    """Return an indicator that has seen these signals."""
    indicator = Indicator()
    indicator._signals.extend(signals)
    return indicator


@pytest.mark.parametrize(("lost", "quote"), [(True, ""), (False, '"')])
def test_that_a_snapshot_is_written_field_by_field_with_its_lost_quote(quote: str, *, lost: bool) -> None:
    said = Snapshots(lost_quote=lost).of_bar(report(born=pending(), running=(running(),)), knowing(pending()))
    triangle = TRIANGLE.replace("@", quote)
    assert said == f'{HEAD},"signals":[{FOLLOWED}],"triangles_delta":[{triangle}]}}'


def test_that_a_snapshot_has_eleven_debug_fields() -> None:
    said = json.loads(Snapshots(lost_quote=False).of_bar(report(), knowing()))
    assert sum(name.startswith("debug_") for name in said) == 11


def test_that_a_triangle_is_told_once() -> None:
    snapshots, indicator = Snapshots(lost_quote=False), knowing(pending())
    first, second = (json.loads(snapshots.of_bar(report(), indicator)) for _ in range(2))
    assert len(first["triangles_delta"]) == 1
    assert second["triangles_delta"] == []


def many(count: int) -> tuple[SimSignal, ...]:
    """Return running signals, a minute apart, oldest first."""
    return tuple(running(f"2025-12-09T14:{minute:02}") for minute in range(count))


def ids(said: str, name: str) -> list[str]:
    """Return the ids of a list in a body."""
    return [item["trade_id"] for item in json.loads(said)[name]]


def test_that_the_confirmed_comes_first_and_then_the_newest() -> None:
    trades, new = many(9), running("2025-12-09T14:59")
    said = Snapshots(lost_quote=False).of_bar(report(running=trades, confirmed=new), knowing())
    assert ids(said, "signals") == [signal.trade_id for signal in (new, *reversed(trades))]


def test_that_eleven_trades_find_room_and_twelve_do_not() -> None:
    snapshots = Snapshots(lost_quote=False)
    assert len(ids(snapshots.of_bar(report(running=many(11)), knowing()), "signals")) == 11
    assert "debug_overflow" in snapshots.of_bar(report(running=many(12)), knowing())


def test_that_the_thirteenth_trade_makes_no_snapshot_longer() -> None:
    lengths = [
        json.loads(Snapshots(lost_quote=False).of_bar(report(running=many(count)), knowing()))[
            "debug_payload_len"
        ]
        for count in (12, 13, 20)
    ]
    assert len(set(lengths)) == 1


def test_that_at_most_ten_triangles_are_told_at_once() -> None:
    snapshots = Snapshots(lost_quote=False)
    known = [pending(f"2025-12-09T14:{minute:02}") for minute in range(17)]
    told: list[str] = []
    for _ in range(4):
        said = snapshots.of_bar(report(), knowing(*known))
        assert len(said) <= MAX_LENGTH
        told += ids(said, "triangles_delta")
    assert told == [signal.trade_id for signal in known]


def test_that_a_snapshot_that_would_be_too_long_says_nothing_and_tells_it_later() -> None:
    snapshots, indicator = Snapshots(lost_quote=False), knowing(pending())
    full: BarReport = report(born=pending(), running=many(11))
    overflow = snapshots.of_bar(full, indicator)
    tail = overflow[overflow.index(',"debug_overflow"') :]
    length = json.loads(overflow)["debug_payload_len"]
    assert tail == (
        f',"debug_overflow":true,"debug_payload_len":{length},"signals":[],"triangles_delta":[]}}'
    )
    assert length > MAX_LENGTH
    # There is room for the trades without the triangle, and for it when fewer of them run.
    second = snapshots.of_bar(full, indicator)
    assert (len(ids(second, "signals")), ids(second, "triangles_delta")) == (11, [])
    assert ids(snapshots.of_bar(report(running=many(5)), indicator), "triangles_delta") == [
        pending().trade_id
    ]


def test_that_a_batch_is_written_field_by_field_oldest_first() -> None:
    assert alerts_by_bar.mfe_batch(report(running=(came_back(), running(direction=BEAR)))) == (
        '{"event_type":"MFE_UPDATE_BATCH","timestamp":"2025-12-09T10:02:00","signals":['
        '{"trade_id":"20251209_092000000_BULLISH","direction":"Bullish","be_mfe":1.5,"no_be_mfe":2.25'
        ',"mae_global_r":-0.3333333333,"current_price":25655.5,"be_triggered":true},'
        '{"trade_id":"20251209_094200000_BEARISH","direction":"Bearish","be_mfe":2.25,"no_be_mfe":2.25'
        ',"mae_global_r":-0.3333333333,"current_price":25655.5,"be_triggered":true}]}'
    )


def test_that_a_batch_tells_of_the_newest_that_fit_into_an_alert() -> None:
    said = alerts_by_bar.mfe_batch(report(running=many(40)))
    assert len(said) <= 4_000
    told = ids(said, "signals")
    assert 20 <= len(told) <= 22
    assert told == [signal.trade_id for signal in many(40)][-len(told) :]


def test_that_a_heartbeat_counts_the_signals() -> None:
    assert alerts_by_bar.heartbeat(report(), 1_969) == (
        '{"event_type":"HEARTBEAT","timestamp":"2025-12-09T10:02:00","signal_count":1969}'
    )


def test_that_an_export_is_written_field_by_field() -> None:
    assert alerts_by_bar.export([died()], -1, 7, BAR.at_us + MINUTE_US) == (
        '{"event_type":"INDICATOR_EXPORT_V2","batch_number":-1,"batch_size":1,"total_signals":7,"signals":['
        '{"trade_id":"20251209_081900000_BEARISH","triangle_time":1765286340000'
        ',"confirmation_time":1765286520000,"date":"2025-12-09","direction":"Bearish","session":"NY PRE"'
        ',"age":104,"entry":25640.25,"stop":25652.25,"be_mfe":0.5,"no_be_mfe":0.5,"mae":-1.6458333333'
        ',"completed":true}]}'
    )


def test_that_the_full_export_is_written_field_by_field() -> None:
    said = alerts_by_bar.all_signals_export([died(), pending()], 0, 2)
    assert said == (
        '{"event_type":"ALL_SIGNALS_EXPORT","batch_number":0,"batch_size":2,"total_signals":2,"signals":['
        '{"trade_id":"20251209_081900000_BEARISH","direction":"BEARISH","status":"COMPLETED"'
        ',"signal_time":1765286340000,"confirmation_time":1765286520000,"bars_to_confirm":3'
        ',"entry":25640.25,"stop":25652.25,"risk":12,"htf_daily":"NEUT","htf_4h":"BEAR","htf_1h":"BULL"'
        ',"htf_15m":"NEUT","htf_5m":"BULL","htf_1m":"BEAR"},'
        '{"trade_id":"20251209_100200000_BULLISH","direction":"BULLISH","status":"PENDING"'
        ',"signal_time":1765292520000,"confirmation_time":null,"bars_to_confirm":null,"entry":null'
        ',"stop":null,"risk":null,"htf_daily":"NEUT","htf_4h":"BEAR","htf_1h":"BULL","htf_15m":"NEUT"'
        ',"htf_5m":"BULL","htf_1m":"BULL"}]}'
    )
