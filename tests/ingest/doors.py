"""A listener without an engine: its own writer, a clock that stands still, and the tokens of the test."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.database.writer import Writer
from secondskies_desktop.ingest.access_log import AccessLog
from secondskies_desktop.ingest.inbox import Inbox
from secondskies_desktop.ingest.listener import Listener
from secondskies_desktop.ingest.store import Arrival, append_arrivals
from secondskies_desktop.ingest.tokens import Token, hash_of
from tests.databases import STREAM
from tests.loopback import Answer, ask, request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import URL

SECRET = "S" * 43


def token(name: str, secret: str, stream: str = STREAM, expires_us: int | None = None) -> Token:
    """Return a token by its secret."""
    return Token(name, hash_of(secret), stream, 0, None, expires_us)


class ListeningDoor:
    """An open listener and who knocked in vain."""

    def __init__(self, listener: Listener, port: int, strangers: list[str]) -> None:
        self.listener = listener
        self.port = port
        self.strangers = strangers

    async def ask(self, *parts: bytes) -> Answer:
        """Send bytes and return the answer, off the listener's loop."""
        return await asyncio.to_thread(ask, self.port, *parts)

    async def post(self, body: bytes, secret: str = SECRET) -> Answer:
        """Post a body with a secret."""
        return await self.ask(request(f"/hook/{secret}", body))


@contextlib.asynccontextmanager
async def opened(url: URL, clock: Clock, *tokens: Token) -> AsyncIterator[ListeningDoor]:
    """Listen on a port that was free; without tokens, one opens with SECRET."""
    inbox = Inbox(asyncio.get_running_loop())
    writer = Writer[Arrival](url, append_arrivals, inbox.told)
    inbox.use(writer)
    strangers: list[str] = []
    listener = Listener(inbox, clock, AccessLog(None), strangers.append)
    listener.admit(tokens or (token("default", SECRET),))
    writer.start()
    try:
        yield ListeningDoor(listener, await listener.start("127.0.0.1", 0), strangers)
    finally:
        await listener.stop()
        await asyncio.to_thread(writer.stop)
