"""The public door over real HTTP: what it answers, and that it answers nothing else.

Who may come in is in test_listener_tokens; bodies that are late, large or hostile in test_listener_bodies.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.attention import Attention, AttentionCleared
from secondskies_desktop.foundation.profile import open_profile
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest import listener as listener_module
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.listener import ROUTES
from tests.databases import bodies_of, eventually, inbox_of, locked, reading
from tests.ingest.doors import SECRET, opened
from tests.loopback import Wire, ask, post, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from secondskies_desktop.foundation.database.engine import URL, Connection
    from tests.clocks import FrozenClock

METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "SEARCH",
    "QUERY",
    "PURGE",
    "BREW",
    "get",
    "post",
    "Post",
]
PATHS = (
    "/ * /hook /hook/ /hook/{secret}/ /hook/{secret}? /hook/{secret}?a=1 /hook/{secret}/.. /hook//{secret} "
    "//hook/{secret} /HOOK/{secret} /hook/%2e%2e/healthz /hook/../healthz /../../etc/passwd /%2e%2e/etc/passwd "
    "/hook/{secret}%00 /hook/{secret};v=1 /hook/{secret}#x /%68ook/{secret} /healthz/ /healthz? /healthz?x=1 "
    "/healthz?nonce= /healthz?nonce=a%20b /healthz?nonce=a&x=1 /healthz/../healthz /HEALTHZ //healthz /%68ealthz "
    "/favicon.ico /robots.txt /index.php /admin /api/signals /metrics /docs /openapi.json /.git/config /.env "
    "http://desk.example.com/healthz http://desk.example.com/hook/{secret} https://127.0.0.1/ /hook/"
    + "x"
    * 43
).split()
LONG = ["/" + "a" * 600, "/hook/" + "b" * 600, "/" + "c" * 20_000]
STORED = "HTTP/1.1 200 OK\r\nServer: -\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nstored"
NOT_FOUND = (
    "HTTP/1.1 404 Not Found\r\nServer: -\r\nContent-Type: text/plain\r\n"
    "Content-Length: 9\r\nConnection: close\r\n\r\nnot found"
)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running engine for the tests that leave nothing behind."""
    engine = Engine(open_profile(tmp_path_factory.mktemp("home")), Settings(), command="a test")
    engine.start(port=0)
    yield engine
    engine.stop()


def address(engine: Engine) -> tuple[int, str]:
    """Return the port and the secret of an engine."""
    assert engine.ready is not None
    return engine.ready.port, engine.ready.url.rsplit("/", 1)[1]


def test_that_there_are_exactly_two_routes(door: Engine) -> None:
    port, secret = address(door)
    assert ROUTES == (("POST", "/hook/{token}"), ("GET", "/healthz"))
    assert ask(port, request("/healthz", method="GET")).status == 200
    assert ask(port, request(f"/hook/{secret}", b"alert")).without_date == STORED.encode()


@pytest.mark.parametrize("method", METHODS)
def test_that_everything_else_is_the_same_404(door: Engine, method: str) -> None:
    port, secret = address(door)
    paths = [path.format(secret=secret) for path in PATHS] + LONG
    paths += [f"/hook/{secret}"] * (method != "POST") + ["/healthz"] * (method != "GET")
    for path in paths:
        answer = ask(port, request(path, b"x", method), bodiless=method == "HEAD")
        expected = NOT_FOUND.encode()
        if method == "HEAD":
            expected = expected.removesuffix(b"not found")
        assert answer.without_date == expected, path
        assert answer.closed


@pytest.mark.parametrize(
    "words",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost x\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST /hook/{secret} HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 20_000 + b"\r\n\r\n",
        b"POST /hook/{secret} HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"hello\r\n\r\n",
        b"\r\n\r\n\r\n\x00\r\n\r\n",
    ],
)
def test_that_what_is_no_proper_http_learns_nothing_either(door: Engine, words: bytes) -> None:
    port, secret = address(door)
    answer = ask(port, words.replace(b"{secret}", secret.encode()))
    assert answer.without_date == NOT_FOUND.encode()
    assert answer.closed


def test_that_health_is_constant_and_remembers_nonces(door: Engine) -> None:
    port, _ = address(door)
    assert door.listener is not None
    plain = ask(port, request("/healthz", method="GET"))
    probed = ask(port, request("/healthz?nonce=abc-DEF_123", method="GET"))
    assert plain.without_date == probed.without_date
    assert plain.body == b"ok"
    assert door.listener.nonce_seen("abc-DEF_123")
    assert not door.listener.nonce_seen("abc")
    assert ask(port, request(f"/healthz?nonce={'x' * 65}", method="GET")).status == 404
    for number in range(100):
        ask(port, request(f"/healthz?nonce=n{number}", method="GET"))
    assert not door.listener.nonce_seen("abc-DEF_123")
    assert door.listener.nonce_seen("n99")


