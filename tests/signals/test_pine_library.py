"""The Pine library as text: nothing here can run Pine, but its templates can be put together and decoded."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest

from secondskies_desktop.signals.vocabulary import Direction, EventType
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from secondskies_desktop.signals.event import Decoded

SOURCE = (
    files("secondskies_desktop.resources")
    .joinpath("pine/secondskies_alerts.pine")
    .read_text(encoding="utf-8")
)
CODE = re.sub(r"^\s*//.*$", "", SOURCE, flags=re.MULTILINE)
RESERVED = {EventType.EXIT_TP, EventType.EXIT_PARTIAL}

FUNCTIONS = dict(
    re.findall(r"^(?:export )?(?:method )?(\w+)\(.*\) =>\n((?:    .*\n|\n)+)", CODE, re.MULTILINE)
)
TOLD = dict(re.findall(r'_say\(this, "(\w+)", signal_time, direction, at, (.+)\)$', CODE, re.MULTILINE))
TOLD["MFE_UPDATE"] = "+".join(re.findall(r"^ +(?:string )?rest \+?= (.+)$", CODE, re.MULTILINE))

AT = 1_770_131_400_000
TRADE_ID = "20260203_101000000_BULLISH"
FORMATTED = {"_number": "1.25", "_whole": str(AT), "_truth": "true", "_bias": '"Bullish"'}


def const(name: str) -> int:
    """Return a constant of the library."""
    found = re.search(rf"^const int {name} = (\d+)$", CODE, re.MULTILINE)
    assert found is not None
    return int(found[1])


def assembled(expression: str, names: dict[str, str]) -> str:
    """Return what an expression of literals, names and formatted values is joined to."""
    text = ""
    for literal, double, call, name in re.findall(
        r"'([^']*)'|\"([^\"]*)\"|(\w+)\([^()]*\)|([\w.]+)", expression
    ):
        if name or call in names:
            text += names[name or call]
        else:
            text += FORMATTED[call] if call else literal or double
    return text


def event(kind: str) -> str:
    """Return the event that the library says for a kind, from its own templates."""
    names = {"_direction": "BULLISH", "id": TRADE_ID, "kind": kind}
    names["htf"] = assembled(FUNCTIONS["signal_created"].split("\n")[0].partition("=")[2], names)
    rest = assembled(TOLD[kind], names)
    if kind != "MFE_UPDATE":
        signal_at = re.search(r"direction, at, (.+) \+ rest\)", FUNCTIONS["_say"])
        assert signal_at is not None
        rest = assembled(signal_at[1], names) + rest
    return assembled(FUNCTIONS["_event"], {**names, "rest": rest})


def message(events: str, **names: str) -> str:
    """Return the alert around events, from the library's own template."""
    chart = {
        "syminfo.prefix": "CME_MINI",
        "syminfo.ticker": "MNQ1!",
        "timeframe.period": "1",
        "events": events,
        **names,
    }
    lines = FUNCTIONS["_message"].strip().split("\n")
    head, prices = (assembled(line.partition("=")[2], chart) for line in lines if "string " in line)
    return assembled(lines[-1], {**chart, "head": head, "prices": prices})


def alert(kinds: list[str]) -> Decoded:
    """Return what the listener reads in an alert of these kinds."""
    return decode(message(",".join(event(kind) for kind in kinds)).encode(), 0)


def test_that_it_is_a_library_of_version_six() -> None:
    assert "//@version=6" in SOURCE.split("\n")[:3]
    assert 'library("secondskies_alerts")' in CODE


def test_that_every_kind_of_event_can_be_told() -> None:
    assert set(TOLD) == set(EventType) - RESERVED
    assert {f'"{kind}"' for kind in TOLD} <= set(re.findall(r'"[A-Z_]+"', CODE))


@pytest.mark.parametrize("kind", sorted(TOLD))
def test_that_the_listener_reads_what_the_library_says(kind: str) -> None:
    found = alert([kind])
    (read,) = found.events
    assert (found.rule, found.repairs, found.problems) == ("contract-2", (), ())
    assert (read.type, read.trade_id, read.direction) == (kind, TRADE_ID, Direction.BULLISH)
    assert (read.at_us, read.signal_us) == (AT * 1000, AT * 1000)


def test_that_values_arrive_under_the_names_that_are_read() -> None:
    update, entry, exit_sl, created = alert(["MFE_UPDATE", "ENTRY", "EXIT_SL", "SIGNAL_CREATED"]).events
    assert (update.be_mfe, update.no_be_mfe, update.be_triggered) == (1.25, 1.25, True)
    chart = {"symbol": "MNQ1!"}
    prices = {**chart, "entry_price": 1.25, "stop_loss": 1.25}
    assert (update.detail, entry.detail) == (prices, prices)
    assert exit_sl.detail == {**chart, "exit_price": 1.25}
    words = dict.fromkeys(("daily", "h4", "h1", "m15", "m5", "m1"), "Bullish")
    assert created.detail == {**chart, "htf": words}


def test_that_an_alert_without_events_is_a_sign_of_life() -> None:
    assert alert([]).events == []


def test_that_no_alert_outgrows_its_bound() -> None:
    longest = {"syminfo.prefix": "P" * 24, "syminfo.ticker": "T" * 32, "timeframe.period": "1440"}
    assert const("MAX_BODY") < 4096
    assert len(message("", **longest)) <= const("MAX_HEAD")
    assert max(len(event(kind)) for kind in TOLD) < const("MAX_BODY") - const("MAX_HEAD")


def test_that_the_alerts_of_three_minutes_stay_below_the_stop() -> None:
    assert const("WINDOW_MS") == 3 * 60_000
    assert const("MAX_ALERTS_IN_WINDOW") < 15
    assert 3 * const("MAX_ALERTS_A_BAR") <= const("MAX_ALERTS_IN_WINDOW")


def test_that_each_alert_of_a_bar_is_a_written_call_outside_loops() -> None:
    calls = re.findall(r"^(.*)\balert\((.*)\)$", CODE, re.MULTILINE)
    assert len(calls) == const("MAX_ALERTS_A_BAR")
    assert all(arguments.endswith("alert.freq_once_per_bar_close") for _, arguments in calls)
    assert {indent for indent, _ in calls} == {" " * 8}
    sending = FUNCTIONS["flush"].partition("int parts")[2]
    assert sending.count("alert(") == len(calls)
    assert not re.search(r"\b(while|for)\b", sending)


def test_that_numbers_are_written_in_two_places_which_know_of_missing_values() -> None:
    lines = [line for line in CODE.split("\n") if "str.tostring(" in line]
    assert len(lines) == 2
    for line in lines:
        assert re.search(r'na\(value\).* \? "null" : str\.tostring\(value, "0[.#]*"\)$', line)
    assert "str.format(" not in CODE
    assert "syminfo.tickerid" not in CODE


def test_that_exported_functions_declare_and_use_each_parameter() -> None:
    signatures = re.findall(r"^export (?:method )?(\w+)\((.*)\) =>$", CODE, re.MULTILINE)
    assert len(signatures) == 12
    for name, parameters in signatures:
        for parameter in filter(None, parameters.split(", ")):
            kind, word = parameter.partition(" = ")[0].split(" ")
            assert kind in {"Sender", "int", "float", "bool", "string"}
            assert re.search(rf"\b{word}\b", FUNCTIONS[name]), (name, word)
            assert f"// @param {word} " in SOURCE


def test_that_no_body_carries_a_secret() -> None:
    literals = " ".join(re.findall(r"'[^']*'|\"[^\"]*\"", CODE)).lower()
    assert not re.search(r"token|secret|password|passphrase|key", literals)
