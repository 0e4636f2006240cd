"""The test alarm ends with the sound, names what failed, and runs by itself when a session begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Signal

from secondskies_desktop.alerts.quiet_hours import QuietHours
from secondskies_desktop.desktop.alarm_chain import AlarmChain
from secondskies_desktop.desktop.sounds import Played
from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests, Stage
from secondskies_desktop.ingest.changes import ArrivalRow
from tests.clocks import FrozenClock
from tests.desktop.fake_desk import FakeDesk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.alerts.escalation import Told
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.readers import Readers

MINUTE_S = 60


def at(text: str) -> int:
    """Return a New York winter time as µs UTC."""
    moment = datetime.fromisoformat(f"{text}-05:00").astimezone(UTC)
    return int(moment.timestamp()) * 1_000_000


PROVED = tuple(Stage(name, True, "a fact", 2.0) for name in ("webhook", "store", "fold"))
ARRIVAL = ArrivalRow(
    7, 0, "webhook:default", "x", 60, "done", "SECONDSKIES_TEST", None, None, (), None, None, 1.5
)


class Voice(QObject):
    """Announces as told: what the tray and the player make of it."""

    announced = Signal(object, object)
    sounded = Signal(object)
    tray: tuple[bool | None, str] = (True, "message in the tray")
    sound: Played | None = Played(True, "played by pw-play", 300.0)

    def take(self, told: list[Told]) -> None:
        """Announce a batch."""
        self.announced.emit(told, self.tray)
        if self.sound is not None:
            self.sounded.emit(self.sound)


class Rig:
    """A chain on a desk in memory whose webhook works."""

    def __init__(self, bridge: Bridge, readers: Readers) -> None:
        self.desk = FakeDesk()
        self.desk.engine_proof = AlarmTest(1, 2, PROVED, 7)
        bridge.listen(self.desk.bus)
        self.voice, self.clock = Voice(), FrozenClock(at("2025-12-09T08:29:58"))
        bridge.told.connect(self.voice.take)
        self.is_in_strip = True
        self.chain = AlarmChain(
            self.desk,
            bridge,
            readers,
            self.voice,  # type: ignore[arg-type]
            lambda kind, key: self.is_in_strip and (kind, key) == ("test alarm", "test"),
            self.clock,
        )

    def run(self, qtbot: QtBot, *, arrives: bool = True) -> AlarmTests:
        """Run to the end, and return what is kept."""
        with qtbot.waitSignal(self.chain.finished, timeout=5_000) as finished:
            self.chain.run()
            if arrives:
                self.desk.arrive(ARRIVAL)
        tests: AlarmTests = finished.args[0]
        return tests


@pytest.fixture
def rig(bridge: Bridge, readers: Readers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """With little patience."""
    monkeypatch.setattr("secondskies_desktop.desktop.alarm_chain._WITHIN_MS", 400)
    made = Rig(bridge, readers)
    yield made
    made.chain.close()


def verdicts(test: AlarmTest | None) -> dict[str, bool | None]:
    assert test is not None
    return {stage.name: stage.ok for stage in test.stages}


def test_that_a_whole_chain_is_proved_and_kept(qtbot: QtBot, rig: Rig) -> None:
    tests = rig.run(qtbot)
    assert list(verdicts(tests.newest).items()) == [
        ("webhook", True),
        ("store", True),
        ("fold", True),
        ("screen", True),
        ("tray and strip", True),
        ("sound", True),
    ]
    assert tests.newest is not None
    assert all(stage.took_ms is not None for stage in tests.newest.stages)
    assert rig.desk.alarm_tests.proved == tests.newest


@pytest.mark.parametrize(
    ("tray", "in_strip", "sound", "shown", "sounded"),
    [
        ((None, "no tray here"), True, Played(None, "no player", None), True, None),
        ((True, "message"), False, Played(True, "played", 1.0), True, True),
        ((None, "no tray here"), False, Played(True, "played", 1.0), False, True),
        ((True, "message"), True, Played(False, "aplay: no such device", None), True, False),
    ],
    ids=["strip alone, no player", "hidden in the tray", "seen nowhere", "broken player"],
)
def test_that_what_is_not_there_is_said_and_what_fails_is_named(
    qtbot: QtBot,
    rig: Rig,
    tray: tuple[bool | None, str],
    in_strip: bool,
    sound: Played,
    shown: bool,
    sounded: bool | None,
) -> None:
    rig.voice.tray, rig.voice.sound, rig.is_in_strip = tray, sound, in_strip
    tests = rig.run(qtbot)
    found = verdicts(tests.newest)
    assert (found["tray and strip"], found["sound"]) == (shown, sounded)
    assert tests.newest is not None
    assert tests.newest.ok is (shown and sounded is not False)
    assert tray[1] in tests.newest.stages[4].detail


def test_that_a_stage_of_the_engine_that_failed_ends_the_run(qtbot: QtBot, rig: Rig) -> None:
    rig.desk.engine_proof = AlarmTest(1, 2, (Stage("webhook", False, "answered 503"),))
    tests = rig.run(qtbot, arrives=False)
    assert verdicts(tests.newest) == {"webhook": False}
    assert tests.proved is None


@pytest.mark.parametrize("missing", ["screen", "sound"])
def test_that_a_stage_that_never_comes_fails(qtbot: QtBot, rig: Rig, missing: str) -> None:
    if missing == "sound":
        rig.voice.sound = None
    tests = rig.run(qtbot, arrives=missing != "screen")
    assert verdicts(tests.newest)[missing] is False
    assert tests.newest is not None
    assert tests.newest.failed is not None
    assert tests.newest.failed.name == missing


def test_that_a_window_that_only_looks_on_says_so_unless_it_ran_by_itself(qtbot: QtBot, rig: Rig) -> None:
    rig.desk.broken = RuntimeError("this window only looks on")
    for by_itself, said in ((False, "this window only looks on"), (True, "")):
        with qtbot.waitSignal(rig.chain.refused) as refused:
            rig.chain.run(by_itself=by_itself)
        assert refused.args == [said]


@pytest.mark.parametrize(
    ("begin", "after_s", "wanted", "runs"),
    [
        ("2025-12-09T08:29:58", 1, True, 0),
        ("2025-12-09T08:29:58", 2, True, 1),
        ("2025-12-09T08:29:58", 2, False, 0),
        ("2025-12-06T08:29:58", 2, True, 0),
        ("2025-12-25T19:59:58", 2, True, 1),
        ("2025-12-25T12:59:58", 2, True, 0),
        ("2015-01-06T08:29:58", 2, True, 0),
    ],
    ids=["before", "NY AM begins", "not wanted", "Saturday", "Asia after Christmas", "Christmas", "unknown"],
)
def test_that_it_runs_by_itself_when_a_session_begins_in_open_market(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, begin: str, after_s: int, wanted: bool, runs: int
) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(rig.chain, "run", lambda *, by_itself: begun.append(by_itself))
    rig.chain.at_session_start = wanted
    rig.chain.tick(at(begin))
    assert begun == [], "never at the start of the program"
    rig.chain.tick(at(begin) + after_s * 1_000_000)
    rig.chain.tick(at(begin) + (after_s + 1) * 1_000_000 if runs else at(begin))
    assert begun == [True] * runs


def test_that_no_test_begins_by_itself_in_the_quiet_hours(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    monkeypatch.setattr(rig.chain, "run", lambda *, by_itself: begun.append(by_itself))
    rig.chain.quiet = QuietHours(22 * 60, 8 * 60)
    for begin in ("2025-12-08T23:59:58", "2025-12-09T05:59:58"):
        rig.chain.tick(at(begin))
        rig.chain.tick(at(begin) + 2_000_000)
    assert begun == []
    rig.chain.tick(at("2025-12-09T08:29:58"))
    rig.chain.tick(at("2025-12-09T08:30:00"))
    assert begun == [True]
