"""A signal made ready for the screen: every text written, every bar measured, once per change; pure.

`shown` runs on a reader thread where many signals come at once. Painting then only looks things up.
"""

from __future__ import annotations

import sys
from enum import IntEnum
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import force_setattr

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models.columns import COLUMN_COUNT, Column
from secondskies_desktop.signals.changes import SignalRow
from secondskies_desktop.signals.vocabulary import Direction, LegStatus, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.signals.view import SignalView

KINDS = ("SIGNAL_CREATED", "CONFIRMED", "ENTRY", "BE_TRIGGERED", "EXIT_BE", "EXIT_SL", "CANCELLED")
"""The kinds of event that the strip above the table counts, in the order of a life."""
FRAMES = ("daily", "h4", "h1", "m15", "m5", "m1")
FRAME_NAMES = ("Daily", "4 h", "1 h", "15 min", "5 min", "1 min")
RUNNING = frozenset({Status.ACTIVE, Status.BE_PROTECTED, Status.BE_STOPPED})
LIVE = RUNNING | {Status.CONFIRMED}
FULL_BAR_R = 3.0

_BITS = {kind: 1 << place for place, kind in enumerate(KINDS)}
_BIASES = {"Bullish": 1, "Bearish": -1}


class Bias(IntEnum):
    """How a timeframe stands to the signal."""

    UNKNOWN = 0
    NEUTRAL = 1
    AGAINST = 2
    WITH = 3


_BIAS_MARKS = {Bias.UNKNOWN: "·", Bias.NEUTRAL: "–", Bias.AGAINST: "○", Bias.WITH: "●"}


class Shown(msgspec.Struct, frozen=True, gc=False):
    """One signal as the table paints it; `texts` has one place a column.

    Shares are of a full bar, 0 to 1; None draws no bar.
    """

    row: SignalRow
    id: int
    status: Status
    sort_us: int
    texts: tuple[str, ...]
    no_be_share: float | None
    be_share: float | None
    mae_share: float | None
    no_be_runs: bool
    be_runs: bool
    htf: tuple[Bias, ...]
    kinds: int
    search: str


def shown(row: SignalRow, before: Shown | None = None) -> Shown:
    """Return a signal ready for the screen; what has not changed since `before` is taken over from it."""
    view = row.view
    _share_with_others(view)
    if before is not None and _FIXED(view) == _FIXED(before.row.view):
        htf, search, begun = before.htf, before.search, before.texts
    else:
        htf, htf_text = _htf(view)
        search = f"{view.trade_id} {view.symbol or ''} {view.stream}".casefold()
        begun = _fixed_texts(view, htf_text)
    texts = _moving_texts(view, begun)
    no_be_runs, be_runs = view.no_be_status is LegStatus.RUNNING, view.be_status is LegStatus.RUNNING
    return Shown(
        row,
        row.id,
        view.status,
        view.sort_us,
        texts,
        _share(view.no_be_mfe, FULL_BAR_R),
        _share(view.be_mfe, FULL_BAR_R),
        _share(view.mae, -1.0),
        no_be_runs,
        be_runs,
        htf,
        kind_bits(view),
        search,
    )


def cells(one: Shown) -> list[object]:
    """Return what a change of a cell is told by, one place a column."""
    found = list[object](one.texts)
    view = one.row.view
    found[Column.NO_BE_MFE] = (found[Column.NO_BE_MFE], one.no_be_runs)
    found[Column.BE_MFE] = (found[Column.BE_MFE], one.be_runs)
    found[Column.LATEST] = (view.last_event, view.last_event_us)
    found[Column.HTF] = (found[Column.HTF], view.direction)
    return found


def _share_with_others(view: SignalView) -> None:
    """Let a view hold the one copy of what thousands of signals say alike: half of its memory."""
    force_setattr(view, "sources", _one_dict(tuple(view.sources.items())))
    force_setattr(view, "event_counts", _one_dict(tuple(view.event_counts.items())))
    if view.htf is not None:
        force_setattr(view, "htf", _one_dict(tuple(view.htf.items())))
    for name, word in zip(_REPEATED, _REPEATED_OF(view), strict=True):
        if type(word) is str:
            force_setattr(view, name, sys.intern(word))


