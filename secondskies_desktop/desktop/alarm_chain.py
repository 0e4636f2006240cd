"""Runs the test alarm: the engine proves its stages, the window proves screen, tray and strip, and sound.

Each stage stands on a fact: the bridge has delivered that very arrival, the strip holds that alarm, the player has
ended well. What the machine does not have (no tray, no player) is said, and is no failure.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from secondskies_desktop.foundation.attention import Attention
from secondskies_desktop.foundation.market_hours import is_open
from secondskies_desktop.foundation.sessions import session_at
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.signals.wire import TEST_ALERT

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.alerts.escalation import Told
    from secondskies_desktop.alerts.quiet_hours import QuietHours
    from secondskies_desktop.desktop.announcer import Announcer
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.sounds import Played
    from secondskies_desktop.engine.alarm_test import AlarmTest, AlarmTests, Stage
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.sessions import Session

_WITHIN_MS = 8_000


class AlarmChain(QObject):
    """One run at a time; `strip_shows` answers whether the strip holds an attention, and whether it is seen."""

    began = Signal()
    finished = Signal(object)
    """AlarmTests: the runs that are kept, this one among them."""
    refused = Signal(str)
    """Why there was no run: this window only looks on, or the result could not be kept."""

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        readers: Readers,
        announcer: Announcer,
        strip_shows: Callable[[str, str], bool],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.at_session_start = True
        self.quiet: QuietHours | None = None
        """When no test begins by itself."""
        self._desk, self._readers = desk, readers
        self._strip_shows = strip_shows
        self._clock = clock
        self._session: Session | None = None
        self._is_running = False
        self._says_refusal = True
        self._engine: AlarmTest | None = None
        self._published: dict[int, float] = {}
        self._raised_at = 0.0
        self._found: dict[str, Stage] = {}
        self._seen: dict[int, float] = {}
        self._awaits_sound = False
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(_WITHIN_MS)
        self._limit.timeout.connect(self._give_up)
        self._endings = [
            desk.bus.subscribe(ArrivalsChanged, self._hear_arrivals),
            desk.bus.subscribe(Attention, self._hear_attention),
        ]
        bridge.arrivals_changed.connect(self._on_arrivals)
        announcer.announced.connect(self._on_announced)
        announcer.sounded.connect(self._on_sounded)

    def close(self) -> None:
        """Hear nothing more."""
        self._limit.stop()
        while self._endings:
            self._endings.pop()()

    def run(self, *, by_itself: bool = False) -> None:
        """Run the whole chain, unless it runs; a run that began by itself says nothing where it is refused."""
        if self._is_running:
            return
        self._is_running, self._says_refusal = True, not by_itself
        self._engine, self._awaits_sound = None, False
        self._published, self._seen, self._found = {}, {}, {}
        self.began.emit()
        desk = self._desk
        self._readers.run(lambda: desk.test_alarm(), self._on_engine, self._on_refused)  # noqa: PLW0108 - a desk that only looks has no such method

    def tick(self, now_us: int) -> None:
        """Run by itself when a session begins while the market is open."""
        session, before = session_at(now_us), self._session
        self._session = session
        if before in (None, session) or not self.at_session_start or is_open(now_us) is not True:
            return
        if self.quiet is None or self.quiet.until(now_us) is None:
            self.run(by_itself=True)

    def _hear_arrivals(self, event: ArrivalsChanged) -> None:
        if self._is_running:
            now = time.monotonic()
            for row in event.rows:
                if row.event_type == TEST_ALERT:
                    self._published[row.inbox_id] = now

    def _hear_attention(self, attention: Attention) -> None:
        if self._is_test(attention):
            self._raised_at = time.monotonic()

    @staticmethod
    def _is_test(one: Attention | Told) -> bool:
        from secondskies_desktop.engine.alarm_test import KIND

        return (one.kind, one.key) == (KIND, "test")

    def _on_arrivals(self, events: list[ArrivalsChanged]) -> None:
        if self._is_running:
            now = time.monotonic()
            ids = [row.inbox_id for event in events for row in event.rows if row.event_type == TEST_ALERT]
            self._seen |= dict.fromkeys(ids, now)
            self._advance()

    def _on_announced(self, told: list[Told], shown: tuple[bool | None, str]) -> None:
        test = next((one for one in told if self._is_test(one)), None)
        if not self._is_running or test is None:
            return
        from secondskies_desktop.engine.alarm_test import SHOWN, Stage

        in_tray, word = shown
        in_strip = self._strip_shows(test.kind, test.key)
        strip = "shown in the strip" if in_strip else "the window is hidden, so is its strip"
        ok = in_strip or in_tray is True
        self._found[SHOWN] = Stage(SHOWN, ok, f"{strip}; {word}", _since(self._raised_at))
        self._awaits_sound = True

    def _on_sounded(self, played: Played) -> None:
        if not (self._is_running and self._awaits_sound):
            return
        from secondskies_desktop.engine.alarm_test import SOUND, Stage

        self._awaits_sound = False
        self._found[SOUND] = Stage(SOUND, played.ok, played.detail, played.took_ms)
        self._advance()

    def _on_engine(self, test: AlarmTest) -> None:
        self._engine = test
        if not test.ok:
            self._finish(test)
            return
        self._limit.start()
        self._advance()

    def _advance(self) -> None:
        from secondskies_desktop.engine.alarm_test import SCREEN, SHOWN, SOUND, Stage

        test = self._engine
        if test is None or test.inbox_id is None:
            return
        seen = self._seen.get(test.inbox_id)
        if seen is not None and SCREEN not in self._found:
            published = self._published.get(test.inbox_id)
            took_ms = None if published is None else round(1_000 * (seen - published), 1)
            word = f"arrival #{test.inbox_id} has reached the window"
            self._found[SCREEN] = Stage(SCREEN, True, word, took_ms)
        if all(name in self._found for name in (SCREEN, SHOWN, SOUND)):
            self._finish(test)

    def _give_up(self) -> None:
        from secondskies_desktop.engine.alarm_test import SCREEN, SHOWN, SOUND, Stage

        if self._engine is not None:
            for name in (SCREEN, SHOWN, SOUND):
                self._found.setdefault(name, Stage(name, False, f"nothing within {_WITHIN_MS // 1_000} s"))
            self._finish(self._engine)

    def _finish(self, engine: AlarmTest) -> None:
        from secondskies_desktop.engine.alarm_test import STAGES

        self._limit.stop()
        stages = (*engine.stages, *(self._found[name] for name in STAGES if name in self._found))
        whole = msgspec.structs.replace(engine, finished_us=self._clock(), stages=stages)
        desk = self._desk

        def keep() -> AlarmTests:
            desk.keep_alarm_test(whole)
            return desk.last_alarm_tests()

        self._readers.run(keep, self._on_kept, self._on_refused)

    def _on_kept(self, tests: AlarmTests) -> None:
        self._is_running = False
        self.finished.emit(tests)

    def _on_refused(self, error: Exception) -> None:
        self._limit.stop()
        self._is_running = False
        self.refused.emit(str(error) if self._says_refusal else "")


def _since(started: float) -> float | None:
    return round(1_000 * (time.monotonic() - started), 1) if started else None
