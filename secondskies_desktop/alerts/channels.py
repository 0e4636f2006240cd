"""The trader's own channels: a name, a service and a secret address each; and one message to one of them.

The names stand in `channels.json` of the profile, the addresses in the OS keyring (or, where there is none, in a
file that only their owner can read). An address is looked at again before every message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.alerts.addresses import RefusedAddress, checked, opened
from secondskies_desktop.alerts.apprise_log import listening, reason
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.foundation.secrets import NamedSecret, UnreadableSecret

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.alerts.outgoing import Letter

MOST = 20
NAME_RULE = "a name is small letters, digits, dashes and underscores, at most 32, a letter or digit first"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_TYPES = {Severity.INFO: "info", Severity.WATCH: "warning", Severity.DANGER: "failure"}


class ChannelProblem(ValueError):
    """What was asked of the channels cannot be done; the text says why, without a secret."""


class Channel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One channel as it may be shown."""

    name: str
    service: str
    address: str
    """Masked."""
    private: bool
    kept: str
    """Where the secret is: `keyring` or `file`."""


class Outcome(msgspec.Struct, frozen=True):
    """Whether a message was taken, and the words for it."""

    ok: bool
    detail: str
    gone: bool = False
    """There is no such channel any more."""


_decode = json_decoder(list[Channel])


class ChannelBook:
    """The channels of a profile; read anew at each call, so that another process may change them."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / "channels.json"

    def all(self) -> list[Channel]:
        """Return the channels by name; raises ChannelProblem where their file is damaged."""
        try:
            body = self._file.read_bytes()
        except FileNotFoundError:
            return []
        try:
            found = _decode(body)
        except msgspec.MsgspecError as error:
            raise ChannelProblem(f"channels.json cannot be read: {error}") from None
        if not all(_NAME.fullmatch(one.name) for one in found) or len(found) > MOST:
            raise ChannelProblem("channels.json was not written by Second Skies")
        return sorted(found, key=lambda one: one.name)

    def add(self, name: str, url: str, *, private: bool = False) -> Channel:
        """Add a channel, or give one of this name another address; raises ChannelProblem."""
        if _NAME.fullmatch(name) is None:
            raise ChannelProblem(NAME_RULE)
        others = [one for one in self.all() if one.name != name]
        if len(others) >= MOST:
            raise ChannelProblem(f"there are {MOST} channels already")
        try:
            address = checked(url, private=private)
            opened(url, private=private)
        except RefusedAddress as refused:
            raise ChannelProblem(str(refused)) from None
        kept = self._secret(name).write(url)
        made = Channel(name, address.service, address.masked, private, kept)
        self._write([*others, made])
        return made

    def remove(self, name: str) -> bool:
        """Forget a channel and its secret; returns whether there was one."""
        before = self.all()
        left = [one for one in before if one.name != name]
        if len(left) == len(before):
            return False
        self._write(left)
        self._secret(name).remove()
        return True

    def deliver(self, name: str, letter: Letter) -> Outcome:
        """Hand a message to a channel; blocks for as long as the keyring and the service take. Never raises."""
        try:
            channel = next((one for one in self.all() if one.name == name), None)
            if channel is None:
                return Outcome(False, "there is no such channel any more", gone=True)
            return _deliver(self._secret(name).read(), letter, private=channel.private)
        except (ChannelProblem, RefusedAddress, UnreadableSecret) as problem:
            return Outcome(False, str(problem))
        except Exception as error:
            # The kind alone: its text may hold the address.
            return Outcome(False, f"it failed: {type(error).__name__}")

    def _secret(self, name: str) -> NamedSecret:
        return NamedSecret(self._home, f"channel-{name}")

    def _write(self, channels: list[Channel]) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(channels), indent=1))
        draft.replace(self._file)


def _deliver(url: str, letter: Letter, *, private: bool) -> Outcome:
    with listening() as said:
        _, service = opened(url, private=private)
        ok = service.notify(
            body=letter.body, title=letter.title, notify_type=_TYPES[letter.severity], body_format="text"
        )
        return Outcome(True, "taken by the service") if ok else Outcome(False, reason(said))
