"""Times as platforms write them. An hour that a clock shows twice, or never, is refused, not guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.trades.fill import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
_NOON: Final = 12
_YEAR_DIGITS: Final = 4
_WRITTEN: Final = re.compile(
    r"(\d{1,4})[./-](\d{1,2})[./-](\d{4}|\d{2})[ T,]+"
    r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,6})\d*)?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\Z",
    re.ASCII,
)
_ZONE: Final = re.compile(r"([A-Za-z_]+(?:/[A-Za-z0-9_+-]+?)*)(?:([+-])(\d{1,2})(?::(\d\d))?)?\Z", re.ASCII)
_FIXED: Final = {
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "UTC": 0,
    "GMT": 0,
}
_MAX_SHIFT_H: Final = 14
_LONGEST: Final = 60


class DateOrder(StrEnum):
    """Which of the two small numbers of a date comes first."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


class Zone:
    """A clock that a file's times were read from: a zone of the time zone database, moved by whole minutes.

    `America/New_York+7` is the clock of MetaTrader servers that change with New York.
    """

    def __init__(self, name: str, base: tzinfo, shift: timedelta = timedelta()) -> None:
        self.name = name
        self._base = base
        self._shift = shift

    def instant(self, wall: datetime) -> int:
        """Return when this clock showed a wall time (µs UTC); raises Refused where that was never, or twice."""
        there = (wall - self._shift).replace(tzinfo=self._base)
        first, second = there.utcoffset(), there.replace(fold=1).utcoffset()
        if first != second and first is not None and second is not None:
            how = "shows twice" if first > second else "leaves out"
            raise Refused(f"{wall:%Y-%m-%d %H:%M:%S} is in an hour that the clock of {self.name} {how}")
        return as_us(there)


def zone_of(name: str) -> Zone | None:
    """Return the clock of a name such as `America/Chicago`, `UTC+2` or `America/New_York+7`; None if there is none."""
    asked = name.strip()
    found = _ZONE.match(asked) if len(asked) <= _LONGEST else None
    if found is None:
        return None
    # A whole name goes first: `Etc/GMT+5` is five hours behind, not moved forward by five.
    if (whole := _base(asked)) is not None:
        return Zone(asked, whole)
    base = _base(found[1])
    shift = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0))
    if base is None or shift > timedelta(hours=_MAX_SHIFT_H):
        return None
    return Zone(asked, base, -shift if found[2] == "-" else shift)


def _base(name: str) -> tzinfo | None:
    try:
        return UTC if name in {"UTC", "GMT"} else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def zone_of_heading(heading: str) -> Zone | None:
    """Return the clock that a column such as `Update Time (EDT)` names; None for none, and for CST, which is two."""
    _, bracket, word = heading.strip().upper().partition("(")
    hours = _FIXED.get(word.rstrip(") ")) if bracket else None
    if hours is None:
        return None
    return Zone(word.rstrip(") "), timezone(timedelta(hours=hours)))


def date_order(cells: Iterable[str]) -> DateOrder | None:
    """Return the order that the dates of a file prove; None where every one could be read both ways."""
    proved: set[DateOrder] = set()
    for cell in cells:
        found = _WRITTEN.match(cell.strip())
        if found is None or len(found[1]) == _YEAR_DIGITS:
            continue
        if int(found[1]) > _NOON:
            proved.add(DateOrder.DAY_FIRST)
        elif int(found[2]) > _NOON:
            proved.add(DateOrder.MONTH_FIRST)
    return proved.pop() if len(proved) == 1 else None


def has_year_last(cells: Iterable[str]) -> bool:
    """Return whether any date is written with its year behind, so that day and month can be mistaken."""
    matches = (_WRITTEN.match(cell.strip()) for cell in cells)
    return any(found is not None and len(found[1]) < _YEAR_DIGITS for found in matches)


def has_zone(cell: str) -> bool:
    """Return whether a time says its own distance from UTC."""
    found = _WRITTEN.match(cell.strip())
    return found is not None and found[9] is not None


def instant_of(text: str, order: DateOrder, zone: Zone | None) -> int:
    """Return the instant that a cell names (µs UTC); a zone in the cell goes before `zone`. Raises Refused."""
    found = _WRITTEN.match(text.strip())
    if found is None:
        raise Refused(f"not a time: {text[:40]!r}")
    one, two, three, hour_text, minute, second, fraction, half, offset = found.groups()
    if len(one) == _YEAR_DIGITS:
        year, month, day = int(one), int(two), int(three)
    else:
        year = int(three) if len(three) == _YEAR_DIGITS else _FIRST_YEAR + int(three)
        month, day = (int(one), int(two)) if order is DateOrder.MONTH_FIRST else (int(two), int(one))
    hour = int(hour_text)
    if half is not None:
        if not 1 <= hour <= _NOON:
            raise Refused(f"not a time: {text[:40]!r}")
        hour = hour % _NOON + (_NOON if half[0] in "Pp" else 0)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Refused(f"not in this century: {text[:40]!r}")
    try:
        wall = datetime(  # noqa: DTZ001 - a wall clock: its zone is put on below
            year, month, day, hour, int(minute), int(second or 0), int((fraction or "").ljust(6, "0"))
        )
    except ValueError:
        raise Refused(f"no such time: {text[:40]!r}") from None
    if offset is not None:
        return as_us(wall.replace(tzinfo=_offset(offset)))
    if zone is None:
        raise Refused(f"no time zone: {text[:40]!r}")
    return zone.instant(wall)


def _offset(text: str) -> timezone:
    if text in {"Z", "UTC", "GMT"}:
        return UTC
    shift = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    if shift >= timedelta(days=1):
        raise Refused(f"no such distance from UTC: {text}")
    return timezone(-shift if text[0] == "-" else shift)
