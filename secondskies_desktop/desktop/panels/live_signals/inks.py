"""Pens and brushes of the table, made once a theme: painting a cell makes none."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPen

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone, mix

if TYPE_CHECKING:
    from secondskies_desktop.desktop.theme import Theme

_ENDED_SHARE = 0.45
_TRACK_SHARE = 0.22
_RING = 1.5


class Inks:
    """What a theme paints cells with."""

    def __init__(self, look: Theme) -> None:
        self.pens = {tone: QPen(QColor(look.of(tone))) for tone in Tone}
        self.rings = {tone: QPen(QColor(look.of(tone)), _RING) for tone in Tone}
        self.brushes = {tone: QBrush(QColor(look.of(tone))) for tone in Tone}
        self.ended = {tone: QBrush(QColor(mix(look.surface, look.of(tone), _ENDED_SHARE))) for tone in Tone}
        self.tints = {tone: QBrush(QColor(look.tint(tone))) for tone in Tone}
        self.track = QBrush(QColor(mix(look.surface, look.faint, _TRACK_SHARE)))
        self.hatched = QBrush(QColor(look.unknown), Qt.BrushStyle.BDiagPattern)
        self.ground = QBrush(QColor(look.surface))
        self.chosen = QBrush(QColor(look.selected))
        self.accent = QBrush(QColor(look.no_be))
        self.none = QPen(Qt.PenStyle.NoPen)
        self.rule = QBrush(QColor(mix(look.surface, look.line, 0.6)))


@lru_cache(maxsize=2)
def _inks(look: Theme) -> Inks:
    return Inks(look)


def inks() -> Inks:
    """Return the inks of the theme that is on."""
    return _inks(theme.look())
