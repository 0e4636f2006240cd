"""The words of the status bar: how market, webhook, tunnel, database and engine stand; pure, no Qt.

Each answer is a word, a tone and the sentence behind it. A closed market is no alarm, and what is not known
is UNKNOWN and says why. Instants are microseconds since the epoch, UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.market_hours import State, market_state, open_seconds_between
from secondskies_desktop.foundation.sessions import Session, next_session, session_at

if TYPE_CHECKING:
    from secondskies_desktop.engine.desk import DeskStatus
    from secondskies_desktop.ingest.changes import WayIn

QUIET_S = 3 * 60
"""The indicator speaks once a bar while signals live; two missed bars and some delay are nothing yet."""
SILENT_S = 15 * 60


class Word(NamedTuple):
    """What an item of the status bar says."""

    text: str
    tone: Tone
    why: str


def session_word(now_us: int) -> Word:
    """Return the session of this minute and whether it is traded."""
    session = session_at(now_us)
    name = formats.session_name(session.value)
    if session.tradeable:
        return Word(name, Tone.TEXT, f"{name}: signals of this session are traded")
    return Word(f"{name}, untraded", Tone.WATCH, "Signals after hours are recorded and flagged, not traded")


def next_session_word(now_us: int) -> Word:
    """Return which session comes next and in how long."""
    following, begins_us = next_session(now_us)
    name = formats.session_name(Session(following).value)
    text = f"{name} in {formats.countdown(begins_us, now_us)}"
    return Word(text, Tone.MUTED, f"{name} begins at {formats.ny_time(begins_us)}")


def market_word(now_us: int) -> Word:
    """Return whether the market trades, and until when."""
    state = market_state(now_us)
    until = "" if state.until_us is None else f" until {_when(state.until_us, now_us)}"
    sure = "; CME had not published this day's hours when the table was made" if state.projected else ""
    why = f"CME Globex equity index: {state.reason}{sure}"
    match state.state:
        case State.OPEN:
            return Word(f"Open{until}", Tone.GOOD, why)
        case State.HALT:
            return Word(f"Halt{until}", Tone.MUTED, why)
        case State.CLOSED:
            return Word(f"Closed{until}", Tone.MUTED, why)
        case _:
            return Word("UNKNOWN", Tone.UNKNOWN, f"Market hours are not known: {state.reason}")


def _when(instant_us: int, now_us: int) -> str:
    minute = formats.ny_minute(instant_us)
    if formats.ny_day(instant_us) == formats.ny_day(now_us):
        return minute
    return f"{formats.ny_weekday(instant_us)} {minute}"


def webhook_word(last_us: int | None, now_us: int) -> Word:
    """Return how long ago the last alert came, judged by how long the market has traded since."""
    state = market_state(now_us).state
    if last_us is None:
        return Word("no alert yet", Tone.UNKNOWN, "No alert has arrived through the webhook so far")
    age = formats.age(last_us, now_us)
    why = f"Last alert at {formats.ny_stamp(last_us)}"
    traded_s = open_seconds_between(last_us, now_us)
    if traded_s is None:
        return Word(age, Tone.UNKNOWN, f"{why}; whether that is long cannot be said: market hours unknown")
    if state is not State.OPEN:
        return Word(f"{age}, market shut", Tone.MUTED, f"{why}; nothing is expected while the market is shut")
    traded = formats.duration(traded_s)
    if traded_s < QUIET_S:
        return Word(age, Tone.GOOD, why)
    if traded_s < SILENT_S:
        return Word(age, Tone.WATCH, f"{why}; the market has traded for {traded} since")
    return Word(age, Tone.DANGER, f"{why}; the market has traded for {traded} since: is the alert still on?")


def tunnel_word(way_in: WayIn | None, now_us: int) -> Word:
    """Return whether TradingView can reach us."""
    if way_in is None:
        return Word("UNKNOWN", Tone.UNKNOWN, "The way in has not been asked for yet")
    if way_in.kind == "viewer":
        return Word("at the engine", Tone.MUTED, "The process that is the engine knows its way in")
    if way_in.kind == "replay":
        return Word("none", Tone.MUTED, "A replay plays what has come before: nothing can come in")
    if way_in.public_url is None:
        why = way_in.detail or "No public address is set up: only this machine can send alerts"
        return Word("local only", Tone.WATCH, why)
    return _public_word(way_in, way_in.public_url, now_us)


def _public_word(way_in: WayIn, url: str, now_us: int) -> Word:
    if way_in.ok is None:
        return Word("not probed", Tone.UNKNOWN, f"{url} has not been probed yet")
    checked = "" if way_in.checked_us is None else f", probed {formats.age(way_in.checked_us, now_us)} ago"
    if not way_in.ok:
        since = formats.ny_time(way_in.failing_since_us)
        return Word("unreachable", Tone.DANGER, f"{url} fails since {since}. {way_in.detail}")
    if way_in.changed_since_alerts_were_made:
        return Word(
            "address changed",
            Tone.DANGER,
            f"{url} is no longer the address that was copied: change the alert in TradingView",
        )
    return Word("public", Tone.GOOD, f"{url}{checked}")


def database_word(status: DeskStatus | None) -> Word:
    """Return whether the database can be read."""
    if status is None:
        return Word("opening", Tone.UNKNOWN, "The database is being opened")
    kind = status.database.partition(" ")[0]
    if status.database_ok:
        return Word(kind, Tone.GOOD, status.database)
    return Word(f"{kind} unreadable", Tone.DANGER, f"{status.database} cannot be read")


_ROLES = {
    "engine": ("running", Tone.GOOD, "This window receives and folds the alerts itself"),
    "replay": ("replay", Tone.WATCH, "A day is played again in a scratch profile: nothing here is live"),
    "viewer": ("viewer", Tone.MUTED, "Another process is the engine of this database"),
    "starting": ("starting", Tone.MUTED, "The engine is starting"),
    "stopped": ("stopped", Tone.DANGER, "The engine has stopped: alerts are not received"),
    "failed": ("failed", Tone.DANGER, "The engine has failed: alerts are not received"),
}


def engine_word(status: DeskStatus | None) -> Word:
    """Return what this process is to the database, and how many alerts wait to be folded."""
    if status is None:
        return Word("starting", Tone.MUTED, "The engine is starting")
    text, tone, why = _ROLES.get(status.role, (status.role, Tone.UNKNOWN, ""))
    if status.role_detail:
        why = f"{why}: {status.role_detail}"
    if status.pending:
        text = f"{text}, {formats.count(status.pending)} to fold"
    return Word(text, tone, why)
