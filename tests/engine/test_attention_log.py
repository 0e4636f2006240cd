"""Every edge is written down, survives a database that cannot be written, and comes back as episodes."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.engine.attention_log import _MOST_WAITING, AttentionLog
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation import store
from secondskies_desktop.foundation.attention import Attention, AttentionBoard, Severity
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.settings import Settings
from tests.clocks import START_US, FrozenClock
from tests.databases import eventually, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.attention import Episode
    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.profile import Profile

SECOND_US = 1_000_000


def attention(key: str, at_us: int = START_US, passes_after_s: float | None = None) -> Attention:
    return Attention("storage", Severity.WATCH, key, f"{key} is full", as_datetime(at_us), passes_after_s)


class Desk:
    """A board and its log on a database, each edge in a transaction of its own."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.clock = FrozenClock()
        self.bus = Bus()
        self.board = AttentionBoard(self.bus)
        self.problem: Exception | None = None
        self.log = AttentionLog(self.bus, self.clock, self.submit)

    def submit(self, work: Callable[[Connection], int]) -> Future[int]:
        """Do it at once, or fail."""
        done: Future[int] = Future()
        if self.problem is not None:
            done.set_exception(self.problem)
            return done
        with writing(self.url) as connection:
            done.set_result(work(connection))
        return done

    def raise_(self, key: str, passes_after_s: float | None = None) -> None:
        """Raise something now."""
        self.board.raise_(attention(key, self.clock(), passes_after_s))

    def episodes(self, limit: int = 50, before_id: int | None = None) -> list[Episode]:
        """Read the log."""
        with reading(self.url) as connection:
            return store.episodes(connection, limit, before_id)


@pytest.fixture
def desk(database: URL) -> Desk:
    """On each kind of database."""
    return Desk(database)


def test_that_an_episode_has_its_beginning_its_end_and_its_acknowledgement(desk: Desk) -> None:
    desk.raise_("disk")
    desk.clock.advance(10)
    desk.board.acknowledge("storage", "disk")
    desk.clock.advance(20)
    desk.board.clear("storage", "disk")
    (one,) = desk.episodes()
    assert (one.kind, one.key, one.severity, one.text) == ("storage", "disk", Severity.WATCH, "disk is full")
    assert one.raised_us == START_US
    assert one.acknowledged_us == START_US + 10 * SECOND_US
    assert one.cleared_us == START_US + 30 * SECOND_US


def test_that_episodes_come_newest_first_in_pages_and_keep_their_own_ends(desk: Desk) -> None:
    for _ in range(3):
        desk.raise_("disk")
        desk.clock.advance(1)
        desk.board.clear("storage", "disk")
        desk.clock.advance(59)
    desk.raise_("inbox")
    first = desk.episodes(2)
    assert [(one.key, one.cleared_us) for one in first] == [
        ("inbox", None),
        ("disk", START_US + 121 * SECOND_US),
    ]
    second = desk.episodes(2, first[-1].id)
    assert [one.cleared_us for one in second] == [START_US + 61 * SECOND_US, START_US + SECOND_US]


def test_that_an_acknowledgement_taken_back_is_none_and_every_telling_is_counted(desk: Desk) -> None:
    desk.raise_("disk")
    for step in range(3):
        place = ("storage", "disk")
        desk.bus.publish(Told(*place, Severity.WATCH, "disk is full", step, desk.clock(), (place,)))
    desk.board.acknowledge("storage", "disk")
    assert desk.episodes()[0].acknowledged_us == START_US
    assert desk.board.take_back("storage", "disk")
    assert not desk.board.take_back("storage", "disk")
    assert (desk.episodes()[0].acknowledged_us, desk.episodes()[0].told) == (None, 3)
    with reading(desk.url) as connection:
        (one,) = store.open_episodes(connection)
    assert (one.acknowledged_us, one.told) == (None, 3)
    desk.board.acknowledge("storage", "disk")
    with reading(desk.url) as connection:
        assert store.open_episodes(connection)[0].acknowledged_us == START_US


def test_that_what_is_raised_again_ends_the_episode_before(desk: Desk) -> None:
    desk.raise_("inbox")
    desk.clock.advance(600)
    desk.board.raise_(attention("inbox", desk.clock()), again=True)
    newest, before = desk.episodes()
    assert newest.cleared_us is None
    assert before.cleared_us == START_US + 600 * SECOND_US


