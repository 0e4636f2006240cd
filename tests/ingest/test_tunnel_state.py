"""When the trader must know, and what text from outside becomes before he sees it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.ingest.tunnel_state import TunnelState, one_line

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHUT = TunnelState("own", "https://alerts.example.com", ok=False, failing_since=NOON)


@pytest.mark.parametrize(("seconds", "raised"), [(0, False), (59, False), (60, True), (3600, True)])
def test_that_a_shut_way_needs_attention_after_a_minute(seconds: int, raised: bool) -> None:
    assert SHUT.needs_attention(NOON + timedelta(seconds=seconds)) is raised


def test_that_an_open_way_never_needs_attention() -> None:
    assert not replace(SHUT, failing_since=None).needs_attention(NOON + timedelta(days=1))


def test_that_a_token_in_a_line_from_outside_is_not_shown() -> None:
    token = secrets.token_urlsafe(32)
    line = f'ERR Request failed error="refused" dest=https://x.example.com/hook/{token} token={token}'
    assert token not in one_line(line)
    assert "https://x.example.com/hook/…" in one_line(line)
    assert "abc" not in one_line("GET /hook/abc HTTP/1.1")


@given(st.text())
def test_that_text_from_outside_becomes_one_short_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert len(line) <= 200
    assert line == line.strip()
