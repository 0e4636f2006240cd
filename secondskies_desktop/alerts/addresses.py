"""Which addresses a channel may have: those of an Apprise URL that can only ever send a message over the network.

Apprise knows schemas that run programs, write to the desktop, the system's log or a device, and parameters that
read files, switch certificates off or follow redirects. So both are lists of what is allowed, and what a newer
Apprise brings stays outside until it stands here.

No reason for a refusal quotes the URL: it is a secret.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    Resolve = Callable[[str], list[str]]

LONGEST = 2_048
_SCHEMA = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,31})://")

CLOUD = frozenset(
    [
        "discord",
        "slack",
        "tgram",
        "pover",
        "pbul",
        "prowl",
        "simplepush",
        "spush",
        "join",
        "gchat",
        "workflow",
        "workflows",
        "zulip",
        "threema",
        "twilio",
        "vonage",
        "nexmo",
        "pagerduty",
        "opsgenie",
        "mailgun",
        "sendgrid",
        "resend",
        "postmark",
        "brevo",
        "smtp2go",
    ]
)
"""Services of the public network, always over TLS; what stands as host is a key, no address."""
OWN_SECURE = frozenset(
    [
        "jsons",
        "gotifys",
        "ntfys",
        "mmosts",
        "rockets",
        "signals",
        "barks",
        "hassios",
        "synologys",
        "nctalks",
        "mailtos",
    ]
)
"""Services that may run anywhere, over TLS."""
OWN_PLAIN = frozenset(
    ["json", "gotify", "ntfy", "mmost", "rocket", "signal", "bark", "hassio", "synology", "nctalk", "mailto"]
)
"""The same without TLS: only inside the trader's own network."""
_PARAMETERS = frozenset(
    [
        "to",
        "from",
        "name",
        "mode",
        "smtp",
        "user",
        "pass",
        "cc",
        "bcc",
        "reply",
        "priority",
        "sound",
        "device",
        "channel",
        "channels",
        "thread",
        "topic",
        "token",
        "team",
        "botname",
        "region",
        "level",
        "group",
        "silent",
        "apikey",
        "sid",
        "secret",
        "key",
        "gwid",
        "workspace",
        "id",
        "sig",
        "ver",
        "api-version",
        "route",
        "webhook",
        "status",
        "email",
        "nid",
        "prefix",
        "version",
    ]
)
_HOSTS = ("host", "smtp_host")


class RefusedAddress(ValueError):
    """An address that a channel may not have; the text says why, without the address."""


class Address(msgspec.Struct, frozen=True):
    """What may be shown of an address."""

    schema: str
    service: str

    @property
    def masked(self) -> str:
        """The address without its secret."""
        return f"{self.schema}://***"


def resolved(host: str) -> list[str]:
    """Return the network addresses of a host; OSError where it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def checked(url: str, *, private: bool, resolve: Resolve = resolved) -> Address:
    """Return what may be shown of a URL that may be sent to; raises RefusedAddress.

    `private`: the trader has said that this channel lies in his own network, or on this machine.
    """
    return _checked(url, private=private, resolve=resolve)[0]


def opened(url: str, *, private: bool, resolve: Resolve = resolved) -> tuple[Address, Any]:
    """Return the address and Apprise's own object for it; raises RefusedAddress."""
    import apprise

    address, parts = _checked(url, private=private, resolve=resolve)
    # Nothing kept on disk, no plugins of anybody's folder, no redirect to another host than the one looked at.
    asset = apprise.AppriseAsset(
        app_id="Second Skies",
        app_desc="Second Skies",
        app_url="",
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        pgp_autogen=False,
        pem_autogen=False,
        allow_templates=False,
        async_mode=False,
    )
    made = apprise.Apprise.instantiate(parts, asset=asset)
    if made is None:
        raise RefusedAddress(f"{address.service} needs more than this address says, or something else")
    return address, made


def _checked(url: str, *, private: bool, resolve: Resolve) -> tuple[Address, dict[str, Any]]:
    if len(url) > LONGEST or not url.isprintable() or url != url.strip():
        raise RefusedAddress(f"an address is one line of at most {LONGEST:,} characters")
    schema = _SCHEMA.match(url)
    if schema is None:
        raise RefusedAddress("an address begins with the service, like tgram:// or mailtos://")
    written = schema[1].casefold()
    if written not in CLOUD | OWN_SECURE | OWN_PLAIN | {"https"}:
        raise RefusedAddress(f"{written}:// is not one of the services that may be used")
    parts = _parsed(url)
    _check_parameters(parts)
    known = str(parts["schema"])
    if known not in CLOUD | OWN_SECURE | OWN_PLAIN:
        raise RefusedAddress(f"{known}:// is not one of the services that may be used")
    if known not in CLOUD:
        _check_hosts(parts, private=private, is_plain=known in OWN_PLAIN, resolve=resolve)
    return Address(known, _service_of(known)), parts


def _parsed(url: str) -> dict[str, Any]:
    from secondskies_desktop.alerts.apprise_log import listening

    with listening():
        from apprise.plugins import url_to_dict

        parts: dict[str, Any] | None = url_to_dict(url, secure_logging=True)  # type: ignore[no-untyped-call]
    if not parts:
        raise RefusedAddress("no service is reached by such an address")
    return parts


def _service_of(schema: str) -> str:
    from apprise.manager_plugins import NotificationManager

    known: Any = NotificationManager()  # type: ignore[no-untyped-call]
    return str(known[schema].service_name)


def _check_parameters(parts: dict[str, Any]) -> None:
    unknown = sorted(set(parts.get("qsd", {})) - _PARAMETERS)
    if unknown:
        # The names alone: a value may be the secret.
        names = ", ".join(name[:20] for name in unknown[:3] if name.isascii() and name.isprintable())
        raise RefusedAddress(f"a parameter that may not be used: {names or 'its name cannot be shown'}")
    if parts.get("verify") is False:
        raise RefusedAddress("certificates are always verified")


def _check_hosts(parts: dict[str, Any], *, private: bool, is_plain: bool, resolve: Resolve) -> None:
    if parts["schema"] in ("ntfy", "ntfys") and not parts.get("port") and "." not in str(parts["host"]):
        # The host is a topic of ntfy.sh then, which is asked over TLS.
        return
    for name in _HOSTS:
        host = str(parts.get(name) or "").strip("[]")
        if not host:
            continue
        try:
            found = resolve(host)
        except (OSError, UnicodeError):
            raise RefusedAddress("its host has no address: there is no network, or no such host") from None
        inside = [_is_inside(one) for one in found]
        if any(inside) and not private:
            raise RefusedAddress(
                "it lies on this machine or in its network: say that this is meant (private)"
            )
        if is_plain and not all(inside):
            raise RefusedAddress(
                "without TLS it may only lie in your own network: use the spelling with an s"
            )


def _is_inside(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return not found.is_global or found.is_multicast
