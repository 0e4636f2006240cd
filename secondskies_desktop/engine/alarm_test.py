"""The test alarm: what is proved of the chain from the webhook to the sound, by the machine's own facts.

The engine proves the first three stages with an alert of our own; the window adds the others, and the whole is
kept as a run of the job `JOB`, so that the last proof survives a restart.
"""

from __future__ import annotations

import queue
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from secondskies_desktop.alerts.rules import TEST
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.ingest.changes import ArrivalsChanged
from secondskies_desktop.ingest.store import DONE
from secondskies_desktop.signals.wire import TEST_ALERT

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.ingest.changes import ArrivalRow

JOB = "test alarm"
KIND = TEST
WEBHOOK, STORE, FOLD = "webhook", "store", "fold"
SCREEN, SHOWN, SOUND = "screen", "tray and strip", "sound"
STAGES = (WEBHOOK, STORE, FOLD, SCREEN, SHOWN, SOUND)
_BACK_WITHIN_S = 8.0
_TRIED_WITHIN_S = 25.0
_STORED = 200
_PASSES_S = 60.0


class Stage(msgspec.Struct, frozen=True):
    """One stage: proved, failed, or None where there was nothing to prove (`detail` says why)."""

    name: str
    ok: bool | None
    detail: str
    took_ms: float | None = None


class AlarmTest(msgspec.Struct, frozen=True):
    """One run through the chain; times are µs UTC. `inbox_id` is the arrival that went through it."""

    started_us: int
    finished_us: int
    stages: tuple[Stage, ...]
    inbox_id: int | None = None

    @property
    def failed(self) -> Stage | None:
        """The first stage that failed."""
        return next((stage for stage in self.stages if stage.ok is False), None)

    @property
    def ok(self) -> bool:
        """Whether every stage that there is was proved."""
        return self.failed is None and bool(self.stages)


class AlarmTests(msgspec.Struct, frozen=True):
    """The newest run, and the newest that proved the chain; None where there was none."""

    newest: AlarmTest | None
    proved: AlarmTest | None


class Sent(NamedTuple):
    """What became of an alert of our own; `row` is the arrival once it was folded."""

    shown: str
    """The address without its secret."""
    status: int | None
    error: str
    row: ArrivalRow | None
    answered_ms: float | None
    back_ms: float | None
    body: bytes


def send_alert(engine: Engine, bus: Bus, body_of: Callable[[int], bytes | None]) -> Sent:
    """Post an alert of our own through the public URL (the local one where there is none) and await it."""
    from secondskies_desktop.ingest.tunnel import post_alert

    if engine.way.base_url() is not None and not engine.way.state().ok:
        # Whoever tests may have mended what was wrong: a tunnel that has given up tries again first.
        engine.run_on_loop(engine.way.test()).result(_TRIED_WITHIN_S)
    url = engine.hook_url(public=True) or engine.hook_url(public=False) or ""
    shown = url.partition("/hook/")[0]
    body = msgspec.json.encode({"event_type": TEST_ALERT, "nonce": secrets.token_hex(8)})
    back: queue.SimpleQueue[ArrivalRow] = queue.SimpleQueue()

    def hear(event: ArrivalsChanged) -> None:
        for row in event.rows:
            if row.event_type == TEST_ALERT and row.bytes == len(body):
                back.put(row)

    unsubscribe = bus.subscribe(ArrivalsChanged, hear)
    started = time.monotonic()
    try:
        status = engine.run_on_loop(post_alert(url, body)).result(_BACK_WITHIN_S)
        answered_ms = _since(started)
        row = _came_back(back, body, body_of, started + _BACK_WITHIN_S)
    except Exception as error:
        return Sent(shown, None, type(error).__name__, None, None, None, body)
    finally:
        unsubscribe()
    return Sent(shown, status, "", row, answered_ms, _since(started), body)


def _came_back(
    back: queue.SimpleQueue[ArrivalRow],
    body: bytes,
    body_of: Callable[[int], bytes | None],
    give_up: float,
) -> ArrivalRow | None:
    """Return the arrival of this very body: somebody else's test alert is as long."""
    while True:
        try:
            row = back.get(timeout=max(0.0, give_up - time.monotonic()))
        except queue.Empty:
            return None
        if body_of(row.inbox_id) == body:
            return row


def _since(started: float) -> float:
    return round(1_000 * (time.monotonic() - started), 1)


def judged(sent: Sent, stored_id: int | None) -> tuple[Stage, ...]:
    """Return the engine's three stages; `stored_id` is the inbox row found with the very body, or None.

    What lies behind a stage that failed was not reached, and is not there.
    """
    if sent.status is None:
        return (Stage(WEBHOOK, False, f"{sent.shown} cannot be reached: {sent.error}"),)
    if sent.status != _STORED:
        return (Stage(WEBHOOK, False, f"{sent.shown} answered {sent.status}", sent.answered_ms),)
    webhook = Stage(WEBHOOK, True, f"{sent.shown} answered 200", sent.answered_ms)
    if stored_id is None:
        return webhook, Stage(STORE, False, "it answered 200, but the inbox does not have the alert")
    ack_ms = None if sent.row is None else sent.row.ack_ms
    store = Stage(STORE, True, f"arrival #{stored_id}", ack_ms)
    if sent.row is None or sent.row.state != DONE:
        state = "not folded" if sent.row is None else sent.row.state
        return webhook, store, Stage(FOLD, False, f"arrival #{stored_id} is {state}")
    took = None
    if sent.back_ms is not None and sent.answered_ms is not None:
        took = max(0.0, round(sent.back_ms - sent.answered_ms, 1))
    return webhook, store, Stage(FOLD, True, f"arrival #{stored_id} is done", took)


def shown_alarm(now_us: int) -> Attention:
    """Return what the test shows and sounds like."""
    text = "Test alarm: this is how an alarm looks and sounds"
    return Attention(KIND, Severity.INFO, "test", text, as_datetime(now_us), _PASSES_S)


def failure(test: AlarmTest) -> Attention | None:
    """Return the word that the chain is broken and where; None where it is not."""
    failed = test.failed
    if failed is None:
        return None
    severity = Severity.DANGER if failed.name in (WEBHOOK, STORE, FOLD) else Severity.WATCH
    text = f"The test alarm failed at {failed.name}: {failed.detail}"
    return Attention(KIND, severity, "chain", text, as_datetime(test.finished_us))
