"""The rules of repair: each reads its example, none invents a value, and no body can hold them up."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.integrity import repairs
from secondskies_desktop.integrity.repair_rules import Hazard
from secondskies_desktop.integrity.repairs import BY_NAME, MAX_BYTES, RULES, examples, impossible, propose
from secondskies_desktop.integrity.text_repairs import plain_number
from secondskies_desktop.signals.wire import decode
from tests.clocks import START_US
from tests.integrity.harms import HARMS, assert_says_no_more, readable

ALL = [file.read_bytes() for file in sorted((Path(__file__).parents[1] / "signals" / "bodies").iterdir())]
WITHIN_S = 0.05


def is_whole(body: bytes) -> bool:
    """Whether a body is JSON, and all of it can be read."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return readable(body)


BODIES = [body.strip() for body in ALL if is_whole(body)]
HEARTBEAT = b'{"event_type":"HEARTBEAT","signal_count":1}'
SNAPSHOT = next(body.strip() for body in ALL if body.count(b'"triangle_time"') > 1 and b"bar_ts" in body)
"""It has lost a quote, as those of the indicator have."""
LARGE = 65_000
HOSTILE = {
    "quotes": b'"' * LARGE,
    "few quotes": b'{"a":"' + b'" ' * 7_900 + b"}",
    "escapes": b'{"a":"' + b"\\" * LARGE,
    "escaped quotes": b'{"a":"' + b'\\"' * 32_000,
    "open braces": b"{" * LARGE,
    "braces": b"{}" * 32_000,
    "open lists": b'{"signals":' + b"[" * LARGE,
    "nested": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "spaces": b'{"a":' + b" " * LARGE,
    "spaces and commas": b'{"a":1' + b", " * 32_000 + b"}",
    "colons": b'{"a"' + b": " * 32_000 + b"}",
    "no values": b"{" + b":," * 32_000 + b"}",
    "a huge number": b'{"event_type":' + b"9" * LARGE + b"}",
    "grouped number": b'{"event_type":' + b"9,999" * 13_000 + b"}",
    "points": b'{"event_type":1' + b".1" * 32_000 + b"}",
    "no UTF-8": b'{"a":"' + b"\xff" * LARGE,
    "UTF-16": b"\xff\xfe" + b'"\0' * 32_000,
    "zeros": bytes(LARGE),
    "letters": b"{" + b"a" * LARGE,
    "bare keys": b"{" + b"a:1," * 16_000 + b"}",
    "curly quotes": ("{" + "“a”:1," * 7_000 + "}").encode(),
    "single quotes": b"{" + b"'a':1," * 10_000 + b"}",
    "texts in texts": json.dumps(json.dumps(json.dumps("{" * 2_000))).encode(),
    "wide": b'{"event_type":"MFE_UPDATE_BATCH","signals":[' + b'{"trade_id":"A"},' * 2_000 + b'{"x',
    "names": b"{" + b",".join(b'"k%d":1' % n for n in range(3_900)) + b"}",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_that_every_rule_does_what_its_example_says(rule: Any) -> None:
    ((_, mended),) = examples([rule])
    assert mended is not None
    assert mended.body == rule.after
    assert bool(mended.lost) or rule.hazard is not Hazard.LOSES
    assert rule.mend(rule.after) is None


def test_that_no_two_rules_have_one_name_and_what_loses_names_it() -> None:
    assert len(BY_NAME) == len(RULES)
    assert all(re.fullmatch(r"[a-z0-9-]{3,30}", name) for name in BY_NAME)


@pytest.mark.parametrize("name", HARMS)
def test_that_a_harmed_alert_is_read_by_the_rule_for_it_and_as_it_was(name: str) -> None:
    read = 0
    for body in BODIES:
        harmed = HARMS[name](body)
        if harmed == body or readable(harmed):
            continue
        found = propose(harmed, START_US)
        assert found.rules == (name,), harmed
        assert found.decoded is not None
        assert_says_no_more(found.decoded, decode(body, START_US))
        read += 1
    assert read > 3


@given(st.sampled_from(BODIES), st.integers(1, 4_000))
def test_that_a_body_that_was_cut_off_says_no_more_than_it_did_and_names_the_loss(
    body: bytes, at: int
) -> None:
    found = propose(body[:at], START_US)
    if found.decoded is not None:
        assert found.lost
        assert_says_no_more(found.decoded, decode(body, START_US))


@given(st.sampled_from(BODIES), st.lists(st.sampled_from(sorted(HARMS)), min_size=2, max_size=3, unique=True))
def test_that_several_harms_at_once_never_make_another_value(body: bytes, names: list[str]) -> None:
    harmed = body
    for name in names:
        harmed = HARMS[name](harmed) if b"\x00" not in harmed else harmed
    found = propose(harmed, START_US)
    if found.decoded is not None:
        assert_says_no_more(found.decoded, decode(body, START_US))


@given(st.one_of(st.binary(max_size=300), st.text("{}[]\":,'\\ \n1.eaN“”", max_size=120).map(str.encode)))
def test_that_no_body_raises_and_what_comes_out_can_be_read(body: bytes) -> None:
    for found in (propose(body, START_US), impossible(body, START_US)):
        assert (found.body is None) == (found.refusal is not None)
        if found.body is not None:
            assert decode(found.body, START_US).problems == ()
            assert found.rules
            assert set(found.rules) <= set(BY_NAME)


@pytest.mark.parametrize("name", HOSTILE)
def test_that_a_hostile_body_costs_no_more_than_a_frame_or_three(name: str) -> None:
    raw = HOSTILE[name][:MAX_BYTES]
    best = 1.0
    for _ in range(3):
        before = time.thread_time()
        propose(raw, START_US)
        best = min(best, time.thread_time() - before)
    assert best <= WITHIN_S


def test_that_a_placeholder_is_never_guessed() -> None:
    for word in (b"{{close}}", b"{{ plot_0 }}", b'{{plot(\\"entry\\")}}'):
        found = propose(b'{"event_type":"ENTRY","trade_id":"A","entry_price":"' + word + b'"}', START_US)
        assert found.body is None
        assert "was never replaced by TradingView" in (found.refusal or "")


def test_that_of_two_alerts_none_is_chosen() -> None:
    for body in (
        HEARTBEAT + HEARTBEAT,
        HEARTBEAT + b"\n" + HEARTBEAT,
        b"[" + HEARTBEAT + b"," + HEARTBEAT + b"]",
    ):
        assert propose(body, START_US).body is None


def test_that_a_key_that_stands_twice_is_left_alone() -> None:
    body = b'{"event_type":"HEARTBEAT","signal_count":1,"signal_count":2}'
    assert "stands twice" in (propose(body, START_US).refusal or "")


def test_that_a_large_body_and_a_readable_one_are_left_alone() -> None:
    assert (
        propose(b" " * (MAX_BYTES + 1), START_US).refusal
        == f"larger than {MAX_BYTES} bytes: no rule is tried"
    )
    assert propose(HEARTBEAT, START_US).refusal == "it can be read as it is"
    assert propose(b" \n", START_US).refusal == "empty body: there is nothing to read"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("25680,25", "25680.25"),
        ("25,680.25", "25680.25"),
        ("25.680,25", "25680.25"),
        ("-0,5", "-0.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0,125", "0.125"),
        ("25680.125", "25680.125"),
        ("1,234", None),
        ("-1,234", None),
        ("1,23,456", None),
        ("1.2.3", None),
        ("12,34.5", None),
        ("1.234,567.8", None),
    ],
)
def test_that_a_number_that_can_be_read_in_two_ways_is_not_read(text: str, plain: str | None) -> None:
    assert plain_number(text) == plain


