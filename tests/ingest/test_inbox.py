"""The inbox as the listener sees it: every body put in is answered, by the disk or by the clock."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

import pytest

from secondskies_desktop.foundation.database.failure import DatabaseLocked, DatabaseUnreachable
from secondskies_desktop.foundation.database.writer import Append, Writer
from secondskies_desktop.ingest import inbox as inbox_module
from secondskies_desktop.ingest.inbox import Inbox
from secondskies_desktop.ingest.store import Arrival, append_arrivals
from tests.databases import arrival, bodies_of

if TYPE_CHECKING:
    from secondskies_desktop.foundation.database.engine import URL
    from secondskies_desktop.foundation.database.failure import DatabaseProblem


class SilentWriter:
    """Takes appends and says nothing of itself."""

    def __init__(self) -> None:
        self.taken: list[Append[Arrival]] = []

    def append(self, row: Arrival, ticket: object) -> None:
        """Take one."""
        self.taken.append(Append(row, time.monotonic() + 1.8, ticket))


@pytest.fixture
async def silent() -> tuple[Inbox, SilentWriter, list[DatabaseProblem | None]]:
    """An inbox before a writer that the test speaks for, and what the inbox said of its health."""
    health: list[DatabaseProblem | None] = []
    inbox = Inbox(asyncio.get_running_loop(), health.append)
    writer = SilentWriter()
    inbox.use(cast("Writer[Arrival]", writer))
    return inbox, writer, health


async def test_that_what_is_on_disk_is_answered(database: URL) -> None:
    inbox = Inbox(asyncio.get_running_loop())
    writer = Writer[Arrival](database, append_arrivals, inbox.told)
    inbox.use(writer)
    writer.start()
    await asyncio.gather(*(inbox.put(arrival(b"%d" % number)) for number in range(500)))
    assert sorted(bodies_of(database), key=int) == [b"%d" % number for number in range(500)]
    await asyncio.to_thread(writer.stop)


async def test_that_without_a_writer_nothing_is_taken() -> None:
    with pytest.raises(DatabaseUnreachable, match="not ready"):
        await Inbox(asyncio.get_running_loop()).put(arrival(b"alert"))


async def test_that_each_hears_of_his_own(
    silent: tuple[Inbox, SilentWriter, list[DatabaseProblem | None]],
) -> None:
    inbox, writer, health = silent
    stored, refused = inbox.put(arrival(b"one")), inbox.put(arrival(b"two"))
    inbox.told(writer.taken[:1], None)
    inbox.told(writer.taken[1:], DatabaseLocked("locked"))
    await stored
    with pytest.raises(DatabaseLocked):
        await refused
    assert [type(one) for one in health] == [DatabaseLocked]


async def test_that_a_writer_that_hangs_is_answered_for_and_may_still_succeed(
    silent: tuple[Inbox, SilentWriter, list[DatabaseProblem | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "ANSWER_WITHIN_S", 0.2)
    inbox, writer, health = silent
    begun = time.monotonic()
    waiting = [inbox.put(arrival(b"%d" % number)) for number in range(3)]
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert time.monotonic() - begun < 1.0
    assert [type(one) for one in answers] == [DatabaseUnreachable] * 3
    inbox.told(writer.taken, None)
    await asyncio.sleep(0.01)
    assert health[-1] is None
    assert health[0] is not None


async def test_that_the_watch_ends_and_begins_again(
    silent: tuple[Inbox, SilentWriter, list[DatabaseProblem | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "ANSWER_WITHIN_S", 0.1)
    inbox, writer, _ = silent
    first = inbox.put(arrival(b"one"))
    inbox.told(writer.taken, None)
    await first
    await asyncio.sleep(0.25)
    assert not inbox._waiting
    with pytest.raises(DatabaseUnreachable):
        await inbox.put(arrival(b"two"))


async def test_that_health_is_told_at_every_failure_and_at_the_first_success_after(
    silent: tuple[Inbox, SilentWriter, list[DatabaseProblem | None]],
) -> None:
    inbox, writer, health = silent
    for problem in (None, None, DatabaseLocked("1"), DatabaseLocked("2"), None, None):
        future = inbox.put(arrival(b"x"))
        inbox.told(writer.taken[-1:], problem)
        await asyncio.gather(future, return_exceptions=True)
    assert [None if one is None else str(one) for one in health] == ["1", "2", None]


async def test_that_a_sender_who_has_gone_disturbs_nobody(
    silent: tuple[Inbox, SilentWriter, list[DatabaseProblem | None]],
) -> None:
    inbox, writer, _ = silent
    gone, stays = inbox.put(arrival(b"one")), inbox.put(arrival(b"two"))
    gone.cancel()
    inbox.told(writer.taken, None)
    await stays


def test_that_news_after_the_end_of_the_loop_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    inbox, writer = Inbox(loop), SilentWriter()
    inbox.use(cast("Writer[Arrival]", writer))
    inbox.put(arrival(b"alert"))
    loop.close()
    inbox.told(writer.taken, None)