def test_that_edges_wait_for_a_database_that_can_be_written(desk: Desk) -> None:
    desk.problem = OSError("disk full")
    desk.raise_("disk")
    desk.board.clear("storage", "disk")
    assert desk.episodes() == []
    desk.problem = None
    desk.log.flush()
    (one,) = desk.episodes()
    assert one.cleared_us == START_US


def test_that_an_event_is_over_once_it_was_acknowledged(desk: Desk) -> None:
    desk.raise_("entry", passes_after_s=600.0)
    assert desk.board.acknowledge("storage", "entry")
    assert desk.board.open() == []
    (one,) = desk.episodes()
    assert one.acknowledged_us is not None
    assert one.cleared_us is not None


def test_that_an_event_passes_by_itself_and_a_condition_does_not(desk: Desk) -> None:
    desk.raise_("entry", passes_after_s=600.0)
    desk.raise_("disk")
    desk.board.pass_by(START_US + 599 * SECOND_US)
    assert len(desk.board.open()) == 2
    desk.board.pass_by(START_US + 600 * SECOND_US)
    assert [one.key for one in desk.board.open()] == ["disk"]


def test_that_a_condition_is_acknowledged_once_and_stays_open(desk: Desk) -> None:
    desk.raise_("disk")
    assert desk.board.acknowledge("storage", "disk")
    assert not desk.board.acknowledge("storage", "disk")
    assert not desk.board.acknowledge("storage", "nothing")
    assert [one.key for one in desk.board.open()] == ["disk"]
    assert desk.board.is_acknowledged("storage", "disk")


def test_that_the_log_alone_says_what_is_open(desk: Desk) -> None:
    desk.raise_("disk")
    desk.raise_("inbox")
    desk.raise_("tunnel")
    desk.board.acknowledge("storage", "inbox")
    desk.board.clear("storage", "tunnel")
    with reading(desk.url) as connection:
        found = store.open_episodes(connection)
    assert [(one.key, one.acknowledged_us is not None) for one in found] == [("disk", False), ("inbox", True)]


def test_that_a_new_engine_ends_what_the_last_left_open(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    left = Desk(database)
    left.raise_("disk")
    engine = Engine(profile_on(database), Settings(), command="a test")
    engine.start(port=0)
    try:
        eventually(lambda: left.episodes()[-1].cleared_us is not None)
    finally:
        engine.stop()


def test_that_a_running_engine_writes_what_it_raises(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    engine = Engine(profile_on(database), Settings(), command="a test")
    engine.start(port=0)
    try:
        engine.board.raise_(attention("disk"))
        eventually(lambda: _logged(database) == 2)
        with writing(database) as connection:
            connection.execute(text("ALTER TABLE attention_log RENAME TO away"))
        engine.board.clear("storage", "disk")
        assert engine.board.open() == []
        with writing(database) as connection:
            connection.execute(text("ALTER TABLE away RENAME TO attention_log"))
    finally:
        engine.stop()
    assert _logged(database) == 3


def _logged(url: URL) -> int:
    with reading(url) as connection:
        query = text("SELECT count(*) FROM attention_log WHERE kind='storage'")
        return connection.execute(query).scalar() or 0


def test_that_a_storm_of_edges_during_one_write_loses_none_of_the_newest(database: URL) -> None:
    one = Desk(database)
    held: list[tuple[Callable[[Connection], int], Future[int]]] = []

    def hold(work: Callable[[Connection], int]) -> Future[int]:
        held.append((work, Future()))
        return held[-1][1]

    log = AttentionLog(one.bus, one.clock, hold)
    one.log.close()
    one.raise_("first")
    for number in range(_MOST_WAITING):
        one.raise_(f"during {number}")
    while held:
        work, done = held.pop(0)
        done.set_result(one.submit(work).result())
    log.close()
    found = one.episodes(limit=2 * _MOST_WAITING)
    assert [episode.key for episode in reversed(found)] == [
        "first",
        *(f"during {number}" for number in range(_MOST_WAITING)),
    ]


def test_that_what_failed_waits_before_what_came_meanwhile(database: URL) -> None:
    one = Desk(database)
    held: list[Future[int]] = []
    one.log.close()

    def hold(work: Callable[[Connection], int]) -> Future[int]:
        if not held:
            held.append(Future())
            return held[0]
        return one.submit(work)

    log = AttentionLog(one.bus, one.clock, hold)
    one.raise_("before")
    one.raise_("after")
    held[0].set_exception(OSError("the disk is full"))
    assert one.episodes() == []
    log.flush()
    log.close()
    assert [episode.key for episode in reversed(one.episodes())] == ["before", "after"]
