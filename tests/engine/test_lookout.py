"""What the engine sees by itself and raises: entries of this moment, silence, dead letters, the clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.lookout import TOLD_AT_ONCE, Lookout
from secondskies_desktop.foundation.attention import AttentionBoard
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import Moment
from secondskies_desktop.foundation.settings import AttentionSettings, Settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalRow, ArrivalsChanged
from secondskies_desktop.ingest.store import Delivery
from secondskies_desktop.signals.changes import SignalsChanged
from tests.clocks import START_US, FrozenClock
from tests.databases import put, writing
from tests.desktop.made_signals import a_row, a_view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL

MINUTE_US = 60_000_000


class Rig:
    """A lookout on an empty database, its clocks in the test's hand."""

    def __init__(self, url: URL, home: Path) -> None:
        self.bus, self.clock = Bus(), FrozenClock()
        self.board = AttentionBoard(self.bus)
        self.slept_s = self.set_s = 0.0
        settings = Settings(attention=AttentionSettings(disk_free_mb=50))
        self.lookout = Lookout(url, home, settings, self.board, self.bus, self.clock, self.moment)

    def moment(self) -> Moment:
        """Look at the clocks of this rig."""
        elapsed_s = (self.clock() - START_US) / 1e6 - self.set_s
        return Moment(self.clock(), elapsed_s, elapsed_s - self.slept_s)

    def open(self) -> list[tuple[str, str]]:
        """Return kind and key of what is open."""
        return [(one.kind, one.key) for one in self.board.open()]

    def fold(self, number: int, source: str, received_us: int, **known: object) -> None:
        """Publish what the pump does after a slice with an entry: the signal, then its arrival."""
        view = a_view(received_us - 2 * MINUTE_US, **(_ENTERED | {"last_received_us": received_us} | known))
        self.bus.publish(SignalsChanged(number, (a_row(number, view),)))
        self.bus.publish(ArrivalsChanged((_arrival(number, source, received_us),)))


_ENTERED: dict[str, object] = {"entry_us": START_US, "entry_price": 24_847.25, "stop_loss": 24_832.0}


def _arrival(number: int, source: str, received_us: int) -> ArrivalRow:
    return ArrivalRow(
        inbox_id=number,
        received_us=received_us,
        source=source,
        stream="MNQ1! 1m",
        bytes=100,
        state="done",
        event_type="ENTRY",
        trade_id="x",
        rule="event",
        repairs=(),
        reason=None,
        bar_us=None,
    )


@pytest.fixture
def rig(sqlite_file_url: URL, tmp_path: Path) -> Iterator[Rig]:
    """On SQLite."""
    made = Rig(sqlite_file_url, tmp_path)
    yield made
    made.lookout.close()


@pytest.mark.parametrize(
    ("source", "late_s", "is_told"),
    [
        ("webhook:default", 0, True),
        ("webhook:default", 119, True),
        ("webhook:default", 121, False),
        ("log:alerts.csv", 0, False),
    ],
    ids=["live", "slow", "caught up", "imported"],
)
def test_that_an_entry_is_told_only_when_it_came_over_http_just_now(
    rig: Rig, source: str, late_s: int, is_told: bool
) -> None:
    rig.fold(1, source, START_US - late_s * 1_000_000)
    assert bool(rig.open()) is is_told


def test_that_an_entry_is_told_once_and_passes(rig: Rig) -> None:
    rig.fold(1, "webhook:default", START_US)
    (told,) = rig.board.open()
    rig.board.acknowledge(told.kind, told.key)
    assert rig.open() == []
    rig.fold(1, "webhook:default", START_US)
    assert rig.open() == []


def test_that_a_storm_of_entries_leaves_a_handful_open(rig: Rig) -> None:
    for number in range(300):
        rig.fold(number, "webhook:default", START_US, trade_id=f"id{number}")
    assert len(rig.open()) == TOLD_AT_ONCE + 1
    assert ("entry", "many") in rig.open()
    rig.clock.advance(700)
    rig.board.pass_by(rig.clock())
    assert rig.open() == []