def test_that_one_connection_carries_many_alerts_in_order(engine: Engine) -> None:
    port, secret = address(engine)
    wire = Wire(port)
    wire.send(b"".join(request(f"/hook/{secret}", b"%d" % number) for number in range(20)))
    assert [wire.read().status for _ in range(20)] == [200] * 20
    assert not wire.is_closed(within_s=0.05)
    wire.close()
    assert bodies_of(engine.profile.database) == [b"%d" % number for number in range(20)]


async def test_that_no_two_arrivals_have_the_same_time(sqlite_file_url: URL, clock: FrozenClock) -> None:
    async with opened(sqlite_file_url, clock) as door:
        for number in range(5):
            await door.post(b"%d" % number)
        clock.advance(-3_600)
        await door.post(b"after the clock was set back")
    times = [one.received_us for one in inbox_of(sqlite_file_url)]
    assert times[:5] == list(range(times[0], times[0] + 5))
    assert times[5] == clock.now_us


def test_that_the_same_body_twice_is_kept_twice_and_counted_once(engine: Engine) -> None:
    _, secret = address(engine)
    body = b'{"event_type":"SECONDSKIES_TEST","nonce":"1"}'
    url = f"http://127.0.0.1:{address(engine)[0]}/hook/{secret}"
    assert [post(url, one).status for one in (body, body, b"other", body)] == [200] * 4
    database = engine.profile.database

    def states() -> list[str]:
        with reading(database) as connection:
            return [row.state for row in reversed(store.list_inbox(connection))]

    eventually(lambda: states() == ["done", "duplicate", "dead", "duplicate"])
    with reading(database) as connection:
        assert store.times_seen(connection, "MNQ1! 1m", inbox_of(database)[0].sha256, 1) == 3


def test_that_a_commit_that_fails_is_503_and_wants_the_trader_until_one_succeeds(engine: Engine) -> None:
    assert engine.writer is not None
    assert engine.ready is not None
    heard: list[object] = []
    engine.bus.subscribe(Attention, heard.append)
    engine.bus.subscribe(AttentionCleared, heard.append)
    real = engine.writer._append_rows

    def fail(_connection: Connection, _rows: object) -> None:
        raise OperationalError("INSERT", {}, OSError("database or disk is full"))

    engine.writer._append_rows = fail
    answers = [post(engine.ready.url, b"refused") for _ in range(3)]
    assert [answer.status for answer in answers] == [503] * 3
    (open_now,) = engine.board.open()
    assert (open_now.kind, open_now.key) == ("storage", "inbox")
    assert "disk is full" in open_now.text
    engine.writer._append_rows = real
    assert post(engine.ready.url, b"stored").status == 200
    assert engine.board.open() == []
    assert [type(one) for one in heard] == [Attention, AttentionCleared]
    assert bodies_of(engine.profile.database) == [b"stored"]


def test_that_a_locked_database_is_waited_for_and_then_refused_in_time(engine: Engine) -> None:
    assert engine.ready is not None
    url = engine.ready.url
    with locked(engine.profile.database):
        answer = post(url, b"alert")
    assert answer.status == 503
    assert 1.5 < answer.seconds < 2.5
    assert post(url, b"alert").status == 200
    assert bodies_of(engine.profile.database) == [b"alert"]


async def test_that_a_fault_of_ours_is_one_that_is_sent_again(
    sqlite_file_url: URL, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fault in (ZeroDivisionError(), TimeoutError()):

        def fail(*_words: object, fault: Exception = fault) -> None:
            raise fault

        monkeypatch.setattr(listener_module, "matching", fail)
        async with opened(sqlite_file_url, clock) as door:
            answer = await door.post(b"alert")
        assert (answer.status, answer.closed) == (503, True)
        assert b"aiohttp" not in answer.head


async def test_that_a_request_under_way_is_answered_before_the_door_closes(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        half = Wire(door.port)
        half.send(request(f"/hook/{SECRET}", b"half an alert")[:-4])
        with locked(sqlite_file_url):
            whole = asyncio.ensure_future(door.post(b"the last alert"))
            await asyncio.sleep(0.2)
            stopping = asyncio.ensure_future(door.listener.stop())
            await asyncio.sleep(0.2)
        assert (await whole).status == 200
        assert (await asyncio.to_thread(half.read)).status == 503
        await stopping
        half.close()
    assert bodies_of(sqlite_file_url) == [b"the last alert"]


def test_that_a_port_that_is_taken_is_said_and_nothing_stays_behind(engine: Engine, tmp_path: Path) -> None:
    port, _ = address(engine)
    second = Engine(open_profile(tmp_path / "second"), Settings(), command="a second")
    with pytest.raises(OSError, match=r"address already in use|Address already in use"):
        second.start(port=port)
    assert not second.alive
    third = Engine(second.profile, Settings(), command="a third")
    third.start(port=0)
    third.stop()
