"""Bodies at the door: any within the bounds is stored as it is; the others are refused, and cost nothing."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.ingest.listener import READ_WITHIN_S
from secondskies_desktop.signals.wire import MAX_BODY_BYTES
from tests.databases import bodies_of, inbox_of
from tests.ingest.doors import SECRET, opened
from tests.loopback import Wire

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL
    from tests.clocks import FrozenClock

HOOK = f"/hook/{SECRET}"
STATM = Path("/proc/self/statm")
BODIES = [
    b"",
    b" ",
    b"not JSON",
    b'{"entry_price":24847","x":1}',
    b"\x00\x01\xff\xfe\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    b"[" * 100_000,
    '{"text":"naïve 🚀 \\ud800"}'.encode(),
    b"NaN",
    b"x" * MAX_BODY_BYTES,
]


def head(*headers: str) -> bytes:
    """Return the head of a request whose body comes otherwise."""
    return "\r\n".join([f"POST {HOOK} HTTP/1.1", "Host: x", *headers]).encode() + b"\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Return one chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


async def test_that_any_body_within_the_bounds_is_stored_as_it_is(database: URL, clock: FrozenClock) -> None:
    async with opened(database, clock) as door:
        answers = [await door.post(body) for body in BODIES]
    assert [answer.status for answer in answers] == [200] * len(BODIES)
    assert bodies_of(database) == BODIES


async def test_that_an_arrival_says_when_whence_and_what(sqlite_file_url: URL, clock: FrozenClock) -> None:
    async with opened(sqlite_file_url, clock) as door:
        await door.post(b"alert")
    (one,) = inbox_of(sqlite_file_url)
    assert (one.received_us, one.source, one.stream) == (clock.now_us, "webhook:default", "MNQ1! 1m")
    assert one.sha256 == hashlib.sha256(b"alert").digest()


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Type: application/json"],
        ["Content-Type: text/plain; charset=utf-8"],
        ["Content-Type: multipart/form-data; boundary=x"],
        ["Content-Type: application/x-www-form-urlencoded"],
        ["Content-Type: nonsense"],
        [],
        ["Content-Type: text/plain", "Transfer-Encoding: chunked"],
    ],
)
async def test_that_the_content_type_does_not_matter(
    sqlite_file_url: URL, clock: FrozenClock, headers: list[str]
) -> None:
    body = b'{"a":1}'
    chunked = any("chunked" in line for line in headers)
    parts = [chunk(body[:3]), chunk(body[3:]), b"0\r\n\r\n"] if chunked else [body]
    length = [] if chunked else [f"Content-Length: {len(body)}"]
    async with opened(sqlite_file_url, clock) as door:
        assert (await door.ask(head(*headers, *length), *parts)).status == 200
    assert bodies_of(sqlite_file_url) == [body]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity", "gzip, gzip", ""])
async def test_that_an_encoded_body_is_refused_unread(
    sqlite_file_url: URL, clock: FrozenClock, encoding: str
) -> None:
    body = gzip.compress(b"[]")
    async with opened(sqlite_file_url, clock) as door:
        lines = (f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}")
        answer = await door.ask(head(*lines), body)
    assert (answer.status, answer.closed) == (415, True)
    assert inbox_of(sqlite_file_url) == []


async def test_that_a_body_that_is_announced_too_large_is_refused_before_it_comes(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        begun = time.monotonic()
        answer = await door.ask(head(f"Content-Length: {MAX_BODY_BYTES + 1}"))
    assert (answer.status, answer.body, answer.closed) == (413, b"too large", True)
    assert time.monotonic() - begun < 4.0
    assert inbox_of(sqlite_file_url) == []


async def test_that_one_byte_too_many_in_chunks_is_refused(sqlite_file_url: URL, clock: FrozenClock) -> None:
    piece = b"x" * 65_536
    async with opened(sqlite_file_url, clock) as door:
        fits = await door.ask(head("Transfer-Encoding: chunked"), *[chunk(piece)] * 4, b"0\r\n\r\n")
        answer = await door.ask(
            head("Transfer-Encoding: chunked"), *[chunk(piece)] * 4, chunk(b"x"), b"0\r\n\r\n"
        )
    assert fits.status == 200
    assert (answer.status, answer.closed) == (413, True)
    assert [len(body) for body in bodies_of(sqlite_file_url)] == [MAX_BODY_BYTES]


@pytest.mark.skipif(not STATM.exists(), reason="memory is measured by /proc")
@pytest.mark.parametrize("chunked", [False, True])
async def test_that_ten_megabytes_leave_memory_flat(
    sqlite_file_url: URL, clock: FrozenClock, chunked: bool
) -> None:
    size, piece = 10 * 1024 * 1024, b"x" * 65_536
    lines = ["Transfer-Encoding: chunked"] if chunked else [f"Content-Length: {size}"]
    parts = [chunk(piece) if chunked else piece] * (size // len(piece))
    async with opened(sqlite_file_url, clock) as door:
        await door.post(b"warm")
        before = resident_bytes()
        for _ in range(3):
            answer = await door.ask(head(*lines), *parts, b"0\r\n\r\n" if chunked else b"")
            # A server that hangs up while much is still on its way may cut its own answer off.
            assert answer.status in (413, 0)
            assert answer.closed
        grown = resident_bytes() - before
        assert (await door.post(b"next")).status == 200
    assert grown < 5 * 1024 * 1024
    assert bodies_of(sqlite_file_url) == [b"warm", b"next"]


def resident_bytes() -> int:
    """Return how much memory this process has."""
    return int(STATM.read_text().split()[1]) * 4_096


def trickle(port: int, parts: list[bytes], every_s: float) -> tuple[int, bool, float]:
    """Send parts slowly; return the answer's status, whether the server hung up, and after how long."""
    wire = Wire(port)
    over = threading.Event()

    def send() -> None:
        for part in parts:
            wire.send(part)
            if over.wait(every_s):
                return

    sender = threading.Thread(target=send)
    sender.start()
    answer = wire.read()
    over.set()
    sender.join()
    wire.close()
    return answer.status, answer.closed, answer.seconds


