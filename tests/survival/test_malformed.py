"""Hostile senders: malformed, half-sent and enormous bodies harm neither the program nor its neighbours."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from secondskies_desktop.ingest import store
from tests.databases import bodies_of, eventually, reading
from tests.loopback import Wire, ask, path_of, post, request
from tests.programs import ROOT, Listen, surroundings
from tests.survival.load import alerts, assert_whole, database_of
from tests.survival.malformed import bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.engine.engine import Engine
    from secondskies_desktop.foundation.database.engine import URL

_MEGABYTE = 1024 * 1024
_IN_AN_EXAMPLE = 10
"""Bodies that hypothesis makes at a time: one at a time takes three times as long."""
_OUR_FAULT = "the program failed on this body"
_on_linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is measured by /proc")


@pytest.fixture
def listening(home: Path) -> Iterator[Listen]:
    """The real program."""
    with Listen(home) as program:
        yield program


def resident(program: Listen) -> int:
    """Return how many bytes of memory a program has."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    (line,) = [one for one in status.splitlines() if one.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


class Sender:
    """Posts bodies on one connection, many on their way at a time; every one must be answered 200."""

    _AT_ONCE = 32

    def __init__(self, port: int, url: str) -> None:
        self._wire = Wire(port)
        self._path = path_of(url)
        self._waiting = 0
        self.sent: list[bytes] = []

    def send(self, body: bytes) -> None:
        """Post a body; its answer is read later."""
        self._wire.send(request(self._path, body))
        self.sent.append(body)
        self._waiting += 1
        if self._waiting == self._AT_ONCE:
            self.read_answers()

    def read_answers(self) -> None:
        """Read the answers of all that is on its way."""
        for _ in range(self._waiting):
            assert self._wire.read().status == 200
        self._waiting = 0

    def close(self) -> None:
        """Read what is left and hang up."""
        self.read_answers()
        self._wire.close()


def send_malformed(sender: Sender, number: int) -> None:
    """Post so many malformed bodies."""

    @settings(
        max_examples=number // _IN_AN_EXAMPLE,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(bodies, min_size=_IN_AN_EXAMPLE, max_size=_IN_AN_EXAMPLE))
    def send(some: list[bytes]) -> None:
        for body in some:
            sender.send(body)

    send()
    sender.read_answers()


def waiting(url: URL) -> int:
    """Return how many arrivals have not been judged yet."""
    with reading(url) as connection:
        return store.count_after(connection, store.position(connection))


def assert_all_judged(url: URL, sent: list[bytes]) -> None:
    """Every body is stored as it is and has been judged, none by a fault of ours."""
    assert bodies_of(url) == sent
    eventually(lambda: not waiting(url), within_s=30)
    with reading(url) as connection:
        rows = connection.exec_driver_sql("SELECT inbox_id, reason FROM deliveries").all()
    assert len(rows) == len(sent)
    assert [sent[place - 1] for place, reason in rows if reason and _OUR_FAULT in reason] == []


def test_that_no_malformed_body_harms(engine: Engine) -> None:
    assert engine.ready is not None
    sender = Sender(engine.ready.port, engine.ready.url)
    send_malformed(sender, 300)
    sender.close()
    assert len(sender.sent) >= 300
    assert engine.alive
    assert_all_judged(engine.profile.database, sender.sent)


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("number", [100_000])
@_on_linux
def test_that_a_hundred_thousand_malformed_bodies_leave_memory_flat(listening: Listen, number: int) -> None:
    sender = Sender(listening.port, listening.url)
    send_malformed(sender, number // 10)
    before = resident(listening)
    send_malformed(sender, number - number // 10)
    assert resident(listening) - before < 30 * _MEGABYTE
    sender.close()
    assert_all_judged(database_of(listening.home), sender.sent)
    assert listening.stop() == 0
    assert "\nTraceback" not in listening.errors.read_text()
    assert_whole(database_of(listening.home))


@pytest.mark.torture
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("runs", [1_000_000])
def test_that_no_mutation_that_a_fuzzer_finds_harms_the_decoder(tmp_path: Path, runs: int) -> None:
    pytest.importorskip("atheris", reason="atheris has no build for this Python")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for place, body in zip(range(50), alerts(), strict=False):
        (corpus / str(place)).write_bytes(body)
    done = subprocess.run(
        [sys.executable, "-m", "tests.survival.fuzz_decode", f"-atheris_runs={runs}", corpus],
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]


def test_that_half_sent_bodies_hold_nobody_up(listening: Listen) -> None:
    body = next(alerts())
    half = request(path_of(listening.url), body)[: -len(body) // 2]
    begun = time.monotonic()
    slow = [Wire(listening.port) for _ in range(500)]
    for wire in slow:
        wire.send(half)
    for number in range(20):
        answer = post(listening.url, b"good %d" % number)
        assert answer.status == 200
        assert answer.seconds < 0.5
    for wire in slow:
        assert wire.is_closed(begun + 10 - time.monotonic())
        wire.close()
    assert bodies_of(database_of(listening.home)) == [b"good %d" % number for number in range(20)]


@_on_linux
def test_that_ten_megabytes_are_refused_and_leave_nothing_behind(listening: Listen) -> None:
    piece = b"x" * 65_536
    announced = (f"Content-Length: {10 * _MEGABYTE}", piece)
    in_chunks = ("Transfer-Encoding: chunked", b"10000\r\n" + piece + b"\r\n")
    path = path_of(listening.url)
    assert post(listening.url, b"warm").status == 200
    before = resident(listening)
    for length, part in (announced, in_chunks):
        head = f"POST {path} HTTP/1.1\r\nHost: desk.example.com\r\n{length}\r\n\r\n".encode()
        answer = ask(listening.port, head, *[part] * 160)
        # A server that hangs up while much is still on its way may cut its own answer off.
        assert answer.status in (413, 0)
        assert answer.closed
    assert resident(listening) - before < 5 * _MEGABYTE
    assert bodies_of(database_of(listening.home)) == [b"warm"]
