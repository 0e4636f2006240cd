"""Each format is recognised by its own header and read as its source shows it; the numbers are invented."""

from __future__ import annotations

from decimal import Decimal

import pytest

from secondskies_desktop.foundation.clock import as_iso
from secondskies_desktop.trades.fill import Direction, Side
from secondskies_desktop.trades.formats.known import FORMATS
from secondskies_desktop.trades.formats.mapped import KEY
from secondskies_desktop.trades.preview import preview
from secondskies_desktop.trades.reading import Answers, Ask, Unanswered, read_file
from secondskies_desktop.trades.table import Unreadable
from tests.trades.made_files import ANSWERS, NEW_YORK, SERVER, content, read


@pytest.mark.parametrize("name", ANSWERS)
def test_that_a_file_is_recognised_by_its_columns_and_no_row_of_it_is_refused(name: str) -> None:
    found = read(name)
    assert name.startswith(found.format_key)
    assert found.refused == ()
    assert found.fills or found.trades
    assert found.verified is (found.format_key != KEY)


def test_that_every_format_has_a_sample_and_a_source() -> None:
    sampled = {read(name).format_key for name in ANSWERS}
    assert sampled == {one.key for one in FORMATS} | {KEY}
    assert [one.key for one in FORMATS if not one.sources] == []


@pytest.mark.parametrize("name", ANSWERS)
def test_that_a_file_imported_again_adds_nothing(name: str) -> None:
    first = preview(read(name), {})
    again = preview(read(name), first.keys)
    added = [*again.fills, *again.closed, *again.trades, *again.refused]
    assert not added
    assert len(again.duplicates) == len(first.fills) + len(first.closed)


@pytest.mark.parametrize("name", ANSWERS)
def test_that_every_row_becomes_exactly_one_thing(name: str) -> None:
    found = read(name)
    lines = [one.line for kind in (found.fills, found.trades, found.left_out, found.refused) for one in kind]
    assert len(lines) == len(set(lines))


def test_that_tradovate_fills_are_read_by_their_utc_clock() -> None:
    fill = min(read("tradovate-fills.csv").fills, key=lambda one: one.at_us)
    assert as_iso(fill.at_us) == "2026-06-10T14:00:00.125000Z"
    assert (fill.account, fill.instrument.contract, fill.side) == ("DEMO1", "MNQ 2026-06", Side.BUY)
    assert (fill.quantity, fill.price, fill.fees) == (Decimal(2), Decimal("21000.25"), Decimal("0.78"))
    assert (fill.key, fill.order_id) == ("tradovate|fill|1001", "501")


def test_that_a_cancelled_order_is_left_out_by_its_line() -> None:
    (left,) = read("tradovate-orders.csv").left_out
    assert (left.line, left.reason) == (4, "order not filled: Canceled")


def test_that_a_cancelled_order_that_was_filled_in_part_counts_for_that_part() -> None:
    text = content("tradovate-orders.csv").replace(b"2,21010.25,21010.25,,", b"1,21010.25,21010.25,,")
    found = read_file(text.replace(b"502, Filled", b"502, Canceled"), ANSWERS["tradovate-orders.csv"])
    assert [fill.quantity for fill in found.fills] == [2, 1]


def test_that_tradovates_pairs_are_long_or_short_by_what_came_first() -> None:
    trades = read("tradovate-performance.csv").trades
    assert [(one.direction, one.stated) for one in trades] == [
        (Direction.LONG, 2_000),
        (Direction.LONG, -1_050),
        (Direction.SHORT, 120_000),
    ]
    assert as_iso(trades[2].entry_us) == "2026-06-10T15:00:00Z"


def test_that_ninjatraders_regional_settings_are_proved_by_the_file() -> None:
    english = read("ninjatrader-executions.csv").fills[0]
    german = read("ninjatrader-executions-german.csv").fills[0]
    assert (
        (english.price, english.fees) == (german.price, german.fees) == (Decimal("21000.25"), Decimal("0.78"))
    )
    assert as_iso(english.at_us) == "2026-06-10T14:00:00Z"
    assert as_iso(german.at_us) == "2026-06-15T08:00:00Z"
    assert english.instrument.contract == german.instrument.contract == "MNQ 2026-06"


def test_that_a_topstepx_trade_carries_its_own_distance_from_utc() -> None:
    short, long_ = read("topstepx-trades.csv").trades
    assert as_iso(short.entry_us) == "2026-09-23T13:02:54Z"
    assert as_iso(long_.entry_us) == "2026-09-23T13:00:00Z"
    assert (short.stated, short.fees) == (-34_800, Decimal("3.66000"))
    assert (long_.stated, long_.fees) == (2_000, Decimal("0.74000"))


