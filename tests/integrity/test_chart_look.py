"""Charts as a whole, on a real database: what is missing of them opens and closes, anomalies are told once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.demo.speech import Generation, speak
from secondskies_desktop.engine import integrity
from secondskies_desktop.engine.folding import fold_pending
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.integrity import store
from secondskies_desktop.integrity.chart_look import NO_NUMBER, ChartLook
from secondskies_desktop.integrity.estimates import Estimates
from tests.databases import reading, writing
from tests.integrity.made_days import DAY_MINUTES, MINUTE_US, MONDAY_US, STREAM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.integrity.store import Finding

DAY_US = 24 * 60 * MINUTE_US


class Charts:
    """A database, and an object that looks at its charts at the time of the newest arrival."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.now_us = MONDAY_US
        self.look = ChartLook()

    def put(self, arrivals: Sequence[inbox_store.Arrival]) -> None:
        """Let arrivals come and be folded, and look at them."""
        with writing(self.profile.database) as connection:
            inbox_store.append_arrivals(connection, arrivals)
        fold_pending(self.profile)
        self.now_us = max(self.now_us, *(one.received_us for one in arrivals))
        self.rest()

    def rest(self) -> None:
        """Look until nothing is left to do."""
        while True:
            with reading(self.profile.database) as connection:
                if not self.look.step(connection, self._write, self.now_us):
                    return

    def _write(self, work: Callable[[Connection], None]) -> None:
        with writing(self.profile.database) as connection:
            work(connection)

    def open(self, kind: str | None = None) -> list[Finding]:
        """Return what is open, of one type or of all."""
        with reading(self.profile.database) as connection:
            found = store.open_findings(connection)
        return [one for one in found if kind in (None, one.type)]


def said(
    generation: Generation, bars: int = 240, seed: int = 3, source: str = "webhook:default"
) -> list[inbox_store.Arrival]:
    """Return what a chart says in some minutes, as it arrives."""
    found = []
    for place, one in enumerate(speak(seed, MONDAY_US, bars, generation)):
        received_us = one.bar_close_us + 300_000 + place % 400
        digest = hashlib.sha256(one.body).digest()
        found.append(inbox_store.Arrival(received_us, source, STREAM, digest, None, one.body))
    return found


@pytest.fixture
def charts(tmp_path: Path) -> Charts:
    """An object over an empty database."""
    profile = open_profile(tmp_path)
    ensure_schema(profile.database, profile.backups)
    return Charts(profile)


@pytest.mark.parametrize("generation", [Generation.BATCH, Generation.SNAPSHOT, Generation.CONTRACT])
def test_that_nothing_is_found_of_a_chart_of_which_all_came(charts: Charts, generation: Generation) -> None:
    charts.put(said(generation, DAY_MINUTES))
    assert charts.open() == []


def test_that_every_number_that_never_came_is_named_until_it_comes(charts: Charts) -> None:
    alerts = said(Generation.CONTRACT)
    late = [alerts[40], alerts[41], alerts[90]]
    charts.put([one for one in alerts if one not in late])
    assert [one.text for one in sorted(charts.open(NO_NUMBER), key=lambda one: one.since_us)] == [
        "Alerts 41 to 42 of this chart's script never came.",
        "Alert 91 of this chart's script never came.",
    ]
    charts.put(late[:2])
    assert [one.text for one in charts.open()] == ["Alert 91 of this chart's script never came."]
    charts.put(late[2:])
    assert charts.open() == []


def test_that_a_new_process_finds_what_the_one_before_it_found(charts: Charts) -> None:
    alerts = said(Generation.CONTRACT)
    charts.put([one for place, one in enumerate(alerts[:100]) if place not in (20, 60)])
    before = charts.open()
    charts.look = ChartLook()
    charts.rest()
    assert charts.open() == before
    charts.put([one for place, one in enumerate(alerts[100:]) if place != 50])
    assert len(charts.open(NO_NUMBER)) == 3


def test_that_a_silence_is_told_while_it_lasts(charts: Charts) -> None:
    charts.put(said(Generation.CONTRACT, 60))
    charts.now_us += 21 * MINUTE_US
    charts.rest()
    (silence,) = charts.open()
    assert (silence.type, silence.trade_id, silence.points) == ("no_heartbeat", "", 0)
    more = [one for one in said(Generation.CONTRACT, 120) if one.received_us > charts.now_us]
    charts.put(more)
    assert charts.open("no_heartbeat") == []


def test_that_an_anomaly_is_told_once_and_is_over_after_a_day(charts: Charts) -> None:
    alerts = said(Generation.BATCH, 30)
    burst = [alerts[-1]._replace(received_us=alerts[-1].received_us + number) for number in range(6)]
    charts.put([*alerts, *burst])
    (found,) = charts.open("duplicate_burst")
    assert found.category == store.ANOMALY
    charts.now_us += DAY_US
    charts.rest()
    assert charts.open("duplicate_burst") == []
    charts.look = ChartLook()
    charts.rest()
    assert charts.open("duplicate_burst") == [], "a new process hears it again and does not tell it again"


def estimate(profile: Profile, now_us: int) -> Estimates:
    """Weigh all there is."""
    found = Estimates()
    with reading(profile.database) as connection:
        while found.step(connection, now_us):
            pass
    return found


@pytest.mark.parametrize("generation", [Generation.BATCH, Generation.SNAPSHOT, Generation.CONTRACT])
def test_that_the_estimate_holds_the_share_that_came(charts: Charts, generation: Generation) -> None:
    alerts = said(generation, DAY_MINUTES, seed=11)
    came = [one for place, one in enumerate(alerts) if place % 12]
    charts.put(came)
    share = estimate(charts.profile, charts.now_us).estimate().share
    assert share.low is not None
    assert share.high is not None
    assert share.low - 0.02 <= len(came) / len(alerts) <= share.high + 0.02


def test_that_a_log_that_is_imported_counts_and_two_lists_tell_what_neither_has(charts: Charts) -> None:
    alerts = said(Generation.CONTRACT, DAY_MINUTES, seed=11)
    charts.put([one for place, one in enumerate(alerts) if place % 10])
    growing = estimate(charts.profile, charts.now_us)
    before = growing.estimate()
    assert before.by_lists is None
    charts.put([one._replace(source="import:log") for place, one in enumerate(alerts) if place % 7])
    with reading(charts.profile.database) as connection:
        assert growing.step(connection, charts.now_us), "the date has grown"
        while growing.step(connection, charts.now_us + 2 * MINUTE_US):
            pass
    after = growing.estimate()
    assert (after.share.share or 0) > (before.share.share or 1)
    assert after.lists is not None
    assert after.by_lists is not None
    neither = sum(1 for place in range(len(alerts)) if place % 10 == place % 7 == 0)
    assert after.lists.webhook == sum(1 for place in range(len(alerts)) if place % 10)
    assert (after.by_lists.low or 0) <= neither <= (after.by_lists.high or 0)


def test_that_too_little_is_not_estimated_and_says_how_much_more_it_takes(charts: Charts) -> None:
    alerts = said(Generation.CONTRACT, 30)[:10]
    charts.put(alerts)
    answer = integrity.estimated(charts.profile, lambda: charts.now_us)
    assert (answer["estimate"], answer["missed"], answer["more_needed"]) == (None, None, 30 - len(alerts))
