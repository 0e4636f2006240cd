"""Secrets: in the OS keyring, one entry a profile, or in a file of the profile that only its owner can read.

A keyring that would ask for a password, or that hangs, is as good as none: the file is used and said plainly.
"""

from __future__ import annotations

import contextlib
import os
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


class WebhookSecret:
    """The secret of the profile's `default` token: made once, the same at every start."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / "webhook.token"

    def read_or_create(self, create: Callable[[], str]) -> tuple[str, str]:
        """Return (secret, where it is kept: `keyring` or `file`), making it by `create` the first time."""
        if self._file.exists():
            return self._file.read_text(encoding="ascii").strip(), FILE
        account = str(self._home)
        with contextlib.suppress(_NoKeyring):
            kept = _ask(lambda ring: ring.get_password(_SERVICE, account))
            if kept:
                return kept, KEYRING
            secret = create()
            _ask(lambda ring: ring.set_password(_SERVICE, account, secret))
            if _ask(lambda ring: ring.get_password(_SERVICE, account)) == secret:
                return secret, KEYRING
        return self._write_file(create()), FILE

    def replace(self, secret: str) -> str:
        """Keep a new secret where the old one was; returns where."""
        if not self._file.exists():
            account = str(self._home)
            with contextlib.suppress(_NoKeyring):
                _ask(lambda ring: ring.set_password(_SERVICE, account, secret))
                return KEYRING
        self._write_file(secret)
        return FILE

    def _write_file(self, secret: str) -> str:
        draft = self._file.with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(secret + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(self._file)
        return secret


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
