"""The way of arrivals through one slice of the pump: its times, how they are packed, and that of one arrival.

Times are µs UTC, spans whole µs. Within a slice they are counted on from the moment at which it was taken up, by a
clock that nobody can set. What nobody measured is None and never guessed: when an arrival of a log came in, and when
one was stored that another run of the program had received.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from secondskies_desktop.foundation.clock import as_iso

STEPS = ("stored", "taken", "decoded", "folded", "committed", "published")
"""What happens to an arrival after it was received, in order."""
_VERSION = 1
_MOST_US = 1 << 53
"""A span beyond it is no measurement: 285 years."""
_MOST_ARRIVALS = 1 << 20


_Span = Annotated[int, Meta(ge=-_MOST_US, le=_MOST_US)]


class UnreadableTrace(ValueError):
    """A packed slice is not one of ours."""


class SliceTrace(msgspec.Struct, frozen=True):
    """The times of one slice. The four lists have an entry an arrival, in order of the inbox.

    `waited_us` is the span from received to taken, `stored_us` from received to stored, `decoded_us` from taken to
    decoded; the single ones count from taken. `published_us` is None where nobody listened.
    """

    taken_us: int
    ids: tuple[int, ...]
    waited_us: tuple[int | None, ...]
    stored_us: tuple[int | None, ...]
    decoded_us: tuple[int, ...]
    folded_us: int
    committed_us: int
    published_us: int | None


class Step(NamedTuple):
    """One step of an arrival: when, and how long since the step before it; None is not known."""

    name: str
    at_us: int | None
    took_us: int | None


class Trace(msgspec.Struct, frozen=True):
    """The way of one arrival."""

    inbox_id: int
    received_us: int | None
    steps: tuple[Step, ...]
    whole_us: int | None
    """From received to published."""


class _Packed(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    version: int
    folded_us: _Span
    committed_us: _Span
    published_us: _Span | None
    gaps: list[Annotated[int, Meta(ge=1, le=_MOST_US)]]
    waited_us: list[_Span | None]
    stored_us: list[_Span | None]
    decoded_gaps: list[_Span]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def pack(trace: SliceTrace) -> bytes:
    """Return the bytes of a slice but for its first id and the time at which it was taken: they have columns."""
    ids = trace.ids
    decoded = (0, *trace.decoded_us)
    return _encoder.encode(
        _Packed(
            _VERSION,
            trace.folded_us,
            trace.committed_us,
            trace.published_us,
            [] if ids[-1] - ids[0] == len(ids) - 1 else [after - before for before, after in pairwise(ids)],
            list(trace.waited_us),
            list(trace.stored_us),
            [after - before for before, after in pairwise(decoded)],
        )
    )


def unpack(first_id: int, taken_us: int, steps: bytes) -> SliceTrace:
    """Return a packed slice; raises UnreadableTrace."""
    try:
        packed = _decoder.decode(steps)
    except msgspec.MsgspecError as error:
        raise UnreadableTrace(str(error)) from error
    _check(packed)
    count = len(packed.decoded_gaps)
    return SliceTrace(
        taken_us,
        tuple(accumulate(packed.gaps or [1] * (count - 1), initial=first_id)),
        tuple(packed.waited_us),
        tuple(packed.stored_us),
        tuple(accumulate(packed.decoded_gaps)),
        packed.folded_us,
        packed.committed_us,
        packed.published_us,
    )


def _check(packed: _Packed) -> None:
    count = len(packed.decoded_gaps)
    if packed.version != _VERSION:
        raise UnreadableTrace(f"version {packed.version}")
    if not 0 < count <= _MOST_ARRIVALS or len(packed.gaps) not in {0, count - 1}:
        raise UnreadableTrace(f"{count} arrivals, {len(packed.gaps)} gaps")
    if len(packed.waited_us) != count or len(packed.stored_us) != count:
        raise UnreadableTrace("the lists are not of one length")


def way_of(trace: SliceTrace, inbox_id: int) -> Trace | None:
    """Return the way of one arrival of a slice, None where it is not in it."""
    try:
        place = trace.ids.index(inbox_id)
    except ValueError:
        return None
    received_us, *times = times_of(trace, place)
    steps = tuple(
        Step(name, at_us, span(before_us, at_us))
        for name, before_us, at_us in zip(STEPS, (received_us, *times), times, strict=False)
    )
    return Trace(inbox_id, received_us, steps, span(received_us, times[-1]))


def times_of(trace: SliceTrace, place: int) -> tuple[int | None, ...]:
    """Return when the arrival at a place was received and took each step (µs UTC)."""
    taken_us = trace.taken_us
    waited_us, stored_us = trace.waited_us[place], trace.stored_us[place]
    received_us = None if waited_us is None else taken_us - waited_us
    return (
        received_us,
        None if received_us is None or stored_us is None else received_us + stored_us,
        taken_us,
        taken_us + trace.decoded_us[place],
        taken_us + trace.folded_us,
        taken_us + trace.committed_us,
        None if trace.published_us is None else taken_us + trace.published_us,
    )


def span(from_us: int | None, to_us: int | None) -> int | None:
    """Return a span; None where an end is not known, or the clock was set back in between."""
    if from_us is None or to_us is None or not 0 <= to_us - from_us <= _MOST_US:
        return None
    return to_us - from_us


def as_answer(trace: Trace) -> dict[str, Any]:
    """Return a way as the command line and the API answer it."""
    return {
        "received_at": as_iso(trace.received_us),
        "steps": [{"step": one.name, "at": as_iso(one.at_us), "took_us": one.took_us} for one in trace.steps],
        "whole_us": trace.whole_us,
    }
