"""What an id and a clock reading mean, by the generation that sent them (domain.md §4.7).

Up to December 1 2025, 06:20 UTC the ids and stamps are Chicago wall time of the confirmation bar (also where
labelled `Z`), afterwards New York wall time of the triangle bar. Nothing here looks at the present time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.foundation.sessions import CHICAGO, NEW_YORK, wall_to_utc_us
from secondskies_desktop.signals.event import Undecodable
from secondskies_desktop.signals.vocabulary import Direction, Source, direction_of

MINUTE_US: Final = 60_000_000
FIRST_US: Final = 946_684_800_000_000
"""2000-01-01: no time of a signal lies before it, and an epoch in seconds is far below."""
LAST_US: Final = 4_102_444_800_000_000
"""2100-01-01: the first instant that is no time of a signal any more."""
LIVE_WITHIN_SECONDS: Final = 4 * 3600
"""Open-market time that a body without a clock of its own may lag behind the newest triangle it names.
About 125 triangles come a day, so four open hours without one do not happen on a living chart."""
CHICAGO_UNTIL_US: Final = 1_764_570_000_000_000
"""2025-12-01 06:20 UTC: the last body by Chicago's clock. It settles bodies that carry no clock at all."""

_LAST_OF_60 = 59
_YEARS = range(2000, 2100)
_GRAMMAR = re.compile(r"[A-Za-z0-9_:\-]{1,64}")
_ID = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})_([0-9]{2})([0-9]{2})([0-9]{2})(?:[0-9]{3})?_([A-Za-z]{1,32})"
)
_STAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,9})?(Z?)"
)


class ParsedId(msgspec.Struct, frozen=True, gc=False):
    """A trade id read as wall time: both readings in UTC microseconds, None where it holds no time."""

    new_york_us: int | None
    chicago_us: int | None
    direction: Direction | None


class ParsedStamp(msgspec.Struct, frozen=True, gc=False):
    """A wall clock reading without an honest zone: both readings, and whether it was labelled `Z`."""

    new_york_us: int | None
    chicago_us: int | None
    zulu: bool


@lru_cache(maxsize=65_536)
def parse_id(trade_id: str) -> ParsedId:
    """Check an id's grammar and read its time; raises Undecodable for an id that cannot be a key."""
    match = _ID.fullmatch(trade_id)
    if match is not None:
        new_york_us, chicago_us = _both_readings(match)
        return ParsedId(new_york_us, chicago_us, direction_of(match[7]))
    if not _GRAMMAR.fullmatch(trade_id):
        if "," in trade_id:
            raise Undecodable("the trade id has a thousands separator")
        if not trade_id:
            raise Undecodable("the trade id is empty")
        raise Undecodable("the trade id holds characters that no id has")
    return ParsedId(None, None, direction_of(trade_id.rpartition("_")[2]))


@lru_cache(maxsize=65_536)
def parse_stamp(text: str) -> ParsedStamp:
    """Read a wall clock stamp such as `2025-12-11T07:57:00`; raises Undecodable."""
    match = _STAMP.fullmatch(text)
    if match is None:
        raise Undecodable(f"not a time: {text[:40]!r}")
    new_york_us, chicago_us = _both_readings(match)
    return ParsedStamp(new_york_us, chicago_us, match[7] == "Z")


def _both_readings(match: re.Match[str]) -> tuple[int | None, int | None]:
    minute, second = int(match[5]), int(match[6])
    if minute > _LAST_OF_60 or second > _LAST_OF_60:
        raise Undecodable("no such time: minute and second must be in 0..59")
    new_york_us, chicago_us = _hour_us(match[1], match[2], match[3], match[4])
    within_us = minute * MINUTE_US + second * 1_000_000
    return (
        None if new_york_us is None else new_york_us + within_us,
        None if chicago_us is None else chicago_us + within_us,
    )


@lru_cache(maxsize=4_096)
def _hour_us(year: str, month: str, day: str, hour: str) -> tuple[int | None, int | None]:
    """Return both readings of a full hour: clocks change on the hour, so one answer serves all its minutes."""
    if int(year) not in _YEARS:
        raise Undecodable(f"no such time: the year {year} is none of a signal")
    try:
        new_york, chicago = (
            wall_to_utc_us(int(year), int(month), int(day), int(hour), 0, 0, zone)
            for zone in (NEW_YORK, CHICAGO)
        )
    except ValueError as error:
        raise Undecodable(f"no such time: {error}") from None
    return (
        None if new_york is None else new_york.utc_us,
        None if chicago is None else chicago.utc_us,
    )


def bar_by_arrival(arrival_us: int, newest_us: int | None) -> tuple[int | None, Source]:
    """Return the bar open that an arrival stands for (one minute earlier, floored) and its source.

    `newest_us` is the newest time that the body proves: far behind the arrival means a replay. None where the
    arrival lies beyond the years of any signal: a clock that far off says nothing.
    """
    at_us = (arrival_us - MINUTE_US) // MINUTE_US * MINUTE_US
    if newest_us is None or arrival_us - newest_us <= LIVE_WITHIN_SECONDS * 1_000_000:
        source = Source.ARRIVAL
    else:
        open_seconds = _open_seconds(newest_us // MINUTE_US * MINUTE_US, at_us + MINUTE_US)
        is_live = open_seconds is not None and open_seconds <= LIVE_WITHIN_SECONDS
        source = Source.ARRIVAL if is_live else Source.REPLAYED
    return (at_us if FIRST_US <= at_us < LAST_US else None), source


_open_seconds = lru_cache(maxsize=4_096)(open_seconds_between)
