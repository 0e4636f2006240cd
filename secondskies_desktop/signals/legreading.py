"""How the two strategies of a signal stand, by what its messages say.

The reading of exits is domain.md §1.13 to the letter: an EXIT_BREAK_EVEN that was never triggered died at the
original stop, -1R on both legs, and is never a scratch. What bars show is added in `barreading.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from secondskies_desktop.signals.climb import height
from secondskies_desktop.signals.outcome import LegFacts
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source

if TYPE_CHECKING:
    from secondskies_desktop.signals.climb import Climb
    from secondskies_desktop.signals.lifecycle import SignalState

TOLERANCE_R = 1e-6
"""Excursions are sent with at most ten decimals; anything below this is the same number."""
ONE_BAR = "+1R and the stop lie in one bar: the indicator took the stop first"
CONTRADICTED = "the BE=1 leg ended below +1R, and the No-BE leg is said to have been there"


class Leg(NamedTuple):
    """One strategy: how it stands, its best excursion in R, and the bar on which it ended."""

    status: LegStatus
    mfe: float | None
    stopped_us: int | None


class LegReading(NamedTuple):
    """Both strategies, the adverse excursion of the No-BE trade, and how all of it is known."""

    entered: bool
    protected: bool
    triggered_us: int | None
    be: Leg
    no_be: Leg
    mae: float | None
    ambiguous_because: tuple[str, ...]
    other_be: LegFacts | None
    sources: dict[str, str]
    inferred: tuple[str, ...]


_IDLE = Leg(LegStatus.NOT_STARTED, None, None)
NOT_ENTERED = LegReading(
    entered=False,
    protected=False,
    triggered_us=None,
    be=_IDLE,
    no_be=_IDLE,
    mae=None,
    ambiguous_because=(),
    other_be=None,
    sources={},
    inferred=(),
)


class _Facts(NamedTuple):
    """What the messages say, up to the ends that they prove themselves."""

    be_mfe: float | None
    no_be_mfe: float | None
    mae: float | None
    told: bool
    triggered: bool
    untracked: bool
    exit_be: bool
    exit_sl: bool

    @property
    def died_untriggered(self) -> bool:
        """Whether an exit of the BE=1 leg means that the No-BE leg died with it (domain.md §1.13)."""
        return self.exit_be and not self.exit_sl and not self.triggered


def read_messages(state: SignalState) -> LegReading:
    """Read both legs of a signal that was entered from what was received (domain.md §1.13, §12)."""
    facts = _facts(state)
    sources: dict[str, str] = {}
    inferred: list[str] = []
    if facts.triggered and not facts.untracked and EventType.BE_TRIGGERED not in state.kinds:
        inferred.append("BE_TRIGGERED")
    no_be_us, no_be_source = _end(state, EventType.EXIT_SL)
    if facts.died_untriggered:
        no_be_us, no_be_source = _as_inferred(*_end(state, EventType.EXIT_BE))
        inferred += ["EXIT_SL"] if no_be_us is None else ["EXIT_SL", "exit_at"]
    stopped = facts.exit_sl or facts.died_untriggered
    be_status, be_us, be_source = _be_leg(state, facts, no_be_us, no_be_source, inferred, stopped=stopped)
    because, other = _doubts(facts, be_status)
    no_be_mfe = _no_be_mfe(facts, be_status, sources, inferred)
    be_mfe = None if facts.untracked else facts.be_mfe
    if be_mfe is not None:
        sources["be_mfe"] = Source.RECEIVED
    if facts.mae is not None:
        sources["mae"] = Source.RECEIVED
    if be_us is not None:
        sources["be_exit_at"] = be_source
    if no_be_us is not None:
        sources["exit_at"] = no_be_source
    return LegReading(
        entered=True,
        protected=(facts.triggered or facts.told) and be_status is not LegStatus.NOT_TRACKED,
        triggered_us=None,
        be=Leg(be_status, be_mfe, be_us),
        no_be=Leg(LegStatus.STOPPED_SL if stopped else LegStatus.RUNNING, no_be_mfe, no_be_us),
        mae=facts.mae,
        ambiguous_because=because,
        other_be=other,
        sources=sources,
        inferred=tuple(inferred),
    )


def _facts(state: SignalState) -> _Facts:
    exit_be, exit_sl = EventType.EXIT_BE in state.kinds, EventType.EXIT_SL in state.kinds
    be_end, end = state.proved(EventType.EXIT_BE), state.proved(EventType.EXIT_SL)
    first_end = be_end if end is None else end if be_end is None else min(be_end, end)
    be_mfe = _greater(state.be_mfe, state.be_climb, first_end)
    no_be_mfe = _greater(state.no_be_mfe, state.no_be_climb, end)
    # A BE MFE of zero beside a No-BE MFE of 1R or more was never tracked (domain.md §12).
    untracked = be_mfe is not None and be_mfe <= 0 and no_be_mfe is not None and no_be_mfe >= 1
    told = state.be_flag or EventType.BE_TRIGGERED in state.kinds
    best = no_be_mfe if be_mfe is None or untracked else be_mfe
    reached = best is not None and best >= 1 - TOLERANCE_R
    triggered = reached or (told and be_mfe is None)
    if exit_be and not exit_sl and not triggered:
        end = be_end
        no_be_mfe = _greater(state.no_be_mfe, state.no_be_climb, end)
    adverse = _greater(None if state.mae is None else -state.mae, state.mae_climb, end)
    mae = None if adverse is None else -adverse or 0.0
    return _Facts(be_mfe, no_be_mfe, mae, told, triggered, untracked, exit_be, exit_sl)


def _greater(plain: float | None, steps: Climb, until_us: int | None) -> float | None:
    climbed = height(steps, until_us)
    if plain is None or climbed is None:
        return climbed if plain is None else plain
    return max(plain, climbed)


def _end(state: SignalState, kind: EventType) -> tuple[int | None, str]:
    claim = state.times.get(kind)
    return (None, Source.RECEIVED) if claim is None else (claim[1], claim[2])


def _as_inferred(at_us: int | None, source: str) -> tuple[int | None, str]:
    """Return the time of one leg's end as that of the other; what only an arrival dates stays so marked."""
    return at_us, source if source in (Source.ARRIVAL, Source.REPLAYED) else Source.INFERRED


