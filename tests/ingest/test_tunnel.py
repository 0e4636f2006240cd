"""The watch: what it believes, how often it looks, when it raises its hand. Time stands still here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.ingest.tunnel import (
    CloudflaredTunnel,
    OwnTunnel,
    TunnelSettings,
    TunnelState,
    TunnelWatch,
    fetch_status,
    tunnel_for,
)
from secondskies_desktop.ingest.tunnel_ssh import SshTunnel
from tests.ingest.tunnel_rig import Door, FrozenTime, Heard, free_port, served, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PUBLIC = "https://alerts.example.com"


class PlainTunnel:
    """A tunnel that is what a test says it is."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.state = TunnelState("own", PUBLIC, running=True)
        self.retries = 0

    async def start(self, local_port: int) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    def retry_now(self) -> None:
        """Count how often it was asked for."""
        self.retries += 1

    def become(self, state: TunnelState) -> None:
        """Change, as a tunnel does by itself."""
        self.state = state
        self.changed.set()


class Scene:
    """A watch over a plain tunnel, with a public way that is open or not."""

    def __init__(self) -> None:
        self.time = FrozenTime(NOON)
        self.tunnel = PlainTunnel()
        self.status = 200
        self.leads_to_us = True
        self.failure: Exception | None = None
        self.probes: list[tuple[datetime, str]] = []
        self.heard = Heard()
        self._nonces: set[str] = set()
        self.watch = TunnelWatch(
            self.tunnel,
            nonce_seen=self._nonces.__contains__,
            on_change=self.heard,
            clock=self.time.clock,
            sleep=self.time.sleep,
            fetch=self._fetch,
        )

    async def _fetch(self, url: str) -> int:
        self.probes.append((self.now, url))
        if self.failure is not None:
            raise self.failure
        if self.leads_to_us:
            self._nonces.add(url.partition("?nonce=")[2])
        return self.status

    @property
    def now(self) -> datetime:
        """The moment at which time stands."""
        return datetime.fromtimestamp(self.time.now_us / 1_000_000, UTC)

    @property
    def seconds(self) -> list[int]:
        """When the probes were made, in seconds after noon."""
        return [round((at - NOON).total_seconds()) for at, _ in self.probes]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    yield scene
    await scene.watch.stop()


async def test_that_an_open_way_is_probed_at_the_start_and_every_five_minutes(scene: Scene) -> None:
    await scene.watch.start(8787)
    await scene.time.advance(900)
    assert scene.seconds == [0, 300, 600, 900]
    assert scene.watch.state.ok
    assert scene.watch.state.checked_at == scene.watch.last_ok_at == NOON + timedelta(seconds=900)
    assert scene.watch.state.failing_since is None


async def test_that_every_probe_carries_a_nonce_of_its_own(scene: Scene) -> None:
    await scene.watch.start(8787)
    await scene.time.advance(600)
    urls = [url for _, url in scene.probes]
    assert len(set(urls)) == 3
    assert all(url.startswith(f"{PUBLIC}/healthz?nonce=") for url in urls)


async def test_that_a_failing_way_is_probed_every_fifteen_seconds(scene: Scene) -> None:
    scene.status = 502
    await scene.watch.start(8787)
    await scene.time.advance(60)
    assert scene.seconds == [0, 15, 30, 45, 60]
    scene.status = 200
    await scene.time.advance(330)
    assert scene.seconds[5:] == [75, 375]


async def test_that_a_failure_that_lasts_a_minute_is_told_at_the_minute(scene: Scene) -> None:
    await scene.watch.start(8787)
    await scene.time.advance(1)
    scene.status = 502
    await scene.time.advance(299)
    since = NOON + timedelta(seconds=300)
    assert scene.heard.states[-1].failing_since == since
    await scene.time.advance(59)
    assert not scene.watch.state.needs_attention(scene.now)
    told = len(scene.heard.states)
    await scene.time.advance(1)
    assert scene.heard.states[told].failing_since == since
    assert scene.heard.states[told].needs_attention(scene.now)
    assert scene.heard.states[told].detail == f"{PUBLIC} answers 502"


