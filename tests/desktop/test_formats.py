"""How numbers and times are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.desktop import formats
from secondskies_desktop.foundation.sessions import new_york

SECOND = 1_000_000
AT = int(datetime(2025, 12, 10, 19, 31, 7, tzinfo=UTC).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.32, "+0.32R"),
        (-1.0, "−1.00R"),
        (0.0, "0.00R"),
        (-0.001, "0.00R"),
        (0.004, "0.00R"),
        (53.7, "+53.70R"),
        (1_234.5, "+1,234.50R"),
        (None, "–"),
    ],
)
def test_that_a_result_has_its_sign_and_two_decimals(value: float | None, text: str) -> None:
    assert formats.r_multiple(value) == text


@pytest.mark.parametrize(("value", "text"), [(2.31, "2.31R"), (-0.12, "−0.12R"), (0.0, "0.00R"), (None, "–")])
def test_that_an_excursion_has_no_plus(value: float | None, text: str) -> None:
    assert formats.excursion(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(24847.25, "24,847.25"), (15.25, "15.25"), (24847.0, "24,847.00"), (-3.5, "−3.50"), (None, "–")],
)
def test_that_a_price_shows_its_quarters(value: float | None, text: str) -> None:
    assert formats.price(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (12.9, "12 s"),
        (59, "59 s"),
        (60, "1 min"),
        (4 * 60 + 59, "4 min"),
        (3_600, "1 h 0 min"),
        (3 * 3_600 + 12 * 60, "3 h 12 min"),
        (86_400, "1 d 0 h"),
        (2 * 86_400 + 4 * 3_600, "2 d 4 h"),
        (214 * 86_400, "214 d"),
        (1_500 * 86_400, "1,500 d"),
    ],
)
def test_that_a_span_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


def test_that_an_age_is_unknown_without_its_time() -> None:
    assert formats.age(None, AT) == "–"
    assert formats.age(AT - 12 * SECOND, AT) == "12 s"


def test_that_times_are_new_yorks() -> None:
    assert formats.ny_time(AT) == "14:31:07 NY"
    assert formats.ny_clock(AT) == "14:31:07"
    assert formats.ny_minute(AT) == "14:31"
    assert formats.ny_day(AT) == "10 Dec"
    assert formats.ny_weekday(AT) == "Wed"
    assert formats.ny_stamp(AT) == "2025-12-10 14:31:07 NY"
    assert formats.ny_time(None) == "–"


@given(st.integers(min_value=0, max_value=4_000_000_000 * SECOND))
def test_that_the_remembered_hour_reads_as_the_clock_does(instant_us: int) -> None:
    local = new_york(instant_us)
    assert formats.ny_clock(instant_us) == f"{local:%H:%M:%S}"
    assert formats.ny_day(instant_us) == f"{local:%d %b}"


@pytest.mark.parametrize(
    ("left_s", "text"),
    [(41, "00:41"), (600, "10:00"), (3_600, "1:00:00"), (11_525, "3:12:05"), (-3, "00:00")],
)
def test_that_a_countdown_ends_at_zero(left_s: int, text: str) -> None:
    assert formats.countdown(AT + left_s * SECOND, AT) == text


def test_that_a_countdown_shows_zero_only_when_it_is_over() -> None:
    assert formats.countdown(AT + 1, AT) == "00:01"


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.554, "0.55 ms"), (12.4, "12 ms"), (1_450.0, "1.45 s")]
)
def test_that_a_latency_keeps_two_figures(value: float | None, text: str) -> None:
    assert formats.milliseconds(value) == text


@pytest.mark.parametrize(("part", "whole", "text"), [(65, 117, "56 %"), (0, 10, "0 %"), (3, 0, "–")])
def test_that_a_share_of_nothing_is_unknown(part: int, whole: int, text: str) -> None:
    assert formats.share(part, whole) == text


@pytest.mark.parametrize(("octets", "text"), [(989, "989 B"), (2_335, "2.3 kB"), (None, "–")])
def test_that_sizes_have_a_unit(octets: int | None, text: str) -> None:
    assert formats.size(octets) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [("EXIT_SL", "Stop"), ("BE_TRIGGERED", "BE triggered"), ("NEW_KIND", "New kind"), (None, "–")],
)
def test_that_events_have_the_traders_names(kind: str | None, text: str) -> None:
    assert formats.event_name(kind) == text


def test_that_a_dash_can_say_what_is_missing() -> None:
    assert "entry price" in formats.missing("entry")
    with pytest.raises(KeyError):
        formats.missing("nobody described this")
