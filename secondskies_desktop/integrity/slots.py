"""The places in a signal's life at which a message must have been sent, whether it came or not.

A place counts only by what *other* messages prove: an entry by what followed it, the end of the BE=1 trade by the end
of the whole trade or by a price back at the entry, a minute by what was heard before and after it. Whether the
message itself came plays no part in that, so the share of filled places is an unbiased measure of what comes through,
and the empty ones are exactly the losses that leave a trace.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from secondskies_desktop.foundation.market_hours import next_open
from secondskies_desktop.integrity.minutes import MINUTE_US, Span, missing_minutes, open_minutes
from secondskies_desktop.signals.vocabulary import Direction, EventType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from secondskies_desktop.signals.event import Event

LISTING: Final = frozenset(("mfe-batch", "snapshot-v1"))
"""The generations whose one alert a bar lists the running signals of the chart."""
_FROM_ENTRY: Final = (
    EventType.MFE_UPDATE,
    EventType.BE_TRIGGERED,
    EventType.EXIT_BE,
    EventType.EXIT_SL,
)
_TOLERANCE_R: Final = 1e-6
_FEW_US: Final = 3 * MINUTE_US
_ENOUGH: Final = 5
_FOLLOWED: Final = 0.8
"""A chart follows every signal if so many of at least _ENOUGH that lasted some minutes were told of."""


class Told(NamedTuple):
    """One update: its minute (µs UTC), excursions in R, price in points; None where it is not said."""

    at_us: int
    be_mfe: float | None
    no_be_mfe: float | None
    price: float | None
    triggered: bool


class Life(msgspec.Struct):
    """What the messages of one signal say of its life: the earliest minute of each kind, and its updates, rising.

    `announces` is False where snapshots tell it, which say nothing of entries and exits.
    """

    trade_id: str
    announces: bool = True
    signal_us: int | None = None
    first_us: dict[EventType, int] = msgspec.field(default_factory=dict)
    updates: list[Told] = msgspec.field(default_factory=list)
    direction: Direction | None = None
    entry_price: float | None = None


class SlotKind(StrEnum):
    """Which message is meant."""

    ENTRY = "ENTRY"
    EXIT_BE = "EXIT_BE"
    MFE_UPDATE = "MFE_UPDATE"


class Gap(NamedTuple):
    """A message that was lost for certain, or several updates in a row: between two minutes, both included."""

    kind: SlotKind
    span: Span


def life_of(trade_id: str, events: Iterable[Event]) -> Life:
    """Return the life that events of one signal tell, in any order, any number of times."""
    life = Life(trade_id)
    updates: dict[int, Told] = {}
    for event in events:
        if life.direction is None:
            life.direction = event.direction
        if event.detail is not None:
            life.announces = life.announces and "by_bars" not in event.detail
            price = event.detail.get("entry_price")
            if life.entry_price is None and price is not None:
                life.entry_price = price
        if event.signal_us is not None:
            life.signal_us = (
                event.signal_us if life.signal_us is None else min(life.signal_us, event.signal_us)
            )
        at_us = event.at_us
        if at_us is None:
            continue
        life.first_us[event.type] = min(at_us, life.first_us.get(event.type, at_us))
        if event.type is EventType.MFE_UPDATE:
            triggered = event.be_triggered is True
            updates[at_us] = Told(at_us, event.be_mfe, event.no_be_mfe, event.price, triggered)
    life.updates = [updates[at_us] for at_us in sorted(updates)]
    return life


class Habits(NamedTuple):
    """How a chart speaks, as far as its own messages show.

    `goes_on`: it tells of a signal beyond the end of its BE=1 trade; some generations fall silent. `follows_all`: it
    tells of every running signal; the generations that sent an alert a signal told of one at a time. Where that is
    not known, only what lies between two updates of a signal is due. `since_us` is the first minute that was heard
    of the chart at all: what began before it may have been told before it.
    """

    goes_on: bool
    follows_all: bool
    since_us: int | None = None


def habits_of(lives: Sequence[Life], lists: Sequence[int] = (), since_us: int | None = None) -> Habits:
    """Return how a chart speaks, by the signals that it told of in the last days; `lists` as in `missing_minutes`."""
    if lists:
        return Habits(goes_on=True, follows_all=True, since_us=since_us)
    goes_on = any(
        life.updates and life.updates[-1].at_us > life.first_us.get(EventType.EXIT_BE, life.updates[-1].at_us)
        for life in lives
    )
    bounded = [life for life in lives if _lasted_us(life, goes_on=goes_on) >= _FEW_US]
    followed = sum(bool(life.updates) for life in bounded)
    follows_all = len(bounded) >= _ENOUGH and followed >= _FOLLOWED * len(bounded)
    return Habits(goes_on, follows_all, since_us)


def _lasted_us(life: Life, *, goes_on: bool) -> int:
    first_us, last_us = _bounds(life, goes_on=goes_on)
    return 0 if first_us is None or last_us is None else last_us - first_us


def due(life: Life, habits: Habits) -> tuple[int | None, int | None]:
    """Return the first and the last minute at which updates are due, None where nothing but updates tells."""
    return _bounds(life, goes_on=habits.goes_on) if habits.follows_all else (None, None)


def _bounds(life: Life, *, goes_on: bool) -> tuple[int | None, int | None]:
    """Return the first and the last minute of a life that can be told of, by other messages than updates.

    The entry bar itself is told of where a confirmation before it was announced: a chart without those announces the
    entry at the close of the confirmation bar, before the trade runs. On a chart that falls silent with the BE=1
    trade, the end of the whole trade proves nothing of a signal that was protected.
    """
    times = life.first_us
    confirmed_us, entry_us = times.get(EventType.CONFIRMED), times.get(EventType.ENTRY)
    if confirmed_us is not None and (entry_us is None or confirmed_us < entry_us):
        first_us = next_open(confirmed_us + MINUTE_US) if entry_us is None else entry_us
    else:
        first_us = None if entry_us is None else entry_us + MINUTE_US
    end_us = times.get(EventType.EXIT_SL)
    if not goes_on:
        silent = EventType.BE_TRIGGERED in times or _triggered_us(life) is not None
        end_us = times.get(EventType.EXIT_BE, None if silent else end_us)
    return first_us, None if end_us is None else end_us - MINUTE_US


def followed_us(life: Life) -> int | None:
    """Return the first minute that proves a signal's entry without its ENTRY, None where nothing does."""
    if not life.announces:
        return None
    return min((life.first_us[kind] for kind in _FROM_ENTRY if kind in life.first_us), default=None)


