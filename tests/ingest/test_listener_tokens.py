"""Who may come in: several tokens with charts of their own, an old one until its minute, strangers never."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

import pytest
import structlog

from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.foundation.logs import configure_logs
from secondskies_desktop.foundation.settings import Settings
from secondskies_desktop.ingest.limits import PER_MINUTE
from secondskies_desktop.ingest.tokens import new_secret
from tests.clocks import START_US
from tests.databases import inbox_of
from tests.ingest.doors import SECRET, opened, token
from tests.loopback import ask, post, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.profile import Profile
    from tests.clocks import FrozenClock

OLD, NEW, SECOND = "o" * 43, "n" * 43, "2" * 43


async def test_that_every_token_has_its_own_stream(sqlite_file_url: URL, clock: FrozenClock) -> None:
    tokens = token("default", SECRET), token("second", SECOND, "ES1! 5m")
    async with opened(sqlite_file_url, clock, *tokens) as door:
        assert (await door.post(b"one", SECRET)).status == 200
        assert (await door.post(b"two", SECOND)).status == 200
        used = dict(door.listener.used)
    assert [(one.source, one.stream, one.body) for one in inbox_of(sqlite_file_url)] == [
        ("webhook:default", "MNQ1! 1m", b"one"),
        ("webhook:second", "ES1! 5m", b"two"),
    ]
    assert used == {"default": START_US, "second": START_US}


async def test_that_an_old_token_opens_until_its_minute_and_not_a_microsecond_longer(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    ends_us = START_US + 60 * 60_000_000
    tokens = token("default", NEW), token("default~old", OLD, expires_us=ends_us)
    async with opened(sqlite_file_url, clock, *tokens) as door:
        for now_us, statuses in [
            (START_US, [200, 200]),
            (ends_us - 1, [200, 200]),
            (ends_us, [404, 200]),
            (ends_us + 1, [404, 200]),
        ]:
            clock.now_us = now_us
            assert [(await door.post(b"x", secret)).status for secret in (OLD, NEW)] == statuses
        never = await door.post(b"x", "never seen".ljust(43, "."))
        dead = await door.post(b"x", OLD)
        assert dead.without_date == never.without_date


async def test_that_a_token_that_is_no_longer_admitted_is_a_stranger_at_once(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        door.listener.admit([token("default", NEW)])
        assert (await door.post(b"x", SECRET)).status == 404
        assert (await door.post(b"x", NEW)).status == 200


@pytest.mark.parametrize("cut", [0, 1, 42, 44])
async def test_that_a_part_of_a_secret_opens_nothing(
    sqlite_file_url: URL, clock: FrozenClock, cut: int
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        assert (await door.post(b"x", (SECRET * 2)[:cut])).status == 404


async def test_that_strangers_over_their_limit_get_the_same_answer_and_delay_nobody(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    async with opened(sqlite_file_url, clock) as door:
        guess = request(f"/hook/{'g' * 43}", b"x")
        answers = await asyncio.to_thread(lambda: [ask(door.port, guess) for _ in range(300)])
        good = [await door.post(b"good") for _ in range(20)]
        assert len({answer.without_date for answer in answers}) == 1
        assert [answer.status for answer in good] == [200] * 20
        assert sorted(answer.seconds for answer in good)[10] < 0.1
        assert len(door.strangers) == PER_MINUTE


async def test_that_a_flood_of_guesses_leaves_a_good_request_fast(
    sqlite_file_url: URL, clock: FrozenClock
) -> None:
    over = threading.Event()

    def guess(port: int) -> None:
        while not over.is_set():
            ask(port, request(f"/hook/{new_secret()}", b"x"))

    async with opened(sqlite_file_url, clock) as door:
        guesses = [asyncio.to_thread(guess, door.port) for _ in range(4)]
        flood = asyncio.gather(*guesses)
        good = [await door.post(b"good") for _ in range(50)]
        over.set()
        await flood
    assert [answer.status for answer in good] == [200] * 50
    assert max(answer.seconds for answer in good) < 0.5


@pytest.fixture
def all_logs(profile: Profile) -> Iterator[None]:
    """Log everything that any library says, where the program logs."""
    root = logging.getLogger()
    handlers, level, config = list(root.handlers), root.level, structlog.get_config()
    configure_logs(profile.logs, logging.DEBUG)
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)


@pytest.mark.usefixtures("all_logs")
def test_that_no_secret_stands_in_any_log_or_file_but_its_own(
    profile: Profile, capfd: pytest.CaptureFixture[str]
) -> None:
    engine = Engine(profile, Settings(), command="a test")
    ready = engine.start(port=0)
    secret = ready.url.rsplit("/", 1)[1]
    canary = new_secret()
    post(ready.url, b"alert")
    for guessed in (secret, canary):
        for words in (
            request(f"/hook/{guessed}/", b"x"),
            request(f"/hook/{guessed}?token={guessed}", b"x"),
            request(f"/{guessed}", method="GET"),
            request(f"/hook/{guessed}", b"x", headers=[f"Content-Encoding: {guessed}"]),
            f"POST /hook/{guessed} HTTP/1.1\r\nHost {guessed}\r\n\r\n".encode(),
            f"{guessed} /hook/{guessed} HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
            f"POST /hook/{guessed} HTTP/1.1\r\nHost: x\r\nContent-Length: 9{guessed}\r\n\r\n".encode(),
        ):
            ask(ready.port, words)
    engine.stop()
    said = capfd.readouterr()
    assert (profile.logs / "access.log").stat().st_size
    found = {"stdout": said.out.encode(), "stderr": said.err.encode()}
    found |= {file.name: file.read_bytes() for file in profile.home.rglob("*") if file.is_file()}
    assert [name for name, data in found.items() if secret.encode() in data] == ["webhook.token"]
    assert [name for name, data in found.items() if canary.encode() in data] == []
