"""What strangers may send: bounds, broken bytes, named repairs, and laws over all of them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.foundation.sessions import Session, session_at, trade_date
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.wire import MAX_BODY_BYTES, decode

BODIES = Path(__file__).parent / "bodies"
ARRIVAL = 1_765_292_282_000_000


def body(name: str) -> bytes:
    """Return the bytes of a hand-made body, without the line's end."""
    return (BODIES / name).read_bytes().rstrip()


def heartbeat(more: bytes = b"") -> bytes:
    """Return a heartbeat with something more in it."""
    return b'{"event_type":"HEARTBEAT","timestamp":"2025-12-09T10:02:00","signal_count":1%b}' % more


def nested(levels: int) -> bytes:
    """Return a heartbeat with lists nested so deep that the body has `levels` levels."""
    return heartbeat(b',"x":%b%b' % (b"[" * (levels - 1), b"]" * (levels - 1)))


def entry(trade_id: str) -> bytes:
    """Return a direct alert of a trade id."""
    return json.dumps({"event_type": "ENTRY", "trade_id": trade_id}, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", "empty body"),
        (b" \r\n\t", "empty body"),
        (b"[]", "not a JSON object"),
        (b"1", "not a JSON object"),
        (b'"ENTRY"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b"{}", "no known alert"),
        (b"MNQ1! crossing 25000", "not JSON"),
        (b"\0", "not JSON"),
        (heartbeat()[:-1], "not JSON"),
        (heartbeat(b',"x":"\0"'), "not JSON"),
        (heartbeat(b',"x":NaN'), "not JSON"),
        (heartbeat(b',"x":Infinity'), "not JSON"),
        (heartbeat(b',"x":-Infinity'), "not JSON"),
        (heartbeat(b',"x":1e999'), "out of range"),
        (heartbeat(b',"x":-1e16'), "out of range"),
        (heartbeat(b',"x":1180591620717411303424'), "out of range"),
        (heartbeat(b',"x":' + b"9" * 5_000), "out of range"),
        (heartbeat(b',"x":"\\ud800"'), "not JSON"),
        (heartbeat(b',"x":"\xed\xa0\x80"'), "not UTF-8"),
        (heartbeat(b',"x":"\xff"'), "not UTF-8"),
        (heartbeat(b',"\xff":1'), "not UTF-8"),
        (heartbeat().decode().encode("utf-16"), "not JSON"),
        (b"\xef\xbb\xbf\xef\xbb\xbf" + heartbeat(), "not JSON"),
        (nested(21), "deeper than 20"),
        (b"[" * 100_000, "deeper than 20"),
        (b" " * (MAX_BODY_BYTES + 1), "larger than"),
        (b'{"event_type":"TELEPORTED","trade_id":"A"}', "unknown event type"),
        (b'{"event_type":7,"trade_id":"A"}', "event type is not a text"),
        (b'{"event_type":{"a":1},"trade_id":"A"}', "event type is not a text"),
        (b'{"event_type":"ENTRY"}', "missing"),
        (b'{"event_type":"ENTRY","trade_id":7}', "trade_id: not a text"),
        (b'{"event_type":"ENTRY","trade_id":"A","entry_price":"dear"}', "entry_price: not a number"),
        (b'{"event_type":"ENTRY","trade_id":"A","entry_price":"NaN"}', "entry_price: not a number"),
        (b'{"event_type":"ENTRY","trade_id":"A","entry_price":true}', "entry_price: not a number"),
        (b'{"event_type":"ENTRY","trade_id":"A","entry_price":-1}', "above zero"),
        (b'{"event_type":"ENTRY","trade_id":"A","event_timestamp":"soon"}', "not a time"),
        (b'{"event_type":"UNIFIED_SNAPSHOT_V1"}', "bar_ts: missing"),
        (b'{"event_type":"UNIFIED_SNAPSHOT_V1","bar_ts":1765292282}', "milliseconds"),
        (b'{"event_type":"UNIFIED_SNAPSHOT_V1","bar_ts":1,"timeframe":"D"}', "milliseconds"),
        (b'{"contract":3,"events":[]}', "unknown contract: only 2"),
        (b'{"event_type":"MFE_UPDATE_BATCH","signals":{}}', "not a list"),
        (b'{"contract":2,"events":[]}', "bar: missing"),
    ],
)
def test_that_what_cannot_be_decoded_has_a_reason(broken: bytes, reason: str) -> None:
    with pytest.raises(Undecodable, match=re.escape(reason)):
        decode(broken, ARRIVAL)


@pytest.mark.parametrize(
    "odd",
    [
        nested(20),
        heartbeat().ljust(MAX_BODY_BYTES),
        heartbeat(b',"x":"\\ud83d\\ude00"'),
        heartbeat(b',"x":1e15,"y":-1e15'),
        heartbeat(b',"x":":a","y":"\\":b","z" : ":"'),
        heartbeat(b',"x":{"a":1},"y":{"a":1}'),
    ],
)
def test_that_what_is_only_odd_is_decoded(odd: bytes) -> None:
    assert decode(odd, ARRIVAL).rule == "heartbeat"


