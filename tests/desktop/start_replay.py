"""Run by the tests in a process of its own: replays a day, steps three times, begins again, and leaves.

Arguments: the profile's folder and the trade date. Each of the two windows tells on a line how it stood.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from secondskies_desktop.desktop import replay_app, theme
from secondskies_desktop.foundation.profile import open_profile

if TYPE_CHECKING:
    from secondskies_desktop.desktop.main_window import MainWindow
    from secondskies_desktop.desktop.replay_deck import ReplayDeck

_LOOKS_EVERY_MS = 50


class Stepping(replay_app.ReplayOpener):
    """Steers the window as a trader would."""

    windows = 0

    def dress(self, window: MainWindow) -> ReplayDeck:
        """Give the window its deck, and begin to look at it."""
        self.deck = super().dress(window)
        Stepping.windows += 1
        self.looks = QTimer(window)
        self.looks.timeout.connect(self.look)
        self.looks.start(_LOOKS_EVERY_MS)
        return self.deck

    def look(self) -> None:
        """Step until the third arrival in the first window; tell and leave in the second."""
        now = self.replay.clock.standing()
        if self.replay.engine is None:
            return
        self.replay.clock.pause()
        if Stepping.windows == 1 and now.place < 3:
            self.deck.step()
            return
        self.looks.stop()
        clock = self.replay.clock
        line = {"place": now.place, "at": clock(), "began": clock.begins_us, "runs": now.runs}
        sys.stdout.write(json.dumps(line | {"theme": theme.look().name}) + "\n")
        if Stepping.windows == 1:
            self.deck.restart()
        else:
            self.deck._window.leave()


def main() -> int:
    """Replay the day."""
    replay_app.ReplayOpener = Stepping  # type: ignore[misc]
    return replay_app.run_replay_desktop(open_profile(Path(sys.argv[1])), date.fromisoformat(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(main())