def test_that_rithmics_clock_stands_in_its_heading_and_its_working_orders_are_left_out() -> None:
    found = read("rithmic-orders.csv")
    assert found.zone == "EDT"
    assert as_iso(min(fill.at_us for fill in found.fills)) == "2024-04-24T13:42:37Z"
    assert {fill.fees for fill in found.fills} == {Decimal("1.02")}
    assert [one.line for one in found.left_out] == [1, 2, 5, 8]


def test_that_cst_is_not_taken_for_chicago() -> None:
    text = content("rithmic-orders.csv").replace(b"(EDT)", b"(CST)")
    with pytest.raises(Unanswered) as caught:
        read_file(text)
    assert [one.ask for one in caught.value.questions] == [Ask.ZONE]


def test_that_a_metatrader_server_changes_its_clock_with_new_york() -> None:
    found = read("mt5-positions.html")
    # 2 March is winter time in New York, UTC-5: the server is two hours before UTC, and three from 8 March on.
    assert as_iso(found.trades[0].entry_us) == "2026-03-02T08:00:00Z"
    assert as_iso(read("ftmo-journal.csv").trades[0].entry_us) == "2026-03-10T13:35:12Z"
    assert (found.trades[0].currency, found.trades[0].stated) == ("USD", 110_500)
    assert [one.fees for one in found.trades] == [Decimal("0.70"), Decimal("0.80")]


def test_that_utf_16_and_utf_8_of_one_report_are_the_same() -> None:
    assert read("mt5-positions-utf16.html").trades == read("mt5-positions.html").trades


def test_that_mapped_columns_without_a_side_go_by_the_sign() -> None:
    fills = read("mapped.csv").fills
    assert [(fill.side, fill.quantity) for fill in fills] == [(Side.BUY, Decimal(2)), (Side.SELL, Decimal(2))]


@pytest.mark.parametrize(
    ("name", "asks"),
    [
        ("tradovate-fills.csv", []),
        ("tradovate-orders.csv", [Ask.ZONE]),
        ("tradovate-performance.csv", [Ask.ZONE, Ask.ACCOUNT]),
        ("ninjatrader-executions.csv", [Ask.ZONE]),
        ("topstepx-trades.csv", [Ask.ACCOUNT]),
        ("rithmic-orders.csv", []),
        ("tradingview-orders.csv", [Ask.ZONE, Ask.ACCOUNT]),
        ("mt5-positions.html", [Ask.ZONE, Ask.ACCOUNT]),
        ("ftmo-journal.csv", [Ask.ZONE, Ask.ACCOUNT]),
    ],
)
def test_that_what_a_file_does_not_say_is_asked_for(name: str, asks: list[Ask]) -> None:
    found: list[Ask] = []
    try:
        read_file(content(name))
    except Unanswered as unanswered:
        found = [one.ask for one in unanswered.questions]
    assert found == asks


def test_that_an_order_of_day_and_month_that_nothing_proves_is_asked_for() -> None:
    text = content("ninjatrader-executions.csv").replace(b"6/15/2026", b"6/5/2026")
    with pytest.raises(Unanswered) as caught:
        read_file(text, Answers(zone=NEW_YORK))
    assert [one.ask for one in caught.value.questions] == [Ask.DATE_ORDER]


def test_that_a_decimal_sign_that_nothing_proves_is_asked_for() -> None:
    text = content("ftmo-journal.csv").decode()
    for number in (
        "1.08520",
        "1.08610",
        "1.29450",
        "1.29310",
        "0.00",
        "-1.20",
        "-0.35",
        "-0.80",
        "18.00",
        "14.00",
    ):
        text = text.replace(f";{number};", ";1,250;")
    with pytest.raises(Unanswered) as caught:
        read_file(text.encode(), Answers(zone=SERVER, account="FTMO 1"))
    assert [one.ask for one in caught.value.questions] == [Ask.DECIMAL]


def test_that_between_two_formats_nothing_is_chosen() -> None:
    both = content("ftmo-journal.csv") + content("mt5-positions.html").replace(b"<html>", b"")
    mixed = both + b"\nTime;Position;Symbol;Type;Volume;Price;S/L;T/P;Time;Price;Commission;Swap;Profit\n"
    with pytest.raises(Unreadable, match="could be either"):
        read_file(mixed)


def test_that_an_unknown_file_says_what_to_do() -> None:
    with pytest.raises(Unreadable, match="map the columns"):
        read_file(b"a,b,c\n1,2,3\n")
    with pytest.raises(Unreadable, match="no row names the columns of Tradovate, Fills"):
        read_file(content("ftmo-journal.csv"), Answers(format_key="tradovate-fills"))


def test_that_a_header_may_be_named_in_any_case_and_stand_in_any_order() -> None:
    lines = content("topstepx-trades.csv").decode().splitlines()
    turned = "\n".join(",".join(reversed(line.split(","))) for line in lines)
    shouted = turned.replace("ContractName", "CONTRACTNAME").encode("utf-8-sig")
    assert [one.key for one in read_file(shouted, Answers(account="50K")).trades] == [
        one.key for one in read("topstepx-trades.csv").trades
    ]
