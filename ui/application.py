"""The QApplication: style, fonts, theme, crash hook, and what must end before the process does."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.domain.errors import UserError
from app.domain.text import tr
from ui.change_feed import ChangeFeed
from ui.crash import CrashHook
from ui.frame import MainWindow
from ui.interrupts import ended_by_signals
from ui.job_runner import JobRunner
from ui.page import PageEntry
from ui.pictures import Pictures
from ui.scanner import Scanner
from ui.sounds import SoundPlayer
from ui.theme import Theme, load_fonts
from ui.ui_state import UiState
from ui.widgets.dialog import Verb


@dataclass(slots=True)
class WindowParts:
    """What the entry point holds while the window lives."""

    app: QApplication
    theme: Theme
    window: MainWindow
    feed: ChangeFeed
    jobs: JobRunner
    scanner: Scanner
    sounds: SoundPlayer
    crash: CrashHook

    def run(self) -> int:
        """Show the window and live until it is closed; the process's exit status.

        130 when a signal ended it: what runs is stopped at its next safe place.
        """
        self.window.show()
        gc.collect()
        gc.freeze()  # one full collection costs 20 ms of a scrolling table
        try:
            with ended_by_signals(self.app):
                return self.app.exec()
        finally:
            self.close()

    def close(self) -> None:
        """End workers, sounds and hooks, in this order."""
        self.scanner.close()
        self.jobs.close()
        self.sounds.close()
        self.crash.remove()


class _CrashTeller(QObject):
    """Brings a crash's sentence from any thread to the window."""

    happened = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.window: MainWindow | None = None
        self._open = False
        self.happened.connect(self._tell)

    def tell(self, error: UserError) -> None:
        """Show the sentence soon. Any thread."""
        self.happened.emit(error)

    @Slot(object)
    def _tell(self, error: UserError) -> None:
        if self.window is None or self._open:
            return
        self._open = True
        dialog = self.window.ask(
            str(error.message), str(error.remedy), [Verb("on", tr("Go on"), safe=True)]
        )
        dialog.closed.connect(self._closed)

    @Slot()
    def _closed(self) -> None:
        self._open = False


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The one QApplication of the process, in Fusion; Qt 6's own scaling is right as it is."""
    known = QApplication.instance()
    app = known if isinstance(known, QApplication) else QApplication([sys.argv[0], *arguments])
    app.setStyle("Fusion")
    app.setApplicationName("Packbench")
    app.setApplicationDisplayName("")
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateMenu, False)
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
    return app


def build_window(
    entries: Sequence[PageEntry],
    *,
    data_dir: Path,
    resources: Path,
    feed: ChangeFeed | None = None,
    jobs: JobRunner | None = None,
) -> WindowParts:
    """Everything of the window, not yet shown.

    ``data_dir`` keeps ``window.ini`` and the sound files. The language's catalogue must be
    installed before. Fonts that are missing are replaced by the system's.
    """
    app = make_application()
    load_fonts(resources / "fonts")
    state = UiState(data_dir / "window.ini")
    theme = Theme(app, scheme=state.scheme(), text_size=state.text_size())
    feed = feed or ChangeFeed(app)
    jobs = jobs or JobRunner(app)
    pictures = Pictures(data_dir / "pictures", resources / "demo" / "pictures")
    teller = _CrashTeller(app)
    crash = CrashHook(teller.tell)
    crash.install()
    sounds = SoundPlayer(data_dir / "sounds")
    window = MainWindow(
        entries,
        theme=theme,
        feed=feed,
        jobs=jobs,
        pictures=pictures,
        state=state,
        sounds=sounds,
    )
    teller.window = window
    scanner = Scanner(app, window.key_pressed)
    scanner.scanned.connect(window.scanned)
    return WindowParts(app, theme, window, feed, jobs, scanner, sounds, crash)
