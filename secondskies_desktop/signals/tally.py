"""What one signal adds to the counts of its trade date; KPIs are read from these, never from all signals.

Each count has a code: what is counted, in the group of the signal's session and direction. One code holds the
signal's whole result, both legs with their excursion in steps of half an R, so that the outcome for every target
of the grid and both break-even modes follows from the same counts. Sums are whole numbers (1/10,000 R): adding
and taking away in any order gives exactly the same.

A signal that is linked to another of the same bar is the same triangle told twice: it counts as LINKED only.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.foundation.market_hours import State, market_state
from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Status

if TYPE_CHECKING:
    from secondskies_desktop.signals.view import SignalView

VERSION = 1
"""Grows when what is counted changes; a database that was counted otherwise is counted anew."""

STEPS_PER_R = 2
MAX_STEP = 40
"""Excursions of 20R and more share the last step; no target lies beyond it."""
UNKNOWN_STEP = MAX_STEP + 1
UNIT = 10_000
"""Parts of an R in the sums."""
GROUP_BITS = 32
CODE_MASK = (1 << GROUP_BITS) - 1

SESSIONS: tuple[Session | None, ...] = (*Session, None)
DIRECTIONS: tuple[Direction | None, ...] = (*Direction, None)
STATUSES = tuple(Status)
LEG_STATUSES = tuple(LegStatus)
KINDS = tuple(EventType)


class What(IntEnum):
    """What is counted; STATUS and KIND are followed by one code for each of their values."""

    STATUS = 0
    KIND = 16
    LINKED = 32
    CONFIRMED = 33
    """Confirmed at some time, whatever came after."""
    VALID = 34
    """Finished, in a tradeable session, on a bar of an open market, with a known No-BE excursion."""
    PROTECTED = 35
    """Break-even was triggered."""
    BARS_TO_CONFIRM_N = 36
    BARS_TO_CONFIRM_SUM = 37
    NO_BE_MFE_N = 38
    NO_BE_MFE_SUM = 39
    """Over signals whose No-BE leg has ended, as the three that follow: what still runs would bias a mean."""
    BE_MFE_N = 40
    BE_MFE_SUM = 41
    MAE_N = 42
    MAE_SUM = 43
    RESULT = 64
    """The first code of a result: see `result_code`."""


_SESSION_PLACES = {None if one is None else one.value: place for place, one in enumerate(SESSIONS)}
_DIRECTION_PLACES = {one: place for place, one in enumerate(DIRECTIONS)}
_STATUS_CODES = {one: What.STATUS + place for place, one in enumerate(STATUSES)}
_KIND_CODES = {one.value: What.KIND + place for place, one in enumerate(KINDS)}
_LEG_PLACES = {one: place for place, one in enumerate(LEG_STATUSES)}

READINGS = len(LEG_STATUSES) * (UNKNOWN_STEP + 1)
"""How many readings of a leg differ: its status and the step of its excursion."""
NO_OTHER = READINGS
"""In place of a second reading of the BE=1 leg, where there is none."""


class Counted(NamedTuple):
    """What a signal adds: to the row of a trade date ("" where unknown) and chart, so much to each code."""

    trade_date: str
    stream: str
    counts: tuple[tuple[int, int], ...]


def counted(view: SignalView) -> Counted:
    """Return what a signal adds to the tallies."""
    place = _SESSION_PLACES[view.session] * len(DIRECTIONS) + _DIRECTION_PLACES[view.direction]
    group = place << GROUP_BITS
    counts = _counts(view) if view.linked_to is None else [(int(What.LINKED), 1)]
    return Counted(view.trade_date or "", view.stream, tuple([(group | code, n) for code, n in counts]))


def _counts(view: SignalView) -> list[tuple[int, int]]:
    counts: list[tuple[int, int]] = [(_STATUS_CODES[view.status], 1)]
    counts += [(_KIND_CODES[kind], n) for kind, n in view.event_counts.items()]
    if view.status in (Status.PENDING, Status.CANCELLED):
        if view.confirmed_us is not None:
            counts.append((What.CONFIRMED, 1))
        return counts
    counts.append((What.CONFIRMED, 1))
    if view.bars_to_confirm is not None:
        counts += [(What.BARS_TO_CONFIRM_N, 1), (What.BARS_TO_CONFIRM_SUM, view.bars_to_confirm)]
    if view.be_triggered_us is not None or view.be_status is LegStatus.STOPPED_BE:
        counts.append((What.PROTECTED, 1))
    if view.status is not Status.INVALID and view.no_be_status is not LegStatus.NOT_STARTED:
        counts.append((result_code(view), 1))
    if view.status is Status.COMPLETED:
        counts += _excursions(view)
    return counts


def _excursions(view: SignalView) -> list[tuple[int, int]]:
    counts: list[tuple[int, int]] = []
    for number, total, value in (
        (What.NO_BE_MFE_N, What.NO_BE_MFE_SUM, view.no_be_mfe),
        (What.BE_MFE_N, What.BE_MFE_SUM, view.be_mfe),
        (What.MAE_N, What.MAE_SUM, view.mae),
    ):
        if value is not None:
            counts += [(number, 1), (total, round(value * UNIT))]
    if view.no_be_mfe is not None and is_tradeable(view):
        counts.append((What.VALID, 1))
    return counts


def is_tradeable(view: SignalView) -> bool:
    """Whether the signal bar lies in a tradeable session while the market was open (domain.md §1.11)."""
    if view.session is None or not Session(view.session).tradeable or view.signal_us is None:
        return False
    return market_state(view.signal_us).state is State.OPEN


def step_of(mfe: float | None) -> int:
    """Return the step of an excursion in R: `mfe >= k` exactly where its step is at least that of k."""
    return UNKNOWN_STEP if mfe is None else max(0, min(MAX_STEP, int(mfe * STEPS_PER_R)))


def result_code(view: SignalView) -> int:
    """Return the code of a signal's result: No-BE leg, BE=1 leg, and the other reading of an ambiguous one."""
    no_be = _reading(view.no_be_status, view.no_be_mfe)
    be = _reading(view.be_status, view.be_mfe)
    other = NO_OTHER if view.other_be is None else _reading(view.other_be.status, view.other_be.mfe)
    return What.RESULT + (no_be * READINGS + be) * (READINGS + 1) + other


def _reading(status: LegStatus, mfe: float | None) -> int:
    return _LEG_PLACES[status] * (UNKNOWN_STEP + 1) + step_of(mfe)


def pack(counts: dict[int, int]) -> bytes:
    """Return counts as bytes: pairs of little-endian 64-bit numbers, in the order of the dictionary."""
    return struct.pack(f"<{2 * len(counts)}q", *chain.from_iterable(counts.items()))


def unpack(packed: bytes) -> dict[int, int]:
    """Return the counts that `pack` made."""
    flat = struct.unpack(f"<{len(packed) // 8}q", packed)
    return dict(zip(flat[::2], flat[1::2], strict=True))
