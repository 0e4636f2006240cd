"""The engine: one thread with one event loop that listens, folds, schedules and watches the way in.

The composition root: the only place that knows every concrete part. No Qt here; the desktop, `listen` and the
demo all run this same engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from secondskies_desktop.alerts.rules import STORAGE
from secondskies_desktop.engine import lookout
from secondskies_desktop.engine.alerting import Alerting
from secondskies_desktop.engine.backups import what_was_made
from secondskies_desktop.engine.integrity import EngineIntegrity
from secondskies_desktop.engine.integrity_api import FOLLOW_EVERY_S, IntegrityApi
from secondskies_desktop.engine.job_runs import JobRuns
from secondskies_desktop.engine.lookout import Lookout
from secondskies_desktop.engine.telemetry import forget_old_traces
from secondskies_desktop.engine.way_in import PublicWay
from secondskies_desktop.foundation import store as foundation_store
from secondskies_desktop.foundation.attention import Attention, AttentionBoard, Severity
from secondskies_desktop.foundation.audit import PROGRAM, Action
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.clock import Moment, as_datetime, moment, system_clock
from secondskies_desktop.foundation.database.backup import rolling_backup
from secondskies_desktop.foundation.database.engine import first_look
from secondskies_desktop.foundation.database.engine_lock import EngineLock
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.database.writer import Writer
from secondskies_desktop.foundation.jobs import ClockedJobs, Job, Jobs
from secondskies_desktop.foundation.logs import logger
from secondskies_desktop.foundation.secrets import WebhookSecret
from secondskies_desktop.ingest import store
from secondskies_desktop.ingest.access_log import AccessLog
from secondskies_desktop.ingest.acknowledgements import Acknowledgements
from secondskies_desktop.ingest.inbox import Inbox
from secondskies_desktop.ingest.listener import Listener
from secondskies_desktop.ingest.pump import Pump
from secondskies_desktop.ingest.tokens import DEFAULT, DEFAULT_STREAM, Token, hash_of, new_secret
from secondskies_desktop.ingest.tracing.notes import TraceNotes
from secondskies_desktop.integrity.service import EVERY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.database.engine import Connection
    from secondskies_desktop.foundation.database.failure import DatabaseProblem
    from secondskies_desktop.foundation.database.writer import Append
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.foundation.settings import Settings

Result = TypeVar("Result")

_log = logger(__name__)

DAY_S = 86_400.0
_FOLD_S = 0.05
_STOP_WITHIN_S = 15.0
_SWITCH_S = 0.0005
"""The loop lets go of the interpreter's lock at every read and write. By default another thread may keep it
for 5 ms each time, so that a busy window would make an acknowledgement wait for half a second."""


class Ready(msgspec.Struct, frozen=True):
    """Where the engine listens; `url` holds the secret and is shown only to the person at the machine."""

    url: str
    port: int
    secret_store: str


class Engine:
    """Runs a profile's services on a thread of its own. Surface: start, stop, submit, and the bus.

    With `listens` False it is the engine of a replay: no door, no tunnel, no backups, and its clock, which is not
    the machine's, drives what looks at the desk.
    """

    def __init__(
        self,
        profile: Profile,
        settings: Settings,
        *,
        command: str,
        clock: Clock = system_clock,
        tunnel: str | None = None,
        bus: Bus | None = None,
        listens: bool = True,
    ) -> None:
        self.profile = profile
        self.settings = settings
        self.bus = Bus() if bus is None else bus
        self.board = AttentionBoard(self.bus)
        self.ready: Ready | None = None
        self.listens = listens
        self._clock = clock
        self._lock = EngineLock(profile.database, command)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._started: Future[Ready] = Future()
        self._acks = Acknowledgements()
        self.pump = Pump(profile.database, self._publish, TraceNotes(clock, self._acks.waited_us))
        self.way = PublicWay(settings, tunnel, profile.settings_file, self.bus, self.board, clock)
        self.integrity_api = IntegrityApi(profile, settings.integrity, self.board, clock)
        self.integrity: EngineIntegrity | None = None
        self.writer: Writer[store.Arrival] | None = None
        self.listener: Listener | None = None
        self.lookout: Lookout | None = None
        self.alerting: Alerting | None = None

    def start(self, host: str | None = None, port: int | None = None) -> Ready:
        """Take the lock, open the database, listen; returns when the door is open.

        Raises DatabaseProblem (EngineRunning among them) and OSError where the port is taken.
        """
        self._host = self.settings.listener.host if host is None else host
        self._port = self.settings.listener.port if port is None else port
        self._lock.acquire()
        try:
            ensure_schema(self.profile.database, self.profile.backups)
            # Until all has opened, nothing of the log is moved into a file that may turn out to be damaged.
            with first_look(self.profile.database):
                self._thread.start()
                self.ready = self._started.result()
        except BaseException:
            self._lock.release()
            raise
        return self.ready

    @property
    def clock(self) -> Clock:
        """What tells this engine the time; whoever shows ages and countdowns of its desk goes by it."""
        return self._clock

    @property
    def role(self) -> str:
        """What this engine is to its database: "engine", "replay", or "stopped"."""
        return "stopped" if not self.alive else "engine" if self.listens else "replay"

    @property
    def alive(self) -> bool:
        """Whether the engine's thread runs."""
        return self._thread.is_alive()

    def hook_url(self, *, public: bool) -> str | None:
        """Return the whole URL of the webhook as its secret is now; None where there is no such address.

        Asks the keyring, so it may block: never on the loop.
        """
        base = self.way.base_url() if public else self.way.state().local_url
        if not base:
            return None
        secret, _ = WebhookSecret(self.profile.home).read_or_create(new_secret)
        return f"{base}/hook/{secret}"

    def run_on_loop(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run a coroutine on the engine's loop; never wait for it on that loop."""
        if self._loop is None:
            raise RuntimeError("the engine has not been started")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self) -> None:
        """Stop accepting, finish what is in flight, write what waits, let go of the lock."""
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stopping.set)
            self._thread.join(_STOP_WITHIN_S)
        self._lock.release()

    def write(self, work: Callable[[Connection], Result]) -> Future[Result]:
        """Run a whole transaction on the writer's connection."""
        if self.writer is None:
            raise RuntimeError("the engine has not been started")
        return self.writer.submit(work)

    def follow(self, settings: Settings) -> None:
        """Go by settings that were changed while it runs; any thread."""
        if self.lookout is not None and self.alerting is not None and self.integrity is not None:
            self.lookout.settings = settings
            self.alerting.follow(settings.alerts)
            self.integrity.follow(settings.integrity)

    def on_pump(self, work: Callable[[], Result]) -> Future[Result]:
        """Run something with the pump on the one thread that may use it."""
        if self.writer is None:
            raise RuntimeError("the engine has not been started")
        return self.writer.call(work)

    def fold_all(self) -> None:
        """Return when all that is stored by now is folded, or cannot be for the moment."""
        while self.on_pump(lambda: self._fold(_FOLD_S)).result():
            pass

    def _fold(self, budget_s: float) -> bool:
        left = self.pump.step(budget_s)
        if self.pump.problem is None:
            self.board.clear(STORAGE, "fold")
        else:
            self._raise(
                STORAGE,
                Severity.DANGER,
                "fold",
                f"Alerts are stored, but signals stand still: {self.pump.problem}",
            )
        return left

    def _publish(self, event: object) -> None:
        self.bus.publish(self._acks.complete(event))

    def _run(self) -> None:
        sys.setswitchinterval(_SWITCH_S)
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if not self._started.done():
                self._started.set_exception(error)
                return
            _log.exception("engine failed")
            raise

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        inbox = Inbox(self._loop, self._on_storage)

        def told(appends: list[Append[store.Arrival]], problem: DatabaseProblem | None) -> None:
            self._acks.told(appends, problem)
            inbox.told(appends, problem)

        writer: Writer[store.Arrival] = Writer(self.profile.database, store.append_arrivals, told, self._fold)
        self.writer = writer
        inbox.use(writer)
        alerting = self.alerting = Alerting(
            self.profile, self.settings.alerts, self.board, self.bus, self._clock, writer.submit
        )
        self.lookout = Lookout(
            self.profile.database,
            self.profile.home,
            self.settings,
            self.board,
            self.bus,
            self._clock,
            partial(moment if self.listens else _moment_by, self._clock),
        )
        self.integrity = EngineIntegrity(
            self.profile.database, self.settings.integrity, self.board, self._clock, writer.submit
        )
        writer.start()
        alerting.begin(sends=self.listens)
        access = AccessLog(self.profile.logs / "access.log")
        self.listener = Listener(inbox, self._clock, access, self._on_stranger)
        runs = JobRuns(self.board, self._clock, writer.submit)
        jobs = Jobs(self._clock, runs.last_started, runs.record) if self.listens else ClockedJobs(self._clock)
        try:
            ready = await self._open_door(writer, self.listener) if self.listens else Ready("", 0, "")
            await self.lookout.begin()
            await jobs.start(self._declared_jobs(access, writer, self.listener, alerting))
            if self.listens:
                await self.way.start(self.listener, ready.port, ready.secret_store)
                await self.integrity_api.open(ready.port)
            # What was made by now stays: looked through again and again, it costs an alert a tenth of a second.
            gc.freeze()
            self._started.set_result(ready)
            await self._stopping.wait()
        finally:
            jobs.stop()
            await self.integrity_api.close()
            await alerting.end()
            await self.way.stop()
            await self.listener.stop()
            with contextlib.suppress(Exception):
                await self._note_uses()
            alerting.log.flush()
            await asyncio.to_thread(writer.stop)
            alerting.close()
            self.lookout.close()
            self.integrity.close()
            self.pump.finish()
            access.close()

    async def _open_door(self, writer: Writer[store.Arrival], listener: Listener) -> Ready:
        secret, kept = WebhookSecret(self.profile.home).read_or_create(new_secret)
        listener.admit(await asyncio.wrap_future(writer.submit(self._admit_default(secret))))
        port = await listener.start(self._host, self._port)
        host = f"[{self._host}]" if ":" in self._host else self._host
        return Ready(f"http://{host}:{port}/hook/{secret}", port, kept)

    def _admit_default(self, secret: str) -> Callable[[Connection], list[Token]]:
        def work(connection: Connection) -> list[Token]:
            found = store.list_tokens(connection)
            default = next((one for one in found if one.name == DEFAULT), None)
            if default is None or default.sha256 != hash_of(secret):
                stream = DEFAULT_STREAM if default is None else default.stream
                made = Token(DEFAULT, hash_of(secret), stream, self._clock(), None, None)
                store.write_token(connection, made)
                foundation_store.record(
                    connection, made.created_us, PROGRAM, Action.TOKEN_NEW, DEFAULT, {"stream": stream}
                )
                found = store.list_tokens(connection)
            return found

        return work

    def _declared_jobs(
        self,
        access: AccessLog,
        writer: Writer[store.Arrival],
        listener: Listener,
        alerting: Alerting,
    ) -> list[Job]:
        async def flush() -> str:
            await asyncio.to_thread(access.flush)
            await asyncio.to_thread(self._lock.renew)
            await self._note_uses()
            found = await asyncio.wrap_future(writer.submit(store.list_tokens))
            listener.admit(found)
            return ""

        async def backup() -> str:
            made = await asyncio.to_thread(rolling_backup, self.profile.database, self.profile.backups)
            now_us, detail = self._clock(), what_was_made(made)
            await asyncio.wrap_future(
                writer.submit(
                    lambda connection: foundation_store.record(
                        connection, now_us, PROGRAM, Action.BACKUP, made.file.name, detail
                    )
                )
            )
            return f"{made.file.name}: {made.rows} arrivals"

        async def look() -> str:
            alerting.log.flush()
            return "" if self.lookout is None else await self.lookout.look()

        async def forget() -> str:
            return await forget_old_traces(writer.submit, self._clock())

        return [
            Job("notes", 5.0, flush, recorded=False),
            Job("backup", DAY_S, backup),
            Job("traces", DAY_S, forget),
            Job("lookout", lookout.EVERY_S, look, recorded=False, in_replay=True),
            Job("integrity api", FOLLOW_EVERY_S, self.integrity_api.follow, recorded=False),
            *(
                []
                if self.integrity is None
                else [Job("integrity", EVERY_S, self.integrity.look, recorded=False)]
            ),
        ]

    async def _note_uses(self) -> None:
        if self.listener is not None and self.listener.used and self.writer is not None:
            used, self.listener.used = self.listener.used, {}
            await asyncio.wrap_future(
                self.writer.submit(lambda connection: store.note_token_use(connection, used))
            )

    def _on_storage(self, problem: DatabaseProblem | None) -> None:
        if problem is None:
            self.board.clear(STORAGE, "inbox")
            return
        is_new = self._raise(
            STORAGE,
            Severity.DANGER,
            "inbox",
            f"Alerts cannot be stored and are refused: {problem}. TradingView sends each three more times.",
        )
        if is_new:
            _log.error("alerts are not stored", reason=str(problem))

    def _on_stranger(self, address: str) -> None:
        _log.warning("unknown webhook token", address=address)

    def _raise(self, kind: str, severity: Severity, key: str, text: str) -> bool:
        return self.board.raise_(Attention(kind, severity, key, text, as_datetime(self._clock())))


def _moment_by(clock: Clock) -> Moment:
    """Look at one clock in place of three: a replay's may jump, and the machine's sleep is none of its own."""
    now_us = clock()
    return Moment(now_us, now_us / 1e6, now_us / 1e6)
