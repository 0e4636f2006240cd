"""What the trader is told: examples, and laws over any order of what can happen."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from secondskies_desktop.alerts.escalation import (
    MOST_A_MINUTE,
    QUIET,
    SUMMARY,
    Escalation,
    Left,
    Policy,
    Told,
)
from secondskies_desktop.alerts.quiet_hours import QuietHours
from secondskies_desktop.foundation.attention import Severity

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
NOON_US = int(datetime.fromisoformat("2025-12-09T12:00-05:00").timestamp()) * SECOND_US
TEN_PM_US = NOON_US + 600 * MINUTE_US
NIGHT = QuietHours(22 * 60, 7 * 60)
INFO, WATCH, DANGER = Severity.INFO, Severity.WATCH, Severity.DANGER
DISK, JOB, ENTRY = ("disk", "profile"), ("job", "backup"), ("entry", "1")


def desk(again_minutes: int = 5, quiet: QuietHours | None = None) -> Escalation:
    return Escalation(Policy(again_minutes * MINUTE_US, quiet))


def said(told: list[Told]) -> list[tuple[str, Severity, int]]:
    return [(one.text, one.severity, one.step) for one in told]


def test_that_the_first_word_is_told_at_once_and_the_next_one_louder() -> None:
    one = desk()
    assert said(one.raised(JOB, WATCH, "the backup failed", NOON_US)) == [("the backup failed", WATCH, 0)]
    assert one.tick(NOON_US + 5 * MINUTE_US - 1) == []
    later = NOON_US + 5 * MINUTE_US
    assert said(one.tick(later)) == [("Not acknowledged for 5 min: the backup failed", DANGER, 1)]
    assert one.tick(later) == []
    assert [len(one.tick(later + n * MINUTE_US)) for n in range(1, 11)] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def test_that_it_is_told_no_more_once_acknowledged_or_over() -> None:
    for end in (Escalation.acknowledged, Escalation.cleared):
        one = desk()
        one.raised(DISK, DANGER, "full", NOON_US)
        end(one, DISK)
        assert one.tick(NOON_US + 60 * MINUTE_US) == []


def test_that_information_is_told_once() -> None:
    one = desk()
    assert len(one.raised(ENTRY, INFO, "ENTRY", NOON_US)) == 1
    assert one.tick(NOON_US + 60 * MINUTE_US) == []


def test_that_nothing_is_told_again_where_the_setting_says_never() -> None:
    one = desk(0)
    one.raised(DISK, DANGER, "full", NOON_US)
    assert one.tick(NOON_US + 600 * MINUTE_US) == []
    one.follow(Policy(5 * MINUTE_US))
    assert len(one.tick(NOON_US + 600 * MINUTE_US)) == 1


def test_that_an_acknowledgement_taken_back_lets_it_be_told_again() -> None:
    one = desk()
    one.raised(DISK, DANGER, "full", NOON_US)
    one.acknowledged(DISK)
    one.taken_back(DISK, NOON_US + MINUTE_US)
    assert one.tick(NOON_US + 5 * MINUTE_US) == []
    assert said(one.tick(NOON_US + 6 * MINUTE_US)) == [("Not acknowledged for 6 min: full", DANGER, 1)]


def test_that_what_is_raised_again_goes_on_unless_it_was_acknowledged() -> None:
    one = desk()
    one.raised(JOB, WATCH, "one failed", NOON_US)
    assert said(one.raised(JOB, WATCH, "two failed", NOON_US + MINUTE_US))[0][1:] == (DANGER, 1)
    one.acknowledged(JOB)
    assert said(one.raised(JOB, WATCH, "three failed", NOON_US + 2 * MINUTE_US)) == [
        ("three failed", WATCH, 0)
    ]


def test_that_quiet_hours_hold_back_all_but_dangers_and_end_with_a_summary() -> None:
    one = desk(quiet=NIGHT)
    assert one.raised(JOB, WATCH, "the backup failed", TEN_PM_US) == []
    assert one.raised(ENTRY, INFO, "ENTRY", TEN_PM_US + MINUTE_US) == []
    one.cleared(ENTRY)
    assert said(one.raised(DISK, DANGER, "full", TEN_PM_US + MINUTE_US)) == [("full", DANGER, 0)]
    assert [told.step for told in one.tick(TEN_PM_US + 6 * MINUTE_US)] == [1]
    one.acknowledged(DISK)
    standing = one.standing(JOB, TEN_PM_US + 6 * MINUTE_US)
    assert standing is not None
    assert (standing.told, standing.is_held, standing.next_us) == (0, True, TEN_PM_US + 540 * MINUTE_US)
    assert one.tick(TEN_PM_US + 540 * MINUTE_US - 1) == []
    (told,) = one.tick(TEN_PM_US + 540 * MINUTE_US)
    assert (told.kind, told.key, told.severity, told.covers) == (SUMMARY, QUIET, WATCH, (JOB,))
    assert (
        told.text
        == "In the quiet hours: 1 to watch, 1 for information, 1 over by now. Open: the backup failed"
    )
    assert [told.severity for told in one.tick(TEN_PM_US + 545 * MINUTE_US)] == [DANGER]


def test_that_a_night_of_which_all_is_over_is_summed_up_too() -> None:
    one = desk(quiet=NIGHT)
    one.raised(ENTRY, INFO, "ENTRY", TEN_PM_US)
    one.cleared(ENTRY)
    (told,) = one.tick(TEN_PM_US + 540 * MINUTE_US)
    assert told.text == "In the quiet hours: 1 for information, all over by now"
    assert one.tick(TEN_PM_US + 541 * MINUTE_US) == []


def test_that_what_the_trader_asks_for_is_told_whatever_the_hour() -> None:
    one = desk(quiet=NIGHT)
    told = one.raised(("test alarm", "test"), INFO, "this is a test", TEN_PM_US, at_any_hour=True)
    assert said(told) == [("this is a test", INFO, 0)]


def test_that_a_storm_is_bounded_and_none_of_it_lost() -> None:
    one = desk()
    told = [
        telling for n in range(1_000) for telling in one.raised(("disk", str(n)), WATCH, f"{n} full", NOON_US)
    ]
    assert len(told) == MOST_A_MINUTE
    assert one.tick(NOON_US + MINUTE_US - 1) == []
    rest = one.tick(NOON_US + MINUTE_US)
    assert [telling.kind for telling in rest] == ["disk"] * (MOST_A_MINUTE - 1) + [SUMMARY]
    assert rest[-1].text == "Many at once: 989 to watch. Open: 11 full"
    covered = Counter(place for telling in told + rest for place in telling.covers)
    assert set(covered.values()) == {1}
    assert len(covered) == 1_000


def test_that_a_new_danger_in_a_storm_waits_for_a_second_at_most() -> None:
    one = desk()
    for n in range(50):
        one.raised(("entry", str(n)), INFO, "ENTRY", NOON_US)
    assert one.raised(DISK, DANGER, "full", NOON_US) == []
    (told,) = one.tick(NOON_US + SECOND_US)
    assert DISK in told.covers
    assert told.severity is DANGER
    assert told.text.endswith("Open: full")


def test_that_a_restart_goes_on_where_it_was() -> None:
    one = desk()
    one.resume({JOB: Left(2, NOON_US - 30 * MINUTE_US)}, NOON_US)
    told = one.raised(JOB, WATCH, "the backup failed", NOON_US + MINUTE_US)
    assert said(told) == [("Not acknowledged for 31 min: the backup failed", DANGER, 2)]
    late = desk()
    late.resume({JOB: Left(2, NOON_US - 30 * MINUTE_US)}, NOON_US)
    assert said(late.raised(JOB, WATCH, "failed", NOON_US + 11 * MINUTE_US)) == [("failed", WATCH, 0)]


def test_that_a_clock_that_is_set_back_delays_nothing_for_longer() -> None:
    one = desk()
    one.raised(DISK, DANGER, "full", NOON_US)
    back_us = NOON_US - 300 * MINUTE_US
    assert one.tick(back_us) == []
    assert len(one.tick(back_us + 5 * MINUTE_US)) == 1


class Laws(RuleBasedStateMachine):
    """Anything may happen in any order; the tellings keep their laws."""

    def __init__(self) -> None:
        super().__init__()
        self.now_us = NOON_US
        self.escalation = desk(quiet=NIGHT)
        self.quiet: QuietHours | None = NIGHT
        self.open: dict[tuple[str, str], Severity] = {}
        self.seen: set[tuple[str, str]] = set()
        self.raised_us: dict[tuple[str, str], int] = {}
        self.told_us: dict[tuple[str, str], int] = {}
        self.times: list[tuple[int, Told]] = []
        self.untold = 0
        self.counted = 0

    def hear(self, told: list[Told]) -> None:
        """Hold what is told against the laws."""
        is_quiet = self.quiet is not None and self.quiet.until(self.now_us) is not None
        for one in told:
            assert not self.seen & set(one.covers), "told after it was acknowledged"
            assert all(place in self.open for place in one.covers), "told after it was over"
            if is_quiet:
                assert all(self.open[place] is DANGER for place in one.covers), "not quiet in the quiet hours"
            self.told_us |= dict.fromkeys(one.covers, self.now_us)
            if one.kind == SUMMARY:
                self.counted += _over(one.text)
            self.times.append((self.now_us, one))

    @rule(number=some.integers(0, 30), severity=some.sampled_from(list(Severity)))
    def raise_one(self, number: int, severity: Severity) -> None:
        """Raise one that is not open."""
        place = ("disk", str(number))
        if place in self.open:
            return
        self.open[place], self.raised_us[place] = severity, self.now_us
        self.told_us.pop(place, None)
        self.hear(self.escalation.raised(place, severity, f"{number}", self.now_us))

    @rule(first=some.integers(0, 30), count=some.integers(5, 30), severity=some.sampled_from(list(Severity)))
    def break_loose(self, first: int, count: int, severity: Severity) -> None:
        """Many at once: a danger among them is told within two seconds."""
        for number in range(first, first + count):
            self.raise_one(number, severity)
        for _ in range(4):
            self.now_us += SECOND_US // 2
            self.hear(self.escalation.tick(self.now_us))
        for place in set(self.open) - self.seen:
            assert self.open[place] is not DANGER or place in self.told_us, f"{place} waits too long"

    @rule()
    def be_over(self) -> None:
        """All is over at once."""
        for _, number in list(self.open):
            self.clear_one(int(number))

    @rule(number=some.integers(0, 30))
    def clear_one(self, number: int) -> None:
        """End one."""
        place = ("disk", str(number))
        if self.open.pop(place, None) is None:
            return
        if place not in self.told_us and place not in self.seen:
            self.untold += 1
        self.seen.discard(place)
        self.escalation.cleared(place)

    @rule(number=some.integers(0, 30))
    def acknowledge_one(self, number: int) -> None:
        """See one."""
        place = ("disk", str(number))
        if place in self.open:
            self.seen.add(place)
            self.escalation.acknowledged(place)

    @rule(number=some.integers(0, 30))
    def take_one_back(self, number: int) -> None:
        """Have not seen one after all."""
        place = ("disk", str(number))
        if place in self.seen:
            self.seen.discard(place)
            self.raised_us[place] = self.now_us
            self.escalation.taken_back(place, self.now_us)

    @rule(seconds=some.one_of(some.integers(0, 90), some.integers(0, 40_000)))
    def pass_time(self, seconds: int) -> None:
        """Look again after a while."""
        self.now_us += seconds * SECOND_US
        self.hear(self.escalation.tick(self.now_us))

    @rule(quiet=some.sampled_from([None, NIGHT, QuietHours(11 * 60, 14 * 60)]))
    def change_quiet(self, quiet: QuietHours | None) -> None:
        """Change the settings."""
        self.quiet = quiet
        self.escalation.follow(Policy(5 * MINUTE_US, quiet))

    @rule()
    def look_for_three_minutes(self) -> None:
        """Whatever was raised is told by then, unless it is quiet for it."""
        for _ in range(180):
            self.now_us += SECOND_US
            self.hear(self.escalation.tick(self.now_us))
        is_quiet = self.quiet is not None and any(
            self.quiet.until(self.now_us - back * SECOND_US) is not None for back in (0, 90)
        )
        for place, severity in self.open.items():
            if place not in self.seen and (severity is DANGER or not is_quiet):
                assert place in self.told_us, f"{place} was lost"
        if not is_quiet:
            assert self.counted == self.untold, "what was over before it was told is counted once"

    @invariant()
    def rate_is_bounded(self) -> None:
        """Count what was told in the last minute."""
        recent = [one for at_us, one in self.times if at_us > self.now_us - MINUTE_US]
        assert len(recent) <= MOST_A_MINUTE + 60
        if not any(one.severity is DANGER for one in recent):
            assert len(recent) <= MOST_A_MINUTE
        self.times = [one for one in self.times if one[0] > self.now_us - MINUTE_US]


def _over(text: str) -> int:
    """Return how many a summary calls over."""
    counts = text.partition(": ")[2].partition(".")[0]
    if "all over" in counts:
        return sum(int(word.replace(",", "")) for word in counts.split() if word[0].isdigit())
    before = counts.partition(" over by now")
    return int(before[0].split()[-1].replace(",", "")) if before[1] else 0


TestLaws = Laws.TestCase
TestLaws.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