async def test_that_a_body_that_comes_too_slowly_is_refused_in_time(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    slow = [
        [head("Content-Length: 100"), b"half"],
        [head("Content-Length: 100")],
        [head("Content-Length: 1000"), *[b"x"] * 100],
        [head("Transfer-Encoding: chunked"), *[chunk(b"x")] * 100],
    ]
    async with opened(sqlite_file_url, clock) as door:
        found = await asyncio.gather(*(asyncio.to_thread(trickle, door.port, parts, 0.1) for parts in slow))
        assert (await door.post(b"in time")).status == 200
    for status, closed, took in found:
        assert (status, closed) == (408, True)
        assert READ_WITHIN_S - 0.1 < took < READ_WITHIN_S + 1.0
    assert bodies_of(sqlite_file_url) == [b"in time"]


async def test_that_a_sender_that_hangs_up_halfway_leaves_nothing(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        for _ in range(20):
            wire = Wire(door.port)
            wire.send(head("Content-Length: 100"), b"half")
            wire.close()
        assert (await door.post(b"whole")).status == 200
    assert bodies_of(sqlite_file_url) == [b"whole"]


async def test_that_expect_continue_does_not_keep_an_alert_out(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    lines = ("Expect: 100-continue", "Content-Length: 5")
    async with opened(sqlite_file_url, clock) as door:
        assert (await door.ask(head(*lines), b"alert")).status == 200
    assert bodies_of(sqlite_file_url) == [b"alert"]


async def test_that_thousands_of_tiny_chunks_do_not_hold_others_up(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    many = [chunk(b"x") * 10_000] * 10
    async with opened(sqlite_file_url, clock) as door:
        slow = asyncio.ensure_future(door.ask(head("Transfer-Encoding: chunked"), *many, b"0\r\n\r\n"))
        waits = []
        while not slow.done():
            waits.append((await door.post(b"good")).seconds)
        assert (await slow).status == 200
    assert max(waits) < 0.5
