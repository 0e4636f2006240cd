"""From the tallies to what a KPI says: outcomes for a target and a mode, by session, direction and trade date.

Every result names its target k (in R) and its break-even mode; excursions are called MFE and MAE and are never
taken for a result (domain.md §1.10, §8.1). What is open is counted as open and belongs to no mean.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from secondskies_desktop.foundation.sessions import Session
from secondskies_desktop.signals.outcome import BeMode, LegFacts, Outcome, OutcomeState, outcome
from secondskies_desktop.signals.tally import (
    CODE_MASK,
    DIRECTIONS,
    GROUP_BITS,
    KINDS,
    LEG_STATUSES,
    MAX_STEP,
    NO_OTHER,
    READINGS,
    SESSIONS,
    STATUSES,
    STEPS_PER_R,
    UNIT,
    UNKNOWN_STEP,
    What,
)

if TYPE_CHECKING:
    from secondskies_desktop.signals.vocabulary import Direction

    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

TARGETS = tuple(step / STEPS_PER_R for step in range(1, MAX_STEP + 1))
"""The targets for which results are counted, in R."""
GROUPS = len(SESSIONS) * len(DIRECTIONS)


class Field(IntEnum):
    """A column of sums; STATUS and KIND stand for one column a value, the R columns hold 1/10,000 R."""

    STATUS = 0
    KIND = 8
    LINKED = 18
    CONFIRMED = 19
    VALID = 20
    PROTECTED = 21
    BARS_TO_CONFIRM_N = 22
    BARS_TO_CONFIRM_SUM = 23
    NO_BE_MFE_N = 24
    NO_BE_MFE_SUM = 25
    BE_MFE_N = 26
    BE_MFE_SUM = 27
    MAE_N = 28
    MAE_SUM = 29
    WIN = 30
    SCRATCH = 31
    LOSS = 32
    AMBIGUOUS = 33
    OPEN = 34
    UNKNOWN = 35
    R_LOW = 36
    """Sum of results, every ambiguous one at its worse end."""
    R_HIGH = 37
    PAIRS = 38
    """Signals whose result is certain with and without break-even."""
    BE_CHANGE = 39
    """Over these: what BE=1 made more than No-BE, in sum."""
    SAVED = 40
    """Losses without break-even that BE=1 ended at 0R."""
    FORGONE = 41
    """Wins without break-even that BE=1 ended at 0R."""


FIELDS = len(Field) - 2 + len(STATUSES) + len(KINDS)
_OUTCOMEFIELDS = {
    OutcomeState.WIN: Field.WIN,
    OutcomeState.SCRATCH: Field.SCRATCH,
    OutcomeState.LOSS: Field.LOSS,
    OutcomeState.OPEN: Field.OPEN,
    OutcomeState.UNKNOWN: Field.UNKNOWN,
}


def _field_of_code() -> Numbers:
    fields = np.full(What.RESULT, -1, dtype=np.int64)
    for place in range(len(STATUSES)):
        fields[What.STATUS + place] = Field.STATUS + place
    for place in range(len(KINDS)):
        fields[What.KIND + place] = Field.KIND + place
    for what in What:
        if what not in (What.STATUS, What.KIND, What.RESULT):
            fields[what] = Field[what.name]
    return fields


_FIELD_OF_CODE = _field_of_code()


def sums_of(packed: bytes, target: float, mode: BeMode) -> Numbers:
    """Return the sums of one tally row for a target and a mode: int64 of shape (GROUPS, fields)."""
    pairs = np.frombuffer(packed, dtype="<i8").reshape(-1, 2)
    groups, codes, counts = pairs[:, 0] >> GROUP_BITS, pairs[:, 0] & CODE_MASK, pairs[:, 1]
    sums = np.zeros((GROUPS, FIELDS), dtype=np.int64)
    plain = codes < What.RESULT
    np.add.at(sums, (groups[plain], _FIELD_OF_CODE[codes[plain]]), counts[plain])
    results = zip(groups[~plain].tolist(), codes[~plain].tolist(), counts[~plain].tolist(), strict=True)
    for group, code, count in results:
        for field, each in _result(code, target, mode):
            sums[group, field] += each * count
    return sums


@lru_cache(maxsize=65_536)
def _result(code: int, target: float, mode: BeMode) -> tuple[tuple[int, int], ...]:
    """Return what one signal of a result code adds to the sums: (field, number)."""
    rest, other = divmod(code - What.RESULT, READINGS + 1)
    no_be, be = divmod(rest, READINGS)
    be_readings = (_facts(be),) if other == NO_OTHER else (_facts(be), _facts(other))
    with_be = outcome(target, BeMode.BE1, be_readings)
    without = outcome(target, BeMode.NO_BE, (_facts(no_be),))
    return (*_of_one(with_be if mode is BeMode.BE1 else without), *_of_both(with_be, without))


def _of_one(result: Outcome) -> tuple[tuple[int, int], ...]:
    if result.low is None or result.high is None:
        # Ambiguous without ends: in one of its readings the leg still runs.
        return ((_OUTCOMEFIELDS.get(result.state, Field.OPEN), 1),)
    field = _OUTCOMEFIELDS.get(result.state, Field.AMBIGUOUS)
    return (
        (field, 1),
        (Field.R_LOW, round(result.low * UNIT)),
        (Field.R_HIGH, round(result.high * UNIT)),
    )


def _of_both(with_be: Outcome, without: Outcome) -> tuple[tuple[int, int], ...]:
    certain = (OutcomeState.WIN, OutcomeState.SCRATCH, OutcomeState.LOSS)
    if with_be.state not in certain or without.state not in certain:
        return ()
    change = round(((with_be.low or 0.0) - (without.low or 0.0)) * UNIT)
    both = [(int(Field.PAIRS), 1), (int(Field.BE_CHANGE), change)]
    if with_be.state is OutcomeState.SCRATCH and without.state is not OutcomeState.SCRATCH:
        both.append((Field.SAVED if without.state is OutcomeState.LOSS else Field.FORGONE, 1))
    return tuple(both)


def _facts(reading: int) -> LegFacts:
    status, step = divmod(reading, UNKNOWN_STEP + 1)
    return LegFacts(None if step == UNKNOWN_STEP else step / STEPS_PER_R, LEG_STATUSES[status])


class Summary(msgspec.Struct, frozen=True):
    """The counts of a group of signals for one target and mode; sums in R."""

    statuses: dict[str, int]
    kinds: dict[str, int]
    linked: int
    confirmed: int
    valid: int
    protected: int
    bars_to_confirm: float | None
    """Mean over the confirmed ones where it is known."""
    no_be_mfe: float | None
    be_mfe: float | None
    mae: float | None
    """Means in R over finished signals where it is known."""
    finished_with_mfe: int
    wins: int
    scratches: int
    losses: int
    ambiguous: int
    open: int
    unknown: int
    r_low: float
    r_high: float
    pairs: int
    be_change: float
    saved: int
    forgone: int

    @property
    def signals(self) -> int:
        """All signals of the group, the linked ones left out."""
        return sum(self.statuses.values())

    @property
    def decided(self) -> int:
        """How many results the sum in R is of."""
        return self.wins + self.scratches + self.losses + self.ambiguous

    @property
    def finished(self) -> int:
        """Signals whose No-BE leg has ended."""
        return self.statuses["COMPLETED"]

    @property
    def running(self) -> int:
        """Signals with at least one leg in the market."""
        return sum(self.statuses[one] for one in ("ACTIVE", "BE_PROTECTED", "BE_STOPPED"))

    @property
    def mean_low(self) -> float | None:
        """Mean result in R, every ambiguous one at its worse end; None where nothing is decided."""
        return self.r_low / self.decided if self.decided else None

    @property
    def mean_high(self) -> float | None:
        """Mean result in R, every ambiguous one at its better end."""
        return self.r_high / self.decided if self.decided else None


def summary(sums: Numbers) -> Summary:
    """Return the summary of sums that were added over any groups: int64 of shape (fields,)."""
    at = sums.tolist()

    def mean(number: Field, total: Field, unit: int = UNIT) -> float | None:
        return at[total] / unit / at[number] if at[number] else None

    return Summary(
        statuses={str(one): at[Field.STATUS + place] for place, one in enumerate(STATUSES)},
        kinds={str(one): at[Field.KIND + place] for place, one in enumerate(KINDS)},
        linked=at[Field.LINKED],
        confirmed=at[Field.CONFIRMED],
        valid=at[Field.VALID],
        protected=at[Field.PROTECTED],
        bars_to_confirm=mean(Field.BARS_TO_CONFIRM_N, Field.BARS_TO_CONFIRM_SUM, 1),
        no_be_mfe=mean(Field.NO_BE_MFE_N, Field.NO_BE_MFE_SUM),
        be_mfe=mean(Field.BE_MFE_N, Field.BE_MFE_SUM),
        mae=mean(Field.MAE_N, Field.MAE_SUM),
        finished_with_mfe=at[Field.NO_BE_MFE_N],
        wins=at[Field.WIN],
        scratches=at[Field.SCRATCH],
        losses=at[Field.LOSS],
        ambiguous=at[Field.AMBIGUOUS],
        open=at[Field.OPEN],
        unknown=at[Field.UNKNOWN],
        r_low=at[Field.R_LOW] / UNIT,
        r_high=at[Field.R_HIGH] / UNIT,
        pairs=at[Field.PAIRS],
        be_change=at[Field.BE_CHANGE] / UNIT,
        saved=at[Field.SAVED],
        forgone=at[Field.FORGONE],
    )


def tradeable_groups(direction: Direction | None = None) -> list[int]:
    """Return the groups of the six tradeable sessions, of one direction where it is given."""
    return [group for session in Session if session.tradeable for group in groups_of(session, direction)]


def groups_of(session: Session | None, direction: Direction | None = None) -> list[int]:
    """Return the groups of a session (None: unknown), of one direction where it is given."""
    first = SESSIONS.index(session) * len(DIRECTIONS)
    if direction is not None:
        return [first + DIRECTIONS.index(direction)]
    return list(range(first, first + len(DIRECTIONS)))


class Histogram(msgspec.Struct, frozen=True):
    """How many finished signals reached how far: `counts[i]` from `edges[i]` up to `edges[i + 1]`, in R.

    The last one has no upper end; `unknown` finished without a known excursion.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    unknown: int


