"""The Integrity API: what the trader's own scripts may read, on a loopback port with a token of its own.

It is no way in: it binds 127.0.0.1 alone, answers nobody who speaks to another host, comes from a page or through a
proxy, and only GET and HEAD. Whoever has no token learns nothing, not even which paths there are. Answers are made on
two threads of their own, within five seconds, so that no alert waits for a script.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from secondskies_desktop import __version__
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.ingest.limits import StrangerLimit
from secondskies_desktop.ingest.tokens import hash_of
from secondskies_desktop.integrity.answers import NoSuchPlace, NotAnswered
from secondskies_desktop.integrity.openapi import document
from secondskies_desktop.integrity.requests import NoRoute, Wanted, WrongRequest, read_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from secondskies_desktop.integrity.answers import Answers

_log = logger(__name__)

HOST = "127.0.0.1"
ANSWER_WITHIN_S = 5.0
IDLE_S = 5.0
"""How long a connection may stay without a whole request."""
MOST_CONNECTIONS = 32
_THREADS = 2
_MOST_WAITING = 8
_MAX_TOKEN = 200
_HTTP_PORT = 80
_SERVER_FAULT = 500
_HEADERS = {
    "Server": "-",
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_OF_A_PROXY = (
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Real-IP",
    "Via",
    "CF-Connecting-IP",
    "CF-Ray",
)
_OF_A_PAGE = ("Origin", "Sec-Fetch-Site", "Referer")


class _Refused(Exception):
    """A request is not answered; the text is all that is said."""

    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers


class IntegrityServer:
    """The private application on the engine's loop."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._sha256: bytes | None = None
        self._nobody = secrets.token_bytes(32)
        self._wrong = StrangerLimit()
        self._hosts: frozenset[str] = frozenset()
        self._port = 0
        self._waiting = 0
        self._threads: ThreadPoolExecutor | None = None
        self._runner: web.ServerRunner | None = None

    def admit(self, sha256: bytes | None) -> None:
        """Name the hash of the one token that opens from now on; None opens to nobody."""
        self._sha256 = sha256

    async def start(self, port: int, host: str = HOST) -> int:
        """Listen; returns the port (0 picks a free one). ValueError for a host but loopback, OSError if it is taken."""
        if host != HOST:
            raise ValueError(f"the Integrity API is on {HOST} only")
        self._threads = ThreadPoolExecutor(_THREADS, "integrity-api")
        server = _Server(
            self._serve,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=IDLE_S,
            lingering_time=0.0,
        )
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1.0)
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, host, port, backlog=MOST_CONNECTIONS).start()
        except BaseException:
            await self.stop()
            raise
        self._port = int(self._runner.addresses[0][1])
        names = [f"{name}:{self._port}" for name in (HOST, "localhost")]
        self._hosts = frozenset([*names, HOST, "localhost"] if self._port == _HTTP_PORT else names)
        return self._port

    async def stop(self) -> None:
        """Close; an answer under way is given up."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(threads.shutdown, cancel_futures=True)

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        try:
            body = await self._answer(request)
        except _Refused as refused:
            return _refusal(refused.status, str(refused), refused.headers)
        return web.Response(body=body, headers=_HEADERS)

    async def _answer(self, request: web.BaseRequest) -> bytes:
        self._check_sender(request)
        self._check_token(request)
        if request.method not in {"GET", "HEAD"}:
            raise _Refused(405, "only GET and HEAD", Allow="GET, HEAD")
        if request.content_length or "Transfer-Encoding" in request.headers:
            raise _Refused(400, "a question has no body")
        try:
            wanted = read_target(request.raw_path)
        except NoRoute:
            raise _Refused(404, "there is nothing at this path") from None
        except WrongRequest as error:
            raise _Refused(400, str(error)) from None
        return await self._made(wanted)

    def _check_sender(self, request: web.BaseRequest) -> None:
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise _Refused(403, "not this host")
        if any(name in request.headers for name in (*_OF_A_PROXY, *_OF_A_PAGE)):
            raise _Refused(403, "neither pages nor proxies are answered")

    def _check_token(self, request: web.BaseRequest) -> None:
        given = request.headers.getall("Authorization", [])
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        known = self._nobody if self._sha256 is None else self._sha256
        is_known = hmac.compare_digest(hash_of(token[:_MAX_TOKEN]), known)
        if is_known and scheme.lower() == "bearer" and len(token) <= _MAX_TOKEN:
            return
        if not self._wrong.allows(request.remote or "", time.monotonic()):
            raise _Refused(429, "too many wrong tokens", **{"Retry-After": "60"})
        _log.warning("the Integrity API was asked without its token")
        raise _Refused(401, "the token is missing or wrong", **{"WWW-Authenticate": "Bearer"})

    async def _made(self, wanted: Wanted) -> bytes:
        """Return an answer as it is sent, made off the loop in bounded time."""
        if self._threads is None or self._waiting >= _MOST_WAITING:
            raise _Refused(503, "too many questions at once", **{"Retry-After": "1"})
        self._waiting += 1
        working = asyncio.get_running_loop().run_in_executor(self._threads, self._encoded, wanted)
        working.add_done_callback(self._done)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await asyncio.shield(working)
        except TimeoutError:
            raise _Refused(503, "the answer took too long") from None

    def _done(self, working: asyncio.Future[bytes]) -> None:
        self._waiting -= 1
        if not working.cancelled():
            working.exception()

    def _encoded(self, wanted: Wanted) -> bytes:
        try:
            found = self._asked(wanted)
        except NotAnswered as error:
            raise _Refused(503, str(error)) from None
        except NoSuchPlace:
            raise _Refused(400, "after is no place that a page named") from None
        except Exception as error:
            _log.exception("the Integrity API could not answer", route=wanted.route)
            raise _Refused(503, "the database could not be read") from error
        if found is None:
            raise _Refused(404, "there is none")
        return msgspec.json.encode(found)

    def _asked(self, wanted: Wanted) -> Any:
        if wanted.route == "/openapi.json":
            return document(self._port, __version__)
        answers = self._answers
        by_route: dict[str, Callable[..., Any]] = {
            "/v1/health": answers.health,
            "/v1/gaps": answers.gaps,
            "/v1/fills": answers.fills,
            "/v1/conflicts": answers.conflicts,
            "/v1/signals/{trade_id}": answers.signal,
            "/v1/latency": answers.latency,
            "/v1/traces/{inbox_id}": answers.trace,
        }
        return by_route[wanted.route](**wanted.values)


def _refusal(status: int, text: str, headers: dict[str, str]) -> web.Response:
    response = web.Response(
        status=status, body=msgspec.json.encode({"error": text}), headers=_HEADERS | headers
    )
    response.force_close()
    return response


class _Protocol(web.RequestHandler):
    """Bounds connections, and says of what is no proper HTTP as little as of a stranger."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, or hang up where there are too many."""
        super().connection_made(transport)
        if self._manager is not None and len(self._manager.connections) > MOST_CONNECTIONS:
            self.force_close()
            transport.abort()  # type: ignore[attr-defined]  # one of TCP has it

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _SERVER_FAULT,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it quotes the request and names the parser
    ) -> web.StreamResponse:
        """Return the answer to what could not be served."""
        if request.writer.output_size > 0:
            raise ConnectionError("half an answer has been sent already")
        if status >= _SERVER_FAULT:
            _log.error("the Integrity API failed", exc_info=exc)
            return _refusal(503, "the program failed", {})
        return _refusal(400, "this is no proper request", {})


class _Server(web.Server):
    """Makes connections of our own protocol."""

    def __call__(self) -> web.RequestHandler:
        """Return the protocol of one connection."""
        return _Protocol(self, loop=self._loop, **self._kwargs)
