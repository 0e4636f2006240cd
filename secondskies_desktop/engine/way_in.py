"""The public way in as the engine runs it: the watch, what it publishes, and when it wants the trader."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from secondskies_desktop.alerts.rules import TUNNEL
from secondskies_desktop.engine.tunnel_report import note_file
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime, as_us
from secondskies_desktop.foundation.settings import change_setting
from secondskies_desktop.ingest.changes import WayIn, WayInChanged
from secondskies_desktop.ingest.tunnel import TunnelWatch, parse_tunnel, tunnel_for

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.settings import Settings
    from secondskies_desktop.ingest.listener import Listener
    from secondskies_desktop.ingest.tunnel import TunnelSettings, TunnelState

_READY_WITHIN_S = 10.0


class PublicWay:
    """Owns the tunnel's watch on the engine's loop; without a tunnel it only knows the local address."""

    def __init__(
        self,
        settings: Settings,
        choice: str | None,
        settings_file: Path,
        bus: Bus,
        board: AttentionBoard,
        clock: Clock,
    ) -> None:
        self._declared: TunnelSettings = parse_tunnel(settings.tunnel, choice or "")
        self._copied = settings.tunnel.copied_base_url
        self._settings_file = settings_file
        self._bus = bus
        self._board = board
        self._clock = clock
        self._watch: TunnelWatch | None = None
        self._local_url = ""
        self._secret_store = ""

    async def start(self, listener: Listener, port: int, secret_store: str) -> None:
        """Bring the tunnel up and watch it; returns when it has an address or ten seconds have passed."""
        self._local_url = f"http://127.0.0.1:{port}"
        self._secret_store = secret_store
        tunnel = tunnel_for(self._declared, self._clock)
        if tunnel is not None:
            self._watch = TunnelWatch(
                tunnel,
                nonce_seen=listener.nonce_seen,
                on_change=self._on_change,
                clock=self._clock,
                copied_base_url=self._copied or None,
            )
            await self._watch.start(port)
            give_up = asyncio.get_running_loop().time() + _READY_WITHIN_S
            while tunnel.state.base_url is None and asyncio.get_running_loop().time() < give_up:  # noqa: ASYNC110 - the tunnel has no event for it
                await asyncio.sleep(0.05)
        self._tell()

    async def stop(self) -> None:
        """End the watch and the tunnel."""
        watch, self._watch = self._watch, None
        if watch is not None:
            await watch.stop()

    async def test(self) -> WayIn:
        """Probe the public way now and return what came of it."""
        if self._watch is not None:
            await self._watch.test()
        return self.state()

    def base_url(self) -> str | None:
        """Return the public address, None where there is none."""
        return None if self._watch is None else self._watch.state.base_url

    def state(self) -> WayIn:
        """Return the way in as it stands."""
        if self._watch is None:
            return WayIn(self._local_url, None, "none", None, None, None, False, "", self._secret_store)
        state = self._watch.state
        return WayIn(
            self._local_url,
            state.base_url,
            state.kind,
            state.ok,
            None if state.checked_at is None else as_us(state.checked_at),
            None if state.failing_since is None else as_us(state.failing_since),
            bool(self._watch.changed_since_alerts_were_made),
            state.detail,
            self._secret_store,
            None if self._watch.last_ok_at is None else as_us(self._watch.last_ok_at),
        )

    def remember_copied(self) -> None:
        """Remember that the trader took the present address for his alerts."""
        base = self.base_url()
        if base is None or self._watch is None:
            return
        self._watch.copied_base_url = self._copied = base
        change_setting(self._settings_file, "tunnel", "copied_base_url", base)
        self._board.clear(TUNNEL, "changed")
        self._tell()

    def _on_change(self, state: TunnelState) -> None:
        now = as_datetime(self._clock())
        if state.needs_attention(now):
            text = f"Alerts cannot reach Second Skies from outside: {state.detail}"
            self._board.raise_(Attention(TUNNEL, Severity.DANGER, "failing", text, now))
        elif state.ok:
            self._board.clear(TUNNEL, "failing")
        changed = None if self._watch is None else self._watch.changed_since_alerts_were_made
        if changed:
            host = urlsplit(state.base_url or "").hostname
            text = f"The public address is now {host}: your TradingView alerts still post to the old one"
            self._board.raise_(Attention(TUNNEL, Severity.DANGER, "changed", text, now))
        elif changed is False:
            self._board.clear(TUNNEL, "changed")
        self._tell()

    def _tell(self) -> None:
        state = self.state()
        with contextlib.suppress(OSError):
            note_file(self._settings_file.parent).write_bytes(msgspec.json.encode(state))
        self._bus.publish(WayInChanged(state))
