"""How what is open and what is past are written in columns, and the line of the test alarm; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats, severities
from secondskies_desktop.desktop.models.lines import MEDIUM, ROOMY, WIDE, Ink, Line, TextColumn, when
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests
    from secondskies_desktop.foundation.attention import Episode, OpenAttention, Severity


_SEVERITY_COLUMNS = (
    TextColumn("", 2, False, "!! danger, ! watch, i info", ink=Ink.MARK),
    TextColumn("Severity", 7, False, "How much it matters", from_px=ROOMY, ink=Ink.TONED),
)
_AGAIN_WHY = "The time until you are told again, in quiet hours when; never, once you have acknowledged it"
OPEN_COLUMNS = (
    *_SEVERITY_COLUMNS,
    TextColumn("What wants you", 0, False, "What it is, in one sentence", ink=Ink.LEAD),
    TextColumn("Since NY", 13, False, "When it began, New York time", from_px=ROOMY),
    TextColumn("Age", 8, True, "How long it has been open", from_px=MEDIUM),
    TextColumn("Told", 5, True, "How often you were told of it", from_px=ROOMY),
    TextColumn("Again", 8, True, _AGAIN_WHY),
    TextColumn("Seen", 5, True, "✓ you have acknowledged it; it is open all the same"),
)
PAST_COLUMNS = (
    *_SEVERITY_COLUMNS,
    TextColumn("What wanted you", 0, False, "What it was, in one sentence", ink=Ink.LEAD),
    TextColumn("Raised NY", 13, False, "When it began, New York time"),
    TextColumn("Cleared NY", 13, False, "When it was over; open as long as it is not", from_px=WIDE),
    TextColumn("Seen NY", 13, False, "When you acknowledged it; a dash where you did not", from_px=WIDE),
    TextColumn(
        "Lasted",
        8,
        True,
        "From when it was raised until it was over; open as long as it is not",
        from_px=MEDIUM,
    ),
    TextColumn("Told", 5, True, "How often you were told; a dash where that is not known", from_px=ROOMY),
    TextColumn(
        "Sent", 8, True, "Whether your channels took it; a dash where nothing was sent", from_px=MEDIUM
    ),
)
_AGAIN, _SENT = 6, 8


def open_line(one: OpenAttention, now_us: int) -> Line:
    """Return what is open as a row."""
    attention = one.attention
    since_us = as_us(attention.since)
    again, why = _again(one, now_us)
    cells = (
        severities.MARKS[attention.severity],
        severities.WORDS[attention.severity],
        attention.text,
        when(since_us, now_us),
        formats.age(since_us, now_us),
        str(one.told) if one.told else formats.UNKNOWN,
        again,
        "✓" if one.acknowledged else "",
    )
    place = (attention.kind, attention.key)
    return Line(
        place,
        severities.TONES[attention.severity],
        cells,
        one.acknowledged,
        attention.text,
        whys=((_AGAIN, why),) if why else (),
        group=attention.severity,
    )


def _again(one: OpenAttention, now_us: int) -> tuple[str, str]:
    """Return when the trader is told again, and why that is."""
    if one.acknowledged or one.next_us is None:
        return formats.UNKNOWN, ""
    if one.is_held:
        until = formats.ny_minute(one.next_us)
        return (
            f"{until} NY",
            f"Quiet hours: it waits until {until} NY, and is then told together with the rest",
        )
    if one.next_us <= now_us:
        return "now", ""
    return (
        f"in {formats.countdown(one.next_us, now_us)}",
        f"At {formats.ny_time(one.next_us)}, one step louder",
    )


def past_line(one: Episode, now_us: int, sends: Sequence[Send] = ()) -> Line:
    """Return an episode as a row, with what was sent out of it."""
    is_over = one.cleared_us is not None
    lasted = formats.age(one.raised_us, one.cleared_us) if one.cleared_us is not None else "open"
    cells = (
        severities.MARKS[one.severity],
        severities.WORDS[one.severity],
        one.text,
        when(one.raised_us, now_us),
        when(one.cleared_us, now_us) if is_over else "open",
        when(one.acknowledged_us, now_us),
        lasted,
        str(one.told) if one.told else formats.UNKNOWN,
        sent(sends),
    )
    whys = ((_SENT, attempts(sends, now_us)),) if sends else ()
    return Line(
        one.id, severities.TONES[one.severity], cells, is_over, one.text, whys=whys, group=one.severity
    )


def sent(sends: Sequence[Send]) -> str:
    """Return how many channels took it: "✓ 2", "✗ 1 of 2", a dash where nothing was sent."""
    if not sends:
        return formats.UNKNOWN
    newest = {send.channel: send.ok for send in sends}
    failed = sum(not ok for ok in newest.values())
    return f"✗ {failed} of {len(newest)}" if failed else f"✓ {len(newest)}"


def attempts(sends: Sequence[Send], now_us: int) -> str:
    """Return every attempt on a line of its own, the newest last; twenty at most."""
    lines = [
        f"{'✓' if one.ok else '✗'} {one.channel} {when(one.at_us, now_us)}: {one.detail}"
        for one in sends[-20:]
    ]
    return "\n".join(lines)


def matches(line: Line, severity: Severity | None, words: str) -> bool:
    """Whether a row passes the filter: its severity, and words that are all found in what is shown."""
    if severity is not None and line.group != severity:
        return False
    said = " ".join(line.cells).casefold()
    return all(word in said for word in words.casefold().split())


def proof_words(tests: AlarmTests | None, now_us: int) -> tuple[str, bool]:
    """Return the line of the test alarm, and whether the newest run failed."""
    newest = None if tests is None else tests.newest
    if tests is None or newest is None:
        return "Test alarm: never run", False
    failed = newest.failed
    if failed is not None:
        said = f"Test alarm: failed at {failed.name} {formats.ny_time(newest.started_us)}"
        proved = tests.proved
        before = "never proved" if proved is None else f"last proved {_stamped(proved, now_us)}"
        return f"{said}, {before}", True
    return f"Test alarm: last proved {_stamped(newest, now_us)}, {_took(newest)}", False


def proof_why(test: AlarmTest | None) -> str:
    """Return the stages of a run, one a line, with the time that each took."""
    if test is None:
        return "Runs a real alert from the webhook to the sound, and proves every stage by the machine's own facts"
    marks = {True: "✓", False: "✗", None: "–"}
    lines = []
    for stage in test.stages:
        took = "" if stage.took_ms is None else f"  {formats.milliseconds(stage.took_ms)}"
        lines.append(f"{marks[stage.ok]} {stage.name}: {stage.detail}{took}")
    return "\n".join(lines)


def _stamped(test: AlarmTest, now_us: int) -> str:
    return f"{when(test.finished_us, now_us)} NY, {formats.age(test.finished_us, now_us)} ago"


def _took(test: AlarmTest) -> str:
    return f"{(test.finished_us - test.started_us) / 1e6:.1f} s"
