"""The declared settings: typed, with a default and an explanation, kept as TOML in the profile.

A file that cannot be read is named with its field and nothing is guessed; unknown keys are refused, so that a
misspelt one is not silently without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from secondskies_desktop.foundation.decoding import toml_decoder

if TYPE_CHECKING:
    from pathlib import Path

_RESTART = {"restart": True}
"""Marks a setting that is read at the start only."""
_PATH = {"restart": True, "path": True}
"""The same, of a setting that names a file."""
_PROGRAM = {"program": True}
"""Marks what the program writes for itself; it can be cleared, and is not typed."""


class ListenerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The webhook listener. `host` other than loopback opens it to the network; the tunnel never needs that."""

    host: Annotated[
        str,
        Meta(
            title="Address",
            description="Leave it: another address than loopback opens the listener to your network.",
            extra=_RESTART,
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Meta(title="Port", description="0 takes a free one at each start.", ge=0, le=65_535, extra=_RESTART),
    ] = 8787


class TunnelSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public way in; docs/guide.md explains each kind and its fields."""

    kind: Annotated[
        Literal["none", "cloudflared", "ssh", "own"],
        Meta(
            title="Kind",
            description="cloudflared: its tunnel, run by Second Skies. ssh: over a server of yours. "
            "own: a tunnel that you run yourself.",
            extra=_RESTART,
        ),
    ] = "none"
    name: Annotated[
        str,
        Meta(
            title="Tunnel name",
            description="For cloudflared: the tunnel's name or id, together with the host name. "
            "Both empty: a quick tunnel, whose address is another one at every start.",
            extra=_RESTART,
        ),
    ] = ""
    hostname: Annotated[
        str,
        Meta(
            title="Host name",
            description="For cloudflared: where the tunnel is reached, like alerts.example.com, without https://.",
            extra=_RESTART,
        ),
    ] = ""
    base_url: Annotated[
        str,
        Meta(
            title="Public address",
            description="For ssh and own: the https address that leads here, without /hook and the token.",
            extra=_RESTART,
        ),
    ] = ""
    ssh_host: Annotated[
        str,
        Meta(title="SSH server", description="For ssh: the server that hands the alerts on.", extra=_RESTART),
    ] = ""
    ssh_port: Annotated[
        int,
        Meta(
            title="SSH port",
            description="For ssh: where that server listens for SSH.",
            ge=1,
            le=65_535,
            extra=_RESTART,
        ),
    ] = 22
    ssh_user: Annotated[
        str, Meta(title="SSH user", description="For ssh: the user there who may forward.", extra=_RESTART)
    ] = ""
    ssh_key_file: Annotated[
        str,
        Meta(
            title="SSH key",
            description="For ssh, needed: the full path of a private key without a passphrase. "
            "Agent and passwords are not used.",
            extra=_PATH,
        ),
    ] = ""
    ssh_known_hosts: Annotated[
        str,
        Meta(
            title="SSH known hosts",
            description="For ssh, needed: the full path of the file that holds the server's key.",
            extra=_PATH,
        ),
    ] = ""
    ssh_remote_host: Annotated[
        str,
        Meta(
            title="SSH remote address",
            description="For ssh: the server's own address at which it listens for us; empty is 127.0.0.1.",
            extra=_RESTART,
        ),
    ] = ""
    ssh_remote_port: Annotated[
        int,
        Meta(
            title="SSH remote port",
            description="For ssh, needed: the port there to which the web server hands the alerts; 0 is none.",
            ge=0,
            le=65_535,
            extra=_RESTART,
        ),
    ] = 0
    copied_base_url: Annotated[
        str,
        Meta(
            title="Address in TradingView",
            description="Written by the program when you copy the URL: the address that your alerts were made with.",
            extra=_PROGRAM,
        ),
    ] = ""


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
            description="Text and marks in percent of the usual size.",
            ge=100,
            le=200,
            extra=_RESTART,
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


_decode = toml_decoder(Settings)


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
        return _decode(text)
    except msgspec.MsgspecError as error:
        raise UnreadableSettings(f"{file.name}: {error}") from error


def prepare_changes() -> None:
    """Load what a change needs, off the window's thread: the first change waits thirty times as long otherwise."""
    import tomlkit  # noqa: F401


def change_setting(file: Path, group: str, key: str, value: Any) -> Settings:
    """Change one setting in its file, keeping the trader's comments; returns all settings.

    Raises UnreadableSettings where group, key or value is none that is declared; the file then stays as it was.
    """
    # It takes a while to import, and a start has nothing to change.
    import tomlkit

    read_settings(file)
    document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    if group not in document:
        document[group] = tomlkit.table()
    try:
        document[group][key] = value
        changed = tomlkit.dumps(document)
        settings = _decode(changed)
        changed.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableSettings(f"{group}.{key}: not UTF-8 text") from None
    except (msgspec.MsgspecError, TypeError, ValueError) as error:
        raise UnreadableSettings(f"{group}.{key}: {error}") from error
    draft = file.with_suffix(".new")
    draft.write_text(changed, encoding="utf-8")
    draft.replace(file)
    return settings
