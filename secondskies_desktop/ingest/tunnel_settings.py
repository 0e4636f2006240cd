"""Which public way in the trader has chosen, checked before anything is started.

Every message names the field that is wrong and never repeats what stands behind a host: that may be a token.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from secondskies_desktop.foundation import settings

_FIELDS_OF: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "none": ((), ()),
    "cloudflared": ((), ("name", "hostname")),
    "ssh": (
        ("base_url", "ssh_host", "ssh_user", "ssh_key_file", "ssh_known_hosts", "ssh_remote_port"),
        ("ssh_port", "ssh_remote_host"),
    ),
    "own": (("base_url",), ()),
}
"""For each kind the fields that it must have, and those that it may have."""
# A leading dash would be read as an option by the program that gets the name as an argument.
_TUNNEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_PLAIN_TEXT = re.compile(r"[!-~]+")
_LONGEST_URL = 300
_LONGEST_SHOWN = 40
_HTTPS_PORT = 443
_HIGHEST_PORT = 65_535


class TunnelSettingsWrong(ValueError):
    """The settings of a tunnel contradict themselves, or would not let an alert in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelSettings:
    """One way in that can be started. `kind` is none, cloudflared, ssh or own; "" and port 0 are not given.

    cloudflared without `name` is a quick tunnel, whose address is another one at every start; with `name` it
    is the tunnel of the trader's account that is reached at `hostname`. ssh listens at `ssh_remote_host` and
    `ssh_remote_port` of the server, and whatever serves `base_url` there must hand on the requests to it. own
    is `base_url` alone. Making one raises TunnelSettingsWrong.
    """

    kind: str = "none"
    name: str = ""
    hostname: str = ""
    base_url: str = ""
    executable: str = "cloudflared"
    ssh_host: str = ""
    ssh_port: int = 22
    ssh_user: str = ""
    ssh_key_file: str = ""
    ssh_known_hosts: str = ""
    ssh_remote_host: str = "127.0.0.1"
    ssh_remote_port: int = 0

    def __post_init__(self) -> None:
        if self.kind not in _FIELDS_OF:
            raise TunnelSettingsWrong(
                f"kind: must be one of {', '.join(_FIELDS_OF)}, not {_shown(self.kind)}"
            )
        for name in _FIELDS_OF[self.kind][0]:
            if not getattr(self, name):
                raise TunnelSettingsWrong(f"{name}: a tunnel of kind {self.kind} needs it")
        if self.base_url and self.base_url != checked_base_url(self.base_url):
            raise TunnelSettingsWrong("base_url: must be in lower case and without a slash at the end")
        if self.kind == "cloudflared":
            _check_cloudflared(self)
        if self.kind == "ssh":
            _check_ssh(self)

    @property
    def fixed_base_url(self) -> str | None:
        """The public address where it is known before the tunnel runs; None for a quick tunnel."""
        return f"https://{self.hostname}" if self.hostname else self.base_url or None


def parse_tunnel(declared: settings.TunnelSettings, choice: str = "") -> TunnelSettings:
    """Return the tunnel that a profile declares, or the one chosen for this once; raises TunnelSettingsWrong.

    `choice` (`listen --tunnel`) is a kind, whose fields come from the profile, the name of the profile's
    cloudflared tunnel, or any https address. Fields that the kind has no use for are left aside, so that a
    profile may keep them for another day.
    """
    if "://" in choice:
        return TunnelSettings(kind="own", base_url=checked_base_url(choice.strip()))
    kind = "cloudflared" if choice and choice == declared.name else choice or declared.kind
    given: dict[str, str | int] = {"kind": kind}
    for name in [name for group in _FIELDS_OF.get(kind, ()) for name in group]:
        value: str | int = getattr(declared, name)
        if isinstance(value, str):
            value = value.strip()
        if value:
            given[name] = value
    if "base_url" in given:
        given["base_url"] = checked_base_url(str(given["base_url"]))
    for name in {"hostname", "ssh_host", "ssh_remote_host"} & given.keys():
        given[name] = str(given[name]).lower()
    return TunnelSettings(**given)  # type: ignore[arg-type]


def checked_base_url(text: str) -> str:
    """Return the address in one form; TunnelSettingsWrong where TradingView could not post to it.

    It posts to the ports 80 and 443, over IPv4, and the token must not travel in clear: so https on 443. Only
    this machine itself may be reached by http and on any port, which is how the way is tested.
    """
    if len(text) > _LONGEST_URL or not _PLAIN_TEXT.fullmatch(text):
        raise TunnelSettingsWrong("base_url: not an address (plain ASCII without spaces, at most 300 signs)")
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise TunnelSettingsWrong("base_url: not an address") from None
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise TunnelSettingsWrong("base_url: must carry no user name, password, query or fragment")
    if "hook" in parts.path.split("/"):
        raise TunnelSettingsWrong("base_url: give the address without /hook and the token")
    if not _HOST.fullmatch(host):
        raise TunnelSettingsWrong("base_url: needs a host name or an IPv4 address (TradingView has no IPv6)")
    _check_reach(parts.scheme, host, port)
    shown_port = f":{port}" if port and _is_loopback(host) else ""
    return f"{parts.scheme}://{host}{shown_port}{parts.path.rstrip('/')}"


def _check_reach(scheme: str, host: str, port: int | None) -> None:
    if scheme == "http" and not _is_loopback(host):
        raise TunnelSettingsWrong(f"base_url: {host} must be reached by https, the token is in the address")
    if scheme not in {"http", "https"}:
        raise TunnelSettingsWrong("base_url: must begin with https://")
    if port not in {None, _HTTPS_PORT} and not _is_loopback(host):
        raise TunnelSettingsWrong(f"base_url: {host} must be on port 443, TradingView posts to no other")


def _check_cloudflared(tunnel: TunnelSettings) -> None:
    if bool(tunnel.name) != bool(tunnel.hostname):
        raise TunnelSettingsWrong("name, hostname: a named tunnel needs both, a quick tunnel neither")
    if tunnel.name and not _TUNNEL_NAME.fullmatch(tunnel.name):
        raise TunnelSettingsWrong(
            "name: must be a tunnel's name or id (letters, digits, dot, dash, underscore)"
        )
    if tunnel.hostname and not ("." in tunnel.hostname and _HOST.fullmatch(tunnel.hostname)):
        raise TunnelSettingsWrong("hostname: must be a host name like alerts.example.com, without https://")


def _check_ssh(tunnel: TunnelSettings) -> None:
    for name in ("ssh_host", "ssh_remote_host"):
        if not _HOST.fullmatch(getattr(tunnel, name)) and not _is_address(getattr(tunnel, name)):
            raise TunnelSettingsWrong(f"{name}: must be a host name or an IP address, in lower case")
    for name in ("ssh_port", "ssh_remote_port"):
        if not 0 < getattr(tunnel, name) <= _HIGHEST_PORT:
            raise TunnelSettingsWrong(f"{name}: must be a port from 1 to 65535")
    if not _PLAIN_TEXT.fullmatch(tunnel.ssh_user):
        raise TunnelSettingsWrong("ssh_user: must be a user name without spaces")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…")
