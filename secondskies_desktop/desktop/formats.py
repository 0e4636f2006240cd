"""How numbers, times and ages are written; pure, no Qt.

What is not known is an en dash, and `missing` has the words that say what is not there. Minus is the real
sign. Times come in as microseconds since the epoch, UTC, and are shown as New York's wall clock.
"""

from __future__ import annotations

from functools import lru_cache

from secondskies_desktop.foundation.sessions import new_york

UNKNOWN = "–"
MINUS = "−"

_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_HOUR_US = 60 * _MINUTE_US
_MINUTE_S = 60
_HOUR_S = 3_600
_DAY_S = 86_400
_LONG_DAYS = 10
_KILO = 1_000

_MISSING = {
    "signal_at": "When the triangle printed is not known: no message says it and the id does not prove it",
    "session": "The session follows from the signal bar, and that time is not known",
    "direction": "No message says which direction",
    "entry": "No entry price has been received",
    "stop": "No stop has been received",
    "risk": "Risk needs both the entry price and the stop",
    "no_be_mfe": "No message or bar says how far the No-BE trade has run",
    "be_mfe": "No message or bar says how far the BE=1 trade has run",
    "be_not_tracked": "The indicator did not track the BE=1 trade (0 here is not a measurement)",
    "mae": "No message or bar says how far it went against the trade",
    "now_r": "Needs the last price, the entry price and the risk",
    "htf": "No message carried the higher-timeframe biases",
    "latest": "No event with a time is known",
}


def missing(field: str) -> str:
    """Return what a dash in this field stands for; KeyError for a field that nobody described."""
    return _MISSING[field]


def signed(number: float, places: int = 2) -> str:
    """Return a number with its sign, zero without one, to so many decimals."""
    text = f"{abs(number):,.{places}f}"
    if not text.strip("0.,"):
        return text
    return f"+{text}" if number > 0 else f"{MINUS}{text}"


def r_multiple(value: float | None) -> str:
    """Return a result or a distance in R: "+0.32R", "−1.00R", "0.00R"."""
    return UNKNOWN if value is None else f"{signed(value)}R"


def excursion(value: float | None) -> str:
    """Return an MFE or MAE in R: "2.31R", "−0.12R"; a best excursion carries no plus."""
    return UNKNOWN if value is None else f"{signed(value).lstrip('+')}R"


def price(value: float | None) -> str:
    """Return a price on the quarter-point grid: "24,847.25"."""
    return UNKNOWN if value is None else f"{value:,.2f}".replace("-", MINUS)


def points(value: float | None) -> str:
    """Return a distance in points: "15.25"."""
    return price(value)


def count(number: int | None) -> str:
    """Return a count with separators."""
    return UNKNOWN if number is None else f"{number:,}".replace("-", MINUS)


def share(part: int, whole: int) -> str:
    """Return a whole percentage: "56 %"; a dash where there is nothing to compare with."""
    return UNKNOWN if whole <= 0 else f"{100 * part / whole:.0f} %"


def milliseconds(value: float | None) -> str:
    """Return a latency: "0.55 ms", "12 ms", "1.45 s"."""
    if value is None:
        return UNKNOWN
    if value >= _KILO:
        return f"{value / _KILO:.2f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.2f} ms"  # noqa: PLR2004 - two figures suffice


def span(span_us: int | None) -> str:
    """Return how long something took: "31 µs", "2.13 ms", "1.45 s"."""
    if span_us is None:
        return UNKNOWN
    return f"{span_us} µs" if span_us < _KILO else milliseconds(span_us / _KILO)


def size(octets: int | None) -> str:
    """Return a body's size: "989 B", "2.3 kB"."""
    if octets is None:
        return UNKNOWN
    return f"{octets} B" if octets < _KILO else f"{octets / _KILO:.1f} kB"


@lru_cache(maxsize=8_192)
def _hour(hour: int) -> tuple[str, str]:
    """Return (day, HH) in New York of an hour since the epoch; its clock differs by whole hours only."""
    local = new_york(hour * _HOUR_US)
    return f"{local:%d %b}", f"{local:%H}"