def _be_leg(
    state: SignalState,
    facts: _Facts,
    no_be_us: int | None,
    no_be_source: str,
    inferred: list[str],
    *,
    stopped: bool,
) -> tuple[LegStatus, int | None, str]:
    """Return how the BE=1 leg stands, when it ended and how that is known."""
    if not (facts.exit_be or stopped):
        return (LegStatus.NOT_TRACKED if facts.untracked else LegStatus.RUNNING), None, Source.RECEIVED
    if facts.exit_be:
        status = LegStatus.STOPPED_BE if facts.triggered else LegStatus.STOPPED_SL
        return status, *_end(state, EventType.EXIT_BE)
    if facts.untracked:
        return LegStatus.NOT_TRACKED, None, Source.RECEIVED
    if not facts.triggered:
        return LegStatus.STOPPED_SL, no_be_us, no_be_source
    # Nobody said so, but this leg cannot have outlived the other. Where both ran equally far it ended on the
    # same bar, through entry and stop at once; otherwise earlier, and nobody knows when.
    inferred.append("EXIT_BE")
    equal = facts.be_mfe is None or facts.no_be_mfe is None or facts.be_mfe >= facts.no_be_mfe - TOLERANCE_R
    return LegStatus.STOPPED_BE, *_as_inferred(no_be_us if equal else None, no_be_source)


def _doubts(facts: _Facts, be_status: LegStatus) -> tuple[tuple[str, ...], LegFacts | None]:
    """Return why the BE=1 leg may also be read the other way, and that other reading."""
    if be_status is not LegStatus.STOPPED_SL:
        return (), None
    if facts.told and not facts.triggered:
        return (ONE_BAR,), LegFacts(facts.be_mfe, LegStatus.STOPPED_BE)
    if facts.no_be_mfe is not None and facts.no_be_mfe >= 1:
        return (CONTRADICTED,), LegFacts(facts.be_mfe, LegStatus.STOPPED_BE)
    return (), None


def _no_be_mfe(
    facts: _Facts, be_status: LegStatus, sources: dict[str, str], inferred: list[str]
) -> float | None:
    """Return the No-BE excursion: both are equal until the BE=1 leg ends at entry, and none is below it."""
    be_mfe, no_be_mfe = facts.be_mfe, facts.no_be_mfe
    if be_mfe is None or (no_be_mfe is not None and no_be_mfe >= be_mfe):
        if no_be_mfe is not None:
            sources["no_be_mfe"] = Source.RECEIVED
        return no_be_mfe
    if no_be_mfe is None and be_status is LegStatus.STOPPED_BE:
        # It ran on alone, and how far was never said: what is known of the other leg would be too little.
        return None
    sources["no_be_mfe"] = Source.INFERRED
    inferred.append("no_be_mfe")
    return be_mfe
