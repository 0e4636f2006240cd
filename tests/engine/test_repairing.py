"""Repairs from the dry run to the undo: what is read then, that a rebuild agrees, and what the trail says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.engine import auditing, integrity, rebuilding, repairing
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.engine.follower import Follower
from secondskies_desktop.engine.reading import history, read_arrival
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import pump, store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.repair_log import store as repair_log
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.changes import SignalsChanged, SignalsRebuilt
from tests.clocks import START_US
from tests.databases import bodies_of, put, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

ENTRY = (
    b'{"event_type":"ENTRY","trade_id":"20251209_093100000_BULLISH","event_timestamp":"2025-12-09 09:33:00",'
    b'"direction":"Bullish","entry_price":25680.25,"stop_loss":25670.25,"be_mfe":0.0,"no_be_mfe":0.0%s}'
)
MFE = (
    b'{"event_type":"MFE_UPDATE","trade_id":"20251209_093100000_BULLISH",'
    b'"event_timestamp":"2025-12-09 09:34:00","be_mfe":0.5,"no_be_mfe":0.5}'
)
BROKEN = ENTRY % b","


@pytest.fixture
def profile(database: URL, profile_on: Callable[[URL], Profile]) -> Profile:
    """A profile on each of the two databases."""
    return profile_on(database)


@pytest.fixture
def running(profile: Profile) -> Iterator[Engine]:
    """An engine that runs on it."""
    engine = Engine(profile, Settings(), command="the engine of a test")
    engine.start(port=0)
    yield engine
    engine.stop()


def states(profile: Profile) -> list[str]:
    """Return the state of every arrival, oldest first."""
    with reading(profile.database) as connection:
        return [row.state for row in reversed(store.list_inbox(connection, limit=100_000))]


def ids(profile: Profile) -> list[str]:
    """Return the ids of all signals."""
    with reading(profile.database) as connection:
        return [row.view.trade_id for row in signal_store.every(connection)]


def acts(profile: Profile) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the newest acts of the trail, oldest first."""
    return [(one["action"], one["subject"], one["detail"]) for one in reversed(auditing.newest(profile, 10))]


def test_that_a_repair_is_proposed_made_rebuilt_and_taken_back(profile: Profile) -> None:
    put(profile.database, BROKEN, MFE)
    (proposal,) = repairing.proposed(profile)
    assert (proposal.inbox_id, proposal.rules, proposal.event_type) == (1, ("trailing-comma",), "ENTRY")
    assert proposal.trade_ids == ("20251209_093100000_BULLISH",)
    assert proposal.body == ENTRY % b""
    assert states(profile) == ["dead", "done"]
    before = rebuilding.fingerprint_of(profile.database)

    done = repairing.repair(profile)
    assert [one.inbox_id for one in done.repaired] == [1]
    assert states(profile) == ["done", "done"]
    with reading(profile.database) as connection:
        (signal,) = signal_store.every(connection)
        assert signal.view.entry_price == 25680.25
        assert [event.source for event in history(connection, signal) if event.type == "ENTRY"] == [
            "repaired"
        ]
        found = read_arrival(connection, 1)
        assert found is not None
        assert (found.body, found.row.repairs) == (BROKEN, ("trailing-comma",))
    assert rebuilding.verify(profile).identical
    assert rebuilding.rebuild(profile).identical

    repairing.undo(profile, 1)
    assert states(profile) == ["dead", "done"]
    assert rebuilding.fingerprint_of(profile.database) == before
    assert rebuilding.verify(profile).identical
    assert rebuilding.rebuild(profile).identical
    assert bodies_of(profile.database) == [BROKEN, MFE]
    assert [(act, of) for act, of, _ in acts(profile)] == [
        ("repair", "inbox:1"),
        ("rebuild", "projection"),
        ("undo", "inbox:1"),
        ("rebuild", "projection"),
    ]
    assert acts(profile)[0][2]["rules"] == ["trailing-comma"]
    assert auditing.verify(profile).ok


