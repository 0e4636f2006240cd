"""Tells the trader what is to be told: a message in the tray and one sound a batch, by severity and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from secondskies_desktop.desktop import formats, severities
from secondskies_desktop.desktop.sounds import Played

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from secondskies_desktop.alerts.escalation import Told
    from secondskies_desktop.desktop.sounds import Sounds
    from secondskies_desktop.foundation.attention import Severity
    from secondskies_desktop.foundation.clock import Clock
    from secondskies_desktop.foundation.settings import AttentionSettings

MUTED_FOR_US = 3_600_000_000


class Announcement(NamedTuple):
    """What a batch says: the message of the tray with its severity, the sound, and why there is none."""

    message: tuple[str, Severity] | None
    no_message: str
    sound: Severity | None
    no_sound: str


def announcement(
    together: list[Told], settings: AttentionSettings, muted_until_us: int, now_us: int
) -> Announcement | None:
    """Return what is said of what is told together, the gravest first; None where nothing is."""
    if not together:
        return None
    told = [one for one in together if severities.passes(settings.notifications, one.severity)]
    heard = [one for one in together if severities.passes(settings.sounds, one.severity)]
    message = None
    if told:
        gravest = max(told, key=lambda one: (one.severity.rank, one.at_us))
        more = f" (+{len(told) - 1} more)" if len(told) > 1 else ""
        message = f"{gravest.text}{more}", gravest.severity
    off = f"switched off for {severities.WORDS[together[0].severity]} in the settings"
    sound = max((one.severity for one in heard), key=lambda one: one.rank, default=None)
    no_sound = off
    if now_us < muted_until_us:
        sound, no_sound = None, f"muted until {formats.ny_time(muted_until_us)}"
    return Announcement(message, "" if message else off, sound, "" if sound else no_sound)


class Announcer(QObject):
    """Takes the bridge's batches; `show_message` answers whether the tray has shown it, or why not."""

    announced = Signal(object, object)
    """What is told in a batch, and (whether the tray showed it, the word for that)."""
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
        sounds.played.connect(self.sounded)

    @property
    def muted_until_us(self) -> int | None:
        """Until when no sound is played (µs UTC), None where sounds are on."""
        return self._muted_until_us if self._clock() < self._muted_until_us else None

    def mute(self, *, on: bool) -> None:
        """Play no sounds for an hour, or play them again."""
        self._muted_until_us = self._clock() + MUTED_FOR_US if on else 0
        self.muted_changed.emit()

    def take(self, told: Iterable[Told]) -> None:
        """Announce what is told in a batch."""
        together = list(told)
        said = announcement(together, self.settings, self._muted_until_us, self._clock())
        if said is None:
            return
        shown: tuple[bool | None, str] = (None, said.no_message)
        if said.message is not None:
            shown = self._show_message(*said.message)
        self.announced.emit(together, shown)
        if said.sound is None:
            self.sounded.emit(Played(None, said.no_sound, None))
        else:
            self._sounds.play(said.sound)
