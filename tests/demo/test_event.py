"""Which events are told of a bar, and what each of the indicator's faults does to them."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from secondskies_desktop.demo.event import ENDS, Defects, Kind, Manner, Telling, Told
from secondskies_desktop.demo.indicator import BarReport, simulate
from secondskies_desktop.demo.walk import minutes
from tests.demo.made_bars import MONDAY_US
from tests.demo.made_reports import came_back, died, pending, report, running

EVERY = Manner(frozenset(Kind))
LATEST = Manner(frozenset(Kind) - {Kind.CONFIRMED})


def telling(manner: Manner = LATEST, defects: Defects | None = None) -> Telling:
    """Return a telling whose faults are decided by a fixed seed."""
    return Telling(manner, defects or Defects(), np.random.default_rng(1))


def kinds(told: list[Told]) -> str:
    """Return the kinds of events as words."""
    return " ".join(one.kind for one in told)


def test_that_a_bar_is_told_in_the_order_of_a_signals_life() -> None:
    full = report(
        born=pending(),
        cancelled=pending("2025-12-09T14:59", "BEARISH"),
        triggered=(running(),),
        stopped=(died(),),
        be_stopped=(died(),),
        running=(running(),),
    )
    said = list(telling().of_bar(full))
    assert kinds(said) == "SIGNAL_CREATED CANCELLED BE_TRIGGERED EXIT_STOP_LOSS MFE_UPDATE"


def test_that_an_entry_is_told_at_the_confirmation_unless_that_is_told_by_itself() -> None:
    bar = report(confirmed=running("2025-12-09T14:59"), entered=running("2025-12-09T14:58"))
    assert list(telling(LATEST).of_bar(bar)) == [Told(Kind.ENTRY, running("2025-12-09T14:59"))]
    assert list(telling(EVERY).of_bar(bar)) == [
        Told(Kind.CONFIRMED, running("2025-12-09T14:59")),
        Told(Kind.ENTRY, running("2025-12-09T14:58")),
    ]


@pytest.mark.parametrize(
    ("manner", "defects", "words"),
    [
        (LATEST, Defects(), "EXIT_STOP_LOSS"),
        (LATEST, Defects(untriggered_as_break_even=True), "EXIT_BREAK_EVEN"),
        (Manner(frozenset(Kind), break_even_always=True), Defects(), "EXIT_BREAK_EVEN EXIT_STOP_LOSS"),
        (Manner(frozenset((Kind.BREAK_EVEN,)), break_even_always=True), Defects(), "EXIT_BREAK_EVEN"),
    ],
)
def test_that_a_stop_before_the_trigger_is_told_as_each_generation_does(
    manner: Manner, defects: Defects, words: str
) -> None:
    bar = report(be_stopped=(died(),), stopped=(died(),))
    assert kinds(list(telling(manner, defects).of_bar(bar))) == words


@pytest.mark.parametrize(("both", "words"), [(False, ""), (True, "MFE_UPDATE")])
def test_that_updates_may_go_on_after_the_break_even_stop(*, both: bool, words: str) -> None:
    manner = Manner(frozenset(Kind), updates_both=both)
    assert kinds(list(telling(manner).of_bar(report(running=(came_back(),))))) == words


def test_that_creations_and_entries_can_be_lost() -> None:
    bar = report(born=pending(), confirmed=running())
    assert kinds(list(telling(LATEST, Defects(missing_creation=1.0)).of_bar(bar))) == "ENTRY"
    assert kinds(list(telling(LATEST, Defects(missing_entry=1.0)).of_bar(bar))) == "SIGNAL_CREATED"


def test_that_an_exit_can_come_before_its_trigger() -> None:
    told = telling(LATEST, Defects(exit_first=1.0))
    assert list(told.of_bar(report(triggered=(came_back(),)))) == []
    said = list(told.of_bar(report(be_stopped=(came_back(),))))
    assert said == [Told(Kind.BREAK_EVEN, came_back()), Told(Kind.TRIGGERED, came_back())]


def test_that_a_looping_exit_is_told_on_dozens_of_bars_as_the_signal_then_is() -> None:
    told = telling(LATEST, Defects(repeated_exit=1.0))
    assert kinds(list(told.of_bar(report(be_stopped=(came_back(),))))) == "EXIT_BREAK_EVEN"
    further = running("2025-12-09T14:20")
    again = [list(told.of_bar(report(running=(further,))))[:1] for _ in range(5)]
    assert again == [[Told(Kind.BREAK_EVEN, further)]] * 5
    more = [kinds(list(told.of_bar(report()))) for _ in range(60)]
    assert 12 <= 5 + more.count("EXIT_BREAK_EVEN") <= 40
    assert more[-1] == ""


@pytest.fixture(scope="module")
def reports() -> list[BarReport]:
    return [one for one, _ in simulate(islice(minutes(7, MONDAY_US), 900))]


def test_that_faults_only_add_repeat_or_lose(reports: list[BarReport]) -> None:
    plain, faulty = telling(), telling(LATEST, Defects(repeated_exit=0.5, missing_entry=0.5, exit_first=0.5))
    first = [(one.kind, one.signal.trade_id) for bar in reports for one in plain.of_bar(bar)]
    second = Counter((one.kind, one.signal.trade_id) for bar in reports for one in faulty.of_bar(bar))
    assert set(second) <= set(first)
    assert {kind for kind, _ in set(first) - set(second)} == {Kind.ENTRY, Kind.TRIGGERED}
    assert {kind for (kind, _), times in second.items() if times > 1} - {Kind.UPDATE} == ENDS
