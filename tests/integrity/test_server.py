"""The Integrity API over real HTTP: whom it answers, what it answers, and that it never waits for long."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.ingest.tokens import hash_of
from secondskies_desktop.integrity import server as server_module
from secondskies_desktop.integrity.answers import NoSuchPlace, NotAnswered, Page
from secondskies_desktop.integrity.requests import ROUTES
from secondskies_desktop.integrity.server import IntegrityServer
from tests.databases import eventually
from tests.loopback import Answer, Wire, ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import date

TOKEN = "T" * 43
BEARER = f"Authorization: Bearer {TOKEN}"


class Told:
    """Answers with what it was asked."""

    def __init__(self) -> None:
        self.gate: threading.Event | None = None

    def health(self) -> Any:
        """Answer, or wait for the gate."""
        if self.gate is not None:
            self.gate.wait(10)
        return {"health": None}

    def gaps(self, limit: int, after: str) -> Page:
        """Answer a page."""
        return Page([{"limit": limit, "after": after}], "9")

    def fills(self, limit: int, after: str) -> Page:
        """Say that it is not known."""
        del limit, after
        raise NotAnswered("Nothing has looked yet.")

    def conflicts(self, limit: int, after: str) -> Page:
        """Refuse the place."""
        del limit
        raise NoSuchPlace(after)

    def signal(self, trade_id: str, stream: str | None) -> Any | None:
        """Know one signal."""
        return {"trade_id": trade_id, "stream": stream} if trade_id == "known" else None

    def latency(self, day: date | None) -> Any:
        """Fail as a database does."""
        raise RuntimeError(f"the password is hunter2 {day}")

    def trace(self, inbox_id: int) -> Any | None:
        """Know the first one alone."""
        return {"inbox_id": 1} if inbox_id == 1 else None


class Door:
    """An open API."""

    def __init__(self, server: IntegrityServer, port: int, answers: Told) -> None:
        self.server = server
        self.port = port
        self.answers = answers

    def words(self, path: str, *headers: str, method: str = "GET", host: str | None = None) -> bytes:
        """Return the bytes of a request."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}", *headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    async def get(self, path: str, *headers: str, method: str = "GET", host: str | None = None) -> Answer:
        """Ask with the given headers and no other, off the loop."""
        words = self.words(path, *headers, method=method, host=host)
        return await asyncio.to_thread(ask, self.port, words, bodiless=method == "HEAD")

    async def error(self, path: str, *headers: str, method: str = "GET") -> tuple[int, str]:
        """Ask with the token, and return status and sentence of the refusal."""
        answer = await self.get(path, BEARER, *headers, method=method)
        return answer.status, json.loads(answer.body)["error"]


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Door]:
    """Open the API on a port that was free."""
    answers = Told()
    server = IntegrityServer(answers)
    server.admit(hash_of(TOKEN))
    try:
        yield Door(server, await server.start(0), answers)
    finally:
        if answers.gate is not None:
            answers.gate.set()
        await server.stop()


async def test_that_it_answers_its_routes_in_json_and_no_other() -> None:
    expected = {
        "/v1/health": {"health": None},
        "/v1/gaps?limit=5&after=x": {"rows": [{"limit": 5, "after": "x"}], "next": "9"},
        "/v1/signals/known?stream=a": {"trade_id": "known", "stream": "a"},
        "/v1/traces/1": {"inbox_id": 1},
    }
    async with opened() as door:
        for path, answer in expected.items():
            got = await door.get(path, BEARER)
            assert (got.status, json.loads(got.body)) == (200, answer)
            assert b"Content-Type: application/json\r\n" in got.head
            assert b"Cache-Control: no-store" in got.head
            assert b"Access-Control" not in got.head
            assert b"aiohttp" not in got.head
        described = json.loads((await door.get("/openapi.json", BEARER)).body)
        assert tuple(described["paths"]) == ROUTES
        assert described["servers"] == [{"url": f"http://127.0.0.1:{door.port}"}]
        for path in ("/", "/v1", "/v1/health/", "/docs", "/hook/x", "/healthz", "/v1/signals", "//v1/health"):
            assert await door.error(path) == (404, "there is nothing at this path"), path
        assert await door.error("/v1/gaps?limit=0") == (400, "limit is 1 to 1000")


async def test_that_what_is_not_known_is_said_and_what_fails_is_not_told() -> None:
    async with opened() as door:
        assert await door.error("/v1/fills") == (503, "Nothing has looked yet.")
        assert await door.error("/v1/conflicts?after=x") == (400, "after is no place that a page named")
        assert await door.error("/v1/signals/other") == (404, "there is none")
        assert await door.error("/v1/traces/3") == (404, "there is none")
        assert await door.error("/v1/latency") == (503, "the database could not be read")


