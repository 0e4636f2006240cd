"""Opening a profile for a window: as its engine, or as a viewer where another process is the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.engine.desk import Desk
from secondskies_desktop.engine.engine import Engine
from secondskies_desktop.engine.follower import Follower
from secondskies_desktop.foundation.bus import Bus
from secondskies_desktop.foundation.database.engine_lock import EngineRunning
from secondskies_desktop.foundation.database.migrate import ensure_schema
from secondskies_desktop.foundation.settings import read_settings

if TYPE_CHECKING:
    from secondskies_desktop.foundation.attention import AttentionBoard
    from secondskies_desktop.foundation.profile import Profile


class OpenDesk:
    """A desk with whatever feeds it; `close` ends both. `board` holds what wants the trader."""

    def __init__(
        self,
        desk: Desk,
        board: AttentionBoard,
        engine: Engine | None = None,
        follower: Follower | None = None,
    ) -> None:
        self.desk = desk
        self.board = board
        self.engine = engine
        self._follower = follower

    def close(self) -> None:
        """End what feeds the desk, then the desk."""
        if self.engine is not None:
            self.engine.stop()
        if self._follower is not None:
            self._follower.stop()
        self.desk.close()


def open_desk(profile: Profile, *, command: str, bus: Bus | None = None, port: int | None = None) -> OpenDesk:
    """Open a profile; publishes on `bus`, which listeners may have joined before.

    Raises DatabaseProblem, UnreadableSettings, TunnelSettingsWrong, and OSError where the port is taken.
    """
    settings = read_settings(profile.settings_file)
    bus = Bus() if bus is None else bus
    engine = Engine(profile, settings, command=command, bus=bus)
    try:
        engine.start(port=port)
    except EngineRunning as running:
        ensure_schema(profile.database, profile.backups)
        follower = Follower(profile, bus)
        follower.start()
        desk = Desk(profile, bus, None, str(running))
        return OpenDesk(desk, engine.board, None, follower)
    return OpenDesk(Desk(profile, bus, engine), engine.board, engine)