def steps_of(packed: bytes) -> Numbers:
    """Return how many legs of one tally row ended after which step: int64 of shape (modes, GROUPS, steps).

    The modes are in the order of BeMode; the last step is an unknown excursion.
    """
    pairs = np.frombuffer(packed, dtype="<i8").reshape(-1, 2)
    codes = pairs[:, 0] & CODE_MASK
    results = codes >= What.RESULT
    groups, counts = pairs[results, 0] >> GROUP_BITS, pairs[results, 1]
    both = (codes[results] - What.RESULT) // (READINGS + 1)
    steps = np.zeros((len(BeMode), GROUPS, UNKNOWN_STEP + 1), dtype=np.int64)
    for place, leg in enumerate((both % READINGS, both // READINGS)):
        status, step = np.divmod(leg, UNKNOWN_STEP + 1)
        ended = np.isin(status, _ENDED)
        np.add.at(steps[place], (groups[ended], step[ended]), counts[ended])
    return steps


def histogram(steps: Numbers) -> Histogram:
    """Return the distribution of MFE over steps that were added over any groups of one mode."""
    edges = (0.0, *(edge / STEPS_PER_R for edge in _EDGES))
    bounds = (0, *_EDGES, UNKNOWN_STEP)
    counts = tuple(int(steps[low:high].sum()) for low, high in pairwise(bounds))
    return Histogram(edges, counts, int(steps[UNKNOWN_STEP]))


_ENDED = [place for place, one in enumerate(LEG_STATUSES) if one.value.startswith("STOPPED")]
_EDGES = (1, 2, 3, 4, 6, 8, 10, 14, 20, 30, 40)
"""In steps of half an R: fine where most signals end, coarse in the tail."""
