"""`secondskies replay`: one line at the end, and every refusal in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.asking import Asking

DAY = "2025-12-09"


def test_that_a_day_without_a_window_ends_in_one_object(full: Asking) -> None:
    stored = full("inbox", "list", "--json", "--limit", 1_000).json
    signals = full("signals", "list", "--json").json
    for words in (("--json",), ()):
        answer = full("replay", DAY, "--headless", *words)
        assert answer.code == 0, answer.err
        assert json.loads(answer.out.splitlines()[-1]) == {
            "event": "done",
            "day": DAY,
            "arrivals": len(stored),
            "signals": len(signals),
            "identical": True,
        }


def test_that_a_paced_replay_tells_how_far_it_is_and_ends_the_same(full: Asking) -> None:
    lines = [
        json.loads(line)
        for line in full("replay", DAY, "--headless", "--json", "--speed", 20).out.splitlines()
    ]
    *progress, done = lines
    assert progress
    assert all(set(line) == {"event", "at", "arrivals", "of"} for line in progress)
    assert [line["arrivals"] for line in progress] == sorted(line["arrivals"] for line in progress)
    assert done["identical"] is True


def test_that_a_day_without_arrivals_is_refused_in_a_sentence(full: Asking) -> None:
    answer = full("replay", "2025-12-13", "--headless")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("secondskies: no alert arrived on the trade date 2025-12-13")


def test_that_a_profile_without_a_database_has_no_day_and_gets_no_database(ask: Asking) -> None:
    answer = ask("replay", DAY, "--headless")
    assert answer.code == 2
    assert "no database" in answer.err
    assert not (ask.home / "secondskies.db").exists()


@pytest.mark.parametrize(
    "words",
    [("9 December",), ("2025-12-32",), (DAY, "--speed", "0.5"), (DAY, "--speed", "601"), ()],
)
def test_that_a_day_or_a_speed_that_cannot_be_is_refused(full: Asking, words: tuple[str, ...]) -> None:
    answer = full("replay", *words, "--headless")
    assert (answer.code, answer.out) == (2, "")


def test_that_without_a_display_it_says_how(full: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    answer = full("replay", DAY)
    assert answer.code == 3
    assert "--headless" in answer.err
