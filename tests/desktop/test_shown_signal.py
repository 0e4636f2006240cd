"""A signal made ready for the screen."""

from __future__ import annotations

import msgspec
import pytest

from secondskies_desktop.desktop.models.columns import Column
from secondskies_desktop.desktop.models.explanations import explanation
from secondskies_desktop.desktop.models.shown_signal import KINDS, Bias, Shown, kind_bits, shown
from secondskies_desktop.desktop.tooltips import plain
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.signals.view import SignalView
from secondskies_desktop.signals.vocabulary import Direction, EventType, LegStatus, Source, Status
from tests.desktop.made_signals import NOW_US, a_row, a_view

ENTERED: dict[str, object] = {
    "status": Status.BE_PROTECTED,
    "be_status": LegStatus.RUNNING,
    "no_be_status": LegStatus.RUNNING,
    "entry_price": 24_847.25,
    "stop_loss": 24_832.0,
    "risk_points": 15.25,
    "no_be_mfe": 2.31,
    "be_mfe": 2.31,
    "mae": -0.12,
    "last_price": 24_862.5,
}


def ready(**changed: object) -> Shown:
    return shown(a_row(1, a_view(**changed)))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Column.DIRECTION, "▲"),
        (Column.SIGNAL, "10 Dec 10:42"),
        (Column.SESSION, "NY AM"),
        (Column.STATUS, "BE protected"),
        (Column.NO_BE_MFE, "2.31R"),
        (Column.BE_MFE, "2.31R"),
        (Column.MAE, "−0.12R"),
        (Column.NOW, "+1.00R"),
        (Column.ENTRY, "24,847.25"),
        (Column.STOP, "24,832.00"),
        (Column.RISK, "15.25"),
        (Column.LATEST, "Created"),
        (Column.TRADE_ID, "20251210_104207000_BULLISH"),
    ],
)
def test_that_every_column_has_its_text(column: Column, text: str) -> None:
    assert ready(**ENTERED).texts[column] == text


def test_that_what_is_not_known_is_a_dash_and_draws_no_bar() -> None:
    one = ready(direction=None, signal_us=None, session=None, first_received_us=None, last_event=None)
    known = {Column.STATUS, Column.NOW, Column.HTF, Column.TRADE_ID, Column.MARKS}
    assert {one.texts[column] for column in Column if column not in known} == {"–"}
    assert one.texts[Column.NOW] == "", "a signal that does not run has no present place"
    assert (one.no_be_share, one.be_share, one.mae_share) == (None, None, None)


def test_that_a_time_read_off_another_event_says_so() -> None:
    assert ready(signal_us=None, confirmed_us=NOW_US).texts[Column.SIGNAL] == "10 Dec ~10:42"


@pytest.mark.parametrize(
    ("changed", "letters"),
    [
        ({}, ""),
        ({"ambiguous": True}, "A"),
        ({"inferred": ("ENTRY",)}, "I"),
        ({"sources": {"exit_at": "replayed"}}, "R"),
        ({"ambiguous": True, "inferred": ("ENTRY",), "sources": {"exit_at": "replayed"}}, "AIR"),
    ],
)
def test_that_marks_name_what_was_not_plainly_received(changed: dict[str, object], letters: str) -> None:
    assert ready(**changed).texts[Column.MARKS] == letters


@pytest.mark.parametrize(
    ("direction", "word", "bias"),
    [
        (Direction.BULLISH, "Bullish", Bias.WITH),
        (Direction.BULLISH, "Bearish", Bias.AGAINST),
        (Direction.BEARISH, "Bearish", Bias.WITH),
        (Direction.BEARISH, "Neutral", Bias.NEUTRAL),
        (None, "Bullish", Bias.UNKNOWN),
    ],
)
def test_that_a_timeframe_is_read_against_the_direction(
    direction: Direction | None, word: str, bias: Bias
) -> None:
    one = ready(direction=direction, htf={"h1": word})
    assert one.htf == (Bias.UNKNOWN, Bias.UNKNOWN, bias, Bias.UNKNOWN, Bias.UNKNOWN, Bias.UNKNOWN)