def ny_clock(instant_us: int | None) -> str:
    """Return New York's wall clock without a label, for columns whose head says NY: "14:31:07"."""
    if instant_us is None:
        return UNKNOWN
    return f"{ny_minute(instant_us)}:{instant_us // _SECOND_US % _MINUTE_S:02d}"


def ny_time(instant_us: int | None) -> str:
    """Return New York's wall clock: "14:31:07 NY"."""
    return UNKNOWN if instant_us is None else f"{ny_clock(instant_us)} NY"


def ny_minute(instant_us: int | None) -> str:
    """Return the minute of a bar: "14:31"."""
    if instant_us is None:
        return UNKNOWN
    return f"{_hour(instant_us // _HOUR_US)[1]}:{instant_us // _MINUTE_US % _MINUTE_S:02d}"


def ny_day(instant_us: int | None) -> str:
    """Return New York's day: "02 Dec"."""
    return UNKNOWN if instant_us is None else _hour(instant_us // _HOUR_US)[0]


def ny_weekday(instant_us: int) -> str:
    """Return New York's day of the week: "Sun"."""
    return f"{new_york(instant_us):%a}"


def ny_stamp(instant_us: int | None) -> str:
    """Return New York's day and time in full, for tooltips: "2025-12-02 14:31:07 NY"."""
    if instant_us is None:
        return UNKNOWN
    return f"{new_york(instant_us):%Y-%m-%d %H:%M:%S} NY"


def duration(seconds: float) -> str:
    """Return a span: "12 s", "4 min", "3 h 12 min", "2 d 4 h", "214 d"; never below "0 s"."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min"
    if whole < _DAY_S:
        hours, rest = divmod(whole, _HOUR_S)
        return f"{hours} h {rest // _MINUTE_S} min"
    days, rest = divmod(whole, _DAY_S)
    return f"{days} d {rest // _HOUR_S} h" if days < _LONG_DAYS else f"{days:,} d"


def age(instant_us: int | None, now_us: int) -> str:
    """Return how long ago something happened; a dash where it is not known when."""
    return UNKNOWN if instant_us is None else duration((now_us - instant_us) / _SECOND_US)


def countdown(until_us: int, now_us: int) -> str:
    """Return the time that is left: "00:41" below an hour (min:s), "3:12:05" above."""
    left = max(0, -((now_us - until_us) // _SECOND_US))
    hours, rest = divmod(left, _HOUR_S)
    minutes, seconds = divmod(rest, _MINUTE_S)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def session_name(session: str | None) -> str:
    """Return a session as it is written on screen."""
    return UNKNOWN if session is None else session.replace("_", " ").replace("HOURS", "HRS")


_WORDS = {
    "SIGNAL_CREATED": "Created",
    "CANCELLED": "Cancelled",
    "CONFIRMED": "Confirmed",
    "ENTRY": "Entry",
    "MFE_UPDATE": "Update",
    "BE_TRIGGERED": "BE triggered",
    "EXIT_BE": "BE exit",
    "EXIT_SL": "Stop",
    "EXIT_TP": "Target",
    "EXIT_PARTIAL": "Partial exit",
}


def event_name(kind: str | None) -> str:
    """Return a kind of event in the trader's words; an unknown kind as it was said."""
    return UNKNOWN if kind is None else _WORDS.get(kind, kind.replace("_", " ").capitalize())


_STATES = {
    "PENDING": "Pending",
    "CONFIRMED": "Confirmed",
    "ACTIVE": "Active",
    "BE_PROTECTED": "BE protected",
    "BE_STOPPED": "BE stopped",
    "COMPLETED": "Completed",
    "CANCELLED": "Cancelled",
    "INVALID": "Invalid",
    "NOT_STARTED": "Not started",
    "RUNNING": "Running",
    "STOPPED_BE": "Stopped at entry",
    "STOPPED_SL": "Stopped at −1R",
    "NOT_TRACKED": "Not tracked",
}


def state_name(state: str) -> str:
    """Return a status of a signal or of one strategy in words."""
    return _STATES.get(state, state)
