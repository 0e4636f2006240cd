"""The cards of the Command Center: the clock, today, the chain's health, what wants the trader, launchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton

from secondskies_desktop.desktop import formats, health, theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Cell, Headline, Section, Table
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from secondskies_desktop.desktop.attention import Noticed
    from secondskies_desktop.desktop.health import Word
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.signals.changes import SignalRow

_LISTED = 4
_ACROSS = 2
_SEVERITIES = {
    Severity.INFO: ("i  Info", Tone.BULL),
    Severity.WATCH: ("!  Watch", Tone.WATCH),
    Severity.DANGER: ("!! Danger", Tone.DANGER),
}


class NowCard(Section):
    """New York's time, the session, what comes next, and whether the market trades."""

    def __init__(self) -> None:
        super().__init__("Now in New York")
        self.clock = Headline()
        self.table = Table(("", ""))
        self.body.addWidget(self.clock)
        self.body.addWidget(self.table)

    def tick(self, now_us: int) -> None:
        """Show this second."""
        session, following = health.session_word(now_us), health.next_session_word(now_us)
        market = health.market_word(now_us)
        self.clock.say(formats.ny_time(now_us), f"{formats.ny_weekday(now_us)} {formats.ny_day(now_us)}", "")
        self.table.say(
            [
                [Cell("Session"), Cell(session.text, session.why, session.tone)],
                [Cell("Next"), Cell(following.text, following.why, Tone.TEXT)],
                [Cell("Market"), Cell(market.text, market.why, market.tone)],
            ]
        )


class TodayCard(Section):
    """How many signals today, and the last one."""

    def __init__(self) -> None:
        super().__init__("Signals today")
        self.count = Headline()
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.count)
        self.body.addWidget(self.table)
        self._last: SignalRow | None = None
        self._report: Report | None = None

    def show_today(self, report: Report, last: SignalRow | None, now_us: int) -> None:
        """Show today's counts and the newest signal of all."""
        self._report, self._last = report, last
        total = report.total
        everything = total.signals + report.after_hours.signals
        after = report.after_hours.signals
        beside = f"{formats.count(after)} of them after hours, untraded" if after else "of this trade date"
        self.count.say(
            formats.count(everything), beside, "Triangles of this trade date, which began at 18:00 NY"
        )
        self.tick(now_us)

    def tick(self, now_us: int) -> None:
        """Let the age of the last signal grow."""
        if self._report is None:
            return
        total = self._report.total
        self.table.say(
            [
                [
                    Cell("Confirmed"),
                    Cell("in the six sessions", "", Tone.MUTED),
                    Cell(formats.count(total.confirmed), "Of the six tradeable sessions"),
                ],
                [
                    Cell("Running"),
                    Cell("of these", "", Tone.MUTED),
                    Cell(formats.count(total.running), "Of today's, with a leg in the market"),
                ],
                [Cell("Last signal"), Cell(""), self._last_cell(now_us)],
            ]
        )

    def _last_cell(self, now_us: int) -> Cell:
        if self._last is None:
            return Cell(formats.UNKNOWN, "No signal has been received so far")
        view = self._last.view
        mark = "" if view.direction is None else "▲ " if view.direction == "BULLISH" else "▼ "
        same = formats.ny_day(view.signal_us) == formats.ny_day(now_us)
        day = "" if same else f"{formats.ny_day(view.signal_us)} "
        age = formats.age(view.signal_us, now_us)
        tone = Tone.TEXT if view.direction is None else Tone.BULL if mark == "▲ " else Tone.BEAR
        return Cell(
            f"{mark}{day}{formats.ny_minute(view.signal_us)} · {age} ago",
            f"{view.trade_id} · {view.status}",
            tone,
        )


class ChainCard(Section):
    """Webhook to engine, in the words of the status bar."""

    def __init__(self) -> None:
        super().__init__("The chain")
        self.table = Table(("", ""))
        self.body.addWidget(self.table)

    def show_words(self, words: Mapping[str, Word]) -> None:
        """Show how each link stands; a link that is not known says so."""
        self.table.say(
            [
                [
                    Cell(f"{_mark(word.tone)} {name}", word.why, _calm(word.tone)),
                    Cell(word.text, word.why, _calm(word.tone)),
                ]
                for name, word in words.items()
            ]
        )


def _mark(tone: Tone) -> str:
    return "○" if tone is Tone.UNKNOWN else "●"


def _calm(tone: Tone) -> Tone:
    return Tone.TEXT if tone in (Tone.MUTED, Tone.TEXT) else tone


class AttentionCard(Section):
    """What is open and wants the trader."""

    def __init__(self) -> None:
        super().__init__("What needs you")
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.table)
        self.show_open([])

    def show_open(self, found: Sequence[Noticed]) -> None:
        """List the gravest conditions."""
        if not found:
            self.note.say("")
            self.table.say(
                [[Cell("Nothing wants you.", "No condition is open", Tone.MUTED), Cell(""), Cell("")]]
            )
            return
        rows = []
        for one in found[:_LISTED]:
            word, tone = _SEVERITIES[one.attention.severity]
            since = formats.ny_time(as_us(one.attention.since))
            rows.append(
                [
                    Cell(word, "", tone),
                    Cell(one.attention.text, one.attention.text),
                    Cell(since, "Since", Tone.MUTED),
                ]
            )
        self.note.say(f"{formats.count(len(found))} open")
        self.table.say(rows)


class Launchers(Section):
    """The way to every panel that there is."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__("Open")
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.GRID)
        self.body.addLayout(self._grid)
        self.body.addWidget(Text("Every one is in Ctrl+K too.", Tone.FAINT))
        self.buttons: dict[str, QPushButton] = {}

    def show_targets(self, targets: Sequence[tuple[str, str]]) -> None:
        """Offer these panels: key and title."""
        for key, title in targets:
            if key not in self.buttons:
                button = self.buttons[key] = QPushButton(title)
                button.clicked.connect(lambda _on=False, key=key: self.wanted.emit(key))
                place = len(self.buttons) - 1
                self._grid.addWidget(button, place // _ACROSS, place % _ACROSS)

    def rows(self) -> list[list[str]]:
        return []
