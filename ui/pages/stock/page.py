"""Stock 库存: tabs over what is there and the papers about it; receiving by scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import T, ntr, tr
from app.services.stock import undoing
from app.services.stock.receive_sessions import Booked
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.stock.pane import Pane
from ui.pages.stock.panes import PANES
from ui.pages.stock.receive_panel import ReceivePanel, booking
from ui.paint_status import Severity
from ui.widgets.banner import Notice
from ui.widgets.buttons import Button, Kind
from ui.widgets.control import Control
from ui.widgets.drawer import Drawer
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.tabs import Tab, Tabs

COUNT_LANE = "stock.counts"
ACT_LANE = "stock.acts"
NOTICE = "stock.acts"
_STATE = "stock/tab"


class StockPage(Page):
    """Panes are made when their tab is first chosen (``ui.pages.stock.panes``)."""

    topics = frozenset({"stock", "parcels", "orders", "goods"})

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        self._ready = False
        super().__init__(tools, tr("Stock"))
        self.work = work
        self._counts: Mapping[str, int | None] = {}
        self._panes: dict[str, Pane] = {}
        self._drawers: list[Drawer] = []
        self._own: list[Control] = []
        self._undo: Callable[[Workplace], object] | None = None
        self._shown = ""
        self._booking = ""  # the session that is on its way into the books
        self.receive_button = Button(
            self.theme, tr("Receive"), self.head, kind=Kind.PRIMARY, icon="plus", key="N"
        )
        self.receive_button.clicked.connect(self._receive_clicked)
        self.head.add_button(self.receive_button)
        self.tabs = Tabs(self.theme, [Tab(e.key, str(e.title)) for e in PANES], self)
        self.content.addWidget(self.tabs)
        self.stack = QStackedWidget(self)
        self.content.addWidget(self.stack, 1)
        self.panel = ReceivePanel(work, tools, self)
        self.put_drawer(self.panel)
        self.panel.closed.connect(self._panel_closed)
        self.panel.book_wanted.connect(self._book)
        self.tabs.chosen.connect(self._tab_chosen)
        self.tabs.more_wanted.connect(self._more_tabs)
        self.banners.acted.connect(self._banner_acted)
        remembered = tools.state.record(_STATE).get("tab")
        if any(e.key == remembered for e in PANES):
            self.tabs.set_current(str(remembered))
        self._ready = True

    # -- what panes ask for ------------------------------------------------------------------

    def put_beside(self, drawer: Drawer) -> None:
        self._drawers.append(drawer)
        self.put_drawer(drawer)

    def has_pane(self, key: str) -> bool:
        return any(e.key == key for e in PANES)

    def show_pane(self, key: str, argument: object = None) -> None:
        if not self.has_pane(key):
            return
        self.tabs.set_current(key)
        self._show(key, argument)

    def receive(self, sku: str = "") -> None:
        """Begin to receive by scan."""
        for drawer in self._drawers:
            drawer.hide()
        self.panel.show()
        self.panel.begin(sku)

    @Slot()
    def _panel_closed(self) -> None:
        self.panel.hide()
        if self.pane is not None:
            self.pane.take_focus()

    @Slot()
    def _book(self) -> None:
        panel = self.panel
        if panel.busy or not panel.book.isEnabled() or panel.nonce == self._booking:
            return
        self._booking = panel.nonce

        def booked(result: object) -> str:
            panel.start_over()
            pieces = result.pieces if isinstance(result, Booked) else 0
            return ntr("{n} piece received", "{n} pieces received", pieces)

        self.did(booking(panel), booked, _take_session_back)

    def did(
        self,
        run: Callable[[Workplace], object],
        words: Callable[[object], str],
        undo: Callable[[Workplace, object], object] | None = None,
    ) -> None:
        def done(result: object) -> None:
            self.banners.take(NOTICE)
            taking_back = undo
            if taking_back is None:
                self._undo = None
                self.tools.shell.say(words(result))
                return
            self._undo = lambda work: taking_back(work, result)
            self.tools.shell.say(words(result), action=tr("Undo"), act=self.undo)

        work = self.work
        self.tools.jobs.run(
            ACT_LANE, lambda *_: run(work), name="stock", done=done, failed=self.failed, owner=self
        )

    def failed(self, error: PackbenchError) -> None:
        """Say what went wrong and what helps, above the tabs' content."""
        self._booking = ""
        self.banners.put(Notice(NOTICE, Severity.FAILED, error.message, error.remedy, T("Seen")))

    @override
    def undo(self) -> None:
        undo, self._undo = self._undo, None
        if undo is None:
            return
        work = self.work
        self.tools.jobs.run(
            ACT_LANE,
            lambda *_: undo(work),
            name="stock",
            done=lambda _: self.tools.shell.say(tr("That is taken back")),
            failed=self.failed,
            owner=self,
        )

    def count_anew(self) -> None:
        work = self.work

        def read(*_: object) -> object:
            return {e.key: e.count(work) for e in PANES if e.count is not None}

        self.tools.jobs.run(COUNT_LANE, read, done=self._counted, owner=self)

    def _counted(self, result: object) -> None:
        if isinstance(result, dict):
            self._counts = result
            self.tabs.set_tabs([Tab(e.key, str(e.title), self._counts.get(e.key)) for e in PANES])

    # -- tabs --------------------------------------------------------------------------------

    @property
    def pane(self) -> Pane | None:
        """What is shown now."""
        return self._panes.get(self._shown)

    def _show(self, key: str, argument: object = None) -> None:
        entry = next((e for e in PANES if e.key == key), None)
        if entry is None:
            return
        before = self.pane
        if before is not None and key != self._shown:
            before.left()
        pane = self._panes.get(key)
        if pane is None:
            pane = self._panes[key] = entry.factory(self)
            self.stack.addWidget(pane)
        self._shown = key
        focus = QApplication.focusWidget()
        inside = focus is not None and self.stack.isAncestorOf(focus)
        self.stack.setCurrentWidget(pane)
        self._show_buttons(pane)
        self.tools.state.set_record(_STATE, {"tab": key})
        pane.opened(argument)
        if inside:
            pane.take_focus()

    def _show_buttons(self, pane: Pane) -> None:
        """A pane's own buttons stand in the head while it is shown; else receiving does."""
        for button in self._own:
            button.hide()
        self._own = list(pane.head_buttons())
        for button in self._own:
            if button.parent() is not self.head:
                self.head.add_button(button)
            button.show()
        self.head.add_button(self.receive_button)
        primary = any(getattr(b, "kind", None) is Kind.PRIMARY for b in self._own)
        self.receive_button.setVisible(not primary)

    @Slot(str)
    def _tab_chosen(self, key: str) -> None:
        self._show(key)

    @Slot(object)
    def _more_tabs(self, at: QPoint) -> None:
        items = [
            MenuItem(t.key, t.title, hint="" if t.count is None else f"{t.count:,}")
            for t in self.tabs.hidden_tabs()
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.tabs.choose)
        menu.open_at(at)

    # -- the page ----------------------------------------------------------------------------

    @override
    def activated(self, argument: object = None) -> None:
        if self.pane is None or argument is not None:
            self._show(self.tabs.current, argument)
        pane = self.pane
        if pane is not None:
            pane.take_focus()
        self.count_anew()

    @override
    def deactivated(self) -> None:
        pane = self.pane
        if pane is not None:
            pane.left()

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        pane = self.pane
        if not self._ready or pane is None:
            return
        if topics & pane.topics:
            pane.refresh()
        self.count_anew()

    @Slot()
    def _receive_clicked(self) -> None:
        self.receive()

    @Slot(str)
    def _banner_acted(self, action: str) -> None:
        if action == NOTICE:
            self.banners.take(NOTICE)
        elif self.pane is not None and action == "load":
            self.banners.take("load")
            self.pane.refresh()

    @override
    def key_pressed(self, letter: str) -> bool:
        pane = self.pane
        if self.panel.isVisible() and letter.isdigit() and self.panel.choose_number(int(letter)):
            return True
        if pane is not None and pane.key_pressed(letter):
            return True
        match letter.upper():
            case "N":
                self.receive()
            case "[":
                self.tabs.step(-1)
            case "]":
                self.tabs.step(1)
            case _:
                return False
        return True

    @override
    def scanned(self, code: str) -> bool:
        if self.panel.isVisible():
            self.panel.scan(code)
            return True
        return self.pane is not None and self.pane.scanned(code)

    @override
    def focus_targets(self) -> list[QWidget]:
        pane = self.pane
        return [
            self.tabs,
            *(pane.focus_targets() if pane is not None else []),
            *self._drawers,
            self.panel,
        ]

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        pane = self.pane
        if event.key() == Qt.Key.Key_Escape and self.panel.isVisible():
            self._panel_closed()
            return
        if event.key() == Qt.Key.Key_Escape and pane is not None and pane.escaped():
            return
        super().keyPressEvent(event)


def _take_session_back(work: Workplace, result: object) -> object:
    return undoing.undo(work, result.operation) if isinstance(result, Booked) else None
