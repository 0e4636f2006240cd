"""What leaves the machine is bounded and harmless, whatever an alert has put into it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from secondskies_desktop.alerts.escalation import Told
from secondskies_desktop.alerts.outgoing import BODY_LIMIT, TITLE_LIMIT, bounded, goes_out, letter
from secondskies_desktop.foundation.attention import Severity

INFO, WATCH, DANGER = Severity.INFO, Severity.WATCH, Severity.DANGER


def told(text: str, severity: Severity = WATCH, at_us: int = 0) -> Told:
    return Told("entry", "1", severity, text, 0, at_us, (("entry", "1"),))


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (
            "ENTRY ▲ MNQ1! 10:32 NY AM · 24,847.25 stop 24,832.00",
            "ENTRY ▲ MNQ1! 10:32 NY AM · 24,847.25 stop 24,832.00",
        ),
        ("@everyone look", "(at)everyone look"),
        ("<!channel> <@U123>", "(!channel) ((at)U123)"),
        ("<b>bold</b>&amp;", "(b)bold(/b)+amp;"),
        ("[click](https://evil.example)", "(click)(https: //evil.example)"),
        ("**a** __b__ ~~c~~ `d` ||e||", "··a·· b --c-- 'd' //e//"),
        ("one\r\ntwo\x00\x1b[31m three\u2028four", "one two(31m three four"),
        ("safe\u202egnp.exe\u200b\u2066", "safegnp.exe"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("\t  \n ", ""),
    ],
)
def test_that_a_text_is_made_harmless(text: str, sent: str) -> None:
    assert bounded(text, 200) == sent


@given(
    some.lists(
        some.text(alphabet=some.characters(exclude_categories=()), max_size=3_000), min_size=1, max_size=30
    )
)
def test_that_a_message_is_bounded_and_of_plain_characters_only(texts: list[str]) -> None:
    made = letter([told(text, severity) for text in texts for severity in (INFO, WATCH)], name=texts[0])
    assert len(made.title) <= TITLE_LIMIT
    assert len(made.body) <= BODY_LIMIT
    for one in made.title + made.body.replace("\n", ""):
        assert not unicodedata.category(one).startswith("C")
        assert one not in "@<>&`*_~|#[]{}\\"
    assert "://" not in made.body
    made.body.encode("utf-8")


def test_that_the_gravest_stands_first_and_many_are_counted() -> None:
    made = letter([told(f"number {n}", DANGER if n == 7 else INFO, n) for n in range(12)], name="main")
    assert made.title == "DANGER - Second Skies main"
    assert made.body.startswith("number 7\nnumber 11\n")
    assert made.body.endswith("\nand 4 more")
    assert made.severity is DANGER


def test_that_nothing_makes_no_message() -> None:
    with pytest.raises(ValueError, match="nothing is told"):
        letter([])


@pytest.mark.parametrize(
    ("level", "out"),
    [
        ("none", []),
        ("danger", [DANGER]),
        ("watch", [WATCH, DANGER]),
        ("all", [INFO, WATCH, DANGER]),
        ("nonsense", []),
    ],
)
def test_that_a_level_says_what_goes_out(level: str, out: list[Severity]) -> None:
    assert [one for one in Severity if goes_out(level, one)] == out
