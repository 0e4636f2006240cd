"""Hears the board and tells the trader: publishes what tray, sound and channels say, and says it again.

Hearing happens on the thread that raises, so the first word goes out with the edge itself; a look twice a second
tells again what waits. An engine that starts goes on where the one before it has left off.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from secondskies_desktop.alerts.escalation import Escalation, Left, Place, Policy, Standing, Told
from secondskies_desktop.alerts.quiet_hours import quiet_hours
from secondskies_desktop.alerts.rules import rule_of
from secondskies_desktop.foundation.attention import (
    AcknowledgementTakenBack,
    Attention,
    AttentionAcknowledged,
    AttentionCleared,
)
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.foundation.store import open_episodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.settings import AlertsSettings

    Submit = Callable[[Callable[[Connection], dict[Place, Left]]], Future[dict[Place, Left]]]

LOOK_EVERY_S = 0.5
_MINUTE_US = 60_000_000

_log = logger(__name__)


def policy_of(settings: AlertsSettings) -> Policy:
    """Return what the settings say of telling again and of quiet hours."""
    quiet = quiet_hours(settings.quiet_from, settings.quiet_until)
    return Policy(settings.escalate_after_minutes * _MINUTE_US, quiet)


class AlertService:
    """Keeps the escalation of a board; publishes `Told` on its bus."""

    def __init__(self, settings: AlertsSettings, board: AttentionBoard, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._board = board
        self._bus = bus
        self._clock = clock
        self._lock = threading.Lock()
        self._escalation = Escalation(policy_of(settings))
        self._endings = [
            bus.subscribe(Attention, self._hear),
            bus.subscribe(AttentionCleared, self._hear_cleared),
            bus.subscribe(AttentionAcknowledged, self._hear_acknowledged),
            bus.subscribe(AcknowledgementTakenBack, self._hear_taken_back),
        ]

    @property
    def settings(self) -> AlertsSettings:
        """The settings it goes by; setting them takes effect at the next look."""
        return self._settings

    @settings.setter
    def settings(self, settings: AlertsSettings) -> None:
        with self._lock:
            self._settings = settings
            self._escalation.follow(policy_of(settings))

    def begin(self, submit: Submit) -> None:
        """Read what an engine before this one has left open, before its log closes it."""

        def take(done: Future[dict[Place, Left]]) -> None:
            if done.cancelled() or done.exception() is not None:
                _log.warning("what was open before could not be read")
                return
            with self._lock:
                self._escalation.resume(done.result(), self._clock())

        submit(_left_unseen).add_done_callback(take)

    def close(self) -> None:
        """Hear nothing more."""
        while self._endings:
            self._endings.pop()()

    async def run(self) -> None:
        """Look twice a second whether something is to be told again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                self.look()
            except Exception:
                _log.exception("the alerts could not be looked through")

    def look(self) -> None:
        """Tell what is to be told by now, if the board says that it still waits."""
        with self._lock:
            # Under the lock: what is raised after this look at the board is heard after it, too.
            open_now = [(one.kind, one.key) for one in self._board.open()]
            seen = [place for place in open_now if self._board.is_acknowledged(*place)]
            self._escalation.keep(open_now, seen)
            told = self._escalation.tick(self._clock())
        self._publish(told)

    def standing(self, kind: str, key: str) -> Standing | None:
        """Return how often something was told and when it is told again, None where it is not open."""
        with self._lock:
            return self._escalation.standing((kind, key), self._clock())

    def _hear(self, attention: Attention) -> None:
        rule = rule_of(attention.kind, attention.key)
        place = (attention.kind, attention.key)
        now_us = self._clock()
        try:
            with self._lock:
                told = self._escalation.raised(
                    place,
                    attention.severity,
                    attention.text,
                    now_us,
                    at_any_hour=rule is not None and rule.at_any_hour,
                )
        except Exception:
            # Whatever is wrong with the reckoning, the word itself goes out.
            _log.exception("an alert could not be reckoned with")
            told = [Told(*place, attention.severity, attention.text, 0, now_us, (place,))]
        self._publish(told)

    def _hear_cleared(self, edge: AttentionCleared) -> None:
        with self._lock:
            self._escalation.cleared((edge.kind, edge.key))

    def _hear_acknowledged(self, edge: AttentionAcknowledged) -> None:
        with self._lock:
            self._escalation.acknowledged((edge.kind, edge.key))

    def _hear_taken_back(self, edge: AcknowledgementTakenBack) -> None:
        with self._lock:
            self._escalation.taken_back((edge.kind, edge.key), self._clock())

    def _publish(self, told: list[Told]) -> None:
        for one in told:
            self._bus.publish(one)


def _left_unseen(connection: Connection) -> dict[Place, Left]:
    return {
        (one.kind, one.key): Left(one.told, one.raised_us)
        for one in open_episodes(connection)
        if one.acknowledged_us is None
    }
