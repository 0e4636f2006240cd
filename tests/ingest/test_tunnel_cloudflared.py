"""cloudflared as a child: a stand-in program that prints the banner, forwards for real, and dies."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.ingest import tunnel_child
from secondskies_desktop.ingest.tunnel import (
    CloudflaredTunnel,
    TunnelSettings,
    TunnelState,
    TunnelWatch,
    fetch_status,
)
from secondskies_desktop.ingest.tunnel_child import Child
from tests.ingest.tunnel_rig import Door, Heard, echoes, hurried, served, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FAKE = Path(__file__).with_name("fake_cloudflared.py")
STAMP = "2026-09-21T19:45:20Z INF "
REGISTERED = f"{STAMP}Registered tunnel connection connIndex=0 location=lhr13 protocol=quic"
BANNER = [
    f"{STAMP}Requesting new quick Tunnel on trycloudflare.com...",
    f"{STAMP}+------------------------------------------------------------------------------+",
    f"{STAMP}|  Your quick Tunnel has been created! Visit it at (it may take some time):  |",
    f"{STAMP}|  https://quick-run-RUN.trycloudflare.com                                     |",
    f"{STAMP}+------------------------------------------------------------------------------+",
]
QUICK = {"lines": [*BANNER, REGISTERED], "serves": True}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="whether a child lives is read from /proc")


class Fake:
    """The installed program, and what was asked of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.executable = folder / "cloudflared"
        self.executable.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{FAKE}" "{folder}" "$@"\n')
        self.executable.chmod(0o755)

    def plan(self, **plan: object) -> None:
        """Say what the next run is to do."""
        (self.folder / "plan.json").write_text(json.dumps(plan))

    @property
    def runs(self) -> list[dict[str, Any]]:
        """What was asked of it, oldest first."""
        return [json.loads(line) for line in (self.folder / "runs.jsonl").read_text().splitlines()]

    @property
    def port(self) -> int:
        """Where its last run listens."""
        return int((self.folder / "port").read_text())

    def tunnel(self, name: str = "", hostname: str = "") -> CloudflaredTunnel:
        """Return a tunnel that runs it."""
        settings = TunnelSettings(
            kind="cloudflared", name=name, hostname=hostname, executable=str(self.executable)
        )
        return CloudflaredTunnel(settings, system_clock, hurried)


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


@pytest.fixture
async def tunnel(fake: Fake) -> AsyncIterator[CloudflaredTunnel]:
    tunnel = fake.tunnel()
    yield tunnel
    await tunnel.stop()


def alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and waits to be reaped does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def gone(pid: int, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while alive(pid):  # noqa: ASYNC110 - nobody tells of the end of a process that is not ours
            await asyncio.sleep(0.01)


async def serving(fake: Fake) -> int:
    """Wait until the stand-in listens, and return its port."""
    async with asyncio.timeout(20):
        port = fake.folder / "port"
        while not (port.exists() and port.read_text()):  # noqa: ASYNC110 - it cannot tell us in another way
            await asyncio.sleep(0.01)
    return fake.port


async def test_that_a_quick_tunnel_gets_its_address_from_the_banner_and_forwards(
    fake: Fake, tunnel: CloudflaredTunnel
) -> None:
    fake.plan(**QUICK)
    async with served(Door()) as door:
        await tunnel.start(door.port)
        state = await until(tunnel, lambda state: state.running)
        assert state.base_url == f"https://quick-run-{fake.runs[0]['pid']}.trycloudflare.com"
        assert await echoes(await serving(fake), 50) == 50


async def test_that_a_quick_tunnel_is_asked_for_plainly_and_told_no_secret(
    fake: Fake, tunnel: CloudflaredTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECONDSKIES_DATABASE", "TUNNEL_LOGLEVEL", "TUNNEL_URL", "TUNNEL_NAME"):
        monkeypatch.setenv(name, "debug")
    fake.plan(**QUICK)
    await tunnel.start(8787)
    await until(tunnel, lambda state: state.running)
    run = fake.runs[0]
    assert run["arguments"] == [
        *("tunnel", "--no-autoupdate", "--loglevel", "info", "--grace-period", "2s"),
        *("--config", os.devnull, "--protocol", "auto", "--url", "http://127.0.0.1:8787"),
    ]
    assert not any(name.startswith(("SECONDSKIES_", "TUNNEL_")) for name in run["environment"])
    assert "PATH" in run["environment"]


async def test_that_a_named_tunnel_runs_under_its_name_with_its_host_name_as_address(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNNEL_ORIGIN_CERT", "/home/desk/cert.pem")
    monkeypatch.setenv("TUNNEL_LOGLEVEL", "debug")
    fake.plan(lines=[REGISTERED], serves=True)
    tunnel = fake.tunnel("desk", "alerts.example.com")
    await tunnel.start(8787)
    state = await until(tunnel, lambda state: state.running)
    assert state.base_url == "https://alerts.example.com"
    run = fake.runs[0]
    assert run["arguments"] == [
        *("tunnel", "--no-autoupdate", "--loglevel", "info", "--grace-period", "2s"),
        *("run", "--url", "http://127.0.0.1:8787", "desk"),
    ]
    assert "TUNNEL_ORIGIN_CERT" in run["environment"]
    assert "TUNNEL_LOGLEVEL" not in run["environment"]
    await tunnel.stop()
    assert tunnel.state.base_url == "https://alerts.example.com"


async def test_that_an_address_alone_is_not_yet_a_connection(fake: Fake, tunnel: CloudflaredTunnel) -> None:
    fake.plan(lines=BANNER, serves=True)
    await tunnel.start(8787)
    state = await until(tunnel, lambda state: state.base_url is not None)
    assert not state.running


async def test_that_a_killed_child_is_started_again_alone_and_its_new_address_is_noticed(
    fake: Fake, tunnel: CloudflaredTunnel
) -> None:
    fake.plan(**QUICK)
    heard = Heard()
    async with served(Door()) as door:

        async def through_the_fake(url: str) -> int:
            """Stand in for the public name: its addresses lead to the port that the child forwards."""
            return await fetch_status(f"http://127.0.0.1:{await serving(fake)}/{url.split('/', 3)[3]}")

        watch = TunnelWatch(
            tunnel,
            nonce_seen=door.nonce_seen,
            on_change=heard,
            clock=system_clock,
            sleep=hurried,
            fetch=through_the_fake,
        )
        await watch.start(door.port)
        first = await heard.until(lambda state: state.ok is True)
        watch.copied_base_url = first.base_url
        (fake.folder / "port").unlink()
        os.kill(fake.runs[0]["pid"], signal.SIGKILL)
        second = await heard.until(lambda state: state.ok is True and state.base_url != first.base_url)
        assert second.running
        assert watch.changed_since_alerts_were_made is True
        await watch.stop()
    assert [run["alone"] for run in fake.runs] == [True, True]


async def test_that_a_dead_quick_tunnel_has_no_address(fake: Fake, tunnel: CloudflaredTunnel) -> None:
    fake.plan(**QUICK)
    await tunnel.start(8787)
    await until(tunnel, lambda state: state.running)
    fake.plan(lines=["failed to request quick Tunnel: no such host"], code=1)
    os.kill(fake.runs[0]["pid"], signal.SIGKILL)
    state = await until(tunnel, lambda state: not state.running)
    assert state.base_url is None
    assert "cloudflared ended with code 137" in state.detail
    state = await until(tunnel, lambda state: "code 1:" in state.detail)
    assert state.detail.startswith(
        "cloudflared ended with code 1: failed to request quick Tunnel: no such host"
    )


async def test_that_a_child_that_ends_at_once_is_started_after_growing_pauses(fake: Fake) -> None:
    pauses: list[float] = []
    enough = asyncio.Event()

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            enough.set()
            await asyncio.Event().wait()

    fake.plan(lines=["quick tunnel provisioning failed with status 429"], code=1)
    settings = TunnelSettings(kind="cloudflared", executable=str(fake.executable))
    tunnel = CloudflaredTunnel(settings, system_clock, noted)
    await tunnel.start(8787)
    await asyncio.wait_for(enough.wait(), 30)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [run["alone"] for run in fake.runs] == [True] * 8
    assert "status 429 (next try after 60 s)" in tunnel.state.detail
    await tunnel.stop()


@pytest.mark.parametrize("deaf", [False, True])
async def test_that_stopping_ends_the_child_even_one_that_does_not_listen(
    fake: Fake, tunnel: CloudflaredTunnel, monkeypatch: pytest.MonkeyPatch, *, deaf: bool
) -> None:
    monkeypatch.setattr(tunnel_child, "_END_WITHIN_S", 0.5 if deaf else 10)
    fake.plan(**QUICK, deaf=deaf)
    await tunnel.start(8787)
    await until(tunnel, lambda state: state.running)
    await tunnel.stop()
    # Its files are closed by now; the system may still be clearing it away.
    await gone(fake.runs[0]["pid"], 2)
    assert (tunnel.state.running, tunnel.state.base_url) == (False, None)
    assert len(fake.runs) == 1


async def test_that_a_token_in_what_the_child_writes_is_not_shown(
    fake: Fake, tunnel: CloudflaredTunnel
) -> None:
    token = secrets.token_urlsafe(32)
    fake.plan(lines=[f"ERR Request failed dest=https://x.trycloudflare.com/hook/{token} type=http"], code=1)
    await tunnel.start(8787)
    state = await until(tunnel, lambda state: "code 1" in state.detail)
    assert token not in state.detail
    assert "Request failed" in state.detail


async def test_that_megabytes_without_a_line_end_neither_fill_memory_nor_hide_the_banner(
    fake: Fake, tunnel: CloudflaredTunnel
) -> None:
    fake.plan(lines=["", *BANNER, REGISTERED], serves=True, flood=20_000_000)
    await tunnel.start(8787)
    assert (await until(tunnel, lambda state: state.running)).base_url is not None


async def test_that_a_missing_program_is_said(tmp_path: Path) -> None:
    settings = TunnelSettings(kind="cloudflared", executable=str(tmp_path / "cloudflared"))
    tunnel = CloudflaredTunnel(settings, system_clock, hurried)
    await tunnel.start(8787)
    state = await until(tunnel, lambda state: "next try" in state.detail)
    assert "cloudflared is not installed" in state.detail
    await tunnel.stop()


class Said(Child):
    """A child that has already said all."""

    def __init__(self, said: list[str]) -> None:
        self.said = said

    async def lines(self) -> AsyncIterator[str]:
        """Say it."""
        for line in self.said:
            yield line + "\n"

    async def wait(self) -> int:
        """It has ended well."""
        return 0


async def followed(said: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[list[TunnelState], str]:
    """Let a quick tunnel follow a child; the states that it went through, and why it ended."""
    tunnel = CloudflaredTunnel(TunnelSettings(kind="cloudflared"), system_clock)
    states: list[TunnelState] = []
    become = tunnel._become

    def noted(state: TunnelState) -> None:
        states.append(state)
        become(state)

    monkeypatch.setattr(tunnel, "_become", noted)
    return states, await tunnel._follow(Said(said))


@pytest.mark.parametrize(
    "line",
    [
        "|  http://quick.trycloudflare.com  |",
        "|  https://quick.trycloudflare.com.evil.example  |",
        "|  https://evil.example/https://quick.trycloudflare.com  |",
        "|  https://quick.trycloudflare.com/hook/x  |",
        "|  https://quick.trycloudflare.com:8443  |",
        "|  https://user@quick.trycloudflare.com  |",
        "|  https://evil.example#.trycloudflare.com  |",
        "|  https://a.b.trycloudflare.com  |",
        "|  https://-quick.trycloudflare.com  |",
        "|  https://trycloudflare.com  |",
        f"|  https://{'a' * 64}.trycloudflare.com  |",
        'failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": no such host',
        "|  https://api.trycloudflare.com  |",
        "|  https://quick.trycloudflare.com\x00  |",
    ],
)
async def test_that_only_a_plain_quick_tunnel_address_is_believed(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    states, _ = await followed([line, REGISTERED], monkeypatch)
    assert states == []


async def test_that_the_first_address_stays_whatever_is_written_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = "|  https://other.trycloudflare.com  |"
    said = ["|  https://quick.trycloudflare.com  |", later, REGISTERED, later]
    states, _ = await followed(said, monkeypatch)
    assert {state.base_url for state in states} == {"https://quick.trycloudflare.com"}


async def test_that_an_address_is_looked_for_in_the_first_lines_only(monkeypatch: pytest.MonkeyPatch) -> None:
    states, ended = await followed([*["noise"] * 200, *BANNER], monkeypatch)
    assert states == []
    assert ended == "cloudflared has named no public address in 200 lines"


ENGINE = """
import asyncio, sys
from secondskies_desktop.foundation.clock import system_clock
from secondskies_desktop.ingest.tunnel import CloudflaredTunnel, TunnelSettings

async def main():
    tunnel = CloudflaredTunnel(TunnelSettings(kind="cloudflared", executable=sys.argv[1]), system_clock)
    await tunnel.start(8787)
    while not tunnel.state.running:
        tunnel.changed.clear()
        await tunnel.changed.wait()
    print("up", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_that_the_child_dies_with_a_killed_engine(fake: Fake) -> None:
    fake.plan(**QUICK)
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ENGINE, str(fake.executable)),
        cwd=FAKE.parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert engine.stdout is not None
    assert await asyncio.wait_for(engine.stdout.readline(), 30) == b"up\n"
    child = fake.runs[0]["pid"]
    assert alive(child)
    engine.kill()
    await engine.wait()
    await gone(child, 20)
