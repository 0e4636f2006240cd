"""SSH from end to end: a real server on loopback, its own host key, requests through the port it forwards."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import asyncssh
import pytest

from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.ingest.access_log import AccessLog
from secondskies_desktop.ingest.listener import Listener
from secondskies_desktop.ingest.tunnel import TunnelSettings, TunnelWatch
from secondskies_desktop.ingest.tunnel_ssh import SshTunnel
from tests.ingest.tunnel_rig import Door, Heard, echoes, free_port, hurried, served, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from secondskies_desktop.ingest.inbox import Inbox


@dataclass
class Server:
    """An SSH server that lets one user listen at one port."""

    folder: Path
    port: int = field(default_factory=free_port)
    remote_port: int = field(default_factory=free_port)
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    _acceptor: asyncssh.SSHAcceptor | None = None

    def make_keys(self) -> None:
        """Make the user's key, and the host's key with the known_hosts file that names it."""
        user = asyncssh.generate_private_key("ssh-ed25519")
        user.write_private_key(self.folder / "user_key")
        user.write_public_key(self.folder / "authorized_keys")
        self.make_host_key()
        self.trust_host_key()

    def make_host_key(self) -> None:
        """Become another server."""
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(self.folder / "host_key")

    def trust_host_key(self) -> None:
        """Let known_hosts name the present host key."""
        public = asyncssh.read_private_key(self.folder / "host_key").export_public_key().decode()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public}")

    async def start(self) -> None:
        """Listen."""
        server = self

        class Rules(asyncssh.SSHServer):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                server.connections.append(conn)

            def server_requested(self, _listen_host: str, listen_port: int) -> bool:
                return listen_port == server.remote_port

        self._acceptor = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=Rules,
            server_host_keys=[str(self.folder / "host_key")],
            authorized_client_keys=str(self.folder / "authorized_keys"),
        )

    async def drop(self) -> None:
        """Go away with all connections, as a server that is restarted does."""
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
        for connection in self.connections:
            connection.abort()
            await connection.wait_closed()
        self._acceptor = None

    @property
    def settings(self) -> TunnelSettings:
        """A tunnel over this server that it allows."""
        return TunnelSettings(
            kind="ssh",
            base_url=f"http://127.0.0.1:{self.remote_port}",
            ssh_host="127.0.0.1",
            ssh_port=self.port,
            ssh_user="desk",
            ssh_key_file=str(self.folder / "user_key"),
            ssh_known_hosts=str(self.folder / "known_hosts"),
            ssh_remote_port=self.remote_port,
        )


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
    server.make_keys()
    await server.start()
    yield server
    await server.drop()


@pytest.fixture
async def tunnel(server: Server) -> AsyncIterator[SshTunnel]:
    tunnel = SshTunnel(server.settings, system_clock, hurried)
    yield tunnel
    await tunnel.stop()


async def test_that_two_hundred_requests_come_through_each_with_its_own_answer(
    server: Server, tunnel: SshTunnel
) -> None:
    async with served(Door()) as door:
        await tunnel.start(door.port)
        state = await until(tunnel, lambda state: state.running)
        assert state.base_url == f"http://127.0.0.1:{server.remote_port}"
        assert await echoes(server.remote_port, 200) == 200


async def test_that_the_probe_finds_the_real_listener_through_the_forwarding(tunnel: SshTunnel) -> None:
    # A probe touches no inbox.
    listener = Listener(cast("Inbox", None), system_clock, AccessLog(None))
    port = await listener.start("127.0.0.1", 0)
    watch = TunnelWatch(tunnel, nonce_seen=listener.nonce_seen, on_change=Heard(), clock=system_clock)
    await watch.start(port)
    state = await watch.test()
    assert (state.ok, state.detail, state.kind) == (True, "", "ssh")
    await watch.stop()
    await listener.stop()


async def test_that_a_wrong_host_key_is_refused_and_not_tried_again(
    server: Server, tunnel: SshTunnel
) -> None:
    await server.drop()
    server.make_host_key()
    await server.start()
    server.connections.clear()
    await tunnel.start(9)
    state = await until(tunnel, lambda state: "host key" in state.detail)
    assert not state.running
    assert f"127.0.0.1:{server.port} is not the one in {server.folder / 'known_hosts'}" in state.detail
    # Ten of the pauses after which anything else is tried again.
    await hurried(10)
    assert len(server.connections) == 1

    server.trust_host_key()
    tunnel.retry_now()
    await until(tunnel, lambda state: state.running)


@pytest.mark.parametrize("kind", ["ecdsa-sha2-nistp256", "rsa-sha2-256"])
async def test_that_a_host_key_of_another_kind_is_a_wrong_host_key(
    server: Server, tunnel: SshTunnel, kind: str
) -> None:
    await server.drop()
    key = asyncssh.generate_private_key("ssh-rsa" if "rsa" in kind else kind)
    key.write_private_key(server.folder / "host_key")
    await server.start()
    await tunnel.start(9)
    assert not (await until(tunnel, lambda state: "host key" in state.detail)).running


@pytest.mark.parametrize("text", ["", "# nobody\n", "other.example.com ssh-ed25519 AAAA\n"])
async def test_that_a_known_hosts_file_without_the_server_trusts_nobody(
    server: Server, tunnel: SshTunnel, text: str
) -> None:
    (server.folder / "known_hosts").write_text(text)
    await tunnel.start(9)
    state = await until(tunnel, lambda state: state.detail not in {"not started", "connecting"})
    assert not state.running
    assert "known_hosts" in state.detail or "key" in state.detail


async def test_that_without_the_known_hosts_file_nobody_is_called(server: Server, tunnel: SshTunnel) -> None:
    (server.folder / "known_hosts").unlink()
    await tunnel.start(9)
    state = await until(tunnel, lambda state: "known_hosts" in state.detail)
    assert "No such file" in state.detail
    assert server.connections == []


async def test_that_a_dropped_server_is_reported_and_the_way_comes_back(
    server: Server, tunnel: SshTunnel
) -> None:
    heard = Heard()
    async with served(Door()) as door:
        watch = TunnelWatch(
            tunnel, nonce_seen=door.nonce_seen, on_change=heard, clock=system_clock, sleep=hurried
        )
        await watch.start(door.port)
        await heard.until(lambda state: state.ok is True)
        await server.drop()
        state = await heard.until(lambda state: state.ok is False)
        assert state.failing_since is not None
        assert not state.running
        await server.start()
        state = await heard.until(lambda state: state.ok is True)
        assert (state.running, state.failing_since) == (True, None)
        assert await echoes(server.remote_port, 20) == 20
        await watch.stop()


async def test_that_a_forbidden_port_is_said_and_tried_again_after_growing_pauses(server: Server) -> None:
    pauses: list[float] = []
    tenth = asyncio.Event()

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 9:
            tenth.set()
            await asyncio.Event().wait()

    forbidden = free_port()
    settings = replace(server.settings, ssh_remote_port=forbidden)
    tunnel = SshTunnel(settings, system_clock, noted)
    await tunnel.start(9)
    await asyncio.wait_for(tenth.wait(), 30)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert tunnel.state.detail == (
        f"127.0.0.1:{server.port} does not let us listen at 127.0.0.1:{forbidden}: not permitted, or taken "
        "(next try after 60 s)"
    )
    await tunnel.stop()


async def test_that_a_way_that_stood_for_a_minute_is_put_up_again_after_one_second(server: Server) -> None:
    now_us = 0
    pauses: list[float] = []

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    tunnel = SshTunnel(server.settings, lambda: now_us, noted)
    await tunnel.start(9)
    for stood_s in (1, 59, 60, 1):
        await until(tunnel, lambda state: state.running)
        now_us += stood_s * 1_000_000
        server.connections[-1].abort()
        await until(tunnel, lambda state: not state.running)
    await until(tunnel, lambda state: state.running)
    assert pauses == [1, 2, 1, 2]
    await tunnel.stop()


async def test_that_a_refused_user_is_said(server: Server, tunnel: SshTunnel) -> None:
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(server.folder / "user_key")
    await tunnel.start(9)
    state = await until(tunnel, lambda state: "refuses" in state.detail)
    assert f"127.0.0.1:{server.port} refuses user desk with key" in state.detail


async def test_that_a_key_that_needs_a_passphrase_is_said(server: Server, tunnel: SshTunnel) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(server.folder / "user_key", "pkcs8-pem", passphrase=secrets.token_hex())
    await tunnel.start(9)
    state = await until(tunnel, lambda state: "assphrase" in state.detail)
    assert not state.running


async def test_that_nobody_at_the_servers_address_is_said(server: Server, tunnel: SshTunnel) -> None:
    await server.drop()
    await tunnel.start(9)
    state = await until(tunnel, lambda state: "next try" in state.detail)
    assert "Connect call failed" in state.detail


async def test_that_stopping_closes_the_connection_and_the_port(server: Server, tunnel: SshTunnel) -> None:
    async with served(Door()) as door:
        await tunnel.start(door.port)
        await until(tunnel, lambda state: state.running)
        await tunnel.stop()
        await asyncio.wait_for(server.connections[-1].wait_closed(), 10)
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", server.remote_port)
    assert (tunnel.state.running, tunnel.state.detail) == (False, "stopped")


async def test_that_a_second_start_is_refused(server: Server, tunnel: SshTunnel) -> None:
    await tunnel.start(9)
    with pytest.raises(RuntimeError, match="already started"):
        await tunnel.start(9)
    await until(tunnel, lambda state: state.running)
    assert len(server.connections) == 1
