"""The one list of what can want the trader: what it means, what to do, which setting decides; and the pure rules.

A rule belongs to a kind of attention, or to one key of a kind. Whoever raises something of a kind declares it here.
Times are µs UTC.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.market_hours import State, market_state, open_seconds_between
from secondskies_desktop.foundation.sessions import new_york

if TYPE_CHECKING:
    from collections.abc import Sequence

ENTRY = "entry"
SILENCE = "silence"
HEARTBEAT = "heartbeat"
DEAD_LETTERS = "dead letters"
CONFLICT = "conflict"
QUALITY = "quality"
DISK = "disk"
CLOCK = "clock"
JUMP = "jump"
SLEEP = "sleep"
TUNNEL = "tunnel"
STORAGE = "storage"
JOB = "job"
TEST = "test alarm"
CHANNEL = "channel"
INTEGRITY_API = "integrity api"


class Rule(msgspec.Struct, frozen=True):
    """What one kind of attention is; `key` is "" where every key of the kind means the same."""

    kind: str
    title: str
    severity: Severity
    means: str
    do: str
    key: str = ""
    setting: str = ""
    """`group.key` of the setting that decides when it is told."""
    at_any_hour: bool = False
    """He asked for it: told whatever the hour, and however much is told."""
    stays_here: bool = False
    """Never sent to a channel."""


RULES = (
    Rule(
        ENTRY,
        "Entry",
        Severity.INFO,
        "A signal has entered, by an alert of this moment.",
        "Look at the chart; Enter in Live Signals opens the signal. It goes by itself after ten minutes.",
    ),
    Rule(
        SILENCE,
        "Silence",
        Severity.WATCH,
        "No alert at all has come over the webhook for so many minutes of open market.",
        "Send a test alarm. If it arrives, look in TradingView whether the alerts still run; if not, see the tunnel.",
        setting="attention.silence_minutes",
    ),
    Rule(
        HEARTBEAT,
        "Heartbeat lost",
        Severity.WATCH,
        "A chart that sends heartbeats is silent past the time at which the next one was due.",
        "In TradingView, restart the alert of this chart: it stops by itself after an error or too many triggers.",
        setting="alerts.heartbeat_minutes",
    ),
    Rule(
        DEAD_LETTERS,
        "Dead letters",
        Severity.WATCH,
        "Alerts came that could not be read. Their bytes are kept.",
        "Webhook Monitor, Dead, says why for each; once the reason is mended, retry them there.",
    ),
    Rule(
        CONFLICT,
        "Conflict",
        Severity.WATCH,
        "Two sources say different things of one signal. What was received stands until you decide.",
        "Open the conflicts of the Integrity panel and choose which value counts; the choice can be undone.",
    ),
    Rule(
        QUALITY,
        "Quality",
        Severity.WATCH,
        "The mean score of the signals of the last 30 trade dates is below your mark.",
        "The Integrity panel lists the gaps that cost most; import the alert log of those days to fill them.",
        setting="integrity.quality_watch",
    ),
    Rule(
        DISK,
        "Disk nearly full",
        Severity.DANGER,
        "Less room than you asked for is left on the disk of the profile.",
        "Make room: without it alerts are refused, and TradingView drops them after three more attempts.",
        setting="attention.disk_free_mb",
    ),
    Rule(
        CLOCK,
        "Clock set",
        Severity.WATCH,
        "The machine's clock was moved by more than two seconds.",
        "Let the system set its clock by the network; times of arrival around the jump may be wrong.",
        key=JUMP,
    ),
    Rule(
        CLOCK,
        "Machine slept",
        Severity.INFO,
        "The machine was asleep, and nothing could be received.",
        "Import the alert log of that time; keep the machine awake while the market is open.",
        key=SLEEP,
    ),
    Rule(
        TUNNEL,
        "Public way in",
        Severity.DANGER,
        "Alerts cannot reach this machine from outside, or its address is not the one your alerts post to.",
        "Webhook Monitor shows the address and what is wrong with it; Test asks it now.",
    ),
    Rule(
        STORAGE,
        "Storage",
        Severity.DANGER,
        "Alerts cannot be stored, or are stored and signals stand still.",
        "The text names the reason: a full disk, a locked or damaged database. It goes on by itself once that is over.",
    ),
    Rule(
        JOB,
        "Background job",
        Severity.WATCH,
        "A job such as the daily backup has failed.",
        "The text names the reason; the job runs again at its time.",
    ),
    Rule(
        TEST,
        "Test alarm failed",
        Severity.DANGER,
        "A stage between the webhook and the sound did not work when it was tried.",
        "The tooltip of the test alarm's line shows every stage; mend the first that failed and test again.",
        key="chain",
        setting="attention.test_at_session_start",
    ),
    Rule(
        TEST,
        "Test alarm",
        Severity.INFO,
        "This is how an alarm looks and sounds.",
        "Nothing: you asked for it.",
        key="test",
        at_any_hour=True,
        stays_here=True,
    ),
    Rule(
        CHANNEL,
        "Channel failed",
        Severity.WATCH,
        "What should have gone to your phone, chat or mailbox was not taken there.",
        "Channels shows the reason; Test tries it now. Here you are told all the same.",
        stays_here=True,
    ),
    Rule(
        INTEGRITY_API,
        "Integrity API",
        Severity.WATCH,
        "The address at which other programs read gaps and scores is not open, or its token cannot be kept.",
        "The text names the reason; switch the API off in the settings if nothing reads it.",
        setting="integrity.api",
    ),
)


def rule_of(kind: str, key: str) -> Rule | None:
    """Return the rule of what was raised, None for a kind that nobody declared."""
    found = [one for one in RULES if one.kind == kind and one.key in ("", key)]
    return found[0] if found else None


SLOWEST_US = 3_600 * 1_000_000
"""The rhythm of a chart that has sent one heartbeat: none is known to be slower than an hour."""
_SHORTEST_US = 50 * 1_000_000
"""A heartbeat stands for a bar of one minute or more; what is closer together came late."""
_SWITCHED_OFF_OPEN_S = 5 * 23 * 3_600
"""A chart that was silent for a trading week is no longer expected."""


class Pulse(msgspec.Struct, frozen=True):
    """The signs of life of a chart that sends heartbeats; times are µs UTC.

    `rhythm_us` is how far its heartbeats are apart where nothing else comes between them.
    """

    stream: str
    last_us: int
    rhythm_us: int = SLOWEST_US


def rhythm(beats_us: Sequence[int]) -> int:
    """Return how far the heartbeats of a chart are apart where nothing comes between them, by its last ones."""
    gaps = [later - before for before, later in pairwise(beats_us) if later - before >= _SHORTEST_US]
    return min(gaps, default=SLOWEST_US)


def heartbeats(
    pulses: Sequence[Pulse], listening_since_us: int, minutes: int, now_us: int
) -> list[Attention]:
    """Return the word for each chart whose heartbeat is lost, and that it cannot be told where hours are unknown.

    Any alert of a chart is a sign of life: the indicator sends heartbeats when nothing else is to be said. Only
    open market in which this engine listened counts.
    """
    if not pulses:
        return []
    state = market_state(now_us)
    since = as_datetime(now_us)
    if state.state is State.UNKNOWN:
        text = f"Lost heartbeats cannot be told from a shut market: its hours are not known, {state.reason}"
        return [Attention(HEARTBEAT, Severity.INFO, "hours", text, since)]
    if state.state is not State.OPEN:
        return []
    return [
        Attention(HEARTBEAT, Severity.WATCH, one.stream, _lost(one), since)
        for one in pulses
        if _is_lost(one, listening_since_us, minutes, now_us)
    ]


def _is_lost(pulse: Pulse, listening_since_us: int, minutes: int, now_us: int) -> bool:
    silent_s = open_seconds_between(max(pulse.last_us, listening_since_us), now_us)
    in_all_s = open_seconds_between(pulse.last_us, now_us)
    if silent_s is None or in_all_s is None:
        return False
    return grace_s(pulse.rhythm_us, minutes) <= silent_s and in_all_s < _SWITCHED_OFF_OPEN_S


def grace_s(rhythm_us: int, minutes: int) -> int:
    """Return after how many seconds of silence a heartbeat is lost.

    The minutes of the setting where heartbeats come at least twice in them; else the minutes after one was due.
    """
    rhythm_s = rhythm_us // 1_000_000
    return minutes * 60 if 2 * rhythm_s <= minutes * 60 else rhythm_s + minutes * 60


def _lost(pulse: Pulse) -> str:
    every = round(pulse.rhythm_us / 60e6)
    last = new_york(pulse.last_us)
    return (
        f"Heartbeat of {pulse.stream} lost: the last sign of life came {last:%H:%M:%S} NY on {last:%Y-%m-%d}, "
        f"one is due every {every} min"
    )
