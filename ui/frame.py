"""The main window: sidebar on canvas, one white sheet, overlays on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.change_feed import ChangeFeed
from ui.job_runner import JobRunner
from ui.page import FullScreenPage, Page, PageEntry, PageTools
from ui.paint_boxes import draw_frame
from ui.pictures import Pictures
from ui.sidebar import Sidebar
from ui.sounds import SoundPlayer
from ui.theme import Theme
from ui.ui_state import UiState
from ui.widgets.banner import BannerPlace
from ui.widgets.dialog import DIALOG_PX, Dialog, Overlay, Verb
from ui.widgets.toast import ToastStack

MIN_WIDTH, MIN_HEIGHT = 1280, 720
RAIL_BELOW_PX = 1360
_SHEET_RADIUS = 10
_SHEET_INSET = 8


class _Corners(QWidget):
    """Rounds the sheet: paints its four corners in canvas colour and the hairline on top."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        corners = QPainterPath()
        corners.addRect(box)
        sheet = QPainterPath()
        sheet.addRoundedRect(box, _SHEET_RADIUS, _SHEET_RADIUS)
        p.fillPath(corners.subtracted(sheet), self.theme.t.canvas)
        draw_frame(p, self.rect(), _SHEET_RADIUS, self.theme.t.border)


class Sheet(QWidget):
    """The white sheet that holds the pages."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self.offline = BannerPlace(theme, self)
        column.addWidget(self.offline)
        self.stack = QStackedWidget(self)
        column.addWidget(self.stack, 1)
        self._corners = _Corners(theme, self)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._corners.setGeometry(self.rect())
        self._corners.raise_()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.surface)


class MainWindow(QWidget):
    """The window. Pages are made on first use; the last page and the place are remembered.

    ``sync_wanted`` comes with F5, ``help_wanted`` with F1. ``closing`` is asked before the window
    closes: a function that returns ``False`` keeps it open (a running print job asks first).
    """

    sync_wanted = Signal()
    help_wanted = Signal()
    undo_wanted = Signal()
    page_shown = Signal(str)

    def __init__(
        self,
        entries: Sequence[PageEntry],
        *,
        theme: Theme,
        feed: ChangeFeed,
        jobs: JobRunner,
        pictures: Pictures,
        state: UiState,
        sounds: SoundPlayer,
    ) -> None:
        super().__init__()
        self.theme = theme
        self.tools = PageTools(theme, feed, jobs, pictures, state, sounds, self)
        self._entries = {entry.key: entry for entry in entries}
        self._pages: dict[str, Page | FullScreenPage] = {}
        self._current = ""
        self._may_close: Callable[[], bool] = lambda: True
        self.setObjectName("canvas")
        self.setMinimumSize(MIN_WIDTH, MIN_HEIGHT)
        self.sidebar = Sidebar(theme, entries, self)
        self.sheet = Sheet(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, _SHEET_INSET, _SHEET_INSET, _SHEET_INSET)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(self.sheet, 1)
        self.toasts = ToastStack(theme, self.sheet)
        self.sidebar.chosen.connect(self.go)
        theme.changed.connect(self._restyle)
        self._add_shortcuts(entries)
        self._restore()

    # -- what a page asks of the window ------------------------------------------------------

    def say(
        self,
        text: str,
        *,
        icon: str = "check-circle",
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        """A toast at the bottom of the sheet."""
        self.toasts.say(text, icon=icon, action=action, act=act)

    def ask(
        self,
        title: str,
        body: str,
        verbs: Sequence[Verb],
        content: QWidget | None = None,
        *,
        width: int = DIALOG_PX,
    ) -> Dialog:
        """A question over the window, shown at once; its ``chosen`` tells the verb."""
        dialog = Dialog(self.theme, self, title, body, verbs, content=content, width=width)
        dialog.ask()
        return dialog

    @Slot(str)
    def go(self, page_key: str, argument: object = None) -> None:
        """Show a page, made now if it is its first time."""
        if page_key not in self._entries:
            return
        page = self._page(page_key)
        if isinstance(page, FullScreenPage):
            page.showFullScreen()
            page.activateWindow()
            page.activated(argument)
            return
        before = self.current_page
        if before is not None and before is not page:
            before.deactivated()
        self._current = page_key
        self.lift_toasts(0)
        self.sidebar.set_current(page_key)
        self.sheet.stack.setCurrentWidget(page)
        self.setWindowTitle(f"{self._entries[page_key].title} - {tr('Packbench')}")
        page.activated(argument)
        self.page_shown.emit(page_key)

    def lift_toasts(self, px: int) -> None:
        """Keep the toasts above the bulk bar."""
        self.toasts.set_lift(px)

    def set_badge(self, page_key: str, text: str, *, warn: bool = False) -> None:
        """The number beside a page."""
        item = self.sidebar.items.get(page_key)
        if item is not None:
            item.set_badge(text, warn=warn)

    # -- what the application asks of the window ---------------------------------------------

    @property
    def current_page(self) -> Page | None:
        """The page in the sheet."""
        page = self._pages.get(self._current)
        return page if isinstance(page, Page) else None

    @property
    def current_key(self) -> str:
        return self._current

    @property
    def page_keys(self) -> tuple[str, ...]:
        """Every place, in the order of the sidebar."""
        return tuple(self._entries)

    def page(self, page_key: str) -> Page | FullScreenPage:
        """A page by key, made if need be, without showing it."""
        return self._page(page_key)

    def open_first(self, default: str) -> None:
        """Show the page that was shown last, else ``default``."""
        wanted = self.tools.state.text("window/page", default)
        known = wanted in self._entries and isinstance(self._page(wanted), Page)
        self.go(wanted if known else default)

    def set_close_question(self, may_close: Callable[[], bool]) -> None:
        """Ask this before closing; ``False`` keeps the window open."""
        self._may_close = may_close

    def scanned(self, code: str) -> bool:
        """Hand a scanned code to whoever is in front; whether it was used."""
        front = self._front()
        return front.scanned(code) if front is not None else False

    def key_pressed(self, letter: str) -> bool:
        """Hand a single key to whoever is in front; whether it was used."""
        front = self._front()
        return front.key_pressed(letter) if front is not None else False

    def _front(self) -> Page | FullScreenPage | None:
        active = QApplication.activeWindow()
        if isinstance(active, FullScreenPage):
            return active
        overlay = next((d for d in self.findChildren(Overlay) if d.isVisible()), None)
        return None if overlay is not None else self.current_page

    # -- inside ------------------------------------------------------------------------------

    def _page(self, key: str) -> Page | FullScreenPage:
        known = self._pages.get(key)
        if known is None:
            known = self._pages[key] = self._entries[key].factory(self.tools)
            if isinstance(known, FullScreenPage):
                known.left.connect(self._bench_left)
            else:
                self.sheet.stack.addWidget(known)
        return known

    @Slot()
    def _bench_left(self) -> None:
        for page in self._pages.values():
            if isinstance(page, FullScreenPage):
                page.hide()
        self.activateWindow()
        if self.current_page is None:
            first = next((k for k, p in self._pages.items() if isinstance(p, Page)), "")
            self.go(first)

    def _add_shortcuts(self, entries: Sequence[PageEntry]) -> None:
        for entry in entries:
            if entry.shortcut:
                key = QShortcut(QKeySequence(entry.shortcut), self)
                key.setObjectName(entry.key)
                key.activated.connect(self._shortcut)
        pairs: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Ctrl+Shift+D", self.toggle_dark),
            ("F5", self.sync_wanted.emit),
            ("F1", self.help_wanted.emit),
            ("Ctrl+Z", self.undo_wanted.emit),
            ("F6", self.next_region),
        )
        for keys, run in pairs:
            QShortcut(QKeySequence(keys), self).activated.connect(run)

    @Slot()
    def _shortcut(self) -> None:
        sender = self.sender()
        if sender is not None:
            self.go(sender.objectName())

    @Slot()
    def toggle_dark(self) -> None:
        """Light to dark or back, remembered."""
        self.theme.toggle_dark()
        self.tools.state.set_scheme(self.theme.scheme)

    @Slot()
    def next_region(self) -> None:
        """F6: from the sidebar to the page, to its drawer, and round again."""
        page = self.current_page
        regions: list[QWidget] = [self.sidebar, *(page.focus_targets() if page else [])]
        regions = [region for region in regions if region.isVisible()]
        focus = QApplication.focusWidget()
        inside = [
            i
            for i, region in enumerate(regions)
            if focus is not None and (region is focus or region.isAncestorOf(focus))
        ]
        target = regions[(inside[-1] + 1 if inside else 0) % len(regions)]
        _focus_first(target)

    def _restore(self) -> None:
        geometry = self.tools.state.geometry()
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            self.resize(1440, 900)

    @Slot()
    def _restyle(self) -> None:
        self.update()
        self.toasts.place()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.sidebar.set_narrow(self.width() < RAIL_BELOW_PX)
        self.toasts.place()

    @override
    def showEvent(self, event: object) -> None:
        QTimer.singleShot(0, self.toasts.place)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close():
            event.ignore()
            return
        self.tools.state.set_geometry(self.saveGeometry())
        self.tools.state.set_text("window/page", self._current)
        self.tools.state.flush()
        for page in self._pages.values():
            if isinstance(page, FullScreenPage):
                page.close()
        event.accept()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        p.fillRect(self.rect(), self.theme.t.canvas)


def _focus_first(region: QWidget) -> None:
    """Focus the first thing in ``region`` that Tab would reach, tables before buttons."""
    from ui.table.view import DataTable

    reason = Qt.FocusReason.TabFocusReason
    table = region.findChild(DataTable)
    if table is not None and table.isVisible():
        table.setFocus(reason)
        return
    for child in region.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible():
            child.setFocus(reason)
            return
    region.setFocus(reason)
