"""Values in a firm's file that its types allow and no firm can mean, each with the path of the place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LADDERS = {"steps"}
"""Fields that hold (from this profit on, this value), lowest first."""
MOST_COUNTED = 1_000_000
"""No count of days, contracts or seconds is larger."""
_WHOLE_DAY = len("2026-11-22")
_CENT = Decimal("0.01")


class KeyTwice(ValueError):
    """A key that stands twice in one object: nobody knows which of the two is meant."""


def refuse_repeated_keys(text: bytes) -> None:
    """Look through a file that could be read; raises KeyTwice."""
    json.loads(text, object_pairs_hook=_once, parse_float=str, parse_int=str)


def _once(pairs: list[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    twice = next((key for number, key in enumerate(keys) if key in keys[:number]), None)
    if twice is not None:
        raise KeyTwice(f"{twice!r} stands twice in one object")


def implausible(at: str, value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Find what cannot be meant: (path, reason). Every number is finite and bounded."""
    match value:
        case msgspec.Struct():
            for field in value.__struct_fields__:
                yield from implausible(f"{at}.{field}".lstrip("."), getattr(value, field), field)
            yield from _dated(value, at)
        case tuple():
            if name in LADDERS:
                yield from _ladder(value, at)
            for number, one in enumerate(value):
                yield from implausible(f"{at}[{number}]", one)
        case Decimal() if name == "size" and value != value.quantize(_CENT):
            yield at, "is not a whole number of cents"
        case int() if value > MOST_COUNTED:
            yield at, f"is more than {MOST_COUNTED:,}"


def _ladder(steps: tuple[tuple[Decimal, Any], ...], at: str) -> Iterator[tuple[str, str]]:
    if not steps:
        yield at, "has no steps"
    for number, (lower, higher) in enumerate(pairwise(steps), 1):
        if higher[0] <= lower[0]:
            yield f"{at}[{number}]", f"begins at {higher[0]}, and the step before it at {lower[0]}"


def _dated(value: msgspec.Struct, at: str) -> Iterator[tuple[str, str]]:
    """Find days that no calendar has, and sources newer than the day on which they were read."""
    for field in ("date", "source_date"):
        day = getattr(value, field, None)
        if not isinstance(day, str):
            continue
        checked = getattr(value, "checked", None)
        if len(day) == _WHOLE_DAY and not _is_a_day(day):
            yield f"{at}.{field}", f"{day!r} is no day"
        elif isinstance(checked, date) and day > checked.isoformat()[: len(day)]:
            yield f"{at}.{field}", f"{day} is after {checked}, when it was checked"


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