async def test_that_silence_is_told_until_the_next_alert(rig: Rig, sqlite_file_url: URL) -> None:
    rig.clock.advance(3_600)
    await rig.lookout.look()
    assert rig.open() == [], "no alert ever came"
    put(sqlite_file_url, b"{}")
    await rig.lookout.look()
    assert rig.open() == [("silence", "webhook")]
    _arrive(sqlite_file_url, rig.clock())
    _judge(sqlite_file_url, 2, "done", "ENTRY")
    await rig.lookout.look()
    assert rig.open() == []


async def test_that_our_own_test_alert_does_not_break_the_silence(rig: Rig, sqlite_file_url: URL) -> None:
    put(sqlite_file_url, b"{}")
    rig.clock.advance(3_600)
    _arrive(sqlite_file_url, rig.clock())
    _judge(sqlite_file_url, 2, "done", "SECONDSKIES_TEST")
    await rig.lookout.look()
    assert rig.open() == [("silence", "webhook")]


async def test_that_a_test_alert_which_is_not_read_yet_does_not_break_it_either(
    rig: Rig, sqlite_file_url: URL
) -> None:
    put(sqlite_file_url, b"{}")
    rig.clock.advance(3_600)
    await rig.lookout.look()
    _arrive(sqlite_file_url, rig.clock())
    await rig.lookout.look()
    _judge(sqlite_file_url, 2, "done", "SECONDSKIES_TEST")
    await rig.lookout.look()
    assert rig.open() == [("silence", "webhook")]


async def test_that_alerts_which_nobody_reads_are_no_silence(rig: Rig, sqlite_file_url: URL) -> None:
    put(sqlite_file_url, b"{}")
    rig.clock.advance(3_600)
    _arrive(sqlite_file_url, rig.clock())
    rig.clock.advance(60)
    await rig.lookout.look()
    assert rig.open() == []


async def test_that_dead_letters_are_told_until_none_is_left(rig: Rig, sqlite_file_url: URL) -> None:
    put(sqlite_file_url, b"a", b"b")
    _judge(sqlite_file_url, 1, "dead", None)
    _judge(sqlite_file_url, 2, "dead", None)
    await rig.lookout.look()
    (told,) = rig.board.open()
    assert told.text.startswith("2 alerts could not be read")
    _judge(sqlite_file_url, 1, "done", None)
    await rig.lookout.look()
    assert len(rig.open()) == 1
    _judge(sqlite_file_url, 2, "done", None)
    await rig.lookout.look()
    assert rig.open() == []


async def test_that_a_full_disk_is_told_and_over_again(rig: Rig) -> None:
    rig.lookout.settings = Settings(attention=AttentionSettings(disk_free_mb=10**12))
    await rig.lookout.look()
    assert rig.open() == [("disk", "profile")]
    rig.lookout.settings = Settings(attention=AttentionSettings(disk_free_mb=50))
    await rig.lookout.look()
    assert rig.open() == []


async def test_that_sleep_is_told_and_its_time_is_no_silence(rig: Rig, sqlite_file_url: URL) -> None:
    put(sqlite_file_url, b"{}")
    await rig.lookout.look()
    rig.slept_s = 3_600
    rig.clock.advance(3_615)
    await rig.lookout.look()
    assert rig.open() == [("clock", "sleep")]


async def test_that_a_clock_that_was_set_is_told(rig: Rig) -> None:
    await rig.lookout.look()
    rig.set_s = 3.0
    rig.clock.advance(18)
    await rig.lookout.look()
    assert rig.open() == [("clock", "jump")]


def _arrive(url: URL, received_us: int) -> None:
    with writing(url) as connection:
        row = store.Arrival(received_us, "webhook:default", "MNQ1! 1m", b"\1", None, b"{ }")
        store.append_arrivals(connection, [row])


def _judge(url: URL, inbox_id: int, state: str, event_type: str | None) -> None:
    with writing(url) as connection:
        row = Delivery(inbox_id, state, event_type, None, None, None, None, None, None)
        store.write_deliveries(connection, [row])
