"""The chosen way in is checked before anything starts, and no message gives a token away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from secondskies_desktop.foundation import settings
from secondskies_desktop.ingest.tunnel import TunnelSettings, TunnelSettingsWrong, parse_tunnel
from secondskies_desktop.ingest.tunnel_settings import checked_base_url

SSH = settings.TunnelSettings(
    kind="ssh",
    base_url="https://alerts.example.com",
    ssh_host="vps.example.com",
    ssh_user="desk",
    ssh_key_file="/home/desk/key",
    ssh_known_hosts="/home/desk/known_hosts",
    ssh_remote_port=9000,
)
NAMED = settings.TunnelSettings(kind="cloudflared", name="desk", hostname="alerts.example.com")


def test_that_nothing_declared_is_no_tunnel() -> None:
    assert parse_tunnel(settings.TunnelSettings()) == TunnelSettings()
    assert TunnelSettings().fixed_base_url is None


def test_that_an_ssh_tunnel_keeps_what_was_declared_and_listens_on_loopback() -> None:
    tunnel = parse_tunnel(SSH)
    assert (tunnel.ssh_host, tunnel.ssh_port, tunnel.ssh_remote_port) == ("vps.example.com", 22, 9000)
    assert tunnel.ssh_remote_host == "127.0.0.1"
    assert tunnel.fixed_base_url == "https://alerts.example.com"


def test_that_a_named_cloudflared_tunnel_has_its_host_name_as_address() -> None:
    assert parse_tunnel(NAMED).fixed_base_url == "https://alerts.example.com"


@pytest.mark.parametrize(
    ("declared", "choice", "kind", "address"),
    [
        (SSH, "cloudflared", "cloudflared", None),
        (SSH, "none", "none", None),
        (SSH, "own", "own", "https://alerts.example.com"),
        (SSH, "https://Other.example.com/", "own", "https://other.example.com"),
        (NAMED, "desk", "cloudflared", "https://alerts.example.com"),
        (msgspec.structs.replace(NAMED, kind="none"), "desk", "cloudflared", "https://alerts.example.com"),
    ],
)
def test_that_a_choice_for_this_once_goes_before_the_declared_kind(
    declared: settings.TunnelSettings, choice: str, kind: str, address: str | None
) -> None:
    tunnel = parse_tunnel(declared, choice)
    assert (tunnel.kind, tunnel.fixed_base_url) == (kind, address)


@pytest.mark.parametrize(
    ("declared", "changes", "field"),
    [
        (SSH, {"kind": "ngrok"}, "kind"),
        (SSH, {"base_url": ""}, "base_url"),
        (SSH, {"ssh_host": ""}, "ssh_host"),
        (SSH, {"ssh_user": " "}, "ssh_user"),
        (SSH, {"ssh_key_file": ""}, "ssh_key_file"),
        (SSH, {"ssh_known_hosts": ""}, "ssh_known_hosts"),
        (SSH, {"ssh_known_hosts": "  "}, "ssh_known_hosts"),
        (SSH, {"ssh_remote_port": 0}, "ssh_remote_port"),
        (SSH, {"ssh_remote_port": 65_536}, "ssh_remote_port"),
        (SSH, {"ssh_port": -1}, "ssh_port"),
        (SSH, {"ssh_host": "a host"}, "ssh_host"),
        (SSH, {"ssh_host": "-oProxyCommand=x"}, "ssh_host"),
        (SSH, {"ssh_user": "two words"}, "ssh_user"),
        (NAMED, {"name": ""}, "name, hostname"),
        (NAMED, {"hostname": ""}, "name, hostname"),
        (NAMED, {"name": "--loglevel"}, "name"),
        (NAMED, {"name": "a b"}, "name"),
        (NAMED, {"hostname": "https://alerts.example.com"}, "hostname"),
        (NAMED, {"hostname": "alerts"}, "hostname"),
    ],
)
def test_that_a_wrong_setting_is_named(
    declared: settings.TunnelSettings, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(TunnelSettingsWrong, match=f"^{field}:"):
        parse_tunnel(msgspec.structs.replace(declared, **changes))


def test_that_known_hosts_cannot_be_left_out_afterwards() -> None:
    with pytest.raises(TunnelSettingsWrong, match=r"^ssh_known_hosts:"):
        replace(parse_tunnel(SSH), ssh_known_hosts="")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Alerts.Example.com/", "https://alerts.example.com"),
        ("https://alerts.example.com:443", "https://alerts.example.com"),
        ("https://alerts.example.com/desk/", "https://alerts.example.com/desk"),
        ("https://203.0.113.7", "https://203.0.113.7"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://localhost:8787/", "http://localhost:8787"),
        ("https://localhost:8443", "https://localhost:8443"),
    ],
)
def test_that_an_address_is_kept_in_one_form(given: str, kept: str) -> None:
    assert checked_base_url(given) == kept
    assert checked_base_url(kept) == kept


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("http://alerts.example.com", "https"),
        ("http://10.0.0.7", "https"),
        ("https://alerts.example.com:8443", "port 443"),
        ("ftp://alerts.example.com", "https"),
        ("alerts.example.com", "host name"),
        ("https://", "host name"),
        ("https://[2001:db8::1]", "IPv6"),
        ("https://-x.example.com", "host name"),
        ("https://localhost.", "host name"),
        ("https://alerts.example.com:99999", "not an address"),
        ("https://[", "not an address"),
        ("https://alerts.example.com/\n", "not an address"),
        ("https://alérts.example.com", "not an address"),
        ("https://" + "a" * 300, "not an address"),
        ("https://alerts.example.com?x=1", "query"),
        ("https://alerts.example.com#x", "fragment"),
        ("https://127.0.0.1@alerts.example.com", "user name"),
    ],
)
def test_that_an_address_where_no_alert_could_go_is_refused(given: str, reason: str) -> None:
    with pytest.raises(TunnelSettingsWrong, match=reason):
        checked_base_url(given)


@pytest.mark.parametrize(
    "given",
    [
        "https://alerts.example.com/hook/SECRET",
        "https://user:SECRET@alerts.example.com",
        "https://alerts.example.com/?token=SECRET",
        "http://alerts.example.com/SECRET",
        "https://alerts.example.com:8443/SECRET",
    ],
)
def test_that_a_refusal_does_not_repeat_what_may_be_a_token(given: str) -> None:
    with pytest.raises(TunnelSettingsWrong) as refusal:
        checked_base_url(given)
    assert "SECRET" not in str(refusal.value)
