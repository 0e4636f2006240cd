"""`integrity`: what it answers, as one document, and where it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from secondskies_desktop.cli.context import say
from secondskies_desktop.foundation.database.engine import sqlite_url
from tests.databases import put

if TYPE_CHECKING:
    import pytest

    from tests.cli.asking import Asking


def test_that_scan_and_fill_answer_as_they_promise(full: Asking) -> None:
    scan = full("integrity", "scan", "--json").json
    assert {"health", "signals", "complete", "gaps", "sources", "last_heartbeat"} <= set(scan)
    assert scan["gaps"]
    assert {"trade_id", "type", "since", "points"} <= set(scan["gaps"][0])
    would_be = full("integrity", "fill", "--dry-run", "--json").json
    assert would_be["filled"][0]["id"] is None
    filled = full("integrity", "fill", "--json").json
    assert {"trade_id", "field", "value", "source", "confidence"} <= set(filled["filled"][0])
    assert len(filled["filled"]) == len(would_be["filled"])
    report = full("integrity", "report", "--json").json
    assert report["health"] > scan["health"]
    assert set(report["gaps_by_type"]) <= {one["type"] for one in scan["gaps"]}
    undone = full("integrity", "undo", str(filled["filled"][0]["id"]), "--json").json
    assert undone["undone"]["field"] == filled["filled"][0]["field"]


def test_that_the_list_of_signals_shows_quality_once_somebody_looked(full: Asking) -> None:
    assert {row["quality"] for row in full("signals", "list", "--json").json} == {None}
    full("integrity", "scan", "--json")
    scores = [row["quality"] for row in full("signals", "list", "--json").json]
    assert None not in scores
    assert min(scores) < 100


def test_that_an_empty_profile_has_no_health_rather_than_a_perfect_one(ask: Asking) -> None:
    scan = ask("integrity", "scan", "--json").json
    assert (scan["health"], scan["signals"], scan["gaps"]) == (None, 0, [])
    put(sqlite_url(ask.home / "secondskies.db"), b"no alert")
    assert ask("integrity", "scan", "--json").json["health"] is None


def test_that_a_fill_that_is_not_there_cannot_be_undone(ask: Asking) -> None:
    answer = ask("integrity", "undo", "7")
    assert answer.code == 2
    assert "there is no fill 7" in answer.err


def test_that_a_choice_between_received_values_is_kept_and_can_be_undone(empty: Asking) -> None:
    database = sqlite_url(empty.home / "secondskies.db")
    body = (
        b'{"event_type":"ENTRY","schema_version":"1.0.0","trade_id":"20251211_091500000_BULLISH",'
        b'"direction":"Bullish","stop_loss":25000.0,"event_timestamp":"2025-12-11T09:15:00","entry_price":%d}'
    )
    put(database, body % 25_010, body % 25_012)
    place = ("20251211_091500000_BULLISH", "entry_price")
    refused = empty("integrity", "choose", *place, "25011")
    assert refused.code == 2
    assert "25010 (#1)" in refused.err
    chosen = empty("integrity", "choose", *place, "#2", "--json").json["chosen"]
    assert (chosen["value"], chosen["source"], chosen["because"]) == (25_012.0, "received", [2])
    shown = empty("signals", "show", place[0], "--json").json
    shown = shown[0] if isinstance(shown, list) else shown
    assert (shown["entry_price"], shown["conflicts"]) == (25_012.0, {})
    assert empty("integrity", "undo", str(chosen["id"]), "--json").json["undone"]["field"] == "entry_price"
    assert empty("integrity", "undo", str(chosen["id"])).code == 2
    assert empty("rebuild", "--verify", "--json").json["identical"]
    assert empty("audit", "verify", "--json").json["ok"]


MENDABLE = (
    b'{"event_type":"ENTRY","trade_id":"20251209_093100000_BULLISH","event_timestamp":"2025-12-09 09:33:00",'
    b'"direction":"Bullish","entry_price":25680,25,"stop_loss":NaN,}'
)


def test_that_a_dead_letter_is_shown_repaired_and_restored(ask: Asking) -> None:
    assert ask("inbox", "list").code == 0
    put(sqlite_url(ask.home / "secondskies.db"), MENDABLE, b"no alert")
    (mendable, other) = ask("integrity", "repair", "--dry-run", "--json").json["proposed"]
    assert mendable["rules"] == ["trailing-comma", "no-value", "separators-in-number"]
    assert (mendable["event_type"], mendable["trade_id"]) == ("ENTRY", "20251209_093100000_BULLISH")
    assert mendable["fields"][0]["detail"]["entry_price"] == 25680.25
    assert (other["id"], other["rules"], other["refusal"]) == (2, [], "no rule reads it")
    assert {row["state"] for row in ask("inbox", "list", "--json").json} == {"dead"}
    done = ask("integrity", "repair", "--json").json
    assert ([one["id"] for one in done["repaired"]], [one["id"] for one in done["left"]]) == ([1], [2])
    assert ask("rebuild", "--verify", "--json").json["identical"]
    (signal,) = ask("signals", "list", "--json").json
    assert signal["entry_price"] == 25680.25
    assert ask("integrity", "repair", "1").code == 1
    assert ask("integrity", "repair", "--undo", "1", "--json").json == {
        "undone": [{"id": 1, "rules": mendable["rules"]}]
    }
    assert ask("signals", "list", "--json").json == []
    assert ask("rebuild", "--verify", "--json").json["identical"]
    assert [row["action"] for row in ask("audit", "list", "--json").json] == ["undo", "repair"]


def test_that_a_repair_refuses_what_is_not_there(ask: Asking) -> None:
    put_one = ask("inbox", "list")
    assert put_one.code == 0
    for words, said in (
        (("--rule", "magic"), "there is no rule magic"),
        (("7",), "no arrival has the id 7"),
        (("--undo",), "--undo needs the ids"),
        (("--undo", "7"), "arrival 7 is not repaired"),
        (("--rule", "impossible-value"), "needs the ids of the arrivals"),
    ):
        answer = ask("integrity", "repair", *words)
        assert answer.code == 2
        assert said in " ".join(answer.err.replace("│", " ").split())


def test_that_the_rules_are_listed_with_examples(ask: Asking) -> None:
    rules = ask("integrity", "rules", "--json").json
    assert {"name", "means", "hazard", "in_bulk", "before", "after"} == set(rules[0])
    assert "trailing-comma" in ask("integrity", "rules").out


def test_that_undoing_repairs_is_all_or_nothing_and_never_a_rehearsal(ask: Asking) -> None:
    assert ask("inbox", "list").code == 0
    put(sqlite_url(ask.home / "secondskies.db"), MENDABLE, b"no alert")
    assert ask("integrity", "repair", "1").code == 0
    for words in (("--undo", "1", "--dry-run"), ("--undo", "1", "--rule", "no-value"), ("--undo", "1", "2")):
        assert ask("integrity", "repair", *words).code == 2
        assert len(ask("signals", "list", "--json").json) == 1
    assert ask("integrity", "repair", "--undo", "1", "1").code == 0
    assert ask("signals", "list", "--json").json == []


def test_that_a_repair_of_an_unknown_arrival_changes_nothing_of_the_others(ask: Asking) -> None:
    assert ask("inbox", "list").code == 0
    put(sqlite_url(ask.home / "secondskies.db"), MENDABLE)
    assert ask("integrity", "repair", "1", "7").code == 2
    assert [row["state"] for row in ask("inbox", "list", "--json").json] == ["dead"]


def test_that_no_cell_of_a_table_obeys_what_a_value_holds(capsys: pytest.CaptureFixture[str]) -> None:
    say([], lambda: [("head",), ({"file": "\x9b31m\u202e"},), (["\x9b"],), ("\x9b",)], as_json=False)
    assert capsys.readouterr().out.replace("\n", "").isprintable()


def test_that_tables_are_read_by_people(full: Asking) -> None:
    filled = full("integrity", "fill").out.splitlines()
    assert filled[0].split()[:3] == ["id", "trade_id", "field"]
    assert not any("{" in line for line in filled)
    report = full("integrity", "report").out
    assert "filled, recomputed" in report
    assert "{" not in report


def test_that_a_filled_value_is_shown_with_its_quality_and_its_reason(full: Asking) -> None:
    filled = full("integrity", "fill", "--json").json["filled"]
    one = next(row for row in filled if row["because"])
    shown = full("signals", "show", one["trade_id"], "--json").json
    shown = shown[0] if isinstance(shown, list) else shown
    assert shown["quality"] is not None
    reasons = full("explain", one["trade_id"], "--json").json
    said = [reason for reason in reasons if one["reason"] in reason["words"]]
    assert said
    assert [link["inbox_id"] for link in said[0]["chain"]] == one["because"]


def test_that_an_id_beyond_all_ids_is_refused(ask: Asking) -> None:
    assert ask("integrity", "undo", str(2**63)).code == 2
