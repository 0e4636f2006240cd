"""Executions become trades: first in, first out, by account and contract, and every contract and cent is in them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.trades.fees import fee_of, fees_of
from secondskies_desktop.trades.fill import Direction, Fill, Side
from secondskies_desktop.trades.instruments import SPECS, instrument_of
from secondskies_desktop.trades.matching import Trade, match
from secondskies_desktop.trades.preview import preview
from secondskies_desktop.trades.reading import Reading
from tests.clocks import START_US

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE_US = 60_000_000


def made(
    number: int,
    signed: str,
    price: str,
    *,
    minute: int | None = None,
    symbol: str = "MNQZ5",
    account: str = "A",
    fees: str | None = "0.62",
) -> Fill:
    """Return an execution; its quantity is negative for a sale."""
    instrument = instrument_of(symbol, 2025)
    assert instrument is not None
    return Fill(
        key=f"k{number}",
        account=account,
        instrument=instrument,
        side=Side.BUY if Decimal(signed) > 0 else Side.SELL,
        quantity=abs(Decimal(signed)),
        price=Decimal(price),
        at_us=START_US + MINUTE_US * (number if minute is None else minute),
        fees=None if fees is None else Decimal(fees),
        order_id="",
        rank=(len(str(number)), str(number)),
        line=number,
    )


def one(*fills: Fill) -> Trade:
    """Return the only trade that these make."""
    (trade,) = match(fills)
    return trade


def test_that_a_simple_trade_is_exact() -> None:
    trade = one(made(1, "2", "21000.25"), made(2, "-2", "21010.50"))
    assert (trade.direction, trade.quantity, trade.is_open) == (Direction.LONG, Decimal(2), False)
    assert (trade.entry_price, trade.exit_price) == (Decimal("21000.25"), Decimal("21010.50"))
    assert (trade.gross, trade.fees, trade.net) == (4_100, 124, 3_976)
    assert (trade.entry_us, trade.exit_us) == (START_US + MINUTE_US, START_US + 2 * MINUTE_US)


def test_that_scaling_in_and_out_is_one_trade_whose_first_lot_goes_first() -> None:
    trade = one(made(1, "1", "21000"), made(2, "2", "21010"), made(3, "-2", "21020"), made(4, "-1", "21000"))
    assert trade.quantity == 3
    assert [(part.entry, part.exit, part.quantity, part.gross) for part in trade.matches] == [
        ("k1", "k3", Decimal(1), 4_000),
        ("k2", "k3", Decimal(1), 2_000),
        ("k2", "k4", Decimal(1), -2_000),
    ]
    assert (trade.gross, trade.entry_price) == (4_000, Decimal("21006.66666667"))


def test_that_a_reversal_ends_one_trade_and_begins_another() -> None:
    long_, short = match([made(1, "2", "21000"), made(2, "-5", "21010"), made(3, "3", "21000")])
    assert (long_.direction, long_.quantity, long_.gross) == (Direction.LONG, Decimal(2), 4_000)
    assert (short.direction, short.quantity, short.gross, short.key) == (
        Direction.SHORT,
        Decimal(3),
        6_000,
        "k2",
    )
    assert long_.fees == 62 + 25
    assert short.fees == 37 + 62


def test_that_a_position_that_is_open_at_the_end_stays_open() -> None:
    trade = one(made(1, "3", "21000"), made(2, "-1", "21010"))
    assert (trade.is_open, trade.quantity, trade.open_quantity, trade.gross) == (
        True,
        Decimal(3),
        Decimal(2),
        2_000,
    )
    waiting = one(made(1, "-1", "21000"))
    assert (waiting.direction, waiting.exit_us, waiting.exit_price) == (Direction.SHORT, None, None)


def test_that_accounts_and_contracts_do_not_mix() -> None:
    fills = [
        made(1, "1", "21000"),
        made(2, "-1", "21010", account="B"),
        made(3, "-1", "21010", symbol="MNQH6"),
        made(4, "-1", "21010", symbol="NQZ5"),
    ]
    assert [trade.is_open for trade in match(fills)] == [True] * 4


def test_that_one_contract_is_one_whatever_a_platform_calls_it() -> None:
    trade = one(made(1, "1", "21000", symbol="MNQ 12-25"), made(2, "-1", "21010", symbol="CME_MINI:MNQZ2025"))
    assert trade.gross == 2_000


def test_that_what_is_unknown_stays_unknown() -> None:
    trade = one(
        made(1, "1", "100", symbol="US100.cash"), made(2, "-1", "110", symbol="US100.cash", fees=None)
    )
    assert (trade.gross, trade.fees, trade.net, trade.currency) == (None, None, None, None)
    assert trade.matches[0].gross is trade.matches[0].fees is None


def test_that_two_fills_of_one_instant_follow_their_ids_as_numbers() -> None:
    fills = [made(10, "-1", "21010", minute=5), made(9, "1", "21000", minute=5)]
    assert one(*fills).direction is Direction.LONG


@pytest.mark.parametrize(
    ("root", "tick_value"),
    [("ES", "12.50"), ("NQ", "5"), ("RTY", "5"), ("YM", "5"), ("MES", "1.25"), ("MNQ", "0.5"), ("M2K", "0.5"),
     ("MYM", "0.5"), ("GC", "10"), ("MGC", "1"), ("CL", "10"), ("MCL", "1"), ("MBT", "0.5")],
)  # fmt: skip
def test_that_a_tick_is_worth_what_the_sources_say(root: str, tick_value: str) -> None:
    assert SPECS[root].tick_value == Decimal(tick_value)
    assert SPECS[root].tick_value * 100 % 1 == 0, "a whole number of cents"


@pytest.mark.parametrize(
    ("symbol", "contract"),
    [
        ("MNQM6", "MNQ 2026-06"),
        ("MNQH26", "MNQ 2026-03"),
        ("ESZ5", "ES 2035-12"),
        ("MNQ 09-26", "MNQ 2026-09"),
        ("MNQ SEP26", "MNQ 2026-09"),
        ("CME_MINI:MNQ1!", "MNQ"),
        ("CME_MINI:MNQZ2026", "MNQ 2026-12"),
        ("/MES", "MES"),
        ("M2KU6", "M2K 2026-09"),
        ("AAPL", "AAPL"),
        ("US100.cash", "US100.CASH"),
    ],
)
def test_that_a_symbol_names_its_contract(symbol: str, contract: str) -> None:
    instrument = instrument_of(symbol, 2026)
    assert instrument is not None
    assert instrument.contract == contract


def test_that_fees_come_from_the_file_first_and_unknown_firms_stay_unknown() -> None:
    told = one(made(1, "10", "21000"), made(2, "-10", "21010"))
    bare = one(made(1, "10", "21000", fees=None), made(2, "-10", "21010", fees=None))
    assert fees_of(told, "Topstep") == 124
    assert fees_of(bare, "Topstep") == 1_240, "ten MNQ, both sides, by the firm's table"
    assert fees_of(bare, "apex") is None
    assert fee_of("topstep", "ES") is None


PRICES = st.integers(80_000, 80_040).map(lambda ticks: str(Decimal(ticks) / 4))


@st.composite
def histories(draw: st.DrawFn) -> list[Fill]:
    """Executions of two accounts and two contracts, some in one instant, with and without fees."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(-4, 4).filter(bool),
                PRICES,
                st.integers(0, 12),
                st.sampled_from(["MNQZ5", "ESZ5"]),
                st.sampled_from(["A", "B"]),
                st.sampled_from(["0.62", "1.00", "0.333"]),
            ),
            max_size=24,
        )
    )
    return [
        made(number, str(signed), price, minute=minute, symbol=symbol, account=account, fees=fees)
        for number, (signed, price, minute, symbol, account, fees) in enumerate(rows)
    ]


