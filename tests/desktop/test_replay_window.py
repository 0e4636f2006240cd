"""The window of a replay: it says what it is, its clock is the one that every panel goes by, and keys steer it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.remembered import Remembered
from secondskies_desktop.desktop.replay_app import ReplayOpener
from secondskies_desktop.desktop.replay_deck import Start
from secondskies_desktop.desktop.replay_dialog import ReplayDialog
from secondskies_desktop.desktop.replay_launch import replay_command, replay_environment
from secondskies_desktop.desktop.replay_timeline import ReplayTimeline
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.window_life import WindowLife
from secondskies_desktop.engine.replay_tape import Scratch, Tape
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.sessions import session_at, trade_date
from secondskies_desktop.foundation.settings import change_setting
from secondskies_desktop.ingest.changes import ArrivalRow
from tests.desktop.fake_desk import FakeDesk
from tests.desktop.test_window_life import FakeOpener
from tests.engine.made_day import DAY, ENDS_US, HOUR_US, MINUTE_US, STARTS_US, day_of_alerts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pytestqt.qtbot import QtBot

    from secondskies_desktop.desktop.panels.command_center.panel import CommandCenter
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.engine.replay_clock import ReplayClock
    from secondskies_desktop.foundation.profile import Profile


@pytest.fixture
def source(profile: Profile) -> Profile:
    """A profile with a day of alerts."""
    day_of_alerts(profile)
    return profile


def an_arrival(inbox_id: int) -> ArrivalRow:
    """Return an arrival of the day."""
    at_us = STARTS_US + inbox_id * MINUTE_US
    return ArrivalRow(
        inbox_id, at_us, "webhook:default", "MNQ1! 1m", 9, "done", None, None, None, (), None, None
    )


class Played:
    """A window of a replay, paused at its beginning."""

    def __init__(self, source: Profile) -> None:
        self.scratch = Scratch(Tape(source, DAY))
        self.opener = ReplayOpener(self.scratch, Start(60.0, runs=False))
        remembered = Remembered(self.scratch.home / "desktop.json")
        self.life = WindowLife(self.opener, self.scratch.profile, remembered, clock=self.opener.replay.clock)
        self.window = self.life.window
        self.deck = self.opener.dress(self.window)
        self.bar = self.deck.bar

    @property
    def clock(self) -> ReplayClock:
        """The clock of the replay."""
        return self.opener.replay.clock

    def seconds_gone(self) -> float:
        """Return how far the clock is from where it began."""
        return (self.clock() - self.clock.begins_us) / 1e6

    def stands_at(self, at_us: int) -> bool:
        """Whether its clock stands there."""
        return self.clock() == at_us

    def has_come_to(self, place: int) -> bool:
        """Whether so many arrivals are folded."""
        return self.clock.standing().place == place

    def close(self) -> None:
        """End it."""
        self.window.close()
        self.life.close()
        self.scratch.close()


@pytest.fixture
def played(qtbot: QtBot, dressed: object, source: Profile) -> Iterator[Played]:
    """A window of a replay, opened, with all panels on screen."""
    del dressed
    made = Played(source)
    qtbot.addWidget(made.window)
    made.life.start()
    qtbot.waitUntil(lambda: len(made.window._started) == len(made.window.docks), timeout=20_000)
    made.window.activateWindow()
    yield made
    made.close()


def press(played: Played, keys: str) -> None:
    """Press keys as if the window had them."""
    QTest.keySequence(played.window, QKeySequence(keys))


def test_that_nobody_can_take_it_for_the_live_desk(played: Played) -> None:
    window = played.window
    assert window.windowTitle() == (
        f"REPLAY · 2025-12-09 · {formats.ny_time(played.clock())} · paused · Second Skies"
    )
    assert {panel.header.badge.text() for panel in window.panels.values()} == {"REPLAY"}
    assert all(not panel.header.badge.isHidden() for panel in window.panels.values())
    assert played.bar.badge.text() == "REPLAY"
    assert window.status.engine.word.text() == "replay"
    assert window.status.tunnel.word.text() == "none"
    assert played.life.alarm is not None
    assert not played.life.alarm.tray.exists
    assert played.life.alarm._app is None, "nobody is away from a day that is over"


def test_that_the_clock_moves_in_bar_title_status_bar_and_command_center(
    qtbot: QtBot, played: Played
) -> None:
    before = played.window.windowTitle()
    played.deck.set_speed(600)
    played.clock.resume()
    qtbot.waitUntil(lambda: played.seconds_gone() > 300)
    played.clock.pause()
    played.window.tick()
    now = formats.ny_time(played.clock())
    assert played.window.windowTitle() not in (before, "")
    assert now in played.window.windowTitle()
    assert played.bar.clock.text() == now
    assert played.window.status.clock.word.text() == now
    center: CommandCenter = played.window.panels["command_center"]  # type: ignore[assignment]
    center.tick(played.clock())
    assert center.now.clock.number.text() == now


def test_that_the_session_of_every_panel_is_that_of_the_replay(qtbot: QtBot, played: Played) -> None:
    window = played.window
    center: CommandCenter = window.panels["command_center"]  # type: ignore[assignment]
    for hour, session, following in ((9, "NY AM", "NY LUNCH in"), (14, "NY PM", "AFTER HRS in")):
        at_us = STARTS_US + (6 + hour) * HOUR_US + 40 * MINUTE_US
        played.deck.go_to(at_us)
        qtbot.waitUntil(partial(played.stands_at, at_us))
        window.tick()
        center.tick(played.clock())
        assert session_at(played.clock()) == session
        assert window.status.session.word.text() == session
        assert window.status.next.word.text().startswith(following)
        assert ["Session", session] in center.now.table.texts()
    assert window.status.market.word.text() == "Open until 17:00"


def test_that_today_is_the_day_that_is_played(qtbot: QtBot, played: Played) -> None:
    center: CommandCenter = played.window.panels["command_center"]  # type: ignore[assignment]
    played.deck.go_to(ENDS_US - HOUR_US)
    qtbot.waitUntil(lambda: played.clock.standing().place == len(played.clock.moments))
    center.be_seen(seen=True)
    center.feed.ask()
    qtbot.waitUntil(lambda: center.today.count.number.text() not in ("", "–", "0"))
    assert trade_date(played.clock()) == DAY


def test_that_ages_go_by_the_clock_of_the_replay(played: Played) -> None:
    live = played.window.panels["live_signals"]
    live.tick(played.clock())
    assert live.model.now_us == played.clock()  # type: ignore[attr-defined]
    assert all(panel._clock is played.clock for panel in played.window.panels.values())


def test_that_space_plays_and_pauses(played: Played) -> None:
    press(played, "Space")
    assert played.clock.standing().runs
    assert played.bar.toggle.text() == "❚❚"
    press(played, "Space")
    assert not played.clock.standing().runs
    assert played.bar.toggle.text() == "▶"


def test_that_the_right_arrow_brings_exactly_the_next_arrival(qtbot: QtBot, played: Played) -> None:
    for place in (1, 2):
        press(played, "Right")
        qtbot.waitUntil(partial(played.has_come_to, place))
        assert played.clock() == played.clock.moments[place - 1]
    played.window.tick()
    assert played.bar.said.text() == f"2 of {len(played.clock.moments)} arrivals"


def test_that_brackets_change_the_speed_and_stop_at_its_ends(played: Played) -> None:
    seen = []
    for key in ("]", "]", "[", "[", "[", "["):
        press(played, key)
        seen.append(played.clock.standing().speed)
    assert seen == [600, 600, 60, 10, 1, 1]
    assert played.bar.speeds.on() == "1×"


def test_that_a_speed_of_his_own_is_said_beside_the_count(played: Played) -> None:
    played.deck.set_speed(250)
    assert "250×" in played.bar.said.text()
    press(played, "[")
    assert played.clock.standing().speed == 60


def test_that_a_field_keeps_its_keys(played: Played) -> None:
    live = played.window.panels["live_signals"]
    live.focus_filter()
    QTest.keyClicks(live.filter.text, "a b[")  # type: ignore[attr-defined]
    assert live.filter.text.text() == "a b["  # type: ignore[attr-defined]
    assert (played.clock.standing().runs, played.clock.standing().speed) == (False, 60)


def test_that_palette_and_card_of_keys_have_what_steers_it_and_nothing_that_cannot_be(
    played: Played,
) -> None:
    listed = {one.id for one in played.window.action_list}
    assert {"replay.toggle", "replay.step", "replay.slower", "replay.faster", "replay.restart"} <= listed
    assert not {"file.import", "file.replay", "attention.test"} & listed
    assert dict(played.window.keys.lines())["Space"] == "Play or pause"
    assert played.window.menus.replay.menuAction().isVisible()
    assert not played.window.import_logs([])


def test_that_a_click_ahead_goes_there_and_one_behind_begins_the_day_again(
    qtbot: QtBot, played: Played
) -> None:
    strip = played.bar.timeline
    at_us = strip.moment_at(strip.width() * 0.9)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.width() * 0.9), 5))
    qtbot.waitUntil(lambda: abs(played.clock() - at_us) < 5 * MINUTE_US)
    assert played.opener.again is None
    with qtbot.waitSignal(played.window.left):
        played.deck.go_to(at_us - 2 * HOUR_US)
    assert played.opener.again == Start(60.0, False, at_us - 2 * HOUR_US)


def test_that_a_window_that_begins_again_stands_where_it_was_asked_for(qtbot: QtBot, source: Profile) -> None:
    scratch = Scratch(Tape(source, DAY))
    at_us = ENDS_US - HOUR_US
    opener = ReplayOpener(scratch, Start(10.0, runs=True, from_us=at_us))
    desk = opener.open(FakeDesk().bus)
    qtbot.waitUntil(lambda: opener.replay.clock() >= at_us)
    now = opener.replay.clock.standing()
    assert (now.speed, now.runs, now.place) == (10, True, now.arrivals)
    assert desk.status().role == "replay"
    opener.close()
    scratch.close()


def test_that_a_replay_that_cannot_go_on_says_why(
    qtbot: QtBot, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_place: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(played.scratch, "read", fail)
    played.deck.step()
    qtbot.waitUntil(lambda: "no space left" in played.bar.said.text())
    assert not played.bar.toggle.isEnabled()


@pytest.mark.parametrize("width", [300, 900])
def test_that_the_strip_maps_its_width_to_the_day(qtbot: QtBot, dressed: object, width: int) -> None:
    del dressed
    strip = ReplayTimeline([STARTS_US + HOUR_US] * 5, STARTS_US, ENDS_US)
    qtbot.addWidget(strip)
    strip.resize(width, 36)
    strip.show_now(STARTS_US + HOUR_US)
    strip.grab()
    assert strip.moment_at(-5) == STARTS_US
    assert strip.moment_at(width + 5) == ENDS_US
    assert strip.moment_at(width / 2) == (STARTS_US + ENDS_US) // 2
    assert sum(strip._counted()) == 5


def test_that_the_days_are_offered_newest_first_and_the_chosen_one_is_told(
    qtbot: QtBot, dressed: object, readers: Readers
) -> None:
    del dressed
    desk = FakeDesk(arrivals=[an_arrival(one) for one in (1, 2, 3)])
    dialog = ReplayDialog(desk, readers)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(dialog.play.isEnabled)
    assert dialog.list.count() == 1
    row = dialog.list.itemWidget(dialog.list.item(0))
    assert [one.text() for one in row.findChildren(Text)] == ["Tue", "09 Dec 2025", "3 arrivals"]
    with qtbot.waitSignal(dialog.chosen) as told:
        dialog.play.click()
    assert told.args == [DAY, 60.0]


def test_that_without_any_arrival_there_is_no_day_to_choose(
    qtbot: QtBot, dressed: object, readers: Readers
) -> None:
    del dressed
    dialog = ReplayDialog(FakeDesk(), readers)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: "no day" in dialog.said.text())
    assert not dialog.play.isEnabled()


def test_that_no_list_of_processes_shows_the_password_of_the_database(tmp_path: Path) -> None:
    url = "postgresql://trader:hush@db.example.net/desk"
    profile = open_profile(tmp_path / "home", url)
    command = replay_command(profile, DAY + timedelta(days=1), 10.0)
    assert command[-6:] == ["--home", str(profile.home), "replay", "2025-12-10", "--speed", "10"]
    assert "hush" not in " ".join(command)
    assert (
        replay_environment(profile).value("SECONDSKIES_DATABASE").endswith("trader:hush@db.example.net/desk")
    )


def test_that_the_live_desk_asks_for_a_day_and_stays_as_it_is(
    qtbot: QtBot, dressed: object, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    del dressed
    started: list[tuple[Path, date, float]] = []

    def start(of: Profile, day: date, speed: float) -> bool:
        started.append((of.home, day, speed))
        return len(started) > 1

    monkeypatch.setattr("secondskies_desktop.desktop.replay_launch.start_replay", start)
    opener = FakeOpener(FakeDesk(arrivals=[an_arrival(1)]))
    life = WindowLife(opener, profile, Remembered(profile.home / "d.json"))
    qtbot.addWidget(life.window)
    with qtbot.waitSignal(life.opened):
        life.start()
    for count in (1, 2):
        life.window.action_list.run("file.replay")
        dialog = life.window.findChildren(ReplayDialog)[-1]
        qtbot.waitUntil(dialog.play.isEnabled)
        dialog.play.click()
        assert started == count * [(profile.home, DAY, 60.0)]
        assert life.window.problems.isHidden() is (count > 1)
        life.window.problems.hide()
    assert not life.window.menus.replay.menuAction().isVisible()
    life.window.close()
    life.close()


def test_that_going_back_opens_another_window_over_the_same_day(source: Profile, tmp_path: Path) -> None:
    change_setting(source.settings_file, "desktop", "theme", "light")
    script = Path(__file__).with_name("start_replay.py")
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(script.parents[2]),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, script, source.home, DAY.isoformat()],
        env=environment,
        text=True,
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["place"] == 3
    assert (second["place"], second["at"], second["runs"]) == (0, first["began"], False)
    assert first["theme"] == second["theme"] == "light"
    assert list(tmp_path.glob("secondskies-replay-*")) == [], "the scratch is thrown away"
