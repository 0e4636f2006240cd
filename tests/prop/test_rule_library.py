"""What holds for every version of the library, and how one is found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import msgspec
import pytest

from secondskies_desktop.prop.compiling import compile_rules
from secondskies_desktop.prop.library import Library, LibraryWrong, Place, offers, rules_of, shipped
from secondskies_desktop.prop.proportion import SHARES
from secondskies_desktop.prop.rule_schema import rule_schema, rule_schema_text
from secondskies_desktop.prop.rules import EndOfDay, Payout, TieredDaily
from secondskies_desktop.prop.standing import NOT_CHECKED, not_checked, standing

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
    rules = rules_of(place, Decimal(25_000))
    assert rules.start == Decimal(25_000)
    assert rules.drawdown == msgspec.structs.replace(
        place.version.rules.drawdown,  # type: ignore[type-var]
        amount=Decimal(2_500),
    )
    assert rules.daily == place.version.rules.daily
    compile_rules(rules)


def test_that_a_size_that_is_not_sold_has_no_rules(library: Library) -> None:
    assert library.bought("ftmo", "2-step", "step-1", Decimal(5_000), date(2026, 6, 1)) == ()
    place = place_at("ftmo/2-step/step-1/100000/2026-10-04")
    assert not offers(place.size, Decimal(400_000))
    with pytest.raises(LibraryWrong, match="not offered at 400000"):
        rules_of(place, Decimal(400_000))


def test_that_every_decimal_is_either_dollars_or_a_share() -> None:
    place = place_at("apex/apex-4-eod/pa/50000/2026-03-01")
    daily = place.version.rules.daily
    assert isinstance(daily, TieredDaily)
    names = {name for kind in _kinds() for name in kind.__struct_fields__}
    assert names >= SHARES


def _kinds() -> list[type[msgspec.Struct]]:
    from secondskies_desktop.prop import rules

    found = [one for one in vars(rules).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    assert EndOfDay in found
    return found


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
