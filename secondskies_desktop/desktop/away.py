"""What happened while the trader looked elsewhere: counted from what signals were and what they are; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats
from secondskies_desktop.signals.vocabulary import LegStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.view import SignalView

LONG_ENOUGH_S = 60
_ENDED = (LegStatus.STOPPED_BE, LegStatus.STOPPED_SL)


class Mark(NamedTuple):
    """How far a signal had come."""

    entered: bool
    protected: bool
    """BE=1 has moved its stop to the entry."""
    stopped: bool
    """One of the two strategies has ended, at its stop or at its entry."""
    ended: bool
    """None of the strategies runs any more."""


class Changes(NamedTuple):
    """How many signals came, were protected, were stopped, and were missed."""

    new: int = 0
    protected: int = 0
    stopped: int = 0
    missed: int = 0


def mark_of(view: SignalView) -> Mark:
    """Return how far a signal has come."""
    legs = (view.be_status, view.no_be_status)
    running = LegStatus.RUNNING in legs
    stopped = any(leg in _ENDED for leg in legs)
    is_entered = view.entry_us is not None
    return Mark(is_entered, view.be_triggered_us is not None, stopped, stopped and not running)


def marks_of(rows: Iterable[SignalRow]) -> dict[int, Mark]:
    """Return the marks of signals by their ids."""
    return {row.id: mark_of(row.view) for row in rows}


def changes_since(before: Mapping[int, Mark], changed: Iterable[SignalRow], left_us: int) -> Changes:
    """Count what became of signals between the marks `before` and now; `left_us` is when they were taken.

    New is a signal whose first message came after that. Protected and stopped had not been so before. Missed is
    an entry that came and ended meanwhile, in both strategies: nobody could have taken it or managed it. An old
    signal of which no mark was kept (a log was imported) counts nowhere: what it was before is not known.
    """
    new = protected = stopped = missed = 0
    for row in {row.id: row for row in changed}.values():
        was = before.get(row.id)
        if was is None:
            first_us = row.view.first_received_us
            if first_us is None or first_us < left_us:
                continue
            was, new = Mark(False, False, False, False), new + 1
        now = mark_of(row.view)
        protected += now.protected and not was.protected
        stopped += now.stopped and not was.stopped
        missed += now.entered and not was.entered and now.ended
    return Changes(new, protected, stopped, missed)


def sentence(changes: Changes, away_s: float) -> str:
    """Return the line; empty where nothing happened."""
    if not any(changes):
        return ""
    words = ", ".join(f"{number} {name}" for name, number in changes._asdict().items())
    return f"While you were away ({formats.duration(away_s)}): {words}"
