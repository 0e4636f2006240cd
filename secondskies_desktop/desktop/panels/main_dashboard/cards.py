"""The cards of the dashboard, each filled from one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models import kpi
from secondskies_desktop.desktop.models.integrity_words import completeness_word, health_word
from secondskies_desktop.desktop.panels.main_dashboard import risk
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Cell, Headline, Section, Table
from secondskies_desktop.foundation.sessions import session_at

if TYPE_CHECKING:
    from secondskies_desktop.desktop.models.basis import Basis
    from secondskies_desktop.desktop.models.kpi import Kpi
    from secondskies_desktop.engine.integrity_desk import HealthNow
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.signals.statistics import Summary
    from secondskies_desktop.signals.view import SignalView

LISTED = 6
"""Running signals that are listed; Live Signals has all of them."""
_STATES = {
    "ACTIVE": ("Active", Tone.NO_BE),
    "BE_PROTECTED": ("Protected", Tone.GOOD),
    "BE_STOPPED": ("BE ended", Tone.BE),
}


def cell(one: Kpi) -> Cell:
    """Return a number as a cell of a table."""
    return Cell(one.text, f"{one.why}", one.tone)


class ActiveSignals(Section):
    """The newest running signals."""

    def __init__(self) -> None:
        super().__init__("Active signals")
        self.table = Table(("Signal", "State", "MFE No-BE", "MFE BE=1", "Now", "Age"), words=(1,), spare=(5,))
        self.nothing = Text("", Tone.MUTED)
        self.nothing.setWordWrap(True)
        self.body.addWidget(self.table)
        self.body.addWidget(self.nothing)

    def show_exposure(self, found: risk.Exposure, now_us: int) -> None:
        """List the newest of those that were heard of, and say how many there are."""
        rows = found.heard
        self.table.say([self._line(row.view, now_us) for row in rows[:LISTED]])
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        silent = f" {found.silent_words} never told their end: UNKNOWN." if found.silent else ""
        self.nothing.say(
            f"None is running.{silent} A signal stands here from its entry to the end of its No-BE leg."
        )
        parts = [f"newest {LISTED} of {formats.count(len(rows))}"] if len(rows) > LISTED else []
        parts += [f"{found.silent_words} silent"] if found.silent and rows else []
        self.note.say(" · ".join(parts))

    @staticmethod
    def _line(view: SignalView, now_us: int) -> list[Cell]:
        bullish = view.direction == "BULLISH"
        mark = formats.UNKNOWN if view.direction is None else "▲" if bullish else "▼"
        state, tone = _STATES.get(view.status, (formats.state_name(view.status), Tone.TEXT))
        name = f"{mark} {formats.ny_minute(view.signal_us)}  {formats.session_name(view.session)}"
        why = f"{view.trade_id} · {view.stream} · signal bar {formats.ny_stamp(view.signal_us)}"
        side = Tone.TEXT if view.direction is None else Tone.BULL if bullish else Tone.BEAR
        known = formats.missing
        return [
            Cell(name, why, side),
            Cell(state, f"Status {view.status}", tone),
            Cell(
                formats.excursion(view.no_be_mfe),
                _or(view.no_be_mfe, "MFE of the No-BE leg", known("no_be_mfe")),
            ),
            Cell(formats.excursion(view.be_mfe), _or(view.be_mfe, "MFE of the BE=1 leg", known("be_mfe"))),
            Cell(
                formats.r_multiple(view.now_r),
                _or(view.now_r, "Last price against entry, in R", known("now_r")),
            ),
            Cell(
                formats.age(view.entry_us, now_us),
                f"Since entry at {formats.ny_stamp(view.entry_us)}",
                Tone.MUTED,
            ),
        ]


def _or(value: float | None, why: str, missing: str) -> str:
    return missing if value is None else why


class LiveTrades(Section):
    """Trades come with the prop desk; until then this says so."""

    def __init__(self) -> None:
        super().__init__("Live trades")
        self.note.say("prop desk · L8/H1.43")
        text = Text("None recorded – these are signals.", Tone.TEXT)
        how = Text("What you trade by hand is recorded with the prop desk.", Tone.MUTED)
        for label in (text, how):
            label.setWordWrap(True)
            self.body.addWidget(label)


class PropFirmStatus(Section):
    """Accounts come with the prop desk; nothing is known of any, and nothing is said to be well."""

    def __init__(self) -> None:
        super().__init__("Prop-firm status")
        self.note.say("prop desk · L8/H1.43")
        text = Text("No account is registered: room, floor and limits are UNKNOWN.", Tone.MUTED)
        text.setWordWrap(True)
        self.body.addWidget(text)


class OutcomeToday(Section):
    """What today's signals have come to at the panel's target; nobody traded them."""

    def __init__(self) -> None:
        super().__init__("Outcome today · all signals · not traded")
        self.sum = Headline()
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.sum)
        self.body.addWidget(self.table)

    def show_report(self, report: Report, basis: Basis) -> None:
        """Show today's report."""
        total = report.total
        result = kpi.sum_of_r(total, basis)
        self.sum.say(*result)
        mean, wins = kpi.mean_of_r(total, basis), kpi.win_share(total, basis)
        rest = kpi.not_counted(report)
        lines = [
            [
                Cell("Results"),
                Cell(kpi.results(total), result.why, Tone.MUTED),
                Cell(formats.count(total.decided), "Decided results"),
            ],
            [Cell("Open now"), Cell(""), Cell(formats.count(total.open), _OPEN)],
            [Cell("Mean"), Cell(""), cell(mean)],
            [Cell("Wins"), Cell(wins.basis, wins.why, Tone.MUTED), Cell(wins.text, wins.why, wins.tone)],
        ]
        self.table.say(lines)
        self.say_foot(rest, "Only the six tradeable sessions are in the sums")


