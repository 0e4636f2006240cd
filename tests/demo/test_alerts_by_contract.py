"""What the simulated indicator says in contract 2, against the rules of our Pine library."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from typing import Any

from secondskies_desktop.demo.alerts_by_contract import MAX_BODY, Sender
from secondskies_desktop.demo.event import Kind, Told
from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.signals.wire import decode
from tests.demo.made_bars import MINUTE_US, MONDAY_US
from tests.demo.made_reports import BAR, came_back, running


def said(bars: int) -> list[dict[str, Any]]:
    """Return the alerts of so many bars, read as JSON."""
    return [json.loads(one.body) for one in speak(7, MONDAY_US, bars, Generation.CONTRACT)]


def test_that_the_numbers_of_a_run_begin_at_one_and_leave_none_out() -> None:
    alerts = said(600)
    assert [one["seq"] for one in alerts] == list(range(1, len(alerts) + 1))


def test_that_a_bar_sends_at_most_three_alerts_and_three_minutes_at_most_twelve() -> None:
    alerts = said(600)
    by_bar = Counter(one["bar"] for one in alerts)
    assert max(by_bar.values()) <= 3
    for bar in by_bar:
        assert sum(by_bar.get(bar + later * 60_000, 0) for later in range(3)) <= 12
    assert all(len(one.body) <= MAX_BODY for one in speak(7, MONDAY_US, 600, Generation.CONTRACT))


def test_that_a_quiet_quarter_of_an_hour_brings_a_sign_of_life() -> None:
    alerts = said(240)
    assert all(later["bar"] - one["bar"] <= 15 * 60_000 for one, later in pairwise(alerts))
    assert decode(next(Sender().of_bar(BAR, [])).encode(), 0).events == []


def test_that_news_go_before_updates_and_of_a_trade_only_the_newest_update_waits() -> None:
    sender = Sender()
    many = [Told(Kind.BREAK_EVEN, came_back())] * 60
    update = Told(Kind.UPDATE, running())
    first = [json.loads(one) for one in sender.of_bar(BAR, [update, *many])]
    assert {event["type"] for one in first for event in one["events"]} == {"EXIT_BE"}
    assert [(one["part"], one["parts"]) for one in first] == [(1, 3), (2, 3), (3, 3)]
    later = type(BAR)(BAR.at_us + MINUTE_US, BAR.open, BAR.high, BAR.low, BAR.close)
    second = [json.loads(one) for one in sender.of_bar(later, [update])]
    told = [event for one in second for event in one["events"]]
    assert [event["at"] for event in told if event["type"] == "MFE_UPDATE"] == [later.at_us // 1000]
    assert sum(event["type"] == "EXIT_BE" for event in told) + sum(len(one["events"]) for one in first) == 60
