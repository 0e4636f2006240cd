"""Icons by name, drawn from QtAwesome's fonts; imported on first use, so that start stays fast."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from secondskies_desktop.desktop.theme import Tone, look

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

_NAMES = {
    "alarm": "mdi6.bell-ring-outline",
    "close": "mdi6.close",
    "columns": "mdi6.view-column-outline",
    "copy": "mdi6.content-copy",
    "export": "mdi6.tray-arrow-down",
    "float": "mdi6.dock-window",
    "pin": "mdi6.pin-outline",
    "retry": "mdi6.refresh",
    "search": "mdi6.magnify",
    "send": "mdi6.send-outline",
    "warning": "mdi6.alert-outline",
}


def icon(name: str, tone: Tone = Tone.MUTED) -> QIcon:
    """Return one of our icons in a tone of the theme that is on. KeyError for a name that is not ours."""
    return _drawn(_NAMES[name], look().of(tone))


@lru_cache(maxsize=128)
def _drawn(name: str, colour: str) -> QIcon:
    import qtawesome

    drawn: QIcon = qtawesome.icon(name, color=colour)
    return drawn
