"""What stands in the market and what to look out for, in R; pure, no Qt.

Nothing here is a position: no trades are recorded yet. It is what every running signal would mean if taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.market_hours import open_seconds_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.desktop.models.basis import Basis
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.signals.changes import SignalRow
    from secondskies_desktop.signals.view import SignalView

_SAME_SIDE = 3
_NOISE = 0.5
_SESSION_MEAN = -0.5
_ENOUGH = 5
QUIET_S = 6 * 3_600
"""Seconds of open market: the indicator speaks once a minute while a signal lives."""


class Exposure(NamedTuple):
    """Running signals by side, and the R at risk down to their stops, if all had been taken."""

    heard: list[SignalRow]
    """Running ones that were heard of lately, newest first."""
    bullish: int
    bearish: int
    no_be_r: int
    be_r: int
    """Under BE=1 a protected signal risks nothing more."""
    silent: int
    """Others that never told their end: whether they run is UNKNOWN, and they are in no number here."""
    more: bool
    """There may be older ones: these are only the newest."""

    @property
    def silent_words(self) -> str:
        """How many are silent, as it is written; of more than were looked at, at least so many."""
        return f"{formats.count(self.silent)}{'+' if self.more else ''}"


class Notice(NamedTuple):
    """Something to look out for."""

    tone: Tone
    text: str
    why: str


def exposure(rows: Sequence[SignalRow], now_us: int, most: int) -> Exposure:
    """Return what is running among the newest `most` running signals; µs UTC."""
    told_once = [row for row in rows if row.view.linked_to is None]
    heard = [row for row in told_once if _is_heard(row.view, now_us)]
    return Exposure(
        heard=heard,
        bullish=sum(1 for row in heard if row.view.direction == "BULLISH"),
        bearish=sum(1 for row in heard if row.view.direction == "BEARISH"),
        no_be_r=len(heard),
        be_r=sum(1 for row in heard if row.view.status == "ACTIVE"),
        silent=len(told_once) - len(heard),
        more=len(rows) >= most,
    )


def _is_heard(view: SignalView, now_us: int) -> bool:
    traded_s = open_seconds_between(view.last_received_us or view.sort_us, now_us)
    return traded_s is not None and traded_s < QUIET_S


def warnings(found: Exposure, today: Report, session: str, basis: Basis) -> list[Notice]:
    """Return what to look out for now, the gravest first; `session` is that of now."""
    listed: list[Notice] = []
    for side, number in (("bullish", found.bullish), ("bearish", found.bearish)):
        if number >= _SAME_SIDE:
            why = f"{number} running signals are {side}: taken together they are one trade {number} times the size"
            listed.append(Notice(Tone.WATCH, f"{number} {side} at once", why))
    here = today.by_session.get(session)
    if here is not None and here.decided >= _ENOUGH and (here.mean_high or 0.0) < _SESSION_MEAN:
        mean = formats.r_multiple(here.mean_high)
        why = f"Mean of {here.decided} decided results of {session} today at {basis.words} is {mean}"
        listed.append(Notice(Tone.WATCH, f"{formats.session_name(session)} today: mean {mean}", why))
    total = today.total
    cancelled = total.statuses["CANCELLED"]
    settled = total.confirmed + cancelled
    if settled >= _ENOUGH and cancelled / settled > _NOISE:
        why = f"{cancelled} of {settled} settled triangles were cancelled today"
        listed.append(Notice(Tone.TEXT, f"Noise: {formats.share(cancelled, settled)} cancelled", why))
    if found.silent:
        among = " among the newest" if found.more else ""
        why = (
            f"{formats.count(found.silent)} signals{among} never told their end and were silent for six hours of open "
            "market: whether they still run is UNKNOWN, and they are in no number here"
        )
        listed.append(Notice(Tone.UNKNOWN, f"{found.silent_words} silent for 6 h: UNKNOWN", why))
    return listed
