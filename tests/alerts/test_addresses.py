"""Which addresses a channel may have, looked at as somebody who hands the trader a bad one would."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from secondskies_desktop.alerts.addresses import CLOUD, OWN_PLAIN, OWN_SECURE, RefusedAddress, checked, opened

CANARY = "c4n4ryc4n4ryc4n4ry"
PUBLIC = ["93.184.216.34"]


def no_network(_host: str) -> list[str]:
    raise OSError("no such host")


@pytest.mark.parametrize(
    ("url", "masked", "service"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/1234", "tgram://***", "Telegram"),
        ("https://discord.com/api/webhooks/123456789/abcdefghijklmnop", "discord://***", "Discord"),
        ("ntfys://my-topic-of-secrets", "ntfys://***", "ntfy"),
        ("ntfy://my-topic", "ntfy://***", "ntfy"),
        ("mailtos://me:pw@gmail.com?to=you@example.com", "mailtos://***", "E-Mail"),
        ("jsons://example.com/hook", "jsons://***", "JSON"),
        ("pover://user@token", "pover://***", "Pushover"),
    ],
)
def test_that_a_good_address_is_shown_without_its_secret(url: str, masked: str, service: str) -> None:
    found = checked(url, private=False, resolve=lambda _host: PUBLIC)
    assert (found.masked, found.service) == (masked, service)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "windows://",
        "macosx://",
        "dbus://",
        "qt://",
        "kde://",
        "gnome://",
        "glib://",
        "syslog://",
        "rsyslog://example.com",
        "blink1://",
        "mqtt://example.com/topic",
        "smpp://u:p@example.com:2775/1/2",
        "form://example.com",
        "xml://example.com",
        "apprise://example.com/token",
        "apprises://example.com/token",
        "fcm://project@key/device?keyfile=/etc/passwd",
        "vapid://subscriber",
        "nostrs://key",
        "irc://example.com/chat",
        "growl://example.com",
        "http://example.com/hook",
        "https://example.com/hook",
        "schema-of-a-plugin://x",
        "python://import-os",
        "json:/example.com",
        "no address at all",
        "",
        "\njsons://example.com",
        "jsons://example.com\n",
        "jsons://example.com/\x00",
        "jsons://example.com/" + "x" * 3_000,
        "jsons://example.com jsons://other.example",
        "JSONS://exa mple.com",
    ],
)
def test_that_what_runs_programs_writes_here_or_is_unknown_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        checked(url, private=True, resolve=no_network)


@pytest.mark.parametrize(
    "parameters",
    [
        "verify=no",
        "template=/etc/passwd",
        "attach=file:///etc/passwd",
        "pgp=yes",
        "pgpkey=/home/me/key",
        "+X-Forwarded-For=1",
        "-key=value",
        ":name=value",
        "redirect=yes",
        "retry=1000",
        "wait=1000",
        "ping=@everyone",
        "format=html",
        "emojis=yes",
        "overflow=split",
        "store=yes",
        "cto=100000",
        "avatar_url=http://10.0.0.1/",
        "image=yes",
        "VERIFY=no",
    ],
)
def test_that_a_parameter_that_reads_files_or_weakens_is_refused(parameters: str) -> None:
    for url in (f"jsons://example.com/?{parameters}", f"discord://123456789/{CANARY}?{parameters}"):
        with pytest.raises(RefusedAddress) as refused:
            checked(url, private=True, resolve=lambda _host: PUBLIC)
        assert CANARY not in str(refused.value)
        assert "passwd" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "addresses", "private", "is_allowed"),
    [
        ("jsons://example.com", PUBLIC, False, True),
        ("json://example.com", PUBLIC, False, False),
        ("json://example.com", PUBLIC, True, False),
        ("json://printer.local", ["192.168.1.7"], True, True),
        ("json://printer.local", ["192.168.1.7"], False, False),
        ("jsons://localhost", ["127.0.0.1"], False, False),
        ("jsons://localhost", ["127.0.0.1"], True, True),
        ("jsons://rebound.example", ["93.184.216.34", "169.254.169.254"], False, False),
        ("jsons://six.example", ["fe80::1%eth0"], False, False),
        ("jsons://six.example", ["::ffff:10.0.0.1"], False, False),
        ("jsons://zero.example", ["0.0.0.0"], False, False),  # noqa: S104 - an answer, not a place to listen
        ("json://mixed.example", ["10.0.0.1", "93.184.216.34"], True, False),
        ("ntfy://ntfy.example/topic", PUBLIC, True, False),
        ("mailtos://me:pw@mail.example?smtp=10.0.0.1", ["10.0.0.1"], False, False),
        ("gotifys://gotify.example/token-of-it", ["10.0.0.1"], False, False),
    ],
)
def test_that_this_machine_and_its_network_are_only_sent_to_where_that_is_meant(
    url: str, addresses: list[str], private: bool, is_allowed: bool
) -> None:
    if is_allowed:
        assert checked(url, private=private, resolve=lambda _host: addresses).masked.endswith("://***")
    else:
        with pytest.raises(RefusedAddress):
            checked(url, private=private, resolve=lambda _host: addresses)


def test_that_a_host_without_address_is_refused_without_naming_it() -> None:
    with pytest.raises(RefusedAddress) as refused:
        checked(f"jsons://{CANARY}.example", private=False, resolve=no_network)
    assert CANARY not in str(refused.value)


def test_that_every_service_of_the_lists_is_one_that_apprise_knows() -> None:
    from apprise.manager_plugins import NotificationManager

    known: Any = NotificationManager()  # type: ignore[no-untyped-call]
    assert [one for one in CLOUD | OWN_SECURE | OWN_PLAIN if one not in known] == []


def test_that_what_is_opened_follows_no_redirects_and_keeps_nothing_on_disk() -> None:
    _, made = opened("jsons://example.com/hook", private=False, resolve=lambda _host: PUBLIC)
    assert made.redirects is False
    assert made.verify_certificate is True
    assert made.asset.storage_mode.value == "memory"
    assert made.asset.storage_path is None


def test_that_apprise_is_imported_only_when_it_is_used() -> None:
    program = (
        "import sys, secondskies_desktop.engine.engine, secondskies_desktop.alerts.channels;"
        "sys.exit('apprise' in sys.modules or 'requests' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
