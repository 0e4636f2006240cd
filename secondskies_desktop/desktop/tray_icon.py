"""The icon of the tray by state, drawn from the theme's tokens: a disc of a tone with a mark of its own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.attention import Severity
from secondskies_desktop.foundation.market_hours import State, market_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from secondskies_desktop.foundation.attention import Attention

MOST_SAID = 240
"""Characters of a tooltip or a message; the strip and the Attention panel have the whole."""
_SIZES = (16, 22, 24, 32, 48, 64)


class TrayState(StrEnum):
    """What the tray shows, the gravest first."""

    DANGER = "danger"
    WATCH = "watch"
    DEMO = "demo"
    SHUT = "shut"
    OK = "ok"


_TONES = {
    TrayState.DANGER: Tone.DANGER,
    TrayState.WATCH: Tone.WATCH,
    TrayState.DEMO: Tone.BE,
    TrayState.SHUT: Tone.FAINT,
    TrayState.OK: Tone.GOOD,
}
# Strokes in a square of 1: what tells the states apart without the colour.
_STROKES: dict[TrayState, tuple[tuple[tuple[float, float], ...], ...]] = {
    TrayState.DANGER: (((0.32, 0.32), (0.68, 0.68)), ((0.68, 0.32), (0.32, 0.68))),
    TrayState.WATCH: (((0.5, 0.24), (0.5, 0.56)), ((0.5, 0.73), (0.5, 0.75))),
    TrayState.DEMO: (((0.38, 0.26), (0.38, 0.74), (0.54, 0.74), (0.67, 0.5), (0.54, 0.26), (0.38, 0.26)),),
    TrayState.SHUT: (((0.3, 0.5), (0.7, 0.5)),),
    TrayState.OK: (((0.29, 0.52), (0.44, 0.67), (0.72, 0.35)),),
}


def state_of(open_now: Sequence[Attention], now_us: int, *, demo: bool) -> TrayState:
    """Return the tray's state: what wants the trader before the demo, and that before the market."""
    gravest = max((one.severity for one in open_now), key=lambda one: one.rank, default=Severity.INFO)
    if gravest is Severity.DANGER:
        return TrayState.DANGER
    if gravest is Severity.WATCH:
        return TrayState.WATCH
    if demo:
        return TrayState.DEMO
    is_shut = market_state(now_us).state in (State.CLOSED, State.HALT)
    return TrayState.SHUT if is_shut else TrayState.OK


def sentence(open_now: Sequence[Attention], now_us: int, *, demo: bool, profile: str) -> str:
    """Return the tooltip: one sentence."""
    who = "Second Skies, DEMO" if demo else f"Second Skies, {profile}".rstrip(", ")
    if open_now:
        gravest = max(open_now, key=lambda one: (one.severity.rank, one.since))
        more = f", and {len(open_now) - 1} more" if len(open_now) > 1 else ""
        return f"{who}: {gravest.text}{more}"
    market = market_state(now_us)
    words = {
        State.OPEN: "the market is open",
        State.CLOSED: f"the market is closed, {market.reason}",
        State.HALT: f"the market is halted, {market.reason}",
        State.UNKNOWN: "market hours are UNKNOWN",
    }
    until = "" if market.until_us is None else f" until {formats.ny_minute(market.until_us)} NY"
    return f"{who}: nothing wants you, {words[market.state]}{until}"


def outside(text: str) -> str:
    """Return a text as it leaves the window: short, and with nothing that a system's message takes for markup."""
    plain = text.replace("<", "‹").replace(">", "›")  # noqa: RUF001 - marks that look like those they stand for
    return plain if len(plain) <= MOST_SAID else f"{plain[: MOST_SAID - 1]}…"


def icon_of(state: TrayState) -> QIcon:
    """Draw the icon of a state in the theme that is on."""
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(_drawn(state, size))
    return icon


def _drawn(state: TrayState, size: int) -> QPixmap:
    look = theme.look()
    tone = QColor(look.of(_TONES[state]))
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    is_hollow = state is TrayState.SHUT
    pen = QPen(tone, size / 10)
    edge = size / 12
    # Its own ground behind it: the tray of the system may be of any colour.
    painter.setBrush(QColor(look.ground) if is_hollow else tone)
    painter.setPen(pen)
    painter.drawEllipse(QRectF(edge, edge, size - 2 * edge, size - 2 * edge))
    stroke = QPen(tone if is_hollow else QColor(look.ground), size / 9)
    stroke.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroke.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(stroke)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for points in _STROKES[state]:
        painter.drawPolyline([QPointF(across * size, down * size) for across, down in points])
    painter.end()
    return QPixmap.fromImage(image)
