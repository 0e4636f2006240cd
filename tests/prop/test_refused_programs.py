"""What the library does not take: the file, the path and the reason are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from secondskies_desktop.prop.library import LibraryWrong, library_of, read_firm

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[dict[str, Any]], object]

AT = "programs[0].phases[0].sizes[0]"
VERSION = f"{AT}.versions[0]"


def a_firm() -> dict[str, Any]:
    """Return the smallest firm that is taken."""
    rules = {
        "start": 50_000,
        "drawdown": {
            "type": "eod",
            "amount": 2_000,
            "lock": {"trigger": "floor_reaches", "level_offset": -1_000},
        },
        "payout": {"type": "payout", "share_pct": 50, "unchecked": ["cap"]},
    }
    version = {
        "key": "v1",
        "sources": ["S1"],
        "source_date": "2026-08",
        "checked": "2026-11-22",
        "confidence": "verified",
        "rules": rules,
    }
    phase = {
        "key": "evaluation",
        "phase": "evaluation",
        "name": "Evaluation",
        "sizes": [{"size": 50_000, "versions": [version]}],
    }
    return {
        "key": "example",
        "name": "Example",
        "market": "futures",
        "sources": [{"key": "S1", "name": "The firm's page"}],
        "programs": [{"key": "program", "name": "Program", "phases": [phase]}],
    }


def size_of(firm: dict[str, Any]) -> dict[str, Any]:
    size: dict[str, Any] = firm["programs"][0]["phases"][0]["sizes"][0]
    return size


def version_of(firm: dict[str, Any]) -> dict[str, Any]:
    version: dict[str, Any] = size_of(firm)["versions"][0]
    return version


def rules_of(firm: dict[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = version_of(firm)["rules"]
    return rules


def add_version(firm: dict[str, Any], **changes: Any) -> None:
    size_of(firm)["versions"].append(version_of(firm) | {"key": "v2"} | changes)


REFUSED: dict[str, tuple[Change, str, str]] = {
    "no source": (lambda one: version_of(one).pop("sources"), VERSION, "missing required field `sources`"),
    "empty sources": (lambda one: version_of(one).update(sources=[]), f"{VERSION}.sources", "length >= 1"),
    "unknown source": (
        lambda one: version_of(one).update(sources=["S9"]),
        f"{VERSION}.sources[0]",
        "'S9' is no source",
    ),
    "no source date": (
        lambda one: version_of(one).pop("source_date"),
        VERSION,
        "missing required field `source_date`",
    ),
    "no date of the check": (
        lambda one: version_of(one).pop("checked"),
        VERSION,
        "missing required field `checked`",
    ),
    "a date that is none": (
        lambda one: version_of(one).update(source_date="2026-13"),
        f"{VERSION}.source_date",
        "matching regex",
    ),
    "no confidence": (lambda one: version_of(one).pop("confidence"), VERSION, "`confidence`"),
    "another confidence": (
        lambda one: version_of(one).update(confidence="sure"),
        f"{VERSION}.confidence",
        "Invalid enum value 'sure'",
    ),
    "conflicting without words": (
        lambda one: version_of(one).update(confidence="conflicting"),
        f"{VERSION}.confidence",
        "nothing says about what",
    ),
    "unknown field": (
        lambda one: rules_of(one).update(drawdwn=1),
        f"{VERSION}.rules",
        "unknown field `drawdwn`",
    ),
    "unknown kind of drawdown": (
        lambda one: rules_of(one).update(drawdown={"type": "trailing"}),
        f"{VERSION}.rules.drawdown.type",
        "Invalid value 'trailing'",
    ),
    "an amount that is no number": (
        lambda one: rules_of(one)["drawdown"].update(amount="2,000"),
        f"{VERSION}.rules.drawdown.amount",
        "Invalid decimal",
    ),
    "an amount below zero": (
        lambda one: rules_of(one)["drawdown"].update(amount=-2_000),
        f"{VERSION}.rules.drawdown.amount",
        "is below zero",
    ),
    "not a number": (
        lambda one: rules_of(one)["drawdown"].update(amount="NaN"),
        f"{VERSION}.rules.drawdown.amount",
        "is not a number",
    ),
    "a signalling one": (
        lambda one: rules_of(one).update(start="sNaN"),
        f"{VERSION}.rules.start",
        "is not a number",
    ),
    "an endless size": (lambda one: size_of(one).update(size="Infinity"), f"{AT}.size", "is not a number"),
    "no size": (lambda one: size_of(one).update(size=0), f"{AT}.size", "is not above zero"),
    "not whole cents": (
        lambda one: rules_of(one)["drawdown"].update(amount="2000.001"),
        f"{VERSION}.rules",
        "is not a whole number of cents",
    ),
    "more than the whole": (
        lambda one: rules_of(one)["payout"].update(share_pct=101),
        f"{VERSION}.rules.payout.share_pct",
        "is more than the whole",
    ),
    "another start": (lambda one: rules_of(one).update(start=5_000), f"{VERSION}.rules.start", "is 5000"),
    "no zone": (
        lambda one: rules_of(one).update(clock={"tz": "America/Newark"}),
        f"{VERSION}.rules",
        "is no time zone",
    ),
    "no wall time": (
        lambda one: rules_of(one).update(hours={"type": "hours", "flat_by": "4 pm"}),
        f"{VERSION}.rules",
        "is no time of the form HH:MM",
    ),
    "an unchecked field that is none": (
        lambda one: rules_of(one)["payout"].update(unchecked=["caps"]),
        f"{VERSION}.rules.payout.unchecked",
        "'caps' is no field",
    ),
    "unchecked and given": (
        lambda one: rules_of(one)["payout"].update(unchecked=["share_pct"]),
        f"{VERSION}.rules.payout.unchecked",
        "is given all the same",
    ),
    "a remark on nothing": (
        lambda one: version_of(one).update(remarks=[{"path": "daly", "confidence": "verified", "note": "x"}]),
        f"{VERSION}.remarks[0].path",
        "'daly' is no rule",
    ),
    "an end before the beginning": (
        lambda one: version_of(one).update(purchases_from="2026-02-01", purchases_to="2026-01-31"),
        f"{VERSION}.purchases_to",
        "is before its beginning",
    ),
    "the same version twice": (
        lambda one: add_version(one, key="v1", purchases_from="2027-01-01"),
        f"{AT}.versions[1]",
        "is there already",
    ),
    "two versions for one purchase": (add_version, f"{AT}.versions[1]", "same purchases as v1"),
    "a range without its size": (
        lambda one: size_of(one).update(range=[100_000, 200_000]),
        f"{AT}.range",
        "does not hold the size",
    ),
    "no versions": (lambda one: size_of(one).update(versions=[]), f"{AT}.versions", "length >= 1"),
    "another file's name": (lambda one: one.update(key="other"), "key", "should be named after it"),
}


@pytest.mark.parametrize(("change", "path", "reason"), REFUSED.values(), ids=REFUSED)
def test_that_a_wrong_file_is_refused_by_file_path_and_reason(change: Change, path: str, reason: str) -> None:
    firm = a_firm()
    change(firm)
    with pytest.raises(LibraryWrong) as refused:
        read_firm("example.json", json.dumps(firm).encode())
    told = str(refused.value)
    assert told.startswith("example.json: ")
    assert f" {path}: " in told
    assert reason in told


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff\xfe", b'{"key": "\xff"}'])
def test_that_what_is_no_firm_is_refused_by_file(text: bytes) -> None:
    with pytest.raises(LibraryWrong, match=r"^example\.json: "):
        library_of([("example.json", text)])


def test_that_the_smallest_firm_is_taken_and_all_it_leaves_out_is_unknown() -> None:
    (place,) = library_of([("example.json", json.dumps(a_firm()).encode())]).places()
    assert place.address == "example/program/evaluation/50000/v1"
    assert place.version.rules.daily is None
    assert place.version.purchases_from is None


def test_that_versions_of_different_platforms_stand_side_by_side() -> None:
    firm = a_firm()
    version_of(firm)["platforms"] = ["rithmic"]
    add_version(firm, platforms=["tradovate"])
    assert len(list(library_of([("example.json", json.dumps(firm).encode())]).places())) == 2
