"""HTTP by hand over loopback: the exact bytes of a request and of its answer."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

WITHIN_S = 8.0
_END = b"\r\n\r\n"


class Answer(NamedTuple):
    """One answer; `closed` says that the server hung up after it."""

    status: int
    head: bytes
    body: bytes
    closed: bool
    seconds: float

    @property
    def without_date(self) -> bytes:
        """The whole answer but for the time in it."""
        lines = self.head.split(b"\r\n")
        return (
            b"\r\n".join(line for line in lines if not line.lower().startswith(b"date:")) + _END + self.body
        )


class Wire:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def send(self, *parts: bytes) -> None:
        """Send bytes as they are; a server that has hung up is no error."""
        try:
            for part in parts:
                self._socket.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            return

    def read(self, *, bodiless: bool = False) -> Answer:
        """Read one answer; a connection that ends before it has status 0."""
        begun = time.monotonic()
        while _END not in self._rest:
            if not self._more():
                return Answer(0, b"", self._rest, True, time.monotonic() - begun)
        head, _, rest = self._rest.partition(_END)
        length = 0 if bodiless else _length(head)
        self._rest = rest
        while len(self._rest) < length and self._more():
            pass
        body, self._rest = self._rest[:length], self._rest[length:]
        took = time.monotonic() - begun
        closed = b"\r\nconnection: close" in head.lower() and not self._more()
        return Answer(int(head.split(b" ", 2)[1]), head, body, closed, took)

    def is_closed(self, within_s: float = WITHIN_S) -> bool:
        """Whether the server hangs up within a time."""
        self._socket.settimeout(within_s)
        try:
            while self._more():
                pass
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65_536)
        except ConnectionResetError:
            return False
        self._rest += data
        return bool(data)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def request(
    path: str, body: bytes = b"", method: str = "POST", headers: Iterable[str] = ("Content-Type: text/plain",)
) -> bytes:
    """Return the bytes of a request as TradingView words it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: desk.example.com", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + _END + body


def ask(port: int, *parts: bytes, bodiless: bool = False) -> Answer:
    """Send bytes on a connection of their own and return the answer."""
    wire = Wire(port)
    try:
        begun = time.monotonic()
        wire.send(*parts)
        return wire.read(bodiless=bodiless)._replace(seconds=time.monotonic() - begun)
    finally:
        wire.close()


def post(url: str, body: bytes, *headers: str) -> Answer:
    """Post a body to a webhook URL."""
    place = urlsplit(url)
    assert place.port is not None
    return ask(place.port, request(place.path, body, headers=headers or ("Content-Type: text/plain",)))


def path_of(url: str) -> str:
    """Return the path of a URL."""
    return urlsplit(url).path
