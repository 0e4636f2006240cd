"""When something of the engine's own wants the trader: small rules, state in, verdict out, time passed in.

What each means stands in the list of `alerts/rules.py`. A verdict is the attention to raise, or None where there is
nothing to say. Times are µs UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from secondskies_desktop.alerts.rules import CLOCK, DEAD_LETTERS, DISK, ENTRY, JUMP, SILENCE, SLEEP
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.market_hours import State, market_state, open_seconds_between
from secondskies_desktop.foundation.sessions import new_york
from secondskies_desktop.signals.vocabulary import Direction

if TYPE_CHECKING:
    from secondskies_desktop.foundation.clock import Moment
    from secondskies_desktop.signals.view import SignalView

_SECOND_US = 1_000_000
_FRESH_US = 120 * _SECOND_US
_ENTRY_BAR_US = 900 * _SECOND_US
_ENTRY_PASSES_S = 600.0
_SLEEP_PASSES_S = 3_600.0
_JUMP_S = 2.0
_DEAD_AGAIN_US = 600 * _SECOND_US
_DISK_RELIEF = 1.1
_MB = 1_000_000
_MARKS = {Direction.BULLISH: "▲ ", Direction.BEARISH: "▼ "}


def new_entry(view: SignalView, key: str, now_us: int) -> Attention | None:
    """Return the word that a signal has just entered; None where its last message is not of this moment.

    Nor is an entry whose bar is not: a bulk export and the demo, which runs faster than life, tell of another time.
    The time in the text is that of the triangle, by which every table names a signal.
    """
    if view.entry_us is None or view.last_received_us is None or view.exit_us is not None:
        return None
    if now_us - view.last_received_us > _FRESH_US or abs(now_us - view.entry_us) > _ENTRY_BAR_US:
        return None
    named = view.signal_us if view.signal_us is not None else view.entry_us
    mark = "" if view.direction is None else _MARKS[view.direction]
    session = "" if view.session is None else f" {view.session.replace('_', ' ')}"
    text = (
        f"ENTRY {mark}{view.symbol or 'symbol unknown'} {new_york(named):%H:%M}{session}"
        f" · {_price(view.entry_price)} stop {_price(view.stop_loss)}"
    )
    return Attention(ENTRY, Severity.INFO, key, text, as_datetime(now_us), _ENTRY_PASSES_S)


def many_entries(now_us: int) -> Attention:
    """Return the one word for all entries that are more than can be told one by one."""
    text = "More signals have entered than can be told one by one: Live Signals shows them"
    return Attention(ENTRY, Severity.WATCH, "many", text, as_datetime(now_us), _ENTRY_PASSES_S)


def silence(last_us: int | None, listening_since_us: int, minutes: int, now_us: int) -> Attention | None:
    """Return the word that no alert comes while the market trades.

    Only time in which the market was open and this engine listened counts, and nothing before the first alert
    ever came. Where the hours are not known it says so.
    """
    if last_us is None:
        return None
    state = market_state(now_us)
    since = as_datetime(now_us)
    if state.state is State.UNKNOWN:
        text = f"Silence cannot be told from a shut market: its hours are not known, {state.reason}"
        return Attention(SILENCE, Severity.INFO, "hours", text, since)
    if state.state is not State.OPEN:
        return None
    quiet_s = open_seconds_between(max(last_us, listening_since_us), now_us)
    if quiet_s is None or quiet_s < minutes * 60:
        return None
    last = f"{new_york(last_us):%H:%M:%S} NY"
    if new_york(last_us).date() != new_york(now_us).date():
        last += f" on {new_york(last_us):%Y-%m-%d}"
    text = f"No alert for {minutes} minutes of open market; the last came {last}"
    return Attention(SILENCE, Severity.WATCH, "webhook", text, since)


@dataclass(frozen=True, slots=True)
class DeadTold:
    """How many dead letters the trader was told of, and when."""

    count: int = 0
    at_us: int = 0


def dead_letters(count: int, told: DeadTold, now_us: int) -> Attention | None:
    """Return the word that alerts could not be read: at once, and again where more came ten minutes later."""
    if count <= told.count or (told.count and now_us - told.at_us < _DEAD_AGAIN_US):
        return None
    what = "1 alert" if count == 1 else f"{count:,} alerts"
    text = f"{what} could not be read: Webhook Monitor, Dead, says why"
    return Attention(DEAD_LETTERS, Severity.WATCH, "inbox", text, as_datetime(now_us))


def disk(free_bytes: int, least_mb: int, now_us: int, *, is_told: bool) -> Attention | None:
    """Return the word that the disk is nearly full; once told it is over a tenth above the limit."""
    limit = least_mb * _MB * (_DISK_RELIEF if is_told else 1.0)
    if free_bytes >= limit:
        return None
    text = f"{free_bytes // _MB:,} MB are free on the disk of the profile; alerts need room to be stored"
    return Attention(DISK, Severity.DANGER, "profile", text, as_datetime(now_us))


def clock_jump(before: Moment, now: Moment) -> tuple[Attention, ...]:
    """Return the words that the machine slept, and that its clock was set, between two looks."""
    elapsed_s = now.elapsed_s - before.elapsed_s
    slept_s = elapsed_s - (now.awake_s - before.awake_s)
    jumped_s = (now.wall_us - before.wall_us) / _SECOND_US - elapsed_s
    since = as_datetime(now.wall_us)
    told = []
    if slept_s > _JUMP_S:
        text = f"The machine slept for {_span(slept_s)}; alerts of that time could not be received"
        told.append(Attention(CLOCK, Severity.INFO, SLEEP, text, since, _SLEEP_PASSES_S))
    if abs(jumped_s) > _JUMP_S:
        way = "forward" if jumped_s > 0 else "back"
        text = f"The machine's clock was set {way} by {_span(abs(jumped_s))}; times around it may be wrong"
        told.append(Attention(CLOCK, Severity.WATCH, JUMP, text, since, _SLEEP_PASSES_S))
    return tuple(told)


def _price(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.2f}"


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.1f} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
