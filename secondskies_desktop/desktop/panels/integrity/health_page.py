"""Health now and over time, completeness beside it, the last hour, sources, and what is open by type."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.desktop.models.health_history import thinned
from secondskies_desktop.desktop.panels.integrity.cards import (
    CompletenessCard,
    HealthCard,
    LastHourCard,
    OpenCard,
    SourcesCard,
)
from secondskies_desktop.desktop.panels.integrity.fed_page import FedPage
from secondskies_desktop.desktop.panels.integrity.history_card import HistoryCard
from secondskies_desktop.desktop.widgets.columns import Columns

if TYPE_CHECKING:
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.engine.integrity_desk import HealthNow
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.integrity.store import Sample


class Answer(NamedTuple):
    """What the cards are filled from."""

    now: HealthNow
    samples: list[Sample]


class HealthPage(FedPage[Answer]):
    """The number that matters stands at the top left."""

    def __init__(self, clock: Clock) -> None:
        self.health, self.completeness, self.hour = HealthCard(), CompletenessCard(), LastHourCard()
        self.history, self.sources, self.open = HistoryCard(), SourcesCard(), OpenCard()
        cards = ((self.health, self.completeness, self.open), (self.history, self.hour, self.sources))
        super().__init__(clock, Columns(cards))
        self._preferences: Preferences | None = None
        self._answer: Answer | None = None
        self.history.span_chosen.connect(self.feed.ask)
        self.lay()

    def use(self, preferences: Preferences) -> None:
        """Take the target from these settings, and follow it."""
        self._preferences = preferences
        preferences.changed.connect(self._again)

    @property
    def _least(self) -> int:
        from secondskies_desktop.foundation.settings import IntegritySettings

        if self._preferences is None:
            return IntegritySettings().quality_watch
        return self._preferences.now.integrity.quality_watch

    def ask(self, desk: Desk) -> Answer:
        samples = desk.health_since(self.clock() - self.history.span_us)
        return Answer(desk.health_now(), thinned(samples))

    def show_answer(self, answer: Answer) -> None:
        self._answer = answer
        if answer.samples and self.readers is not None:
            self.history.load(self.readers)
        self._again()
        self.pane.show_content()

    def _again(self, *_what: object) -> None:
        if self._answer is None:
            return
        now_us, now = self.clock(), self._answer.now
        self.health.show_now(now, self._least, now_us)
        self.completeness.show_now(now)
        self.hour.show_now(now, now_us)
        self.sources.show_now(now)
        self.open.show_now(now)
        self.history.show_samples(self._answer.samples, self._least, now_us)

    def tick(self, now_us: int) -> None:
        if self._answer is not None:
            self.health.show_now(self._answer.now, self._least, now_us)
            self.hour.show_now(self._answer.now, now_us)

    def theme_changed(self) -> None:
        self._again()
