"""The public way in: which tunnels there are, and the watch that proves the way by walking it.

A tunnel that says it is up proves nothing, and neither does a 200: the watch asks for /healthz at the public
address with a nonce, and believes the answer only when our own listener has seen that nonce.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp

from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.ingest.tunnel_cloudflared import CloudflaredTunnel
from secondskies_desktop.ingest.tunnel_settings import TunnelSettings, TunnelSettingsWrong, parse_tunnel
from secondskies_desktop.ingest.tunnel_state import ATTENTION_AFTER, Tunnel, TunnelState, one_line
from secondskies_desktop.ingest.tunnel_supervised import first_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.tunnel_state import Sleep

__all__ = [
    "CloudflaredTunnel",
    "OwnTunnel",
    "Tunnel",
    "TunnelSettings",
    "TunnelSettingsWrong",
    "TunnelState",
    "TunnelWatch",
    "fetch_status",
    "parse_tunnel",
    "tunnel_for",
]

PROBE_EVERY_S = 300.0
PROBE_EVERY_WHILE_FAILING_S = 15.0
PROBE_WITHIN_S = 5.0
_PATIENCE_S = 10.0
_OK = 200


class OwnTunnel:
    """A tunnel that the trader runs himself: there is an address, and nothing to start."""

    def __init__(self, settings: TunnelSettings) -> None:
        self.changed = asyncio.Event()
        self._state = TunnelState("own", settings.fixed_base_url, detail="not started")

    @property
    def state(self) -> TunnelState:
        """The address; it counts as running from start to stop."""
        return self._state

    async def start(self, local_port: int) -> None:  # noqa: ARG002 - the trader has told it to his tunnel
        """Take the trader's word that his tunnel runs; the probe shows whether it does."""
        self._state = replace(self._state, running=True, detail="")
        self.changed.set()

    async def stop(self) -> None:
        """Leave the trader's tunnel alone."""
        self._state = replace(self._state, running=False, detail="stopped")
        self.changed.set()

    def retry_now(self) -> None:
        """There is nothing to try."""


def tunnel_for(settings: TunnelSettings, clock: Clock) -> Tunnel | None:
    """Return the tunnel that the settings describe, not started; None where there is to be none."""
    if settings.kind == "cloudflared":
        return CloudflaredTunnel(settings, clock)
    if settings.kind == "ssh":
        # Here, because the cryptography behind it costs a cold start 0.2 s.
        from secondskies_desktop.ingest.tunnel_ssh import SshTunnel

        return SshTunnel(settings, clock)
    return OwnTunnel(settings) if settings.kind == "own" else None


async def fetch_status(url: str, within_s: float = PROBE_WITHIN_S) -> int:
    """GET `url` and return the status of its answer, whose body nobody reads.

    Each time from the beginning, with a new lookup and connection, and over IPv4, as TradingView does. Raises
    TimeoutError and aiohttp.ClientError.
    """
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(family=socket.AF_INET, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=within_s),
            auto_decompress=False,
        ) as session,
        session.get(url, allow_redirects=False, headers={"Cache-Control": "no-store"}) as answer,
    ):
        return answer.status