@given(histories())
def test_that_no_contract_is_lost_or_made(fills: list[Fill]) -> None:
    bought: dict[str, Decimal] = defaultdict(Decimal)
    for trade in match(fills):
        for part in trade.matches:
            bought[part.entry] += part.quantity
            bought[part.exit] += part.quantity
        assert (
            sum((part.quantity for part in trade.matches), Decimal(0)) == trade.quantity - trade.open_quantity
        )
    left: dict[str, Decimal] = {fill.key: fill.quantity - bought[fill.key] for fill in fills}
    assert min(left.values(), default=Decimal(0)) >= 0
    net: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    still: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fill in fills:
        net[fill.account, fill.instrument.contract] += fill.signed
    for trade in match(fills):
        sign = 1 if trade.direction is Direction.LONG else -1
        still[trade.account, trade.instrument.contract] += sign * trade.open_quantity
    assert all(net[book] == still[book] for book in net)
    assert sum(left.values()) == sum(abs(quantity) for quantity in net.values())


@given(histories())
def test_that_the_profit_is_what_the_cash_says(fills: list[Fill]) -> None:
    """All that was paid and received, with what is still open taken at what it cost, is the profit to the cent."""
    cash: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for fill in fills:
        spec = fill.instrument.spec
        assert spec is not None
        cash[fill.account, fill.instrument.contract] -= Fraction(fill.signed * fill.price * spec.point_value)
    earned: dict[tuple[str, str], int] = defaultdict(int)
    for trade in match(fills):
        book = trade.account, trade.instrument.contract
        assert trade.gross is not None
        assert sum(part.gross or 0 for part in trade.matches) == trade.gross
        earned[book] += trade.gross
        closed = {part.entry: Decimal(0) for part in trade.matches}
        for part in trade.matches:
            closed[part.entry] += part.quantity
        if trade.is_open:
            cash[book] += cost_of_the_open(trade, fills)
    assert {book: Fraction(cents, 100) for book, cents in earned.items()} == dict(cash)


