"""Bodies that nobody should send: noise, odd JSON, and real alerts that something has damaged."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from secondskies_desktop.demo.speech import Generation, speak
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Callable

_REAL = [one.body for kind in Generation for one in list(speak(3, START_US, 90, kind))[-12:]]
_HOSTILE = [
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-0",
    b"9" * 5_000,
    b"1180591620717411303424",
    b"null",
    b"true",
    b'""',
    b'"\\ud800"',
    b'"\\u0000"',
    b'"\xff"',
    b'"\xe2\x80\xae"',
    "á".encode() * 2_000,
    b"[" * 5_000,
    b'{"a":' * 500,
    b"\0",
    b"\xef\xbb\xbf",
]
_VALUE = re.compile(rb'(?<=:)(?:"[^"]*"|[^,\[\]{}"]+)')

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["ENTRY", "EXIT_SL", "MFE_UPDATE", "20251209_094200000_BULLISH", "BULLISH", "1e400"])
)
_keys = st.sampled_from(
    ["event_type", "trade_id", "type", "signals", "attributes", "bar_ts", "entry_price", "events", "mae"]
) | st.text(max_size=8)
_trees = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=5),
    max_leaves=12,
)


def _cut(body: bytes, at: int, _piece: bytes) -> bytes:
    """End in the middle."""
    return body[: at % len(body)]


def _put_in(body: bytes, at: int, piece: bytes) -> bytes:
    """Let something stand where nothing belongs."""
    at %= len(body)
    return body[:at] + piece + body[at:]


def _put_over(body: bytes, at: int, piece: bytes) -> bytes:
    """Write over what was there."""
    at %= len(body)
    return body[:at] + piece + body[at + len(piece) :]


def _other_value(body: bytes, at: int, piece: bytes) -> bytes:
    """Give a field another value."""
    values = list(_VALUE.finditer(body))
    if not values:
        return piece
    start, end = values[at % len(values)].span()
    return body[:start] + piece + body[end:]


def _twice(body: bytes, at: int, _piece: bytes) -> bytes:
    """Say it twice, or a part of it."""
    return body + body[at % len(body) :]


_HARMS: list[Callable[[bytes, int, bytes], bytes]] = [
    _cut,
    _put_in,
    _put_over,
    _other_value,
    _other_value,
    _twice,
]
_damaged = st.builds(
    lambda body, harm, at, piece: harm(body, at, piece),
    st.sampled_from(_REAL),
    st.sampled_from(_HARMS),
    st.integers(0, 1 << 20),
    st.sampled_from(_HOSTILE) | st.binary(max_size=8),
)

bodies: st.SearchStrategy[bytes] = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    _trees.map(lambda tree: json.dumps(tree).encode()),
    st.dictionaries(_keys, _trees, max_size=8).map(lambda tree: json.dumps(tree).encode()),
    _damaged,
    _damaged,
)
