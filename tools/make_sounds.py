"""Write the three sounds of attention into resources/sounds: short tones that differ by their pattern of pitches.

Computed from sines, so that nobody else's recording ships; the same bytes every time.
"""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "resources" / "sounds"
RATE = 22_050
_LOUDNESS = 0.45
_EDGE_S = 0.008
"""Each note fades in and out, or it would click."""

_LOW, _MIDDLE, _HIGH = 587.33, 783.99, 1_046.50
SOUNDS: dict[str, tuple[tuple[float, float], ...]] = {
    "info": ((_LOW, 0.12), (_HIGH, 0.22)),
    "watch": ((_HIGH, 0.13), (_LOW, 0.15), (0.0, 0.08), (_HIGH, 0.13), (_LOW, 0.2)),
    "danger": ((_HIGH, 0.1), (_MIDDLE, 0.1)) * 6,
}
"""By severity: (pitch in Hz, seconds) of each note; 0 Hz is a rest."""


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        samples = [sample for pitch, seconds in notes for sample in _note(pitch, seconds)]
        with wave.open(str(FOLDER / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def _note(pitch: float, seconds: float) -> list[int]:
    total = round(RATE * seconds)
    edge = round(RATE * _EDGE_S)
    loud = 32_767 * (_LOUDNESS if pitch else 0.0)
    return [
        round(
            loud * min(1.0, place / edge, (total - place) / edge) * math.sin(math.tau * pitch * place / RATE)
        )
        for place in range(total)
    ]


if __name__ == "__main__":
    main()
