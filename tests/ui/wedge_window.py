"""A window with a scanner, for the test with a real keyboard: prints what it hears as lines."""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.application import make_application
from ui.scanner import Scanner


def tell(kind: str, text: str) -> None:
    sys.stdout.write(f"{kind} {text}\n")
    sys.stdout.flush()


def stall() -> None:
    """Keep the main thread busy as a heavy repaint would."""
    until = time.monotonic() + 0.25
    while time.monotonic() < until:
        pass


def main() -> int:
    app = make_application()
    window = QWidget()
    window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field = QLineEdit(window)
    field.textChanged.connect(lambda text: tell("field", text))
    QVBoxLayout(window).addWidget(field)

    def letter(text: str) -> bool:
        if text == "/":
            field.setFocus()
        tell("letter", text)
        return True

    scanner = Scanner(app, letter)
    scanner.scanned.connect(lambda code: tell("scan", code))
    app.focusWindowChanged.connect(lambda window: tell("focus", "in" if window else "out"))
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    window.setFocus()
    busy = QTimer()
    busy.timeout.connect(stall)
    if "busy" in sys.argv:
        busy.start(300)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
