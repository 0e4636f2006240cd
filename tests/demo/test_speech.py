"""What is spoken is decoded, and folding it gives back the truth that the simulation knows."""

from __future__ import annotations

import hashlib
import json
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.demo.alerts_by_bar import MAX_LENGTH
from secondskies_desktop.demo.fields import chicago_id, oldest_id
from secondskies_desktop.demo.indicator import Indicator
from secondskies_desktop.demo.journey import PENDING, SimSignal
from secondskies_desktop.demo.speech import (
    EXPORT_SIZE,
    Defects,
    Generation,
    Utterance,
    speak,
    speak_with_truth,
)
from secondskies_desktop.demo.walk import minutes
from secondskies_desktop.foundation.database.engine import sqlite_url, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.wire import decode
from tests.demo.made_bars import MINUTE_US, MONDAY_US, long_example

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.signals.view import SignalView

BARS = 600
RULES = {
    Generation.SNAPSHOT: {"snapshot-v1"},
    Generation.BATCH: {"telemetry", "mfe-batch", "heartbeat"},
    Generation.TELEMETRY: {"telemetry"},
    Generation.TELEMETRY_Z: {"telemetry-z"},
    Generation.STRATEGY: {"strategy"},
    Generation.EXPORT: {"export-v2"},
    Generation.ALL_SIGNALS: {"all-signals-export"},
    Generation.WRAPPED: {"wrapped-telemetry"},
    Generation.STAGE: {"automation-stage"},
    Generation.CONTRACT: {"contract-2"},
}
EVERY_FAULT = Defects(
    duplicate=0.2,
    repeated_exit=0.3,
    exit_first=0.3,
    missing_creation=0.3,
    missing_entry=0.3,
    stray_quote=0.5,
    untriggered_as_break_even=True,
    no_be_in_mae=True,
)


@pytest.mark.parametrize("generation", list(Generation))
@pytest.mark.parametrize("defects", [Defects(lost_quote=False), EVERY_FAULT])
def test_that_every_body_is_recognised_and_read_without_a_problem(
    generation: Generation, defects: Defects
) -> None:
    found = [
        decode(one.body, one.bar_close_us + 400_000) for one in speak(7, MONDAY_US, 300, generation, defects)
    ]
    assert {one.rule for one in found} == RULES[generation]
    assert all(one.problems == () for one in found)
    assert any(one.events for one in found)


@pytest.mark.parametrize(
    ("generation", "defects", "repair", "mark"),
    [
        (Generation.SNAPSHOT, Defects(), "lost-closing-quote", b'"triangles_delta":[{'),
        (Generation.STRATEGY, Defects(stray_quote=1.0), "stray-quote-after-number", b'"type":"ENTRY"'),
    ],
)
def test_that_bodies_are_broken_as_in_life_and_mended_by_name(
    generation: Generation, defects: Defects, repair: str, mark: bytes
) -> None:
    broken = 0
    for utterance in speak(7, MONDAY_US, 300, generation, defects):
        try:
            json.loads(utterance.body)
        except ValueError:
            broken += 1
            assert mark in utterance.body
            assert decode(utterance.body, utterance.bar_close_us).repairs == (repair,)
    assert broken > 5


def test_that_without_faults_every_body_is_json() -> None:
    for generation in Generation:
        for utterance in speak(7, MONDAY_US, 120, generation, Defects(lost_quote=False)):
            json.loads(utterance.body)


