"""Named rules that read what could not be read: which of them would, and what comes out and is lost.

A rule changes a copy, never the bytes. It invents nothing: what it cannot read becomes missing, and it says so. The
rules of the text make a body JSON; those of the values make JSON an alert. One rule alone is preferred; where none
does, they are applied in their order until the body can be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from secondskies_desktop.integrity.repair_rules import Hazard, Mended, Rule
from secondskies_desktop.integrity.text_repairs import CARRIED, TEXT_RULES
from secondskies_desktop.integrity.value_repairs import IMPOSSIBLE, VALUE_RULES
from secondskies_desktop.signals.event import Decoded, Undecodable
from secondskies_desktop.signals.strict_json import decode_strictly
from secondskies_desktop.signals.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_BYTES: Final = 16_384
"""No rule is tried on a larger body: TradingView sends at most 4,096 characters, of four bytes each."""
MAX_QUOTES: Final = 2_000
RULES: Final = (*TEXT_RULES, *VALUE_RULES)
BY_NAME: Final = {rule.name: rule for rule in RULES}

_PLACEHOLDER = re.compile(rb"\{\{\s{0,9}[A-Za-z_][^{}]{0,80}\}\}")


class Proposal(msgspec.Struct, frozen=True):
    """What rules would make of a body. Without rules nothing can be done, and `refusal` says why."""

    rules: tuple[str, ...] = ()
    body: bytes | None = None
    decoded: Decoded | None = None
    lost: tuple[str, ...] = ()
    refusal: str | None = None

    @property
    def hazard(self) -> Hazard:
        """The greatest hazard of its rules."""
        return max((one.hazard for one in self._known()), default=Hazard.CERTAIN)

    @property
    def in_bulk(self) -> bool:
        """Whether all its rules may be applied to many arrivals at once."""
        return all(one.in_bulk for one in self._known())

    def _known(self) -> list[Rule]:
        """Return its rules; one that an earlier program had may be no more."""
        return [BY_NAME[name] for name in self.rules if name in BY_NAME]


def propose(body: bytes, arrival_us: int, only: str | None = None) -> Proposal:
    """Return what the rules make of a body that could not be read, or could not wholly; never raises.

    With `only` that rule alone is tried, also on a body that can be read.
    """
    try:
        return _proposed(body, arrival_us, only)
    except Exception as unforeseen:
        # A body at which the program fails is a dead letter too, and all the others are to be repaired.
        return Proposal(refusal=f"the program failed on this body: {type(unforeseen).__name__}")


def _proposed(body: bytes, arrival_us: int, only: str | None) -> Proposal:
    refusal = _refusal(body, arrival_us)
    if refusal is not None:
        return Proposal(refusal=refusal)
    if only is not None:
        return _alone(body, arrival_us, BY_NAME[only]) or Proposal(refusal=f"{only} changes nothing here")
    if _decoded(body, arrival_us) is not None:
        return Proposal(refusal="it can be read as it is")
    for rule in _rules_for(body):
        found = _alone(body, arrival_us, rule)
        if found is not None:
            return found
    return _together(body, arrival_us)


def impossible(body: bytes, arrival_us: int) -> Proposal:
    """Return what is left of a body that can be read without the values in it that cannot be true."""
    return propose(body, arrival_us, IMPOSSIBLE)


def _refusal(body: bytes, arrival_us: int) -> str | None:
    if len(body) > MAX_BYTES:
        return f"larger than {MAX_BYTES} bytes: no rule is tried"
    if body.count(b'"') > MAX_QUOTES:
        return f"more than {MAX_QUOTES} quotes: no rule is tried"
    if not body.strip():
        return "empty body: there is nothing to read"
    found = _PLACEHOLDER.search(body)
    if found is not None:
        word = found[0][:60].decode("utf-8", "replace")
        return f"{word} was never replaced by TradingView: its value was not sent, and none is guessed"
    try:
        decode(body, arrival_us)
    except Undecodable as reason:
        if "stands twice" in str(reason):
            return f"{reason}: which of the two was meant is not guessed"
    return None


def _decoded(body: bytes, arrival_us: int) -> Decoded | None:
    """Return what a body says where all of it can be read."""
    try:
        found = decode(body, arrival_us)
    except Undecodable:
        return None
    return None if found.problems else found


def _alone(body: bytes, arrival_us: int, rule: Rule) -> Proposal | None:
    mended = _mended(rule, body)
    if mended is None:
        return None
    decoded = _decoded(mended.body, arrival_us)
    return None if decoded is None else Proposal((rule.name,), mended.body, decoded, mended.lost)


def _mended(rule: Rule, body: bytes) -> Mended | None:
    mended = rule.mend(body)
    if mended is None or mended.body == body or mended.body.count(b'"') > MAX_QUOTES:
        return None
    return mended


def _together(body: bytes, arrival_us: int) -> Proposal:
    names: list[str] = []
    lost: list[str] = []
    group = _rules_for(body)
    for rule in RULES:
        if rule not in group:
            continue
        mended = _mended(rule, body)
        if mended is None:
            continue
        body = mended.body
        names.append(rule.name)
        lost += mended.lost
        group = _rules_for(body)
        decoded = _decoded(body, arrival_us)
        if decoded is not None:
            return Proposal(tuple(names), body, decoded, tuple(lost))
    return Proposal(refusal="no rule reads it")


def _rules_for(body: bytes) -> Sequence[Rule]:
    """Return the rules of the values for an object of JSON, those of the text for all else."""
    try:
        decode_strictly(body)
    except Undecodable:
        return TEXT_RULES
    return (CARRIED, *VALUE_RULES)


def examples(rules: Iterable[Rule] = RULES) -> Sequence[tuple[Rule, Mended | None]]:
    """Return each rule with what it makes of its own example."""
    return [(rule, rule.mend(rule.before)) for rule in rules]
