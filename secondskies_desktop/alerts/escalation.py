"""What the trader is told, how loudly and how often: edges of attention in, tellings out, time passed in (µs UTC).

- What is raised is told at once. What is to be watched or a danger is told again, one step louder, until it is
  acknowledged or over.
- In quiet hours only dangers are told; the rest waits and is summed up when they end.
- At most `MOST_A_MINUTE` tellings fall into any minute. What does not fit waits and is told together with what
  came meanwhile; a new danger waits for a second at most.
- Nothing is lost: what was over before it could be told is counted in the next summary.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from secondskies_desktop.alerts import wording
from secondskies_desktop.alerts.quiet_hours import QuietHours
from secondskies_desktop.foundation.attention import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Place = tuple[str, str]
"""(kind, key) of what is open."""

SUMMARY = "summary"
"""The kind of a telling that speaks of several things; its key is what made it one."""
STORM = "storm"
QUIET = "quiet hours"
MOST_A_MINUTE = 6
_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_DANGER_WAITS_US = _SECOND_US
_RESUMED_FOR_US = 10 * _MINUTE_US
"""What an engine left open and this one has not raised again by then begins anew."""


class Policy(msgspec.Struct, frozen=True):
    """How long until something is told again (0 is never), and the quiet hours."""

    again_after_us: int = 0
    quiet: QuietHours | None = None


class Told(msgspec.Struct, frozen=True):
    """One telling, for tray, sound and channels; `step` 0 is the first word, `covers` all that it speaks of."""

    kind: str
    key: str
    severity: Severity
    text: str
    step: int
    at_us: int
    covers: tuple[Place, ...]


class Left(msgspec.Struct, frozen=True):
    """What an engine left open: how often it was told, and since when (µs UTC)."""

    told: int
    since_us: int


class Standing(msgspec.Struct, frozen=True):
    """How often something was told, when it is told again (None: never), and whether quiet hours hold it back."""

    told: int
    next_us: int | None
    is_held: bool


@dataclass(slots=True)
class _Kept:
    place: Place
    severity: Severity
    text: str
    since_us: int
    at_any_hour: bool
    told: int = 0
    told_us: int | None = None
    """None: it is to be told now."""
    acknowledged: bool = False


class Escalation:
    """Keeps what is open; every call returns what is to be told now, in order."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._kept: dict[Place, _Kept] = {}
        self._times: deque[int] = deque()
        self._over: Counter[Severity] = Counter()
        self._was_quiet = False
        self._before: dict[Place, Left] = {}
        self._before_until_us = 0

    def resume(self, left: Mapping[Place, Left], now_us: int) -> None:
        """Take over what was told, and not acknowledged, before a restart: raised again, it goes on from there."""
        self._before, self._before_until_us = dict(left), now_us + _RESUMED_FOR_US

    def follow(self, policy: Policy) -> None:
        """Go by other settings from now on."""
        self._policy = policy

    def raised(
        self, place: Place, severity: Severity, text: str, now_us: int, *, at_any_hour: bool = False
    ) -> list[Told]:
        """Take what was raised, or raised again; `at_any_hour` is told whatever the hour and the rate."""
        kept = self._kept.get(place)
        if kept is None or kept.acknowledged:
            left = self._left(place, now_us)
            kept = _Kept(place, severity, text, left.since_us, at_any_hour, told=left.told)
            self._kept[place] = kept
        kept.severity, kept.text, kept.told_us = severity, text, None
        return self.tick(now_us)

    def _left(self, place: Place, now_us: int) -> Left:
        left = self._before.pop(place, None)
        return left if left is not None and now_us <= self._before_until_us else Left(0, now_us)

    def cleared(self, place: Place) -> None:
        """Take that something is over."""
        kept = self._kept.pop(place, None)
        if kept is not None and not kept.told and not kept.acknowledged:
            self._over[kept.severity] += 1

    def acknowledged(self, place: Place) -> None:
        """Take that the trader has seen it: he is told no more."""
        if place in self._kept:
            self._kept[place].acknowledged = True

    def taken_back(self, place: Place, now_us: int) -> None:
        """Take that he has not seen it after all: he is told again after the usual time."""
        kept = self._kept.get(place)
        if kept is not None and kept.acknowledged:
            kept.acknowledged = False
            kept.told_us = now_us if kept.told else None

    def keep(self, open_now: Iterable[Place], seen: Iterable[Place]) -> None:
        """Forget what is open nowhere else, and take as acknowledged what is `seen` there."""
        there = set(open_now)
        for place in [one for one in self._kept if one not in there]:
            self.cleared(place)
        for place in seen:
            self.acknowledged(place)

    def tick(self, now_us: int) -> list[Told]:
        """Return what is to be told by now."""
        is_quiet = self._quiet_until(now_us) is not None
        self._set_clocks_right(now_us)
        due = [one for one in self._kept.values() if self._is_due(one, now_us, is_quiet)]
        told = [self._tell(one, now_us) for one in due if one.at_any_hour]
        due = [one for one in due if not one.at_any_hour]
        self._was_quiet |= is_quiet
        if not self._was_quiet:
            return told + self._tell_all(due, now_us, with_over=True)
        if not is_quiet and self._room() > 0:
            # Dangers were told at their time; all else has waited for this word.
            self._was_quiet = False
            told += self._sum_up([one for one in due if self._can_wait(one)], now_us, QUIET)
        return told + self._tell_all([one for one in due if not self._can_wait(one)], now_us, with_over=False)

    def _room(self) -> int:
        return MOST_A_MINUTE - len(self._times)

    def standing(self, place: Place, now_us: int) -> Standing | None:
        """Return how something stands, None where it is not open."""
        kept = self._kept.get(place)
        if kept is None:
            return None
        again_us = self._policy.again_after_us
        if kept.acknowledged or (kept.told and (kept.severity is Severity.INFO or not again_us)):
            return Standing(kept.told, None, is_held=False)
        next_us = now_us if kept.told_us is None else max(now_us, kept.told_us + again_us)
        held_until = self._quiet_until(next_us) if self._can_wait(kept) else None
        return Standing(kept.told, held_until or next_us, is_held=held_until is not None)

    def unseen(self) -> dict[Place, int]:
        """Return what is open and not acknowledged, with how often it was told."""
        return {place: kept.told for place, kept in self._kept.items() if not kept.acknowledged}

    def _quiet_until(self, now_us: int) -> int | None:
        quiet = self._policy.quiet
        return None if quiet is None else quiet.until(now_us)

    @staticmethod
    def _can_wait(kept: _Kept) -> bool:
        return kept.severity is not Severity.DANGER and not kept.at_any_hour

    def _is_due(self, kept: _Kept, now_us: int, is_quiet: bool) -> bool:
        if kept.acknowledged or (is_quiet and self._can_wait(kept)):
            return False
        if kept.told_us is None:
            return True
        again_us = self._policy.again_after_us
        return kept.severity is not Severity.INFO and again_us > 0 and now_us >= kept.told_us + again_us

    def _set_clocks_right(self, now_us: int) -> None:
        """Let a clock that was set back delay nothing by more than the usual time."""
        while self._times and not now_us - _MINUTE_US < self._times[0] <= now_us:
            self._times.popleft()
        for kept in self._kept.values():
            if kept.told_us is not None and kept.told_us > now_us:
                kept.told_us = now_us

    def _tell_all(self, due: list[_Kept], now_us: int, *, with_over: bool) -> list[Told]:
        """Tell one by one what the rate allows, and all others together; gravest and newest word first."""
        due.sort(key=_gravest_first)
        has_over = with_over and bool(self._over)
        room = self._room()
        if len(due) + has_over <= room:
            alone = [self._tell(one, now_us) for one in due]
            return alone + (self._sum_up([], now_us, STORM) if has_over else [])
        if room > 0:
            alone = [self._tell(one, now_us) for one in due[: room - 1]]
            return alone + self._sum_up(due[room - 1 :], now_us, STORM, with_over=with_over)
        is_new_danger = any(one.severity is Severity.DANGER and not one.told for one in due)
        if is_new_danger and now_us - self._times[-1] >= _DANGER_WAITS_US:
            return self._sum_up(due, now_us, STORM, with_over=with_over)
        return []

    def _tell(self, kept: _Kept, now_us: int) -> Told:
        step = kept.told
        text = wording.again(kept.text, kept.since_us, now_us) if step else kept.text
        told = Told(*kept.place, _loud(kept), text, step, now_us, (kept.place,))
        self._note(kept, now_us)
        self._times.append(now_us)
        return told

    def _sum_up(self, due: list[_Kept], now_us: int, why: str, *, with_over: bool = True) -> list[Told]:
        over = self._over if with_over else Counter[Severity]()
        if len(due) + len(over) == 0:
            return []
        if len(due) == 1 and not over:
            return [self._tell(due[0], now_us)]
        due.sort(key=_gravest_first)
        loudest = max((_loud(one) for one in due), key=lambda one: one.rank, default=Severity.INFO)
        gravest = due[0].text if due else ""
        text = wording.summary([one.severity for one in due], over, gravest, is_quiet=why == QUIET)
        step = min((one.told for one in due), default=0)
        told = Told(SUMMARY, why, loudest, text, step, now_us, tuple(one.place for one in due))
        for one in due:
            self._note(one, now_us)
        over.clear()
        self._times.append(now_us)
        return [told]

    @staticmethod
    def _note(kept: _Kept, now_us: int) -> None:
        kept.told += 1
        kept.told_us = now_us


def _gravest_first(kept: _Kept) -> tuple[int, int, int]:
    return -kept.severity.rank, kept.told, kept.since_us


def _loud(kept: _Kept) -> Severity:
    """Return how loudly something is told: one step up from the second time on."""
    return louder(kept.severity) if kept.told else kept.severity


def louder(severity: Severity) -> Severity:
    """Return the next severity up; nothing is louder than a danger, and what only informs stays so."""
    return Severity.DANGER if severity is Severity.WATCH else severity