def test_that_a_signal_that_only_a_repair_told_of_is_no_more_after_the_undo(profile: Profile) -> None:
    put(profile.database, BROKEN)
    repairing.repair(profile)
    assert ids(profile) == ["20251209_093100000_BULLISH"]
    repairing.undo(profile, 1)
    assert ids(profile) == []
    assert rebuilding.verify(profile).identical
    with reading(profile.database) as connection:
        assert signal_store.count_events(connection) == 0
    repairing.repair(profile)
    assert ids(profile) == ["20251209_093100000_BULLISH"]
    assert rebuilding.verify(profile).identical


def test_that_what_is_repaired_is_not_repaired_again(profile: Profile) -> None:
    put(profile.database, BROKEN)
    stale = tuple(repairing.proposed(profile))
    repairing.repair(profile)
    (again,) = repairing.proposed(profile, [1])
    assert again.refusal == "it is repaired already: undo that first"
    assert repairing.repair(profile, [1]).repaired == ()
    assert repairing._append(profile, stale, None) == []
    with reading(profile.database) as connection:
        assert repair_log.last_id(connection) == 1
    repairing.undo(profile, 1)
    with pytest.raises(repairing.NotRepaired, match="arrival 1 is not repaired"):
        repairing.undo(profile, 1)


def test_that_resent_bytes_are_each_repaired_and_count_once(profile: Profile) -> None:
    put(profile.database, BROKEN, BROKEN, b"no alert")
    done = repairing.repair(profile)
    assert [one.inbox_id for one in done.repaired] == [1, 2]
    assert [(one.inbox_id, one.refusal) for one in done.left] == [(3, "no rule reads it")]
    assert states(profile) == ["done", "duplicate", "dead"]
    assert rebuilding.verify(profile).identical
    repairing.undo(profile, 1)
    assert states(profile) == ["dead", "duplicate", "dead"]
    assert ids(profile) == ["20251209_093100000_BULLISH"]
    assert rebuilding.verify(profile).identical


def test_that_a_value_that_cannot_be_is_left_out_only_where_it_is_asked_for(profile: Profile) -> None:
    wrong = MFE.replace(b'"be_mfe":0.5', b'"be_mfe":-7')
    put(profile.database, ENTRY % b"", wrong)
    assert repairing.repair(profile).repaired == ()
    fold_pending(profile)
    before = rebuilding.fingerprint_of(profile.database)
    (done,) = repairing.repair(profile, [2], "impossible-value").repaired
    assert done.lost == ("be_mfe -7 is left out: a favourable excursion is never below zero",)
    with reading(profile.database) as connection:
        found = read_arrival(connection, 2)
    assert found is not None
    assert found.row.state == "done"
    assert found.row.reason == done.lost[0]
    assert "be_mfe" not in found.events[0].values
    assert rebuilding.verify(profile).identical
    repairing.undo(profile, 2)
    assert rebuilding.fingerprint_of(profile.database) == before


