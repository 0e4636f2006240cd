"""From a telling to a service: through Apprise and real HTTP, written down, tried again, and never in the way."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend

from secondskies_desktop.alerts import sending
from secondskies_desktop.alerts.channels import ChannelBook, ChannelProblem, Outcome
from secondskies_desktop.alerts.escalation import QUIET, SUMMARY, Told
from secondskies_desktop.alerts.outgoing import Letter
from secondskies_desktop.alerts.sending import Pace, Sender
from secondskies_desktop.foundation import secrets
from secondskies_desktop.foundation.attention import Attention, AttentionBoard, Severity
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import as_datetime
from tests.alerts.receiver import Receiver, receiving
from tests.clocks import START_US, FrozenClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from secondskies_desktop.alerts.store import Send

CANARY = "c4n4ry-0f-a-s3cret-path"
PLACE = ("disk", "profile")
LETTER = Letter("DANGER - Second Skies", "the disk is full", Severity.DANGER)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A service that takes everything."""
    with receiving() as one:
        yield one


class Desk:
    """A board, and a sender without patience."""

    def __init__(self, home: Path) -> None:
        home.mkdir(exist_ok=True)
        self.bus, self.clock = Bus(), FrozenClock()
        self.board = AttentionBoard(self.bus)
        self.book = ChannelBook(home)
        self.rows: list[Send] = []
        pace = Pace(0.0, (0.05, 0.05, 0.05))
        self.sender = Sender(
            self.book, self.board, self.bus, self.clock, self.rows.extend, name="main", pace=pace
        )
        self.sender.level = "all"

    def tell(
        self, text: str = "the disk is full", severity: Severity = Severity.DANGER, step: int = 0
    ) -> None:
        """Raise it and tell it."""
        self.board.raise_(Attention(PLACE[0], severity, PLACE[1], text, as_datetime(START_US)))
        self.bus.publish(Told(*PLACE, severity, text, step, START_US, (PLACE,)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """In a folder of its own."""
    return Desk(tmp_path / "home")


async def come_true(holds: Callable[[], object], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)


async def test_that_a_telling_arrives_and_is_written_down(desk: Desk, receiver: Receiver) -> None:
    desk.book.add("phone", receiver.url("hook"), private=True)
    desk.sender.start()
    desk.tell("the disk is <b>full</b> @everyone")
    await come_true(lambda: desk.rows)
    await desk.sender.stop()
    (message,) = receiver.messages
    assert message["title"] == "DANGER - Second Skies main"
    assert message["message"] == "the disk is (b)full(/b) (at)everyone"
    assert message["type"] == "failure"
    assert [(row.kind, row.key, row.step, row.channel, row.ok) for row in desk.rows] == [
        (*PLACE, 0, "phone", True)
    ]


async def test_that_nothing_goes_out_below_the_level_or_of_what_stays_here(
    desk: Desk, receiver: Receiver
) -> None:
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.start()
    desk.sender.level = "none"
    desk.tell()
    desk.sender.level = "danger"
    desk.tell("only to watch", Severity.WATCH)
    desk.bus.publish(Told("channel", "phone", Severity.DANGER, "loop", 1, 0, (("channel", "phone"),)))
    desk.tell("escalated", step=1)
    await come_true(lambda: desk.rows)
    await desk.sender.stop()
    assert [one["message"] for one in receiver.messages] == ["escalated"]


async def test_that_a_failure_is_tried_again_written_down_and_told_here(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answers = [503, 500, 200]
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.start()
    desk.tell()
    await come_true(lambda: len(desk.rows) == 2)
    await come_true(lambda: ("channel", "phone") in [(one.kind, one.key) for one in desk.board.open()])
    await come_true(lambda: len(desk.rows) == 3)
    await come_true(lambda: ("channel", "phone") not in [(one.kind, one.key) for one in desk.board.open()])
    await desk.sender.stop()
    assert [(row.ok, row.detail) for row in desk.rows] == [
        (False, "the service answered 503, attempt 1 of 4"),
        (False, "the service answered 500, attempt 2 of 4"),
        (True, "taken by the service, attempt 3 of 4"),
    ]


async def test_that_what_is_acknowledged_meanwhile_is_not_tried_again(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [503]
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.start()
    desk.tell()
    await come_true(lambda: desk.rows)
    desk.board.acknowledge(*PLACE)
    await asyncio.sleep(0.4)
    await desk.sender.stop()
    assert len(desk.rows) == 1


async def test_that_a_channel_that_hangs_delays_no_other_and_not_the_end(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WITHIN_S", 0.3)
    with receiving() as stuck:
        stuck.answers = [0]
        desk.book.add("aaa", stuck.url(), private=True)
        desk.book.add("phone", receiver.url(), private=True)
        desk.sender.start()
        desk.tell()
        await come_true(lambda: receiver.messages)
        await come_true(lambda: [row for row in desk.rows if row.channel == "aaa"])
        await asyncio.wait_for(desk.sender.stop(), 2)
    first = next(row for row in desk.rows if row.channel == "aaa")
    assert first.detail == "no answer within 0 s, attempt 1 of 4"


async def test_that_what_comes_while_a_channel_is_down_goes_out_as_one_message(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answers = [503, 200]
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.pace = Pace(0.0, (0.3,))
    desk.sender.start()
    desk.tell()
    await come_true(lambda: desk.rows)
    for number in range(500):
        place = ("entry", str(number))
        desk.board.raise_(Attention("entry", Severity.INFO, str(number), "ENTRY", as_datetime(START_US)))
        desk.bus.publish(Told(*place, Severity.INFO, "ENTRY", 0, START_US + number, (place,)))
    await come_true(lambda: len(receiver.messages) == 2)
    await desk.sender.stop()
    assert receiver.messages[1]["message"].startswith("the disk is full\nENTRY\n")
    assert len(receiver.messages[1]["message"]) <= 600
    assert len(desk.rows) <= 1 + sending.MOST_WAITING


async def test_that_it_ends_also_when_the_answer_comes_in_the_same_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()

    def deliver(_book: ChannelBook, _name: str, _message: Letter) -> Outcome:
        asked.set()
        answered.wait(10)
        return Outcome(True, "taken")

    monkeypatch.setattr(ChannelBook, "deliver", deliver)
    desk.book.add("phone", "json://127.0.0.1:9/", private=True)
    desk.sender.start()
    desk.tell()
    await come_true(asked.is_set)
    answered.set()
    # The answer now waits in the queue of the loop: after one turn it is there, and nobody has been woken by it.
    threading.Event().wait(0.1)
    await asyncio.sleep(0)
    async with asyncio.timeout(2):
        await desk.sender.stop()


async def test_that_a_summary_of_what_is_over_has_a_row_too(desk: Desk, receiver: Receiver) -> None:
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.start()
    desk.bus.publish(
        Told(SUMMARY, QUIET, Severity.INFO, "In the quiet hours: 3, all over by now", 0, START_US, ())
    )
    await come_true(lambda: desk.rows)
    await desk.sender.stop()
    assert [(row.kind, row.key, row.ok) for row in desk.rows] == [(SUMMARY, QUIET, True)]


async def test_that_a_channel_that_was_removed_ends_without_a_complaint(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.answers = [503]
    desk.book.add("phone", receiver.url(), private=True)
    desk.sender.start()
    desk.tell()
    await come_true(lambda: desk.rows)
    desk.book.remove("phone")
    await come_true(lambda: "no such channel" in desk.rows[-1].detail)
    assert [one.kind for one in desk.board.open()] == ["disk"]
    await desk.sender.stop()


def test_that_a_redirect_is_not_followed(desk: Desk, receiver: Receiver) -> None:
    receiver.answers = [302, 200]
    desk.book.add("phone", receiver.url("hook"), private=True)
    assert not desk.book.deliver("phone", LETTER).ok
    assert receiver.paths == ["/hook"]


def test_that_a_host_that_has_moved_inside_is_found_out_before_the_next_message(
    desk: Desk, receiver: Receiver
) -> None:
    desk.book.add("phone", receiver.url(), private=True)
    file = desk.book._file
    file.write_text(file.read_text().replace('"private": true', '"private": false'))
    outcome = desk.book.deliver("phone", LETTER)
    assert (outcome.ok, "private" in outcome.detail) == (False, True)
    assert receiver.messages == []


@pytest.mark.parametrize("name", ["", "Phone", "a b", "../x", "a" * 33, "-a", "con.txt", "ä", "a\n"])
def test_that_a_name_that_could_be_something_else_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(ChannelProblem):
        desk.book.add(name, "jsons://127.0.0.1", private=True)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '[{"name":"../../x","service":"JSON","address":"json://***","private":true,"kept":"file"}]',
        '[{"name":"x","service":"JSON","address":"json://***","private":true,"kept":"file","url":"windows://"}]',
        '[{"name":"x"}]',
    ],
)
def test_that_a_file_of_channels_that_is_not_ours_is_refused(desk: Desk, text: str) -> None:
    desk.book._file.write_text(text)
    with pytest.raises(ChannelProblem):
        desk.book.all()
    assert not desk.book.deliver("x", LETTER).ok


def test_that_there_are_only_so_many_channels(desk: Desk, receiver: Receiver) -> None:
    for number in range(20):
        desk.book.add(f"c{number}", receiver.url(), private=True)
    with pytest.raises(ChannelProblem):
        desk.book.add("one-more", receiver.url(), private=True)
    desk.book.add("c7", receiver.url("new"), private=True)
    assert len(desk.book.all()) == 20


class Ring(KeyringBackend):
    """A keyring in memory that passes for the Secret Service."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's own, without types
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget it."""
        del self.entries[service, username]


Ring.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    """A session with a keyring that answers."""
    made = Ring()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(secrets, "_is_locked", lambda: False)
    return made


def test_that_the_secret_is_in_the_keyring_and_in_no_file_or_log(
    desk: Desk, receiver: Receiver, ring: Ring, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [200, 404, 200]
    made = desk.book.add("phone", f"json://user:{CANARY}@127.0.0.1:{receiver.port}/{CANARY}", private=True)
    outcomes = [desk.book.deliver("phone", LETTER) for _ in range(2)]
    with pytest.raises(ChannelProblem) as refused:
        desk.book.add(
            "other", f"jsons://{CANARY}:{CANARY}@127.0.0.1/{CANARY}?template={CANARY}", private=True
        )
    assert [CANARY in path for path in receiver.paths] == [True, True]
    said = [*map(str, outcomes), str(made), str(refused.value), caplog.text]
    kept = [file.read_text(errors="replace") for file in tmp_path.rglob("*") if file.is_file()]
    assert not [text for text in said + kept if CANARY in text]
    assert made.kept == "keyring"
    assert [CANARY in secret for secret in ring.entries.values()] == [True]
    assert desk.book.remove("phone")
    assert ring.entries == {}
    assert not desk.book.remove("phone")


def test_that_without_a_keyring_the_secret_is_in_a_file_of_its_owner(desk: Desk, receiver: Receiver) -> None:
    made = desk.book.add("phone", receiver.url(CANARY), private=True)
    assert made.kept == "file"
    file = desk.book._home / "channel-phone.secret"
    assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    assert desk.book.deliver("phone", LETTER).ok
    desk.book.remove("phone")
    assert not file.exists()


def test_that_a_secret_that_is_gone_is_said(desk: Desk, receiver: Receiver, ring: Ring) -> None:
    desk.book.add("phone", receiver.url(), private=True)
    ring.entries.clear()
    outcome = desk.book.deliver("phone", LETTER)
    assert outcome.detail == "it is no longer in the OS keyring: give it again"
