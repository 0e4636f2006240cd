"""Laid-out texts, kept: a cell's text is laid out once and then only drawn.

Few different texts stand in a table of thousands of cells; drawing a kept one costs a third of laying it out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QStaticText, QTransform

from secondskies_desktop.desktop import typeface

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

_KEPT = 16_384


class Glyphs(NamedTuple):
    """A text ready to be drawn in the font that it was laid out for, with its size in px."""

    text: QStaticText
    width: int
    height: int


def _laid_out(text: str, font: QFont) -> Glyphs:
    kept = QStaticText(text)
    kept.setTextFormat(Qt.TextFormat.PlainText)
    kept.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    kept.prepare(QTransform(), font)
    size = kept.size()
    return Glyphs(kept, round(size.width()), round(size.height()))


@lru_cache(maxsize=_KEPT)
def plain(text: str) -> Glyphs:
    """Return a text in the base font."""
    return _laid_out(text, typeface.base_font())


@lru_cache(maxsize=_KEPT)
def strong(text: str) -> Glyphs:
    """Return a text in the strong font."""
    return _laid_out(text, typeface.strong_font())


@lru_cache(maxsize=_KEPT)
def small(text: str) -> Glyphs:
    """Return a text in the font of marks."""
    return _laid_out(text, typeface.small_font())
