"""Tells the trader what was raised: a message in the tray and one sound a batch, by severity and settings.

Batches come twenty times a second in a storm: after one was told, the next waits a moment and is told with what came
meanwhile, unless it is graver, or is the test alarm, which proves that it is told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from secondskies_desktop.desktop import formats, severities
from secondskies_desktop.desktop.sounds import Played
from secondskies_desktop.foundation.attention import Attention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from secondskies_desktop.desktop.sounds import Sounds
    from secondskies_desktop.foundation.attention import Edge, Severity
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.settings import AttentionSettings

MUTED_FOR_US = 3_600_000_000
PAUSE_MS = 3_000


class Announcement(NamedTuple):
    """What a batch says: the message of the tray with its severity, the sound, and why there is none."""

    message: tuple[str, Severity] | None
    no_message: str
    sound: Severity | None
    no_sound: str


def announcement(
    raised: list[Attention], settings: AttentionSettings, muted_until_us: int, now_us: int
) -> Announcement | None:
    """Return what is said of what was raised together, the gravest first; None where nothing was raised."""
    if not raised:
        return None
    told = [one for one in raised if severities.passes(settings.notifications, one.severity)]
    heard = [one for one in raised if severities.passes(settings.sounds, one.severity)]
    message = None
    if told:
        gravest = max(told, key=lambda one: (one.severity.rank, one.since))
        more = f" (+{len(told) - 1} more)" if len(told) > 1 else ""
        message = f"{gravest.text}{more}", gravest.severity
    off = f"switched off for {severities.WORDS[raised[0].severity]} in the settings"
    sound = max((one.severity for one in heard), key=lambda one: one.rank, default=None)
    no_sound = off
    if now_us < muted_until_us:
        sound, no_sound = None, f"muted until {formats.ny_time(muted_until_us)}"
    return Announcement(message, "" if message else off, sound, "" if sound else no_sound)


class Announcer(QObject):
    """Takes the bridge's batches; `show_message` answers whether the tray has shown it, or why not."""

    announced = Signal(object, object)
    """The attentions of a batch, and (whether the tray showed it, the word for that)."""
    sounded = Signal(object)
    """Played: what became of the sound of a batch."""
    muted_changed = Signal()

    def __init__(
        self,
        settings: AttentionSettings,
        sounds: Sounds,
        show_message: Callable[[str, Severity], tuple[bool | None, str]],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self._sounds = sounds
        self._show_message = show_message
        self._clock = clock
        self._muted_until_us = 0
        self._told: tuple[int, int] | None = None
        """When something was told last (µs UTC), and the rank of its severity."""
        self._held: list[Attention] = []
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._tell_held)
        sounds.played.connect(self.sounded)

    @property
    def muted_until_us(self) -> int | None:
        """Until when no sound is played (µs UTC), None where sounds are on."""
        return self._muted_until_us if self._clock() < self._muted_until_us else None

    def mute(self, *, on: bool) -> None:
        """Play no sounds for an hour, or play them again."""
        self._muted_until_us = self._clock() + MUTED_FOR_US if on else 0
        self.muted_changed.emit()

    def take(self, edges: Iterable[Edge]) -> None:
        """Announce what was raised in a batch."""
        raised = [edge for edge in edges if isinstance(edge, Attention)]
        if not raised:
            return
        if self._must_wait(raised):
            self._held += raised
            if not self._pause.isActive():
                self._pause.start()
            return
        held, self._held = self._held, []
        self._pause.stop()
        self._tell([*held, *raised])

    def _must_wait(self, raised: list[Attention]) -> bool:
        from secondskies_desktop.engine.alarm_test import KIND

        if self._told is None or any(one.kind == KIND for one in raised):
            return False
        told_us, rank = self._told
        is_graver = max(one.severity.rank for one in raised) > rank
        return not is_graver and self._clock() - told_us < 1_000 * PAUSE_MS

    def _tell_held(self) -> None:
        held, self._held = self._held, []
        self._tell(held)

    def _tell(self, raised: list[Attention]) -> None:
        said = announcement(raised, self.settings, self._muted_until_us, self._clock())
        if said is None:
            return
        self._told = self._clock(), max(one.severity.rank for one in raised)
        shown: tuple[bool | None, str] = (None, said.no_message)
        if said.message is not None:
            shown = self._show_message(*said.message)
        self.announced.emit(raised, shown)
        if said.sound is None:
            self.sounded.emit(Played(None, said.no_sound, None))
        else:
            self._sounds.play(said.sound)
