"""What the tunnel tests stand on: frozen time, a small application behind the way, and waiting for states."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from aiohttp import ClientSession, web

from secondskies_desktop.foundation.clock import as_us

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from secondskies_desktop.ingest.tunnel import Tunnel, TunnelState

PATIENCE_S = 20
_SETTLE_TURNS = 100


class FrozenTime:
    """A clock that stands still, and sleeps that end only when a test advances it."""

    def __init__(self, start: datetime) -> None:
        self.now_us = as_us(start)
        self._sleepers: list[tuple[int, asyncio.Future[None]]] = []

    def clock(self) -> int:
        """Return the moment at which time stands."""
        return self.now_us

    async def sleep(self, seconds: float) -> None:
        """Wait to be advanced so far."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now_us + round(seconds * 1_000_000), future))
        await future

    async def advance(self, seconds: float) -> None:
        """Move on, waking each sleeper at its moment and letting it do all that it does."""
        end = self.now_us + round(seconds * 1_000_000)
        await settle()
        while due := [one for one in self._sleepers if one[0] <= end and not one[1].done()]:
            self.now_us = max(self.now_us, min(at for at, _ in due))
            for at, future in due:
                if at <= self.now_us:
                    future.set_result(None)
            await settle()
        self.now_us = end
        await settle()


async def settle() -> None:
    """Let everything run that waits for nothing but its turn."""
    for _ in range(_SETTLE_TURNS):
        await asyncio.sleep(0)


async def hurried(seconds: float) -> None:
    """Sleep a hundredth of what was asked for."""
    await asyncio.sleep(seconds / 100)


class Door:
    """A listener of the tests' own: echoes what is posted and remembers the nonces of the probes it saw."""

    def __init__(self) -> None:
        self.nonces: list[str] = []
        self.port = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Echo a post; note the nonce of anything else."""
        if request.method == "POST":
            return web.Response(body=await request.read())
        self.nonces.append(request.query.get("nonce", ""))
        return web.Response(text="ok")

    def nonce_seen(self, nonce: str) -> bool:
        """Say whether a probe came through this door."""
        return nonce in self.nonces


@contextlib.asynccontextmanager
async def served(door: Door) -> AsyncIterator[Door]:
    """Serve the door on a free port of loopback."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", door.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    door.port = runner.addresses[0][1]
    try:
        yield door
    finally:
        await runner.cleanup()


async def echoes(port: int, count: int) -> int:
    """Post `count` different bodies to a port of loopback, 20 at a time; how many came back as they were."""
    gate = asyncio.Semaphore(20)

    async def echo(session: ClientSession, body: bytes) -> bool:
        async with gate, session.post(f"http://127.0.0.1:{port}/hook/x", data=body) as answer:
            return answer.status == 200 and await answer.read() == body

    async with ClientSession() as session:
        bodies = [f"alert {number}".encode() * (number + 1) for number in range(count)]
        return sum(await asyncio.gather(*(echo(session, body) for body in bodies)))


async def until(tunnel: Tunnel, holds: Callable[[TunnelState], bool]) -> TunnelState:
    """Wait until a tunnel that nobody else watches is in a state."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds(tunnel.state):
            tunnel.changed.clear()
            await tunnel.changed.wait()
    return tunnel.state


class Heard:
    """Collects what a watch reports."""

    def __init__(self) -> None:
        self.states: list[TunnelState] = []
        self._new = asyncio.Event()

    def __call__(self, state: TunnelState) -> None:
        """Hear a report."""
        self.states.append(state)
        self._new.set()

    async def until(self, holds: Callable[[TunnelState], bool]) -> TunnelState:
        """Wait for a report of a state, looking only at what comes from now on."""
        seen = len(self.states)
        async with asyncio.timeout(PATIENCE_S):
            while not (found := [state for state in self.states[seen:] if holds(state)]):
                self._new.clear()
                await self._new.wait()
        return found[0]


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
