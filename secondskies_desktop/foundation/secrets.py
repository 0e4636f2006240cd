"""Secrets: in the OS keyring, one entry a profile, or in a file of the profile that only its owner can read.

A keyring that would ask for a password, or that hangs, is as good as none: the file is used and said plainly.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyring.backend import KeyringBackend

KEYRING = "keyring"
FILE = "file"
_SERVICE = "Second Skies Desktop"
_ANSWER_WITHIN_S = 3.0
_SILENT_BACKENDS = (
    "keyring.backends.Windows",
    "keyring.backends.macOS",
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
)


_PATTERN = re.compile(r"[A-Za-z0-9_\-]{43}")


class UnreadableSecret(OSError):
    """There is a secret, but it cannot be read; making another one would end what uses it."""


class KeptSecret:
    """One secret of a profile: made once, the same at every start.

    What is in the keyring leaves a mark in the profile, so that a start at which the keyring does not answer is
    not taken for the first. `word` names the secret in a sentence, `way_out` what ends a lost one.
    """

    def __init__(self, home: Path, name: str, account: str, word: str, way_out: str) -> None:
        self._account = account
        self._word = word
        self._way_out = way_out
        self._file = home / f"{name}.token"
        self._mark = home / f"{name}.keyring"

    def read(self) -> tuple[str, str] | None:
        """Return (secret, where it is kept: `keyring` or `file`), None where there is none. UnreadableSecret."""
        if self._file.exists():
            return self._read_file(), FILE
        try:
            kept = _ask(lambda ring: ring.get_password(_SERVICE, self._account))
        except _NoKeyring:
            kept = None
            if self._mark.exists():
                raise UnreadableSecret(
                    f"{self._word} is in the OS keyring, which does not answer: unlock it, {self._way_out}"
                ) from None
        if kept is None and self._mark.exists():
            raise UnreadableSecret(
                f"{self._word} is no longer in the OS keyring: restore it, {self._way_out}"
            )
        if kept is None:
            return None
        if not self._mark.exists():
            self._note_keyring()
        return kept, KEYRING

    def read_or_create(self, create: Callable[[], str]) -> tuple[str, str]:
        """Return what `read` does, making the secret by `create` the first time. Raises UnreadableSecret."""
        found = self.read()
        if found is not None:
            return found
        secret = create()
        return secret, self.replace(secret)

    def replace(self, secret: str) -> str:
        """Keep a new secret where the old one was, or where there is none, in the keyring; returns where."""
        if not self._file.exists() and self._tell_keyring(secret):
            self._note_keyring()
            return KEYRING
        self._write_file(secret)
        self._mark.unlink(missing_ok=True)
        return FILE

    def written(self) -> tuple[int, ...]:
        """Return what is another one after every `replace`, also of another process; asks no keyring."""
        found = (file.stat().st_mtime_ns for file in (self._file, self._mark) if file.exists())
        return tuple(found)

    def _tell_keyring(self, secret: str) -> bool:
        try:
            _ask(lambda ring: ring.set_password(_SERVICE, self._account, secret))
            return _ask(lambda ring: ring.get_password(_SERVICE, self._account)) == secret
        except _NoKeyring:
            return False

    def _note_keyring(self) -> None:
        text = f"{self._word[0].upper()}{self._word[1:]} is in the OS keyring.\n"
        self._mark.write_text(text, encoding="ascii")

    def _read_file(self) -> str:
        secret = self._file.read_bytes().decode("ascii", "replace").strip()
        if _PATTERN.fullmatch(secret) is None:
            raise UnreadableSecret(f"{self._file.name} holds no secret: restore it, {self._way_out}")
        return secret

    def _write_file(self, secret: str) -> None:
        _write_privately(self._file, secret)


class NamedSecret:
    """A secret that the trader gave under a name, such as the address of a channel: he can give it again."""

    def __init__(self, home: Path, name: str) -> None:
        """`name` is letters, digits, dashes: it becomes part of a file's name."""
        self._account = f"{home} {name}"
        self._file = home / f"{name}.secret"

    def read(self) -> str:
        """Return the secret; raises UnreadableSecret."""
        if self._file.exists():
            return self._file.read_bytes().decode("utf-8", "replace").removesuffix("\n")
        try:
            kept = _ask(lambda ring: ring.get_password(_SERVICE, self._account))
        except _NoKeyring:
            raise UnreadableSecret("the OS keyring, which holds it, does not answer: unlock it") from None
        if kept is None:
            raise UnreadableSecret("it is no longer in the OS keyring: give it again")
        return kept

    def write(self, secret: str) -> str:
        """Keep a secret, in the keyring where there is one; returns where: `keyring` or `file`."""
        try:
            _ask(lambda ring: ring.set_password(_SERVICE, self._account, secret))
            if _ask(lambda ring: ring.get_password(_SERVICE, self._account)) == secret:
                self._file.unlink(missing_ok=True)
                return KEYRING
        except _NoKeyring:
            pass
        _write_privately(self._file, secret)
        return FILE

    def remove(self) -> None:
        """Forget the secret, wherever it is."""
        self._file.unlink(missing_ok=True)
        with contextlib.suppress(_NoKeyring):
            _ask(self._delete)

    def _delete(self, ring: KeyringBackend) -> None:
        if ring.get_password(_SERVICE, self._account) is not None:
            ring.delete_password(_SERVICE, self._account)


def _write_privately(file: Path, secret: str) -> None:
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(secret + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


class WebhookSecret(KeptSecret):
    """The secret of the profile's `default` token, which stands in the URL of every alert."""

    def __init__(self, home: Path) -> None:
        way_out = "or make a new secret, and with it a new URL: secondskies token new default"
        super().__init__(home, "webhook", str(home), "the webhook's secret", way_out)


class IntegrityToken(KeptSecret):
    """The token of the Integrity API."""

    def __init__(self, home: Path) -> None:
        way_out = "or make a new one: secondskies integrity token --new"
        account = f"{home} integrity-api"
        super().__init__(home, "integrity-api", account, "the token of the Integrity API", way_out)


class _NoKeyring(Exception):
    """There is no keyring that answers by itself."""


def _ask(question: Callable[[KeyringBackend], str | None]) -> str | None:
    """Put a question to the OS keyring, for at most three seconds; raises _NoKeyring."""
    if sys.platform == "linux" and not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        raise _NoKeyring
    answer: list[str | None] = []

    def run() -> None:
        try:
            import keyring
            from keyring.backends import chainer

            ring = keyring.get_keyring()
            parts = ring.backends if isinstance(ring, chainer.ChainerBackend) else [ring]
            silent = [one for one in parts if type(one).__module__.startswith(_SILENT_BACKENDS)]
            if silent and not _is_locked():
                answer.append(question(silent[0]))
        except Exception:
            return

    asked = threading.Thread(target=run, name="keyring", daemon=True)
    asked.start()
    asked.join(_ANSWER_WITHIN_S)
    if not answer:
        raise _NoKeyring
    return answer[0]


def _is_locked() -> bool:
    """Whether the Secret Service would ask for its password first."""
    if sys.platform != "linux":
        return False
    import secretstorage

    connection = secretstorage.dbus_init()
    try:
        return bool(secretstorage.get_default_collection(connection).is_locked())
    finally:
        connection.close()
