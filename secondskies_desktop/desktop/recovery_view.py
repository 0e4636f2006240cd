"""What the trader sees when his database cannot be opened: what is wrong, and ways on that overwrite nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from secondskies_desktop.desktop import formats, theme, typeface
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.engine.recovery import recover, usable_backups
from secondskies_desktop.foundation.clock import as_us
from secondskies_desktop.foundation.database.failure import DatabaseDamaged

if TYPE_CHECKING:
    from pathlib import Path

    from secondskies_desktop.desktop.readers import Readers, Reading
    from secondskies_desktop.engine.recovery import KeptBackup
    from secondskies_desktop.foundation.profile import Profile

_WIDTH = 80 * theme.GRID
_MOST_SHOWN = 5


class RecoveryView(QWidget):
    """Offers: try again, put a verified backup in place (the damaged file is moved aside), or look at the folder.

    `opened_again` is emitted when it is worth opening the database once more.
    """

    opened_again = Signal()

    def __init__(self, profile: Profile, problem: Exception, readers: Readers) -> None:
        super().__init__()
        self._profile = profile
        self._readers = readers
        self._damaged = isinstance(problem, DatabaseDamaged)
        self._choices = QButtonGroup(self)
        self._files: list[Path | None] = []
        self._asked: Reading | None = None
        self.opened_again.connect(self._want_no_more)
        self.setMinimumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(4 * [4 * theme.GRID]))
        column.setSpacing(theme.GRID)
        column.addWidget(Text("The database could not be opened", Tone.DANGER, typeface.title_font()))
        self.reason = self._line(str(problem), Tone.TEXT)
        promise = (
            "Nothing was changed. Until it opens, alerts are not received: TradingView shows them failed."
        )
        column.addWidget(self.reason)
        column.addWidget(self._line(promise, Tone.MUTED))
        self._options = QVBoxLayout()
        column.addLayout(self._options)
        self.result = self._line("", Tone.WATCH)
        column.addWidget(self.result)
        column.addStretch(1)
        column.addLayout(self._buttons())
        if self._damaged:
            self.result.setText("Looking for backups that are whole…")
            self._asked = readers.run(lambda: usable_backups(profile), self._offer, self._failed)

    def _line(self, text: str, tone: Tone) -> Text:
        label = Text(text, tone)
        label.setWordWrap(True)
        return label

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        folder = QPushButton("Open the folder")
        folder.clicked.connect(self._open_folder)
        again = QPushButton("Try again")
        again.clicked.connect(self.opened_again)
        self.restore = QPushButton("Restore the chosen backup")
        self.restore.clicked.connect(self._restore)
        self.restore.setEnabled(False)
        self.restore.setVisible(self._damaged)
        row.addWidget(folder)
        row.addStretch(1)
        row.addWidget(again)
        row.addWidget(self.restore)
        return row

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._profile.home)))

    def _offer(self, found: list[KeptBackup]) -> None:
        self.result.setText("" if found else "There is no backup that is whole.")
        for kept in found[:_MOST_SHOWN]:
            made_us = as_us(datetime.fromtimestamp(kept.made_s, UTC))
            self._add(f"Backup of {formats.ny_stamp(made_us)} · {kept.arrivals:,} alerts", kept.file)
        self._add("Start with an empty database; the alert logs can be imported again", None)
        self._choices.buttons()[0].setChecked(True)
        self.restore.setEnabled(True)

    def _add(self, text: str, file: Path | None) -> None:
        choice = QRadioButton(text)
        self._choices.addButton(choice, len(self._files))
        self._files.append(file)
        self._options.addWidget(choice)

    def _restore(self) -> None:
        chosen = self._files[self._choices.checkedId()]
        self.restore.setEnabled(False)
        self.result.setText("Restoring…")
        self._asked = self._readers.run(lambda: recover(self._profile, chosen), self._recovered, self._failed)

    def _recovered(self, aside: Path) -> None:
        self.result.setText(f"Done. The damaged file is kept as {aside.name}.")
        self.opened_again.emit()

    def _want_no_more(self) -> None:
        """Drop the answer that is on its way: this view is gone when it comes."""
        if self._asked is not None:
            self._asked.cancel()

    def _failed(self, error: Exception) -> None:
        self.restore.setEnabled(bool(self._files))
        self.result.setText(str(error))
