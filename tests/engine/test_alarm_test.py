"""The test alarm proves the engine's stages on a real webhook and names the one that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine import alarm_test
from secondskies_desktop.engine.alarm_test import AlarmTest, Sent, Stage, judged
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.foundation.attention import Attention
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.ingest.changes import ArrivalRow
from tests.clocks import START_US
from tests.databases import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.attention import Episode

WHERE = "http://127.0.0.1:8787"


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    """A desk on a running engine."""
    made = Desk(engine.profile, engine.bus, engine)
    yield made
    made.close()


def test_that_the_chain_is_proved_by_a_real_alert_and_kept(desk: Desk, engine: Engine) -> None:
    heard: list[Attention] = []
    engine.bus.subscribe(Attention, heard.append)
    test = desk.test_alarm()
    assert [(stage.name, stage.ok) for stage in test.stages] == [
        ("webhook", True),
        ("store", True),
        ("fold", True),
    ]
    assert all(stage.took_ms is not None for stage in test.stages)
    assert test.inbox_id is not None
    found = desk.arrival_detail(test.inbox_id)
    assert found is not None
    assert b"SECONDSKIES_TEST" in found.body
    assert [(one.kind, one.key) for one in heard] == [("test alarm", "test")]
    desk.keep_alarm_test(test)
    later = Desk(engine.profile, Bus())
    assert later.last_alarm_tests() == alarm_test.AlarmTests(test, test)
    later.close()


def test_that_a_failed_stage_is_named_raised_and_cleared_by_the_next_proof(
    desk: Desk, engine: Engine
) -> None:
    good = desk.test_alarm()
    desk.keep_alarm_test(good)
    sent = Sent(WHERE, 200, "", None, 3.0, 1_000.0, b"{}")
    broken = AlarmTest(START_US, START_US, judged(sent, 7), 7)
    desk.keep_alarm_test(broken)
    assert [one.text for one in engine.board.open() if one.key == "chain"] == [
        "The test alarm failed at fold: arrival #7 is not folded"
    ]
    assert desk.last_alarm_tests() == alarm_test.AlarmTests(broken, good)
    desk.keep_alarm_test(good)
    assert not [one for one in engine.board.open() if one.key == "chain"]


def test_that_what_is_open_and_its_history_come_from_the_desk(desk: Desk) -> None:
    desk.test_alarm()
    (one,) = [one for one in desk.attention_open() if one.attention.kind == "test alarm"]
    assert not one.acknowledged
    assert desk.acknowledge("test alarm", "test")
    assert not [one for one in desk.attention_open() if one.attention.kind == "test alarm"]
    eventually(lambda: any(one.cleared_us for one in _tested(desk)))
    (episode,) = _tested(desk)
    assert episode.acknowledged_us is not None


def test_that_a_viewer_sees_what_is_open_and_cannot_acknowledge(desk: Desk, engine: Engine) -> None:
    desk.test_alarm()
    eventually(lambda: _tested(desk))
    viewer = Desk(engine.profile, Bus(), None, "another process is the engine")
    assert "test alarm" in {one.attention.kind for one in viewer.attention_open()}
    with pytest.raises(RuntimeError, match="only looks on"):
        viewer.acknowledge("test alarm", "test")
    viewer.close()


def _tested(desk: Desk) -> list[Episode]:
    return [one for one in desk.attention_history(50) if one.kind == "test alarm"]


def _row(state: str) -> ArrivalRow:
    return ArrivalRow(
        7, START_US, "webhook:default", "x", 60, state, "SECONDSKIES_TEST", None, None, (), None, None, 1.5
    )


@pytest.mark.parametrize(
    ("status", "error", "stored", "row", "verdicts", "said"),
    [
        (None, "TimeoutError", None, None, [False], "cannot be reached: TimeoutError"),
        (503, "", None, None, [False], "answered 503"),
        (200, "", None, None, [True, False], "the inbox does not have the alert"),
        (200, "", 7, None, [True, True, False], "arrival #7 is not folded"),
        (200, "", 7, _row("dead"), [True, True, False], "arrival #7 is dead"),
        (200, "", 7, _row("done"), [True, True, True], "arrival #7 is done"),
    ],
)
def test_that_each_stage_stands_on_a_fact(
    status: int | None,
    error: str,
    stored: int | None,
    row: ArrivalRow | None,
    verdicts: list[bool],
    said: str,
) -> None:
    stages = judged(Sent(WHERE, status, error, row, 3.0, 40.0, b"{}"), stored)
    assert [stage.ok for stage in stages] == verdicts
    assert said in stages[-1].detail


def test_that_what_was_not_there_to_be_proved_is_no_failure() -> None:
    test = AlarmTest(0, 1, (Stage("webhook", True, ""), Stage("sound", None, "no player")))
    assert test.ok
    assert alarm_test.failure(test) is None
