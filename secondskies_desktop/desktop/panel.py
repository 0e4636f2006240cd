"""What a panel is: a declaration (key, title, topics) and a widget that starts on a desk.

It stands beside the folder of panels, not in it: panels do not import one another (import-linter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.widgets.panel_header import PanelHeader
from secondskies_desktop.foundation.clock import system_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from secondskies_desktop.desktop.actions import Action
    from secondskies_desktop.desktop.attention import Noticed
    from secondskies_desktop.desktop.bridge import Bridge
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.health import Word
    from secondskies_desktop.desktop.preferences import Preferences
    from secondskies_desktop.desktop.readers import Readers
    from secondskies_desktop.desktop.remembered import Remembered
    from secondskies_desktop.foundation.clock import Clock


class Panel(QWidget):
    """One capability on screen. The window puts it into a dock and wires panels to one another by signals.

    `header` becomes the dock's title bar: title, badge (DEMO, REPLAY), and whatever the panel puts beside them.
    """

    key: ClassVar[str]
    """Names the dock in saved layouts and the picture in `screenshots`; never changes."""
    title: ClassVar[str]
    topics: ClassVar[tuple[str, ...]] = ()
    """What it shows of the bridge: "signals", "arrivals", "way_in", "status", "attention"."""

    loaded = Signal()
    """An answer is on screen: the first, and that to each `show_signal`; content, nothing, or an error."""
    completed = Signal()
    """All that the panel reads by itself is on screen: from now on it only follows."""
    signal_chosen = Signal(int)
    """The trader chose this signal id; the window hands it to the other panels."""
    detail_wanted = Signal(int)
    """He asked to see this signal id in full (Enter)."""
    day_chosen = Signal(object)
    """He chose this trade date for every panel, or None for all of them again."""
    panel_wanted = Signal(str)
    """He asked for the panel of this key."""
    undoable = Signal(object)
    """He did something that this takes back; the window keeps it for Ctrl+Z."""

    def __init__(self, parent: QWidget | None = None, *, clock: Clock = system_clock) -> None:
        """`clock` tells the time of the desk, which is the machine's but in a replay."""
        super().__init__(parent)
        self._clock = clock
        self.setMinimumWidth(theme.PANEL_MIN_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.header = PanelHeader(self.title)

    def start(self, desk: Desk, bridge: Bridge, readers: Readers) -> None:
        """Show the loading state, ask for a snapshot on a reader, then follow the bridge."""
        raise NotImplementedError

    def stop(self) -> None:
        """Drop questions that are on their way; the window is about to close."""

    def set_badge(self, word: str) -> None:
        """Say DEMO or REPLAY, or with nothing take it away."""
        self.header.set_badge(word)

    def show_signal(self, signal_id: int) -> None:
        """Another panel's signal was chosen; a panel that shows one signal shows this one."""

    def show_day(self, day: date | None) -> None:
        """A trade date was chosen for every panel, or taken away with None."""

    def be_seen(self, *, seen: bool) -> None:
        """The panel has come into sight, or lies behind another tab: what nobody sees need not be kept up."""

    def show_panels(self, targets: Sequence[tuple[str, str]]) -> None:
        """These panels can be asked for by `panel_wanted`: key and title."""

    def use_preferences(self, preferences: Preferences) -> None:
        """These are the settings of the window; a panel that shows some of them changes them here."""

    def show_health(self, words: Mapping[str, Word]) -> None:
        """The links of the chain (webhook, tunnel, database, engine) stand like this now."""

    def show_attention(self, found: Sequence[Noticed]) -> None:
        """These conditions are open now, the gravest first."""

    def is_complete(self) -> bool:
        """Whether all that the panel reads by itself is on screen."""
        return True

    def take_focus(self) -> None:
        """Put the keyboard where a trader would go on."""
        self.setFocus()

    def focus_filter(self) -> bool:
        """Put the keyboard into the filter ("/"); False where there is none."""
        return False

    def step_row(self, step: int) -> bool:
        """Go `step` rows down (J) or up (K, negative); False where there are no rows."""
        del step
        return False

    def open_row(self) -> bool:
        """Open the chosen row (Enter); False where there is nothing to open."""
        return False

    def go_back(self) -> bool:
        """Undo the last narrowing (Esc); False where there is nothing to undo."""
        return False

    def actions_offered(self) -> Sequence[Action]:
        """Return what can be done in this panel, for menus, palette and keys."""
        return ()

    def search(self, typed: str) -> Sequence[tuple[str, Callable[[], object]]]:
        """Return what of this panel the palette can offer for some letters: a title, and what it does."""
        del typed
        return ()

    def save_state(self, remembered: Remembered) -> None:
        """Keep filter, columns and the like in this panel's own part."""

    def restore_state(self, remembered: Remembered) -> None:
        """Read what `save_state` wrote; called before `start`."""

    def tick(self, now_us: int) -> None:
        """A second has passed (µs UTC): ages and countdowns move on."""

    def theme_changed(self) -> None:
        """The theme has changed: whatever the stylesheet cannot dress is drawn anew."""
        self.update()
