"""What is spoken is decoded, and folding it gives back the truth that the simulation knows."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.demo.indicator import SimSignal
from secondskies_desktop.demo.speech import (
    MAX_LENGTH,
    Defects,
    Generation,
    Utterance,
    speak,
    speak_with_truth,
)
from secondskies_desktop.foundation.database.engine import sqlite_url, write_engine
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.signals import store as signal_store
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.signals.view import SignalView

MONDAY_US = 1_765_213_200_000_000
BARS = 600


@pytest.mark.parametrize("generation", list(Generation))
def test_that_every_body_is_decoded_without_a_problem(generation: Generation) -> None:
    for utterance in speak(7, MONDAY_US, 200, generation, Defects(stray_quote=0.5, duplicate=0.1)):
        decoded = decode(utterance.body, utterance.bar_close_us + 400_000)
        assert decoded.problems == ()


def test_that_a_snapshot_with_a_triangle_lost_a_quote_as_in_life() -> None:
    broken = 0
    for utterance in speak(7, MONDAY_US, 200):
        try:
            json.loads(utterance.body)
        except ValueError:
            broken += 1
            assert b'"triangles_delta":[{' in utterance.body
    assert broken > 5


def test_that_no_body_is_longer_than_the_indicator_allows() -> None:
    assert all(len(utterance.body) <= MAX_LENGTH for utterance in speak(3, MONDAY_US, 600))


def test_that_a_seed_speaks_the_same_words_twice() -> None:
    assert list(speak(7, MONDAY_US, 120)) == list(speak(7, MONDAY_US, 120))


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


def spoken(generation: Generation) -> tuple[list[Utterance], dict[str, SimSignal], int]:
    """Return alerts, the signals behind them by id, and how many of those were surely announced.

    What an overflow kept back is told by a later snapshot, so the last few may not have been yet.
    """
    utterances, indicator = [], None
    for utterance, indicator in speak_with_truth(7, MONDAY_US, BARS, generation):  # noqa: B007 - the last one
        utterances.append(utterance)
    assert indicator is not None
    told = indicator.told if generation is Generation.SNAPSHOT else len(indicator.signals)
    return utterances, {signal.trade_id: signal for signal in indicator.signals}, told


@pytest.mark.parametrize("generation", [Generation.SNAPSHOT, Generation.BATCH])
def test_that_folding_what_was_spoken_gives_back_the_truth(tmp_path: Path, generation: Generation) -> None:
    utterances, truth, told = spoken(generation)
    views = folded(tmp_path, utterances)
    assert set(views) <= set(truth)
    assert len(views) >= told
    for trade_id, view in views.items():
        known = truth[trade_id]
        assert view.signal_us == known.triangle_us
        assert view.entry_price == known.entry
        assert view.stop_loss == known.stop
        assert (view.no_be_status == "STOPPED_SL") == (known.stopped_us is not None)
        if known.stopped_us is not None and generation is Generation.SNAPSHOT:
            assert view.exit_us == known.stopped_us
        if known.be_stopped_us is not None:
            ended = "STOPPED_BE" if known.be_triggered_us is not None else "STOPPED_SL"
            assert view.be_status == ended
        if known.entry_us is not None:
            assert view.no_be_mfe == pytest.approx(known.no_be_mfe, abs=0.006)
            assert view.be_mfe == pytest.approx(known.be_mfe, abs=0.006)
