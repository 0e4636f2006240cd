"""The palette and the stylesheet of a theme, made from its tokens."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

from secondskies_desktop.desktop import theme as tokens
from secondskies_desktop.desktop.theme import Tone, mix

if TYPE_CHECKING:
    from secondskies_desktop.desktop.theme import Theme


def palette_of(theme: Theme) -> QPalette:
    """Return the palette that unstyled widgets and item views paint with."""
    role = QPalette.ColorRole
    palette = QPalette()
    for place, colour in (
        (role.Window, theme.ground),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.faint),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Highlight, theme.selected),
        (role.HighlightedText, theme.text),
        (role.Link, theme.no_be),
        (role.Light, theme.line),
        (role.Midlight, theme.line),
        (role.Mid, theme.line),
        (role.Dark, theme.ground),
        (role.Shadow, theme.ground),
    ):
        palette.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, place, QColor(mix(theme.ground, theme.faint, 0.6)))
    return palette


def stylesheet_of(theme: Theme) -> str:
    """Return the application's stylesheet; widgets are told apart by class and by dynamic properties."""
    sizes = {
        "grid": tokens.GRID,
        "half": tokens.HALF,
        "quarter": tokens.HALF // 2,
        "field": tokens.ROW - 2,
        "corner": tokens.CORNER,
        "small": tokens.CORNER_SMALL,
        "pill": tokens.ROW // 2 - tokens.HALF,
        "label": tokens.LABEL_PX,
        "handle": tokens.ROW,
    }
    colours = {
        name: getattr(theme, name)
        for name in (
            "ground",
            "surface",
            "raised",
            "line",
            "selected",
            "text",
            "muted",
            "faint",
            "no_be",
            "watch",
        )
    }
    hover = mix(theme.raised, theme.text, 0.06)
    border = mix(theme.line, theme.faint, 0.35)
    sheet = Template(_SHEET).substitute(
        sizes,
        **colours,
        hover=hover,
        border=border,
        danger_ground=theme.tint(Tone.DANGER),
        watch_ground=theme.tint(Tone.WATCH),
        info_ground=theme.tint(Tone.BULL),
    )
    return sheet + "".join(_chip_rule(theme, tone) for tone in Tone) + Template(_AFTER).substitute(colours)


def _chip_rule(theme: Theme, tone: Tone) -> str:
    return (
        f'Chip[tone="{tone}"] {{ color: {theme.of(tone)}; background: {theme.tint(tone)}; }}\n'
        f'QLabel[tone="{tone}"] {{ color: {theme.of(tone)}; }}\n'
    )


