"""How rules and channels are written in columns; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.alerts.rules import RULES
from secondskies_desktop.desktop import formats, severities, theme
from secondskies_desktop.desktop.models.lines import MEDIUM, ROOMY, WIDE, Ink, Line, TextColumn, when
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from secondskies_desktop.alerts.channels import Channel
    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.foundation.settings import Settings

RULE_COLUMNS = (
    TextColumn("", 2, False, "!! danger, ! watch, i info", ink=Ink.MARK),
    TextColumn("Severity", 7, False, "How much it matters", from_px=ROOMY, ink=Ink.TONED),
    TextColumn("Rule", 0, False, "What can want you", ink=Ink.LEAD),
    TextColumn("From", 16, False, "From when on you are told; a dash where no setting decides it"),
    TextColumn(
        "Last fired NY", 14, False, "When it last wanted you; a dash where it never did", from_px=MEDIUM
    ),
)
_NARROW = 50 * theme.GRID
_KEPT = "Where the address is: the system's keyring, or a file that only you can read"
CHANNEL_COLUMNS = (
    TextColumn("", 2, False, "✓ the last message was taken, ✗ it was not, – none was sent", ink=Ink.MARK),
    TextColumn("Name", 10, False, "As you have called it", ink=Ink.TONED),
    TextColumn(
        "Service", 19, False, "Where it leads; the address itself is a secret and never shown", ink=Ink.LEAD
    ),
    TextColumn("Kept in", 8, False, _KEPT, from_px=WIDE),
    TextColumn("Last sent NY", 14, False, "When something was last sent there", from_px=ROOMY),
    TextColumn("What came of it", 0, False, "What the service answered", from_px=_NARROW),
)


class Entry(NamedTuple):
    """One row of the list: a rule, or how all of them are told (`severity` None)."""

    place: tuple[str, str]
    severity: Severity | None
    title: str
    means: str
    do: str
    settings: tuple[str, ...]


ENTRIES = (
    Entry(
        ("telling", "again"),
        None,
        "Told again",
        "What is to be watched or a danger is told again, one step louder, until you acknowledge it.",
        "At most six tellings a minute; what does not fit is summed up.",
        ("alerts.escalate_after_minutes",),
    ),
    Entry(
        ("telling", "quiet"),
        None,
        "Quiet hours",
        "In between only dangers are told; all else waits and is summed up at the end.",
        "Both times are New York's. One of them empty: no quiet hours.",
        ("alerts.quiet_from", "alerts.quiet_until"),
    ),
    *(
        Entry(
            (one.kind, one.key),
            one.severity,
            one.title,
            one.means,
            one.do,
            (one.setting,) if one.setting else (),
        )
        for one in RULES
    ),
)


def threshold(entry: Entry, settings: Settings) -> str:
    """Return from when on a rule speaks, in a few words."""
    if entry.place == ("telling", "quiet"):
        alerts = settings.alerts
        both = alerts.quiet_from and alerts.quiet_until and alerts.quiet_from != alerts.quiet_until
        return f"{alerts.quiet_from}–{alerts.quiet_until}" if both else "off"
    if not entry.settings:
        return formats.UNKNOWN
    group, key = entry.settings[0].split(".")
    value = getattr(getattr(settings, group), key)
    words = {
        "silence_minutes": f"{value} min",
        "heartbeat_minutes": f"{value} min late",
        "quality_watch": f"below {value}",
        "disk_free_mb": f"below {value:,} MB",
        "test_at_session_start": "each session" if value else "by hand only",
        "api": "on" if value else "off",
        "escalate_after_minutes": f"after {value} min" if value else "never",
    }
    return words[key]


def rule_line(entry: Entry, settings: Settings, fired: Mapping[tuple[str, str], int], now_us: int) -> Line:
    """Return a rule as a row."""
    severity = Severity.INFO if entry.severity is None else entry.severity
    cells = (
        "" if entry.severity is None else severities.MARKS[severity],
        "" if entry.severity is None else severities.WORDS[severity],
        entry.title,
        threshold(entry, settings),
        when(fired.get(entry.place), now_us),
    )
    return Line(entry.place, severities.TONES[severity], cells, False, entry.means)


def channel_line(one: Channel, last: Send | None, now_us: int) -> Line:
    """Return a channel as a row."""
    mark, tone = formats.UNKNOWN, Tone.FAINT
    if last is not None:
        mark, tone = ("✓", Tone.GOOD) if last.ok else ("✗", Tone.DANGER)
    where = f"{one.service} · {one.address}" + (" · private" if one.private else "")
    said = "nothing sent yet" if last is None else last.detail
    cells = (mark, one.name, where, one.kept, when(None if last is None else last.at_us, now_us), said)
    return Line(one.name, tone, cells, False, where, whys=((5, said), (1, one.name)))
