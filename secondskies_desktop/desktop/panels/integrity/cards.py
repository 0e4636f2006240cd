"""The cards of health: the one number, completeness beside it, the last hour, what is open, where values come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models import integrity_words as words
from secondskies_desktop.desktop.models.lines import when
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.section import Cell, Headline, Section, Table

if TYPE_CHECKING:
    from secondskies_desktop.engine.integrity_desk import HealthNow

_LISTED = 8


class HealthCard(Section):
    """Health now, how many signals are complete, and when somebody looked last."""

    def __init__(self) -> None:
        super().__init__("Health now")
        self.note.say("signals of the newest 30 trade dates")
        self.number = Headline()
        self.table = Table(("", ""))
        self.body.addWidget(self.number)
        self.body.addWidget(self.table)

    def show_now(self, now: HealthNow, least: int, now_us: int) -> None:
        """Show health, or why it is unknown."""
        word = words.health_word(now, least, now_us)
        self.number.say(word.text, word.basis, word.why, word.tone)
        found = now.health
        known = now.looked_us is not None and found.signals > 0
        share = f"{formats.count(found.complete)} of {formats.count(found.signals)}"
        complete = f"{share} · {formats.share(found.complete, found.signals)}" if known else formats.UNKNOWN
        looked = formats.UNKNOWN if now.looked_us is None else f"{formats.age(now.looked_us, now_us)} ago"
        self.table.say(
            [
                [Cell("Signals without a gap"), Cell(complete, "Those of which nothing is missing now")],
                [
                    Cell("Gaps open"),
                    Cell(formats.count(found.gaps) if known else formats.UNKNOWN, "Of these signals"),
                ],
                [Cell("Looked"), Cell(looked, formats.ny_stamp(now.looked_us))],
            ]
        )


class CompletenessCard(Section):
    """The share of alerts that came: beside health, never in it."""

    def __init__(self) -> None:
        super().__init__("Completeness")
        self.number = Headline()
        self.body.addWidget(self.number)

    def show_now(self, now: HealthNow) -> None:
        """Show the estimate, or that there is none."""
        word = words.completeness_word(now)
        self.number.say(word.text, word.basis, word.why, word.tone)


class LastHourCard(Section):
    """What was found and filled in within an hour, and when the indicator gave a sign of life."""

    def __init__(self) -> None:
        super().__init__("Last hour")
        self.table = Table(("", ""))
        self.body.addWidget(self.table)

    def show_now(self, now: HealthNow, now_us: int) -> None:
        """Show the counts; nothing is known where nobody has looked."""
        looked = now.looked_us is not None
        beat = "none received"
        if now.heartbeat_us is not None:
            beat = f"{when(now.heartbeat_us, now_us)} · {formats.age(now.heartbeat_us, now_us)} ago"
        self.table.say(
            [
                [Cell("Gaps found"), Cell(formats.count(now.found_hour) if looked else formats.UNKNOWN)],
                [
                    Cell("Values filled in"),
                    Cell(formats.count(now.filled_hour) if looked else formats.UNKNOWN),
                ],
                [Cell("Last heartbeat"), Cell(beat, "The newest HEARTBEAT that arrived, New York time")],
            ]
        )


class SourcesCard(Section):
    """How much was received, and how many values were filled in from where."""

    def __init__(self) -> None:
        super().__init__("Sources")
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.table)

    def show_now(self, now: HealthNow) -> None:
        """Show the counts."""
        rows = [
            [
                Cell("Received"),
                Cell("alerts in the inbox", "Every arrival, repeated ones included", Tone.MUTED),
                Cell(formats.count(now.arrivals)),
            ]
        ]
        filled = {"recomputed": 0, "inferred": 0, "second source": 0, **now.filled}
        means = {
            "recomputed": (
                "values, from bars or other values",
                "The same rule gives the same value again",
            ),
            "inferred": ("values, from other messages", "No message says so, others prove it"),
            "second source": (
                "values, from another id or list",
                "Under another id, or by another way in",
            ),
        }
        for source, count in filled.items():
            text, why = means.get(source, ("values filled in", ""))
            rows.append([Cell(source.capitalize()), Cell(text, why, Tone.MUTED), Cell(formats.count(count))])
        self.table.say(rows)


class OpenCard(Section):
    """What is open by type, most of it first."""

    def __init__(self) -> None:
        super().__init__("What is open")
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.table)

    def show_now(self, now: HealthNow) -> None:
        """List the types of which most are open."""
        self.note.say(f"{formats.count(now.open)} findings" if now.open else "")
        if not now.kinds:
            text = "Nothing is missing." if now.looked_us is not None else "Nothing has looked yet."
            self.table.say([[Cell(text, "", Tone.MUTED), Cell(""), Cell("")]])
            return
        ordered = sorted(now.kinds.items(), key=lambda one: -one[1])
        rows = [
            [
                Cell(words.type_name(kind)),
                Cell(words.category_name(category).lower(), "", Tone.MUTED),
                Cell(formats.count(count)),
            ]
            for (category, kind), count in ordered[:_LISTED]
        ]
        self.table.say(rows)
        rest = sum(count for _, count in ordered[_LISTED:])
        self.say_foot(f"{formats.count(rest)} more of other types" if rest else "")