_AFTER = """
ReplayBar Chip[tone="watch"] { color: $ground; background: $watch; }
"""
_SHEET = """
QMainWindow, QDialog { background: $ground; }
QMainWindow::separator { background: $ground; width: ${grid}px; height: ${grid}px; }
QMainWindow::separator:hover { background: $line; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: ${half}px ${grid}px; }

QMenuBar { background: $ground; color: $muted; }
QMenuBar::item { padding: ${half}px ${grid}px; border-radius: ${small}px; background: transparent; }
QMenuBar::item:selected { background: $raised; color: $text; }
QMenu { background: $raised; color: $text; border: 1px solid $border; padding: ${half}px; }
QMenu::item { padding: ${half}px 24px ${half}px 24px; border-radius: ${small}px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $border; margin: ${half}px; }

QDockWidget { color: $text; }
QDockWidget > QWidget { background: $surface; }
PanelHeader { background: $surface; border-bottom: 1px solid $line; }
PanelHeader QLabel { background: transparent; }
Panel, StatePane, StatePane > QStackedWidget { background: $surface; }
QTabBar { background: $ground; }
QTabBar::tab {
  background: transparent; color: $muted; padding: ${half}px 12px; border: none;
  border-bottom: 2px solid transparent;
}
QTabBar::tab:hover { color: $text; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $no_be; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }

QLineEdit, QComboBox, QDateEdit, QPlainTextEdit, QTextEdit {
  background: $ground; color: $text; border: 1px solid $border; border-radius: ${small}px;
  padding: 0 ${grid}px; selection-background-color: $selected; selection-color: $text;
}
QLineEdit, QComboBox, QDateEdit { min-height: ${field}px; max-height: ${field}px; }
QLineEdit:focus, QComboBox:focus, QDateEdit:focus, QPlainTextEdit:focus { border: 1px solid $no_be; }
QPlainTextEdit, QTextEdit { padding: ${half}px; }
QComboBox { padding-right: ${half}px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView {
  background: $raised; color: $text; border: 1px solid $border; selection-background-color: $selected;
  outline: none; padding: ${half}px;
}

QPushButton, QToolButton {
  background: $raised; color: $text; border: 1px solid $border; border-radius: ${small}px;
  padding: 0 12px; min-height: ${field}px; max-height: ${field}px;
}
QToolButton { padding: 0 ${grid}px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $selected; }
QPushButton:disabled, QToolButton:disabled { color: $faint; background: $surface; }
QPushButton:focus, QToolButton:focus { border: 1px solid $no_be; }
QPushButton[flat="true"], QToolButton[quiet="true"] {
  background: transparent; border: 1px solid transparent; color: $muted;
}
QToolButton[quiet="true"] { padding: 0 ${half}px; }
QToolButton[number="true"] { max-height: 64px; background: $raised; border-radius: ${small}px; }
QPushButton[flat="true"]:hover, QToolButton[quiet="true"]:hover { background: $hover; color: $text; }
QToolButton::menu-indicator { image: none; }
QPushButton[segment="true"] {
  background: transparent; border: none; border-radius: ${small}px; color: $muted; padding: 0 10px;
}
QPushButton[segment="true"]:hover { color: $text; background: $hover; }
QPushButton[segment="true"]:checked { color: $text; background: $selected; }
QPushButton[segment="true"]:focus { border: 1px solid $no_be; }

QToolButton[choice="true"] { color: $muted; padding: 0 10px; }
QToolButton[choice="true"][chosen="true"] { color: $text; background: $selected; border: 1px solid $faint; }

QTableView, QTreeView, QListView {
  background: $surface; color: $text; border: none; gridline-color: $line; outline: none;
  selection-background-color: $selected; selection-color: $text;
}
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
  background: $surface; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 0 6px;
}
QHeaderView::section:hover { color: $text; background: $raised; }
QTableCornerButton::section { background: $surface; border: none; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $border; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${handle}px; }
QScrollBar::handle:horizontal { min-width: ${handle}px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { background: transparent; border: none; }
QSplitter::handle { background: $line; }

QStatusBar { background: $ground; color: $muted; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QStatusBar QLabel { background: transparent; }
QProgressBar {
  background: $ground; border: 1px solid $border; border-radius: ${small}px; text-align: center; color: $text;
}
QProgressBar::chunk { background: $selected; border-radius: ${small}px; }
QFrame[card="true"] { background: $raised; border-radius: ${corner}px; }
QFrame[overlay="true"] { background: $raised; border: 1px solid $border; border-radius: ${corner}px; }
QToolButton[day="true"] {
  max-height: 64px; background: $ground; border: 1px solid $line; border-radius: ${small}px;
}
QToolButton[day="true"]:disabled { background: transparent; }
QToolButton[day="true"]:checked { background: $selected; border: 1px solid $no_be; }
QListWidget { background: transparent; }
QCheckBox::indicator, QTreeView::indicator {
  width: 16px; height: 16px; border: 1px solid $faint; border-radius: ${small}px; background: $ground;
}
QCheckBox::indicator:checked, QTreeView::indicator:checked { background: $no_be; border: 1px solid $no_be; }
QCheckBox:focus { border: 1px solid $no_be; border-radius: ${small}px; }
QSpinBox {
  background: $ground; color: $text; border: 1px solid $border; border-radius: ${small}px;
  padding: 0 ${grid}px; min-height: ${field}px; max-height: ${field}px;
}
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: none; }
QSpinBox QLineEdit { background: transparent; border: none; min-height: 0; }
QSpinBox:focus { border: 1px solid $no_be; }
QFrame[card="true"]:focus { border: 1px solid $faint; }
QFrame[rule="true"] { background: $line; max-height: 1px; border: none; }

Chip { border-radius: ${pill}px; padding: 0 ${grid}px; }
StaleRibbon { background: $watch_ground; color: $watch; padding: ${half}px 12px; }
AttentionStrip { background: $info_ground; }
AttentionStrip[severity="WATCH"] { background: $watch_ground; }
AttentionStrip[severity="DANGER"] { background: $danger_ground; }
ProblemStrip { background: $danger_ground; }
ImportBar { background: $raised; }
AwayStrip { background: $raised; }
ReplayBar { background: $watch_ground; }
ReplayBar Text { background: transparent; }
AttentionStrip QLabel { background: transparent; }
"""
