"""Which entries of the palette are meant by a few letters; pure, no Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_START, _WORD, _INSIDE, _SPREAD = 100, 60, 30, 5


def score(typed: str, title: str) -> int:
    """Return how well a title is meant, 0 where it is not: every typed word must be found.

    The start of the title counts most, then the start of a word, any place, and letters in order with gaps.
    """
    text = title.casefold()
    total = 0
    for word in typed.casefold().split():
        one = _of_word(word, text)
        if not one:
            return 0
        total += one
    return total


def _of_word(word: str, text: str) -> int:
    place = text.find(word)
    if place == 0:
        return _START
    if place > 0:
        return _WORD if text[place - 1] in " .-_·/" else _INSIDE
    letters = iter(text)
    return _SPREAD if all(letter in letters for letter in word) else 0


def ranked(typed: str, titles: Sequence[str], recent: Iterable[str] = ()) -> list[int]:
    """Return the places of the titles that are meant, best first; with nothing typed the recent ones come first."""
    late = list(recent)
    if not typed.strip():
        return sorted(range(len(titles)), key=lambda one: _place(late, titles[one]))
    scores = {place: score(typed, title) for place, title in enumerate(titles)}
    found = [place for place, points in scores.items() if points]
    return sorted(found, key=lambda one: (-scores[one], _place(late, titles[one]), len(titles[one])))


def _place(recent: list[str], title: str) -> int:
    return recent.index(title) if title in recent else len(recent)