@pytest.mark.parametrize(
    "more",
    [
        b',"x":1,"x":2',
        b',"x":1,"x":1',
        b',"y":{"x":1,"x":2}',
        b',"y":[[{"x":1,"x":2}]]',
        b',"x" :1,"x"\t:2',
        b',"x"\n:1,"x":2',
        b',"x":1,"\\u0078":2',
        b',"x":":a","x":":b"',
        b',"s":"\\":","x":1,"x":2',
        b',"signal_count":2',
    ],
)
def test_that_a_key_that_stands_twice_is_ambiguous(more: bytes) -> None:
    with pytest.raises(Undecodable, match="stands twice"):
        decode(heartbeat(more), ARRIVAL)


@pytest.mark.parametrize(
    ("trade_id", "reason"),
    [
        ("", "empty"),
        ("2,025,1209_094200000_BULLISH", "thousands separator"),
        ("20251209 094200_BULLISH", "characters"),
        ("20251209_094200_BULLISH\n", "characters"),
        ("20251209_094200_BULLISH;", "characters"),
        ("\uff12\uff10\uff12\uff151209_094200_BULLISH", "characters"),
        ("A" * 65, "characters"),
        ("A" * 200_000, "characters"),
        ("20251309_094200_BULLISH", "no such time"),
        ("20251209_254200000_BULLISH", "no such time"),
        ("20250229_094200000_BULLISH", "no such time"),
    ],
)
def test_that_an_id_that_cannot_be_a_key_is_refused(trade_id: str, reason: str) -> None:
    with pytest.raises(Undecodable, match=reason):
        decode(entry(trade_id), ARRIVAL)


def test_that_six_and_nine_digits_of_an_id_read_the_same() -> None:
    short, long = (
        decode(entry(f"20251209_{digits}_BULLISH"), ARRIVAL).events[0] for digits in ("094200", "094200000")
    )
    assert short.signal_us == long.signal_us


def test_that_an_id_in_the_hour_that_spring_leaves_out_has_no_time() -> None:
    assert decode(entry("20260308_023000000_BULLISH"), ARRIVAL).events[0].signal_us is None


@pytest.mark.parametrize("trade_id", ["00010101_000000_BULLISH", "99991231_235959_BULLISH"])
def test_that_an_id_never_gives_a_time_that_no_calendar_can_show(trade_id: str) -> None:
    try:
        event = decode(entry(trade_id), ARRIVAL).events[0]
    except Undecodable:
        return
    if event.signal_us is not None:
        assert session_at(event.signal_us) in Session
        assert trade_date(event.signal_us).year > 0


def test_that_a_symbol_object_in_an_escaped_string_is_unwrapped() -> None:
    wrapped = json.dumps('={"backadjustment":"default","symbol":"CME_MINI:MNQ1!"}').encode()
    plain = body("snapshot_plain.json")
    found = decode(plain.replace(b'"CME_MINI:MNQ1!"', wrapped), ARRIVAL)
    assert found.symbol == "MNQ1!"


@pytest.mark.parametrize("symbol", ["MNQ1!\\u0000", "\\u202e!1QNM", "={}", "\\n"])
def test_that_a_symbol_holds_only_what_symbols_hold(symbol: str) -> None:
    odd = body("snapshot_overflow.json").replace(b"CME_MINI:MNQ1!", symbol.encode())
    try:
        found = decode(odd, ARRIVAL)
    except Undecodable:
        return
    assert found.symbol is None or re.fullmatch(r"[A-Za-z0-9!._-]+", found.symbol)


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "slow",
    [
        (b'{"x":"={' + b'"symbol":""' * 23_000),
        (b'{"x":"' + b'":"a' * 65_000),
        (b'{"x":' + b'":1' * 80_000),
        (b'{"x' + b'":' + b" " * 200_000),
        b"{%b}" % b",".join(b'"%x":1' % min(place, 23_998) for place in range(24_000)),
    ],
    ids=["symbol", "lost quote", "stray quote", "spaces", "keys"],
)
def test_that_no_body_within_the_bounds_takes_long(slow: bytes) -> None:
    assert len(slow) <= MAX_BODY_BYTES
    with pytest.raises(Undecodable):
        decode(slow, ARRIVAL)


def without_repairs(decoded: Decoded) -> Decoded:
    """Return what was decoded without the mark of its repairs."""
    return msgspec.structs.replace(decoded, repairs=())


def equal_but_for(repair: str, broken: bytes, whole: bytes) -> None:
    """Check that a broken body says the same as the whole one, and names its repair."""
    found = decode(broken, ARRIVAL)
    assert repair in found.repairs
    assert without_repairs(found) == decode(whole, ARRIVAL)


