"""The main window: sidebar or rail, pages on first use, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.text import T
from tests.ui.conftest import NotedPage
from ui.change_feed import ChangeFeed
from ui.frame import MainWindow
from ui.job_runner import JobRunner
from ui.page import SHIPPING, FullScreenPage, PageEntry
from ui.pictures import Pictures
from ui.sidebar_parts import RAIL_PX, SIDEBAR_PX, Device, DeviceState
from ui.sounds import SoundPlayer
from ui.table import Column, DataTable
from ui.theme import Theme
from ui.theme_tokens import Scheme
from ui.ui_state import UiState
from ui.widgets.dialog import Verb
from ui.widgets.drawer import Drawer

CTRL = Qt.KeyboardModifier.ControlModifier


def noted(window: MainWindow, key: str = "one") -> NotedPage:
    page = window.page(key)
    assert isinstance(page, NotedPage)
    return page


def test_wide_window_has_the_sidebar_and_a_narrow_one_the_rail(window: MainWindow) -> None:
    widths = [window.sidebar.width()]
    window.resize(1280, 720)
    QApplication.processEvents()
    widths.append(window.sidebar.width())
    assert widths == [SIDEBAR_PX, RAIL_PX]
    assert window.sidebar.items["one"].toolTip() == "One (Ctrl+1)"


def test_window_never_gets_smaller_than_it_can_show(window: MainWindow) -> None:
    window.resize(600, 400)
    assert (window.width(), window.height()) == (1280, 720)


def test_pages_are_made_on_first_use(window: MainWindow) -> None:
    assert window.findChildren(NotedPage) == [noted(window)]
    window.go("two", "argument")
    assert noted(window, "two").arguments == ["argument"]
    assert len(window.findChildren(NotedPage)) == 2


def test_shortcut_and_click_change_the_page(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_2, CTRL)
    assert window.current_key == "two"
    assert window.sidebar.items["two"].isChecked()
    QTest.mouseClick(window.sidebar.items["one"], Qt.MouseButton.LeftButton)
    assert window.current_page is noted(window)
    assert "One" in window.windowTitle()


def test_unknown_page_changes_nothing(window: MainWindow) -> None:
    window.go("nowhere")
    assert window.current_key == "one"


def test_ctrl_shift_d_switches_to_dark_and_remembers(window: MainWindow, theme: Theme) -> None:
    modifiers = CTRL | Qt.KeyboardModifier.ShiftModifier
    light = window.grab().toImage()
    QTest.keyClick(window, Qt.Key.Key_D, modifiers)
    assert theme.t.dark
    assert window.grab().toImage() != light
    assert window.tools.state.scheme() is Scheme.DARK
    QTest.keyClick(window, Qt.Key.Key_D, modifiers)
    assert window.tools.state.scheme() is Scheme.LIGHT


def test_sheet_is_round_in_both_schemes(window: MainWindow, theme: Theme) -> None:
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme.set_scheme(scheme)
        image = window.grab().toImage()
        at = window.sheet.mapTo(window, QPoint(1, 1))
        assert image.pixelColor(at).name() == theme.t.canvas.name()
        inside = window.sheet.mapTo(window, QPoint(12, 12))
        assert image.pixelColor(inside).name() == theme.t.surface.name()


def test_hidden_page_is_refreshed_once_when_shown(qtbot: QtBot, window: MainWindow) -> None:
    window.go("two")
    first, second = noted(window), noted(window, "two")
    before = len(first.refreshed)
    feed = window.tools.feed
    with qtbot.waitSignal(feed.changed):
        feed.announce({"orders"})
    with qtbot.waitSignal(feed.changed):
        feed.announce({"orders", "stock"})
    assert len(first.refreshed) == before
    assert second.refreshed[-1] == {"orders"}
    window.go("one")
    assert len(first.refreshed) == before + 1


def test_topic_of_no_concern_refreshes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    before = len(noted(window).refreshed)
    with qtbot.waitSignal(window.tools.feed.changed):
        window.tools.feed.announce({"stock"})
    assert len(noted(window).refreshed) == before


def test_changes_that_come_together_are_told_once(qtbot: QtBot, window: MainWindow) -> None:
    before = len(noted(window).refreshed)
    for _ in range(50):
        window.tools.feed.announce({"orders"})
    qtbot.waitUntil(lambda: len(noted(window).refreshed) == before + 1)


def test_scan_and_letters_go_to_the_page_but_not_under_a_question(window: MainWindow) -> None:
    page = noted(window)
    assert window.scanned("SF1538402917668")
    assert window.key_pressed("p")
    dialog = window.ask("Cancel 20 labels?", "", [Verb("keep", "Keep", safe=True)])
    assert not window.scanned("SF1538402917669")
    assert not window.key_pressed("q")
    dialog.dismiss()
    assert page.codes == ["SF1538402917668"]
    assert page.letters == ["p"]


def test_badges_and_devices_are_read_aloud(window: MainWindow) -> None:
    window.set_badge("one", "8", warn=True)
    assert window.sidebar.items["one"].accessibleName() == "One 8"
    devices = window.sidebar.devices
    devices.set_devices("Bench A3", [Device("printer", "Printer", DeviceState.DOWN, "no paper")])
    assert devices.isVisible()
    assert devices.accessibleName() == "Bench A3 A device is down"
    assert devices.accessibleDescription() == "Printer: no paper"
    window.resize(1280, 720)
    window.grab()


def test_f6_goes_round_sidebar_page_and_drawer(window: MainWindow, theme: Theme) -> None:
    page = noted(window)
    table = DataTable(theme, [Column("a", "A", 100)], lambda ids: [])
    page.content.addWidget(table)
    drawer = Drawer(theme)
    page.put_drawer(drawer)
    drawer.show()
    table.show()
    window.sidebar.items["one"].setFocus()
    visited: list[QWidget | None] = []
    for _ in range(3):
        window.next_region()
        visited.append(QApplication.focusWidget())
    assert visited[0] is table
    assert visited[1] is not None
    assert drawer.isAncestorOf(visited[1])
    assert visited[2] is not None
    assert window.sidebar.isAncestorOf(visited[2])


def test_page_and_place_are_remembered(
    qtbot: QtBot,
    window: MainWindow,
    theme: Theme,
    jobs: JobRunner,
    entries: list[PageEntry],
    tmp_path: Path,
) -> None:
    window.resize(1400, 750)
    window.go("two")
    window.close()
    again = MainWindow(
        entries,
        theme=theme,
        feed=ChangeFeed(theme),
        jobs=jobs,
        pictures=Pictures(),
        state=UiState(tmp_path / "window.ini"),
        sounds=SoundPlayer(tmp_path / "sounds", enabled=False),
    )
    qtbot.addWidget(again)
    again.open_first("one")
    assert again.current_key == "two"
    assert again.height() == 750


def test_running_job_may_keep_the_window_open(window: MainWindow) -> None:
    window.set_close_question(lambda: False)
    assert not window.close()
    assert window.isVisible()
    window.set_close_question(lambda: True)
    assert window.close()


def test_bench_takes_the_screen_and_gives_it_back(
    qtbot: QtBot, theme: Theme, jobs: JobRunner, entries: list[PageEntry], tmp_path: Path
) -> None:
    bench = PageEntry(
        "bench", "package", T("Bench"), SHIPPING, "Ctrl+4", lambda t: FullScreenPage(t, "Bench")
    )
    window = MainWindow(
        [*entries, bench],
        theme=theme,
        feed=ChangeFeed(theme),
        jobs=jobs,
        pictures=Pictures(),
        state=UiState(tmp_path / "window.ini"),
        sounds=SoundPlayer(tmp_path / "sounds", enabled=False),
    )
    qtbot.addWidget(window)
    window.open_first("one")
    window.show()
    window.go("bench")
    page = window.page("bench")
    assert page.isFullScreen()
    assert window.current_key == "one"
    assert isinstance(page, FullScreenPage)
    page.left.emit()
    assert not page.isVisible()
    window.close()


@pytest.mark.parametrize("text", ["{", "[]", '"x"'])
def test_state_that_cannot_be_read_counts_as_never_written(tmp_path: Path, text: str) -> None:
    state = UiState(tmp_path / "window.ini")
    state.set_text("orders/filters", text)
    state.set_text("look/scheme", "purple")
    state.set_text("look/text_size", "GIANT")
    assert state.record("orders/filters") == {}
    assert state.scheme() is Scheme.SYSTEM
    assert state.text_size().value == 1.0
