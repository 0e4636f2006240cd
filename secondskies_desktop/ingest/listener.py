"""The public door: two routes, everything else an identical 404; nothing is parsed, all is stored first.

A body is answered 200 only after the commit that holds it, 503 when the commit failed (TradingView sends
again on 5xx), never 4xx for a fault of ours. Refused before storing, each closing the connection: 413, 415,
408.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import time
from collections import deque
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import HttpVersion11, web
from aiohttp.web_protocol import RequestPayloadError

from secondskies_desktop.foundation.database.failure import DatabaseProblem
from secondskies_desktop.foundation.logs import logger
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

_log = logger(__name__)

ROUTES = (("POST", "/hook/{token}"), ("GET", "/healthz"))
"""All that the application answers; the tests hold every other method and path against it."""
READ_WITHIN_S = 2.0
MAX_PATH = 512
_KEEP_ALIVE_S = 75.0
_LINGER_S = 2.0
_LAST_ACCEPTED = 5
"""Rounds of the loop in which a connection that was accepted becomes known to the server: three are needed."""
_SAME_MOMENT_US = 1_000
"""A clock that was set back by more than this is believed."""
_SERVER_FAULT = 500
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
        self._stopping = False
        self._last_us = 0
        self._stored = _StoredAnswer()
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
        server = _Server(
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
        self._stopping = True
        runner, self._runner = self._runner, None
        if runner is None:
            return
        loop = asyncio.get_running_loop()
        for site in runner.sites:
            server = site._server  # noqa: SLF001 - there is no other way to its sockets
            for door in getattr(server, "sockets", ()):
                # Windows accepts in another way, and has nothing to remove.
                with contextlib.suppress(NotImplementedError):
                    loop.remove_reader(door)
        for _ in range(_LAST_ACCEPTED):
            # A connection taken at the last moment gets its protocol in the next rounds of the loop, and only
            # while the server is open. Otherwise its sender would wait for an answer that nobody gives.
            await asyncio.sleep(0)
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
            response, size, route = _not_found(request), 0, "*"
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
            return _not_found(request), 0
        self.used[token.name] = now_us
        if "Content-Encoding" in request.headers:
            return _refusal(415), 0
        length = request.content_length
        if length is not None and length > MAX_BODY_BYTES:
            return _refusal(413), length
        body = await _read(request)
        if isinstance(body, int):
            # The server reads no more once it stops: then it is not the sender who was too slow.
            return _refusal(503 if self._stopping else body), 0
        received_us = self._arrival_us()
        digest = hashlib.sha256(body).digest()
        arrival = Arrival(received_us, f"webhook:{token.name}", token.stream, digest, None, body)
        try:
            await self._inbox.put(arrival)
        except DatabaseProblem:
            return _answer(503, b"not stored, send again"), len(body)
        return self._stored.to(request, received_us // 1_000_000), len(body)

    def _arrival_us(self) -> int:
        """Return the time of an arrival; no two are the same, so that it also identifies them."""
        now_us = self._clock()
        ahead_us = self._last_us - now_us
        self._last_us = self._last_us + 1 if 0 <= ahead_us < _SAME_MOMENT_US else now_us
        return self._last_us


_STORED = b"stored"
_HEADERS = {"Server": "-", "Content-Type": "text/plain"}
"""The same for every answer: neither program nor version is told to strangers."""


def _answer(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers=_HEADERS)


class _StoredAnswer(web.Response):
    """The one answer that is given often, its bytes made once a second: a fifth of a request's whole cost."""

    def __init__(self) -> None:
        super().__init__(body=_STORED, headers=_HEADERS)
        self._second = -1
        self._wire = b""

    def to(self, request: web.BaseRequest, second: int) -> web.Response:
        """Return the answer to a request in a second since the epoch.

        It is the common one where the connection stays open and takes its bytes at once.
        """
        transport = request.transport
        if (
            transport is None
            or request.version != HttpVersion11
            or not request.keep_alive
            or transport.get_write_buffer_size()
        ):
            return _answer(200, _STORED)
        if second != self._second:
            self._second = second
            headers = _HEADERS | {"Content-Length": len(_STORED), "Date": formatdate(second, usegmt=True)}
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            self._wire = f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + _STORED
        return self

    @property
    def keep_alive(self) -> bool:
        """The connection stays open."""
        return True

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send it all; raises ConnectionResetError where nobody is there any more."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError
        transport.write(self._wire)

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: there is no more to send."""


def _not_found(request: web.BaseRequest) -> web.Response:
    # Whatever was asked in whatever version of HTTP, and even if it was none: the answer is the same.
    request._version = HttpVersion11  # noqa: SLF001
    response = _answer(404, b"not found")
    response.force_close()
    return response


class _Protocol(web.RequestHandler):
    """Answers what is no proper HTTP as what is no route, and a fault of ours so that it is sent again."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _SERVER_FAULT,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request and names the parser
    ) -> web.StreamResponse:
        """Return the answer to what could not be served; never 504, which TradingView does not send again."""
        if request.writer.output_size > 0:
            raise ConnectionError("half an answer has been sent already")
        if status >= _SERVER_FAULT:
            _log.error("request failed", exc_info=exc)
            return _refusal(503)
        return _not_found(request)


class _Server(web.Server):
    """Makes connections of our own protocol."""

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of one connection."""
        return _Protocol(self, loop=self._loop, **self._kwargs)


_REASONS = {
    408: b"too slow",
    413: b"too large",
    415: b"no content encoding, please",
    503: b"not stored, send again",
}


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
