"""How health, findings, fills and conflicts are written; pure, no Qt."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.models.lines import MEDIUM, ROOMY, WIDE, Ink, Line, TextColumn, when
from secondskies_desktop.desktop.theme import Tone

if TYPE_CHECKING:
    from secondskies_desktop.engine.integrity_desk import Conflict, Diagnosis, Entry, HealthNow
    from secondskies_desktop.integrity.store import Finding

_GRAVE: Final = 10
"""Points from which on a gap carries the mark of what is to be watched."""
_CATEGORIES = {"gap": "Gap", "check": "Check", "anomaly": "Anomaly"}
_TYPES = {
    "no_mfe_update": "No MFE update",
    "no_entry_price": "No entry price",
    "no_stop_loss": "No stop",
    "no_mae": "No MAE",
    "no_session": "No session",
    "no_signal_date": "No date",
    "no_htf_alignment": "No HTF alignment",
    "no_targets": "No targets",
    "no_confirmation_time": "No confirmation",
    "no_entry": "ENTRY lost",
    "no_creation": "SIGNAL_CREATED lost",
    "no_trigger": "BE_TRIGGERED lost",
    "no_be_exit": "BE exit lost",
    "lost_update": "Updates lost",
}
_FIELDS = {
    "CANCELLED": "Cancellation",
    "CONFIRMED": "Confirmation",
    "BE_TRIGGERED": "BE trigger",
    "EXIT_BE": "BE=1 exit",
    "EXIT_SL": "Exit at the stop",
    "targets": "Targets",
    "entry_price": "Entry price",
    "stop_loss": "Stop",
    "htf": "HTF alignment",
    "be_mfe": "MFE BE=1",
    "no_be_mfe": "MFE No-BE",
    "mae": "MAE",
}
_OLD_US = 5 * 60_000_000
"""An engine looks at least every two minutes: what is older than this was looked at by none that runs now."""
_HEALTH_WHY = (
    "100 less the points of the gaps of each signal, the mean over all signals of the newest 30 trade dates. "
    "What left no trace is not in it: completeness estimates that"
)


class Word(NamedTuple):
    """A number in words: its text, its basis, where it comes from, and its tone."""

    text: str
    basis: str
    why: str
    tone: Tone


def category_name(category: str) -> str:
    """Return a category of findings in words."""
    return _CATEGORIES.get(category, category.replace("_", " ").capitalize())


def type_name(kind: str) -> str:
    """Return a type of finding in words; one that nobody described as it is called."""
    head, _, field = kind.partition(":")
    if field:
        return f"{head.replace('_', ' ').capitalize()}: {field_name(field).lower()}"
    return _TYPES.get(kind, kind.replace("_", " ").capitalize())


def field_name(field: str) -> str:
    """Return a field that can be filled in, in words."""
    return _FIELDS.get(field, field.replace("_", " ").capitalize())


def health_word(now: HealthNow, least: int, now_us: int) -> Word:
    """Return health with what it is compared with, or why it is unknown or old."""
    if now.looked_us is None:
        why = "Nothing has looked for gaps yet: an engine does so by itself, `integrity scan` at once"
        return Word("unknown", "nothing has looked for gaps yet", why, Tone.UNKNOWN)
    found = now.health
    if found.health is None:
        return Word("unknown", "no signal has been received", _HEALTH_WHY, Tone.UNKNOWN)
    # Cut, not rounded: what is below the target must not look as if it were at it.
    text = f"{math.floor(found.health * 10) / 10:.1f}"
    tone = Tone.GOOD if found.health >= least else Tone.WATCH
    if now_us - now.looked_us > _OLD_US:
        age = formats.age(now.looked_us, now_us)
        return Word(
            text, f"of 100 · ! as it was {age} ago: nothing has looked since", _HEALTH_WHY, Tone.WATCH
        )
    mark = "at or above" if found.health >= least else "! below"
    return Word(text, f"of 100 · {mark} the target of {least}", _HEALTH_WHY, tone)


def completeness_word(now: HealthNow) -> Word:
    """Return the share of alerts that came, with its interval."""
    why = (
        "The share of alerts that came, by those that must have been sent, in an interval that holds the truth in nine "
        "cases of ten. It is no part of health"
    )
    sample = now.sample
    if sample is None or sample.completeness is None:
        basis = "an estimate needs at least 30 alerts that must have been sent"
        return Word("not estimated yet", basis, why, Tone.UNKNOWN)
    low, high = sample.completeness_low, sample.completeness_high
    span = "no interval" if low is None or high is None else f"{100 * low:.1f} to {_percent(high)} at 90 %"
    return Word(_percent(sample.completeness), f"of alerts came, {span}", why, Tone.TEXT)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


FINDING_COLUMNS = (
    TextColumn(
        "", 2, False, "! it costs ten points or more, · it costs less, i it costs nothing", ink=Ink.MARK
    ),
    TextColumn("Points", 8, True, "What it costs the quality of its signal", ink=Ink.TONED),
    TextColumn("Type", 18, False, "What kind of thing is missing or looks wrong"),
    TextColumn("What it is", 0, False, "In one sentence", ink=Ink.LEAD),
    TextColumn(
        "Signal", 26, False, "The signal that it concerns; a chart where it concerns all", from_px=ROOMY
    ),
    TextColumn(
        "Since NY",
        14,
        False,
        "The bar from which on it is so, New York time",
        from_px=ROOMY + 10 * theme.GRID,
    ),
    TextColumn("Category", 9, False, "Gap, check or anomaly", from_px=WIDE),
    TextColumn("Found NY", 14, False, "When it was found, New York time", from_px=WIDE + MEDIUM // 2),
)
FINDING_ORDERS = ("points", "points", "type", None, "signal", "since", "category", "found")
"""What each column sorts by."""


def finding_line(one: Finding, now_us: int) -> Line:
    """Return what is open as a row."""
    mark, tone = ("!", Tone.WATCH) if one.points >= _GRAVE else ("·", Tone.MUTED)
    if not one.points:
        mark, tone = ("!", Tone.WATCH) if one.type.startswith("conflict") else ("i", Tone.MUTED)
    cells = (
        mark,
        f"{formats.MINUS}{one.points}" if one.points else "0",
        type_name(one.type),
        one.text,
        one.trade_id or f"{one.stream} (chart)",
        when(one.since_us, now_us),
        category_name(one.category),
        when(one.found_us, now_us),
    )
    place = (one.stream, one.trade_id, one.category, one.type, str(one.since_us))
    whys = ((4, f"{one.trade_id} on {one.stream}"), (5, formats.ny_stamp(one.since_us)))
    return Line(place, tone, cells, False, one.text, whys)


CONFLICT_COLUMNS = (
    TextColumn("", 2, False, "! several values were received", ink=Ink.MARK),
    TextColumn("Field", 12, False, "What was received more than once", ink=Ink.TONED),
    TextColumn("Shown", 10, True, "What counts as long as you do not choose: the first one that came"),
    TextColumn("Received", 0, False, "Every value, with the arrival that brought it first", ink=Ink.LEAD),
    TextColumn("Signal", 26, False, "The signal that it concerns", from_px=ROOMY),
    TextColumn("Chart", 10, False, "The chart it stands on", from_px=ROOMY + 10 * theme.GRID),
)


def conflict_line(one: Conflict) -> Line:
    """Return a conflict as a row."""
    said = "   ".join(f"{formats.price(option.value)} (#{option.inbox_id})" for option in one.options)
    cells = ("!", field_name(one.field), formats.price(one.shown), said, one.trade_id, one.stream)
    return Line((one.stream, one.trade_id, one.field), Tone.WATCH, cells, False, said)


ENTRY_COLUMNS = (
    TextColumn(
        "",
        2,
        False,
        "✓ it counts, – messages say otherwise, ↶ it was taken back, ◆ your choice",
        ink=Ink.MARK,
    ),
    TextColumn("Field", 14, False, "What was filled in or chosen"),
    TextColumn("Value", 16, False, "As it was filled in; a received value always wins", ink=Ink.LEAD),
    TextColumn("Source", 11, False, "Where it comes from"),
    TextColumn("Conf.", 5, True, "How sure that is, 0 to 1"),
    TextColumn("Because", 0, False, "Why it follows", from_px=MEDIUM + 12 * theme.GRID),
    TextColumn("Signal", 26, False, "The signal that it belongs to", from_px=ROOMY),
    TextColumn("When NY", 14, False, "When it was written, New York time", from_px=WIDE),
)


def entry_line(one: Entry, now_us: int) -> Line:
    """Return a fill or a choice as a row."""
    fill = one.fill
    mark, tone = ("◆", Tone.TEXT) if fill.kind == "choice" else ("✓", Tone.GOOD)
    words = fill.reason
    if one.undone:
        mark, tone, words = "↶", Tone.FAINT, f"taken back · {words}"
    elif not one.counts:
        mark, tone, words = formats.UNKNOWN, Tone.FAINT, f"without effect, messages say otherwise · {words}"
    cells = (
        mark,
        field_name(fill.field),
        fill_value(fill.field, fill.value),
        fill.source or formats.UNKNOWN,
        formats.UNKNOWN if fill.confidence is None else f"{fill.confidence:.2f}",
        words,
        fill.trade_id,
        when(fill.at_us, now_us),
    )
    because = ", ".join(f"#{number}" for number in fill.because) or "no single arrival"
    whys = ((2, _value_why(fill.field, fill.value)), (5, f"{fill.reason}\nFrom {because}"))
    return Line(fill.id, tone, cells, one.undone, fill.reason, whys)


def fill_value(field: str, value: object) -> str:
    """Return a value that was filled in, in few characters."""
    if value is None:
        return "time not known" if field.isupper() else formats.UNKNOWN
    if field.isupper() and isinstance(value, int):
        return f"{formats.ny_day(value)} {formats.ny_minute(value)} NY"
    if isinstance(value, dict):
        prices = [one for one in value.values() if isinstance(one, int | float)]
        if prices and field == "targets":
            return f"{len(prices)}, from {formats.price(prices[0])}"
        return "1 timeframe" if len(value) == 1 else f"{len(value)} timeframes"
    if field in ("be_mfe", "no_be_mfe", "mae") and isinstance(value, int | float):
        return formats.excursion(float(value))
    return formats.price(float(value)) if isinstance(value, int | float) else str(value)


def _value_why(field: str, value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(
            f"{name} {formats.price(one) if isinstance(one, float) else one}" for name, one in value.items()
        )
    if field.isupper() and isinstance(value, int):
        return formats.ny_stamp(value)
    return ""


DIAGNOSIS_COLUMNS = (
    TextColumn(
        "",
        2,
        False,
        "! it wants you, · it costs points, ✓ filled in, – without effect, ◆ chosen",
        ink=Ink.MARK,
    ),
    TextColumn("What", 18, False, "A gap, a conflict, a check that failed, or a value that no message gave"),
    TextColumn("Value", 16, False, "What it costs, or what counts now", ink=Ink.LEAD),
    TextColumn("Why", 0, False, "The reason in one sentence"),
)


def diagnosis_lines(found: Diagnosis, now_us: int) -> list[Line]:
    """Return all that is known of the quality of one signal: what wants the trader first, then what it costs."""
    lines = []
    for conflict in found.conflicts:
        said = ", ".join(formats.price(one.value) for one in conflict.options)
        cells = ("!", field_name(conflict.field), said, "several values were received; Enter chooses one")
        lines.append(Line(("conflict", conflict.field), Tone.WATCH, cells, False, said))
    for one in (*found.gaps, *found.checks):
        whole = finding_line(one, now_us)
        cost = f"{formats.MINUS}{one.points} points" if one.points else "costs nothing"
        since = f"{one.text} · since {formats.ny_stamp(one.since_us)}"
        cells = (whole.cells[0], type_name(one.type), cost, since)
        lines.append(Line(("finding", *whole.id), whole.tone, cells, False, since))  # type: ignore[misc]
    for entry in sorted(found.log, key=lambda one: (one.undone, -one.fill.id)):
        whole = entry_line(entry, now_us)
        sure = "" if entry.fill.confidence is None else f" {entry.fill.confidence:.2f}"
        why = f"{entry.fill.source or formats.UNKNOWN}{sure} · {whole.cells[5]}"
        cells = (whole.cells[0], whole.cells[1], whole.cells[2], why)
        lines.append(Line(entry.fill.id, whole.tone, cells, entry.undone, why, ((2, dict(whole.whys)[2]),)))
    return lines


def score_word(found: Diagnosis, least: int) -> Word:
    """Return the quality of a signal, or why it is not known."""
    why = "100 less the points of its gaps"
    if found.score is None:
        return Word("unknown", "nothing has looked at it since it changed", why, Tone.UNKNOWN)
    lost = sum(one.points for one in found.gaps)
    basis = "nothing is missing" if not lost else f"{lost} points lost"
    return Word(f"{found.score}", f"of 100 · {basis}", why, Tone.GOOD if found.score >= least else Tone.WATCH)