def cost_of_the_open(trade: Trade, fills: Sequence[Fill]) -> Fraction:
    """What the last executions on the trade's side paid for what is open: first in, first out leaves the newest."""
    side = Side.BUY if trade.direction is Direction.LONG else Side.SELL
    spec = trade.instrument.spec
    assert spec is not None
    book = [
        fill
        for fill in fills
        if (fill.account, fill.instrument.contract) == (trade.account, trade.instrument.contract)
        and fill.side is side
    ]
    left, cost = trade.open_quantity, Decimal(0)
    for fill in sorted(book, key=lambda fill: (fill.at_us, fill.rank), reverse=True):
        taken = min(left, fill.quantity)
        cost += taken * fill.price * spec.point_value
        left -= taken
    assert not left
    return Fraction(cost if side is Side.BUY else -cost)


@given(histories())
def test_that_the_fees_of_a_closed_book_are_all_of_its_fees(fills: list[Fill]) -> None:
    trades = match(fills)
    for trade in trades:
        assert trade.fees == sum(part.fees or 0 for part in trade.matches)
    if any(trade.is_open for trade in trades):
        return
    paid = sum((fill.fees or Decimal(0) for fill in fills), Decimal(0)) * 100
    assert abs(sum(trade.fees or 0 for trade in trades) - paid) <= Decimal("0.5") * len(trades)


@given(histories(), st.randoms(use_true_random=False))
def test_that_the_order_of_the_rows_does_not_count(fills: list[Fill], chance: object) -> None:
    shuffled = list(fills)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert match(shuffled) == match(fills)


def reading(fills: Sequence[Fill]) -> Reading:
    """Return a file that holds these."""
    return Reading(
        format_key="made",
        title="Made",
        verified=True,
        zone="UTC",
        fills=tuple(fills),
        trades=(),
        left_out=(),
        refused=(),
    )


@given(histories(), st.integers(0, 24), st.integers(0, 24))
def test_that_overlapping_imports_add_up_to_the_whole(
    fills: list[Fill], one_end: int, other_end: int
) -> None:
    first = preview(reading(fills[:one_end]), {})
    second = preview(reading(fills[min(one_end, other_end) :]), first.keys, first.fills)
    third = preview(reading(fills), {**first.keys, **second.keys}, (*first.fills, *second.fills))
    added = [*third.fills, *third.trades]
    assert not added
    assert len(third.duplicates) == len(fills)
    assert match([*first.fills, *second.fills]) == match(fills)
    assert set(second.trades) <= set(match(fills))
