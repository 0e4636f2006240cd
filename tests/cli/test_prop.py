"""`secondskies prop`: a program over a file of events, and many cases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.prop.told import days_of, told, trade

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.asking import Asking

RULES: dict[str, Any] = {
    "start": 50_000,
    "drawdown": {"type": "eod", "amount": 2_000, "lock_offset": 0, "touch_is_breach": True},
}


def test_that_the_commands_answer_as_files_do(ask: Asking, tmp_path: Path) -> None:
    program, events, cases = (tmp_path / name for name in ("topstep.json", "events.jsonl", "cases.jsonl"))
    told_days = days_of(700, -300)
    without_id = {name: value for name, value in told(RULES, told_days).items() if name != "id"}
    program.write_text(json.dumps(RULES))
    events.write_text("".join(json.dumps(one) + "\n" for one in told_days))
    answer = ask("prop", "evaluate", "--program", program, "--events", events, "--json")
    assert (answer.code, answer.json) == (
        0,
        without_id,
    )
    assert "48700.00" in ask("prop", "evaluate", "--program", program, "--events", events).out

    events.write_text(json.dumps(trade(0, -2_000)))
    dead = ask("prop", "evaluate", "--program", program, "--events", events, "--json")
    assert (dead.code, dead.json["ended"]["rule"]) == (1, "max_loss")

    events.write_text("\n" + json.dumps(trade(0, "x")))
    wrong = ask("prop", "evaluate", "--program", program, "--events", events, "--json")
    assert (wrong.code, wrong.out) == (2, "")
    assert "events.jsonl:2.pnl: is not a number" in wrong.err

    cases.write_text(json.dumps({"id": "x", "rules": RULES, "events": told_days}) + "\n{\n")
    many = ask("prop", "evaluate", "--cases", cases, "--json")
    assert (many.code, [one["id"] for one in many.json]) == (0, ["x", None])
    assert "is no JSON" in ask("prop", "evaluate", "--cases", cases).out

    assert ask("prop", "evaluate", "--program", program).code == 2
    assert ask("prop", "evaluate", "--cases", cases, "--program", program).code == 2
    assert ask("prop", "evaluate", "--cases", tmp_path / "none.jsonl").code == 2