async def test_that_head_has_the_head_alone() -> None:
    async with opened() as door:
        wire = Wire(door.port)
        wire.send(door.words("/v1/health", BEARER, method="HEAD"), door.words("/v1/health", BEARER))
        head = await asyncio.to_thread(wire.read, bodiless=True)
        full = await asyncio.to_thread(wire.read)
        wire.close()
    assert (head.status, full.status) == (200, 200)
    assert f"Content-Length: {len(full.body)}".encode() in head.head


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"]
)
async def test_that_nothing_but_get_and_head_is_taken(method: str) -> None:
    async with opened() as door:
        with_token = await door.get("/v1/health", BEARER, method=method)
        without = await door.get("/v1/health", method=method)
    # What the parser of HTTP does not take for a method is no proper request.
    assert with_token.status in (405, 400)
    assert with_token.status == 400 or b"Allow: GET, HEAD" in with_token.head
    assert without.status in (401, 400)
    assert with_token.closed or with_token.status == 400


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ("Authorization: Bearer",),
        ("Authorization: Bearer ",),
        (f"Authorization: {TOKEN}",),
        (f"Authorization: Basic {TOKEN}",),
        (f"Authorization: Bearer {TOKEN}x",),
        (f"Authorization: Bearer {TOKEN[:-1]}",),
        (f"Authorization: Bearer {TOKEN.lower()}",),
        (f"Authorization: Bearer  {TOKEN}",),
        ("Authorization: Bearer " + TOKEN * 40,),
        (BEARER, BEARER),
        (f"Cookie: token={TOKEN}",),
        (f"X-Api-Key: {TOKEN}",),
    ],
)
async def test_that_without_the_token_every_path_is_the_same_401(headers: tuple[str, ...]) -> None:
    async with opened() as door:
        answers = [
            await door.get(path, *headers) for path in ("/v1/health", "/nothing", f"/v1/health?token={TOKEN}")
        ]
    assert {answer.without_date for answer in answers} == {answers[0].without_date}
    assert answers[0].status == 401
    assert answers[0].closed
    assert json.loads(answers[0].body) == {"error": "the token is missing or wrong"}


async def test_that_the_scheme_may_be_written_in_any_way() -> None:
    async with opened() as door:
        assert (await door.get("/v1/health", f"authorization: bEARER {TOKEN}")).status == 200


async def test_that_before_there_is_a_token_nobody_is_answered_and_a_new_one_ends_the_old() -> None:
    async with opened() as door:
        door.server.admit(None)
        assert (await door.get("/v1/health", BEARER)).status == 401
        door.server.admit(hash_of("N" * 43))
        assert (await door.get("/v1/health", BEARER)).status == 401
        assert (await door.get("/v1/health", f"Authorization: Bearer {'N' * 43}")).status == 200


async def test_that_wrong_tokens_are_slowed_and_never_the_right_one(caplog: pytest.LogCaptureFixture) -> None:
    wrong = "W" * 43
    with caplog.at_level(logging.WARNING):
        async with opened() as door:
            statuses = [
                (await door.get("/v1/health", f"Authorization: Bearer {wrong}")).status for _ in range(14)
            ]
            assert statuses == [401] * 10 + [429] * 4
            assert (await door.get("/v1/health", BEARER)).status == 200
    assert len(caplog.records) == 10
    assert wrong not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com", "evil.example.com:{port}", "127.0.0.1", "localhost", "127.0.0.1:1", "[::1]:{port}",
        "0.0.0.0:{port}", "127.0.0.1.nip.io:{port}", "localhost.:{port}", "127.1:{port}", "", "127.0.0.1:{port}, x",
    ],
)  # fmt: skip
async def test_that_another_host_is_refused_before_the_token_is_looked_at(host: str) -> None:
    async with opened() as door:
        name = host.format(port=door.port)
        lines = f"GET /v1/health HTTP/1.1\r\nHost: {name}\r\n{BEARER}\r\n\r\n"
        answer = await asyncio.to_thread(ask, door.port, lines.encode())
    assert answer.status == 403
    assert json.loads(answer.body) == {"error": "not this host"}


async def test_that_its_own_names_are_known_and_none_or_two_are_none() -> None:
    async with opened() as door:
        assert (await door.get("/v1/health", BEARER, host=f"LOCALHOST:{door.port}")).status == 200
        own = f"127.0.0.1:{door.port}"
        twice = f"GET /v1/health HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n{BEARER}\r\n\r\n".encode()
        none = f"GET /v1/health HTTP/1.1\r\n{BEARER}\r\n\r\n".encode()
        old = f"GET /v1/health HTTP/1.0\r\n{BEARER}\r\n\r\n".encode()
        absolute = door.words(f"http://{own}/v1/health", BEARER)
        for words, statuses in ((twice, {400, 403}), (none, {400, 403}), (old, {403}), (absolute, {404})):
            assert (await asyncio.to_thread(ask, door.port, words)).status in statuses, words


