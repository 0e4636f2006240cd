"""From the board to what is told: at once, again, and over a restart; and the signs of life of each chart."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.alerts.pulse import Pulses
from secondskies_desktop.alerts.service import AlertService
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.attention import Attention, AttentionBoard, Severity
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.settings import AlertsSettings, Settings
from secondskies_desktop.foundation.store import episodes
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.ingest.store import Arrival, Delivery
from tests.clocks import START_US, FrozenClock
from tests.databases import eventually, reading, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile

MINUTE_US = 60_000_000
PLACE = ("conflict", "MNQ1! 1m")


def attention(severity: Severity = Severity.WATCH, *, at_us: int = START_US) -> Attention:
    return Attention(*PLACE[:1], severity, PLACE[1], "the backup failed", as_datetime(at_us))


class Desk:
    """A board with its alerts; what is told is kept."""

    def __init__(self, settings: AlertsSettings | None = None) -> None:
        self.bus, self.clock = Bus(), FrozenClock()
        self.board = AttentionBoard(self.bus)
        self.told: list[Told] = []
        self.bus.subscribe(Told, self.told.append)
        self.service = AlertService(settings or AlertsSettings(), self.board, self.bus, self.clock)

    def after(self, seconds: float) -> list[Told]:
        """Let time pass, look, and return what was told by that."""
        self.told.clear()
        self.clock.advance(seconds)
        self.service.look()
        return list(self.told)


def test_that_what_is_raised_is_told_within_the_call_and_again_until_acknowledged() -> None:
    desk = Desk()
    desk.board.raise_(attention())
    assert [(one.step, one.severity) for one in desk.told] == [(0, Severity.WATCH)]
    assert desk.after(299.9) == []
    assert [(one.step, one.severity) for one in desk.after(0.1)] == [(1, Severity.DANGER)]
    desk.board.acknowledge(*PLACE)
    assert desk.after(3_600) == []
    desk.board.take_back(*PLACE)
    assert [one.step for one in desk.after(300)] == [2]
    desk.board.clear(*PLACE)
    assert desk.after(3_600) == []


def test_that_settings_are_followed_while_it_runs() -> None:
    desk = Desk()
    desk.board.raise_(attention())
    desk.service.settings = AlertsSettings(escalate_after_minutes=1)
    assert len(desk.after(60)) == 1
    desk.service.settings = AlertsSettings(escalate_after_minutes=0)
    assert desk.after(3_600) == []


def test_that_an_end_that_was_heard_before_its_beginning_tells_nothing_for_ever() -> None:
    """Two threads may publish in another order than the board was changed: the board has the last word."""
    desk = Desk()
    desk.bus.publish(attention())
    assert desk.board.open() == []
    assert desk.after(300) == []
    assert desk.service.standing(*PLACE) is None


def test_that_a_reckoning_that_fails_still_lets_the_word_out(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()

    def broken(*_args: object, **_kwargs: object) -> list[Told]:
        raise ArithmeticError

    monkeypatch.setattr(desk.service._escalation, "raised", broken)
    desk.board.raise_(attention())
    assert [one.text for one in desk.told] == ["the backup failed"]


def test_that_escalation_goes_on_over_a_restart(database: URL, profile_on: Callable[[URL], Profile]) -> None:
    profile = profile_on(database)
    for steps in ([0, 1], [2]):
        engine = Engine(profile, Settings(), command="a test")
        told: list[Told] = []
        engine.bus.subscribe(Told, told.append)
        engine.start(port=0)
        try:
            for _ in steps:
                engine.board.raise_(attention(at_us=engine._clock()), again=True)
            assert [one.step for one in told if one.kind == PLACE[0]] == steps
            eventually(partial(_is_logged, database, 2 * len(steps)))
        finally:
            engine.stop()


def _is_logged(url: URL, edges: int) -> bool:
    with reading(url) as connection:
        return sum(1 + one.told for one in episodes(connection, 50) if one.kind == PLACE[0]) >= edges


@pytest.mark.parametrize("severity", list(Severity))
def test_that_an_engine_tells_within_two_seconds_and_on_time_again(
    engine: Engine, severity: Severity
) -> None:
    told: list[tuple[float, Told]] = []
    engine.bus.subscribe(Told, lambda one: told.append((time.monotonic(), one)))
    began = time.monotonic()
    engine.board.raise_(Attention("test alarm", severity, "chain", "broken", as_datetime(engine._clock())))
    ((at_s, one),) = told
    assert at_s - began < 2.0
    assert one.severity is severity
    assert engine.alerting is not None
    standing = engine.alerting.service.standing("test alarm", "chain")
    assert standing is not None
    assert (standing.next_us is None) is (severity is Severity.INFO)


STREAM, OTHER = "MNQ1! 1m", "ES1! 1m"
BEAT = b'{"event_type":"HEARTBEAT","timestamp":"2025-12-09T10:02:00","signal_count":214}'
BAR = b'{"contract":2,"seq":7,"bar":1764600000000,"events":[]}'
NEWS = b'{"contract":2,"seq":8,"bar":1764600000000,"events":[{"type":"ENTRY"}]}'


def arrive(
    url: URL,
    at_us: int,
    kind: str,
    body: bytes = BEAT,
    *,
    stream: str = STREAM,
    source: str = "webhook:default",
) -> None:
    """Store an arrival with what became of it."""
    with writing(url) as connection:
        inbox_store.append_arrivals(connection, [Arrival(at_us, source, stream, b"x" * 32, None, body)])
        number = inbox_store.last_arrival(connection)
        row = Delivery(number, "done", kind, None, None, None, None, None, None)
        inbox_store.write_deliveries(connection, [row])


def test_that_only_charts_that_send_heartbeats_have_a_pulse(database: URL) -> None:
    pulses = Pulses()

    def read() -> list[tuple[str, int, int]]:
        with reading(database) as connection:
            return [msgspec.structs.astuple(one) for one in pulses.read(connection)]

    assert read() == []
    arrive(database, START_US, "ENTRY", b"{}", stream=OTHER)
    arrive(database, START_US, "HEARTBEAT", stream=OTHER, source="log:file.csv")
    arrive(database, START_US, "CONTRACT_2", NEWS, stream=OTHER)
    assert read() == []
    arrive(database, START_US, "HEARTBEAT")
    arrive(database, START_US + 2 * MINUTE_US, "ENTRY", b"{}")
    assert read() == [(STREAM, START_US + 2 * MINUTE_US, 3_600_000_000)]
    arrive(database, START_US + 15 * MINUTE_US, "HEARTBEAT")
    assert read() == [(STREAM, START_US + 15 * MINUTE_US, 15 * MINUTE_US)]
    arrive(database, START_US + 16 * MINUTE_US, "SECONDSKIES_TEST", b"{}")
    assert read() == [(STREAM, START_US + 15 * MINUTE_US, 15 * MINUTE_US)]


def test_that_a_bar_of_contract_two_without_events_is_a_heartbeat(database: URL) -> None:
    arrive(database, START_US, "CONTRACT_2", BAR)
    arrive(database, START_US + MINUTE_US, "CONTRACT_2", BAR)
    with reading(database) as connection:
        (pulse,) = Pulses().read(connection)
    assert (pulse.stream, pulse.rhythm_us) == (STREAM, MINUTE_US)
