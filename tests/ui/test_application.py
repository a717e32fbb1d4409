"""What the entry point gets: the whole window, its crash sentences, its component sheet."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import UserError
from app.i18n import CHINESE, ENGLISH
from app.paths import resources
from tests.support.logs import ExpectedLogs
from ui.application import build_window, make_application
from ui.crash import CrashHook, as_sentence
from ui.gallery import build_sheet
from ui.page import PageEntry
from ui.pictures import Pictures
from ui.theme_tokens import Scheme, TextSize
from ui.widgets.dialog import Dialog


def test_window_is_built_from_entries_and_a_data_folder(
    qtbot: QtBot, fonts: list[str], entries: list[PageEntry], tmp_path: Path
) -> None:
    hook = sys.excepthook
    parts = build_window(entries, data_dir=tmp_path, resources=resources())
    qtbot.addWidget(parts.window)
    try:
        parts.window.open_first("one")
        parts.window.show()
        assert sys.excepthook != hook
        assert parts.window.close()
    finally:
        parts.close()
    assert sys.excepthook == hook
    assert (tmp_path / "window.ini").exists()


def test_unexpected_exception_becomes_a_question_with_a_number(
    qtbot: QtBot,
    fonts: list[str],
    entries: list[PageEntry],
    tmp_path: Path,
    expected_logs: ExpectedLogs,
) -> None:
    expected_logs.require("app.logs", "unexpected ZeroDivisionError in the window")
    parts = build_window(entries, data_dir=tmp_path, resources=resources())
    qtbot.addWidget(parts.window)
    try:
        parts.window.open_first("one")
        parts.window.show()
        error = ZeroDivisionError("Lin Weijuan")
        sys.excepthook(ZeroDivisionError, error, None)
        qtbot.waitUntil(lambda: parts.window.findChild(Dialog) is not None)
        dialog = parts.window.findChild(Dialog)
        assert dialog is not None
        assert "went wrong" in dialog.accessibleName()
        assert "Lin" not in dialog.accessibleDescription()
        dialog.dismiss()
        parts.window.close()
    finally:
        parts.close()


def test_log_of_a_crash_names_places_and_no_values(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("138 0000 2046")
    except ValueError as error:
        with caplog.at_level(logging.CRITICAL + 1, logger="root"):
            sentence = as_sentence(error, where="a test")
    assert sentence.ref
    record = caplog.records[-1] if caplog.records else None
    assert record is None or "138" not in record.getMessage()


@pytest.fixture(autouse=True)
def crash_lines(expected_logs: ExpectedLogs) -> None:
    expected_logs.allow("app.logs")


def test_exception_in_a_thread_is_told_too() -> None:
    told: list[UserError] = []
    hook = CrashHook(told.append)
    hook.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    finally:
        hook.remove()
    assert [error.code for error in told] == ["unexpected"]


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.EXTRA_LARGE])
def test_component_sheet_is_drawn(
    qtbot: QtBot, fonts: list[str], scheme: Scheme, language: str, size: TextSize
) -> None:
    sheet = build_sheet(make_application(), scheme=scheme, size=size, language=language)
    qtbot.addWidget(sheet)
    sheet.resize(1440, 900)
    sheet.show()
    QApplication.processEvents()
    image = sheet.grab().toImage()
    assert image.pixelColor(3, 3).name() == sheet.theme.t.subtle.name()
    colors = {image.pixelColor(x, y).rgb() for x in range(0, 1440, 7) for y in range(0, 720, 7)}
    assert len(colors) > 40


def test_pictures_are_scaled_square_and_missing_ones_are_none(
    qapp: QApplication, tmp_path: Path
) -> None:
    image = QImage(80, 40, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    assert image.save(str(tmp_path / "tea.png"))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    pictures = Pictures(tmp_path / "none", tmp_path)
    found = pictures.pixmap("tea", 32, 1.5)
    assert found is not None
    assert (found.width(), found.height()) == (48, 48)
    assert pictures.pixmap("tea", 32, 1.5) is not None
    assert pictures.pixmap("broken", 32, 1.0) is None
    assert pictures.pixmap("coffee", 32, 1.0) is None
    assert pictures.pixmap("../../etc/passwd", 32, 1.0) is None
