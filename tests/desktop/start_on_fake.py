"""Run by the tests in a process of its own: opens a window on a desk in memory and tells what was imported.

Arguments: the profile's folder, and what to do once the first picture is painted: "close" or "wait".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HEAVY = ("pyqtgraph", "numpy", "pandas", "aiohttp", "alembic", "qtawesome", "sklearn", "numba", "asyncssh")

if TYPE_CHECKING:
    from secondskies_desktop.foundation.bus import Bus
    from tests.desktop.fake_desk import FakeDesk


class Opener:
    """Opens a desk in memory."""

    def glance(self, bus: Bus) -> FakeDesk:
        """Return it."""
        from tests.desktop.fake_desk import FakeDesk
        from tests.desktop.made_signals import made_signals

        desk = FakeDesk(made_signals(300))
        desk.bus = bus
        self.desk = desk
        return desk

    def open(self, bus: Bus) -> FakeDesk:
        """Return it again."""
        del bus
        return self.desk

    def look_on(self, bus: Bus) -> FakeDesk:
        """Return it once more."""
        return self.open(bus)

    def close(self) -> None:
        """Do nothing."""


def main() -> int:
    """Open the window."""
    from secondskies_desktop.desktop import app, window_life
    from secondskies_desktop.foundation.profile import open_profile

    doing = sys.argv[2]

    def painted(life: window_life.WindowLife) -> None:
        found = [name for name in HEAVY if name in sys.modules]
        table = life.window.panels["live_signals"].table  # type: ignore[attr-defined]
        sys.stdout.write(json.dumps({"heavy": found, "rows": table.model().rowCount()}) + "\n")
        sys.stdout.flush()
        if doing == "close":
            life.window.close()

    class Watched(window_life.WindowLife):
        def start(self) -> None:
            self.first_picture.connect(lambda: painted(self))
            super().start()

    window_life.WindowLife = Watched  # type: ignore[misc]
    return app.run_window(Opener(), open_profile(Path(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
