"""A service on this machine that takes messages over HTTP, or does not."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver:
    """What was received, oldest first; `answers` are given in turn, the last one for ever. 0 hangs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.messages: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.answers: list[int] = [200]
        self.going_on = threading.Event()

    def url(self, path: str = "") -> str:
        """Return its address as a channel has it."""
        return f"json://127.0.0.1:{self.port}/{path}"

    def answer(self) -> int:
        """Return the next answer."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive until the end."""
    heard: list[Receiver] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            one = heard[0]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = one.answer()
            if not code:
                one.going_on.wait(30)
                return
            one.messages.append(json.loads(body))
            one.paths.append(self.path)
            self.send_response(code)
            if code in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{one.port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    heard.append(Receiver(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield heard[0]
    finally:
        heard[0].going_on.set()
        server.shutdown()
        thread.join()
        server.server_close()


def until(holds: Any, within_s: float = 10.0) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up, "it did not come true"
        time.sleep(0.01)
