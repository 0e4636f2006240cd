"""Make resources/market_hours.json from pandas_market_calendars (`make calendar`).

The library knows each trade date's opening and close; the corrections say where it is known to be
wrong, and why. Made twice from one release of it the file is the same, byte for byte: its date
changes only when something else does.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas_market_calendars
from pandas_market_calendars import MarketCalendar

PATH = Path(__file__).resolve().parents[1] / "resources" / "market_hours.json"
LIBRARY = "pandas_market_calendars"
FIRST, LAST = date(2019, 1, 1), date(2029, 12, 31)
EVENING = LAST + timedelta(days=1)
"""The trade date whose session would open on the last evening."""
PUBLISHED_THROUGH = date(2026, 12, 31)
"""CME publishes its hours about a year ahead. Move this after comparing the new year with them."""
NEW_YORK = "America/New_York"
OPEN, CLOSE, HOLIDAY_CLOSE, NEIGHBOUR_CLOSE = "18:00", "17:00", "13:00", "13:15"
FRIDAY = 4


class Correction(NamedTuple):
    """A day on which the library is known to be wrong; without a close no session is held."""

    day: date
    close: str | None
    name: str
    why: str


_REPORTED = "closed all day, by the financial press of that week"
_ANNOUNCED = "early close, announced by CME Group on 2024-12-30"
_PROJECTED = "projected as closed, by the rule for Good Friday"
CORRECTIONS = (
    Correction(date(2024, 3, 29), None, "Good Friday", _REPORTED),
    Correction(date(2025, 1, 9), "09:30", "National Day of Mourning", _ANNOUNCED),
    Correction(date(2025, 4, 18), None, "Good Friday", _REPORTED),
    Correction(date(2027, 3, 26), None, "Good Friday", _PROJECTED),
    Correction(date(2028, 4, 14), None, "Good Friday", _PROJECTED),
    Correction(date(2029, 3, 30), None, "Good Friday", _PROJECTED),
)
NOTES = [
    "Days are trade dates: the session of a day opens on the evening before.",
    "Exceptions: day, kind, close, name. After a halt the next session opens the same evening.",
    "Corrections: day, the library's close, why it is not used.",
    (
        "Published: through that day the hours are those that CME published, as the library "
        "records them and the corrections mend them; the exceptions of 2026 were compared one by "
        "one with a public copy of CME's list."
    ),
    (
        "Projected: after it every exception follows from the library's rules and from the rule "
        "for Good Friday; CME may decide otherwise."
    ),
    (
        "Good Friday: since 2010 the market traded, until 09:15, only where the employment report "
        "came out that day (the first Friday of April: 2010, 2012, 2015, 2021, 2023, 2026); the "
        "library lets it trade on every one from 2023."
    ),
    "Scheduled hours only: circuit breakers and outages are not in this table.",
]
NAMES: dict[str, tuple[str, tuple[int, int] | None]] = {
    "Christmas": ("Christmas Day", (12, 25)),
    "Christmas Eve": ("Christmas Eve", None),
    "Dr. Martin Luther King Jr. Day": ("Martin Luther King Jr. Day", None),
    "Good Friday": ("Good Friday", None),
    "July 4th": ("Independence Day", (7, 4)),
    "Juneteenth Starting at 2022": ("Juneteenth", (6, 19)),
    "Labor Day": ("Labor Day", None),
    "Memorial Day": ("Memorial Day", None),
    "New Years Day": ("New Year's Day", (1, 1)),
    "Presidents Day": ("Presidents' Day", None),
    "ThanksgivingFriday": ("Thanksgiving Day", None),
}
"""The library's name of a rule: ours, and the date of a holiday that moves to a weekday."""
NEIGHBOURS = {
    "Independence Day": "Day before Independence Day",
    "Thanksgiving Day": "Day after Thanksgiving",
}
"""The library gives these shortened days the name of the holiday beside them."""


def main() -> int:
    """Write the table, with its old date where nothing else has changed; returns the exit code."""
    old = PATH.read_text(encoding="utf-8") if PATH.exists() else "{}"
    today = datetime.now(tz=UTC).date().isoformat()
    made = json.loads(old).get("made", today)
    content = table(made)
    if rendered(content) != old:
        content["made"] = made = today
    PATH.write_text(rendered(content), encoding="utf-8", newline="\n")
    sys.stderr.write(f"{PATH.name}: {FIRST} to {LAST}, made {made}\n")
    return 0


