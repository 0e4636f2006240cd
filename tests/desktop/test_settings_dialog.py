"""The settings: every declared one can be found, set, refused, taken back and reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QSpinBox

from secondskies_desktop.desktop import theme
from secondskies_desktop.desktop.appearance import Appearance, look_of
from secondskies_desktop.desktop.preferences import Preferences
from secondskies_desktop.desktop.settings_dialog import SettingsDialog
from secondskies_desktop.desktop.settings_row import PathField, SettingRow
from secondskies_desktop.desktop.widgets.drop_down import DropDown
from secondskies_desktop.foundation.declared_settings import declared
from secondskies_desktop.foundation.settings import AttentionSettings, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings of a profile, not there yet."""
    return tmp_path / "settings.toml"


@pytest.fixture
def dialog(qtbot: QtBot, dressed: QApplication, file: Path) -> SettingsDialog:
    """The dialog on these settings."""
    del dressed
    made = SettingsDialog(Preferences(file))
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    return made


def row(dialog: SettingsDialog, name: str) -> SettingRow:
    return next(one for one in dialog.rows if one.setting.name == name)


def test_that_every_setting_has_a_title_an_explanation_and_a_row(dialog: SettingsDialog) -> None:
    assert [one.setting for one in dialog.rows] == declared()
    assert all(one.title and one.explanation.endswith(".") for one in declared())


def test_that_typing_finds_a_setting_and_hides_the_others(dialog: SettingsDialog) -> None:
    QTest.keyClicks(dialog.search, "tray login")
    assert [one.setting.key for one in dialog.rows if one.isVisible()] == ["start_at_login"]
    assert [title for title, head in dialog.groups.items() if head.isVisible()] == ["Window"]
    dialog.search.setText("nothing is called that")
    assert dialog.nothing.isVisible()


def visible(dialog: SettingsDialog) -> set[str]:
    return {one.setting.group_title for one in dialog.rows if one.isVisible()}


def test_that_one_group_is_shown_until_something_is_searched_for(dialog: SettingsDialog) -> None:
    assert visible(dialog) == {"Window"}
    dialog.list.setCurrentRow(2)
    assert visible(dialog) == {"Alerts"}
    dialog.search.setText("start")
    assert visible(dialog) == {"Window", "Attention", "Webhook listener", "Public way in"}
    assert dialog.list.currentRow() == -1
    dialog.search.clear()
    assert visible(dialog) == {"Alerts"}
    dialog.search.setText("sound")
    dialog.list.setCurrentRow(0)
    assert (visible(dialog), dialog.search.text()) == ({"Window"}, "")


def test_that_every_editor_has_room_for_what_it_shows(dialog: SettingsDialog) -> None:
    for place in range(dialog.list.count()):
        dialog.list.setCurrentRow(place)
        for one in dialog.rows:
            if one.isVisible() and isinstance(one.editor, QSpinBox):
                line = one.editor.lineEdit()
                assert line.width() > line.fontMetrics().horizontalAdvance(line.text()), one.setting.name


def test_that_an_editor_stays_where_it_is_when_the_way_back_appears(dialog: SettingsDialog) -> None:
    box = row(dialog, "desktop.start_at_login")
    assert isinstance(box.editor, QCheckBox)
    before = box.editor.x()
    box.editor.click()
    QApplication.sendPostedEvents()
    assert (box.editor.x(), box.reset.isVisible(), box.changed.isVisible()) == (before, True, True)


def test_that_a_group_goes_back_to_its_defaults(dialog: SettingsDialog, file: Path) -> None:
    head = dialog.groups["Attention"]
    dialog.list.setCurrentRow(1)
    for name, value in (("attention.silence_minutes", 30), ("attention.disk_free_mb", 2_000)):
        assert head.reset.isHidden()
        editor = row(dialog, name).editor
        assert isinstance(editor, QSpinBox)
        editor.setValue(value)
    assert head.reset.text() == "Reset 2 in Attention"
    head.reset.click()
    assert read_settings(file).attention == AttentionSettings()
    assert head.reset.isHidden()


def test_that_a_path_is_typed_or_chosen(dialog: SettingsDialog, file: Path) -> None:
    field = row(dialog, "tunnel.ssh_key_file").editor
    assert isinstance(field, PathField)
    field.take("/home/desk/key")
    assert read_settings(file).tunnel.ssh_key_file == "/home/desk/key"
    field.line.setText("/home/desk/other")
    field.line.editingFinished.emit()
    assert read_settings(file).tunnel.ssh_key_file == "/home/desk/other"


def test_that_what_the_program_writes_is_not_typed(dialog: SettingsDialog) -> None:
    line = row(dialog, "tunnel.copied_base_url").editor
    assert isinstance(line, QLineEdit)
    assert line.isReadOnly()


def test_that_a_change_for_the_next_start_says_so(dialog: SettingsDialog) -> None:
    light = row(dialog, "desktop.start_at_login").editor
    assert isinstance(light, QCheckBox)
    light.click()
    assert dialog.restart.isHidden()
    size = row(dialog, "desktop.scale_percent").editor
    assert isinstance(size, QSpinBox)
    size.setValue(150)
    assert not dialog.restart.isHidden()


