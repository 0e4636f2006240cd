"""What becomes of alerts on their way: each harm by the name of the rule that reads it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.wire import decode
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.signals.event import Decoded


def readable(body: bytes) -> bool:
    """Whether a body can be read as it is."""
    try:
        return not decode(body, START_US).problems
    except Undecodable:
        return False


def curly(body: bytes) -> bytes:
    """Let a word processor have it."""
    return re.sub(rb'"([^"]*)"', lambda found: "“".encode() + found[1] + "”".encode(), body)


def first_number(body: bytes, word: Callable[[bytes], bytes]) -> bytes:
    """Change the first number with decimals."""
    return re.sub(rb"(?<=:)-?\d+\.\d+(?=[,}\]])", lambda found: word(found[0]), body, count=1)


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "trailing-comma": lambda body: body[:-1] + b",}",
    "no-value": lambda body: first_number(body, lambda _number: b"NaN"),
    "single-quotes": lambda body: body.replace(b'"', b"'"),
    "text-around": lambda body: b"Alert on MNQ1!: " + body,
    "alert-in-a-text": lambda body: json.dumps({"text": body.decode()}).encode(),
    "utf-16": lambda body: body.decode().encode("utf-16"),
    "curly-quotes": curly,
    "bare-keys": lambda body: re.sub(rb'"(\w+)":', rb"\1:", body),
    "separators-in-number": lambda body: first_number(body, lambda number: number.replace(b".", b",")),
    "letter-case": lambda body: re.sub(rb'"(\w+)":', lambda found: found[0].upper(), body),
    "control-characters": lambda body: body.replace(b'_type":"', b'_type":"\r\n', 1),
}


def assert_says_no_more(found: Decoded, sent: Decoded) -> None:
    """Hold what a repair says against what was sent: it may be less, never other."""
    assert found.event_type == sent.event_type
    assert found.bar in (None, sent.bar)
    assert len(found.events) <= len(sent.events)
    told = [msgspec.to_builtins(event) for event in sent.events]
    for event in (msgspec.to_builtins(one) for one in found.events):
        detail = event.pop("detail", None) or {}
        assert any(
            all(value is None or value == one.get(name) for name, value in event.items())
            and all(value == (one.get("detail") or {}).get(name) for name, value in detail.items())
            for one in told
        ), event