_OPEN = "Entered, and neither target nor stop was reached"


class SessionPerformance(Section):
    """Results by session over the panel's span."""

    def __init__(self) -> None:
        super().__init__("Session performance")
        self.table = Table(("Session", "n", "W · BE · L", "Win", "Sum", "Mean", "Open"), spare=(2, 6))
        self.body.addWidget(self.table)

    def show_report(self, report: Report, basis: Basis, span: str) -> None:
        """Show a report of the span."""
        self.note.say(f"{span} · {basis.words}")
        lines = [
            self._line(formats.session_name(name), one, basis) for name, one in report.by_session.items()
        ]
        self.table.say([*lines, self._line("All six", report.total, basis)])

    @staticmethod
    def _line(name: str, one: Summary, basis: Basis) -> list[Cell]:
        total, mean, wins = kpi.sum_of_r(one, basis), kpi.mean_of_r(one, basis), kpi.win_share(one, basis)
        return [
            Cell(name),
            Cell(formats.count(one.decided), "Decided results", Tone.MUTED),
            Cell(kpi.counts_of(one), total.why),
            Cell(wins.text, wins.why + f" {wins.basis}", wins.tone),
            cell(total),
            cell(mean),
            Cell(formats.count(one.open), "Open: in no sum", Tone.MUTED),
        ]


class SignalQuality(Section):
    """How many triangles become signals, and how fast."""

    def __init__(self) -> None:
        super().__init__("Signal quality")
        self.table = Table(("", "", ""), elided=1)
        self.data = Table(("", "", ""), elided=1)
        self.body.addWidget(self.table)
        self.body.addWidget(self.data)

    def show_health(self, now: HealthNow, least: int, now_us: int) -> None:
        """Show how complete the data behind all of it is; completeness beside health, never in it."""
        health, complete = health_word(now, least, now_us), completeness_word(now)
        self.data.say(
            [
                [Cell(name), Cell(word.basis, word.why, Tone.MUTED), Cell(word.text, word.why, word.tone)]
                for name, word in (("Data health", health), ("Completeness", complete))
            ]
        )

    def show_report(self, report: Report, span: str) -> None:
        """Show a report of the span."""
        total = report.total
        self.note.say(span)
        share = kpi.confirmed_share(total)
        bars = total.bars_to_confirm
        cancelled = total.statuses["CANCELLED"]
        settled = total.confirmed + cancelled
        noise = share.text if share.tone is Tone.UNKNOWN else formats.share(cancelled, settled)
        usable = formats.share(total.valid, total.finished)
        self.table.say(
            [
                [Cell("Confirmed"), Cell(share.basis, share.why, Tone.MUTED), cell(share)],
                [
                    Cell("Noise"),
                    Cell(
                        f"{formats.count(cancelled)} cancelled",
                        share.why,
                        Tone.MUTED,
                    ),
                    Cell(noise, share.why, share.tone),
                ],
                [
                    Cell("Bars to confirm"),
                    Cell("mean", "", Tone.MUTED),
                    Cell(
                        formats.UNKNOWN if bars is None else f"{bars:.1f}",
                        "Mean over the confirmed ones where it is known",
                    ),
                ],
                [
                    Cell("Finished and usable"),
                    Cell(
                        f"{formats.count(total.valid)} of {formats.count(total.finished)}",
                        _USABLE,
                        Tone.MUTED,
                    ),
                    Cell(usable, _USABLE),
                ],
            ]
        )


_USABLE = "Finished, in a tradeable session, on a bar of an open market, and with a known No-BE excursion"


class RiskSnapshot(Section):
    """What stands in the market if every signal were taken, and what to look out for."""

    def __init__(self) -> None:
        super().__init__("Risk snapshot")
        self.note.say("if all were taken")
        self.table = Table(("", "", ""), elided=1)
        self.warnings = Table(("",))
        self.body.addWidget(self.table)
        self.body.addWidget(self.warnings)

    def show_exposure(self, found: risk.Exposure, today: Report, basis: Basis, now_us: int) -> None:
        """Show the running signals and today's warnings."""
        sides = f"▲ {formats.count(found.bullish)}   ▼ {formats.count(found.bearish)}"
        why = "To the original stop, before costs; in R of each signal, not in money"
        self.table.say(
            [
                [
                    Cell("Running"),
                    Cell(sides, "By direction", Tone.MUTED),
                    Cell(formats.count(len(found.heard))),
                ],
                [
                    Cell("At risk No-BE"),
                    Cell("to the stops", why, Tone.MUTED),
                    Cell(formats.r_multiple(-found.no_be_r), why),
                ],
                [
                    Cell("At risk BE=1"),
                    Cell("protected at 0R", why, Tone.MUTED),
                    Cell(formats.r_multiple(-found.be_r), why),
                ],
            ]
        )
        listed = risk.warnings(found, today, session_at(now_us).value, basis)
        lines = [[Cell(f"!  {one.text}", one.why, one.tone)] for one in listed]
        none = [[Cell("No warning", "Side, session, noise and silence were looked at", Tone.MUTED)]]
        self.warnings.say(lines or none)
