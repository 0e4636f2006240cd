"""One process is the engine; every other window looks on and misses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine import rebuilding
from secondskies_desktop.engine.follower import Follower
from secondskies_desktop.engine.opening import open_desk
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt
from tests.databases import put

if TYPE_CHECKING:
    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.profile import Profile

CREATED = b'{"event_type":"SIGNAL_CREATED","trade_id":"20251209_%02d%02d00_BULLISH","direction":"Bullish"}'


def fold(profile: Profile) -> None:
    """Fold all that waits."""
    pump = Pump(profile.database)
    pump.run_to_end()
    pump.close()


@pytest.fixture
def empty(profile: Profile) -> Profile:
    """A profile with an empty database."""
    ensure_schema(profile.database)
    return profile


def test_that_a_second_desk_looks_on(engine: Engine) -> None:
    opened = open_desk(engine.profile, command="a second window", bus=Bus(), port=0)
    try:
        assert opened.engine is None
        assert opened.desk.status().role == "viewer"
        with pytest.raises(RuntimeError, match="only looks on"):
            opened.desk.retry([1])
    finally:
        opened.close()


def test_that_a_viewer_hears_of_every_arrival_and_signal_in_order(empty: Profile) -> None:
    bus = Bus()
    arrivals: list[int] = []
    signals: list[str] = []
    bus.subscribe(ArrivalsChanged, lambda event: arrivals.extend(row.inbox_id for row in event.rows))
    bus.subscribe(SignalsChanged, lambda event: signals.extend(row.view.trade_id for row in event.rows))
    follower = Follower(empty, bus)
    follower.look()
    bodies = [CREATED % (hour, minute) for hour in range(4, 23) for minute in range(60)]
    put(empty.database, *bodies)
    fold(empty)
    follower.look()
    assert arrivals == list(range(1, len(bodies) + 1))
    assert len(set(signals)) == len(signals) == len(bodies) > 500
    follower.stop()


def test_that_a_viewer_hears_of_a_rebuild(empty: Profile) -> None:
    put(empty.database, *(CREATED % (10, minute) for minute in range(30)))
    fold(empty)
    fold_twice = CREATED % (10, 0)
    put(empty.database, fold_twice)
    fold(empty)
    bus = Bus()
    heard: list[object] = []
    bus.subscribe(SignalsRebuilt, heard.append)
    follower = Follower(empty, bus)
    follower.look()
    rebuilding.rebuild(empty)
    follower.look()
    assert len(heard) == 1
    follower.stop()
