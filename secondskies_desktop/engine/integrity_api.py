"""The Integrity API in the engine: what it answers by, when it is open, and whose token it takes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secondskies_desktop.alerts.rules import INTEGRITY_API
from secondskies_desktop.engine.integrity import conflicts_of, fill_answer, gap_answers, scan_answer
from secondskies_desktop.engine.reading import signal_answers
from secondskies_desktop.engine.telemetry import latency_answer, latency_of
from secondskies_desktop.foundation.attention import Attention, Severity
from secondskies_desktop.foundation.clock import as_datetime
from secondskies_desktop.foundation.database.engine import bounded, read_engine
from secondskies_desktop.foundation.secrets import IntegrityToken, UnreadableSecret
from secondskies_desktop.foundation.sessions import trade_date
from secondskies_desktop.ingest.tokens import hash_of, new_secret
from secondskies_desktop.ingest.tracing import store as trace_store
from secondskies_desktop.ingest.tracing.trace import as_answer
from secondskies_desktop.integrity import store as integrity_store
from secondskies_desktop.integrity.answers import NoSuchPlace, NotAnswered, Page
from secondskies_desktop.integrity.server import HOST, IntegrityServer
from secondskies_desktop.signals.fill_log import store as fill_log

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import IntegritySettings

Result = TypeVar("Result")

FOLLOW_EVERY_S = 5.0
_READ_WITHIN_S = 4.0
_HOUR_US = 3_600_000_000


class StoredAnswers:
    """Answers from the database, each on a read connection and in bounded time."""

    def __init__(self, database: URL, clock: Clock) -> None:
        self._database = read_engine(database)
        self._clock = clock

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.dispose()

    def health(self) -> dict[str, Any]:
        """Return how complete the data is."""

        def read(connection: Connection) -> dict[str, Any]:
            answer = scan_answer(connection, self._clock())
            found, filled = integrity_store.counts_since(connection, self._clock() - _HOUR_US)
            gaps = answer.pop("gaps")
            return {**answer, "open_gaps": len(gaps), "found_last_hour": found, "filled_last_hour": filled}

        return self._looked("Health", read)

    def gaps(self, limit: int, after: str) -> Page:
        """Return what is missing, the newest found first; a place is a number of rows."""
        return _page(self._looked("What is missing", gap_answers), limit, after)

    def fills(self, limit: int, after: str) -> Page:
        """Return what was filled in, newest first; a place is an id."""
        before = None if not after else _number(after)
        rows = self._looked(
            "What was filled in", lambda connection: fill_log.newest(connection, limit, before)
        )
        following = str(rows[-1].id) if len(rows) == limit else None
        return Page([{**fill_answer(one), "kind": one.kind, "refers": one.refers} for one in rows], following)

    def conflicts(self, limit: int, after: str) -> Page:
        """Return where sources contradict one another; a place is a number of rows."""
        return _page(self._looked("What contradicts itself", conflicts_of), limit, after)

    def _looked(self, what: str, work: Callable[[Connection], Result]) -> Result:
        def read(connection: Connection) -> Result:
            if not integrity_store.position(connection).at_us:
                raise NotAnswered(f"{what} is not known: nothing has looked for gaps.")
            return work(connection)

        return self._read(read)

    def signal(self, trade_id: str, stream: str | None) -> dict[str, Any] | None:
        """Return a signal as `signals show` does, that of a chart where one is named."""
        found = self._read(lambda connection: signal_answers(connection, trade_id))
        wanted = [one for one in found if stream in (None, one["stream"])]
        if not wanted:
            return None
        return {**wanted[0], "also_on": [one["stream"] for one in found if one is not wanted[0]]}

    def latency(self, day: date | None) -> dict[str, Any]:
        """Return how long the alerts of a trade date took."""
        wanted = trade_date(self._clock()) if day is None else day
        return latency_answer(self._read(lambda connection: latency_of(connection, wanted)))

    def trace(self, inbox_id: int) -> dict[str, Any] | None:
        """Return the way of an arrival."""
        found = self._read(lambda connection: trace_store.trace_of(connection, inbox_id))
        return None if found is None else {"inbox_id": inbox_id, **as_answer(found)}

    def _read(self, work: Callable[[Connection], Result]) -> Result:
        with self._database.connect() as connection, bounded(connection, _READ_WITHIN_S):
            return work(connection)


def _page(rows: list[dict[str, Any]], limit: int, after: str) -> Page:
    start = 0 if not after else _number(after)
    following = str(start + limit) if start + limit < len(rows) else None
    return Page(rows[start : start + limit], following)


def _number(place: str) -> int:
    if not place.isascii() or not place.isdigit() or len(place) > 18:  # noqa: PLR2004 - beyond it is no id
        raise NoSuchPlace(f"no such place: {place[:40]!r}")
    return int(place)


class IntegrityApi:
    """Opens the API where the settings say so; a port that is taken costs the API and nothing else."""

    def __init__(
        self,
        profile: Profile,
        settings: IntegritySettings,
        board: AttentionBoard,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._board = board
        self._clock = clock
        self._database = profile.database
        self._token = IntegrityToken(profile.home)
        self._note = note_file(profile.home)
        self._written: tuple[int, ...] | None = None
        self._answers: StoredAnswers | None = None
        self._server: IntegrityServer | None = None

    async def open(self, webhook_port: int) -> None:
        """Listen, if it is switched on, on another port than the webhook's."""
        if not self._settings.api:
            return
        try:
            port = self._settings.api_port
            if port == webhook_port:
                raise OSError(f"port {port} is the webhook's")
            self._answers = StoredAnswers(self._database, self._clock)
            self._server = IntegrityServer(self._answers)
            bound = await self._server.start(port)
            await asyncio.to_thread(self._note.write_bytes, msgspec.json.encode({"port": bound}))
            await self.follow()
        except OSError as error:
            await self.close()
            text = f"The Integrity API is not open: {error.strerror or error}."
            self._board.raise_(
                Attention(INTEGRITY_API, Severity.WATCH, "door", text, as_datetime(self._clock()))
            )

    async def follow(self) -> str:
        """Take the token that is kept now, where another process has made a new one."""
        if self._server is not None:
            written = await asyncio.to_thread(self._token.written)
            if written != self._written:
                self._server.admit(await asyncio.to_thread(self._kept))
                self._written = written
        return ""

    def _kept(self) -> bytes | None:
        """Return the hash of the token; None where there is none, or it cannot be read, which opens to nobody."""
        try:
            found = self._token.read()
        except UnreadableSecret as error:
            text = f"The Integrity API is open to nobody: {error}."
            self._board.raise_(
                Attention(INTEGRITY_API, Severity.WATCH, "token", text, as_datetime(self._clock()))
            )
            return None
        self._board.clear(INTEGRITY_API, "token")
        return None if found is None else hash_of(found[0])

    async def close(self) -> None:
        """Close the door and let go of the database."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
            with contextlib.suppress(OSError):
                await asyncio.to_thread(self._note.unlink, missing_ok=True)
        answers, self._answers = self._answers, None
        if answers is not None:
            answers.close()


def note_file(home: Path) -> Path:
    """Return the file that names the port of an API that is open."""
    return home / "integrity-api.json"


def token(profile: Profile, *, new: bool) -> dict[str, Any]:
    """Make the token where there is none or another is wanted; the answer holds it this once, else null."""
    kept = IntegrityToken(profile.home)
    # A new one is wanted most of all where the old one cannot be read.
    found = None if new else kept.read()
    secret = new_secret() if found is None else None
    place = kept.replace(secret) if secret is not None else found[1] if found is not None else None
    return {"token": secret, "kept_in": place, "url": _url(profile.home)}


def _url(home: Path) -> str | None:
    try:
        return f"http://{HOST}:{int(msgspec.json.decode(note_file(home).read_bytes())['port'])}"
    except (OSError, msgspec.MsgspecError, KeyError, TypeError, ValueError):
        return None
