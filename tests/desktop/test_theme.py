"""The tokens: every text and mark can be read, in both themes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import secondskies_desktop.desktop
from secondskies_desktop.desktop.theme import DARK, LIGHT, THEMES, Theme, Tone, contrast, mix

TEXT = 4.5
LAYERS = ("ground", "surface", "raised")


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#777777", "#777777", 1.0)]
)
def test_that_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio)
    assert contrast(other, one) == pytest.approx(ratio)


@pytest.mark.parametrize(("look", "layer", "tone"), [*itertools.product(THEMES.values(), LAYERS, Tone)])
def test_that_text_can_be_read_on_every_layer(look: Theme, layer: str, tone: Tone) -> None:
    # Every tone is also used for text, which asks for more than the 3:1 of a mark.
    assert contrast(look.of(tone), getattr(look, layer)) >= TEXT


@pytest.mark.parametrize(("look", "tone"), [*itertools.product(THEMES.values(), Tone)])
def test_that_a_chip_can_be_read_on_its_own_tint(look: Theme, tone: Tone) -> None:
    assert contrast(look.of(tone), look.tint(tone)) >= TEXT


@pytest.mark.parametrize(("look", "tone"), [*itertools.product(THEMES.values(), Tone)])
def test_that_a_selected_row_can_be_read(look: Theme, tone: Tone) -> None:
    assert contrast(look.of(tone), look.selected) >= TEXT


@pytest.mark.parametrize("look", [*THEMES.values()])
def test_that_the_two_strategies_and_directions_differ_in_more_than_one_token(look: Theme) -> None:
    colours = [look.no_be, look.be, look.bull, look.bear, look.good, look.watch, look.danger]
    assert len(set(colours)) == len(colours)


def test_that_a_mixture_runs_from_one_colour_to_the_other() -> None:
    assert mix(DARK.surface, DARK.text, 0.0) == DARK.surface
    assert mix(DARK.surface, DARK.text, 1.0) == DARK.text
    assert mix("#000000", "#ffffff", 0.5) == "#808080"


def test_that_both_themes_hold_the_same_tokens() -> None:
    assert THEMES == {"dark": DARK, "light": LIGHT}


def test_that_nothing_but_the_theme_names_a_colour() -> None:
    room = Path(secondskies_desktop.desktop.__file__).parent
    named = [
        file.relative_to(room)
        for file in room.rglob("*.py")
        if file.name != "theme.py" and _names_a_colour(file.read_text(encoding="utf-8"))
    ]
    assert named == []


def _names_a_colour(code: str) -> bool:
    import re

    return re.search(r"[\"' ]#[0-9a-fA-F]{6}\b|QColor\(\d|GlobalColor", code) is not None
