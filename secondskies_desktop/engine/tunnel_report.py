"""What another process can say of the public way in: the engine's last word, or a walk of its own.

The engine notes the state of its tunnel in the profile at every probe. A test walks the public address itself; any
server may answer 200, and only the engine sees its own nonce come back, so a test passes when the engine's last
probe did too, and is UNKNOWN where there is no such probe.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from secondskies_desktop.foundation.clock import as_iso, system_clock
from secondskies_desktop.foundation.decoding import json_decoder
from secondskies_desktop.ingest.changes import WayIn
from secondskies_desktop.ingest.tunnel import fetch_status

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.foundation.profile import Profile

_OK = 200
_decode = json_decoder(WayIn)
_PROVED_FOR_US = 11 * 60 * 1_000_000
"""Two of the engine's probes, which come every five minutes, and a minute for a slow one."""


def note_file(home: Path) -> Path:
    """Return the file in which the engine notes its way in; it holds no secret."""
    return home / "way-in.json"


def report_tunnel(profile: Profile, *, test: bool) -> dict[str, Any]:
    """Return public_url, ok, checked_at and changed_since_alerts_were_made (cli.md); unknown is null."""
    try:
        way = _decode(note_file(profile.home).read_bytes())
    except (OSError, msgspec.MsgspecError):
        return _answer(None, None, None, None, "no engine has run with this profile")
    ok, checked_us, detail = way.ok, way.checked_us, way.detail
    if test and way.public_url is not None:
        try:
            status = asyncio.run(fetch_status(f"{way.public_url}/healthz"))
        except Exception as error:
            ok, detail = False, f"{way.public_url} cannot be reached: {type(error).__name__}"
        else:
            ok, detail = _judged(way, status)
        checked_us = system_clock()
    return _answer(way.public_url, ok, checked_us, way.changed_since_alerts_were_made, detail)


def _judged(way: WayIn, status: int) -> tuple[bool | None, str]:
    if status != _OK:
        return False, f"{way.public_url} answers {status}"
    if way.ok is False:
        return False, way.detail
    if not way.ok or way.last_ok_us is None or system_clock() - way.last_ok_us > _PROVED_FOR_US:
        return (
            None,
            f"{way.public_url} answers, and no engine has lately seen its own probe come back through it",
        )
    return True, f"{way.public_url} answers, and the engine's own probe came back through it"


def _answer(
    public_url: str | None,
    ok: bool | None,
    checked_us: int | None,
    changed: bool | None,
    detail: str,
) -> dict[str, Any]:
    return {
        "public_url": public_url,
        "ok": ok,
        "checked_at": as_iso(checked_us),
        "changed_since_alerts_were_made": changed,
        "detail": detail,
    }
