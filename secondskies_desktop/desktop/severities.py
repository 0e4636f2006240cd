"""How a severity looks: its tone, its mark and its word; never the colour alone."""

from __future__ import annotations

from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.attention import Severity

TONES = {Severity.INFO: Tone.BULL, Severity.WATCH: Tone.WATCH, Severity.DANGER: Tone.DANGER}
MARKS = {Severity.INFO: "i", Severity.WATCH: "!", Severity.DANGER: "!!"}
WORDS = {Severity.INFO: "Info", Severity.WATCH: "Watch", Severity.DANGER: "Danger"}

_LEAST = {"all": Severity.INFO, "watch": Severity.WATCH, "danger": Severity.DANGER}


def passes(level: str, severity: Severity) -> bool:
    """Whether a severity is told at a level of the settings: all, watch, danger or none."""
    least = _LEAST.get(level)
    return least is not None and severity.rank >= least.rank
