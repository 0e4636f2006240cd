"""The cards of the statistics, each filled from one report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.desktop import formats
from secondskies_desktop.desktop.models import kpi
from secondskies_desktop.desktop.panels.signal_statistics.histogram_chart import HistogramChart
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.section import Cell, Headline, Section, Table

if TYPE_CHECKING:
    from secondskies_desktop.desktop.models.basis import Basis
    from secondskies_desktop.engine.statistics import Report
    from secondskies_desktop.signals.statistics import Summary


class Totals(Section):
    """Today and this week beside one another."""

    def __init__(self) -> None:
        super().__init__("Totals")
        self.table = Table(("", "Today", "This week"))
        self.body.addWidget(self.table)

    def show_reports(self, today: Report, week: Report, basis: Basis) -> None:
        """Show both."""
        self.note.say(basis.words)
        both = (today.total, week.total)

        def line(name: str, values: list[Cell]) -> list[Cell]:
            return [Cell(name), *values]

        def counted(name: str, of: list[int], why: str) -> list[Cell]:
            return line(name, [Cell(formats.count(number), why) for number in of])

        self.table.say(
            [
                counted("Signals", [one.signals for one in both], "Triangles of the six tradeable sessions"),
                counted("Confirmed", [one.confirmed for one in both], "Confirmed at some time"),
                counted("Finished", [one.finished for one in both], "The No-BE leg has ended"),
                line("W · BE · L", [Cell(kpi.counts_of(one), kpi.sum_of_r(one, basis).why) for one in both]),
                counted("Open", [one.open for one in both], "Neither target nor stop was reached"),
                line("Sum", [_cell(kpi.sum_of_r(one, basis)) for one in both]),
                line("Mean", [_cell(kpi.mean_of_r(one, basis)) for one in both]),
            ]
        )
        self.say_foot(
            kpi.not_counted(week).replace("not counted", "not counted this week"),
            "Only the six tradeable sessions are in the sums",
        )


class Outcomes(Section):
    """Mean, win share and what stands outside, over the span."""

    def __init__(self) -> None:
        super().__init__("Outcomes")
        self.mean = Headline()
        self.table = Table(("", "", ""), elided=1)
        self.body.addWidget(self.mean)
        self.body.addWidget(self.table)

    def show_report(self, report: Report, basis: Basis, span: str) -> None:
        """Show a report of the span."""
        total = report.total
        self.note.say(span)
        mean, wins = kpi.mean_of_r(total, basis, report), kpi.win_share(total, basis)
        self.mean.say(mean.text, f"mean result · {mean.basis}", mean.why, mean.tone)
        change = kpi.be_change(total, basis)
        rows = [
            [
                Cell("Results"),
                Cell(kpi.results(total), kpi.sum_of_r(total, basis).why, Tone.MUTED),
                Cell(formats.count(total.decided), "Decided results"),
            ],
            [Cell("Wins"), Cell(wins.basis, wins.why, Tone.MUTED), Cell(wins.text, wins.why, wins.tone)],
            [Cell("BE=1 against No-BE"), Cell(change.basis, change.why, Tone.MUTED), _cell(change)],
        ]
        for value, leg in ((total.no_be_mfe, "No-BE"), (total.be_mfe, "BE=1")):
            one = kpi.mean_mfe(value, total, leg)
            rows.append(
                [
                    Cell(f"Mean MFE {leg}"),
                    Cell(f"finished n {formats.count(total.finished_with_mfe)}", one.why, Tone.MUTED),
                    _cell(one),
                ]
            )
        self.table.say(rows)
        self.say_foot(kpi.not_counted(report), "Only the six tradeable sessions are in the sums")


class Breakdown(Section):
    """Results by session and by direction over the span."""

    def __init__(self) -> None:
        super().__init__("By session and direction")
        self.table = Table(("", "Signals", "n", "W · BE · L", "Mean", "MFE No-BE"), spare=(1, 3))
        self.body.addWidget(self.table)

    def show_report(self, report: Report, basis: Basis, span: str) -> None:
        """Show a report of the span."""
        self.note.say(f"{span} · {basis.words}")
        named = [(formats.session_name(name), one) for name, one in report.by_session.items()]
        named += [(_DIRECTIONS[name], one) for name, one in report.by_direction.items()]
        self.table.say([self._line(name, one, basis) for name, one in named])

    @staticmethod
    def _line(name: str, one: Summary, basis: Basis) -> list[Cell]:
        mean = kpi.mean_of_r(one, basis)
        tone = (
            Tone.BULL
            if name == _DIRECTIONS["BULLISH"]
            else Tone.BEAR
            if name == _DIRECTIONS["BEARISH"]
            else Tone.TEXT
        )
        return [
            Cell(name, "", tone),
            Cell(formats.count(one.signals), "Triangles", Tone.MUTED),
            Cell(formats.count(one.decided), "Decided results", Tone.MUTED),
            Cell(kpi.counts_of(one), kpi.sum_of_r(one, basis).why),
            _cell(mean),
            _cell(kpi.mean_mfe(one.no_be_mfe, one, "No-BE")),
        ]


class Excursions(Section):
    """How far the ended legs ran."""

    def __init__(self) -> None:
        super().__init__("How far they ran")
        self.legend = Table(("",))
        self.chart = HistogramChart()
        self.body.addWidget(self.legend)
        self.body.addWidget(self.chart)

    def show_report(self, report: Report, span: str) -> None:
        """Show a report of the span."""
        tones = {"No-BE": Tone.NO_BE, "BE=1": Tone.BE}
        found = {mode: report.mfe[mode] for mode in tones}
        parts = []
        for mode, one in found.items():
            unknown = f", {formats.count(one.unknown)} more of unknown MFE" if one.unknown else ""
            parts.append(
                [Cell(f"■ {mode}: {formats.count(sum(one.counts))} ended legs{unknown}", "", tones[mode])]
            )
        self.legend.say(parts)
        self.chart.show_histograms(found)
        self.note.say(f"MFE in R, not a result · {span} · {self.chart.unit}")

    def rows(self) -> list[list[str]]:
        return [*self.legend.texts(), *self.chart.texts()]


class Events(Section):
    """How often each kind of event came, and how the signals stand."""

    def __init__(self) -> None:
        super().__init__("Events and states")
        self.table = Table(("Event", "Count", "State", "Signals"), words=(2,))
        self.nothing = Text("No event yet in this span.", Tone.MUTED)
        self.body.addWidget(self.table)
        self.body.addWidget(self.nothing)

    def show_report(self, report: Report, span: str) -> None:
        """Show a report of the span."""
        self.note.say(span)
        kinds = [(formats.event_name(kind), number) for kind, number in report.total.kinds.items() if number]
        states = [
            (formats.state_name(state), number) for state, number in report.total.statuses.items() if number
        ]
        rows = []
        for place in range(max(len(kinds), len(states))):
            line = [Cell(""), Cell(""), Cell(""), Cell("")]
            if place < len(kinds):
                why = "Distinct events; repetitions count once"
                line[:2] = [Cell(kinds[place][0], why), Cell(formats.count(kinds[place][1]), why)]
            if place < len(states):
                line[2:] = [Cell(states[place][0]), Cell(formats.count(states[place][1]))]
            rows.append(line)
        self.table.say(rows)
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)


_DIRECTIONS = {"BULLISH": "▲ Bullish", "BEARISH": "▼ Bearish"}


def _cell(one: kpi.Kpi) -> Cell:
    return Cell(one.text, f"{one.why} ({one.basis})", one.tone)
