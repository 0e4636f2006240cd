"""What is known of the public way in, and what every kind of tunnel can do."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio

Sleep = Callable[[float], Awaitable[None]]
"""Waits for so many seconds."""

ATTENTION_AFTER = timedelta(seconds=60)
"""How long the way in may be shut before the trader is told."""
_LONGEST_TEXT = 200
# What stands behind /hook/ is a token; what is as long as one is not shown wherever it stands.
_SECRET = re.compile(r"(?<=/hook/)[^\s\"']+|[A-Za-z0-9_-]{32,}")


@dataclass(frozen=True, slots=True)
class TunnelState:
    """The way in at one moment; the times are aware UTC.

    `base_url` is the public address without the hook's path, None while there is none. `running` says that
    our own end stands (the child is connected, the forwarding is open), `ok` that the probe at `checked_at`
    came through, None before the first. `failing_since` is when the present failure began; `detail` says
    why.
    """

    kind: str
    base_url: str | None
    running: bool = False
    ok: bool | None = None
    checked_at: datetime | None = None
    failing_since: datetime | None = None
    detail: str = ""

    def needs_attention(self, now: datetime) -> bool:
        """Say whether the way has been shut for so long that the trader must know."""
        return self.failing_since is not None and now - self.failing_since >= ATTENTION_AFTER


class Tunnel(Protocol):
    """A way from a public address to our listener's port."""

    changed: asyncio.Event
    """Set whenever `state` has become another; the one who waits for it clears it."""

    @property
    def state(self) -> TunnelState:
        """What the tunnel knows of itself: kind, base_url, running and detail."""

    async def start(self, local_port: int) -> None:
        """Begin to lead requests to 127.0.0.1:`local_port`; returns at once, `state` tells how it goes."""

    async def stop(self) -> None:
        """Take the way down and leave nothing behind."""

    def retry_now(self) -> None:
        """Try again at once instead of after the pause, and also after giving up."""


def one_line(text: str) -> str:
    """Return text from outside fit to be shown: one printable line of at most 200 characters, no secrets."""
    shown = _SECRET.sub("…", "".join(sign if sign.isprintable() else " " for sign in text))
    shown = " ".join(shown.split())
    return shown if len(shown) <= _LONGEST_TEXT else shown[: _LONGEST_TEXT - 1] + "…"
