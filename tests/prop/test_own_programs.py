"""The trader's own programs: copied, edited by adding versions, and what an edit changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
import pytest

from secondskies_desktop.prop.differences import difference
from secondskies_desktop.prop.library import LibraryWrong, Place, shipped
from secondskies_desktop.prop.own_programs import OWN, add_version, copy_program, library_with_own
from secondskies_desktop.prop.rules import EndOfDay, Static, Target

if TYPE_CHECKING:
    from pathlib import Path

MINE = "topstep/own-mine/combine/50000/2026-10-02"
NEXT_DAY = date(2026, 12, 2)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A folder with a copy of Topstep's program."""
    folder = tmp_path / "prop_firms"
    copy_program(folder, shipped(), "topstep", "combine", "mine", "My Combine")
    return folder


def place_at(folder: Path, address: str) -> Place:
    place = library_with_own(folder).at(address)
    assert place is not None
    return place


def edited(place: Place) -> Place:
    """Return the place with a version whose target is higher, for purchases of December."""
    rules = msgspec.structs.replace(place.version.rules, target=Target(amount=Decimal(3_500)))
    version = msgspec.structs.replace(place.version, key="december", rules=rules, purchases_from=NEXT_DAY)
    return msgspec.structs.replace(place, version=version)


def test_that_no_program_that_ships_has_a_key_of_the_traders() -> None:
    assert not [one.program.key for one in shipped().places() if one.program.key.startswith(OWN)]


def test_that_a_copy_stands_beside_what_ships_with_the_same_rules(copied: Path) -> None:
    mine = place_at(copied, MINE)
    assert mine.program.copied_from == "topstep/combine"
    ships = shipped().at("topstep/combine/combine/50000/2026-10-02")
    assert ships is not None
    assert difference(ships.version, mine.version) == []
    assert len(list(library_with_own(copied).places())) > len(list(shipped().places()))


def test_that_an_edit_is_a_further_version_and_the_purchase_chooses(copied: Path) -> None:
    place = place_at(copied, MINE)
    add_version(copied, place, edited(place).version, ends=date(2026, 12, 1))
    library = library_with_own(copied)
    for purchased, key, target in (
        (date(2026, 12, 1), "2026-10-02", 3_000),
        (NEXT_DAY, "december", 3_500),
    ):
        (found,) = library.bought("topstep", "own-mine", "combine", Decimal(50_000), purchased)
        assert found.version.key == key
        assert found.version.rules.target == Target(amount=Decimal(target))


def test_that_an_edit_that_leaves_two_for_one_purchase_changes_nothing(copied: Path) -> None:
    place = place_at(copied, MINE)
    before = (copied / "topstep.json").read_bytes()
    with pytest.raises(LibraryWrong, match="holds for the same purchases as 2026-10-02"):
        add_version(copied, place, edited(place).version)
    assert (copied / "topstep.json").read_bytes() == before
    assert [path.name for path in copied.iterdir()] == ["topstep.json"]


def test_that_what_ships_is_not_edited(copied: Path) -> None:
    place = place_at(copied, "topstep/combine/combine/50000/2026-10-02")
    with pytest.raises(LibraryWrong, match="copy it first"):
        add_version(copied, place, edited(place).version, ends=date(2026, 12, 1))


def test_that_a_key_is_taken_once_and_an_unknown_program_not_at_all(copied: Path) -> None:
    with pytest.raises(LibraryWrong, match="is there already"):
        copy_program(copied, library_with_own(copied), "topstep", "combine", "mine", "Again")
    with pytest.raises(LibraryWrong, match="topstep/gone is not in the library"):
        copy_program(copied, shipped(), "topstep", "gone", "it", "It")


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("apex.json", b"{", "apex.json: the file: "),
        ("apex.json", None, "programs[0].key: 'combine' has to begin with own-"),
    ],
)
def test_that_a_damaged_file_is_left_out_and_named(
    copied: Path, name: str, text: bytes | None, reason: str
) -> None:
    shown = shipped().firm("topstep")
    whole = msgspec.json.encode(msgspec.structs.replace(shown, key="apex"))  # type: ignore[type-var]
    (copied / name).write_bytes(whole if text is None else text)
    library = library_with_own(copied)
    assert [reason in one for one in library.refused] == [True]
    assert library.at(MINE) is not None
    assert library.firm("apex") == shipped().firm("apex")


def test_that_a_difference_names_path_before_and_after(copied: Path) -> None:
    place = place_at(copied, MINE)
    after = edited(place).version
    assert difference(place.version, after) == [
        ("key", "2026-10-02", "december"),
        ("rules.target.amount", "3000", "3500"),
        ("purchases_from", None, "2026-12-02"),
    ]


def test_that_another_kind_of_rule_differs_as_a_whole() -> None:
    old, new = EndOfDay(amount=Decimal(2_000)), Static(amount=Decimal(2_000))
    ((path, before, after),) = difference(old, new, "drawdown")
    assert path == "drawdown"
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (before["type"], after["type"]) == ("eod", "static")