def test_that_a_snapshot_a_minute_is_sent_at_the_close_of_its_bar() -> None:
    said = list(speak(3, MONDAY_US, BARS))
    assert len(said) == BARS
    assert said[0].bar_close_us == MONDAY_US + MINUTE_US
    for utterance in said:
        assert len(utterance.body) <= MAX_LENGTH
        assert b'"bar_ts":%d,' % (utterance.bar_close_us // 1000) in utterance.body


def test_that_bars_of_ones_own_are_spoken_of_too() -> None:
    bars = list(islice(minutes(9, MONDAY_US), 200))
    said = list(speak(1, 0, bars))
    assert [one.bar_close_us - MINUTE_US for one in said] == [bar.at_us for bar in bars]
    assert len(list(speak(1, 0, long_example()))) == len(long_example())


@pytest.mark.parametrize("generation", list(Generation))
def test_that_a_seed_speaks_the_same_words_twice(generation: Generation) -> None:
    once, again = (list(speak(7, MONDAY_US, 120, generation, EVERY_FAULT)) for _ in range(2))
    assert once == again


def test_that_duplicates_are_exact_and_as_many_as_asked_for() -> None:
    plain = list(speak(7, MONDAY_US, BARS, Generation.BATCH))
    said = list(speak(7, MONDAY_US, BARS, Generation.BATCH, Defects(duplicate=0.6)))
    assert [one for one, before in zip(said, [None, *said], strict=False) if one != before] == plain
    assert sum(one == later for one, later in pairwise(said)) / len(said) == pytest.approx(0.6, abs=0.05)


def test_that_a_bulk_export_follows_its_bars_in_parts() -> None:
    said, truth = told_with_truth(Generation.ALL_SIGNALS, 3_000)
    trees = [json.loads(one.body) for one in said]
    assert [tree["batch_number"] for tree in trees] == list(range(len(trees)))
    assert all(tree["batch_size"] == EXPORT_SIZE for tree in trees[:-1])
    assert all(later.bar_close_us - one.bar_close_us == 5 * MINUTE_US for one, later in pairwise(said))
    rows = [row for tree in trees for row in tree["signals"]]
    assert {row["trade_id"]: row["status"] for row in rows} == {one.trade_id: one.status for one in truth}


def test_that_a_live_export_tells_each_confirmation_once() -> None:
    said, truth = told_with_truth(Generation.EXPORT, BARS)
    live = [json.loads(one.body) for one in said if b'"batch_number":-1,' in one.body]
    ids = [row["trade_id"] for tree in live for row in tree["signals"]]
    assert ids == [signal.trade_id for signal in truth if signal.confirmation_us is not None]


def told_with_truth(
    generation: Generation, bars: int, defects: Defects | None = None
) -> tuple[list[Utterance], list[SimSignal]]:
    """Return alerts and the signals behind them."""
    said, indicator = [], Indicator()
    for utterance, indicator in speak_with_truth(7, MONDAY_US, bars, generation, defects):  # noqa: B007 - the last
        said.append(utterance)
    return said, indicator.truth()


def folded(path: Path, utterances: list[Utterance]) -> dict[str, SignalView]:
    """Fold alerts through the real inbox and pump; returns the signals by id."""
    url = sqlite_url(path / "speech.db")
    ensure_schema(url)
    arrivals = [
        store.Arrival(
            one.bar_close_us + 300_000 + index,
            "test",
            "MNQ1! 1m",
            hashlib.sha256(one.body).digest(),
            None,
            one.body,
        )
        for index, one in enumerate(utterances)
    ]
    engine = write_engine(url, durable=False)
    with engine.begin() as connection:
        store.append_arrivals(connection, arrivals)
    pump = Pump(url)
    pump.run_to_end()
    pump.close()
    with engine.connect() as connection:
        found = {row.view.trade_id: row.view for row in signal_store.every(connection)}
    engine.dispose()
    return found


def spoken_id(generation: Generation, signal: SimSignal) -> str | None:
    """Return a signal's id in a generation, None where it does not speak of the signal."""
    if generation in (Generation.STRATEGY, Generation.TELEMETRY_Z):
        return None if signal.confirmation_us is None else chicago_id(signal)
    if generation is Generation.TELEMETRY and signal.confirmation_us is None:
        return None
    return oldest_id(signal) if generation is Generation.STAGE else signal.trade_id


FOLDED = [one for one in Generation if one is not Generation.EXPORT]


@pytest.mark.parametrize("generation", FOLDED)
def test_that_folding_what_was_spoken_gives_back_the_truth(tmp_path: Path, generation: Generation) -> None:
    said, signals = told_with_truth(generation, BARS)
    truth = {name: one for one in signals if (name := spoken_id(generation, one)) is not None}
    views = folded(tmp_path, said)
    # What an overflow kept back at the very end may not have been told yet.
    untold = set(truth) - set(views)
    assert set(views) <= set(truth)
    assert generation is Generation.SNAPSHOT or not untold
    assert len(untold) <= 2
    for trade_id, view in views.items():
        known = truth[trade_id]
        assert view.direction == known.direction
        if generation is not Generation.TELEMETRY_Z:
            assert view.signal_us == known.triangle_us
        assert (view.entry_price, view.stop_loss) == (known.entry, known.stop)
        if generation is not Generation.ALL_SIGNALS:
            assert_same_ends(generation, view, known)


def assert_same_ends(generation: Generation, view: SignalView, known: SimSignal) -> None:
    """Compare how both strategies stand, and how far they ran."""
    # The first generations say nothing of a stop after a stop at entry.
    silent = (Generation.STRATEGY, Generation.TELEMETRY_Z)
    if generation not in silent or known.died_unprotected:
        assert (view.no_be_status == "STOPPED_SL") == (known.no_be_stopped_us is not None)
    if known.be_stopped_us is not None:
        assert view.be_status == ("STOPPED_SL" if known.died_unprotected else "STOPPED_BE")
    if known.entry_us is None or generation in (
        Generation.STRATEGY,
        Generation.TELEMETRY,
        Generation.TELEMETRY_Z,
    ):
        return
    if view.no_be_mfe is None and generation is Generation.STAGE:
        # It ended on its entry bar, and this generation's exits say nothing of how far it ran.
        assert known.no_be_stopped_us == known.entry_us
        return
    assert view.no_be_mfe == pytest.approx(known.no_be_mfe, abs=0.006)
    assert view.be_mfe == pytest.approx(known.be_mfe, abs=0.006)
    if generation is Generation.SNAPSHOT and known.no_be_stopped_us is not None:
        assert view.exit_us == known.no_be_stopped_us
        assert view.mae == pytest.approx(known.mae)


def test_that_faults_of_the_latest_events_cost_no_result(tmp_path: Path) -> None:
    defects = Defects(duplicate=0.5, repeated_exit=0.5, missing_creation=0.5, untriggered_as_break_even=True)
    said, signals = told_with_truth(Generation.BATCH, BARS, defects)
    views = folded(tmp_path, said)
    for signal in signals:
        if signal.entry_us is not None and signal.status != PENDING:
            view = views[signal.trade_id]
            assert (view.no_be_status == "STOPPED_SL") == (signal.no_be_stopped_us is not None)
            if signal.be_stopped_us is not None:
                assert view.be_status == ("STOPPED_SL" if signal.died_unprotected else "STOPPED_BE")
