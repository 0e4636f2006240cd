"""The declared settings: typed, with a default and an explanation, kept as TOML in the profile.

A file that cannot be read is named with its field and nothing is guessed; unknown keys are refused, so that a
misspelt one is not silently without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import tomlkit
from msgspec import Meta

if TYPE_CHECKING:
    from pathlib import Path

Port = Annotated[int, Meta(ge=0, le=65_535)]


class ListenerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The webhook listener. `host` other than loopback opens it to the network; the tunnel never needs that."""

    host: str = "127.0.0.1"
    port: Port = 8787


class TunnelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public way in: `kind` is none, cloudflared, ssh or own; docs/guide.md explains each field."""

    kind: str = "none"
    name: str = ""
    hostname: str = ""
    base_url: str = ""
    ssh_host: str = ""
    ssh_port: Annotated[int, Meta(ge=1, le=65_535)] = 22
    ssh_user: str = ""
    ssh_key_file: str = ""
    ssh_known_hosts: str = ""
    ssh_remote_host: str = ""
    ssh_remote_port: Port = 0
    copied_base_url: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a profile."""

    listener: ListenerSettings = ListenerSettings()
    tunnel: TunnelSettings = TunnelSettings()


class UnreadableSettings(Exception):
    """The settings file is wrong; the text names file and field."""


def read_settings(file: Path) -> Settings:
    """Return the settings of a file, the defaults where there is none; raises UnreadableSettings."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSettings(f"{file.name}: {error}") from error
    try:
        return msgspec.toml.decode(text, type=Settings)
    except msgspec.MsgspecError as error:
        raise UnreadableSettings(f"{file.name}: {error}") from error


def change_setting(file: Path, group: str, key: str, value: Any) -> Settings:
    """Change one setting in its file, keeping the trader's comments; returns all settings.

    Raises UnreadableSettings where group, key or value is none that is declared; the file then stays as it was.
    """
    read_settings(file)
    document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    if group not in document:
        document[group] = tomlkit.table()
    try:
        document[group][key] = value
        changed = tomlkit.dumps(document)
        settings = msgspec.toml.decode(changed, type=Settings)
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise UnreadableSettings(f"{group}.{key}: {error}") from error
    draft = file.with_suffix(".new")
    draft.write_text(changed, encoding="utf-8")
    draft.replace(file)
    return settings
