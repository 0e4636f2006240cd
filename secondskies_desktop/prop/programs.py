"""What a firm offers: programs, their phases and sizes, and every version of their rules, with where it is from.

A field that is None is not checked. Below a version, `confidence` speaks for all that no remark says more about.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from secondskies_desktop.prop.rules import Rules

Confidence = Literal["verified", "unverified", "conflicting"]
PhaseName = Literal["evaluation", "funded", "live"]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
Day = Annotated[str, msgspec.Meta(pattern=r"^20\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
"""A date as well as it is known: a day, a month or a year."""
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of a file is: immutable, without fields that nobody knows."""


class Source(Part, frozen=True, kw_only=True):
    """Where values are from, and how far it is to be trusted."""

    key: Text
    name: Text
    date: Day | None = None
    url: Text | None = None
    licence: Text | None = None
    trust: Text | None = None


class Remark(Part, frozen=True, kw_only=True):
    """What is to be said of one value: `daily.steps`, or of a branch: `payout`."""

    path: Text
    confidence: Confidence | Literal["unknown"]
    """`unknown` where the value only stands in for one that nobody has checked."""
    note: Text


class Price(Part, frozen=True, kw_only=True):
    """One way to pay for a phase, at list price; dollars."""

    name: Text | None = None
    listed: Decimal | None = None
    """Where the source does not say whether once or every month."""
    once: Decimal | None = None
    monthly: Decimal | None = None
    activation: Decimal | None = None
    reset: Decimal | None = None
    note: Text | None = None


class Version(Part, frozen=True, kw_only=True):
    """Rules as one source gave them at one time, for purchases of some time."""

    key: Key
    sources: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    source_date: Day
    """How old the newest of the sources is."""
    checked: date
    """When the values were last compared with the sources."""
    confidence: Confidence
    rules: Rules
    purchases_from: date | None = None
    purchases_to: date | None = None
    """The last day of purchase to which it applies."""
    valid_from: date | None = None
    valid_to: date | None = None
    """Where a firm changed the rules of accounts already bought: the last day on which these held."""
    platforms: Annotated[tuple[Key, ...], msgspec.Meta(min_length=1)] | None = None
    """None where the rules do not depend on the platform."""
    prices: tuple[Price, ...] = ()
    remarks: tuple[Remark, ...] = ()
    note: Text | None = None


class Size(Part, frozen=True, kw_only=True):
    """An account size. With a range, the amounts hold for `size` and are in proportion for any other.

    An account whose own balance counts from zero has rules that start at 0, whatever its size is called.
    """

    size: Decimal
    range: tuple[Decimal | None, Decimal | None] | None = None
    """The smallest and the largest size on offer; None for an end that nobody has checked."""
    versions: Annotated[tuple[Version, ...], msgspec.Meta(min_length=1)]


class Phase(Part, frozen=True, kw_only=True):
    """A phase of a program: what one buys, and what follows when it is passed."""

    key: Key
    phase: PhaseName
    name: Text
    sizes: Annotated[tuple[Size, ...], msgspec.Meta(min_length=1)]


class Program(Part, frozen=True, kw_only=True):
    """What one can buy from a firm."""

    key: Key
    name: Text
    status: Literal["offered", "discontinued"] | None = None
    copied_from: Text | None = None
    """For the trader's own: the program that it was copied from."""
    note: Text | None = None
    phases: Annotated[tuple[Phase, ...], msgspec.Meta(min_length=1)]


class Firm(Part, frozen=True, kw_only=True):
    """One firm: one file."""

    key: Key
    name: Text
    market: Literal["futures", "cfd"]
    sources: tuple[Source, ...]
    programs: tuple[Program, ...]
    note: Text | None = None
