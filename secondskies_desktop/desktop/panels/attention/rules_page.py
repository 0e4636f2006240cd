"""The one list of rules: how grave, from when on, when it last fired; below, what it means and its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from secondskies_desktop.desktop import theme, typeface
from secondskies_desktop.desktop.panels.attention import rule_columns
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.settings_row import SettingRow
from secondskies_desktop.desktop.theme import Tone
from secondskies_desktop.desktop.widgets.labels import Text
from secondskies_desktop.desktop.widgets.page import Page, inset
from secondskies_desktop.foundation.declared_settings import declared

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from secondskies_desktop.foundation.clock import Clock

_DETAIL_WIDTH = 100 * theme.GRID
_DETAIL_LEAST = 40 * theme.GRID
_LIST_SHARE = 0.55
_BESIDE_FROM = 110 * theme.GRID
"""From this width on what a rule means stands beside the list."""


class RulesPage(Page):
    """Going through the rows shows each rule; a setting changed here is changed for the whole program."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(rule_columns.RULE_COLUMNS, clock)
        self._preferences = Preferences(parent=self)
        self._fired: dict[tuple[str, str], int] = {}
        self._declared = {one.name: one for one in declared()}
        self.rows: dict[str, SettingRow] = {}
        self.title = Text("", Tone.TEXT, typeface.title_font())
        self.means = Text("", Tone.TEXT)
        self.do = Text("", Tone.MUTED)
        for label in (self.means, self.do):
            label.setWordWrap(True)
        self._settings = QVBoxLayout()
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(inset(self.table))
        self._split.addWidget(self._detail())
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 1)
        self._is_shared_out = False
        self._split.setChildrenCollapsible(False)
        self.fill(self._split)
        self.table.selectionModel().currentRowChanged.connect(lambda *_places: self._show_rule())
        self.table.entered.connect(self._edit)
        self._draw()
        self.table.selectRow(0)

    def _detail(self) -> QWidget:
        inner = QWidget()
        inner.setMaximumWidth(_DETAIL_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(theme.GRID + theme.HALF, theme.GRID, theme.GRID + theme.HALF, theme.GRID)
        column.setSpacing(theme.HALF)
        for part in (self.title, self.means, self.do):
            column.addWidget(part)
        column.addSpacing(theme.GRID)
        column.addLayout(self._settings)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setMinimumWidth(_DETAIL_LEAST - 2 * theme.GRID)
        scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        return scroll

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= _BESIDE_FROM
        way = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if way is not self._split.orientation() or not self._is_shared_out:
            self._is_shared_out = True
            self._split.setOrientation(way)
            room = self.width() if beside else self.height()
            self._split.setSizes([round(room * _LIST_SHARE), round(room * (1 - _LIST_SHARE))])

    def use(self, preferences: Preferences) -> None:
        """Show and change these settings."""
        self._preferences = preferences
        for made in self.rows.values():
            made.hide()
            made.deleteLater()
        self.rows.clear()
        preferences.changed.connect(self._on_changed)
        preferences.refused.connect(self._on_refused)
        self._draw()
        self._show_rule()

    def read(self) -> None:
        if self.desk is not None and self.readers is not None:
            self.readers.run(self.desk.rules_fired, self._show_fired, lambda _error: None)

    def _show_fired(self, fired: dict[tuple[str, str], int]) -> None:
        self._fired = fired
        self._draw()

    def _draw(self) -> None:
        now_us = self.clock()
        self.model.show(
            [
                rule_columns.rule_line(one, self._preferences.now, self._fired, now_us)
                for one in rule_columns.ENTRIES
            ]
        )

    def _show_rule(self) -> None:
        entry = rule_columns.ENTRIES[max(0, self.table.currentIndex().row())]
        self.title.say(entry.title)
        self.means.say(entry.means)
        self.do.say(entry.do)
        for name in entry.settings:
            if name not in self.rows:
                self.rows[name] = SettingRow(self._declared[name], self._preferences, stacked=True)
                self._settings.addWidget(self.rows[name])
        for name, made in self.rows.items():
            made.setVisible(name in entry.settings)

    def _edit(self) -> None:
        """Enter puts the keyboard into the rule's first setting."""
        entry = rule_columns.ENTRIES[max(0, self.table.currentIndex().row())]
        if entry.settings:
            self.rows[entry.settings[0]].editor.setFocus()

    def _on_changed(self, group: str, key: str) -> None:
        made = self.rows.get(f"{group}.{key}")
        if made is not None:
            made.show_value()
        self._draw()

    def _on_refused(self, group: str, key: str, why: str) -> None:
        made = self.rows.get(f"{group}.{key}")
        if made is not None:
            made.refuse(why)

    def tick(self, now_us: int) -> None:
        del now_us
        self._draw()
