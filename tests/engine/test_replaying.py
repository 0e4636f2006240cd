"""A day again: the same arrivals through the same engine, to the same projection, and nothing of the source touched."""

from __future__ import annotations

import hashlib
import threading
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.importing import import_alert_logs
from secondskies_desktop.engine.rebuilding import fingerprint_of
from secondskies_desktop.engine.replay_tape import NothingToReplay, ReplayEnded, Scratch, Tape
from secondskies_desktop.engine.replaying import Replay, headless_replay
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.attention import Attention
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.foundation.database.failure import DatabaseProblem
from secondskies_desktop.foundation.database.migrate import create_schema, ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import UnreadableSettings, change_setting, read_settings
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.signals import store as signal_store
from tests.databases import eventually, inbox_of, reading, writing
from tests.engine.made_day import (
    DAY,
    ENDS_US,
    HOUR_US,
    MINUTE_US,
    OPENS_US,
    STARTS_US,
    arrivals,
    day_of_alerts,
)
from tests.ingest.alert_logs import real_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile


@pytest.fixture
def source(profile: Profile) -> Profile:
    """A profile with a day of alerts in its inbox."""
    day_of_alerts(profile)
    return profile


@pytest.fixture
def scratch(source: Profile) -> Iterator[Scratch]:
    """The scratch profile of that day."""
    made = Scratch(Tape(source, DAY))
    yield made
    made.close()


@pytest.fixture
def replay(scratch: Scratch) -> Iterator[Replay]:
    """A replay of that day, not opened yet."""
    made = Replay(scratch, speed=600)
    yield made
    made.close()


def of_day(url: URL) -> list[tuple[int, str, str, bytes]]:
    """Return the arrivals of the day in an inbox, in the order of their coming."""
    rows = [one for one in inbox_of(url) if STARTS_US <= one.received_us < ENDS_US]
    return [
        (one.received_us, one.source, one.stream, one.body) for one in sorted(rows, key=lambda one: one[1])
    ]


def files_of(profile: Profile) -> dict[str, str]:
    """Return the hash of every file of a profile."""
    files = [file for file in profile.home.rglob("*") if file.is_file()]
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def has_come_to(replay: Replay, place: int) -> bool:
    """Whether so many arrivals of a replay are folded."""
    return replay.clock.standing().place == place


def last_line(profile: Profile, day: date = DAY, speed: float | None = None) -> dict[str, object]:
    """Replay a day without a window and return what is said at the end."""
    return list(headless_replay(profile, day, speed=speed, over=threading.Event()))[-1]


@pytest.mark.parametrize("speed", [None, 600.0])
def test_that_a_day_ends_with_the_projection_of_a_direct_fold(source: Profile, speed: float | None) -> None:
    done = last_line(source, speed=speed)
    count = len(of_day(source.database))
    assert count > 10
    assert done["signals"] != 0
    assert done == {
        "event": "done",
        "day": "2025-12-09",
        "arrivals": count,
        "signals": done["signals"],
        "identical": True,
    }


