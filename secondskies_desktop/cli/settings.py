"""`secondskies settings`: what can be set, what is set, and setting it."""

from __future__ import annotations

import contextlib
from typing import Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, bare_profile, say
from secondskies_desktop.foundation.declared_settings import Declared, declared
from secondskies_desktop.foundation.settings import Settings, change_setting, read_settings

app = typer.Typer(help="What can be set, and what is set.")
_SWITCH = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


@app.command("list")
def list_(as_json: Annotated[bool, JSON] = False) -> None:
    """List every setting with its value, its default and its explanation."""
    settings = read_settings(bare_profile().settings_file)
    rows = [_answer(settings, one) for one in declared()]
    head = ("key", "value", "default", "title", "explanation")
    say(rows, lambda: [head, *([_word(row[name]) for name in head] for row in rows)], as_json=as_json)


@app.command("get")
def get(key: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Show one setting."""
    answer = _answer(read_settings(bare_profile().settings_file), _named(key))
    say(answer, lambda: [list(answer), [_word(value) for value in answer.values()]], as_json=as_json)


# So that a number below zero is a value to refuse by its bounds, and no option.
@app.command("set", context_settings={"ignore_unknown_options": True})
def set_(key: str, value: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Set one setting; what cannot be meant is refused and changes nothing."""
    from secondskies_desktop.engine.auditing import record_change

    one, found = _named(key), bare_profile()
    meant = _meant(one, value)
    before = read_settings(found.settings_file)
    settings = change_setting(found.settings_file, one.group, one.key, meant)
    unheard = record_change(found, before, settings)
    if unheard:
        typer.echo(f"secondskies: {unheard}", err=True)
    answer = _answer(settings, one)
    say(answer, lambda: [list(answer), [_word(part) for part in answer.values()]], as_json=as_json)


def _named(key: str) -> Declared:
    found = next((one for one in declared() if one.name == key), None)
    if found is None:
        raise typer.BadParameter(f"no setting is called {key}: see `secondskies settings list`")
    return found


def _meant(one: Declared, word: str) -> Any:
    """Return the value that a word of the command line stands for."""
    value: Any = word
    if isinstance(one.default, bool):
        value = _SWITCH.get(word.casefold(), word)
    elif isinstance(one.default, int):
        with contextlib.suppress(ValueError):
            value = int(word)
    refusal = one.refusal(value)
    if refusal:
        raise typer.BadParameter(refusal)
    return value


def _answer(settings: Settings, one: Declared) -> dict[str, Any]:
    return {
        "key": one.name,
        "value": getattr(getattr(settings, one.group), one.key),
        "default": one.default,
        "title": f"{one.group_title}: {one.title}",
        "explanation": one.explanation,
    }


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
