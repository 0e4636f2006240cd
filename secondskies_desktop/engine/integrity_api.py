"""The Integrity API in the engine: what it answers by, when it is open, and whose token it takes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secondskies_desktop.alerts.rules import INTEGRITY_API
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
from secondskies_desktop.integrity.answers import NotAnswered
from secondskies_desktop.integrity.server import HOST, IntegrityServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import URL, Connection
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import IntegritySettings
    from secondskies_desktop.integrity.answers import IntegrityAnswers, Page

Result = TypeVar("Result")

FOLLOW_EVERY_S = 5.0
_READ_WITHIN_S = 4.0


class StoredAnswers:
    """Answers from the database, each on a read connection and in bounded time, and for the integrity service."""

    def __init__(self, database: URL, clock: Clock, integrity: IntegrityAnswers | None) -> None:
        self._integrity = integrity
        self._database = read_engine(database)
        self._clock = clock

    def close(self) -> None:
        """Let go of the database's connections."""
        self._database.dispose()

    def health(self) -> Any:
        """Return how complete the data is."""
        return self._known("Health").health()

    def gaps(self, limit: int, after: str) -> Page:
        """Return what is missing."""
        return self._known("What is missing").gaps(limit, after)

    def fills(self, limit: int, after: str) -> Page:
        """Return what was filled in."""
        return self._known("What was filled in").fills(limit, after)

    def conflicts(self, limit: int, after: str) -> Page:
        """Return where sources contradict one another."""
        return self._known("What contradicts itself").conflicts(limit, after)

    def _known(self, what: str) -> IntegrityAnswers:
        if self._integrity is None:
            raise NotAnswered(f"{what} is not known: nothing has looked for gaps.")
        return self._integrity

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


class IntegrityApi:
    """Opens the API where the settings say so; a port that is taken costs the API and nothing else.

    `integrity` answers for health, gaps, fills and conflicts; without it they are not known.
    """

    def __init__(
        self,
        profile: Profile,
        settings: IntegritySettings,
        board: AttentionBoard,
        clock: Clock,
        integrity: IntegrityAnswers | None = None,
    ) -> None:
        self._integrity = integrity
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
            self._answers = StoredAnswers(self._database, self._clock, self._integrity)
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
