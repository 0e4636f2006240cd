"""The list of rules, and when a heartbeat is lost, by tables of cases."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from secondskies_desktop.alerts import rules
from secondskies_desktop.alerts.rules import RULES, SLOWEST_US, Pulse, grace_s, heartbeats, rhythm, rule_of
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.declared_settings import declared

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
ROOMS = Path(rules.__file__).parents[1]


def at(text: str) -> int:
    """Return a New York time with its offset as µs UTC."""
    return int(datetime.fromisoformat(text).timestamp()) * SECOND_US


def test_that_every_rule_says_what_it_means_what_to_do_and_names_a_real_setting() -> None:
    names = {one.name for one in declared()}
    for rule in RULES:
        assert len(rule.means) > 20
        assert rule.do
        assert rule.setting == "" or rule.setting in names, rule.setting
    assert len({(rule.kind, rule.key) for rule in RULES}) == len(RULES)


def test_that_whatever_the_engine_raises_has_a_rule() -> None:
    """Each kind is a constant of the list: whoever raises one by a word of his own would slip past it."""
    raised = re.compile(r"\bAttention\(\s*(\"[^\"]+\"|[\w.]+),|_raise\(\s*(\"[^\"]+\"|[\w.]+),")
    kinds = {rule.kind for rule in RULES}
    found = 0
    for file in [*(ROOMS / "engine").glob("*.py"), *(ROOMS / "alerts").glob("*.py")]:
        for literal, by_raise in raised.findall(file.read_text(encoding="utf-8")):
            word = (literal or by_raise).rpartition(".")[2]
            if word in ("kind", "KIND", "one", "self"):
                continue
            assert getattr(rules, word, None) in kinds, f"{file.name} raises {word}"
            found += 1
    assert found >= 10


@pytest.mark.parametrize(
    ("kind", "key", "title"),
    [
        ("clock", "sleep", "Machine slept"),
        ("clock", "jump", "Clock set"),
        ("disk", "profile", "Disk nearly full"),
        ("entry", "MNQ1! 1m 20251209", "Entry"),
        ("clock", "stopped", None),
        ("nonsense", "", None),
    ],
)
def test_that_a_rule_is_found_by_kind_and_key(kind: str, key: str, title: str | None) -> None:
    rule = rule_of(kind, key)
    assert (None if rule is None else rule.title) == title


@pytest.mark.parametrize(
    ("every_s", "minutes", "after_s"),
    [(60, 5, 300), (150, 5, 300), (151, 5, 451), (900, 5, 1_200), (3_600, 5, 3_900), (60, 2, 120)],
)
def test_that_a_slow_heartbeat_has_its_own_time_before_the_minutes_count(
    every_s: int, minutes: int, after_s: int
) -> None:
    assert grace_s(every_s * SECOND_US, minutes) == after_s


def test_that_the_rhythm_is_the_shortest_gap_that_is_none_of_the_network() -> None:
    beats = [0, 15, 40, 55, 55.4, 120]
    assert rhythm([round(minute * MINUTE_US) for minute in beats]) == 15 * MINUTE_US
    assert rhythm([0]) == rhythm([]) == SLOWEST_US


@pytest.mark.parametrize(
    ("last", "since", "now", "key"),
    [
        ("2025-12-09T10:00:00-05:00", "2025-12-09T09:00:00-05:00", "2025-12-09T10:04:59-05:00", None),
        ("2025-12-09T10:00:00-05:00", "2025-12-09T09:00:00-05:00", "2025-12-09T10:05:00-05:00", "MNQ1! 1m"),
        ("2025-12-09T10:00:00-05:00", "2025-12-09T10:03:00-05:00", "2025-12-09T10:06:00-05:00", None),
        ("2025-12-09T16:58:00-05:00", "2025-12-09T09:00:00-05:00", "2025-12-09T17:30:00-05:00", None),
        ("2025-12-09T16:58:00-05:00", "2025-12-09T09:00:00-05:00", "2025-12-09T18:02:59-05:00", None),
        ("2025-12-09T16:58:00-05:00", "2025-12-09T09:00:00-05:00", "2025-12-09T18:03:00-05:00", "MNQ1! 1m"),
        ("2025-12-05T16:59:00-05:00", "2025-12-05T09:00:00-05:00", "2025-12-07T12:00:00-05:00", None),
        ("2026-03-06T16:58:00-05:00", "2026-03-06T09:00:00-05:00", "2026-03-08T18:02:00-04:00", None),
        ("2026-03-06T16:58:00-05:00", "2026-03-06T09:00:00-05:00", "2026-03-08T18:03:00-04:00", "MNQ1! 1m"),
        ("2026-10-30T16:58:00-04:00", "2026-10-30T09:00:00-04:00", "2026-11-01T18:02:00-05:00", None),
        ("2026-10-30T16:58:00-04:00", "2026-10-30T09:00:00-04:00", "2026-11-01T18:03:00-05:00", "MNQ1! 1m"),
        ("2025-11-28T13:14:00-05:00", "2025-11-28T09:00:00-05:00", "2025-11-28T15:00:00-05:00", None),
        ("2015-01-06T10:00:00-05:00", "2015-01-06T09:00:00-05:00", "2015-01-06T12:00:00-05:00", "hours"),
        ("2025-12-01T10:00:00-05:00", "2025-12-01T09:00:00-05:00", "2025-12-09T12:00:00-05:00", None),
    ],
    ids=[
        "a second short",
        "five minutes",
        "listening for three of six",
        "daily maintenance",
        "two before it and not quite three after",
        "two before it and three after",
        "weekend",
        "the night that spring cuts short",
        "and five minutes of open market around it",
        "the night that autumn draws out",
        "and five minutes around it",
        "early close",
        "beyond the calendar it is said",
        "a trading week later it is taken as switched off",
    ],
)
def test_that_a_heartbeat_is_lost_in_open_market_only(
    last: str, since: str, now: str, key: str | None
) -> None:
    told = heartbeats([Pulse("MNQ1! 1m", at(last), MINUTE_US)], at(since), 5, at(now))
    assert [one.key for one in told] == ([] if key is None else [key])
    for one in told:
        assert one.severity is (Severity.INFO if key == "hours" else Severity.WATCH)


def test_that_a_chart_that_never_sent_a_heartbeat_is_not_waited_for() -> None:
    assert heartbeats([], at("2025-12-09T09:00:00-05:00"), 5, at("2015-12-09T12:00:00-05:00")) == []


def test_that_a_lost_heartbeat_says_which_chart_since_when_and_how_often_it_should_come() -> None:
    pulse = Pulse("MNQ1! 1m", at("2025-12-09T10:00:07-05:00"), 15 * MINUTE_US)
    (told,) = heartbeats([pulse], at("2025-12-09T09:00:00-05:00"), 5, at("2025-12-09T11:00:00-05:00"))
    assert told.text == (
        "Heartbeat of MNQ1! 1m lost: the last sign of life came 10:00:07 NY on 2025-12-09, one is due every 15 min"
    )
