"""What `prop evaluate` takes and refuses: exact money, paths in every refusal, bounded sizes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondskies_desktop.prop.evaluating import MOST_BYTES, case_answers
from tests.prop.told import close, days_of, refused, told, trade

RULES: dict[str, Any] = {
    "start": 50_000,
    "drawdown": {"type": "eod", "amount": 2_000, "lock_offset": 0, "touch_is_breach": True},
}


def with_(part: str, **fields: Any) -> dict[str, Any]:
    """Return the rules with another part."""
    return RULES | {part: fields}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (None, "rules: must be an object"),
        ([], "rules: must be an object"),
        ({}, "rules.start: is missing"),
        ({"start": None}, "rules.start: is missing"),
        ({"start": True}, "rules.start: must be a number, or a number as text"),
        ({"start": "=cmd"}, "rules.start: is not a number"),
        ({"start": "NaN"}, "rules.start: is not a number"),
        ({"start": "1_000"}, "rules.start: is not a number"),
        ({"start": "50,000"}, "rules.start: is not a number"),
        ({"start": -1}, "rules.start: must not be below 0"),
        ({"start": 10**30}, "rules.start: is beyond 1,000,000,000"),
        ({"start": "1e12"}, "rules.start: is beyond 1,000,000,000 dollars"),
        ({"start": "1.001"}, "rules.start: is not a whole number of cents"),
        (RULES | {"drawdwon": {}}, "rules.drawdwon: is no field here"),
        (
            with_("drawdown", type="trailing"),
            "rules.drawdown.type: must be one of static, eod, intraday, closed",
        ),
        (with_("drawdown", type="eod", amount=-1), "rules.drawdown.amount: must not be below 0"),
        (with_("drawdown", type="eod", touch_is_breach=1), "rules.drawdown.touch_is_breach: must be true"),
        (with_("drawdown", type="eod", lock_on="x"), "rules.drawdown.lock_on: must be one of none"),
        (with_("daily", amount=1, pct=5), "rules.daily.pct: stands beside amount: which one holds?"),
        (with_("daily", tiers={"basis": "x"}), "rules.daily.tiers.basis: must be one of"),
        (
            with_("daily", tiers={"basis": "session_open_profit", "steps": [[0, 1], [1]]}),
            "rules.daily.tiers.steps[1]: must be [from this profit on, what holds]",
        ),
        (
            with_("daily", tiers={"basis": "session_open_profit", "steps": [[0, 1]] * 17}),
            "rules.daily.tiers.steps: has more than 16 entries",
        ),
        (with_("consistency", variant="best"), "rules.consistency.variant: must be one of"),
        (with_("consistency", variant="best_day_of_net", pct=0), "rules.consistency.pct: must be above 0"),
        (
            with_("consistency", pct_by_payout=[20, 200]),
            "rules.consistency.pct_by_payout[1]: must be above 0",
        ),
        (with_("clock", tz="Mars/Olympus"), "rules.clock: 'Mars/Olympus' is no time zone"),
        (with_("clock", tz="../../etc/passwd"), "rules.clock: '../../etc/passwd' is no time zone"),
        (with_("clock", roll="25:00"), "rules.clock: '25:00' is no time of the form HH:MM"),
        (
            with_("scaling", unit="mini", steps=[[0, 2.5]]),
            "rules.scaling.steps[0][1]: must be a whole number",
        ),
        (with_("payout", cap_by_payout=[1, "x"]), "rules.payout.cap_by_payout[1]: is not a number"),
        (with_("payout", qualifying=5), "rules.payout.qualifying: must be an object"),
        (RULES | {"min_days": -1}, "rules.min_days: must not be below 0"),
        (RULES | {"min_days": 10**9}, "rules.min_days: must be a whole number up to 1,000,000"),
        # The library's own form.
        (RULES | {"hours": {"type": "hours", "flat": "15:10"}}, "rules: Object contains unknown field"),
    ],
)
def test_that_a_program_is_refused_by_the_path_of_its_field(rules: Any, said: str) -> None:
    assert refused(rules, []).startswith(said)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (None, "events: must be a list"),
        ({}, "events: must be a list"),
        ([1], "events[0]: must be an object"),
        ([{}], "events[0].type: must be one of trade, equity, session_close, payout"),
        ([{"type": []}], "events[0].type: must be one of"),
        ([{"type": "trade"}], "events[0].at: is missing"),
        ([{"type": "trade", "at": 5}], "events[0].at: must be text"),
        ([{"type": "trade", "at": "soon", "pnl": 1}], "events[0].at: is no time like"),
        ([{"type": "trade", "at": "2026-07-06T14:30:00", "pnl": 1}], "events[0].at: has no offset"),
        (
            [{"type": "trade", "at": "0001-01-01T00:00:00+23:59"}],
            "events[0].at: lies outside of 1970 to 2199",
        ),
        ([{"type": "trade", "at": "2026-07-06T14:30:00Z"}], "events[0].pnl: is missing"),
        ([trade(0, "1e99")], "events[0].pnl: is beyond"),
        ([trade(0, 1, fee=3)], "events[0].fee: is no field here"),
        ([trade(0, 1, mfe=float("1e300"))], "events[0].mfe: is beyond"),
        ([{"type": "equity", "at": "2026-07-06T14:30:00Z"}], "events[0].equity: is missing"),
        ([{"type": "payout", "at": "2026-07-06T14:30:00Z"}], "events[0].gross: is missing"),
        (
            [{"type": "payout", "at": "2026-07-06T14:30:00Z", "gross": -1}],
            "events[0].gross: must not be below 0",
        ),
        ([trade(1, 1), trade(0, 1)], "events[1].at: lies before the event that stands before it"),
        ([{"type": "x"}] * 100_001, "events: has more than 100000 entries"),
    ],
)
def test_that_an_event_is_refused_by_the_path_of_its_field(events: Any, said: str) -> None:
    assert refused(RULES, events).startswith(said)


def test_that_money_may_be_a_number_or_text() -> None:
    numbers = told(RULES, [trade(0, 400.1, fees=3.8, mfe=1600.25, mae=-0.05), close(0)])
    texts = told(
        {"start": "50000.00", "drawdown": RULES["drawdown"] | {"amount": "2000", "lock_offset": "0"}},
        [trade(0, "400.10", fees="3.80", mfe="1.60025e3", mae="-0.05"), close(0)],
    )
    assert numbers == texts
    assert numbers["days"][0]["balance"] == "50396.30"
    # What binary floats make of cents is not lost: 0.1 + 0.2.
    assert told(RULES, [trade(0, 0.1 + 0.2)])["events"][0]["balance"] == "50000.30"


def test_that_nulls_and_missing_fields_are_the_same() -> None:
    bare = told(RULES, [trade(0, 5)])
    nulls = dict.fromkeys(("daily", "consistency", "target", "min_days", "clock", "scaling", "payout"))
    assert told(RULES | nulls, [trade(0, 5, fees=None, mfe=None, mae=None)]) == bare


@pytest.mark.parametrize(
    "part",
    [
        with_("drawdown", type=None, amount=2_000),
        with_("daily", tiers={"basis": None}),
        with_("daily", tiers={"basis": "session_open_profit", "steps": None}),
        with_("daily", tiers={"basis": "session_open_profit", "steps": []}),
        with_("daily", amount=None),
        with_("daily", pct=None),
    ],
)
def test_that_any_field_of_a_limit_may_be_null_and_then_nobody_passes(part: dict[str, Any]) -> None:
    found = told(part | {"target": 100}, days_of(500))
    assert (found["ended"], found["passed"], len(found["unknown"])) == (None, None, 1)


def test_that_words_about_a_program_are_no_rules() -> None:
    assert told(RULES | {"name": "Combine", "firm": "Topstep", "size": "50K"}, days_of(5)) == told(
        RULES, days_of(5)
    )


def test_that_the_library_s_form_is_taken_too() -> None:
    lock = {"trigger": "floor_reaches", "level_offset": "0"}
    drawdown = {"type": "eod", "amount": "2000", "touch_is_breach": True, "on_payout": "none", "lock": lock}
    rules = {"start": 50_000, "drawdown": drawdown, "daily": {"type": "none"}, "target": {"type": "none"}}
    short = told(RULES, days_of(700, 1_500))
    assert told(rules, days_of(700, 1_500))["days"] == short["days"]


def test_that_other_names_of_the_same_field_are_read() -> None:
    events = [
        {"event": "trade", "ts": "2026-07-06T11:00:00-04:00", "pnl": 500, "symbol": "MNQ"},
        {"kind": "payout", "time": "2026-07-06T16:00:00+00:00", "amount": 100},
    ]
    assert told(RULES, events)["events"][1]["balance"] == "50400.00"


def test_that_a_bad_case_answers_with_its_id_and_the_others_go_on() -> None:
    good = json.dumps({"id": "a", "rules": RULES, "events": days_of(100)}).encode()
    bad = json.dumps({"id": "b", "rules": {}, "events": []}).encode()
    deep = b'{"id":"c","rules":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    lines = [
        b"\xef\xbb\xbf" + good,
        b"\n",
        bad,
        b"{",
        deep,
        b"\xff\xfe",
        b"[]",
        b"x" * (MOST_BYTES + 1),
        good,
    ]
    found = list(case_answers(lines))
    assert [one["id"] for one in found] == ["a", "b", None, None, None, None, None, "a"]
    assert ["error" in one for one in found] == [False, True, True, True, True, True, True, False]
    assert [one.get("line") for one in found[1:7]] == [3, 4, 5, 6, 7, 8]
    assert found[0] == found[-1]


def test_that_a_large_case_takes_its_share_of_time() -> None:
    events = [one for number in range(1_000) for one in (trade(number, 1, mfe=5, mae=-5), close(number))]
    line = json.dumps({"id": 1, "rules": RULES, "events": events}).encode()
    begun = time.perf_counter()
    assert "error" not in next(case_answers([line]))
    assert time.perf_counter() - begun < 5


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ("start", "drawdown", "daily", "consistency", "target", "min_days", "clock", "scaling", "payout")


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES), _VALUES)
def test_that_no_case_stops_the_others(part: dict[str, Any], events: Any) -> None:
    line = json.dumps({"id": 1, "rules": RULES | part, "events": events}).encode()
    assert next(case_answers([line]))["id"] == 1
