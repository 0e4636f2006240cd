"""Attention is edge-triggered: what lasts is raised once, and its end is told once."""

from __future__ import annotations

from datetime import timedelta

from secondskies_desktop.foundation.attention import (
    Attention,
    AttentionBoard,
    AttentionCleared,
    Severity,
)
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_datetime
from tests.clocks import START_US


def attention(kind: str, key: str, after_s: int = 0) -> Attention:
    """Return something that wants the trader."""
    since = as_datetime(START_US) + timedelta(seconds=after_s)
    return Attention(kind, Severity.DANGER, key, "words", since)


def heard_by(bus: Bus) -> list[Attention | AttentionCleared]:
    """Return a list that fills with what a board publishes."""
    heard: list[Attention | AttentionCleared] = []
    bus.subscribe(Attention, heard.append)
    bus.subscribe(AttentionCleared, heard.append)
    return heard


def test_that_a_condition_that_lasts_is_raised_once() -> None:
    bus = Bus()
    board, heard = AttentionBoard(bus), heard_by(bus)
    first = attention("storage", "inbox")
    assert board.raise_(first)
    assert not board.raise_(attention("storage", "inbox", 5))
    assert heard == [first]
    assert board.open() == [first]


def test_that_its_end_is_told_once_and_it_can_come_again() -> None:
    bus = Bus()
    board, heard = AttentionBoard(bus), heard_by(bus)
    assert not board.clear("storage", "inbox")
    board.raise_(attention("storage", "inbox"))
    assert board.clear("storage", "inbox")
    assert not board.clear("storage", "inbox")
    assert board.raise_(attention("storage", "inbox", 9))
    assert [type(one) for one in heard] == [Attention, AttentionCleared, Attention]


def test_that_all_that_is_open_is_listed_oldest_first() -> None:
    board = AttentionBoard(Bus())
    later, earlier = attention("job", "backup", 60), attention("tunnel", "failing")
    board.raise_(later)
    board.raise_(earlier)
    board.raise_(attention("job", "notes", 90))
    board.clear("job", "notes")
    assert board.open() == [earlier, later]
