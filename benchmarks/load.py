"""The load: keep-alive connections that post one body after another, from a process of its own.

Readiness by hand instead of an event loop: on two cores, what the client costs is taken from the server. Run
as `python -m benchmarks.load URL BODIES --connections N --seconds S`; it answers one JSON object on stdout.
"""

from __future__ import annotations

import argparse
import gc
import selectors
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

_STORED = b"HTTP/1.1 200"
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_SILENCE_S = 20.0


class Outcome(msgspec.Struct, frozen=True):
    """What the server did: requests answered 200, the seconds it took, and the times of the answers in ms."""

    answered: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    worst_ms: float

    @property
    def rate(self) -> float:
        """Requests answered 200, a second."""
        return self.answered / self.seconds


class _Connection:
    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(0.0)
        self.sent_at = 0.0
        self.received = b""

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        # A request is far smaller than an empty socket's buffer.
        assert self.socket.send(request) == len(request)


def requests_of(url: str, bodies: Sequence[bytes]) -> list[bytes]:
    """Return whole requests as TradingView words them, ready to be sent."""
    parts = urlsplit(url)
    return [
        (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: Go-http-client/1.1\r\n"
            f"Content-Length: {len(body)}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
        ).encode()
        + body
        for body in bodies
    ]


def drive(url: str, bodies: Sequence[bytes], connections: int, seconds: float) -> Outcome:
    """Keep `connections` requests under way for `seconds`, and wait for the last answers."""
    parts = urlsplit(url)
    requests = requests_of(url, bodies)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    with selectors.DefaultSelector() as ready:
        pool = [_Connection(address) for _ in range(connections)]
        for one in pool:
            ready.register(one.socket, selectors.EVENT_READ, one)
        gc.disable()
        try:
            times, refused, took = _rounds(ready, pool, requests, seconds)
        finally:
            gc.enable()
            for one in pool:
                one.socket.close()
    times.sort()
    ms = [1000 * times[int(share * (len(times) - 1))] for share in (0.5, 0.99, 1.0)]
    return Outcome(len(times), refused, took, *ms)


def _rounds(
    ready: selectors.BaseSelector, pool: list[_Connection], requests: list[bytes], seconds: float
) -> tuple[list[float], int, float]:
    times: list[float] = []
    refused = 0
    number, many = 0, len(requests)
    begun = now = time.perf_counter()
    end = begun + seconds
    for one in pool:
        one.send(requests[number % many])
        number += 1
    under_way = len(pool)
    while under_way:
        events = ready.select(_SILENCE_S)
        if not events:
            raise TimeoutError(f"no answer for {_SILENCE_S} s")
        for key, _ in events:
            one = key.data
            answer = one.received + one.socket.recv(65_536)
            if not _is_whole(answer):
                one.received = answer
                continue
            one.received = b""
            now = time.perf_counter()
            if answer.startswith(_STORED):
                times.append(now - one.sent_at)
            else:
                refused += 1
            if now < end:
                one.send(requests[number % many])
                number += 1
            else:
                under_way -= 1
    return times, refused, now - begun


def _is_whole(answer: bytes) -> bool:
    """Whether head and announced body are there; raises ConnectionError where the server hung up instead."""
    if not answer:
        raise ConnectionError("the server hung up")
    head, mark, body = answer.partition(_HEAD_END)
    if not mark:
        return False
    low = head.lower()
    at = low.index(_LENGTH) + len(_LENGTH)
    return len(body) >= int(low[at:].split(b"\r\n", 1)[0])


def main() -> None:
    """Drive one server and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("bodies", type=Path, help="one body a line")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=2.0)
    asked = parser.parse_args()
    bodies = asked.bodies.read_bytes().splitlines()
    outcome = drive(asked.url, bodies, asked.connections, asked.seconds)
    sys.stdout.write(msgspec.json.encode(outcome).decode() + "\n")


if __name__ == "__main__":
    main()
