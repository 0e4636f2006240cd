"""Events of `prop evaluate` (prop_rules.md §12), read from a stranger's JSON; money becomes integer cents."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.prop.events import Event, Mark, Paid, SessionClose, Trade
from secondskies_desktop.prop.fields import Fields, FieldWrong, read_items
from secondskies_desktop.prop.money import NotMoney, cents, decimal_of

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_EVENTS = 100_000
_SMALL = 1_000_000_000
_SPAN = range(1970, 2200)
_TYPE = ("type", "event", "kind")
_AT = ("at", "time", "ts", "timestamp")
_GROSS = ("gross", "amount")
# What describes a trade without moving any money: it may stand there and is not looked at.
_WORDS = (
    *("id", "trade_id", "signal", "account", "symbol", "instrument", "side", "direction", "note", "comment"),
    *("tag", "label", "source", "entry", "exit", "entry_price", "exit_price", "contracts", "qty", "quantity"),
)
_OF_CLOSE = frozenset((*_TYPE, *_AT, *_WORDS))
_OF_TRADE = _OF_CLOSE | {"pnl", "fees", "mfe", "mae", "minis", "micros", "opened_at"}
_OF_EQUITY = _OF_CLOSE | {"balance", "equity"}
_OF_PAYOUT = _OF_CLOSE | set(_GROSS)
_LONGEST = 60


def read_events(tree: object, path: str = "events") -> list[Event]:
    """Return events in the order in which they came; raises FieldWrong."""
    events: list[Event] = []
    for place, one in enumerate(read_items(tree, path, MOST_EVENTS)):
        event = read_event(one, f"{path}[{place}]")
        if events and event.at_us < events[-1].at_us:
            raise FieldWrong(f"{path}[{place}].at", "lies before the event that stands before it")
        events.append(event)
    return events


def read_event(tree: object, path: str) -> Event:
    """Return one event; raises FieldWrong."""
    fields = Fields(tree, path)
    kind = fields.raw(_name(fields, _TYPE))
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise FieldWrong(fields.at(_TYPE[0]), f"must be one of {', '.join(_READERS)}")
    return read(fields, _instant(fields, _name(fields, _AT)))


def _name(fields: Fields, names: tuple[str, ...]) -> str:
    if names[0] in fields:
        return names[0]
    return next((name for name in names if name in fields), names[0])


def _instant(fields: Fields, name: str) -> int:
    text = fields.text(name)
    if text is None:
        raise FieldWrong(fields.at(name), "is missing")
    found = _moment(text) if len(text) <= _LONGEST else "is no time"
    if isinstance(found, str):
        raise FieldWrong(fields.at(name), found)
    return found


@lru_cache(maxsize=16_384)
def _moment(text: str) -> int | str:
    """Return an instant (µs UTC), or why the text is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return "is no time like 2026-07-06T14:30:00Z"
    if moment.tzinfo is None:
        return "has no offset: write Z, or one like -04:00"
    if moment.year not in _SPAN:
        return f"lies outside of {_SPAN.start} to {_SPAN.stop - 1}"
    return as_us(moment)


def _money(fields: Fields, name: str) -> int | None:
    value = fields.raw(name)
    if type(value) is int and abs(value) < _SMALL:  # the most usual case, without a Decimal
        return value * 100
    if value is None:
        return None
    try:
        return _cents(value) if isinstance(value, str | Decimal) else cents(decimal_of(value))
    except NotMoney as wrong:
        raise FieldWrong(fields.at(name), str(wrong)) from None


@lru_cache(maxsize=16_384)
def _cents(value: str | Decimal) -> int:
    return cents(decimal_of(value))


def _needed(fields: Fields, name: str) -> int:
    amount = _money(fields, name)
    if amount is None:
        raise FieldWrong(fields.at(name), "is missing")
    return amount


def _trade(fields: Fields, at_us: int) -> Trade:
    fields.within(_OF_TRADE)
    opened = "opened_at" in fields
    return Trade(
        at_us=at_us,
        pnl=_needed(fields, "pnl"),
        fees=_money(fields, "fees") or 0,
        mfe=_money(fields, "mfe"),
        mae=_money(fields, "mae"),
        minis=fields.count("minis"),
        micros=fields.count("micros"),
        opened_us=_instant(fields, "opened_at") if opened else None,
    )


def _equity(fields: Fields, at_us: int) -> Mark:
    fields.within(_OF_EQUITY)
    return Mark(at_us=at_us, balance=_money(fields, "balance"), equity=_needed(fields, "equity"))


def _close(fields: Fields, at_us: int) -> SessionClose:
    fields.within(_OF_CLOSE)
    return SessionClose(at_us=at_us)


def _paid(fields: Fields, at_us: int) -> Paid:
    fields.within(_OF_PAYOUT)
    gross = _needed(fields, _name(fields, _GROSS))
    if gross < 0:
        raise FieldWrong(fields.at(_name(fields, _GROSS)), "must not be below 0")
    return Paid(at_us=at_us, gross=gross)


_READERS: dict[str, Callable[[Fields, int], Event]] = {
    "trade": _trade,
    "equity": _equity,
    "session_close": _close,
    "payout": _paid,
}
