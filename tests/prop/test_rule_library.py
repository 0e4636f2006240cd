"""What holds for every version of the library, and how one is found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.prop import rows, rules
from secondskies_desktop.prop.compiling import compile_rules
from secondskies_desktop.prop.library import (
    Library,
    LibraryWrong,
    Place,
    offers,
    read_firm,
    rules_of,
    shipped,
)
from secondskies_desktop.prop.proportion import SHARES, in_proportion
from secondskies_desktop.prop.rule_schema import rule_schema, rule_schema_text
from secondskies_desktop.prop.rules import Payout
from secondskies_desktop.prop.standing import NOT_CHECKED, not_checked, standing

if TYPE_CHECKING:
    from secondskies_desktop.prop.programs import Firm

PLACES = list(shipped().places())
ADDRESSES = [place.address for place in PLACES]
FIRMS_OF_THE_RESEARCH = 21


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped()


def place_at(address: str) -> Place:
    place = shipped().at(address)
    assert place is not None, address
    return place


@pytest.mark.parametrize("place", PLACES, ids=ADDRESSES)
def test_that_a_version_compiles_and_names_its_source_and_its_dates(place: Place) -> None:
    compile_rules(place.version.rules)
    assert place.version.sources
    assert place.version.source_date <= place.version.checked.isoformat()


@pytest.mark.parametrize("place", PLACES, ids=ADDRESSES)
def test_that_what_is_not_checked_is_told_and_never_sure(place: Place) -> None:
    unsure = not_checked(place.version)
    assert all(standing(place.version, path) == NOT_CHECKED for path in unsure)
    payout = place.version.rules.payout
    if isinstance(payout, Payout):
        assert {f"payout.{name}" for name in payout.unchecked} <= set(unsure)


@pytest.mark.parametrize("place", PLACES, ids=ADDRESSES)
def test_that_every_conflict_has_words(place: Place) -> None:
    if place.version.confidence == "conflicting":
        said = {one.confidence for one in place.version.remarks}
        assert "conflicting" in said or place.version.note or place.version.prices


def test_that_addresses_are_unique_and_all_firms_are_there(library: Library) -> None:
    assert len(set(ADDRESSES)) == len(ADDRESSES)
    assert len(library.firms) == FIRMS_OF_THE_RESEARCH


@pytest.mark.parametrize(
    ("purchased", "expected"),
    [(date(2026, 8, 31), "before-2026-09-01"), (date(2026, 9, 1), "2026-09-20")],
)
def test_that_the_day_of_purchase_chooses_the_version(
    library: Library, purchased: date, expected: str
) -> None:
    found = library.bought("tradeify", "select", "flex", Decimal(50_000), purchased)
    assert [place.version.key for place in found] == [expected]


def test_that_a_purchase_before_all_that_is_known_finds_nothing(library: Library) -> None:
    early = date(2026, 2, 28)
    assert library.bought("apex", "apex-4-eod", "pa", Decimal(50_000), early) == ()
    assert len(library.bought("apex", "apex-legacy", "pa", Decimal(50_000), early)) == 1
    assert library.bought("apex", "apex-legacy", "pa", Decimal(50_000), early + timedelta(days=1)) == ()


def test_that_an_unsaid_platform_leaves_the_choice_open(library: Library) -> None:
    day, size = date(2026, 6, 1), Decimal(50_000)
    both = library.bought("apex", "apex-4-intraday", "evaluation", size, day)
    assert len(both) == 2
    one = library.bought("apex", "apex-4-intraday", "evaluation", size, day, platform="tradovate")
    assert [place.version.platforms for place in one] == [("tradovate",)]


def test_that_a_firm_that_sells_any_size_has_its_amounts_in_proportion(library: Library) -> None:
    (place,) = library.bought("ftmo", "2-step", "step-1", Decimal(25_000), date(2026, 6, 1))
    scaled = rules_of(place, Decimal(25_000))
    assert scaled.start == Decimal(25_000)
    assert scaled.drawdown == msgspec.structs.replace(
        place.version.rules.drawdown,  # type: ignore[type-var]
        amount=Decimal(2_500),
    )
    assert scaled.daily == place.version.rules.daily
    compile_rules(scaled)


def test_that_a_size_that_is_not_sold_has_no_rules(library: Library) -> None:
    assert library.bought("ftmo", "2-step", "step-1", Decimal(5_000), date(2026, 6, 1)) == ()
    place = place_at("ftmo/2-step/step-1/100000/2026-10-04")
    assert not offers(place.size, Decimal(400_000))
    with pytest.raises(LibraryWrong, match="not offered at 400000"):
        rules_of(place, Decimal(400_000))


DOLLARS = {
    "amount", "before", "cap", "cap_by_payout", "fee", "level_offset", "lifetime", "min", "min_balance", "profit",
    "retain", "start", "steps",
}  # fmt: skip


def test_that_every_decimal_is_either_dollars_or_a_share() -> None:
    found = {
        name
        for kind in vars(rules).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
        for name, annotation in get_type_hints(kind).items()
        if "Decimal" in str(annotation) and "Struct" not in str(annotation)
    }
    assert found - _structs() == DOLLARS | SHARES
    assert not DOLLARS & SHARES


def _structs() -> set[str]:
    """Return the fields of whole rules, which hold other rules."""
    return {name for name in rules.Rules.__struct_fields__ if name not in DOLLARS}


@given(start=st.integers(min_value=1, max_value=10**9).map(lambda one: Decimal(one).scaleb(-2)))
def test_that_proportion_keeps_shares_and_scales_amounts(start: Decimal) -> None:
    given_rules = place_at("ftmo/2-step/step-1/100000/2026-10-04").version.rules
    scaled = in_proportion(given_rules, start)
    assert isinstance(scaled.target, rules.Target)
    assert scaled.target.amount is not None
    assert abs(scaled.target.amount - start / 10) <= Decimal("0.005")
    assert scaled.start == start
    assert scaled.daily == given_rules.daily
    compile_rules(scaled)


@pytest.mark.parametrize("firm", shipped().firms, ids=lambda firm: firm.key)
def test_that_a_file_that_is_written_again_says_the_same(firm: Firm) -> None:
    assert read_firm(f"{firm.key}.json", msgspec.json.encode(firm)) == firm


@pytest.mark.parametrize("place", PLACES, ids=ADDRESSES)
def test_that_what_is_unknown_compiles_to_unknown(place: Place) -> None:
    row, given_rules = compile_rules(place.version.rules).row, place.version.rules
    for rule, at in ((given_rules.drawdown, rows.DRAWDOWN), (given_rules.daily, rows.DAILY)):
        assert (row[at] == rows.UNKNOWN) is (rule is None)
    if isinstance(given_rules.target, rules.Target) and given_rules.target.amount is None:
        assert row[rows.TARGET] == rows.UNKNOWN
    if given_rules.min_days is None:
        assert row[rows.MIN_DAYS] == rows.UNKNOWN
    for at, path in ((rows.DRAWDOWN_TOUCH, "drawdown"), (rows.DAILY_ANCHOR, "daily")):
        rule = getattr(given_rules, path)
        if getattr(rule, "touch_is_breach" if path == "drawdown" else "anchor", None) is None:
            assert row[at] == rows.UNKNOWN


@pytest.mark.parametrize(
    ("address", "path", "expected"),
    [
        ("topstep/combine/combine/50000/2026-10-02", "target.amount", "verified"),
        ("topstep/combine/combine/50000/2026-10-02", "consistency.pct", "conflicting"),
        ("topstep/combine/combine/50000/2026-10-02", "consistency.inclusive", NOT_CHECKED),
        ("topstep/combine/combine/50000/2026-10-02", "per_trade", NOT_CHECKED),
        ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.cap", "verified"),
        ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.retain", "verified"),
        ("topstep/combine/xfa-standard/50000/2026-10-02", "payout.lifetime", NOT_CHECKED),
        ("topstep/combine/xfa-standard/100000/2026-08", "payout.min", "unverified"),
        ("apex/apex-4-eod/pa/100000/2026-03-01", "daily.steps", NOT_CHECKED),
        ("e8/e8-one/evaluation/100000/2026-10-04", "clock", NOT_CHECKED),
    ],
)
def test_that_each_value_says_how_sure_it_is(address: str, path: str, expected: str) -> None:
    assert standing(place_at(address).version, path) == expected


def test_that_the_published_schema_is_that_of_the_types() -> None:
    written = (files("secondskies_desktop.resources") / "prop_firms.schema.json").read_bytes()
    assert written == rule_schema_text()


def test_that_the_schema_asks_for_source_and_dates() -> None:
    required = rule_schema()["$defs"]["Version"]["required"]
    assert {"sources", "source_date", "checked", "confidence", "rules"} <= set(required)