@lru_cache(maxsize=16_384)
def _one_dict(items: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return {_one_word(key): _one_word(value) for key, value in items}


def _one_word(word: Any) -> Any:
    return sys.intern(word) if type(word) is str else word


_REPEATED = ("stream", "symbol", "session", "trade_date", "last_event")
_REPEATED_OF = attrgetter(*_REPEATED)

_FIXED = attrgetter(
    "trade_id",
    "direction",
    "signal_us",
    "sort_us",
    "session",
    "htf",
    "entry_price",
    "stop_loss",
    "risk_points",
    "symbol",
    "stream",
)
"""What hardly ever changes once a signal runs."""


def kind_bits(view: SignalView) -> int:
    """Return which stations of its life a signal has come to, one bit for each of KINDS.

    Counted is what is known to have happened, whoever said it: snapshots announce neither entries nor exits,
    and an EXIT_BREAK_EVEN that was never triggered is a stop, not a break-even exit.
    """
    bits = 0
    for kind in ("SIGNAL_CREATED", "CONFIRMED"):
        if view.event_counts.get(kind):
            bits |= _BITS[kind]
    if view.status is Status.CANCELLED:
        bits |= _BITS["CANCELLED"]
    if view.be_status is not LegStatus.NOT_STARTED:
        bits |= _BITS["SIGNAL_CREATED"] | _BITS["CONFIRMED"] | _BITS["ENTRY"]
    if view.be_triggered_us is not None or view.status in (Status.BE_PROTECTED, Status.BE_STOPPED):
        bits |= _BITS["BE_TRIGGERED"]
    if view.be_status is LegStatus.STOPPED_BE:
        bits |= _BITS["BE_TRIGGERED"] | _BITS["EXIT_BE"]
    if view.no_be_status is LegStatus.STOPPED_SL:
        bits |= _BITS["EXIT_SL"]
    if view.status is not Status.INVALID:
        bits |= _BITS["SIGNAL_CREATED"]
    return bits


def _fixed_texts(view: SignalView, htf_text: str) -> tuple[str, ...]:
    """Return a text for each column, empty where `_moving_texts` writes it."""
    texts = [""] * COLUMN_COUNT
    direction = view.direction
    texts[Column.DIRECTION] = "–" if direction is None else "▲" if direction is Direction.BULLISH else "▼"
    texts[Column.SIGNAL] = _signal_time(view)
    texts[Column.SESSION] = formats.session_name(view.session)
    texts[Column.HTF] = htf_text
    texts[Column.ENTRY] = formats.price(view.entry_price)
    texts[Column.STOP] = formats.price(view.stop_loss)
    texts[Column.RISK] = formats.points(view.risk_points)
    texts[Column.TRADE_ID] = view.trade_id
    return tuple(texts)


def _moving_texts(view: SignalView, begun: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts with those written anew that move while a signal runs."""
    texts = list(begun)
    texts[Column.STATUS] = formats.state_name(view.status)
    texts[Column.NO_BE_MFE] = formats.excursion(view.no_be_mfe)
    texts[Column.BE_MFE] = formats.excursion(view.be_mfe)
    texts[Column.MAE] = formats.excursion(view.mae)
    texts[Column.NOW] = formats.r_multiple(view.now_r) if view.status in RUNNING else ""
    texts[Column.LATEST] = formats.event_name(view.last_event)
    texts[Column.MARKS] = marks(view)
    return tuple(map(sys.intern, texts))


def _signal_time(view: SignalView) -> str:
    if view.signal_us is not None:
        return f"{formats.ny_day(view.signal_us)} {formats.ny_minute(view.signal_us)}"
    if not view.sort_us:
        return formats.UNKNOWN
    return f"{formats.ny_day(view.sort_us)} ~{formats.ny_minute(view.sort_us)}"


def marks(view: SignalView) -> str:
    """Return the letters of what is not plainly received: ambiguous, inferred, replayed."""
    letters = "A" if view.ambiguous else ""
    letters += "I" if view.inferred else ""
    return letters + ("R" if "replayed" in view.sources.values() else "")


def _htf(view: SignalView) -> tuple[tuple[Bias, ...], str]:
    if view.htf is None:
        return _read_biases((), 0)
    return _read_biases(tuple(view.htf.items()), 0 if view.direction is None else view.direction.sign)


@lru_cache(maxsize=4_096)
def _read_biases(said: tuple[tuple[str, str], ...], sign: int) -> tuple[tuple[Bias, ...], str]:
    """Return how each timeframe stands to a direction, and the same as text; few combinations occur."""
    words = dict(said)
    biases = tuple(_bias(words.get(frame), sign) for frame in FRAMES)
    return biases, "".join(_BIAS_MARKS[bias] for bias in biases)


def _bias(word: str | None, sign: int) -> Bias:
    if word is None or sign == 0:
        return Bias.UNKNOWN
    way = _BIASES.get(word, 0)
    if way == 0:
        return Bias.NEUTRAL
    return Bias.WITH if way == sign else Bias.AGAINST


def _share(excursion: float | None, full: float) -> float | None:
    return None if excursion is None else max(0.0, min(1.0, excursion / full))


def _session(one: Shown) -> str | None:
    return one.row.view.session


def _direction(one: Shown) -> float | None:
    direction = one.row.view.direction
    return None if direction is None else float(direction.sign)


def _agreement(one: Shown) -> float | None:
    if one.row.view.htf is None:
        return None
    return float(one.htf.count(Bias.WITH) - one.htf.count(Bias.AGAINST))


_STATUS_RANK = {status: float(rank) for rank, status in enumerate(Status)}

SORT_VALUES: dict[Column, Callable[[Shown], float | str | None]] = {
    Column.DIRECTION: _direction,
    Column.SIGNAL: lambda one: float(one.sort_us),
    Column.SESSION: _session,
    Column.STATUS: lambda one: _STATUS_RANK[one.status],
    Column.NO_BE_MFE: lambda one: one.row.view.no_be_mfe,
    Column.BE_MFE: lambda one: one.row.view.be_mfe,
    Column.MAE: lambda one: one.row.view.mae,
    Column.NOW: lambda one: one.row.view.now_r if one.status in RUNNING else None,
    Column.HTF: _agreement,
    Column.ENTRY: lambda one: one.row.view.entry_price,
    Column.STOP: lambda one: one.row.view.stop_loss,
    Column.RISK: lambda one: one.row.view.risk_points,
    Column.LATEST: lambda one: one.row.view.last_event_us,
    Column.MARKS: lambda one: one.texts[Column.MARKS] or None,
    Column.TRADE_ID: lambda one: one.row.view.trade_id,
}
"""What each column is sorted by; None where it is not known."""
