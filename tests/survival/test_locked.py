"""A database that another process has locked: waited for, refused in time, and taken up again by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.foundation.attention import Attention, AttentionCleared, Severity
from tests.databases import eventually
from tests.loopback import post
from tests.survival.load import Load, alerts, assert_all_there_once, storage_events, wait_for
from tests.survival.lockholder import LockHolder

if TYPE_CHECKING:
    from secondskies_desktop.engine.engine import Engine

_REFUSED_WITHIN_S = 2.5
_LONG = [3.0, pytest.param(10.0, marks=pytest.mark.torture)]


@pytest.fixture
def heard(engine: Engine) -> list[object]:
    """What the engine says of its storage."""
    return storage_events(engine.bus)


def test_that_a_lock_of_a_second_costs_nothing_but_time(engine: Engine, heard: list[object]) -> None:
    assert engine.ready is not None
    with Load(engine.ready.url, alerts()) as load:
        wait_for(load, 200, more=50, within_s=10)
        with LockHolder(engine.profile.database):
            time.sleep(1.0)
        wait_for(load, 200, more=50, within_s=5)
    assert load.statuses == {200}
    assert 0.9 < load.slowest_s < _REFUSED_WITHIN_S
    assert heard == []
    assert_all_there_once(engine.profile.database, load.stored)


@pytest.mark.parametrize("seconds", _LONG)
def test_that_a_long_lock_is_503_in_time_and_over_by_itself(
    engine: Engine, heard: list[object], seconds: float
) -> None:
    assert engine.ready is not None
    with Load(engine.ready.url, alerts()) as load:
        wait_for(load, 200, more=50, within_s=10)
        with LockHolder(engine.profile.database):
            released = time.monotonic() + seconds
            wait_for(load, 503, more=1, within_s=_REFUSED_WITHIN_S)
            known = load.stored
            eventually(lambda: heard, within_s=1)
            (attention,) = heard
            assert isinstance(attention, Attention)
            assert (attention.kind, attention.severity) == ("storage", Severity.DANGER)
            assert "locked" in attention.text
            time.sleep(released - time.monotonic())
            assert load.stored == known
        wait_for(load, 200, more=50, within_s=2)
    assert load.statuses == {200, 503}
    assert load.slowest_s < _REFUSED_WITHIN_S
    assert heard[1:] == [AttentionCleared("storage", "inbox")]
    eventually(lambda: not engine.board.open())
    # What was refused was not stored: sent again, each is there once.
    assert [post(engine.ready.url, body).status for body in load.refused] == [200] * len(load.refused)
    assert_all_there_once(engine.profile.database, load.stored + load.refused)
