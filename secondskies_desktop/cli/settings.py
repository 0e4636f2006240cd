"""`secondskies settings`: what can be set, what is set, and setting it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from secondskies_desktop.cli.context import JSON, profile, say
from secondskies_desktop.foundation.declared_settings import Declared, declared
from secondskies_desktop.foundation.settings import Settings, change_setting, read_settings

app = typer.Typer(help="What can be set, and what is set.")


@app.command("list")
def list_(as_json: Annotated[bool, JSON] = False) -> None:
    """List every setting with its value, its default and its explanation."""
    settings = read_settings(profile().settings_file)
    rows = [_answer(settings, one) for one in declared()]
    head = ("key", "value", "default", "title", "explanation")
    say(rows, lambda: [head, *([_word(row[name]) for name in head] for row in rows)], as_json=as_json)


@app.command("get")
def get(key: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Show one setting."""
    answer = _answer(read_settings(profile().settings_file), _named(key))
    say(answer, lambda: [list(answer), [_word(value) for value in answer.values()]], as_json=as_json)


@app.command("set")
def set_(key: str, value: str, as_json: Annotated[bool, JSON] = False) -> None:
    """Set one setting; what cannot be meant is refused and changes nothing."""
    one = _named(key)
    settings = change_setting(profile().settings_file, one.group, one.key, _meant(one, value))
    answer = _answer(settings, one)
    say(answer, lambda: [list(answer), [_word(part) for part in answer.values()]], as_json=as_json)


def _named(key: str) -> Declared:
    found = next((one for one in declared() if one.name == key), None)
    if found is None:
        raise typer.BadParameter(f"no setting is called {key}: see `secondskies settings list`")
    return found


def _meant(one: Declared, value: str) -> Any:
    if isinstance(one.default, bool):
        words = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
        if value.casefold() not in words:
            raise typer.BadParameter(f"{one.name} is true or false, not {value}")
        return words[value.casefold()]
    if isinstance(one.default, int):
        try:
            return int(value)
        except ValueError:
            raise typer.BadParameter(f"{one.name} is a whole number, not {value}") from None
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
