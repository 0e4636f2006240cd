"""The trader's own channels: what is sent out, where to, what came of the last message; added and tried here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton

from secondskies_desktop.desktop.panels.attention import rule_columns
from secondskies_desktop.desktop.panels.attention.channel_dialog import ChannelDialog
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.desktop.widgets.labels import Elided, Text
from secondskies_desktop.desktop.widgets.page import Page, inset, row
from secondskies_desktop.desktop.widgets.state_pane import StatePane

if TYPE_CHECKING:
    from secondskies_desktop.alerts.channels import Channel, Outcome
    from secondskies_desktop.alerts.store import Send
    from secondskies_desktop.foundation.clock import Clock

_LEVELS = {"none": "Nothing", "danger": "Danger", "watch": "Watch and danger", "all": "Everything"}
_GOES = {
    "none": "Nothing leaves this machine; a test does.",
    "danger": "Dangers, and what is told again because you have not acknowledged it.",
    "watch": "Dangers and what is to be watched; entries and the like stay here.",
    "all": "Whatever you are told, entries too.",
}
_SURE_MS = 4_000
_EMPTY = "No channel yet"
_HOW = "Add one to be told on your phone, in a chat or by e-mail. Its address is kept as a secret."


class ChannelsPage(Page):
    """Enter tries the chosen channel."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(rule_columns.CHANNEL_COLUMNS, clock)
        self._found: list[tuple[Channel, Send | None]] = []
        self._preferences = Preferences(parent=self)
        self.send_out = DropDown()
        self.send_out.addItems(list(_LEVELS.values()))
        self.send_out.setAccessibleName("Send out")
        self.goes = Elided("", Tone.MUTED)
        self.said = Elided("", Tone.MUTED)
        self.add = QPushButton("Add…")
        self.test = QPushButton("Test")
        self.test.setToolTip("Send a test to the chosen channel, whatever is set above (Enter)")
        self.change = QPushButton("New address…")
        self.remove = QPushButton("Remove")
        self.pane = StatePane(self.table)
        self._sure = QTimer(self)
        self._sure.setSingleShot(True)
        self._sure.setInterval(_SURE_MS)
        self.fill(
            row(Text("Send out"), self.send_out, self.goes),
            row(self.said, self.add, self.test, self.change, self.remove),
            inset(self.pane),
        )
        self._wire()
        self._enable()
        self._say_level()

    def _wire(self) -> None:
        self.send_out.activated.connect(
            lambda place: self._preferences.set("alerts", "send_out", list(_LEVELS)[place])
        )
        self.add.clicked.connect(lambda: self._open_dialog(""))
        self.change.clicked.connect(lambda: self._open_dialog(self._chosen() or ""))
        self.test.clicked.connect(self._test)
        self.remove.clicked.connect(self._remove)
        self.table.entered.connect(self._test)
        self.table.selectionModel().selectionChanged.connect(self._enable)
        self._sure.timeout.connect(self._enable)
        self.pane.retry.connect(self.read)

    def use(self, preferences: Preferences) -> None:
        """Show and change these settings."""
        self._preferences = preferences
        preferences.changed.connect(lambda *_what: self._say_level())
        preferences.refused.connect(lambda *_what: self._say_level())
        self._say_level()

    def _say_level(self) -> None:
        level = self._preferences.now.alerts.send_out
        self.send_out.setCurrentIndex(list(_LEVELS).index(level))
        self.goes.say(_GOES[level])

    def read(self) -> None:
        if self.desk is not None and self.readers is not None:
            self.readers.run(self.desk.channels, self._show, self._show_error)

    def _show(self, found: list[tuple[Channel, Send | None]]) -> None:
        self._found = found
        self._draw(self.clock())
        if found:
            self.pane.show_content()
            if not self.table.currentIndex().isValid():
                self.table.selectRow(0)
        else:
            self.pane.show_empty(_EMPTY, _HOW)
        self._enable()

    def _show_error(self, error: Exception) -> None:
        self.pane.show_error(str(error), "The channels could not be read")

    def _draw(self, now_us: int) -> None:
        self.model.show([rule_columns.channel_line(one, last, now_us) for one, last in self._found])

    def _chosen(self) -> str | None:
        chosen = self.table.chosen()
        return str(chosen[0].id) if chosen else None

    def _enable(self) -> None:
        self._sure.stop()
        for button in (self.test, self.change, self.remove):
            button.setEnabled(self._chosen() is not None)
        self.remove.setText("Remove")

    def _open_dialog(self, name: str) -> None:
        if self.desk is not None and self.readers is not None:
            dialog = ChannelDialog(self.desk, self.readers, name, self)
            dialog.accepted.connect(self.read)
            dialog.open()

    def _test(self) -> None:
        name, desk, readers = self._chosen(), self.desk, self.readers
        if name is None or desk is None or readers is None:
            return
        self.test.setEnabled(False)
        self.said.say(f"{name}: on its way…", tone=Tone.MUTED)

        def done(outcome: Outcome) -> None:
            self.said.say(f"{name}: {outcome.detail}", tone=Tone.GOOD if outcome.ok else Tone.DANGER)
            self.read()

        readers.run(lambda: desk.test_channel(name), done, self._not_done)

    def _remove(self) -> None:
        """The first press asks, the second within four seconds does it."""
        name, desk, readers = self._chosen(), self.desk, self.readers
        if name is None or desk is None or readers is None:
            return
        if not self._sure.isActive():
            self.remove.setText(f"Really remove {name}?")
            self._sure.start()
            return
        self._enable()
        readers.run(lambda: desk.remove_channel(name), lambda _gone: self.read(), self._not_done)

    def _not_done(self, error: Exception) -> None:
        self.said.say(str(error), tone=Tone.DANGER)
        self._enable()

    def tick(self, now_us: int) -> None:
        self._draw(now_us)
