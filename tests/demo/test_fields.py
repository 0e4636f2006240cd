"""Numbers, times and ids as the indicator writes them."""

from __future__ import annotations

import pytest

from secondskies_desktop.demo.fields import (
    chicago_id,
    milliseconds,
    number,
    oldest_id,
    wall,
    write,
)
from secondskies_desktop.foundation.sessions import CHICAGO, NEW_YORK
from tests.demo.made_bars import us
from tests.demo.made_reports import pending, running


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (25840.0, "25840"),
        (25832.5, "25832.5"),
        (25.44444444444444, "25.4444444444"),
        (1.1693548387096775, "1.1693548387"),
        (21.92, "21.92"),
        (0.0, "0"),
        (-0.0, "0"),
        (-0.00000000001, "0"),
        (-0.6, "-0.6"),
        (1e-7, "0.0000001"),
        (100, "100"),
        (None, "null"),
    ],
)
def test_that_numbers_are_written_as_pine_does(value: float | None, text: str) -> None:
    assert number(value) == text


def test_that_fewer_decimals_are_rounded_to() -> None:
    assert (number(1.1693, 2), number(-0.004, 2), number(2.5, 2)) == ("1.17", "0", "2.5")


def test_that_nested_values_keep_their_order_and_have_no_blanks() -> None:
    value = {"b": [1, 2.50, None], "a": {"yes": True, "no": False, "word": 'a "b"'}}
    assert write(value) == '{"b":[1,2.5,null],"a":{"yes":true,"no":false,"word":"a \\"b\\""}}'


def test_that_what_json_lacks_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        write({"a": {1}})


def test_that_clocks_are_shown_without_their_zone() -> None:
    at_us = us("2025-12-11T12:57")
    assert (wall(at_us, NEW_YORK), wall(at_us, CHICAGO)) == ("2025-12-11T07:57:00", "2025-12-11T06:57:00")
    assert (milliseconds(at_us), milliseconds(None)) == ("1765457820000", "null")


def test_that_the_first_ids_are_the_confirmation_by_chicagos_clock() -> None:
    signal = running("2025-12-09T14:42")
    assert signal.trade_id == "20251209_094200000_BULLISH"
    assert chicago_id(signal) == "20251209_084500000_BULLISH"
    assert oldest_id(signal) == "20251209_094200_BULLISH"
    with pytest.raises(ValueError, match="not confirmed"):
        chicago_id(pending())
