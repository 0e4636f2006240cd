"""The quality score on generated days, through the inbox, the fold and the look: nothing lost costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.demo.speech import Generation
from secondskies_desktop.engine import integrity
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.ingest import store as inbox_store
from secondskies_desktop.integrity import store
from tests.databases import reading, writing
from tests.integrity.made_days import DAY_MINUTES
from tests.integrity.test_chart_look import said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from secondskies_desktop.foundation.profile import Profile

_HOURS = 4 * 60
_ROWS = 8


class Scored:
    """Days of their own, each in a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def of(self, arrivals: Sequence[inbox_store.Arrival], now_us: int, *, fills: bool = False) -> float:
        """Return the health of what arrived, at a time."""
        self._count += 1
        profile = open_profile(self._folder / str(self._count))
        ensure_schema(profile.database, profile.backups)
        with writing(profile.database) as connection:
            inbox_store.append_arrivals(connection, arrivals)
        integrity.look_now(profile, fills=fills, clock=lambda: now_us)
        return health(profile, now_us)


def health(profile: Profile, now_us: int) -> float:
    """Return the mean score of the signals."""
    with reading(profile.database) as connection:
        found = store.health(connection, now_us).health
    assert found is not None
    return found


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    """Where days are scored."""
    return Scored(tmp_path)


@pytest.mark.parametrize("generation", [Generation.BATCH, Generation.SNAPSHOT, Generation.CONTRACT])
def test_that_half_a_day_of_which_all_came_scores_a_hundred(scored: Scored, generation: Generation) -> None:
    arrivals = said(generation, DAY_MINUTES // 2, seed=5)
    assert scored.of(arrivals, arrivals[-1].received_us) == 100.0


@pytest.mark.parametrize("generation", [Generation.BATCH, Generation.CONTRACT])
def test_that_what_is_lost_never_raises_the_score_and_filling_never_lowers_it(
    scored: Scored, generation: Generation
) -> None:
    arrivals = said(generation, _HOURS, seed=5)
    now_us = arrivals[-1].received_us
    whole = scored.of(arrivals, now_us)
    lower = 0
    for place in range(0, len(arrivals), max(1, len(arrivals) // _ROWS)):
        left = [*arrivals[:place], *arrivals[place + 1 :]]
        before = scored.of(left, now_us)
        assert before <= whole
        lower += before < whole
        assert before <= scored.of(left, now_us, fills=True)
    assert lower


def test_that_losing_more_and_more_costs_more_and_more(scored: Scored) -> None:
    arrivals = said(Generation.BATCH, _HOURS, seed=5)
    now_us = arrivals[-1].received_us
    scores = [
        scored.of([one for place, one in enumerate(arrivals) if place % 20 >= lost], now_us)
        for lost in (0, 1, 2, 4)
    ]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < scores[0]
