"""The design tokens: every colour and every size of the desktop stands here and nowhere else.

Source: the design brief's token table; `selected`, the ground of chosen rows, is ours. Dark is the theme of
the day; light holds the same tokens. Colours are `#rrggbb` strings, sizes logical pixels on an 8 px grid.
`look()` answers the theme that is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GRID = 8
HALF = GRID // 2
ROW = 28
"""The height of a table row, of a button and of a field."""
CORNER = 8
CORNER_SMALL = 4
BASE_PX = 13
LABEL_PX = 11
NUMBER_PX = 22
TITLE_PX = 15
LABEL_TRACKING = 105.0
"""Letter spacing of capitals, percent."""
ICON = 16
MARK = 8
"""The side of a status dot."""
BAR = 8
"""The height of an in-cell bar."""
BAR_TRACK = 28
"""The least length of an in-cell bar of MFE; it grows with the column. That of MAE is shorter."""
MAE_TRACK = 20
HTF_STEP = 11
"""From one timeframe's dot to the next."""
MARK_STEP = 18
"""From one letter of the marks to the next."""
AGE_WIDTH = 64
CELL_PAD = 6
ACCENT = 3
"""The width of the edge that marks a chosen row."""
PANEL_MIN_WIDTH = 320
CARD_MIN_WIDTH = 96


class Tone(StrEnum):
    """What a colour means; each tone is one token of the theme."""

    TEXT = "text"
    MUTED = "muted"
    FAINT = "faint"
    NO_BE = "no_be"
    BE = "be"
    BULL = "bull"
    BEAR = "bear"
    GOOD = "good"
    WATCH = "watch"
    DANGER = "danger"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Theme:
    """One set of tokens: layers, reading order, the two strategies, direction, verdicts."""

    name: str
    ground: str
    surface: str
    raised: str
    line: str
    selected: str
    text: str
    muted: str
    faint: str
    no_be: str
    be: str
    bull: str
    bear: str
    good: str
    watch: str
    danger: str
    unknown: str

    def of(self, tone: Tone) -> str:
        """Return the colour of a tone."""
        colour: str = getattr(self, tone.value)
        return colour

    def tint(self, tone: Tone, share: float = 0.10) -> str:
        """Return a tone mixed into the surface, for the ground behind a mark of that tone."""
        return mix(self.surface, self.of(tone), share)


DARK = Theme(
    name="dark",
    ground="#0a1324",
    surface="#0d1b33",
    raised="#13233f",
    line="#1e2a44",
    selected="#182b4b",
    text="#e6edf7",
    muted="#93a7c4",
    faint="#8094b4",
    no_be="#22d3ee",
    be="#a78bfa",
    bull="#60a5fa",
    bear="#f472b6",
    good="#34d399",
    watch="#fbbf24",
    danger="#f87171",
    unknown="#8a94a6",
)
LIGHT = Theme(
    name="light",
    ground="#f4f6fa",
    surface="#ffffff",
    raised="#eef2f8",
    line="#d7dfeb",
    selected="#e8edf7",
    text="#0f1b2d",
    muted="#4b5f7c",
    faint="#586b88",
    no_be="#0e7490",
    be="#7c3aed",
    bull="#1d4ed8",
    bear="#be185d",
    good="#047857",
    watch="#a84a06",
    danger="#b91c1c",
    unknown="#5f6b7d",
)
_STYLE = "fusion"
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

_on = [DARK]


def look() -> Theme:
    """Return the theme that is on; painters ask at paint time, so that a change is seen at once."""
    return _on[0]


def put_on(app: QApplication, theme: Theme) -> None:
    """Dress the application: style, palette, font and stylesheet of this theme."""
    from secondskies_desktop.desktop.stylesheet import palette_of, stylesheet_of
    from secondskies_desktop.desktop.typeface import base_font

    _on[0] = theme
    # One sheet in place of another costs five times as much as none, and then the other.
    app.setStyleSheet("")
    if app.style().name() != _STYLE:
        app.setStyle(_STYLE)
    app.setFont(base_font())
    app.setPalette(palette_of(theme))
    app.setStyleSheet(stylesheet_of(theme))


def mix(under: str, over: str, share: float) -> str:
    """Return `over` laid on `under` with an opacity of `share` (0 to 1)."""
    return "#" + "".join(
        f"{round(low + (high - low) * share):02x}"
        for low, high in zip(_channels(under), _channels(over), strict=True)
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for value in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
