"""PySide6 6.12.0 on Python 3.11 loses a reference of None on every void call and dies of it."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QLabel

CALLS = 20_000


def test_void_qt_calls_keep_the_references_of_none(qapp: QApplication) -> None:
    label = QLabel()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        label.setText("x")
        label.update()
    assert sys.getrefcount(None) > before - 100
