"""The bus: every listener hears, in order, and none can stop another."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.bus import Bus

if TYPE_CHECKING:
    import pytest


@dataclass(frozen=True)
class Happened:
    """Something that happened."""

    number: int


@dataclass(frozen=True)
class HappenedElsewhere(Happened):
    """A kind of its own."""


def test_that_all_listeners_of_a_class_hear_in_the_order_in_which_they_came() -> None:
    bus, heard = Bus(), list[str]()
    bus.subscribe(Happened, lambda event: heard.append(f"first {event.number}"))
    bus.subscribe(Happened, lambda event: heard.append(f"second {event.number}"))
    bus.publish(Happened(1))
    bus.publish(Happened(2))
    assert heard == ["first 1", "second 1", "first 2", "second 2"]


def test_that_only_the_exact_class_is_heard() -> None:
    bus, heard = Bus(), list[Happened]()
    bus.subscribe(Happened, heard.append)
    bus.publish(HappenedElsewhere(1))
    bus.publish("nobody listens to words")
    assert heard == []


def test_that_a_listener_that_fails_is_logged_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = Bus(), list[Happened]()

    def fail(_event: Happened) -> None:
        raise ZeroDivisionError

    bus.subscribe(Happened, fail)
    bus.subscribe(Happened, heard.append)
    with caplog.at_level(logging.ERROR):
        bus.publish(Happened(1))
    assert heard == [Happened(1)]
    assert "listener failed" in caplog.text


def test_that_whoever_has_left_hears_nothing_more() -> None:
    bus, heard = Bus(), list[Happened]()
    leave = bus.subscribe(Happened, heard.append)
    bus.subscribe(Happened, lambda _event: leave())
    bus.publish(Happened(1))
    bus.publish(Happened(2))
    leave()
    assert heard == [Happened(1)]
