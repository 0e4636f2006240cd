"""The way in through Cloudflare: the `cloudflared` that the trader has installed, as a child that is watched.

Without a name it is a quick tunnel, whose public address stands in the banner that cloudflared writes to
stderr, another one after every start; with a name it is a tunnel of the trader's account, whose host name
stays. What cloudflared writes is not logged: it names the addresses of requests that failed, and with them
the token.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from secondskies_desktop.ingest.tunnel_child import Child
from secondskies_desktop.ingest.tunnel_state import one_line
from secondskies_desktop.ingest.tunnel_supervised import SupervisedTunnel

if TYPE_CHECKING:
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.tunnel_settings import TunnelSettings
    from secondskies_desktop.ingest.tunnel_state import Sleep

_ADDRESS_WITHIN_S = 60.0
_ADDRESS_WITHIN_LINES = 200
# Alone between the borders of the banner's box; api.trycloudflare.com is whom cloudflared asks for one.
_ADDRESS = re.compile(
    r"(?:^|[\s|])(https://(?!api\.)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.trycloudflare\.com)(?=[\s|]|$)"
)
_CONNECTED = re.compile(r"\bRegistered tunnel connection\b|\bConnection [0-9a-f-]+ registered\b")


class CloudflaredTunnel(SupervisedTunnel):
    """Runs one cloudflared at a time and starts the next only when the last has ended."""

    def __init__(self, settings: TunnelSettings, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__("cloudflared", settings.fixed_base_url, clock, sleep)
        self._settings = settings

    async def _hold(self, local_port: int) -> str:
        executable = shutil.which(self._settings.executable)
        if executable is None:
            return f"cloudflared is not installed: no program {self._settings.executable}"
        command = cloudflared_command(executable, self._settings.name, local_port)
        child = await Child.spawn(command, _environment(self._settings.name))
        try:
            return await self._follow(child)
        except TimeoutError:
            return f"cloudflared has named no public address within {_ADDRESS_WITHIN_S:g} s"
        finally:
            await child.end()

    async def _follow(self, child: Child) -> str:
        """Read the child's stderr to its end; the first address in its first lines is the tunnel's."""
        base_url, seen, last = self._fixed_url, 0, ""
        async with asyncio.timeout(None if base_url else _ADDRESS_WITHIN_S) as patience:
            async for line in child.lines():
                last = line if line.strip() else last
                seen += 1
                if base_url is None and (address := _ADDRESS.search(line)):
                    base_url = address[1]
                    patience.reschedule(None)
                    self._become(replace(self.state, base_url=base_url))
                elif base_url is None and seen >= _ADDRESS_WITHIN_LINES:
                    return f"cloudflared has named no public address in {seen} lines"
                if base_url is not None and not self.state.running and _CONNECTED.search(line):
                    self._up(base_url)
            code = await child.wait()
        return f"cloudflared ended with code {code}: {one_line(last)}"


def cloudflared_command(executable: str, name: str, local_port: int) -> list[str]:
    """Return the command line of a quick tunnel, or of the tunnel `name`. There is nothing secret in it."""
    origin = f"http://127.0.0.1:{local_port}"
    # At level debug cloudflared logs the address of every request; the option beats its file and environment.
    options = ["--no-autoupdate", "--loglevel", "info", "--grace-period", "2s"]
    if name:
        return [executable, "tunnel", *options, "run", "--url", origin, name]
    # The rules of a configuration file would answer 404 at an address that they do not know: none is read.
    # A quick tunnel would insist on UDP; auto falls back to TCP where a network lets no UDP out.
    options += ["--config", os.devnull, "--protocol", "auto"]
    return [executable, "tunnel", *options, "--url", origin]


def _environment(name: str) -> dict[str, str]:
    """Return what cloudflared gets to know: nothing of ours, and no option that would change what we ask for.

    A named tunnel keeps the variables that say where its credentials are.
    """
    unwanted = ("SECONDSKIES_", "TUNNEL_LOG", "TUNNEL_TRANSPORT_LOG", "TUNNEL_URL")
    return {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(unwanted if name else ("SECONDSKIES_", "TUNNEL_"))
    }
