"""From excursion to result: the R that a target and a break-even mode would have paid (domain.md §1.10).

MFE is not profit. A result always names its target k (in R) and its mode; open and ambiguous are states of
their own and are never folded into a number.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from secondskies_desktop.signals.vocabulary import LegStatus


class BeMode(StrEnum):
    """Which of the two strategies a result is about."""

    BE1 = "BE=1"
    NO_BE = "No-BE"


class OutcomeState(StrEnum):
    """What is known about a result."""

    WIN = "WIN"
    SCRATCH = "SCRATCH"
    LOSS = "LOSS"
    OPEN = "OPEN"
    AMBIGUOUS = "AMBIGUOUS"
    UNKNOWN = "UNKNOWN"


class LegFacts(msgspec.Struct, frozen=True):
    """One reading of a strategy: its best excursion in R and how it stands."""

    mfe: float | None
    status: LegStatus


class Outcome(msgspec.Struct, frozen=True):
    """A result in R before costs: `low` and `high` differ only where it is ambiguous, None where open."""

    state: OutcomeState
    low: float | None
    high: float | None


def outcome(target: float, mode: BeMode, readings: tuple[LegFacts, ...]) -> Outcome:
    """Return the result for target `target` (R, above zero) over every reading that the data allows.

    One reading is the rule; two are the two orders of an ambiguous bar (domain.md §12, row 5).
    """
    if target <= 0:
        raise ValueError("a target must be above 0R")
    results = {_of_one(target, mode, reading) for reading in readings}
    if len(results) == 1:
        return results.pop()
    if not results or any(result.low is None for result in results):
        state = OutcomeState.AMBIGUOUS if results else OutcomeState.UNKNOWN
        return Outcome(state, None, None)
    ends = sorted(result.low for result in results if result.low is not None)
    return Outcome(OutcomeState.AMBIGUOUS, ends[0], ends[-1])


def _of_one(target: float, mode: BeMode, leg: LegFacts) -> Outcome:  # noqa: PLR0911 - one an outcome
    if leg.status is LegStatus.NOT_TRACKED:
        return Outcome(OutcomeState.UNKNOWN, None, None)
    if leg.mfe is not None and leg.mfe >= target:
        return Outcome(OutcomeState.WIN, target, target)
    if leg.status in (LegStatus.NOT_STARTED, LegStatus.RUNNING):
        return Outcome(OutcomeState.OPEN, None, None)
    ended_at_entry = mode is BeMode.BE1 and leg.status is LegStatus.STOPPED_BE
    if ended_at_entry and target <= 1:
        # Break-even was triggered, so +1R printed and a nearer target had been filled before.
        return Outcome(OutcomeState.WIN, target, target)
    if leg.mfe is None:
        # The leg has ended, but how far it ran was never said: a target may have been reached.
        return Outcome(OutcomeState.UNKNOWN, None, None)
    if ended_at_entry:
        return Outcome(OutcomeState.SCRATCH, 0.0, 0.0)
    return Outcome(OutcomeState.LOSS, -1.0, -1.0)
