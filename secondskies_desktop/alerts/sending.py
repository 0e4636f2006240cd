"""Sends what is told to the trader's channels, each in a lane of its own on the engine's loop.

A message is handed over on a thread of its own, for at most `WITHIN_S`. What fails is tried again after 10 s, one
and five minutes, together with what came meanwhile and without what was acknowledged or is over by then. A channel
that fails delays no other and never the engine. Every attempt is written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.alerts.channels import ChannelProblem, Outcome
from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.alerts.outgoing import goes_out, letter
from secondskies_desktop.alerts.rules import CHANNEL, rule_of
from secondskies_desktop.alerts.store import Send
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.logs import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.alerts.channels import ChannelBook
    from secondskies_desktop.alerts.outgoing import Letter
    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock

WITHIN_S = 25.0
MOST_WAITING = 50
_MOST_ROWS = 50
"""Of a summary of many things, the gravest have a row of their own."""

_log = logger(__name__)


class Pace(NamedTuple):
    """Seconds: between messages of one channel, and before each further attempt."""

    between_s: float = 10.0
    again_after_s: tuple[float, ...] = (10.0, 60.0, 300.0)


class Sender:
    """Takes tellings from any thread; `level` is the setting that says which go out."""

    def __init__(
        self,
        book: ChannelBook,
        board: AttentionBoard,
        bus: Bus,
        clock: Clock,
        write: Callable[[list[Send]], object],
        *,
        name: str = "",
        pace: Pace | None = None,
    ) -> None:
        self.level = "none"
        self.book = book
        self.board = board
        self.clock = clock
        self.write = write
        self.name = name
        self.pace = Pace() if pace is None else pace
        self._loop: asyncio.AbstractEventLoop | None = None
        self._queue: asyncio.Queue[Told] = asyncio.Queue()
        self._sorting: asyncio.Task[None] | None = None
        self._lanes: dict[str, _Lane] = {}
        self._end = bus.subscribe(Told, self.take)

    def start(self) -> None:
        """Begin to send, on the loop that runs."""
        self._loop = asyncio.get_running_loop()
        self._sorting = self._loop.create_task(self._sort())

    async def stop(self) -> None:
        """Take nothing more and give up what waits; what is not acknowledged is told again by the next engine."""
        self._end()
        self._loop = None
        tasks = [lane.task for lane in self._lanes.values()]
        if self._sorting is not None:
            tasks.append(self._sorting)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def take(self, told: Told) -> None:
        """Send a telling to every channel, if it is to go out; any thread, returns at once."""
        loop = self._loop
        if loop is None or not goes_out(self.level, told.severity) or _stays_here(told):
            return
        with contextlib.suppress(RuntimeError):
            # The loop may have ended meanwhile.
            loop.call_soon_threadsafe(self._queue.put_nowait, told)

    async def _sort(self) -> None:
        while True:
            told = await self._queue.get()
            try:
                names = [one.name for one in await asyncio.to_thread(self.book.all)]
            except (ChannelProblem, OSError) as problem:
                _log.warning("the channels cannot be read", reason=str(problem))
                continue
            for gone in set(self._lanes) - set(names):
                self._lanes.pop(gone).task.cancel()
            for name in names:
                if name not in self._lanes:
                    self._lanes[name] = _Lane(self, name)
                self._lanes[name].put(told)


class _Lane:
    """What waits for one channel, and the task that sends it."""

    def __init__(self, sender: Sender, name: str) -> None:
        self._sender = sender
        self._name = name
        self._waiting: list[Told] = []
        self._wake = asyncio.Event()
        self._hand: threading.Thread | None = None
        self.task = asyncio.get_running_loop().create_task(self._run())

    def put(self, told: Told) -> None:
        self._waiting.append(told)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._send_what_waits()
            except Exception:
                _log.exception("a channel could not be served", channel=self._name)
            await asyncio.sleep(self._sender.pace.between_s)

    async def _send_what_waits(self) -> None:
        together: list[Told] = []
        pauses = (0.0, *self._sender.pace.again_after_s)
        for attempt, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            if attempt:
                together = [one for one in together if self._still_waits(one)]
            together = _gravest([*together, *self._waiting])
            self._waiting.clear()
            if not together:
                return
            outcome = await self._hand_over(letter(together, name=self._sender.name))
            of = f", attempt {attempt + 1} of {len(pauses)}" if attempt or not outcome.ok else ""
            self._note(together, outcome, f"{outcome.detail}{of}")
            if outcome.ok or outcome.gone:
                self._sender.board.clear(CHANNEL, self._name)
                return
            if attempt:
                self._complain(outcome)

    def _still_waits(self, told: Told) -> bool:
        return not told.covers or any(self._sender.board.waits(*place) for place in told.covers)

    async def _hand_over(self, message: Letter) -> Outcome:
        if self._hand is not None and self._hand.is_alive():
            return Outcome(False, "it is still busy with the message before")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Outcome] = loop.create_future()

        def tell(outcome: Outcome) -> None:
            if not done.done():
                done.set_result(outcome)

        def run() -> None:
            outcome = self._sender.book.deliver(self._name, message)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(tell, outcome)

        # A daemon: a service that hangs must not keep the program from ending.
        self._hand = threading.Thread(target=run, name=f"channel {self._name}", daemon=True)
        self._hand.start()
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes with the answer.
            async with asyncio.timeout(WITHIN_S):
                return await done
        except TimeoutError:
            return Outcome(False, f"no answer within {WITHIN_S:.0f} s")

    def _note(self, together: list[Told], outcome: Outcome, detail: str) -> None:
        now_us = self._sender.clock()
        self._sender.write(rows_of(together, self._name, now_us, ok=outcome.ok, detail=detail))

    def _complain(self, outcome: Outcome) -> None:
        text = f"{self._name} did not take a message: {outcome.detail}"
        now = as_datetime(self._sender.clock())
        self._sender.board.raise_(Attention(CHANNEL, Severity.WATCH, self._name, text, now))


def rows_of(told: Sequence[Told], channel: str, now_us: int, *, ok: bool, detail: str) -> list[Send]:
    """Return the rows of one attempt: one for each thing that the message spoke of."""
    return [
        Send(now_us, kind, key, one.step, channel, ok, detail)
        for one in told
        for kind, key in one.covers[:_MOST_ROWS] or ((one.kind, one.key),)
    ]


def _gravest(told: list[Told]) -> list[Told]:
    ordered = sorted(told, key=lambda one: (-one.severity.rank, -one.at_us))
    return ordered[:MOST_WAITING]


def _stays_here(told: Told) -> bool:
    rules = [rule_of(*place) for place in told.covers]
    return bool(rules) and all(rule is not None and rule.stays_here for rule in rules)
