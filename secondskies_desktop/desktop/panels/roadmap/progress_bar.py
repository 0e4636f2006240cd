"""The Built column of a level or a phase: a bar of what is built and partly built, and the count behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.panels.roadmap.tree_model import PROGRESS
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.foundation.roadmap import Progress

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import QPainter

_TRACK = 2 * theme.BAR_TRACK
_PARTLY_SHARE = 0.55


class ProgressBar(QStyledItemDelegate):
    """Draws a Progress; every other cell is drawn as usual."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        progress = index.data(PROGRESS)
        if not isinstance(progress, Progress):
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(style.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = option.rect.adjusted(theme.CELL_PAD, 0, -theme.CELL_PAD, 0)
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        _draw(
            painter, QRectF(room.left(), room.center().y() - theme.BAR / 2 + 1, _TRACK, theme.BAR), progress
        )
        painter.setPen(QColor(theme.look().of(Tone.TEXT if progress.built else Tone.FAINT)))
        painter.setFont(option.font)
        beside = room.adjusted(_TRACK + theme.GRID, 0, 0, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


def _draw(painter: QPainter, track: QRectF, progress: Progress) -> None:
    look = theme.look()
    painter.setPen(Qt.PenStyle.NoPen)
    radius = track.height() / 2
    shares = (
        (1.0, look.line),
        ((progress.built + progress.partly) / progress.total, look.tint(Tone.WATCH, _PARTLY_SHARE)),
        (progress.built / progress.total, look.good),
    )
    for share, colour in shares:
        if share > 0:
            painter.setBrush(QColor(colour))
            # A lone module of a long level still shows: never narrower than the bar is high.
            width = max(track.height(), track.width() * share)
            painter.drawRoundedRect(QRectF(track.left(), track.top(), width, track.height()), radius, radius)
