"""The declared settings: typed, with a default and an explanation, kept as TOML in the profile.

A file that cannot be read is named with its field and nothing is guessed; unknown keys are refused, so that a
misspelt one is not silently without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

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


class DesktopSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the window looks and behaves."""

    theme: Annotated[
        Literal["dark", "light", "system"],
        Meta(title="Theme", description="Dark, light, or what the system is set to."),
    ] = "dark"
    scale_percent: Annotated[
        int,
        Meta(
            title="Size of everything",
            description="Text and marks in percent of the usual size; taken at the next start.",
            ge=100,
            le=200,
        ),
    ] = 100
    motion: Annotated[
        Literal["system", "full", "reduced"],
        Meta(title="Motion", description="Reduced shows changes at once, without any movement."),
    ] = "system"
    close_to_tray: Annotated[
        bool,
        Meta(
            title="Closing keeps it running in the tray",
            description="The window goes, alerts still come in. Without a tray, closing ends the program.",
        ),
    ] = False
    start_at_login: Annotated[
        bool,
        Meta(title="Start at login", description="Second Skies starts with the system, in the tray."),
    ] = False
    hide_money: Annotated[
        bool,
        Meta(
            title="Hide money",
            description="For sharing the screen: amounts and account names are covered everywhere.",
        ),
    ] = False


class AttentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What wants the trader, and how loudly it says so."""

    notifications: Annotated[
        Literal["all", "watch", "danger", "none"],
        Meta(title="Notifications", description="From which severity on the tray shows a message."),
    ] = "all"
    sounds: Annotated[
        Literal["all", "watch", "danger", "none"],
        Meta(title="Sounds", description="From which severity on a sound is played; one sound a severity."),
    ] = "all"
    silence_minutes: Annotated[
        int,
        Meta(
            title="Silence",
            description="Minutes of open market without any alert after which you are told.",
            ge=2,
            le=240,
        ),
    ] = 15
    disk_free_mb: Annotated[
        int,
        Meta(title="Disk", description="Free megabytes below which you are told.", ge=50, le=1_000_000),
    ] = 1_000
    test_at_session_start: Annotated[
        bool,
        Meta(
            title="Test alarm at each session start",
            description="A test alert runs the whole chain by itself when a session begins.",
        ),
    ] = True


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a profile."""

    listener: ListenerSettings = ListenerSettings()
    tunnel: TunnelSettings = TunnelSettings()
    desktop: DesktopSettings = DesktopSettings()
    attention: AttentionSettings = AttentionSettings()


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