@pytest.mark.parametrize(
    ("broken", "whole", "repairs"),
    [
        (
            "strategy_entry_stray_quote.txt",
            "strategy_entry.json",
            ("stray-quote-after-number",),
        ),
        ("snapshot.json", "snapshot_plain.json", ("lost-closing-quote",)),
        (
            "snapshot_symbol_object.txt",
            "snapshot_plain.json",
            ("lost-closing-quote", "symbol-object-in-string"),
        ),
    ],
)
def test_that_a_broken_body_says_what_the_whole_one_says(
    broken: str, whole: str, repairs: tuple[str, ...]
) -> None:
    found = decode(body(broken), ARRIVAL)
    assert found.repairs == repairs
    assert without_repairs(found) == decode(body(whole), ARRIVAL)


WELL_FORMED = sorted(path.name for path in BODIES.glob("*.json") if path.name != "snapshot.json")
STRAY = "stray-quote-after-number"


@pytest.mark.parametrize("name", WELL_FORMED)
def test_that_a_byte_order_mark_changes_nothing(name: str) -> None:
    equal_but_for("byte-order-mark", b"\xef\xbb\xbf" + body(name), body(name))


@given(st.data())
def test_that_stray_quotes_after_any_numbers_change_nothing(data: st.DataObject) -> None:
    whole = body(data.draw(st.sampled_from(["strategy_entry.json", "mfe_batch.json"])))
    ends = [match.end() for match in re.finditer(rb'":-?\d+(\.\d+)?', whole)]
    chosen = data.draw(st.sets(st.sampled_from(ends), min_size=1))
    broken = b"".join(
        whole[place : place + 1] + (b'"' if place + 1 in chosen else b"") for place in range(len(whole))
    )
    equal_but_for(STRAY, broken, whole)


@given(st.data())
def test_that_a_lost_quote_behind_any_word_changes_nothing(data: st.DataObject) -> None:
    whole = body("snapshot_plain.json")
    ends = [match.end() for match in re.finditer(rb'":"[^",:]+(?=","\w+":)', whole)]
    place = data.draw(st.sampled_from(ends))
    equal_but_for("lost-closing-quote", whole[:place] + whole[place + 1 :], whole)


FRAGMENTS = st.binary(max_size=3) | st.sampled_from([b'"', b"{", b"}", b"[", b",", b":", b"\\"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "NaN", "25,000.5", "2025-12-09T09:42:00", "1_0", "٢٥", "\0"])
)
JSON = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(), inside, max_size=4),
    max_leaves=12,
)


def checked(raw: bytes, arrival_us: int = ARRIVAL) -> None:
    """Decode, and check what holds for whatever is decoded."""
    try:
        found = decode(raw, arrival_us)
    except Undecodable:
        return
    for event in found.events:
        assert re.fullmatch(r"[A-Za-z0-9_:\-]{1,64}", event.trade_id)
        for value in (event.be_mfe, event.no_be_mfe, event.mae, event.price):
            assert value is None or math.isfinite(value)
        assert event.be_mfe is None or event.be_mfe >= 0
        assert event.no_be_mfe is None or event.no_be_mfe >= 0
        assert event.mae is None or event.mae <= 0
        assert event.price is None or event.price > 0


@given(st.binary(max_size=300), st.integers(0, 2**53))
def test_that_arbitrary_bytes_only_ever_are_undecodable(raw: bytes, arrival_us: int) -> None:
    checked(raw, arrival_us)


@given(JSON)
def test_that_arbitrary_json_only_ever_is_undecodable(tree: object) -> None:
    checked(json.dumps(tree).encode())


def leaves(tree: dict[str, Any] | list[Any]) -> list[tuple[Any, Any]]:
    """Return every place of a tree as its container and its key."""
    pairs = list(tree.items() if isinstance(tree, dict) else enumerate(tree))
    found = [(tree, key) for key, _ in pairs]
    for _, value in pairs:
        if isinstance(value, dict | list):
            found += leaves(value)
    return found


@given(st.data())
def test_that_alerts_with_anything_in_any_place_only_ever_are_undecodable(
    data: st.DataObject,
) -> None:
    tree = json.loads(body(data.draw(st.sampled_from(WELL_FORMED))))
    for _ in range(data.draw(st.integers(1, 3))):
        places = leaves(tree)
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        container[key] = data.draw(JSON)
        if not leaves(tree):
            break
    checked(json.dumps(tree).encode())


@given(st.sampled_from(sorted(path.name for path in BODIES.iterdir())), st.data())
def test_that_alerts_with_broken_bytes_only_ever_are_undecodable(name: str, data: st.DataObject) -> None:
    raw = bytearray(body(name))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(raw)))
        cut = data.draw(st.integers(0, 3))
        raw[start : start + cut] = data.draw(FRAGMENTS)
    checked(bytes(raw))
