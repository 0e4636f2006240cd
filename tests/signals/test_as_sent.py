"""The short cuts read a body exactly as the general way does, or leave it to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondskies_desktop.demo.speech import Defects, Generation, speak
from secondskies_desktop.signals import wire
from secondskies_desktop.signals.as_sent_batch import batch_as_sent
from secondskies_desktop.signals.as_sent_snapshot import snapshot_as_sent
from secondskies_desktop.signals.as_sent_telemetry import telemetry_as_sent
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.strict_json import decode_strictly
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = Defects(duplicate=0.0, repeated_exit=0.3, missing_creation=0.1, stray_quote=0.1)
BODIES = [
    one.body
    for generation in Generation
    for one in speak(11, START_US, 90, generation, FAULTS)
    if len(one.body) < 3_000
]
RUNNING = next(body for body in BODIES if snapshot_as_sent(body) and body.count(b'"trade_id"') > 1)
BATCH = next(body for body in BODIES if batch_as_sent(body) and body.count(b'"trade_id"') > 1)
TELEMETRY = next(body for body in BODIES if telemetry_as_sent(body, START_US))
ODD = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"-0.0",
    b"1e-7",
    b"1e5",
    b"1e6",
    b"1e400",
    b"-1e400",
    b"NaN",
    b"1764858600000",
    b"1764858600000.0",
    b"9" * 30,
    b'""',
    b'"x"',
    b'"\\u0041"',
    b'"\xc3\xa9"',
    b'"\xe2\x80\xae"',
    b'"%s"' % (b"x" * 201),
    b"[]",
    b"{}",
    b'[{"signals":[]}]',
    b'{"a":1,"a":2}',
    b'"a":1',
    b'",signals"',
    b'",\\"signals\\":["',
    b'1,"signals":[]',
    b'1,"completed":true',
    b'"20251209_250000_BEARISH"',
    b'"20251209_093000_bullish"',
    b'" Bearish"',
    b"",
    b"}",
    b"]",
]


def read(way: Callable[[], Decoded]) -> Decoded | str:
    """Return what was read, or the reason why nothing was."""
    try:
        return way()
    except Undecodable as reason:
        return str(reason)


def both_ways(body: bytes) -> tuple[Decoded | str, Decoded | str]:
    """Read a body with the short cuts and without them."""
    general = read(lambda: wire._recognise(decode_strictly(body)[0], START_US))
    found = read(lambda: wire.decode(body, START_US))
    return found, general


@pytest.mark.parametrize("generation", list(Generation))
def test_that_what_the_indicator_says_is_read_the_same_both_ways(generation: Generation) -> None:
    for one in speak(11, START_US, 90, generation):
        found, general = both_ways(one.body)
        assert isinstance(found, Decoded)
        assert isinstance(general, Decoded)
        assert (found.events, found.bar, found.rule, found.symbol) == (
            general.events,
            general.bar,
            general.rule,
            general.symbol,
        )


@settings(max_examples=300)
@given(
    st.sampled_from([RUNNING, BATCH, TELEMETRY]),
    st.integers(0, 2**16),
    st.sampled_from(ODD),
    st.booleans(),
)
def test_that_an_odd_value_anywhere_is_read_the_same_both_ways(
    body: bytes, place: int, odd: bytes, repeat_key: bool
) -> None:
    colons = [
        at for at in range(len(body)) if body[at : at + 2].startswith(b":") and body[at - 1] == ord('"')
    ]
    at = colons[place % len(colons)] + 1
    end = min((body.find(mark, at) for mark in (b",", b"}") if body.find(mark, at) > 0), default=len(body))
    key = body[body.rfind(b'"', 0, at - 2) : at]
    changed = body[:at] + odd + (b"," + key + odd if repeat_key else b"") + body[end:]
    found, general = both_ways(changed)
    if isinstance(found, Decoded) and isinstance(general, Decoded):
        assert (found.events, found.problems, found.bar, found.notes, found.rule) == (
            general.events,
            general.problems,
            general.bar,
            general.notes,
            general.rule,
        )
    else:
        assert found == general


@pytest.mark.parametrize(
    "changed",
    [
        RUNNING.replace(b'"completed":false', b'"completed":true', 1),
        RUNNING.replace(b',"signals":[', b',"signals":[],"signals":[', 1),
        RUNNING.replace(b'"symbol":"CME_MINI', b'"x":",\\"signals\\":[","symbol":"CME_MINI', 1),
        RUNNING.replace(b'"bar_ts"', b'"triangles_delta":[],"bar_ts"', 1),
        RUNNING[: -len(b"]}")] + b"{}]}",
    ],
    ids=["completed", "two lists", "a list in a text", "two deltas", "a triangle"],
)
def test_that_another_snapshot_is_left_to_the_general_way(changed: bytes) -> None:
    assert snapshot_as_sent(changed) is None
    found, general = both_ways(changed)
    assert found == general
