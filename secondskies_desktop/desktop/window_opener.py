"""How a window gets its desk: at once to look at what is stored, then as the engine or as its viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.engine.demo import DemoStream
    from secondskies_desktop.engine.desk import DeskStatus
    from secondskies_desktop.engine.opening import OpenDesk
    from secondskies_desktop.foundation.bus import Bus
    from secondskies_desktop.foundation.profile import Profile


class Opener(Protocol):
    """Both calls block and belong on a reader thread; `close` is called once, whatever was opened."""

    def glance(self, bus: Bus) -> Desk | None:
        """Return a desk that only reads, at once; None where the database must be opened first."""

    def open(self, bus: Bus) -> Desk:
        """Start what feeds the desk, publishing on `bus`; raises what stands in the way."""

    def close(self) -> None:
        """End everything."""


class SwitchedDesk:
    """Answers as the desk of the moment: panels keep it while the reading desk gives way to the engine's.

    Until then `role` and `role_detail` stand in for those of the status: "starting", or "failed" and why.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.now: Desk | None = None
        self.role: str | None = "starting"
        self.role_detail = ""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the desk's own method
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
        self._glancing: Any = None

    def glance(self, bus: Bus) -> Desk | None:
        from secondskies_desktop.engine.desk import Desk

        desk = Desk(self.profile, bus, None, "")
        try:
            desk.signals(1)
        except Exception:  # noqa: BLE001 - `open` finds out and says what it is
            desk.close()
            return None
        self._glancing = desk
        return desk

    def open(self, bus: Bus) -> Desk:
        from secondskies_desktop.engine.opening import open_desk

        self._opened = open_desk(self.profile, command=self._command, bus=bus)
        return self._opened.desk

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        if self._glancing is not None:
            self._glancing.close()


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

    def close(self) -> None:
        from secondskies_desktop.engine.demo import close_demo_profile

        if self._stream is not None:
            self._stream.stop()
        if self._opened is not None:
            self._opened.close()
        close_demo_profile(self.profile, keep=self._keep)
