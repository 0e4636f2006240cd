"""A body of a stranger on screen: bounded, and nothing of it hides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.desktop.models.body_text import MOST, body_text


def test_that_json_stands_in_lines() -> None:
    assert body_text(b'{"a":[1,"b"]}') == '{\n  "a": [\n    1,\n    "b"\n  ]\n}'


def test_that_a_long_body_says_how_much_is_not_shown() -> None:
    assert body_text(b"x" * (MOST + 1_234)).endswith("x\n… 1,234 bytes more")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 900 + b"1," * 19_000 + b"1" + b"]" * 900,
        b"[" * MOST,
        b'{"a":' * 7_000,
        b"[" * 20 + b"1," * 19_000 + b"1" + b"]" * 20,
    ],
    ids=["deep and wide", "brackets", "objects", "as deep as may be"],
)
def test_that_no_body_grows_without_bound(body: bytes) -> None:
    assert len(body_text(body)) < 60 * MOST


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a":"\\u202eevil"}', "\\u202eevil"),
        ("\u202eevil".encode(), "\\u202eevil"),
        (b'{"a":"\\ud800"}', "\\ud800"),
        (b"\x00\x1b[31m", "\\x00\\x1b[31m"),
    ],
)
def test_that_what_cannot_be_seen_stands_as_its_escape(body: bytes, shown: str) -> None:
    assert shown in body_text(body)


@given(st.binary(max_size=500))
def test_that_every_body_is_text_that_can_be_shown(body: bytes) -> None:
    text = body_text(body)
    text.encode()
    assert text.replace("\n", "").isprintable()
