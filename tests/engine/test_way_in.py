"""The public way in as the engine runs it: proved by our own words only, and told when it fails."""

from __future__ import annotations

import http.server
import socket
import threading
from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.tunnel_report import note_file, report_tunnel
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.foundation.settings import Settings, TunnelSettings
from secondskies_desktop.ingest.changes import WayIn
from tests.databases import eventually, put
from tests.loopback import post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.profile import Profile


@pytest.fixture
def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def public(profile: Profile, free_port: int) -> Iterator[Engine]:
    """An engine whose public address leads to it."""
    own = TunnelSettings(kind="own", base_url=f"http://127.0.0.1:{free_port}")
    made = Engine(profile, Settings(tunnel=own), command="a test")
    made.start(port=free_port)
    eventually(lambda: made.way.state().ok)
    yield made
    made.stop()


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a server that is not ours and answers 200 to everything."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.rfile.read(length)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the library's spelling

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_that_a_test_alert_goes_out_and_comes_back_through_the_public_way(public: Engine) -> None:
    desk = Desk(public.profile, public.bus, public)
    sent = desk.send_test_alert()
    assert sent.ok
    assert str(public.way.base_url()) in sent.detail
    (row,) = desk.arrivals(10)
    assert (row.event_type, row.state) == ("SECONDSKIES_TEST", "done")
    desk.close()


def test_that_the_last_probe_that_came_through_is_known(public: Engine) -> None:
    way = public.way.state()
    assert way.last_ok_us is not None
    assert way.last_ok_us == way.checked_us
    assert report_tunnel(public.profile, test=True)["ok"] is True


def test_that_anothers_test_alert_is_not_taken_for_ours(
    profile: Profile, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secondskies_desktop.engine.alarm_test._BACK_WITHIN_S", 1.0)
    own = TunnelSettings(kind="own", base_url=stranger)
    engine = Engine(profile, Settings(tunnel=own), command="a test")
    ready = engine.start(port=0)
    desk = Desk(profile, engine.bus, engine)
    try:
        other = b'{"event_type":"SECONDSKIES_TEST","nonce":"0123456789abcdef"}'
        timer = threading.Timer(0.3, lambda: post(ready.url, other))
        timer.start()
        sent = desk.send_test_alert()
        timer.join()
        assert not sent.ok
        assert "did not come back" in sent.detail
        assert [row.bytes for row in desk.arrivals(10)] == [len(other)]
        assert report_tunnel(profile, test=True)["ok"] is False
    finally:
        desk.close()
        engine.stop()


@pytest.mark.parametrize(
    ("ok", "age_s", "expected"), [(True, 60, True), (True, 3_600, None), (None, 0, None), (False, 0, False)]
)
def test_that_a_200_alone_proves_nothing(
    profile: Profile, stranger: str, ok: bool | None, age_s: int, expected: bool | None
) -> None:
    at_us = system_clock() - age_s * 1_000_000
    last_ok_us = at_us if ok else None
    way = WayIn(None, stranger, "own", ok, at_us, None, False, "does not lead to us", "file", last_ok_us)
    profile.home.mkdir(parents=True, exist_ok=True)
    note_file(profile.home).write_bytes(msgspec.json.encode(way))
    assert report_tunnel(profile, test=True)["ok"] is expected


def test_that_a_public_address_that_is_not_the_copied_one_wants_the_trader(
    profile: Profile, free_port: int
) -> None:
    own = TunnelSettings(
        kind="own", base_url=f"http://127.0.0.1:{free_port}", copied_base_url="https://old.example.com"
    )
    engine = Engine(profile, Settings(tunnel=own), command="a test")
    engine.start(port=free_port)
    desk = Desk(profile, engine.bus, engine)
    try:
        eventually(lambda: [(one.kind, one.key) for one in engine.board.open()] == [("tunnel", "changed")])
        assert desk.copy_url().startswith(f"http://127.0.0.1:{free_port}/hook/")
        assert engine.board.open() == []
        assert f"http://127.0.0.1:{free_port}" in profile.settings_file.read_text()
    finally:
        desk.close()
        engine.stop()


def test_that_dead_letters_are_listed_by_state_and_tried_again(public: Engine) -> None:
    put(public.profile.database, b"no alert", b'{"event_type":"SECONDSKIES_TEST"}')
    desk = Desk(public.profile, public.bus, public)
    eventually(lambda: desk.status().pending == 0 and desk.arrivals(10))
    (dead,) = desk.arrivals(10, None, "dead")
    assert dead.reason
    assert desk.retry([dead.inbox_id]) == 0
    desk.close()
