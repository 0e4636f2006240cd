"""What is missing of one signal: the nine types of domain.md §5.2, and the messages that left a trace.

Pure: the story of a signal and the time in, gaps out. A gap that cannot apply is none: no update is missing while
the market is closed or from beyond what an alert lists, and an adverse excursion of exactly zero is a value. Where
the hours of the market are not known, nothing is said of time.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from secondskies_desktop.foundation.market_hours import open_seconds_between
from secondskies_desktop.integrity.story import CREATION_SAID, LISTED_AT_MOST, MINUTE_US, Story
from secondskies_desktop.signals.vocabulary import EventType, LegStatus, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

STALE_S: Final = 120
"""Open-market seconds behind the close of the last bar spoken of, after which an update is missing."""


class GapType(StrEnum):
    """What is missing."""

    NO_MFE_UPDATE = "no_mfe_update"
    NO_ENTRY_PRICE = "no_entry_price"
    NO_STOP_LOSS = "no_stop_loss"
    NO_MAE = "no_mae"
    NO_SESSION = "no_session"
    NO_SIGNAL_DATE = "no_signal_date"
    NO_HTF_ALIGNMENT = "no_htf_alignment"
    NO_TARGETS = "no_targets"
    NO_CONFIRMATION_TIME = "no_confirmation_time"
    NO_ENTRY = "no_entry"
    NO_CREATION = "no_creation"
    NO_TRIGGER = "no_trigger"
    NO_BE_EXIT = "no_be_exit"
    LOST_UPDATE = "lost_update"


POINTS: Final = {
    GapType.NO_MFE_UPDATE: 20,
    GapType.NO_ENTRY_PRICE: 15,
    GapType.NO_STOP_LOSS: 15,
    GapType.NO_MAE: 10,
    GapType.NO_SESSION: 8,
    GapType.NO_SIGNAL_DATE: 8,
    GapType.NO_HTF_ALIGNMENT: 5,
    GapType.NO_TARGETS: 5,
    GapType.NO_CONFIRMATION_TIME: 3,
    # Messages that are known to be lost, beyond the nine: what they cost follows the nine that they resemble.
    GapType.NO_ENTRY: 5,
    GapType.NO_CREATION: 3,
    GapType.NO_TRIGGER: 3,
    GapType.NO_BE_EXIT: 5,
    GapType.LOST_UPDATE: 1,
}
"""Points that each gap costs its signal; a lost update costs its point each minute, up to NO_MFE_UPDATE's."""
_MAE_SAID = frozenset(("strategy", "telemetry", "direct", "mfe-batch", "contract-2"))
_HTF_SAID = frozenset(("telemetry", "direct", "contract-2"))
_HAD_MAE_SINCE_US: Final = 1_765_000_000_000_000
"""2025-12-06: telemetry before it carried no adverse excursion (domain.md §1.8)."""


class Gap(NamedTuple):
    """One thing that is missing: since when (µs UTC of a bar open), what it costs, and what a reader is told."""

    type: GapType
    since_us: int
    points: int
    text: str


def gaps_of(story: Story, now_us: int) -> list[Gap]:
    """Return what is missing of one signal. Only one that became a trade can miss anything of a trade."""
    if not story.is_entered or story.view.status is Status.INVALID or story.view.linked_to is not None:
        return []
    return [
        *_missing_updates(story, now_us),
        *_missing_prices(story),
        *_missing_context(story),
        *_missing_messages(story),
    ]


def score(gaps: list[Gap]) -> int:
    """Return the quality of a signal: 100 less the points of its gaps, never below 0."""
    return max(0, 100 - sum(gap.points for gap in gaps))


def _gap(kind: GapType, since_us: int, text: str, points: int | None = None) -> Gap:
    return Gap(kind, since_us, POINTS[kind] if points is None else points, text)


def _began_us(story: Story) -> int:
    view = story.view
    return view.entry_us or view.confirmed_us or view.signal_us or view.first_received_us or 0


def _missing_updates(story: Story, now_us: int) -> Iterator[Gap]:
    last_us = story.last_word_us
    if story.is_running and last_us is not None and story.newer < LISTED_AT_MOST:
        closed_us = last_us + MINUTE_US
        quiet_s = open_seconds_between(closed_us, now_us) if closed_us < now_us else 0
        if quiet_s is not None and quiet_s > STALE_S:
            yield _gap(GapType.NO_MFE_UPDATE, closed_us, "it runs, and nothing was heard of it since")
    left = POINTS[GapType.NO_MFE_UPDATE]
    for first_us, until_us in story.holes:
        minutes = (until_us - first_us) // MINUTE_US + 1
        cost = min(left, minutes * POINTS[GapType.LOST_UPDATE])
        left -= cost
        what = "an update was" if minutes == 1 else f"{minutes} updates were"
        yield _gap(GapType.LOST_UPDATE, first_us, f"{what} lost while it ran", cost)


def _missing_prices(story: Story) -> Iterator[Gap]:
    view, since_us = story.view, _began_us(story)
    if view.entry_price is None:
        yield _gap(GapType.NO_ENTRY_PRICE, since_us, "no message carries its entry price")
    if view.stop_loss is None:
        yield _gap(GapType.NO_STOP_LOSS, since_us, "no message carries its stop")
    if view.targets is None:
        yield _gap(GapType.NO_TARGETS, since_us, "its targets are not known")
    says_mae = not story.rules.isdisjoint(_MAE_SAID) and (
        story.rules != {"telemetry"} or since_us >= _HAD_MAE_SINCE_US
    )
    if view.mae is None and story.is_running and says_mae:
        yield _gap(GapType.NO_MAE, since_us, "its adverse excursion is not known")


def _missing_context(story: Story) -> Iterator[Gap]:
    view, since_us = story.view, _began_us(story)
    if view.session is None:
        yield _gap(GapType.NO_SESSION, since_us, "its session is not known")
    if view.trade_date is None:
        yield _gap(GapType.NO_SIGNAL_DATE, since_us, "its date is not known")
    if view.htf is None and not story.rules.isdisjoint(_HTF_SAID):
        yield _gap(GapType.NO_HTF_ALIGNMENT, since_us, "no message carries its higher timeframes")
    if view.confirmed_us is None:
        yield _gap(GapType.NO_CONFIRMATION_TIME, since_us, "its confirmation is not known")


def _missing_messages(story: Story) -> Iterator[Gap]:
    """Name the messages that were lost for certain: later ones of the same signal presuppose them."""
    view, since_us = story.view, _began_us(story)
    by_bars = "snapshot-v1" in story.rules
    if by_bars:
        return
    if EventType.ENTRY not in view.event_counts:
        yield _gap(GapType.NO_ENTRY, since_us, "it was followed, and its ENTRY never came")
    if (
        story.creations_told
        and EventType.SIGNAL_CREATED not in view.event_counts
        and not story.rules.isdisjoint(CREATION_SAID)
    ):
        yield _gap(GapType.NO_CREATION, view.signal_us or since_us, "its SIGNAL_CREATED never came")
    filled = {one.field for one in view.filled}
    if "BE_TRIGGERED" in view.inferred and EventType.BE_TRIGGERED not in filled:
        yield _gap(GapType.NO_TRIGGER, since_us, "it ran beyond +1R, and its BE_TRIGGERED never came")
    behind = (
        view.be_status is LegStatus.RUNNING
        and view.be_mfe is not None
        and view.no_be_mfe is not None
        and 1 <= view.be_mfe < view.no_be_mfe
    )
    if behind:
        yield _gap(GapType.NO_BE_EXIT, since_us, "its BE=1 trade ended, and EXIT_BREAK_EVEN never came")
