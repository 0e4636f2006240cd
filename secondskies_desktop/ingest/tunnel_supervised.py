"""A tunnel that is held open: what falls is put up again, after pauses that grow from 1 s to 60 s."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from secondskies_desktop.ingest.tunnel_state import TunnelState, one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.tunnel_state import Sleep

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_AFTER_US = 60_000_000
"""What stood for so long has earned a first pause again; what falls sooner is flapping."""


class TunnelRefused(Exception):
    """Trying again cannot help before a person has looked; the text says at what."""


class SupervisedTunnel(ABC):
    """Keeps one way open at a time: the next is begun only after the last has ended and was cleaned up."""

    def __init__(self, kind: str, base_url: str | None, clock: Clock, sleep: Sleep) -> None:
        self.changed = asyncio.Event()
        self._fixed_url = base_url
        self._state = TunnelState(kind, base_url, detail="not started")
        self._clock = clock
        self._sleep = sleep
        self._nudged = asyncio.Event()
        self._up_since_us: int | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> TunnelState:
        """Kind, address, whether our end stands, and why not."""
        return self._state

    async def start(self, local_port: int) -> None:
        """Begin to hold the way to 127.0.0.1:`local_port` open. RuntimeError when it is held already."""
        if self._task is not None:
            raise RuntimeError("the tunnel is already started")
        self._down("connecting")
        self._task = asyncio.create_task(self._supervise(local_port), name="tunnel")

    async def stop(self) -> None:
        """Close the way; when this returns nothing of it is left."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._down("stopped")

    def retry_now(self) -> None:
        """End the pause, or the giving up; a way that stands is left alone."""
        self._nudged.set()

    @abstractmethod
    async def _hold(self, local_port: int) -> str:
        """Open the way, call `_up`, stay until it falls, clean up, and return why it fell in one line."""

    def _up(self, base_url: str | None) -> None:
        self._up_since_us = self._clock()
        self._become(replace(self._state, running=True, base_url=base_url, detail=""))

    def _down(self, detail: str) -> None:
        self._become(replace(self._state, running=False, base_url=self._fixed_url, detail=detail))

    def _become(self, state: TunnelState) -> None:
        if state != self._state:
            self._state = state
            self.changed.set()

    async def _supervise(self, local_port: int) -> None:
        pause = FIRST_PAUSE_S
        while True:
            self._nudged.clear()
            self._up_since_us = None
            try:
                fell = await self._hold(local_port)
            except TunnelRefused as refusal:
                self._down(str(refusal))
                await self._nudged.wait()
                pause = FIRST_PAUSE_S
                continue
            except Exception as error:
                fell = one_line(str(error)) or type(error).__name__
            if self._was_steady():
                pause = FIRST_PAUSE_S
            self._down(f"{fell} (next try after {pause:g} s)")
            await first_of(self._sleep(pause), self._nudged.wait())
            pause = min(2 * pause, LONGEST_PAUSE_S)

    def _was_steady(self) -> bool:
        return self._up_since_us is not None and self._clock() - self._up_since_us >= STEADY_AFTER_US


async def first_of(*waits: Awaitable[object]) -> None:
    """Wait for whichever comes first, and leave none of the others behind."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
