"""Adds a channel, or gives one another address; what is typed as the address is never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from secondskies_desktop.alerts.channels import Channel
    from secondskies_desktop.desktop.desk import Desk
    from secondskies_desktop.desktop.readers import Readers

_WIDTH = 64 * theme.GRID
_HINT = (
    "The address is an Apprise URL: tgram://…, discord://…, slack://…, pover://…, ntfys://…, mailtos://… It is a "
    "secret: it goes to the system's keyring, or where there is none to a file that only you can read; it is never "
    "shown, logged or stored elsewhere."
)


class ChannelDialog(QDialog):
    """`accepted` once the channel is kept; until then it says why it was refused."""

    def __init__(self, desk: Desk, readers: Readers, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Channel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self._desk, self._readers = desk, readers
        self.name = QLineEdit(name)
        self.name.setPlaceholderText("phone")
        self.address = QLineEdit()
        self.address.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.setPlaceholderText("tgram://…")
        self.private = QCheckBox("It lies on this machine or in my own network")
        self.hint = Text(_HINT, Tone.MUTED)
        self.problem = Text("", Tone.DANGER)
        for label in (self.hint, self.problem):
            label.setWordWrap(True)
        self.problem.hide()
        self.keep = QPushButton("Keep")
        self.keep.setDefault(True)
        self.keep.clicked.connect(self._keep)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(theme.GRID)
        form.addRow("Name", self.name)
        form.addRow("Address", self.address)
        form.addRow("", self.private)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [2 * theme.GRID]))
        column.setSpacing(theme.GRID)
        for part in (form, self.hint, self.problem, foot):
            if isinstance(part, Text):
                column.addWidget(part)
            else:
                column.addLayout(part)
        (self.address if name else self.name).setFocus()

    def _keep(self) -> None:
        desk, name, url = self._desk, self.name.text().strip(), self.address.text().strip()
        private = self.private.isChecked()
        self.keep.setEnabled(False)
        self.problem.hide()
        self._readers.run(lambda: desk.add_channel(name, url, private=private), self._kept, self._refused)

    def _kept(self, _made: Channel) -> None:
        self.address.clear()
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.keep.setEnabled(True)
        self.problem.say(f"Not kept: {error}")
        self.problem.show()
