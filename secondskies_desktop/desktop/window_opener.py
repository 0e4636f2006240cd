"""How a window gets its desk: at once to look at what is stored, then as the engine or as its viewer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.engine.demo import DemoStream
    from secondskies_desktop.engine.desk import Desk as EngineDesk
    from secondskies_desktop.engine.desk import DeskStatus
    from secondskies_desktop.engine.opening import OpenDesk
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.profile import Profile
    from secondskies_desktop.signals.changes import SignalRow


class Opener(Protocol):
    """All calls block and belong on a reader thread, but for `close`, which is called once and at the end."""

    def glance(self, bus: Bus) -> Desk | None:
        """Return at once a desk that answers for signals; None where the database must be opened first."""

    def open(self, bus: Bus) -> Desk:
        """Start what feeds the desk, publishing on `bus`; raises what stands in the way."""

    def look_on(self, bus: Bus) -> Desk:
        """Return a desk that answers everything and is fed by nothing, where `open` failed."""

    def close(self) -> None:
        """End everything."""


class _Glance:
    """Reads signals and nothing else: the rest of the engine's desk takes longer to import than to read."""

    def __init__(self, profile: Profile, bus: Bus) -> None:
        from secondskies_desktop.foundation.database.engine import read_engine

        self.bus = bus
        self._database = read_engine(profile.database)

    def signals(self, limit: int, before: tuple[int, str] | None = None) -> tuple[int, list[SignalRow]]:
        """Answer as the desk does."""
        from secondskies_desktop.signals import store

        with self._database.connect() as connection:
            rows = store.newest(connection, limit, before)
            return store.counters(connection)[1], rows

    def close(self) -> None:
        """Let go of the database."""
        self._database.dispose()


class SwitchedDesk:
    """Answers as the desk of the moment: panels keep it while the reading desk gives way to the engine's.

    Until then `role` and `role_detail` stand in for those of the status: "starting", or "failed" and why.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.now: Desk | None = None
        self.role: str | None = "starting"
        self.role_detail = ""

    def __getattr__(self, name: str) -> Any:
        if self.now is None:
            raise RuntimeError("the database is being opened")
        return getattr(self.now, name)

    def status(self) -> DeskStatus:
        """Return the desk's status in the role that this process has by now."""
        if self.now is None:
            raise RuntimeError("the database is being opened")
        status = self.now.status()
        if self.role is None:
            return status
        return msgspec.structs.replace(status, role=self.role, role_detail=self.role_detail)

    def as_desk(self) -> Desk:
        """Return itself as the desk that it stands for."""
        return cast("Desk", self)


class ProfileOpener:
    """Opens a profile."""

    def __init__(self, profile: Profile, *, command: str = "secondskies desktop") -> None:
        self.profile = profile
        self._command = command
        self._opened: OpenDesk | None = None
        self._looking: list[_Glance | EngineDesk] = []

    def glance(self, bus: Bus) -> Desk | None:
        from secondskies_desktop.foundation.database.engine import first_look

        with contextlib.suppress(Exception), first_look(self.profile.database):
            glance = _Glance(self.profile, bus)
            try:
                glance.signals(1)
            except Exception:
                glance.close()
                return None
            self._looking.append(glance)
            return cast("Desk", glance)
        return None

    def open(self, bus: Bus) -> Desk:
        from secondskies_desktop.engine.opening import open_desk

        self._opened = open_desk(self.profile, command=self._command, bus=bus)
        return self._opened.desk

    def look_on(self, bus: Bus) -> Desk:
        from secondskies_desktop.engine.desk import Desk

        desk = Desk(self.profile, bus)
        self._looking.append(desk)
        return desk

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        while self._looking:
            self._looking.pop().close()


class DemoOpener:
    """Opens a throwaway profile and lets generated alerts come in through its webhook."""

    def __init__(self, home: Path | None, *, speed: float | None, keep: bool) -> None:
        from secondskies_desktop.engine.demo import open_demo_profile

        self.profile = open_demo_profile(home)
        self._speed = speed
        self._keep = keep
        self._opened: OpenDesk | None = None
        self._stream: DemoStream | None = None

    def glance(self, bus: Bus) -> Desk | None:
        del bus
        return None

    def open(self, bus: Bus) -> Desk:
        from secondskies_desktop.engine.demo import DemoStream
        from secondskies_desktop.engine.opening import open_desk

        self._opened = open_desk(self.profile, command="secondskies demo", bus=bus, port=0)
        engine = self._opened.engine
        if engine is not None and engine.ready is not None:
            self._stream = DemoStream(engine.ready.url, self._speed)
            self._stream.start()
        return self._opened.desk

    def look_on(self, bus: Bus) -> Desk:
        from secondskies_desktop.engine.desk import Desk

        return Desk(self.profile, bus)

    def close(self) -> None:
        from secondskies_desktop.engine.demo import close_demo_profile

        if self._stream is not None:
            self._stream.stop()
        if self._opened is not None:
            self._opened.close()
        close_demo_profile(self.profile, keep=self._keep)
