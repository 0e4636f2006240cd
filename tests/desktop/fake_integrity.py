"""The part of the desk in memory that answers for integrity."""

# ruff: noqa: D102 - desktop/desk.py documents what a desk answers

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine.integrity_desk import (
    Conflict,
    Coverage,
    Diagnosis,
    Entry,
    FindingsPage,
    HealthNow,
)
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.integrity.coverage import HOUR_US, covered
from secondskies_desktop.integrity.store import Finding, Health, Sample
from tests.clocks import START_US

if TYPE_CHECKING:
    from datetime import date

    from secondskies_desktop.integrity.listing.store import Wanted

NOTHING = HealthNow(None, Health(None, 0, 0, 0), None, 0, 0, 0, {}, None, {}, 0)


class FakeIntegrity:
    """Holds what the Integrity panel shows; acts change it at once."""

    def __init__(self) -> None:
        self.health = NOTHING
        self.samples: list[Sample] = []
        self.findings: list[Finding] = []
        self.conflict_rows: list[Conflict] = []
        self.entries: list[Entry] = []
        self.moments: list[int] = []
        self.diagnoses: dict[int, Diagnosis] = {}
        self.signal_ids: dict[tuple[str, str], int] = {}
        self.chosen: list[tuple[Conflict, int]] = []
        self.wanted: list[Wanted] = []

    def _asked(self, question: str) -> None:
        raise NotImplementedError

    def health_now(self) -> HealthNow:
        self._asked("health_now")
        return self.health

    def health_since(self, since_us: int) -> list[Sample]:
        self._asked("health_since")
        return [one for one in self.samples if one.at_us >= since_us]

    def open_findings(self, wanted: Wanted, limit: int) -> FindingsPage:
        self._asked("open_findings")
        self.wanted.append(wanted)
        found = [
            one
            for one in self.findings
            if wanted.category in (None, one.category)
            and wanted.type in (None, one.type)
            and all(word in f"{one.trade_id} {one.text}".lower() for word in wanted.words.lower().split())
        ]
        names = {"found": "found_us", "since": "since_us", "signal": "trade_id"}
        name = names.get(wanted.order, wanted.order)
        found.sort(key=lambda one: getattr(one, name), reverse=wanted.down)
        kinds: dict[tuple[str, str], int] = {}
        for one in self.findings:
            kinds[one.category, one.type] = kinds.get((one.category, one.type), 0) + 1
        return FindingsPage(found[:limit], len(found), kinds)

    def conflicts(self) -> list[Conflict]:
        self._asked("conflicts")
        return list(self.conflict_rows)

    def fills(self, limit: int, before_id: int | None = None) -> list[Entry]:
        self._asked("fills")
        ordered = sorted(self.entries, key=lambda one: -one.fill.id)
        return [one for one in ordered if before_id is None or one.fill.id < before_id][:limit]

    def coverage(self, last: date | None, days: int) -> Coverage:
        self._asked("coverage")
        by_hour: dict[int, int] = {}
        for moment in self.moments:
            hour = moment - moment % HOUR_US
            by_hour[hour] = by_hour.get(hour, 0) + 1
        newest = trade_date(max(by_hour)) if by_hour else None
        oldest = trade_date(min(by_hour)) if by_hour else None
        return Coverage(
            covered(by_hour, last or newest or trade_date(START_US), days, START_US), oldest, newest
        )

    def diagnosis(self, signal_id: int) -> Diagnosis | None:
        self._asked("diagnosis")
        return self.diagnoses.get(signal_id, Diagnosis(signal_id, None, (), (), (), ()))

    def signal_id_of(self, stream: str, trade_id: str) -> int | None:
        self._asked("signal_id_of")
        return self.signal_ids.get((stream, trade_id))

    def undo_fill(self, fill_id: int) -> bool:
        self._asked("undo_fill")
        return self._mark(fill_id, undone=True)

    def put_back_fill(self, fill_id: int) -> bool:
        self._asked("put_back_fill")
        return self._mark(fill_id, undone=False)

    def choose_value(self, conflict: Conflict, inbox_id: int) -> int:
        self._asked("choose_value")
        self.conflict_rows = [one for one in self.conflict_rows if one != conflict]
        self.chosen.append((conflict, inbox_id))
        return 1_000 + len(self.chosen)

    def _mark(self, fill_id: int, *, undone: bool) -> bool:
        changed = False
        for place, one in enumerate(self.entries):
            if one.fill.id == fill_id and one.undone is not undone:
                self.entries[place], changed = one._replace(undone=undone), True
        return changed
