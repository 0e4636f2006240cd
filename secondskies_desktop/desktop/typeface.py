"""Inter with tabular figures, at the sizes of the theme."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase

from secondskies_desktop.desktop import theme


@lru_cache(maxsize=1)
def family() -> str:
    """Load Inter once and return its name; the platform's own sans serif where it cannot be read."""
    from fontpkg_inter import ROOT

    place = QFontDatabase.addApplicationFont(str(ROOT / "files" / "Inter[opsz,wght].ttf"))
    names = QFontDatabase.applicationFontFamilies(place)
    return names[0] if names else QFont().defaultFamily()


def _font(pixels: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont(family())
    font.setPixelSize(pixels)
    font.setWeight(weight)
    # Figures of one width, so that numbers line up and do not jump while they change.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=1)
def base_font() -> QFont:
    """Return the font of running text and of tables."""
    return _font(theme.BASE_PX)


@lru_cache(maxsize=1)
def strong_font() -> QFont:
    """Return the base font for the number that a row is about."""
    return _font(theme.BASE_PX, QFont.Weight.DemiBold)


@lru_cache(maxsize=1)
def small_font() -> QFont:
    """Return the font of chips and marks."""
    return _font(theme.LABEL_PX, QFont.Weight.Medium)


@lru_cache(maxsize=1)
def label_font() -> QFont:
    """Return the font of labels: small capitals with tracking; the text itself stays as it is written."""
    font = _font(theme.LABEL_PX, QFont.Weight.Medium)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, theme.LABEL_TRACKING)
    return font


@lru_cache(maxsize=1)
def title_font() -> QFont:
    """Return the font of a panel's one sentence, such as an empty state's."""
    return _font(theme.TITLE_PX, QFont.Weight.DemiBold)


@lru_cache(maxsize=1)
def number_font() -> QFont:
    """Return the font of the one number of a card."""
    return _font(theme.NUMBER_PX, QFont.Weight.DemiBold)


@lru_cache(maxsize=1)
def mono_font() -> QFont:
    """Return the font of raw payloads: the platform's fixed one."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(theme.BASE_PX - 1)
    return font
