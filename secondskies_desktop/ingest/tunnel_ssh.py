"""The way in over a server of the trader's own: an SSH connection that forwards a port of it to our listener.

The server's host key must stand in a known_hosts file, without exception: who could put another server in
its place would read every alert and its token. The user's own SSH configuration, agent and passwords are
left alone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncssh

from secondskies_desktop.ingest.tunnel_state import one_line
from secondskies_desktop.ingest.tunnel_supervised import SupervisedTunnel, TunnelRefused

if TYPE_CHECKING:
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.tunnel_settings import TunnelSettings
    from secondskies_desktop.ingest.tunnel_state import Sleep

_CONNECT_S = 10
_LOGIN_S = 15
# A dead connection is noticed after 45 s: before the trader has to be told of it.
_KEEPALIVE_S = 15
_KEEPALIVES_MISSED = 2
_GOODBYE_S = 2


class SshTunnel(SupervisedTunnel):
    """Forwards `ssh_remote_host`:`ssh_remote_port` of the server to our listener."""

    def __init__(self, settings: TunnelSettings, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__("ssh", settings.fixed_base_url, clock, sleep)
        self._settings = settings
        self._server = f"{settings.ssh_host}:{settings.ssh_port}"

    async def _hold(self, local_port: int) -> str:
        settings = self._settings
        client = _Client()
        connection = await self._connect(client)
        try:
            await connection.forward_remote_port(
                settings.ssh_remote_host, settings.ssh_remote_port, "127.0.0.1", local_port
            )
            self._up(settings.fixed_base_url)
            await connection.wait_closed()
        except asyncssh.ChannelListenError:
            # Not given up: after a fall the server may hold the port for the old connection a while longer.
            place = f"{settings.ssh_remote_host}:{settings.ssh_remote_port}"
            return f"{self._server} does not let us listen at {place}: not permitted, or taken"
        finally:
            await _close(connection)
        return one_line(f"{self._server} ended the connection: {client.ending}")

    async def _connect(self, client: _Client) -> asyncssh.SSHClientConnection:
        settings = self._settings
        # Read before anybody is called. An empty file trusts nobody; only None would trust everybody.
        known_hosts = asyncssh.read_known_hosts(settings.ssh_known_hosts)
        try:
            return await asyncssh.connect(
                settings.ssh_host,
                settings.ssh_port,
                client_factory=lambda: client,
                username=settings.ssh_user,
                client_keys=[settings.ssh_key_file],
                known_hosts=known_hosts,
                x509_trusted_certs=None,
                preferred_auth="publickey",
                disable_trivial_auth=True,
                agent_path=None,
                config=None,
                connect_timeout=_CONNECT_S,
                login_timeout=_LOGIN_S,
                keepalive_interval=_KEEPALIVE_S,
                keepalive_count_max=_KEEPALIVES_MISSED,
            )
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
            raise TunnelRefused(
                f"the host key of {self._server} is not the one in {settings.ssh_known_hosts}: "
                f"not connected, and not tried again before you have checked it ({one_line(str(error))})"
            ) from error
        except asyncssh.PermissionDenied as error:
            message = f"{self._server} refuses user {settings.ssh_user} with key {settings.ssh_key_file}"
            raise ConnectionRefusedError(message) from error


class _Client(asyncssh.SSHClient):
    """Remembers why the connection ended."""

    ending = "without a reason"

    def connection_lost(self, exc: Exception | None) -> None:
        """Hear of the end; `exc` is None where it was we who closed."""
        if exc is not None:
            self.ending = str(exc) or type(exc).__name__


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    """Let answers under way go out, but do not wait for a server that has gone silent."""
    connection.close()
    try:
        async with asyncio.timeout(_GOODBYE_S):
            await connection.wait_closed()
    except TimeoutError:
        pass
    finally:
        connection.abort()