def began_before(life: Life, habits: Habits) -> bool:
    """Tell whether a signal may have been entered before anything was heard of its chart."""
    if habits.since_us is None:
        return False
    began_us = life.signal_us if life.signal_us is not None else min(life.first_us.values(), default=None)
    return began_us is None or began_us <= habits.since_us + MINUTE_US


def be_exit_by(life: Life) -> int | None:
    """Return the minute by which the BE=1 trade had ended at its entry, without EXIT_BE; None if none proves it.

    Proved by a trigger before it and: the end of the whole trade, an excursion that stood still while the other
    grew, or a price back at the entry.
    """
    triggered_us = _triggered_us(life)
    if triggered_us is None or not life.announces:
        return None
    proofs = [
        told.at_us
        for told in life.updates
        if told.at_us > triggered_us and (_is_behind(told) or _is_back(life, told))
    ]
    exit_us = life.first_us.get(EventType.EXIT_SL)
    if exit_us is not None and exit_us > triggered_us:
        proofs.append(exit_us)
    return min(proofs, default=None)


def _triggered_us(life: Life) -> int | None:
    """Return the first minute whose update shows the trade alive beyond +1R, which no stop bar can show."""
    for told in life.updates:
        if told.triggered or (told.be_mfe is not None and told.be_mfe >= 1):
            return told.at_us
    return None


def _is_behind(told: Told) -> bool:
    if told.be_mfe is None or told.no_be_mfe is None or told.be_mfe <= 0:
        return False
    return told.be_mfe < told.no_be_mfe - _TOLERANCE_R


def _is_back(life: Life, told: Told) -> bool:
    if life.direction is None or life.entry_price is None or told.price is None:
        return False
    return life.direction.sign * (told.price - life.entry_price) <= 0


def lost_messages(life: Life, habits: Habits, lists: Sequence[int] = ()) -> list[Gap]:
    """Return what was lost of one signal and left a trace; `lists` as in `missing_minutes`."""
    found = []
    proved_us = followed_us(life)
    if proved_us is not None and EventType.ENTRY not in life.first_us and not began_before(life, habits):
        found.append(Gap(SlotKind.ENTRY, Span(proved_us, proved_us, 1)))
    by_us = be_exit_by(life)
    if by_us is not None and EventType.EXIT_BE not in life.first_us:
        found.append(Gap(SlotKind.EXIT_BE, Span(by_us, by_us, 1)))
    heard = [told.at_us for told in life.updates]
    spans = missing_minutes(heard, *due(life, habits), lists)
    return [*found, *(Gap(SlotKind.MFE_UPDATE, span) for span in spans)]


class Slots(NamedTuple):
    """Alerts that must have been sent, and how many of them came, in one hour (µs UTC of its beginning)."""

    hour_us: int
    expected: int
    came: int


HOUR_US: Final = 60 * MINUTE_US


def slots_of(lives: Sequence[Life], habits: Habits, lists: Sequence[int] = ()) -> list[Slots]:
    """Return the alerts that must have been sent for these signals of one chart, by hour, and how many came.

    The unit is the alert, for it comes or is lost as a whole: where one alert a bar lists all running signals
    (`lists` has its minutes, rising), a minute counts once, however many signals it lists.
    """
    counted: dict[int, list[int]] = {}
    listed: set[int] = set()

    def count(at_us: int, *, came: bool) -> None:
        hour = counted.setdefault(at_us // HOUR_US * HOUR_US, [0, 0])
        hour[0] += 1
        hour[1] += came

    for life in lives:
        times = life.first_us
        proved_us = followed_us(life)
        if proved_us is not None and not began_before(life, habits):
            count(times.get(EventType.ENTRY, proved_us), came=EventType.ENTRY in times)
        by_us = be_exit_by(life)
        if by_us is not None and not began_before(life, habits):
            count(times.get(EventType.EXIT_BE, by_us), came=EventType.EXIT_BE in times)
        minutes = _due_minutes(life, habits)
        if lists:
            listed.update(minutes)
            continue
        heard = {told.at_us for told in life.updates}
        for at_us in minutes:
            count(at_us, came=at_us in heard)
    known = set(lists)
    for at_us in listed:
        count(at_us, came=at_us in known)
    return [Slots(hour_us, *counted[hour_us]) for hour_us in sorted(counted)]


def _due_minutes(life: Life, habits: Habits) -> list[int]:
    """Return the open minutes at which an update was due; where only updates bound them, without those two."""
    first_us, last_us = due(life, habits)
    heard = life.updates
    if first_us is None and heard:
        first_us = heard[0].at_us + MINUTE_US
    if last_us is None and heard:
        last_us = heard[-1].at_us - MINUTE_US
    if first_us is None or last_us is None:
        return []
    return open_minutes(first_us, last_us)
