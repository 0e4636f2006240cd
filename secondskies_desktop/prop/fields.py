"""Fields of a stranger's JSON, each read with its path: what is wrong is told as `rules.daily.pct: is not a number`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from secondskies_desktop.prop.money import NotMoney, cents, decimal_of, millionths

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

_MOST_COUNT = 1_000_000
_SHOWN = 60


class FieldWrong(ValueError):
    """A field that cannot be taken: its path, and why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path


class Fields:
    """One JSON object at its path. Whatever is left unread at the end is refused."""

    def __init__(self, tree: object, path: str) -> None:
        if not isinstance(tree, dict):
            raise FieldWrong(path, "must be an object")
        self._tree: dict[str, Any] = tree
        self.path = path

    def __contains__(self, name: str) -> bool:
        """Tell whether a field is there and not null."""
        return self._tree.get(name) is not None

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def only(self, *names: str) -> None:
        """Refuse what is not among the names: a field that nobody reads would be a rule that nobody keeps."""
        self.within(frozenset(names))

    def within(self, names: frozenset[str]) -> None:
        """Refuse what is not among the names."""
        if not self._tree.keys() <= names:
            unknown = min(self._tree.keys() - names)
            raise FieldWrong(self.at(unknown[:_SHOWN]), "is no field here")

    def raw(self, name: str) -> Any:
        """Return a field as it came; None where it is missing."""
        return self._tree.get(name)

    def part(self, name: str) -> Fields | None:
        """Return an object below this one."""
        value = self._tree.get(name)
        return None if value is None else Fields(value, self.at(name))

    def number(
        self, name: str, check: Callable[[Decimal], object], *, least: int | None = None
    ) -> Decimal | None:
        """Return a number that `check` takes."""
        value = self._tree.get(name)
        return None if value is None else read_number(value, self.at(name), check, least=least)

    def money(self, name: str, *, least: int | None = None) -> Decimal | None:
        """Return an amount of dollars in whole cents."""
        return self.number(name, cents, least=least)

    def share(self, name: str) -> Decimal | None:
        """Return percent, not below 0."""
        return self.number(name, millionths, least=0)

    def count(self, name: str) -> int | None:
        """Return a number of things: a whole one, not below 0."""
        value = self._tree.get(name)
        return None if value is None else read_count(value, self.at(name))

    def flag(self, name: str) -> bool | None:
        """Return true, false or None."""
        value = self._tree.get(name)
        if value is not None and not isinstance(value, bool):
            raise FieldWrong(self.at(name), "must be true, false or null")
        return value

    def word(self, name: str, *words: str) -> str | None:
        """Return one of some words."""
        value = self._tree.get(name)
        if value is not None and value not in words:
            raise FieldWrong(self.at(name), f"must be one of {', '.join(words)}")
        return None if value is None else str(value)

    def text(self, name: str) -> str | None:
        """Return a text."""
        value = self._tree.get(name)
        if value is not None and not isinstance(value, str):
            raise FieldWrong(self.at(name), "must be text")
        return value

    def items(self, name: str, most: int) -> list[Any] | None:
        """Return a list of at most so many."""
        value = self._tree.get(name)
        return None if value is None else read_items(value, self.at(name), most)


def read_items(value: object, path: str, most: int) -> list[Any]:
    """Return a list of at most so many; raises FieldWrong."""
    if not isinstance(value, list):
        raise FieldWrong(path, "must be a list")
    if len(value) > most:
        raise FieldWrong(path, f"has more than {most} entries")
    return value


def read_number(
    value: object, path: str, check: Callable[[Decimal], object], *, least: int | None = None
) -> Decimal:
    """Return a number, or the text of one, that `check` takes; raises FieldWrong."""
    try:
        number = decimal_of(value)
        check(number)
    except NotMoney as wrong:
        raise FieldWrong(path, str(wrong)) from None
    if least is not None and number < least:
        raise FieldWrong(path, f"must not be below {least}")
    return number


def read_count(value: object, path: str) -> int:
    """Return a whole number, not below 0; raises FieldWrong."""
    number = read_number(value, path, lambda _: None, least=0)
    if number > _MOST_COUNT or number != int(number):
        raise FieldWrong(path, f"must be a whole number up to {_MOST_COUNT:,}")
    return int(number)
