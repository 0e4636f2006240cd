"""What the types of a firm's file allow and no firm can mean: refused by file, path and reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.prop.library import LibraryWrong, read_firm

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path(__file__).parents[2] / "resources" / "prop_firms" / "ftmo-futures.json"
AT = "programs[0].phases[0].sizes[0]"


def size_of(firm: dict[str, Any]) -> dict[str, Any]:
    size: dict[str, Any] = firm["programs"][0]["phases"][0]["sizes"][0]
    return size


def version_of(firm: dict[str, Any]) -> dict[str, Any]:
    version: dict[str, Any] = size_of(firm)["versions"][0]
    return version


def scaled_by(*steps: list[int]) -> Callable[[dict[str, Any]], object]:
    cap = {"type": "scaling", "unit": "mini", "steps": list(steps)}
    return lambda firm: version_of(firm)["rules"].update(contracts={"type": "contracts", "cap": cap})


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a step twice": (scaled_by([0, 2], [0, 5]), "rules.contracts.cap.steps[1]: begins at 0"),
    "highest first": (scaled_by([2000, 5], [0, 2]), "rules.contracts.cap.steps[1]: begins at 0"),
    "no steps": (scaled_by(), "rules.contracts.cap.steps: has no steps"),
    "more days than anyone trades": (
        lambda firm: version_of(firm)["rules"].update(min_days=10**8),
        "rules.min_days: is more than 1,000,000",
    ),
    "a day that no calendar has": (
        lambda firm: version_of(firm).update(source_date="2026-02-31"),
        "source_date: '2026-02-31' is no day",
    ),
    "read before it was written": (
        lambda firm: version_of(firm).update(source_date="2026-11-23", checked="2026-11-22"),
        "source_date: 2026-11-23 is after 2026-11-22",
    ),
    "read a month before it was written": (
        lambda firm: version_of(firm).update(source_date="2026-12", checked="2026-11-22"),
        "source_date: 2026-12 is after 2026-11-22",
    ),
}


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED)
def test_that_what_no_firm_can_mean_is_refused(
    change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    firm = json.loads(FILE.read_bytes())
    change(firm)
    with pytest.raises(LibraryWrong) as refused:
        read_firm(FILE.name, json.dumps(firm).encode())
    assert f"{FILE.name}: {AT}.versions[0].{reason}" in str(refused.value)


@pytest.mark.parametrize("size", ["1e99999999", "1e-99999999", "50000.001"])
def test_that_a_size_that_is_no_money_is_refused(size: str) -> None:
    firm = json.loads(FILE.read_bytes())
    size_of(firm).update(size=size)
    version_of(firm)["rules"].update(start=0)
    with pytest.raises(LibraryWrong, match=r"\.size: is "):
        read_firm(FILE.name, json.dumps(firm).encode())


def test_that_a_key_that_stands_twice_is_refused_and_not_the_last_one_taken() -> None:
    text = FILE.read_bytes().replace(b'"amount": 2000', b'"amount": 2000, "amount": 9000', 1)
    with pytest.raises(LibraryWrong, match="'amount' stands twice"):
        read_firm(FILE.name, text)
