"""`secondskies alerts`: channels are added from standard input, tried over real HTTP, and never show their secret."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.alerts.receiver import Receiver, receiving
from tests.programs import ROOT, Said, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "c4n4ry-of-the-address"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A service on this machine."""
    with receiving() as one:
        yield one


def ask(home: Path, *words: str, said: str = "") -> Said:
    """Run a command with something on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "secondskies_desktop", "--home", str(home), "alerts", *words],
        cwd=ROOT,
        env=surroundings(),
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def answer(said: Said) -> Any:
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_that_a_channel_is_added_tried_listed_and_removed_without_showing_its_secret(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answers = [200, 403]
    url = receiver.url(CANARY)
    refused = ask(tmp_path, "channel", "add", "phone", said=f"{url}\n")
    assert (refused.code, refused.out) == (2, "")
    assert "private" in refused.err
    made = ask(tmp_path, "channel", "add", "phone", "--private", "--json", said=f"{url}\n")
    assert answer(made) == {
        "name": "phone",
        "service": "JSON",
        "address": "json://***",
        "private": True,
        "kept": "file",
        "last_at": None,
        "last_ok": None,
        "last_detail": None,
    }
    tried = ask(tmp_path, "channel", "test", "phone", "--json")
    assert answer(tried) == {"name": "phone", "ok": True, "detail": "taken by the service"}
    assert receiver.messages[0]["message"] == "This channel works: it was tried from Second Skies."
    failed = ask(tmp_path, "channel", "test", "phone", "--json")
    assert failed.code == 1
    listed = ask(tmp_path, "channel", "list", "--json")
    (one,) = answer(listed)
    assert (one["last_ok"], one["last_detail"]) == (False, "the service answered 403")
    assert answer(ask(tmp_path, "channel", "remove", "phone", "--json")) == {"name": "phone", "removed": True}
    assert answer(ask(tmp_path, "channel", "list", "--json")) == []
    for said in (refused, made, tried, failed, listed):
        assert CANARY not in said.out + said.err
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]
    assert kept == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("channel", "add", "Phone"), "jsons://127.0.0.1\n"),
        (("channel", "add", "phone"), ""),
        (("channel", "add", "phone"), "file:///etc/passwd\n"),
        (("channel", "add", "phone", "jsons://127.0.0.1"), ""),
        (("channel", "remove", "phone"), ""),
        (("channel", "test", "phone"), ""),
    ],
)
def test_that_what_cannot_be_meant_is_refused_with_2(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    found = ask(tmp_path, *words, said=said)
    assert (found.code, found.out) == (2, "")


def test_that_the_rules_are_listed_with_their_settings(tmp_path: Path) -> None:
    rows = answer(ask(tmp_path, "rules", "--json"))
    assert set(rows[0]) == {"kind", "key", "title", "severity", "setting", "last_fired", "means", "do"}
    assert {"kind": "heartbeat", "setting": "alerts.heartbeat_minutes", "last_fired": None}.items() <= next(
        row for row in rows if row["kind"] == "heartbeat"
    ).items()
