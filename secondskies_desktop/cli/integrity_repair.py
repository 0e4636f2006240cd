"""`secondskies integrity repair` and `integrity rules`: read by named rules what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, profile, say

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = ("id", "rules", "hazard", "event_type", "trade_id", "lost", "refusal")
_HIGHEST_ID = 2**63 - 1


def register(app: typer.Typer) -> None:
    """Add the commands to the group `integrity`."""
    app.command("repair")(repair)
    app.command("rules")(rules)


def repair(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", min=1, max=_HIGHEST_ID)] = None,
    rule: Annotated[str | None, typer.Option(help="Only this rule; `integrity rules` lists them.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be read.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take the repairs of these arrivals back.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Repair dead letters by named rules, all that may be repaired in bulk where no id is given.

    The bytes stay as they came; what a rule cannot read becomes missing. Exits 1 where a given arrival is left.
    """
    from secondskies_desktop.engine import repairing
    from secondskies_desktop.integrity.repairs import BY_NAME

    if rule is not None and rule not in BY_NAME:
        raise typer.BadParameter(f"there is no rule {rule}; `integrity rules` lists them")
    if undo:
        if dry_run or rule is not None:
            raise typer.BadParameter("--undo stands alone: neither --dry-run nor --rule goes with it")
        _undo(ids or [], as_json=as_json)
        return
    if rule is not None and not ids and not BY_NAME[rule].in_bulk:
        raise typer.BadParameter(f"the rule {rule} needs the ids of the arrivals that it is for")
    found = profile()
    if dry_run:
        shown = list(repairing.proposed(found, ids or None, rule))
        _refuse_unknown(ids or [], shown)
        answer = {"proposed": [repairing.answer(one) for one in shown]}
        say(answer, lambda: _table(answer["proposed"]), as_json=as_json)
        return
    if ids:
        # Before anything is changed: a refusal says that nothing was.
        _refuse_unknown(ids, repairing.proposed(found, ids, rule))
    done = repairing.repair(found, ids or None, rule)
    listed = {
        "repaired": [repairing.answer(one) for one in done.repaired],
        "left": [repairing.answer(one) for one in done.left],
    }
    say(listed, lambda: _table([*listed["repaired"], *listed["left"]]), as_json=as_json)
    if ids and done.left:
        raise typer.Exit(1)


def _undo(ids: list[int], *, as_json: bool) -> None:
    from secondskies_desktop.engine import repairing

    if not ids:
        raise typer.BadParameter("--undo needs the ids of the arrivals")
    found = profile()
    repaired = {one.inbox_id for one in repairing.proposed(found, ids) if one.is_repaired}
    missing = [inbox_id for inbox_id in ids if inbox_id not in repaired]
    if missing:
        raise typer.BadParameter(f"arrival {missing[0]} is not repaired: nothing was changed")
    undone = []
    for inbox_id in dict.fromkeys(ids):
        try:
            row = repairing.undo(found, inbox_id)
        except repairing.NotRepaired as problem:
            raise typer.BadParameter(str(problem)) from None
        undone.append({"id": inbox_id, "rules": row.rules.split(",")})
    say(
        {"undone": undone},
        lambda: [("undone", "rules"), *((one["id"], one["rules"]) for one in undone)],
        as_json=as_json,
    )


def _refuse_unknown(ids: list[int], shown: Iterable[Any]) -> None:
    unknown = set(ids) - {one.inbox_id for one in shown}
    if unknown:
        raise typer.BadParameter(f"no arrival has the id {min(unknown)}")


def _table(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [_HEAD, *(tuple(row[name] for name in _HEAD) for row in rows)]


def rules(as_json: Annotated[bool, JSON] = False) -> None:
    """List the rules by which dead letters are repaired, each with an example."""
    from secondskies_desktop.engine.repairing import rule_answers

    listed = rule_answers()
    head = ("name", "hazard", "in_bulk", "means", "before", "after")
    say(listed, lambda: [head, *([one[name] for name in head] for one in listed)], as_json=as_json)
