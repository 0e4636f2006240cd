"""The public door: two routes, everything else an identical 404; nothing is parsed, all is stored first.

A body is answered 200 only after the commit that holds it, 503 when the commit failed (TradingView sends again
on 5xx), never 4xx for a fault of ours. Refused before storing, each closing the connection: 413, 415, 408.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from secondskies_desktop.foundation.database.failure import DatabaseProblem
from secondskies_desktop.ingest.limits import StrangerLimit
from secondskies_desktop.ingest.store import Arrival
from secondskies_desktop.ingest.tokens import matching
from secondskies_desktop.signals.wire import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.ingest.access_log import AccessLog
    from secondskies_desktop.ingest.inbox import Inbox
    from secondskies_desktop.ingest.tokens import Token

ROUTES = (("POST", "/hook/{token}"), ("GET", "/healthz"))
"""All that the application answers; the tests hold every other method and path against it."""
READ_WITHIN_S = 2.0
MAX_PATH = 512
_KEEP_ALIVE_S = 75.0
_LINGER_S = 2.0
_HOOK = "/hook/"
_NONCE = re.compile(r"/healthz\?nonce=([A-Za-z0-9_\-]{1,64})")


class Listener:
    """The webhook application on the engine's loop."""

    def __init__(
        self,
        inbox: Inbox,
        clock: Clock,
        access: AccessLog,
        on_stranger: Callable[[str], None] = lambda _address: None,
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._access = access
        self._on_stranger = on_stranger
        self._tokens: tuple[Token, ...] = ()
        self._strangers = StrangerLimit()
        self._nonces: deque[str] = deque(maxlen=64)
        self._runner: web.ServerRunner | None = None
        self._last_us = 0
        self.used: dict[str, int] = {}
        """When tokens were last used (µs UTC); the engine writes it down now and then."""

    def admit(self, tokens: Sequence[Token]) -> None:
        """Name the tokens that open the door from now on."""
        self._tokens = tuple(tokens)

    def nonce_seen(self, nonce: str) -> bool:
        """Whether a probe with this nonce has come through this very listener."""
        return nonce in self._nonces

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port (0 picks a free one). Raises OSError where it is taken."""
        server = web.Server(
            self._serve,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_KEEP_ALIVE_S,
            lingering_time=_LINGER_S,
        )
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=3.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        bound: int = self._runner.addresses[0][1]
        return bound

    async def stop(self) -> None:
        """Stop accepting, let requests in flight finish, close."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        path = request.raw_path
        started = time.monotonic()
        if request.method == "POST" and path.startswith(_HOOK) and len(path) <= MAX_PATH:
            response, size = await self._hook(request, path[len(_HOOK) :])
            route = "/hook/*"
        elif request.method == "GET" and (path == "/healthz" or _NONCE.fullmatch(path)):
            response, size, route = self._health(path), 0, "/healthz"
        else:
            response, size, route = _not_found(), 0, "*"
        self._access.note(route, response.status, size, time.monotonic() - started)
        return response

    def _health(self, path: str) -> web.Response:
        match = _NONCE.fullmatch(path)
        if match is not None:
            self._nonces.append(match[1])
        return _answer(200, b"ok")

    async def _hook(self, request: web.BaseRequest, secret: str) -> tuple[web.Response, int]:
        now_us = self._clock()
        token = matching(self._tokens, secret, now_us)
        if token is None:
            if self._strangers.allows(request.remote or "", time.monotonic()):
                self._on_stranger(request.remote or "unknown")
            return _not_found(), 0
        self.used[token.name] = now_us
        if "Content-Encoding" in request.headers:
            return _refusal(415), 0
        length = request.content_length
        if length is not None and length > MAX_BODY_BYTES:
            return _refusal(413), length
        body = await _read(request)
        if isinstance(body, int):
            return _refusal(body), 0
        received_us = self._arrival_us()
        digest = hashlib.sha256(body).digest()
        arrival = Arrival(received_us, f"webhook:{token.name}", token.stream, digest, None, body)
        try:
            await self._inbox.put(arrival)
        except DatabaseProblem:
            return _answer(503, b"not stored, send again"), len(body)
        return _answer(200, b"stored"), len(body)

    def _arrival_us(self) -> int:
        """Return the time of an arrival; no two in a row are the same, so that it also identifies them."""
        now_us = self._clock()
        self._last_us = now_us + 1 if now_us == self._last_us else now_us
        return self._last_us


_HEADERS = {"Server": "-", "Content-Type": "text/plain"}
"""The same for every answer: neither program nor version is told to strangers."""


def _answer(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers=_HEADERS)


def _not_found() -> web.Response:
    response = _answer(404, b"not found")
    response.force_close()
    return response


_REASONS = {408: b"too slow", 413: b"too large", 415: b"no content encoding, please"}


def _refusal(status: int) -> web.Response:
    response = _answer(status, _REASONS[status])
    response.force_close()
    return response


async def _read(request: web.BaseRequest) -> bytes | int:
    """Return the body, or the status of its refusal. A body that is there already costs no timer."""
    content = request.content
    if content.is_eof() and content.exception() is None:
        body = content.read_nowait(-1)
        return body if len(body) <= MAX_BODY_BYTES else 413
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            while part := await content.readany():
                size += len(part)
                if size > MAX_BODY_BYTES:
                    return 413
                parts.append(part)
    except (TimeoutError, ConnectionError, RequestPayloadError):
        return 408
    return b"".join(parts)