class TunnelWatch:
    """Keeps one tunnel up and knows whether an alert would come through it.

    It probes at the start, whenever the tunnel changes, every 300 s, every 15 s while failing, and on
    `test`. `nonce_seen` asks our listener. `on_change` hears the state on the loop after every probe, and
    once more when a failure has lasted 60 s. `copied_base_url` is the address that the trader's alerts were
    made with; whoever lets him copy another one sets it.
    """

    def __init__(
        self,
        tunnel: Tunnel,
        *,
        nonce_seen: Callable[[str], bool],
        on_change: Callable[[TunnelState], None],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        fetch: Callable[[str], Awaitable[int]] = fetch_status,
        copied_base_url: str | None = None,
    ) -> None:
        self.copied_base_url = copied_base_url
        self.last_ok_at: datetime | None = None
        self._tunnel = tunnel
        self._nonce_seen = nonce_seen
        self._on_change = on_change
        self._clock = clock
        self._sleep = sleep
        self._fetch = fetch
        self._verdict = tunnel.state
        self._raised = False
        self._asked: list[asyncio.Future[TunnelState]] = []
        self._test_wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> TunnelState:
        """What the tunnel says of itself now, with what the last probe said of it."""
        now, last = self._tunnel.state, self._verdict
        return replace(
            now,
            ok=last.ok,
            checked_at=last.checked_at,
            failing_since=last.failing_since,
            detail=last.detail if now.running else now.detail,
        )

    @property
    def changed_since_alerts_were_made(self) -> bool | None:
        """Say whether the alerts post to another address than today's; None while either is not known."""
        base_url = self._tunnel.state.base_url
        if base_url is None or not self.copied_base_url:
            return None
        return base_url != self.copied_base_url.rstrip("/")

    async def start(self, local_port: int) -> None:
        """Start the tunnel to 127.0.0.1:`local_port` and the watch; returns before the first probe."""
        await self._tunnel.start(local_port)
        self._task = asyncio.create_task(self._watch(), name="tunnel watch")

    async def stop(self) -> None:
        """End the watch, then the tunnel; the waiting of whoever asked for a test is cancelled."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._tunnel.stop()

    async def test(self) -> TunnelState:
        """Probe now and return what came of it, within 30 s. RuntimeError when the watch does not run.

        A tunnel that pauses or has given up tries again first: the trader may have mended what was wrong.
        """
        if self._task is None:
            raise RuntimeError("the tunnel is not watched")
        self._tunnel.retry_now()
        future: asyncio.Future[TunnelState] = asyncio.get_running_loop().create_future()
        self._asked.append(future)
        self._test_wanted.set()
        return await future

    async def _watch(self) -> None:
        try:
            while True:
                self._tunnel.changed.clear()
                await self._check()
                await self._rest()
        finally:
            for future in self._asked:
                future.cancel()

    async def _check(self) -> None:
        # Whoever asks while a probe is under way gets the next one, made wholly after he asked.
        asked = len(self._asked)
        self._test_wanted.clear()
        begun = as_datetime(self._clock())
        if asked or self._verdict.ok is not False:
            await self._until_running()
        problem = await self._probe(self._tunnel.state.base_url)
        now, last = as_datetime(self._clock()), self._verdict
        if problem is None:
            self.last_ok_at = now
            self._raised = False
        self._verdict = replace(
            last,
            ok=problem is None,
            checked_at=now,
            failing_since=None if problem is None else last.failing_since or begun,
            detail=problem or "",
        )
        self._tell()
        answered, self._asked = self._asked[:asked], self._asked[asked:]
        for future in answered:
            if not future.done():
                future.set_result(self.state)

    async def _until_running(self) -> None:
        """Give a tunnel that is just coming up, or up again, time to do so before it is called failing."""
        patience = asyncio.ensure_future(self._sleep(_PATIENCE_S))
        try:
            while not self._tunnel.state.running and not patience.done():
                await first_of(asyncio.shield(patience), self._tunnel.changed.wait())
                self._tunnel.changed.clear()
        finally:
            patience.cancel()

    async def _probe(self, base_url: str | None) -> str | None:
        """Walk the public way; None when it led to our listener, else what came instead."""
        if base_url is None:
            return "there is no public address yet"
        nonce = secrets.token_hex(16)
        try:
            status = await self._fetch(f"{base_url}/healthz?nonce={nonce}")
        except TimeoutError:
            return f"no answer from {base_url} within {PROBE_WITHIN_S:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return f"{base_url} cannot be reached: {one_line(str(error)) or type(error).__name__}"
        if status != _OK:
            return f"{base_url} answers {status}"
        return None if self._nonce_seen(nonce) else f"{base_url} answers, but does not lead to us"

    async def _rest(self) -> None:
        """Wait until the next probe is due: by time, by a change of the tunnel, or by a test."""
        failing_since = self._verdict.failing_since
        pause = PROBE_EVERY_S if failing_since is None else PROBE_EVERY_WHILE_FAILING_S
        if failing_since is not None and not self._raised:
            left = (failing_since + ATTENTION_AFTER - as_datetime(self._clock())).total_seconds()
            pause = min(pause, max(left, 0.0))
        await first_of(self._sleep(pause), self._tunnel.changed.wait(), self._test_wanted.wait())
        if not self._raised and self._verdict.needs_attention(as_datetime(self._clock())):
            self._raised = True
            self._tell()

    def _tell(self) -> None:
        # Through the loop, which reports a listener's error and goes on: the watch must not end by it.
        asyncio.get_running_loop().call_soon(self._on_change, self.state)


async def post_alert(url: str, body: bytes, within_s: float = PROBE_WITHIN_S) -> int:
    """POST a body as TradingView does and return the status; raises TimeoutError and aiohttp.ClientError."""
    async with (
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(family=socket.AF_INET, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=within_s),
        ) as session,
        session.post(url, data=body, allow_redirects=False) as answer,
    ):
        return answer.status
