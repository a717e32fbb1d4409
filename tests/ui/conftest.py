"""Window tests run without a screen."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is loaded

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.text import T
from app.paths import resources
from tests.support.warehouse import Bench
from tests.ui.orders_window import shown_product, synced_bench
from ui.application import make_application
from ui.change_feed import ChangeFeed
from ui.frame import MainWindow
from ui.job_runner import JobRunner
from ui.main_window import Product
from ui.page import GOODS, SHIPPING, Page, PageEntry, PageTools
from ui.pictures import Pictures
from ui.sounds import SoundPlayer
from ui.theme import Theme, load_fonts
from ui.theme_tokens import Scheme
from ui.ui_state import UiState

Show = Callable[[QWidget], QWidget]


@pytest.fixture(scope="session")
def fonts(qapp: QApplication) -> list[str]:
    """The bundled fonts, loaded once; the names of those that could not be read."""
    return load_fonts(resources() / "fonts")


@pytest.fixture
def theme(qapp: QApplication, fonts: list[str]) -> Iterator[Theme]:
    """A light theme without motion."""
    made = Theme(make_application(), scheme=Scheme.LIGHT, reduce_motion=True)
    yield made
    shiboken6.delete(made)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose orders are in."""
    with synced_bench(tmp_path) as made:
        yield made


@pytest.fixture
def product(qtbot: QtBot, bench: Bench) -> Iterator[Product]:
    """The whole window on that bench, at 1440 x 900."""
    with shown_product(qtbot, bench) as made:
        yield made


@pytest.fixture
def host(qtbot: QtBot, theme: Theme) -> QWidget:
    """A shown, active window of 900 x 600 with a column."""
    window = QWidget()
    window.setObjectName("canvas")
    QVBoxLayout(window)
    window.resize(900, 600)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


@pytest.fixture
def place(host: QWidget) -> Show:
    """Puts a widget into the host's column."""

    def put(widget: QWidget) -> QWidget:
        layout = host.layout()
        assert layout is not None
        layout.addWidget(widget)
        widget.show()
        return widget

    return put


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[JobRunner]:
    """A job runner that must be closed in the end."""
    runner = JobRunner()
    yield runner
    assert runner.close()
    shiboken6.delete(runner)


class NotedPage(Page):
    """A page that notes what happens to it."""

    topics = frozenset({"orders"})

    def __init__(self, tools: PageTools, title: str) -> None:
        self.refreshed: list[frozenset[str]] = []
        self.arguments: list[object] = []
        self.letters: list[str] = []
        self.codes: list[str] = []
        super().__init__(tools, title)

    def refresh(self, topics: frozenset[str]) -> None:
        self.refreshed.append(topics)

    def activated(self, argument: object = None) -> None:
        self.arguments.append(argument)

    def key_pressed(self, letter: str) -> bool:
        self.letters.append(letter)
        return True

    def scanned(self, code: str) -> bool:
        self.codes.append(code)
        return True


@pytest.fixture
def entries() -> list[PageEntry]:
    """Two places in two groups."""
    return [
        PageEntry("one", "tray", T("One"), SHIPPING, "Ctrl+1", lambda t: NotedPage(t, "One")),
        PageEntry("two", "stack", T("Two"), GOODS, "Ctrl+2", lambda t: NotedPage(t, "Two")),
    ]


@pytest.fixture
def window(
    qtbot: QtBot, theme: Theme, jobs: JobRunner, entries: list[PageEntry], tmp_path: Path
) -> Iterator[MainWindow]:
    """The main window, shown at 1440 x 900 on its first page."""
    made = MainWindow(
        entries,
        theme=theme,
        feed=ChangeFeed(theme),
        jobs=jobs,
        pictures=Pictures(),
        state=UiState(tmp_path / "window.ini"),
        sounds=SoundPlayer(tmp_path / "sounds", enabled=False),
    )
    qtbot.addWidget(made)
    made.open_first("one")
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    yield made
    made.hide()