async def test_that_attention_comes_on_time_whatever_the_probes_take(scene: Scene) -> None:
    async def slow(_url: str) -> int:
        await scene.time.sleep(2)
        raise TimeoutError

    scene.watch._fetch = slow
    await scene.watch.start(8787)
    await scene.time.advance(59)
    assert len(scene.heard.states) == 4
    assert not scene.watch.state.needs_attention(scene.now)
    await scene.time.advance(1)
    assert len(scene.heard.states) == 5
    assert scene.heard.states[-1].needs_attention(scene.now)
    assert scene.heard.states[-1].detail == f"no answer from {PUBLIC} within 5 s"


async def test_that_a_mended_way_ends_the_failure_and_the_next_one_counts_anew(scene: Scene) -> None:
    scene.status = 502
    await scene.watch.start(8787)
    await scene.time.advance(60)
    assert scene.watch.state.needs_attention(scene.now)
    scene.status = 200
    await scene.time.advance(15)
    assert scene.heard.states[-1] == replace(
        scene.tunnel.state, ok=True, checked_at=scene.now, failing_since=None
    )
    scene.status = 502
    await scene.time.advance(300)
    assert scene.watch.state.failing_since == scene.now
    assert not scene.watch.state.needs_attention(scene.now)


async def test_that_a_200_counts_for_nothing_when_our_listener_saw_no_nonce(scene: Scene) -> None:
    scene.leads_to_us = False
    await scene.watch.start(8787)
    await settle()
    assert scene.watch.state.ok is False
    assert scene.watch.state.detail == f"{PUBLIC} answers, but does not lead to us"
    assert scene.watch.last_ok_at is None


@pytest.mark.parametrize("status", [201, 204, 301, 404, 429, 500, 530])
async def test_that_only_200_is_an_open_way(scene: Scene, status: int) -> None:
    scene.status = status
    await scene.watch.start(8787)
    await settle()
    assert scene.watch.state.ok is False


async def test_that_a_test_probes_now_and_returns_the_answer(scene: Scene) -> None:
    await scene.watch.start(8787)
    await scene.time.advance(100)
    scene.status = 502
    state = await scene.watch.test()
    assert (state.ok, state.checked_at) == (False, NOON + timedelta(seconds=100))
    assert scene.tunnel.retries == 1
    await scene.time.advance(15)
    assert scene.seconds == [0, 100, 115]


async def test_that_a_test_asked_during_a_probe_gets_one_of_its_own(scene: Scene) -> None:
    gate = asyncio.Event()
    fetch = scene.watch._fetch

    async def held(url: str) -> int:
        await gate.wait()
        return await fetch(url)

    scene.watch._fetch = held
    await scene.watch.start(8787)
    await settle()
    test = asyncio.create_task(scene.watch.test())
    await settle()
    gate.set()
    assert (await test).ok
    assert len(scene.probes) == 2


async def test_that_a_test_without_a_watch_is_refused(scene: Scene) -> None:
    with pytest.raises(RuntimeError, match="not watched"):
        await scene.watch.test()


async def test_that_stopping_lets_nobody_wait_for_a_test(scene: Scene) -> None:
    scene.tunnel.become(replace(scene.tunnel.state, running=False))
    await scene.watch.start(8787)
    test = asyncio.create_task(scene.watch.test())
    await settle()
    await scene.watch.stop()
    with pytest.raises(asyncio.CancelledError):
        await test


async def test_that_a_tunnel_coming_up_is_given_ten_seconds(scene: Scene) -> None:
    scene.tunnel.become(TunnelState("cloudflared", None, detail="connecting"))
    await scene.watch.start(8787)
    await scene.time.advance(8)
    assert scene.heard.states == []
    scene.tunnel.become(TunnelState("cloudflared", "https://a.trycloudflare.com", running=True))
    await settle()
    assert scene.watch.state.ok
    assert scene.probes[0][1].startswith("https://a.trycloudflare.com/healthz?")


async def test_that_a_tunnel_that_does_not_come_up_is_failing_since_the_start(scene: Scene) -> None:
    scene.tunnel.become(TunnelState("cloudflared", None, detail="cloudflared is not installed"))
    await scene.watch.start(8787)
    await scene.time.advance(60)
    state = scene.heard.states[-1]
    assert (state.ok, state.base_url, state.detail) == (False, None, "cloudflared is not installed")
    assert state.failing_since == NOON
    assert state.needs_attention(scene.now)
    assert scene.probes == []


