"""What the Alert Centre reads: how things stand, what was sent, when a rule fired; over a running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.alerts import store
from secondskies_desktop.alerts.store import Send
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_datetime, system_clock
from secondskies_desktop.foundation.settings import AlertsSettings, Settings
from tests.alerts.receiver import receiving
from tests.databases import eventually, reading, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

CANARY = "c4n4ry-of-the-address"
SENT = Settings(alerts=AlertsSettings(send_out="watch"))


def disk(severity: Severity = Severity.DANGER) -> Attention:
    return Attention("disk", severity, "profile", "the disk is full", as_datetime(system_clock()))


@pytest.fixture
def desk(profile: Profile) -> Iterator[Desk]:
    """The desk of a running engine that sends out."""
    engine = Engine(profile, SENT, command="a test")
    engine.start(port=0)
    made = Desk(profile, engine.bus, engine)
    yield made
    made.close()
    engine.stop()


def board(desk: Desk) -> Engine:
    assert desk._engine is not None
    return desk._engine


def test_that_what_is_open_says_how_often_it_was_told_and_when_again(desk: Desk) -> None:
    board(desk).board.raise_(disk())
    (one,) = desk.attention_open()
    assert (one.told, one.acknowledged, one.is_held) == (1, False, False)
    assert one.next_us is not None
    assert 295e6 < one.next_us - system_clock() <= 300e6
    assert desk.acknowledge("disk", "profile")
    assert desk.attention_open()[0].next_us is None
    assert desk.take_back("disk", "profile")
    assert not desk.take_back("disk", "profile")
    assert desk.attention_open()[0].next_us is not None


def test_that_an_alert_goes_out_within_two_seconds_and_the_history_says_so(
    desk: Desk, profile: Profile
) -> None:
    with receiving() as receiver:
        desk.add_channel("phone", receiver.url(CANARY), private=True)
        began_us = system_clock()
        board(desk).board.raise_(disk())
        eventually(lambda: receiver.messages)
        took_s = (system_clock() - began_us) / 1e6
        assert took_s < 5.0, "the first one imports Apprise"
        began_us = system_clock()
        assert desk.test_channel("phone").ok
        assert (system_clock() - began_us) / 1e6 < 2.0
        eventually(lambda: desk.channels()[0][1])
        eventually(lambda: any(desk.alert_sends(desk.attention_history(10)).values()))
        ((_, sends),) = desk.alert_sends(desk.attention_history(10)).items()
        assert [(one.channel, one.ok, one.step) for one in sends] == [("phone", True, 0)]
        ((channel, last),) = desk.channels()
        assert channel.address == "json://***"
        assert last is not None
        assert last.ok
    for file in profile.home.rglob("*"):
        if file.is_file() and not file.name.endswith(".secret"):
            assert CANARY.encode() not in file.read_bytes(), f"{file.name} holds the address"


def test_that_settings_are_followed_by_rules_escalation_and_sender(desk: Desk) -> None:
    changed = Settings(alerts=AlertsSettings(escalate_after_minutes=1, send_out="none"))
    desk.follow(changed)
    engine = board(desk)
    assert engine.lookout is not None
    assert engine.alerting is not None
    assert engine.lookout.settings is changed
    assert engine.alerting.service.settings is changed.alerts
    assert engine.alerting.sender.level == "none"


def test_that_rules_know_when_they_last_fired(desk: Desk) -> None:
    assert desk.rules_fired() == {}
    board(desk).board.raise_(disk())
    eventually(lambda: ("disk", "") in desk.rules_fired())


def test_that_a_viewer_reads_how_often_it_was_told_and_may_not_acknowledge(
    desk: Desk, profile: Profile
) -> None:
    board(desk).board.raise_(disk())
    viewer = Desk(profile, Bus(), None, "another program")
    try:
        eventually(lambda: [one.told for one in viewer.attention_open()] == [1])
        with pytest.raises(RuntimeError):
            viewer.take_back("disk", "profile")
    finally:
        viewer.close()


def test_that_sends_belong_to_the_episode_in_which_they_were_made(
    database: URL,
) -> None:
    from secondskies_desktop.foundation import store as foundation_store
    from secondskies_desktop.foundation.store import CLEARED, RAISED, LoggedEdge

    edges = [
        LoggedEdge(at_us, edge, "disk", key, "DANGER", "full")
        for key, begin in (("profile", 100), ("other", 110), ("profile", 200))
        for at_us, edge in ((begin, RAISED), (begin + 50, CLEARED))
    ]
    sends = [
        Send(at_us, "disk", key, 0, "phone", True, "")
        for at_us, key in (
            (99, "profile"),
            (101, "profile"),
            (111, "other"),
            (199, "profile"),
            (201, "profile"),
        )
    ]
    with writing(database) as connection:
        foundation_store.append_edges(connection, edges)
        store.append_sends(connection, sends)
    with reading(database) as connection:
        found = foundation_store.episodes(connection, 10)
        by_episode = store.sends_of(connection, found)
        assert {one.raised_us: [send.at_us for send in by_episode[one.id]] for one in found} == {
            100: [101, 199],
            110: [111],
            200: [201],
        }
        assert store.sends_of(connection, []) == {}
        assert store.last_sends(connection)["phone"].at_us == 201
        fired = store.last_fired(connection, [("disk", ""), ("clock", "jump")])
    assert fired == {("disk", ""): 200}
