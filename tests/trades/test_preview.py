"""What an import would do is told before it is done: what is new, what is there, what contradicts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.trades.preview import PART, Preview, preview
from secondskies_desktop.trades.reading import Answers, read_file
from tests.trades.made_files import ANSWERS, NEW_YORK, content, read

if TYPE_CHECKING:
    from secondskies_desktop.trades.matching import Trade


def previewed(name: str, before: Preview | None = None) -> Preview:
    """Return what a sample would do, after another import."""
    if before is None:
        return preview(read(name), {})
    return preview(read(name), before.keys, before.fills)


def reasons(found: Preview) -> list[str]:
    """Return why rows are not new."""
    return [one.reason for one in (*found.duplicates, *found.refused)]


def gross(trades: tuple[Trade, ...]) -> list[int | None]:
    """Return what trades earned."""
    return [trade.gross for trade in trades]


def test_that_executions_show_the_trades_that_they_would_make() -> None:
    found = previewed("tradovate-fills.csv")
    assert len(found.fills) == 3
    assert gross(found.trades) == [950]
    assert found.verified


def test_that_trades_of_a_platform_whose_executions_are_in_add_nothing() -> None:
    fills = previewed("tradovate-fills.csv")
    pairs = previewed("tradovate-performance.csv", fills)
    assert reasons(pairs) == ["in already, by its executions"] * 2
    assert gross(pairs.trades) == [120_000], "the pair that is not in the fills"


def test_that_executions_whose_trades_are_in_add_nothing() -> None:
    pairs = previewed("tradovate-positions.csv")
    assert set(pairs.keys.values()) >= {PART}
    assert (
        reasons(previewed("tradovate-fills.csv", pairs))
        == ["in already, by another export of the platform"] * 3
    )


def test_that_two_reports_of_the_same_pairs_are_one() -> None:
    positions = previewed("tradovate-positions.csv")
    again = previewed("tradovate-performance.csv", positions)
    assert reasons(again) == ["in already"] * 2


def test_that_orders_and_their_executions_are_one() -> None:
    orders = previewed("tradovate-orders.csv")
    fills = previewed("tradovate-fills.csv", orders)
    assert reasons(fills) == ["in already, by its order"] * 2
    assert [fill.order_id for fill in fills.fills] == ["503"]
    first = previewed("tradovate-fills.csv")
    assert (
        reasons(previewed("tradovate-orders.csv", first))
        == ["in already, by another export of the platform"] * 2
    )


def test_that_a_pair_with_one_known_execution_is_refused() -> None:
    fills = previewed("tradovate-fills.csv")
    one_less = {key: print_ for key, print_ in fills.keys.items() if not key.endswith("|1003")}
    found = preview(read("tradovate-performance.csv"), one_less)
    assert "one of its executions is in already, the other is not" in reasons(found)


def test_that_the_same_id_with_other_values_is_refused_by_its_line() -> None:
    first = previewed("tradovate-fills.csv")
    changed = read_file(content("tradovate-fills.csv").replace(b"Sell,1,20995.00", b"Sell,1,20996.00"))
    found = preview(changed, first.keys)
    assert [(one.line, one.reason) for one in found.refused] == [
        (4, "in already under the same id, with other values")
    ]
    assert found.fills == ()


def test_that_another_zone_for_the_same_file_is_refused_not_imported_twice() -> None:
    first = previewed("ninjatrader-executions.csv")
    elsewhere = read_file(content("ninjatrader-executions.csv"), Answers(zone="America/Chicago"))
    found = preview(elsewhere, first.keys)
    assert set(reasons(found)) == {"in already under the same id, with other values"}
    without_ids = content("mapped.csv")
    first = preview(read_file(without_ids, ANSWERS["mapped.csv"]), {})
    moved = msgspec.structs.replace(ANSWERS["mapped.csv"], zone="America/Chicago")
    assert len(preview(read_file(without_ids, moved), first.keys).refused) == 2


def test_that_fees_that_come_later_are_no_contradiction() -> None:
    first = previewed("ninjatrader-executions.csv")
    later = content("ninjatrader-executions.csv").replace(b"$0.39", b"$0.52")
    assert reasons(preview(read_file(later, Answers(zone=NEW_YORK)), first.keys)) == ["in already"] * 4


def test_that_equal_rows_without_an_id_are_as_many_executions() -> None:
    lines = content("mapped.csv").splitlines()
    doubled = b"\n".join((*lines, lines[1], lines[2]))
    first = preview(read_file(doubled, ANSWERS["mapped.csv"]), {})
    assert len(first.fills) == 4
    turned = b"\n".join((lines[0], *reversed((*lines[1:], *lines[1:]))))
    again = preview(read_file(turned, ANSWERS["mapped.csv"]), first.keys)
    assert (len(again.fills), len(again.duplicates)) == (0, 4)


def test_that_a_stated_profit_that_the_prices_contradict_is_noted_and_counts() -> None:
    text = content("tradovate-performance.csv").replace(b"$20.00", b"$25.00")
    found = preview(read_file(text, ANSWERS["tradovate-performance.csv"]), {})
    assert found.notes == ("line 2: the file says 25.00, its prices give 20.00; the file's counts",)
    assert gross(found.trades)[0] == 2_500


def test_that_an_unknown_worth_of_a_point_and_ties_are_noted() -> None:
    assert previewed("mt5-positions.html").notes == (
        "what a point is worth is not known: US100.CASH, XAUUSD",
    )
    tied = content("mapped.csv").replace(b"10:05:00", b"10:00:00")
    found = preview(read_file(tied, ANSWERS["mapped.csv"]), {})
    assert found.notes == ("bought and sold in the same instant, in the order of their ids: 1",)


def test_that_columns_named_by_hand_are_never_verified() -> None:
    assert not previewed("mapped.csv").verified


def test_that_a_later_file_goes_on_with_the_position_of_an_earlier_one() -> None:
    lines = content("tradovate-fills.csv").decode().splitlines()
    first = preview(read_file("\n".join((lines[0], lines[2])).encode()), {})
    assert [trade.is_open for trade in first.trades] == [True]
    rest = preview(read_file("\n".join((lines[0], lines[1], lines[3])).encode()), first.keys, first.fills)
    assert gross(rest.trades) == [950]
    assert not rest.trades[0].is_open