@pytest.mark.parametrize(
    "header",
    [
        "Origin: http://127.0.0.1:8788",
        "Origin: null",
        "Referer: https://evil.example.com/",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: none",
        "X-Forwarded-For: 203.0.113.9",
        "Forwarded: for=203.0.113.9",
        "CF-Connecting-IP: 203.0.113.9",
        "Via: 1.1 proxy",
    ],
)
async def test_that_neither_a_page_nor_a_proxy_is_answered(header: str) -> None:
    async with opened() as door:
        answer = await door.get("/v1/health", BEARER, header)
        preflight = await door.get("/v1/health", header, method="OPTIONS")
    assert (answer.status, preflight.status) == (403, 403)
    assert b"Access-Control" not in answer.head + preflight.head


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "localhost", "192.168.1.5", ""])  # noqa: S104
async def test_that_it_listens_nowhere_but_on_loopback(host: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        await IntegrityServer(Told()).start(0, host)


async def test_that_a_port_that_is_taken_is_said_and_leaves_nothing_behind() -> None:
    async with opened() as door:
        with pytest.raises(OSError, match="already in use"):
            await IntegrityServer(Told()).start(door.port)


@pytest.mark.parametrize(
    "words",
    [
        b"GET /v1/health HTTP/1.1\r\nHost x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET /v1/health HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
async def test_that_what_is_no_proper_http_learns_nothing(words: bytes) -> None:
    async with opened() as door:
        wire = Wire(door.port)
        wire.send(words)
        answer = await asyncio.to_thread(wire.read)
        assert await asyncio.to_thread(wire.is_closed)
        wire.close()
    assert answer.status in (400, 403)
    assert b"aiohttp" not in answer.head + answer.body


async def test_that_a_question_has_no_body() -> None:
    async with opened() as door:
        own = ("/v1/health", BEARER)
        with_length = door.words(*own, "Content-Length: 2") + b"{}"
        chunked = door.words(*own, "Transfer-Encoding: chunked") + b"1\r\nx\r\n0\r\n\r\n"
        for words in (with_length, chunked):
            answer = await asyncio.to_thread(ask, door.port, words)
            assert (answer.status, answer.closed) == (400, True)


async def test_that_an_answer_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "ANSWER_WITHIN_S", 0.1)
    async with opened() as door:
        door.answers.gate = threading.Event()
        assert await door.error("/v1/health") == (503, "the answer took too long")


async def test_that_questions_wait_in_a_bounded_line_and_the_line_moves_on() -> None:
    async with opened() as door:
        gate = door.answers.gate = threading.Event()
        with ThreadPoolExecutor(12, "asyncio_clients") as clients:
            asked = [clients.submit(ask, door.port, door.words("/v1/health", BEARER)) for _ in range(12)]
            await _until(lambda: sum(one.done() for one in asked) == 4)
            gate.set()
            await asyncio.to_thread(wait, asked)
            statuses = sorted(one.result().status for one in asked)
        assert statuses == [200] * 8 + [503] * 4
        assert (await door.get("/v1/health", BEARER)).status == 200


async def test_that_silent_and_half_requests_are_hung_up_on_and_connections_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "IDLE_S", 1.0)
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 3)
    async with opened() as door:
        wires = [Wire(door.port) for _ in range(3)]
        wires[1].send(b"GET /v1/health HT")
        wires[2].send(door.words("/v1/health")[:-2])
        await _until(lambda: _refuses(door.port))
        assert all(await asyncio.gather(*(asyncio.to_thread(one.is_closed, 5.0) for one in wires)))
        for one in wires:
            one.close()
        assert (await door.get("/v1/health", BEARER)).status == 200


def _refuses(port: int) -> bool:
    """Whether a further connection is hung up on at once."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.3) as one:
        try:
            return one.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


async def _until(holds: Callable[[], object]) -> None:
    await asyncio.to_thread(eventually, holds, 5.0)


async def test_that_an_ordinary_client_keeps_its_connection() -> None:
    async with opened() as door:

        def work() -> list[int]:
            client = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
            statuses = []
            for _ in range(3):
                client.request("GET", "/v1/health", headers={"Authorization": f"Bearer {TOKEN}"})
                answer = client.getresponse()
                answer.read()
                statuses.append(answer.status)
            client.close()
            return statuses

        assert await asyncio.to_thread(work) == [200, 200, 200]
