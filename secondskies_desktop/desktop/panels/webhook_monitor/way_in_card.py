"""The way in at a glance: the URL to copy, whether it was proved, where its secret lies, and a test alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from secondskies_desktop.desktop import formats, theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.chips import Chip
from secondskies_desktop.desktop.widgets.labels import Caption, Elided

if TYPE_CHECKING:
    from secondskies_desktop.engine.desk import TestAlert
    from secondskies_desktop.ingest.changes import WayIn

_KINDS = {
    "none": "no tunnel",
    "own": "your own tunnel",
    "ssh": "SSH forwarding",
    "cloudflared": "cloudflared",
    "viewer": "kept by another process",
    "replay": "what came before is played again",
}
_NOWHERE = {
    "viewer": "known only to the process that runs the engine",
    "replay": "a replay has no way in",
}
_STORES = {
    "keyring": "secret in the OS keyring",
    "file": "secret in webhook.token of the profile, readable by you alone",
}


class WayInCard(QFrame):
    """Shows a WayIn; says what the trader wants by its signals and is told the answers."""

    copy_wanted = Signal()
    test_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self._way: WayIn | None = None
        self.verdict = Chip("UNKNOWN", Tone.UNKNOWN)
        self.url = Elided()
        self.copy = QPushButton("Copy URL")
        self.copy.setToolTip(
            "Copy the whole URL with its secret, for the webhook field of the TradingView alert"
        )
        self.copy.clicked.connect(self.copy_wanted)
        self.test = QPushButton("Send test alert")
        self.test.setToolTip("Sends an alert out through the public way and waits for it to come back")
        self.test.clicked.connect(self.test_wanted)
        self.facts = Elided(tone=Tone.MUTED)
        self.word = Elided(tone=Tone.MUTED)
        top = QHBoxLayout()
        top.setSpacing(theme.GRID)
        for widget in (Caption("Webhook URL"), self.verdict):
            top.addWidget(widget)
        top.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GRID)
        middle.addWidget(self.url, 1)
        middle.addWidget(self.copy)
        middle.addWidget(self.test)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID + theme.HALF, theme.GRID)
        column.setSpacing(theme.HALF)
        column.addLayout(top)
        column.addLayout(middle)
        column.addWidget(self.facts)
        column.addWidget(self.word)
        self.word.hide()

    def show_way(self, way: WayIn, now_us: int) -> None:
        """Show how alerts reach us; `now_us` (µs UTC) is what ages are counted from."""
        self._way = way
        address = way.public_url or way.local_url
        masked = "" if address is None else f"{address}/hook/••••••••"
        self.url.say(masked or _NOWHERE.get(way.kind, ""), "The secret is copied, not shown")
        self.copy.setEnabled(address is not None)
        self.test.setEnabled(address is not None)
        self.verdict.say(*self._verdict(way))
        self.tick(now_us)
        if way.changed_since_alerts_were_made:
            self._say("The address changed since your alerts were made: copy it into them again", Tone.DANGER)

    def _verdict(self, way: WayIn) -> tuple[str, Tone, str]:
        if way.kind == "replay":
            return "REPLAY", Tone.WATCH, "Nothing can come in here; your own desk goes on beside this one"
        if way.public_url is None:
            text = "UNKNOWN · local only"
            return text, Tone.UNKNOWN, "TradingView cannot reach a local address: set up a tunnel"
        if way.ok is None:
            return "UNKNOWN · not probed yet", Tone.UNKNOWN, "The first probe is on its way"
        if way.ok:
            return "PASS · reachable", Tone.GOOD, "Our own probe came back through the public address"
        return "FAIL · not reachable", Tone.DANGER, way.detail

    def tick(self, now_us: int) -> None:
        """Count the ages on."""
        way = self._way
        if way is None:
            return
        parts = [_KINDS.get(way.kind, way.kind)]
        if way.last_ok_us is not None:
            parts.append(f"last came through {formats.age(way.last_ok_us, now_us)} ago")
        elif way.checked_us is not None:
            parts.append(f"probed {formats.age(way.checked_us, now_us)} ago, never came through")
        if way.failing_since_us is not None:
            parts.append(f"failing for {formats.age(way.failing_since_us, now_us)}: {way.detail}")
        if way.secret_store:
            parts.append(_STORES.get(way.secret_store, way.secret_store))
        self.facts.say(" · ".join(parts))

    def testing(self) -> None:
        """Show that a test alert is on its way."""
        self.test.setEnabled(False)
        self._say("Test alert on its way…", Tone.MUTED)

    def tested(self, result: TestAlert) -> None:
        """Show what became of the test alert."""
        self.test.setEnabled(True)
        mark = "PASS" if result.ok else "FAIL"
        self._say(f"Test alert: {mark} · {result.detail}", Tone.GOOD if result.ok else Tone.DANGER)

    def copied(self) -> None:
        """Say that the URL is on the clipboard."""
        self._say("Copied. Paste it into the alert's Notifications → Webhook URL", Tone.GOOD)

    def failed(self, error: Exception) -> None:
        """Say what went wrong."""
        self.test.setEnabled(True)
        self._say(str(error), Tone.DANGER)

    def _say(self, text: str, tone: Tone) -> None:
        self.word.say(text, tone=tone)
        self.word.show()