@pytest.mark.parametrize("generation", [Generation.SNAPSHOT, Generation.TELEMETRY_Z, Generation.BATCH])
def test_that_any_repair_and_any_undo_leave_what_a_rebuild_makes(
    sqlite_file_url: URL,
    profile_on: Callable[[URL], Profile],
    generation: Generation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    profile = profile_on(sqlite_file_url)
    told = [one.body for one in speak(5, START_US, 150, generation)]
    broken = set(range(3, len(told), 7))
    put(
        profile.database, *(body[:-1] + b",}" if place in broken else body for place, body in enumerate(told))
    )
    fold_pending(profile)
    dead = rebuilding.fingerprint_of(profile.database)
    monkeypatch.setattr(pump, "REBUILD_SLICE", 13)
    done = repairing.repair(profile)
    assert {one.inbox_id - 1 for one in done.repaired} == broken
    assert rebuilding.verify(profile).identical
    whole = rebuilding.fingerprint_of(profile.database)
    assert whole != dead
    some = [one.inbox_id for one in done.repaired][::3]
    for inbox_id in some:
        repairing.undo(profile, inbox_id)
        assert rebuilding.verify(profile).identical, inbox_id
    repairing.repair(profile, some)
    assert rebuilding.fingerprint_of(profile.database) == whole
    for one in done.repaired:
        repairing.undo(profile, one.inbox_id)
    assert rebuilding.fingerprint_of(profile.database) == dead


def test_that_a_running_engine_reads_a_repair_of_another_process_and_tells_of_it(
    profile: Profile, running: Engine
) -> None:
    put(profile.database, BROKEN)
    fold_pending(profile)
    heard: list[object] = []
    ends = [
        running.bus.subscribe(kind, heard.append)
        for kind in (ArrivalsChanged, SignalsChanged, SignalsRebuilt)
    ]
    assert len(repairing.repair(profile).repaired) == 1
    assert states(profile) == ["done"]
    assert {SignalsChanged, ArrivalsChanged} == set(map(type, heard))
    heard.clear()
    repairing.undo(profile, 1, running)
    assert SignalsRebuilt in set(map(type, heard))
    (arrivals,) = (one for one in heard if isinstance(one, ArrivalsChanged))
    assert [(row.inbox_id, row.state) for row in arrivals.rows] == [(1, "dead")]
    assert rebuilding.verify(profile).identical
    for end in ends:
        end()


def test_that_two_snapshots_of_one_minute_keep_their_bar_when_one_repair_is_taken_back(
    sqlite_file_url: URL, profile_on: Callable[[URL], Profile]
) -> None:
    profile = profile_on(sqlite_file_url)
    told = [one.body for one in speak(5, START_US, 120, Generation.SNAPSHOT)]
    # The broken one came first, so its bar is the one that counts until it is taken back.
    put(profile.database, *(body.replace(b'"low":', b'"low":-', 1) for body in told[:1]), *told[1:60])
    put(profile.database, told[60][:-1] + b",}", told[60].replace(b'"close":', b'"close": ', 1), *told[61:])
    fold_pending(profile)
    before = rebuilding.fingerprint_of(profile.database)
    (done,) = (one for one in repairing.repair(profile).repaired if "trailing-comma" in one.rules)
    assert rebuilding.verify(profile).identical
    repairing.undo(profile, done.inbox_id)
    assert rebuilding.verify(profile).identical
    assert rebuilding.fingerprint_of(profile.database) == before


def test_that_a_fill_stays_where_its_signal_is_folded_anew(
    sqlite_file_url: URL, profile_on: Callable[[URL], Profile]
) -> None:
    profile = profile_on(sqlite_file_url)
    told = [one.body for one in speak(5, START_US, 240, Generation.TELEMETRY)]
    entry = next(place for place, body in enumerate(told) if b'"ENTRY"' in body)
    later = next(place for place, body in enumerate(told) if place > entry + 3 and b"MFE_UPDATE" in body)
    put(profile.database, *(body[:-1] + b",}" if place == later else body for place, body in enumerate(told)))
    fills = integrity.filled(profile)
    assert fills
    before = rebuilding.fingerprint_of(profile.database)
    repairing.repair(profile)
    assert rebuilding.verify(profile).identical
    repairing.undo(profile, later + 1)
    assert rebuilding.verify(profile).identical
    assert rebuilding.fingerprint_of(profile.database) == before


def test_that_a_viewer_is_told_of_a_repair_and_of_its_undo(profile: Profile) -> None:
    put(profile.database, BROKEN)
    fold_pending(profile)
    bus, heard = Bus(), list[object]()
    for kind in (ArrivalsChanged, SignalsChanged, SignalsRebuilt):
        bus.subscribe(kind, heard.append)
    follower = Follower(profile, bus)
    follower.look()
    repairing.repair(profile)
    follower.look()
    repairing.undo(profile, 1)
    follower.look()
    told = [row.state for one in heard if isinstance(one, ArrivalsChanged) for row in one.rows]
    assert told == ["done", "dead"]
    assert isinstance(heard[-1], SignalsRebuilt)
    follower.stop()


def test_that_what_was_found_of_a_signal_that_is_no_more_is_over(profile: Profile) -> None:
    put(profile.database, BROKEN)
    repairing.repair(profile)
    integrity.look_now(profile, fills=False)
    with reading(profile.database) as connection:
        assert integrity_store.open_findings(connection)
    repairing.undo(profile, 1)
    with reading(profile.database) as connection:
        assert not integrity_store.open_findings(connection)