def test_that_a_snapshot_that_was_cut_off_keeps_its_whole_entries() -> None:
    whole = decode(SNAPSHOT, START_US)
    found = propose(SNAPSHOT[: SNAPSHOT.rindex(b"{") + 30], START_US)
    assert found.rules == ("cut-off",)
    assert found.decoded is not None
    assert found.decoded.bar == whole.bar
    assert found.hazard is Hazard.LOSES
    assert "whole entries are kept" in found.lost[0]
    last = SNAPSHOT.rindex(b'"trade_id":"') + 12
    gone = SNAPSHOT[last : SNAPSHOT.index(b'"', last)].decode()
    assert {one.trade_id for one in found.decoded.events} == {one.trade_id for one in whole.events} - {gone}


def test_that_a_single_alert_that_was_cut_off_is_not_guessed_at() -> None:
    body = next(one for one in BODIES if b'"ENTRY"' in one and b'"targets"' in one)
    assert propose(body[:-30], START_US).body is None


def test_that_a_bar_that_cannot_be_is_left_out_and_its_signals_stay() -> None:
    body = re.sub(rb'"high":[0-9.]+', b'"high":1', SNAPSHOT)
    assert decode(body, START_US).problems
    found = propose(body, START_US)
    assert found.rules == ("impossible-value",)
    assert not found.in_bulk
    assert found.decoded is not None
    assert found.decoded.bar is None
    assert len(found.decoded.events) == len(decode(SNAPSHOT, START_US).events)


def test_that_a_body_that_the_program_fails_on_is_refused_and_never_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_body: bytes, _arrival_us: int) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(repairs, "decode", fail)
    assert propose(HEARTBEAT, START_US).refusal == "the program failed on this body: ZeroDivisionError"