async def test_that_a_fallen_tunnel_is_noticed_at_once_and_a_short_fall_forgiven(scene: Scene) -> None:
    await scene.watch.start(8787)
    await scene.time.advance(100)
    up = scene.tunnel.state
    scene.tunnel.become(replace(up, running=False))
    await scene.time.advance(3)
    scene.tunnel.become(up)
    await settle()
    assert scene.seconds == [0, 103]
    assert all(state.ok for state in scene.heard.states)
    scene.status = 530
    scene.tunnel.become(replace(up, running=False))
    await scene.time.advance(10)
    assert scene.watch.state.failing_since == NOON + timedelta(seconds=103)


async def test_that_an_address_other_than_the_copied_one_is_said(scene: Scene) -> None:
    def changed(base_url: str | None, copied: str | None) -> bool | None:
        scene.tunnel.become(replace(scene.tunnel.state, base_url=base_url))
        scene.watch.copied_base_url = copied
        return scene.watch.changed_since_alerts_were_made

    assert changed(PUBLIC, None) is None
    assert changed(PUBLIC, "") is None
    assert changed(PUBLIC, PUBLIC) is False
    assert changed(PUBLIC, PUBLIC + "/") is False
    assert changed("https://b.trycloudflare.com", PUBLIC) is True
    assert changed(None, PUBLIC) is None


async def test_that_a_listener_that_raises_does_not_end_the_watch(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    def raises(_state: TunnelState) -> None:
        raise LookupError("a panel was gone")

    scene.watch._on_change = raises
    with caplog.at_level(logging.ERROR):
        await scene.watch.start(8787)
        await scene.time.advance(600)
    assert scene.seconds == [0, 300, 600]
    assert "a panel was gone" in caplog.text


@contextlib.asynccontextmanager
async def watched(base_url: str, nonce_seen: Callable[[str], bool]) -> AsyncIterator[TunnelWatch]:
    """Watch an own tunnel for real."""
    tunnel = OwnTunnel(TunnelSettings(kind="own", base_url=base_url))
    watch = TunnelWatch(tunnel, nonce_seen=nonce_seen, on_change=Heard(), clock=system_clock)
    await watch.start(8787)
    try:
        yield watch
    finally:
        await watch.stop()


async def test_that_an_own_tunnel_is_proved_by_its_address() -> None:
    async with served(Door()) as door, watched(f"http://127.0.0.1:{door.port}", door.nonce_seen) as watch:
        state = await watch.test()
        assert (state.ok, state.running, state.kind) == (True, True, "own")
        assert state.base_url == f"http://127.0.0.1:{door.port}"
    assert not watch.state.running


async def test_that_a_proxy_that_answers_by_itself_is_not_a_way_in() -> None:
    ours = Door()
    async with served(Door()) as proxy, watched(f"http://127.0.0.1:{proxy.port}", ours.nonce_seen) as watch:
        state = await watch.test()
        assert state.ok is False
        assert "does not lead to us" in state.detail
        assert len(proxy.nonces) > 0


async def test_that_a_redirect_is_not_followed() -> None:
    class Moved(Door):
        async def answer(self, request: web.Request) -> web.Response:
            raise web.HTTPFound(f"http://127.0.0.1:{ours.port}{request.raw_path}")

    async with (
        served(Door()) as ours,
        served(Moved()) as moved,
        watched(f"http://127.0.0.1:{moved.port}", ours.nonce_seen) as watch,
    ):
        assert (await watch.test()).detail.endswith("answers 302")
        assert ours.nonces == []


async def test_that_nobody_at_the_address_is_said_in_one_line() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with watched(address, lambda _nonce: True) as watch:
        state = await watch.test()
        assert state.ok is False
        assert state.detail.startswith(f"{address} cannot be reached: ")


async def test_that_a_probe_gives_up_on_a_silent_server() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        with pytest.raises(TimeoutError):
            await fetch_status(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", 0.1)
        gone.set()
        await settle()


def test_that_each_kind_has_its_tunnel() -> None:
    ssh = TunnelSettings(
        kind="ssh",
        base_url=PUBLIC,
        ssh_host="vps.example.com",
        ssh_user="desk",
        ssh_key_file="key",
        ssh_known_hosts="known_hosts",
        ssh_remote_port=9000,
    )
    assert tunnel_for(TunnelSettings(), system_clock) is None
    assert isinstance(tunnel_for(TunnelSettings(kind="cloudflared"), system_clock), CloudflaredTunnel)
    assert isinstance(tunnel_for(ssh, system_clock), SshTunnel)
    assert isinstance(tunnel_for(TunnelSettings(kind="own", base_url=PUBLIC), system_clock), OwnTunnel)