@pytest.mark.parametrize(("mfe", "share"), [(-0.5, 0.0), (0.0, 0.0), (1.5, 0.5), (3.0, 1.0), (53.7, 1.0)])
def test_that_a_bar_is_full_at_three_r(mfe: float, share: float) -> None:
    assert ready(no_be_mfe=mfe).no_be_share == pytest.approx(share)


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        ({}, {"SIGNAL_CREATED"}),
        ({"status": Status.CANCELLED}, {"SIGNAL_CREATED", "CANCELLED"}),
        (ENTERED, {"SIGNAL_CREATED", "CONFIRMED", "ENTRY", "BE_TRIGGERED"}),
        (
            {
                "status": Status.COMPLETED,
                "be_status": LegStatus.STOPPED_SL,
                "no_be_status": LegStatus.STOPPED_SL,
            },
            {"SIGNAL_CREATED", "CONFIRMED", "ENTRY", "EXIT_SL"},
        ),
        (
            {
                "status": Status.BE_STOPPED,
                "be_status": LegStatus.STOPPED_BE,
                "no_be_status": LegStatus.RUNNING,
            },
            {"SIGNAL_CREATED", "CONFIRMED", "ENTRY", "BE_TRIGGERED", "EXIT_BE"},
        ),
    ],
)
def test_that_the_stations_follow_from_how_the_signal_stands(
    changed: dict[str, object], reached: set[str]
) -> None:
    bits = kind_bits(a_view(**changed))
    assert {kind for place, kind in enumerate(KINDS) if bits >> place & 1} == reached


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column.ENTRY, "No entry price"),
        (Column.STOP, "No stop"),
        (Column.RISK, "Risk needs"),
        (Column.NO_BE_MFE, "No-BE trade has run"),
        (Column.HTF, "higher-timeframe"),
    ],
)
def test_that_a_dash_says_what_is_missing(column: Column, words: str) -> None:
    assert words in explanation(ready(), column, NOW_US)


def test_that_a_value_says_where_it_comes_from() -> None:
    one = ready(**ENTERED, sources={"no_be_mfe": "recomputed"})
    assert explanation(one, Column.NO_BE_MFE, NOW_US).startswith("MFE, No-BE 2.31R · recomputed")


def test_that_an_untracked_strategy_is_not_called_zero() -> None:
    one = ready(be_status=LegStatus.NOT_TRACKED, no_be_mfe=1.5)
    assert "did not track" in explanation(one, Column.BE_MFE, NOW_US)


@pytest.mark.parametrize("column", list(Column))
def test_that_every_cell_can_be_explained(column: Column) -> None:
    assert isinstance(explanation(ready(**ENTERED), column, NOW_US), str)
    assert isinstance(explanation(ready(direction=None, signal_us=None), column, NOW_US), str)


@pytest.mark.parametrize(
    "changed",
    [
        {"no_be_mfe": 3.5, "last_price": 24_900.0},
        {"status": Status.COMPLETED, "no_be_status": LegStatus.STOPPED_SL},
        {"direction": Direction.BEARISH},
        {"htf": {"h1": "Bearish"}},
        {"signal_us": None},
        {"entry_price": 24_850.0},
        {"ambiguous": True},
    ],
)
def test_that_what_is_taken_over_from_before_makes_no_difference(changed: dict[str, object]) -> None:
    before = ready(**ENTERED)
    row = a_row(1, a_view(**(ENTERED | changed)))
    assert shown(row, before) == shown(row)


def test_that_signals_share_what_they_say_alike_whatever_made_them() -> None:
    live = a_view(last_event=EventType.ENTRY, sources={"symbol": Source.RECEIVED}, event_counts={"ENTRY": 1})
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(live), type=SignalView)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(live), type=SignalView)
    for number, view in enumerate((live, stored, again)):
        shown(a_row(number, view))
    assert live == stored == again
    assert stored.sources is again.sources
    assert stored.event_counts is again.event_counts
    assert stored.session is again.session


@pytest.mark.usefixtures("dressed")
def test_that_a_tooltip_shows_what_came_from_outside_as_it_is() -> None:
    assert plain("20251210_104200000_BULLISH & more") == "20251210_104200000_BULLISH & more"
    hostile = "<img src='file:///etc/passwd'> <b>"
    label = Text()
    label.say("x", hostile)
    assert "<img" not in label.toolTip()
    assert "&lt;img" in label.toolTip()
