"""`secondskies alerts`: what can want the trader, and the channels over which he is told elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, profile, say
from secondskies_desktop.foundation.clock import as_iso

if TYPE_CHECKING:
    from secondskies_desktop.alerts.channels import Channel
    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.engine.desk import Desk

app = typer.Typer(help="What can want you, and the channels over which you are told elsewhere.")
channel = typer.Typer(help="Your own channels: phone, chat, e-mail.")
app.add_typer(channel, name="channel")
_LONGEST = 4_096
_HEAD = ("name", "service", "address", "private", "kept", "last_at", "last_ok", "last_detail")


@app.command("rules")
def rules(as_json: Annotated[bool, JSON] = False) -> None:
    """List everything that can want you: how grave, what it means, what to do, since when not."""
    from secondskies_desktop.alerts.rules import RULES

    fired = _desk_answer(lambda desk: desk.rules_fired())
    rows = [
        {
            "kind": one.kind,
            "key": one.key or None,
            "title": one.title,
            "severity": one.severity.value,
            "setting": one.setting or None,
            "last_fired": as_iso(fired.get((one.kind, one.key))),
            "means": one.means,
            "do": one.do,
        }
        for one in RULES
    ]
    head = ("title", "severity", "setting", "last_fired", "means")
    say(rows, lambda: [head, *([row[name] for name in head] for row in rows)], as_json=as_json)


@channel.command("list")
def list_(as_json: Annotated[bool, JSON] = False) -> None:
    """List the channels; their addresses are secrets and never shown."""
    rows = [_answer(one, last) for one, last in _desk_answer(lambda desk: desk.channels())]
    say(rows, lambda: [_HEAD, *([row[name] for name in _HEAD] for row in rows)], as_json=as_json)


@channel.command("add")
def add(
    name: str,
    private: Annotated[
        bool, typer.Option(help="The service lies on this machine or in its network, and that is meant.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Add a channel, or give it another address, which is read from standard input: it is a secret."""
    from secondskies_desktop.alerts.channels import ChannelBook, ChannelProblem

    try:
        made = ChannelBook(bare_profile().home).add(name, _address(), private=private)
    except ChannelProblem as problem:
        raise typer.BadParameter(str(problem)) from None
    answer = _answer(made, None)
    say(answer, lambda: [_HEAD, [answer[key] for key in _HEAD]], as_json=as_json)


@channel.command("remove")
def remove(name: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Forget a channel and its secret."""
    from secondskies_desktop.alerts.channels import ChannelBook, ChannelProblem

    try:
        is_gone = ChannelBook(bare_profile().home).remove(name)
    except ChannelProblem as problem:
        raise typer.BadParameter(str(problem)) from None
    if not is_gone:
        raise typer.BadParameter(f"no channel is called {name}")
    say({"name": name, "removed": True}, lambda: [["name", "removed"], [name, "true"]], as_json=as_json)


@channel.command("test")
def try_(name: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Send a test over a channel, whatever the settings say; exit 1 where the service did not take it."""
    outcome = _desk_answer(lambda desk: desk.test_channel(name))
    answer = {"name": name, "ok": outcome.ok, "detail": outcome.detail}
    say(answer, lambda: [list(answer), [str(value) for value in answer.values()]], as_json=as_json)
    if not outcome.ok:
        raise typer.Exit(1)


def _address() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Address (not shown)", hide_input=True, err=True))
    return sys.stdin.readline(_LONGEST).strip()


def _desk_answer(ask: Any) -> Any:
    from secondskies_desktop.alerts.channels import ChannelProblem
    from secondskies_desktop.engine.desk import Desk
    from secondskies_desktop.foundation.bus import Bus

    desk: Desk = Desk(profile(), Bus())
    try:
        return ask(desk)
    except ChannelProblem as problem:
        raise typer.BadParameter(str(problem)) from None
    finally:
        desk.close()


def _answer(one: Channel, last: Send | None) -> dict[str, Any]:
    return {
        "name": one.name,
        "service": one.service,
        "address": one.address,
        "private": one.private,
        "kept": one.kept,
        "last_at": None if last is None else as_iso(last.at_us),
        "last_ok": None if last is None else last.ok,
        "last_detail": None if last is None else last.detail,
    }
