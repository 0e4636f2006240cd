"""Whether what is known of a signal can be true: the eight categories of domain.md §4.4, each as named checks.

Corrected by what was measured later: an adverse excursion of exactly zero is a value, an exit may be told many times, a
trade that died on its entry bar has no update, a BE=1 trade that was not tracked has none of its own, and a stop at
entry is only measured where the message carries its true price. What cannot be told is UNKNOWN, never a failure.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.integrity.case import Answer, Case, Category, Checked, Severity, number_of
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Source, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from secondskies_desktop.signals.history import HistoryEvent
    from secondskies_desktop.signals.view import SignalView

LATE_S: Final = 300
"""Seconds behind the close of its bar after which a triangle was told late (domain.md §4.4, §5.3)."""
_SECOND_US: Final = 1_000_000
_MINUTE_US: Final = 60 * _SECOND_US
_TOLERANCE_R: Final = 1e-6
_TICK: Final = 0.25
_LIVE_RULES: Final = frozenset(("telemetry", "wrapped-telemetry", "direct", "automation-stage", "contract-2"))
_TRIGGERS_TOLD: Final = frozenset(
    ("strategy", "telemetry", "telemetry-z", "wrapped-telemetry", "mfe-batch", "contract-2")
)
_ENTRIES_TOLD: Final = _TRIGGERS_TOLD | {"direct", "direct-z", "automation-stage"}
_NO_BE_TOLD: Final = frozenset(("strategy", "mfe-batch", "snapshot-v1", "contract-2", "export-v2"))
"""Telemetry had a time in which the excursion of the No-BE trade was not said (domain.md §1.8)."""
_MAE_TOLD: Final = frozenset(("mfe-batch", "snapshot-v1", "contract-2", "export-v2"))


Said = tuple[Answer, str]
_TOO_EARLY: Final = "It may have begun before anything was heard of its chart."


def check(
    view: SignalView,
    events: Sequence[HistoryEvent] | None = None,
    *,
    follows_all: bool = False,
    since_us: int | None = None,
) -> list[Checked]:
    """Return the answer of every check of one signal.

    Without `events`, as for a quick look at many, whatever needs them is UNKNOWN; so is what nobody could have heard.
    """
    rules = frozenset(event.rule for event in events or () if event.rule is not None)
    case = Case(view, events, rules, follows_all, since_us)
    return [
        Checked(name, category, answer, severity, text)
        for name, category, severity, rule in _CHECKS
        for answer, text in (rule(case),)
    ]


def contradictions(view: SignalView, rules: frozenset[str]) -> list[Checked]:
    """Return the checks that fail of a signal by its view alone, those left out that only say what is missing of it.

    `rules` are the generations that told of it. What is missing is a gap's business (gaps.py).
    """
    case = Case(view, None, rules, follows_all=False, since_us=None)
    return [
        Checked(name, category, answer, severity, text)
        for name, category, severity, rule in _CHECKS
        if name in _CONTRADICTIONS
        for answer, text in (rule(case),)
        if answer is Answer.FAIL
    ]


def _passed(text: str) -> Said:
    return Answer.PASS, text


def _failed(text: str) -> Said:
    return Answer.FAIL, text


def _unknown(text: str) -> Said:
    return Answer.UNKNOWN, text


def _date(case: Case) -> Said:
    if case.view.trade_date is None:
        return _failed("It has no date: neither its id nor a message says when its triangle was printed.")
    return _passed("Its date is known.")


def _in_time(case: Case) -> Said:
    told = [
        event.received_us
        for event in case.of(EventType.SIGNAL_CREATED)
        if event.rule in _LIVE_RULES and event.source != Source.REPLAYED and event.received_us is not None
    ]
    if not told or case.view.signal_us is None:
        return _unknown("No live message tells when its triangle was announced.")
    late_s = (min(told) - case.view.signal_us - _MINUTE_US) // _SECOND_US
    if late_s > LATE_S:
        return _failed(f"Its triangle was announced {late_s // 60} minutes late.")
    if late_s < -LATE_S:
        return _failed(f"Its triangle was announced {-late_s // 60} minutes before its bar had closed.")
    return _passed("Its triangle was announced when its bar closed.")


def _entry_told(case: Case) -> Said:
    if not case.is_trade:
        return _passed("It was not entered.")
    if EventType.ENTRY in case.view.event_counts:
        return _passed("Its entry was announced.")
    if case.rules.isdisjoint(_ENTRIES_TOLD):
        return _unknown("Its chart announces no entries.")
    if case.began_before:
        return _unknown(_TOO_EARLY)
    return _failed("It was followed, but its ENTRY never came.")


def _one_entry(case: Case) -> Said:
    said = {
        (event.values.get("entry_price"), event.values.get("stop_loss"))
        for event in case.of(EventType.ENTRY)
        if event.values.get("entry_price") is not None
    }
    if not said:
        return _unknown("No ENTRY with a price was received.")
    if len(said) > 1:
        prices = ", ".join(f"{entry} with stop {stop}" for entry, stop in sorted(said, key=str))
        return _failed(f"Its ENTRY came with different prices: {prices}.")
    return _passed("There is one entry.")


def _exit_after_entry(case: Case) -> Said:
    view = case.view
    entry_us = case.proved("entry_at", view.entry_us)
    ends = [case.proved("be_exit_at", view.be_exit_us), case.proved("exit_at", view.exit_us)]
    known = [end_us for end_us in ends if end_us is not None]
    if entry_us is None or not known:
        return _unknown("The bars of entry and exit are not both proved.")
    if min(known) < entry_us:
        return _failed("It ended before it was entered.")
    return _passed("It ended after it was entered.")


def _not_cancelled(case: Case) -> Said:
    counts = case.view.event_counts
    if EventType.CANCELLED not in counts:
        return _passed("It was not cancelled.")
    if case.is_trade:
        return _failed("It was announced as cancelled, and yet it was entered.")
    return _passed("It was cancelled before it was entered.")


def _some_update(case: Case) -> Said:
    view = case.view
    if case.updates:
        return _passed("It was followed.")
    if view.status is not Status.COMPLETED or view.entry_us is None or view.exit_us is None:
        return _unknown("Nobody knows whether an update was due.")
    lasted_s = open_seconds_between(view.entry_us, view.exit_us)
    if lasted_s is None:
        return _unknown("The hours of the market are not known.")
    # One bar may lie between an entry that is told at the confirmation and a stop on the entry bar.
    if lasted_s <= 2 * _MINUTE_US // _SECOND_US:
        return _passed("It ended too soon for an update.")
    if not case.follows_all:
        return _unknown("Its chart does not tell of every running signal.")
    return _failed(f"It ran for {lasted_s // 60} minutes, and no update ever came.")


def _be_not_ahead(case: Case) -> Said:
    view = case.view
    pairs = [(view.be_mfe, view.no_be_mfe)]
    pairs += [
        (number_of(event, "be_mfe"), number_of(event, "no_be_mfe")) for event in case.of(EventType.MFE_UPDATE)
    ]
    known = [(be, no_be) for be, no_be in pairs if be is not None and no_be is not None]
    if not known:
        return _unknown("The excursions of both trades are not known.")
    if any(be > no_be + _TOLERANCE_R for be, no_be in known):
        return _failed("The BE=1 trade is said to have run further than the No-BE trade, which cannot be.")
    return _passed("The BE=1 trade ran no further than the No-BE trade.")


def _be_tracked(case: Case) -> Said:
    if case.view.be_status is LegStatus.NOT_TRACKED:
        return _unknown("The indicator did not follow the BE=1 trade.")
    if case.view.be_mfe is None:
        return _unknown("How far the BE=1 trade ran was never said.")
    return _passed("The BE=1 trade was followed.")


def _trigger_told(case: Case) -> Said:
    view = case.view
    if view.be_mfe is None or view.be_status is LegStatus.NOT_TRACKED:
        return _unknown("How far the BE=1 trade ran is not known.")
    if EventType.BE_TRIGGERED in view.event_counts:
        return _passed("+1R was announced.")
    if view.be_mfe < 1 - _TOLERANCE_R:
        return _passed("It never ran to +1R.")
    if case.rules.isdisjoint(_TRIGGERS_TOLD):
        return _unknown("Its chart does not announce +1R.")
    if case.began_before:
        return _unknown(_TOO_EARLY)
    return _failed("It ran beyond +1R, and its BE_TRIGGERED never came.")


def _be_exit_at_entry(case: Case) -> Said:
    entry = case.view.entry_price
    # Older generations carry the entry or the stop whatever happened (domain.md §1.13).
    prices = [
        number_of(event, "exit_price") for event in case.of(EventType.EXIT_BE) if event.rule == "contract-2"
    ]
    known = [price for price in prices if price is not None]
    if entry is None or not known or case.view.be_status is not LegStatus.STOPPED_BE:
        return _unknown("No message proves the price of its break-even exit.")
    if any(abs(price - entry) > _TICK for price in known):
        return _failed(f"Its break-even exit was not at its entry: {known[0]} instead of {entry}.")
    return _passed("Its break-even exit was at its entry: 0R.")


def _no_be_known(case: Case) -> Said:
    no_be_mfe = case.view.no_be_mfe
    if no_be_mfe is None:
        if case.is_trade and case.updates and not case.rules.isdisjoint(_NO_BE_TOLD):
            return _failed("It was followed, but no message says how far it ran.")
        return _unknown("How far it ran was never said.")
    if no_be_mfe < 0:
        return _failed("Its best excursion is said to lie below zero.")
    return _passed("How far it ran is known.")


def _no_be_moves(case: Case) -> Said:
    view = case.view
    prices = [
        price for event in case.of(EventType.MFE_UPDATE) if (price := number_of(event, "price")) is not None
    ]
    if view.no_be_mfe is None or view.direction is None or view.entry_price is None:
        return _unknown("How far it ran is not known.")
    if view.no_be_mfe > 0:
        return _passed("Its excursion moved.")
    if not prices:
        return _unknown("Its excursion is zero, and no price came with it.")
    if any(view.direction.sign * (price - view.entry_price) > _TICK for price in prices):
        return _failed("Its excursion stands at zero, though prices beyond its entry came with it.")
    return _passed("It never went its way.")


def _mae_known(case: Case) -> Said:
    if case.view.mae is not None:
        return _passed("Its adverse excursion is known.")
    if case.is_trade and case.updates and not case.rules.isdisjoint(_MAE_TOLD):
        return _failed("Its chart tells adverse excursions, but not for this signal.")
    return _unknown("Its messages carry no adverse excursion.")


def _mae_below_zero(case: Case) -> Said:
    said = [case.view.mae, *(number_of(event, "mae") for event in case.of(*EventType))]
    known = [mae for mae in said if mae is not None]
    if not known:
        return _unknown("Its adverse excursion is not known.")
    if max(known) > _TOLERANCE_R:
        return _failed(f"Its adverse excursion is said to be above zero: {max(known):g}R.")
    return _passed("Its adverse excursion is zero or below.")


def _in_order(case: Case) -> Said:
    known = list(_proved_times(case))
    if len(known) <= 1:
        return _unknown("Fewer than two of its times are proved.")
    for (earlier, earlier_us), (later, later_us) in pairwise(known):
        if later_us < earlier_us:
            minutes = (earlier_us - later_us) // _MINUTE_US
            return _failed(f"Its {later} is said to lie {minutes} minutes before its {earlier}.")
    return _passed("Its times follow one another.")


def _proved_times(case: Case) -> Iterator[tuple[str, int]]:
    view = case.view
    for word, name, at_us in (
        ("triangle", "signal_at", view.signal_us),
        ("confirmation", "confirmed_at", view.confirmed_us),
        ("entry", "entry_at", view.entry_us),
        ("break-even exit", "be_exit_at", view.be_exit_us),
        ("exit", "exit_at", view.exit_us),
    ):
        proved_us = case.proved(name, at_us)
        if proved_us is not None:
            yield word, proved_us


def _prices(case: Case) -> Said:
    if not case.is_trade:
        return _unknown("It was not entered.")
    lacking = [
        word for word, price in (("entry", case.view.entry_price), ("stop", case.view.stop_loss)) if not price
    ]
    if lacking and case.began_before:
        return _unknown(_TOO_EARLY)
    if lacking:
        return _failed(f"No message carries its {' or its '.join(lacking)} price.")
    return _passed("Its entry and stop are known.")


def _risk(case: Case) -> Said:
    risk = case.view.risk_points
    if risk is None:
        return _unknown("Its risk is not known.")
    if risk <= 0:
        return _failed(
            f"Its stop lies on the wrong side of its entry ({risk:g} points): R has no meaning for it."
        )
    return _passed("Its risk is above zero.")


_CHECKS: Final[tuple[tuple[str, Category, Severity, Callable[[Case], Said]], ...]] = (
    ("date", Category.SIGNAL, Severity.WATCH, _date),
    ("in_time", Category.SIGNAL, Severity.INFO, _in_time),
    ("entry_told", Category.LIFECYCLE, Severity.WATCH, _entry_told),
    ("one_entry", Category.LIFECYCLE, Severity.DANGER, _one_entry),
    ("exit_after_entry", Category.LIFECYCLE, Severity.DANGER, _exit_after_entry),
    ("not_cancelled", Category.LIFECYCLE, Severity.WATCH, _not_cancelled),
    ("some_update", Category.MFE_UPDATES, Severity.WATCH, _some_update),
    ("be_not_ahead", Category.BE_STRATEGY, Severity.DANGER, _be_not_ahead),
    ("be_tracked", Category.BE_STRATEGY, Severity.INFO, _be_tracked),
    ("trigger_told", Category.BE_STRATEGY, Severity.INFO, _trigger_told),
    ("be_exit_at_entry", Category.BE_STRATEGY, Severity.WATCH, _be_exit_at_entry),
    ("no_be_known", Category.NO_BE_STRATEGY, Severity.WATCH, _no_be_known),
    ("no_be_moves", Category.NO_BE_STRATEGY, Severity.WATCH, _no_be_moves),
    ("mae_known", Category.MAE, Severity.WATCH, _mae_known),
    ("mae_below_zero", Category.MAE, Severity.DANGER, _mae_below_zero),
    ("in_order", Category.TIMESTAMPS, Severity.WATCH, _in_order),
    ("prices", Category.TELEMETRY, Severity.WATCH, _prices),
    ("risk", Category.TELEMETRY, Severity.DANGER, _risk),
)
_CONTRADICTIONS: Final = frozenset(
    ("exit_after_entry", "not_cancelled", "be_not_ahead", "mae_below_zero", "in_order", "risk")
)
