"""The way of an alert through a running engine, how long alerts took by trade date, and the end of old traces."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from datetime import date
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.engine.checkup import check_up
from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.telemetry import (
    KEPT_DAYS,
    forget_old_traces,
    latency_answer,
    latency_of,
)
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest.tracing import store as trace_store
from secondskies_desktop.ingest.tracing.trace import STEPS
from tests.databases import eventually, reading, writing
from tests.ingest.test_tracing import a_slice
from tests.loopback import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import URL, Connection

TEST = b'{"event_type":"SECONDSKIES_TEST","nonce":"1"}'
DAY_US = 86_400_000_000
EVE_18_NY_US = 1_764_543_600_000_000
"""2025-11-30 23:00 UTC: the trade date of December 1 begins."""


def latency_verdict(engine: Engine) -> tuple[str, str]:
    """Return what the doctor says of latency."""
    checks = {one["check"]: one for one in check_up(engine.profile)["checks"]}
    return checks["latency"]["verdict"], checks["latency"]["detail"]


def test_that_every_step_of_an_alert_is_timed_from_the_wire_to_the_screen(engine: Engine) -> None:
    assert engine.ready is not None
    desk = Desk(engine.profile, Bus(), engine)
    before = system_clock()
    assert latency_verdict(engine)[0] == "UNKNOWN"
    assert post(engine.ready.url, TEST).status == 200
    eventually(lambda: desk.trace(1) is not None, within_s=3.0)
    trace = desk.trace(1)
    found = desk.latency(trade_date(before))
    desk.close()
    assert trace is not None
    assert trace.received_us is not None
    assert [step.name for step in trace.steps] == list(STEPS)
    times = [trace.received_us, *(step.at_us or 0 for step in trace.steps)]
    assert times == sorted(times)
    assert before <= times[0] <= times[-1] <= system_clock()
    assert all(step.took_us is not None for step in trace.steps)
    assert found.whole.n == 1
    assert found.whole.max_us == trace.whole_us
    verdict, detail = latency_verdict(engine)
    assert verdict == "PASS"
    assert detail.startswith("1 alerts of this trade date")


def test_that_a_clean_stop_loses_no_trace(engine: Engine) -> None:
    assert engine.ready is not None
    assert post(engine.ready.url, TEST).status == 200
    eventually(lambda: _position(engine) == 1)
    engine.stop()
    with reading(engine.profile.database) as connection:
        assert trace_store.trace_of(connection, 1) is not None


def _position(engine: Engine) -> int:
    from secondskies_desktop.ingest import store

    with reading(engine.profile.database) as connection:
        return store.position(connection)


def test_that_a_trade_date_begins_at_six_in_the_evening_of_new_york(database: URL) -> None:
    places = (EVE_18_NY_US - 1, EVE_18_NY_US, EVE_18_NY_US + DAY_US - 1, EVE_18_NY_US + DAY_US)
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(n, at_us, 10) for n, at_us in enumerate(places, 1)])
    with reading(database) as connection:
        found = latency_of(connection, date(2025, 12, 1))
        assert found.whole.n == 2
        assert latency_of(connection, date(2025, 11, 30)).whole.n == 1
    answer = latency_answer(found)
    assert answer["trade_date"] == "2025-12-01"
    assert [one["step"] for one in answer["steps"]] == [*STEPS, "whole"]
    assert [one["hour"] for one in answer["hours"]] == ["2025-11-30T22:00:00Z", "2025-12-01T22:00:00Z"]


@pytest.mark.parametrize("day", [date(2025, 3, 9), date(2025, 3, 10), date(2025, 11, 2), date(2025, 11, 3)])
def test_that_the_trade_dates_of_both_changes_of_clocks_have_their_alerts(database: URL, day: date) -> None:
    noon_us = (day.toordinal() - date(1970, 1, 1).toordinal()) * DAY_US + DAY_US // 2
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(n, noon_us + (n - 2) * DAY_US, 10) for n in (1, 2, 3)])
    with reading(database) as connection:
        assert latency_of(connection, day).whole.n == 1


async def test_that_traces_are_forgotten_after_thirty_days(
    database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_us = EVE_18_NY_US
    kept_us = now_us - KEPT_DAYS * DAY_US
    ages = [kept_us - 3, kept_us - 2, kept_us - 1, kept_us, now_us]
    with writing(database) as connection:
        trace_store.write(connection, [a_slice(n, at_us, 10) for n, at_us in enumerate(ages, 1)])
    calls = 0
    real = trace_store.forget_before
    monkeypatch.setattr(trace_store, "forget_before", lambda one, before_us: real(one, before_us, limit=2))

    def write(work: Callable[[Connection], int]) -> Future[int]:
        nonlocal calls
        calls += 1
        done: Future[int] = Future()
        with writing(database) as connection:
            done.set_result(work(connection))
        return done

    assert await asyncio.wait_for(forget_old_traces(write, now_us), 5) == "3 slices forgotten"
    assert calls == 3
    with reading(database) as connection:
        assert trace_store.trace_of(connection, 3) is None
        assert trace_store.trace_of(connection, 4) is not None
