"""`secondskies prop firms` and `prop programs`: the fixed answers of the rule library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.prop.library import shipped
from secondskies_desktop.prop.own_programs import copy_program, own_folder

if TYPE_CHECKING:
    from tests.cli.asking import Asking


def test_that_every_firm_is_listed_with_how_sure_its_rules_are(empty: Asking) -> None:
    said = empty("prop", "firms", "--json")
    assert said.code == 0
    by_key = {row["firm"]: row for row in said.json}
    assert len(by_key) == len(shipped().firms)
    assert by_key["ftmo-futures"] == {
        "firm": "ftmo-futures", "name": "FTMO Futures", "market": "futures", "programs": 2, "versions": 4,
        "verified": 4, "unverified": 0, "conflicting": 0,
    }  # fmt: skip
    assert "Topstep" in empty("prop", "firms").out


def test_that_a_firms_versions_come_with_source_dates_and_what_is_not_checked(empty: Asking) -> None:
    rows = empty("prop", "programs", "--firm", "topstep", "--json").json
    assert {row["firm"] for row in rows} == {"topstep"}
    row = next(one for one in rows if one["address"] == "topstep/combine/xfa-standard/50000/2026-10-02")
    assert (row["phase"], row["size"], row["confidence"]) == ("funded", "50000", "verified")
    assert (row["purchases_from"], row["purchases_to"], row["platforms"]) == ("2026-01-12", None, None)
    assert (row["source_date"], row["checked"]) == ("2026-10-02", "2026-11-22")
    assert [source["key"] for source in row["sources"]] == ["S1", "S2b", "S9"]
    assert row["rules"]["payout"]["cap"] == "2000"
    assert row["rules"]["per_trade"] is None
    assert {"per_trade", "payout.lifetime"} <= set(row["not_checked"])


def test_that_without_a_firm_all_versions_are_listed(empty: Asking) -> None:
    rows = empty("prop", "programs", "--json").json
    assert len(rows) == len(list(shipped().places()))


def test_that_an_unknown_firm_is_refused(empty: Asking) -> None:
    said = empty("prop", "programs", "--firm", "myforexfunds", "--json")
    assert (said.code, said.out) == (2, "")
    assert "is no firm of the library" in said.err


def test_that_programs_of_the_traders_are_listed_and_a_damaged_file_is_named(empty: Asking) -> None:
    folder = own_folder(empty.home)
    copy_program(folder, shipped(), "ftmo", "1-step", "mine", "Mine")
    (folder / "apex.json").write_bytes(b"{")
    said = empty("prop", "programs", "--firm", "ftmo", "--json")
    assert "own-mine" in {row["program"] for row in said.json}
    assert "left out: apex.json: " in said.err