def table(made: str) -> dict[str, Any]:
    """Return the content of the file; `made` is its date, YYYY-MM-DD."""
    known = _library_exceptions()
    corrections = []
    for entry in CORRECTIONS:
        theirs = known[entry.day][0] if entry.day in known else CLOSE
        if theirs == entry.close:
            raise SystemExit(f"{LIBRARY} is right about {entry.day} by now: drop its correction")
        corrections.append([entry.day.isoformat(), theirs, entry.why])
        known[entry.day] = entry.close, entry.name
    return {
        "title": "CME Globex equity-index futures: scheduled trading hours",
        "source": f'{LIBRARY} {version(LIBRARY)}, "CME Globex Equity"; halts from its "CME_Equity"',
        "version": 1,
        "made": made,
        "span": [FIRST.isoformat(), LAST.isoformat()],
        "published_through": PUBLISHED_THROUGH.isoformat(),
        "zone": NEW_YORK,
        "notes": NOTES,
        "regular": {"days": "Monday to Friday", "open": OPEN, "close": CLOSE},
        "halts": [_daily_halt()],
        "exceptions": [
            [day.isoformat(), _kind(day, close), close, name] for day, (close, name) in sorted(known.items())
        ],
        "corrections": corrections,
    }


def rendered(content: dict[str, Any]) -> str:
    """Return the file's text: one line for each member, and one for each entry of a list."""
    members = []
    for key, value in content.items():
        text = json.dumps(value)
        if isinstance(value, list) and key != "span":
            text = "[\n" + ",\n".join(f"    {json.dumps(row)}" for row in value) + "\n  ]"
        members.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(members) + "\n}\n"


def _library_exceptions() -> dict[date, tuple[str | None, str]]:
    """Return close and name of each weekday that the library does not give regular hours."""
    calendar = pandas_market_calendars.get_calendar("CME Globex Equity")
    schedule = calendar.schedule(FIRST, EVENING, tz=NEW_YORK)
    sessions = {row.Index.date(): row for row in schedule.itertuples()}
    names = _library_names(calendar)
    exceptions: dict[date, tuple[str | None, str]] = {}
    for day in (FIRST + timedelta(days=number) for number in range((EVENING - FIRST).days + 1)):
        session = sessions.get(day)
        close = None if session is None else f"{session.market_close:%H:%M}"
        if session is not None:
            opening = f"{day - timedelta(days=1)} {OPEN}"
            if day.weekday() > FRIDAY or f"{session.market_open:%Y-%m-%d %H:%M}" != opening:
                raise SystemExit(f"{LIBRARY} opens {day} at an hour that this table cannot say")
        if day.weekday() <= FRIDAY and close != CLOSE:
            exceptions[day] = close, _our_name(names[day], day, close)
    return exceptions


def _library_names(calendar: MarketCalendar) -> dict[date, str]:
    rules = [*calendar.regular_holidays.rules]
    for _, special in calendar.special_closes:
        rules += special.rules
    return {day.date(): rule.name for rule in rules for day in rule.dates(str(FIRST), str(EVENING))}


def _our_name(theirs: str, day: date, close: str | None) -> str:
    ours, fixed = NAMES[theirs]
    if close == NEIGHBOUR_CLOSE:
        return NEIGHBOURS.get(ours, ours)
    return ours if fixed in (None, (day.month, day.day)) else f"{ours} (observed)"


def _kind(day: date, close: str | None) -> str:
    """Return what an exception is: trading pauses for a holiday, unless the weekend follows."""
    if close is None:
        return "holiday"
    return "halt" if close == HOLIDAY_CLOSE and day.weekday() < FRIDAY else "early close"


def _daily_halt() -> dict[str, str]:
    """Return the quarter of an hour in which trading paused each afternoon until June 2021."""
    calendar = pandas_market_calendars.get_calendar("CME_Equity")
    schedule = calendar.schedule(FIRST, LAST, tz=NEW_YORK)
    pauses = schedule[schedule.break_end > schedule.break_start]
    clocks = {(f"{row.break_start:%H:%M}", f"{row.break_end:%H:%M}") for row in pauses.itertuples()}
    if len(clocks) != 1:
        raise SystemExit(f"{LIBRARY} pauses at {sorted(clocks)}: this table holds one daily halt")
    start, end = clocks.pop()
    last = pauses.index[-1].date().isoformat()
    return {"first": FIRST.isoformat(), "last": last, "start": start, "end": end}


if __name__ == "__main__":
    sys.exit(main())