def test_that_a_projection_that_differs_is_said_to_differ(
    source: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Scratch.read
    monkeypatch.setattr(
        Scratch, "read", lambda one, place, until: [] if place == 0 else whole(one, place, until)
    )
    assert last_line(source, speed=600)["identical"] is False


def test_that_a_replay_that_is_ended_early_claims_nothing(source: Profile) -> None:
    over = threading.Event()
    over.set()
    done = list(headless_replay(source, DAY, speed=1, over=over))[-1]
    assert (done["event"], done["identical"]) == ("done", None)


def test_that_a_replay_can_be_ended_while_the_day_is_being_made(scratch: Scratch) -> None:
    over = threading.Event()
    over.set()
    replay = Replay(scratch, over=over)
    with pytest.raises(ReplayEnded):
        replay.open()
    replay.close()


def test_that_a_date_that_goes_on_plays_until_now(source: Profile) -> None:
    now_us = ENDS_US - HOUR_US
    assert Tape(source, DAY, lambda: now_us).ends_us == now_us
    assert Tape(source, DAY).ends_us == ENDS_US
    tape = Tape(source, DAY, lambda: STARTS_US)
    assert tape.ends_us == tape.moments[-1], "a clock that was set back hides no arrival"


def test_that_a_database_of_either_kind_is_replayed(
    database: URL, profile_on: Callable[[URL], Profile]
) -> None:
    profile = profile_on(database)
    day_of_alerts(profile)
    assert last_line(profile)["identical"] is True


def test_that_the_source_is_not_written(source: Profile) -> None:
    before = files_of(source)
    assert last_line(source)["identical"] is True
    assert files_of(source) == before


def test_that_the_arrivals_come_again_as_they_came(source: Profile, replay: Replay) -> None:
    replay.open()
    replay.clock.seek(ENDS_US)
    eventually(lambda: replay.clock.standing().is_over)
    assert of_day(replay.scratch.profile.database) == of_day(source.database)


def test_that_the_day_begins_with_all_that_was_before_and_with_nothing_of_the_day(replay: Replay) -> None:
    engine = replay.open()
    assert replay.clock() == replay.clock.moments[0] - MINUTE_US, "nothing happens in the hours before"
    with reading(engine.profile.database) as connection:
        signals = signal_store.newest(connection, 1_000)
    assert signals
    assert all((row.view.last_received_us or 0) < STARTS_US for row in signals)
    assert of_day(engine.profile.database) == []


def test_that_a_pause_stops_the_clock_and_the_arrivals(replay: Replay) -> None:
    replay.open()
    replay.clock.resume()
    eventually(lambda: replay.clock.standing().place >= 3)
    replay.clock.pause()
    eventually(lambda: replay.clock.due(0) is None)
    stood = replay.clock.standing()
    threading.Event().wait(0.3)
    assert replay.clock.standing() == stood


def test_that_a_step_brings_exactly_the_next_arrival_folded(replay: Replay) -> None:
    bus = Bus()
    heard: list[int] = []
    ending = bus.subscribe(ArrivalsChanged, lambda event: heard.extend(row.received_us for row in event.rows))
    replay.open(bus)
    for number in range(1, 6):
        replay.clock.step()
        eventually(partial(has_come_to, replay, number))
        assert heard == list(replay.clock.moments[:number])
        assert replay.clock() == heard[-1]
    ending()


def test_that_the_clock_never_shows_a_time_whose_arrivals_are_not_folded(replay: Replay) -> None:
    bus = Bus()
    late_us: list[int] = []
    bus.subscribe(
        ArrivalsChanged, lambda event: late_us.extend(replay.clock() - row.received_us for row in event.rows)
    )
    replay.open(bus)
    replay.clock.resume()
    eventually(lambda: replay.clock.standing().place == len(replay.clock.moments))
    assert len(late_us) == len(replay.clock.moments)
    assert all(0 <= late <= 600 * 50_000 for late in late_us), "a twentieth of a second at 600 times"


def test_that_a_replay_begins_again_over_the_same_scratch(scratch: Scratch) -> None:
    prints = []
    for _ in range(2):
        replay = Replay(scratch, speed=600)
        replay.open()
        assert replay.clock.standing().place == 0
        replay.clock.seek(ENDS_US)
        eventually(partial(has_come_to, replay, len(replay.clock.moments)))
        replay.close()
        prints.append(fingerprint_of(scratch.profile.database))
    assert prints[0] == prints[1]


def test_that_the_lookout_goes_by_the_clock_of_the_replay(replay: Replay) -> None:
    bus = Bus()
    raised: list[Attention] = []
    bus.subscribe(Attention, raised.append)
    replay.open(bus)
    replay.clock.seek(replay.clock.moments[-1])
    replay.clock.resume()
    eventually(lambda: any(one.kind == "silence" for one in raised))
    told = next(one for one in raised if one.kind == "silence")
    quiet_us = as_us(told.since) - replay.clock.moments[-1]
    assert 15 * MINUTE_US <= quiet_us < HOUR_US
    assert not any(one.kind == "clock" for one in raised), "a fast clock is no clock that was set"


def test_that_an_entry_of_the_day_is_told_as_it_was_then(replay: Replay) -> None:
    bus = Bus()
    raised: list[Attention] = []
    bus.subscribe(Attention, raised.append)
    replay.open(bus)
    replay.clock.resume()
    eventually(lambda: any(one.kind == "entry" for one in raised))
    told = next(one for one in raised if one.kind == "entry")
    assert OPENS_US < as_us(told.since) < OPENS_US + HOUR_US


def test_that_nothing_can_come_in_and_nothing_is_kept(replay: Replay) -> None:
    engine = replay.open()
    desk = Desk(engine.profile, engine.bus, engine)
    assert (desk.status().role, desk.status().profile) == ("replay", "REPLAY")
    assert (desk.way_in().kind, desk.way_in().local_url) == ("replay", None)
    for work in (desk.copy_url, desk.send_test_alert, desk.test_alarm):
        with pytest.raises(RuntimeError, match="nothing can come in"):
            work()
    with pytest.raises(RuntimeError, match="your own desk"):
        desk.mark_module("L0/1", complete=True)
    assert not engine.profile.backups.exists()
    assert not (engine.profile.home / "webhook.token").exists()
    desk.close()


def test_that_the_roadmap_of_a_replay_has_his_own_marks_and_no_others(
    source: Profile, replay: Replay
) -> None:
    with writing(source.database) as connection:
        for key, complete in (("L0/1", True), ("L0/2", True), ("L0/1", False)):
            foundation_store.write_roadmap_mark(connection, key, STARTS_US, complete=complete)
    engine = replay.open()
    with reading(source.database) as his, reading(engine.profile.database) as copied:
        marks = foundation_store.roadmap_marks_of(copied)
        assert marks == foundation_store.roadmap_marks_of(his)
    assert [marks[key].complete for key in ("L0/1", "L0/2")] == [False, True]


def test_that_a_replay_is_quiet_unless_it_is_asked_for_sound(source: Profile) -> None:
    change_setting(source.settings_file, "desktop", "theme", "light")
    change_setting(source.settings_file, "tunnel", "kind", "own")
    change_setting(source.settings_file, "desktop", "start_at_login", True)
    for sounds, heard in ((False, "none"), (True, "all")):
        scratch = Scratch(Tape(source, DAY), sounds=sounds)
        found = read_settings(scratch.profile.settings_file)
        scratch.close()
        assert (found.attention.sounds, found.attention.notifications) == (heard, heard)
        assert (found.desktop.theme, found.tunnel.kind) == ("light", "none")
        assert not found.desktop.start_at_login
        assert not found.attention.test_at_session_start


def test_that_settings_that_cannot_be_read_leave_no_scratch(
    source: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source.settings_file.write_text("[desktop]\ntheme = 7\n", encoding="utf-8")
    with pytest.raises(UnreadableSettings, match="theme"):
        Scratch(Tape(source, DAY))
    assert list(tmp_path.glob("secondskies-replay-*")) == []


def test_that_the_scratch_is_thrown_away(
    source: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    last_line(source)
    assert list(tmp_path.glob("secondskies-replay-*")) == []


def test_that_a_day_without_arrivals_is_refused(source: Profile) -> None:
    with pytest.raises(NothingToReplay, match="2025-12-10"):
        Tape(source, DAY + timedelta(days=1))


def test_that_where_there_is_no_database_none_is_made(profile: Profile) -> None:
    with pytest.raises(NothingToReplay, match="no database"):
        Tape(profile, DAY)
    assert not Path(profile.database.database or "").exists()


def test_that_the_days_are_listed_newest_first_with_their_arrivals(source: Profile) -> None:
    desk = Desk(source, Bus())
    found = desk.trade_dates()
    desk.close()
    assert [day for day, _ in found] == [DAY, DAY - timedelta(days=1)]
    assert found[0][1] == len(of_day(source.database))
    assert sum(count for _, count in found) == len(inbox_of(source.database))


LOGS = real_logs()


@pytest.mark.skipif(not LOGS, reason="SECONDSKIES_ALERT_LOGS names no folder of alert logs")
def test_that_the_days_of_a_real_log_are_replayed_to_the_same_projection(tmp_path: Path) -> None:
    profile = open_profile(tmp_path / "real")
    ensure_schema(profile.database)
    import_alert_logs(profile, LOGS[-1:])
    desk = Desk(profile, Bus())
    days = desk.trade_dates()
    desk.close()
    for day, count in days:
        done = last_line(profile, day)
        assert (done["arrivals"], done["identical"]) == (count, True)


def test_that_a_scratch_that_is_gone_ends_a_replay_with_a_reason(
    source: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_place: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Scratch, "read", fail)
    with pytest.raises(DatabaseProblem, match="no space left"):
        last_line(source, speed=600)


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_that_a_database_of_an_older_schema_is_replayed_and_stays_as_it_is(
    profile: Profile, revision: str
) -> None:
    create_schema(profile.database, revision)
    with writing(profile.database) as connection:
        store.append_arrivals(connection, arrivals(1, OPENS_US, 5))
    before = files_of(profile)
    assert last_line(profile)["identical"] is True
    assert files_of(profile) == before
