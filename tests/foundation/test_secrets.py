"""The webhook's secret: the same at every start, in the keyring or in a file, and never lost without a word."""

from __future__ import annotations

import os
import threading
from itertools import count
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend

from secondskies_desktop.foundation import secrets
from secondskies_desktop.foundation.secrets import (
    FILE,
    KEYRING,
    IntegrityToken,
    UnreadableSecret,
    WebhookSecret,
)
from secondskies_desktop.ingest.tokens import new_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class FakeKeyring(KeyringBackend):
    """A keyring in memory that passes for the Secret Service."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's own, without types
        self.entries: dict[tuple[str, str], str] = {}
        self.refuses = False

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it, or refuse."""
        if self.refuses:
            raise PermissionError
        self.entries[service, username] = password


FakeKeyring.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    """A session with a keyring that answers."""
    made = FakeKeyring()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(secrets, "_is_locked", lambda: False)
    return made


def numbered() -> Callable[[], str]:
    """Return a maker of secrets that are easily told apart."""
    numbers = count(1)
    return lambda: f"{next(numbers):A>43}"


def never() -> str:
    """Stand for a secret that must not be made."""
    pytest.fail("a second secret was made")


FIRST = f"{1:A>43}"


def test_that_without_a_keyring_the_secret_is_in_a_file_of_its_owner(tmp_path: Path) -> None:
    assert WebhookSecret(tmp_path).read_or_create(numbered()) == (FIRST, FILE)
    file = tmp_path / "webhook.token"
    assert file.read_text() == f"{FIRST}\n"
    assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    assert WebhookSecret(tmp_path).read_or_create(never) == (FIRST, FILE)


def test_that_a_keyring_that_answers_is_used_and_the_secret_is_in_no_file(
    tmp_path: Path, ring: FakeKeyring
) -> None:
    assert WebhookSecret(tmp_path).read_or_create(numbered()) == (FIRST, KEYRING)
    assert list(ring.entries.values()) == [FIRST]
    assert not any(FIRST in file.read_text() for file in tmp_path.iterdir())
    assert WebhookSecret(tmp_path).read_or_create(never) == (FIRST, KEYRING)


def test_that_every_profile_has_an_entry_of_its_own(tmp_path: Path, ring: FakeKeyring) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        WebhookSecret(tmp_path / name).read_or_create(new_secret)
    assert len(set(ring.entries.values())) == 2


def test_that_a_keyring_that_is_locked_is_not_asked(
    tmp_path: Path, ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_is_locked", lambda: True)
    assert WebhookSecret(tmp_path).read_or_create(numbered()) == (FIRST, FILE)
    assert not ring.entries


def test_that_a_keyring_that_hangs_is_as_good_as_none(
    tmp_path: Path, ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(secrets, "_ANSWER_WITHIN_S", 0.05)
    monkeypatch.setattr(keyring, "get_keyring", release.wait)
    assert WebhookSecret(tmp_path).read_or_create(numbered()) == (FIRST, FILE)
    release.set()
    assert not ring.entries


def test_that_a_keyring_that_refuses_leads_to_the_file(tmp_path: Path, ring: FakeKeyring) -> None:
    ring.refuses = True
    assert WebhookSecret(tmp_path).read_or_create(numbered()) == (FIRST, FILE)


def test_that_a_file_stays_the_place_when_a_keyring_appears(tmp_path: Path, ring: FakeKeyring) -> None:
    ring.refuses = True
    WebhookSecret(tmp_path).read_or_create(numbered())
    ring.refuses = False
    assert WebhookSecret(tmp_path).read_or_create(never) == (FIRST, FILE)


def test_that_a_keyring_that_no_longer_answers_ends_no_url(
    tmp_path: Path, ring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    WebhookSecret(tmp_path).read_or_create(numbered())
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(UnreadableSecret, match="does not answer: unlock it"):
        WebhookSecret(tmp_path).read_or_create(never)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert WebhookSecret(tmp_path).read_or_create(never) == (FIRST, KEYRING)
    ring.entries.clear()
    with pytest.raises(UnreadableSecret, match="no longer in the OS keyring"):
        WebhookSecret(tmp_path).read_or_create(never)


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 43, b"A" * 42, b"A" * 44, b"A b" * 14])
def test_that_a_file_without_a_secret_is_named_and_opens_no_door(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "webhook.token").write_bytes(content)
    with pytest.raises(UnreadableSecret, match=r"webhook\.token holds no secret") as raised:
        WebhookSecret(tmp_path).read_or_create(never)
    assert "\n" not in str(raised.value)
    assert (tmp_path / "webhook.token").read_bytes() == content


def test_that_a_new_secret_takes_the_place_of_the_old_one(tmp_path: Path, ring: FakeKeyring) -> None:
    secret = WebhookSecret(tmp_path)
    secret.read_or_create(numbered())
    assert secret.replace("B" * 43) == KEYRING
    assert WebhookSecret(tmp_path).read_or_create(never) == ("B" * 43, KEYRING)
    ring.entries.clear()
    ring.refuses = True
    assert secret.replace("C" * 43) == FILE
    assert WebhookSecret(tmp_path).read_or_create(never) == ("C" * 43, FILE)
    assert secret.replace("D" * 43) == FILE
    assert WebhookSecret(tmp_path).read_or_create(never) == ("D" * 43, FILE)


def test_that_every_secret_has_a_place_of_its_own_and_every_new_one_leaves_a_trace(
    tmp_path: Path, ring: FakeKeyring
) -> None:
    webhook, token = WebhookSecret(tmp_path), IntegrityToken(tmp_path)
    assert token.read() is None
    assert token.written() == ()
    webhook.replace("W" * 43)
    assert token.replace("A" * 43) == KEYRING
    first = token.written()
    assert first
    assert (webhook.read(), token.read()) == (("W" * 43, KEYRING), ("A" * 43, KEYRING))
    token.replace("B" * 43)
    assert token.written() != first
    assert len(ring.entries) == 2
    ring.entries.clear()
    with pytest.raises(UnreadableSecret, match="token of the Integrity API is no longer in the OS keyring"):
        token.read()