def test_that_each_kind_of_editor_writes_what_it_shows(dialog: SettingsDialog, file: Path) -> None:
    drop = row(dialog, "desktop.theme").editor
    assert isinstance(drop, DropDown)
    drop.setCurrentIndex(2)
    drop.activated.emit(2)
    box = row(dialog, "desktop.close_to_tray").editor
    assert isinstance(box, QCheckBox)
    box.click()
    spin = row(dialog, "attention.silence_minutes").editor
    assert isinstance(spin, QSpinBox)
    spin.setValue(30)
    line = row(dialog, "tunnel.hostname").editor
    assert isinstance(line, QLineEdit)
    line.setText(" alerts.example.com ")
    line.editingFinished.emit()
    settings = read_settings(file)
    assert settings.desktop.theme == "system"
    assert settings.desktop.close_to_tray
    assert settings.attention.silence_minutes == 30
    assert settings.tunnel.hostname == "alerts.example.com"


def test_that_a_change_is_marked_undone_and_reset(dialog: SettingsDialog, file: Path) -> None:
    box = row(dialog, "desktop.start_at_login")
    assert isinstance(box.editor, QCheckBox)
    assert box.reset.isHidden()
    box.editor.click()
    assert not box.reset.isHidden()
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not read_settings(file).desktop.start_at_login
    assert not box.editor.isChecked()
    box.editor.click()
    box.reset.click()
    assert not read_settings(file).desktop.start_at_login


def test_that_what_is_refused_is_said_and_changes_nothing(dialog: SettingsDialog, file: Path) -> None:
    file.write_text('[desktop]\ntheme = "dark"\nmisspelt = 1\n')
    box = row(dialog, "desktop.close_to_tray")
    assert isinstance(box.editor, QCheckBox)
    box.editor.click()
    assert "misspelt" in box.refusal.text()
    assert box.refusal.isVisible()
    assert not box.editor.isChecked()
    assert "close_to_tray" not in file.read_text()


def test_that_what_was_typed_stays_when_it_is_refused(dialog: SettingsDialog, file: Path) -> None:
    file.write_text("[desktop]\nmisspelt = 1\n")
    dialog.list.setCurrentRow(3)
    host = row(dialog, "tunnel.hostname")
    assert isinstance(host.editor, QLineEdit)
    host.editor.setText("alerts.example.com")
    host.editor.editingFinished.emit()
    assert host.editor.text() == "alerts.example.com"
    assert "misspelt" in host.refusal.text()


def test_that_a_wrong_file_is_said_in_the_dialog(qtbot: QtBot, dressed: QApplication, file: Path) -> None:
    del dressed
    file.write_text("[desktop]\nscale_percent = 900\n")
    made = SettingsDialog(Preferences(file))
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    assert "scale_percent" in made.problem.text()
    assert made.problem.isVisible()


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("desktop.theme", "light", ""),
        ("desktop.theme", "pink", "dark, light or system"),
        ("desktop.start_at_login", True, ""),
        ("desktop.start_at_login", 1, "true or false"),
        ("listener.port", 0, ""),
        ("listener.port", 65_536, "from 0 to 65535"),
        ("listener.port", True, "a whole number"),
        ("listener.port", "80", "a whole number"),
        ("tunnel.name", "anything", ""),
    ],
)
def test_that_a_value_that_cannot_be_meant_is_refused_in_words(name: str, value: object, why: str) -> None:
    for one in declared():
        if one.name == name:
            assert why in one.refusal(value)
            assert bool(one.refusal(value)) is bool(why)


def test_that_a_file_that_cannot_be_read_gives_the_defaults_and_says_why(
    file: Path, qapp: QApplication
) -> None:
    del qapp
    file.write_text("[desktop]\nscale_percent = 900\n")
    preferences = Preferences(file)
    assert preferences.now.desktop.scale_percent == 100
    assert "scale_percent" in preferences.problem


def test_that_preferences_without_a_file_keep_their_bounds(qtbot: QtBot, qapp: QApplication) -> None:
    del qapp
    preferences = Preferences()
    with qtbot.waitSignal(preferences.refused):
        assert not preferences.set("desktop", "scale_percent", 300)
    assert preferences.set("desktop", "scale_percent", 150)
    assert preferences.now.desktop.scale_percent == 150


def test_that_a_change_that_could_not_be_taken_back_can_be_tried_again(
    file: Path, qapp: QApplication
) -> None:
    del qapp
    preferences = Preferences(file)
    assert preferences.set("desktop", "motion", "reduced")
    written = file.read_text()
    file.write_text("[desktop]\nmisspelt = 1\n")
    assert (preferences.undo(), preferences.can_undo) == (False, True)
    file.write_text(written)
    assert (preferences.undo(), preferences.can_undo) == (True, False)
    assert read_settings(file).desktop.motion == "system"
    assert not preferences.undo()


def test_that_theme_and_motion_follow_the_settings_at_once(qtbot: QtBot, dressed: QApplication) -> None:
    preferences = Preferences()
    appearance = Appearance(preferences)
    with qtbot.waitSignal(appearance.dressed):
        preferences.set("desktop", "theme", "light")
    assert theme.look() is theme.LIGHT
    with qtbot.waitSignal(appearance.motion_changed):
        preferences.set("desktop", "motion", "reduced")
    assert not appearance.moves
    assert not dressed.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
    preferences.set("desktop", "motion", "full")
    assert dressed.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
    theme.put_on(dressed, theme.DARK)


def test_that_the_theme_of_the_system_is_one_of_ours(qapp: QApplication) -> None:
    del qapp
    assert look_of("system") in (theme.DARK, theme.LIGHT)
