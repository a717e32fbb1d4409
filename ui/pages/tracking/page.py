"""Logistics 物流: parcels on their way with their drawer, and the bills of the carriers."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.text import ntr, tr
from app.services.money.views import Period
from app.services.workplace import Workplace
from ui.label_window import LabelDoor
from ui.page import PageTools
from ui.pages.orders.views import Show
from ui.pages.tracking import acting, bill_acting
from ui.pages.tracking.acting import TrackActions
from ui.pages.tracking.bill_acting import BillActions
from ui.pages.tracking.detail import parcel_view
from ui.pages.tracking.drawer import TrackDrawer
from ui.pages.tracking.drop_hint import DropHint, bill_in
from ui.pages.tracking.freight_panel import FreightPanel
from ui.pages.tracking.list_page import TrackList
from ui.pages.tracking.loader import Opened
from ui.pages.tracking.views import FREIGHT, ShowTracks
from ui.widgets.bulk_bar import BAR_PX, SCROLL_ROOM_PX, BulkAction, BulkBar


class TrackingPage(TrackList):
    """The lists with drawer, panel, bulk bar and keys."""

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        super().__init__(tools, work)
        self.acts = TrackActions(work, tools, self.banners, self)
        self.billing = BillActions(work, tools, self.banners, self)
        self.panel = FreightPanel(self.theme, self)
        self.put_drawer(self.panel)
        self.track_drawer = TrackDrawer(self.theme, self)
        self.put_drawer(self.track_drawer)
        self.bulk = BulkBar(self.theme, self.stack)
        self.bulk.set_actions(
            [
                BulkAction("refresh", tr("Ask now"), "arrows-clockwise"),
                BulkAction("seen", tr("Seen"), "check", "K", primary=True),
            ]
        )
        self.hint = DropHint(self.theme, self)
        self._panel_open = self.views.tab == FREIGHT
        self.setAcceptDrops(True)
        self._connect_actions()

    def _connect_actions(self) -> None:
        self.loader.detail_ready.connect(self._detail_ready)
        self.loader.found.connect(self._found)
        self.acts.moved.connect(self.tell_busy)
        self.acts.done.connect(self._acted)
        self.billing.moved.connect(self.tell_busy)
        self.billing.taken.connect(self._bill_taken)
        self.billing.done.connect(self._lines_acted)
        self.banners.acted.connect(self._banner_acted)
        self.again.clicked.connect(self.refresh_now)
        self.take_in.clicked.connect(self.billing.choose)
        self.table.opened.connect(self.open_parcel)
        self.table.current_changed.connect(self._walked)
        self.table.selection.changed.connect(self._selection_changed)
        self.bills.opened.connect(self._open_line)
        self.bills.selection.changed.connect(self._lines_chosen)
        self.bulk.acted.connect(self._act_on_selection)
        self.bulk.cleared.connect(self.table.selection.clear)
        drawer, panel = self.track_drawer, self.panel
        drawer.stepped.connect(self.table.step)
        drawer.closed.connect(self.close_drawer)
        drawer.acted.connect(self._act_on_shown)
        drawer.order_wanted.connect(self._open_order)
        drawer.copied.connect(self._copied)
        drawer.label_wanted.connect(LabelDoor(self.work, self.tools, self).open)
        panel.closed.connect(self._close_panel)
        panel.acted.connect(self._act_on_bills)
        panel.period_chosen.connect(self._period_chosen)
        panel.line_opened.connect(self.open_parcel)
        panel.all_wanted.connect(self._all_lines)

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, ShowTracks):
            if argument.tab:
                self.choose_tab(argument.tab)
            if argument.waybill:
                self.open_parcel(argument.waybill)
        self.focus_table()
        self._lift()

    # -- the drawer --------------------------------------------------------------------------

    @Slot(object)
    def open_parcel(self, waybill: Hashable | None) -> None:
        """Show one parcel beside the list, by waybill id or number."""
        if waybill is not None:
            if self.table.rows.position(waybill) >= 0:
                self.table.set_current(waybill)
            self.loader.open(str(waybill))

    @Slot(object)
    def _walked(self, waybill: Hashable | None) -> None:
        if self.track_drawer.isVisible():
            self.open_parcel(waybill)

    @Slot(object)
    def _detail_ready(self, opened: Opened) -> None:
        view = parcel_view(opened, self.work.now())
        drawer = self.track_drawer
        drawer.show_view(view)
        self.panel.hide()
        drawer.show()
        at = self.table.rows.position(view.id) if self.views.tab != FREIGHT else -1
        drawer.previous.setEnabled(at > 0)
        drawer.next.setEnabled(0 <= at < len(self.table.rows.ids) - 1)

    @Slot()
    def close_drawer(self) -> None:
        """The list alone again, or with the panel that was there before."""
        self.track_drawer.hide()
        self._show_panel()
        self.focus_table()

    @override
    def kept_open(self) -> None:
        view = self.track_drawer.view
        if view is not None and self.track_drawer.isVisible():
            self.loader.open(view.id)

    @Slot(str)
    def _found(self, waybill: str) -> None:
        if waybill:
            self.open_parcel(waybill)
        else:
            words = tr("No parcel that has left has this number")
            self.tools.shell.say(words, icon="magnifying-glass")

    @Slot(str)
    def _copied(self, text: str) -> None:
        self.tools.shell.say(tr("{text} copied", text=text.replace("\n", " · ")))

    @Slot(str)
    def _open_order(self, order: str) -> None:
        self.tools.shell.go("orders", Show(order=order))

    @Slot(str)
    def _act_on_shown(self, key: str) -> None:
        view = self.track_drawer.view
        if view is None:
            return
        match key:
            case "ask_carrier":
                self.track_drawer.to_clipboard(f"{view.number}\n{view.hotline}")
            case "seen":
                self._see([view.id])
            case "refresh":
                self.acts.refresh([view.id])

    def _see(self, waybills: list[str]) -> None:
        self.billing.forget_undo()
        self.acts.see(waybills)

    # -- the selection -----------------------------------------------------------------------

    @Slot()
    def _selection_changed(self) -> None:
        chosen = bool(self.table.selection) and self.views.tab != FREIGHT
        if chosen:
            count = self.table.selection.count(len(self.table.rows.ids))
            self.bulk.set_count(ntr("{n} parcel selected", "{n} parcels selected", count))
        self.bulk.set_shown(chosen)
        self.table.set_bottom_room(SCROLL_ROOM_PX if chosen else 0)
        self._lift()

    @override
    def list_changed(self) -> None:
        self._selection_changed()

    def _lift(self) -> None:
        if self.isVisible():
            px = self.theme.scaled(BAR_PX) + 16 if self.bulk.isVisible() else 0
            self.tools.shell.lift_toasts(px)

    def _chosen(self) -> list[str]:
        """The selected parcels, else the one under the bar."""
        selection = self.table.selection
        if selection:
            return [str(i) for i in self.table.rows.ids if i in selection]
        current = self.table.current_id
        return [str(current)] if current is not None else []

    @Slot(str)
    def _act_on_selection(self, key: str) -> None:
        ids = self._chosen()
        if not ids:
            return
        if key == "seen":
            self._see(ids)
        else:
            self.acts.refresh(ids)
        self.table.selection.clear()

    @Slot()
    def _acted(self) -> None:
        self.table.rows.touch_all()
        self.loader.load(self.views)
        self.kept_open()

    # -- bills -------------------------------------------------------------------------------

    @override
    def lines_changed(self) -> None:
        if self.freight is not None:
            self.panel.show_freight(self.freight, self.work.now())
            self.billing.companies = tuple(c.carrier for c in self.freight.summary.carriers)
        if self.views.tab == FREIGHT and self.freight is not None and not self.freight.months:
            self.panel.hide()
        else:
            self._show_panel()
        self._lines_chosen()

    @override
    def tab_shown(self, key: str) -> None:
        self._panel_open = key == FREIGHT
        self.track_drawer.hide()
        self._show_panel()

    def _show_panel(self) -> None:
        known = self.freight is not None and bool(self.freight.months)
        self.panel.setVisible(self._panel_open and known and not self.track_drawer.isVisible())

    @Slot()
    def _close_panel(self) -> None:
        self._panel_open = False
        self._show_panel()
        self.focus_table()

    @Slot(object)
    def _bill_taken(self, period: Period | None) -> None:
        self.period = period
        self._panel_open = True
        self.track_drawer.hide()
        self.load_freight()

    @Slot(object)
    def _period_chosen(self, period: Period) -> None:
        self.period = period
        self.bills.selection.clear()
        self.load_freight()

    @Slot()
    def _all_lines(self) -> None:
        self.choose_tab(FREIGHT)

    @Slot(object)
    def _open_line(self, line: Hashable | None) -> None:
        row = self.bills.rows.row_at(self.bills.rows.position(line)) if line is not None else None
        if row is not None:
            self.loader.find(row.cells[1].text)

    @Slot()
    def _lines_chosen(self) -> None:
        chosen = self._chosen_lines()
        accepted = sum(self.accepted.get(line, False) for line in chosen)
        self.panel.set_chosen(len(chosen) - accepted, accepted)

    def _chosen_lines(self) -> list[str]:
        selection = self.bills.selection
        if not selection or self.views.tab != FREIGHT:
            return []
        return [str(i) for i in self.bills.rows.ids if i in selection]

    @Slot(str)
    def _act_on_bills(self, key: str) -> None:
        freight, chosen = self.freight, self._chosen_lines()
        if freight is None:
            return
        self.acts.forget_undo()
        match key:
            case "export":
                self.billing.export(freight.period, freight.carrier)
            case "accept" if chosen:
                self.billing.accept([i for i in chosen if not self.accepted.get(i, False)])
            case "accept":
                self.billing.accept_all(freight.period, freight.carrier)
            case "take_back":
                self.billing.take_back([i for i in chosen if self.accepted.get(i, False)])

    @Slot()
    def _lines_acted(self) -> None:
        self.bills.selection.clear()
        self.bills.rows.touch_all()
        self.load_freight()

    # -- doing -------------------------------------------------------------------------------

    @Slot()
    def refresh_now(self) -> None:
        """F5: ask about what the list shows; again: stop asking."""
        if self.acts.running:
            self.acts.stop()
        else:
            wanted = self.views.wanted("on_the_way" if self.views.tab == FREIGHT else "")
            self.acts.refresh(wanted)

    @override
    def bring_in(self) -> bool:
        self.refresh_now()
        return True

    @Slot(str)
    def _banner_acted(self, action: str) -> None:
        if action == "load":
            self.reload()
        elif action == acting.NOTICE:
            self.banners.take(acting.NOTICE)
            self.refresh_now()
        elif action == bill_acting.NOTICE:
            self.banners.take(bill_acting.NOTICE)

    @override
    @Slot(str)
    def empty_acted(self, key: str) -> None:
        if key == "import":
            self.billing.choose()
        else:
            super().empty_acted(key)

    @override
    def undo(self) -> None:
        if self.acts.can_undo:
            self.acts.undo()
        else:
            self.billing.undo()

    # -- keys, scans and files ---------------------------------------------------------------

    @override
    def key_pressed(self, letter: str) -> bool:
        match letter.upper():
            case "/":
                if self.views.tab != FREIGHT:
                    self.bar.search.focus_all()
            case "K":
                if self.views.tab != FREIGHT:
                    self._act_on_selection("seen")
            case "[":
                self.tabs.step(-1)
            case "]":
                self.tabs.step(1)
            case _:
                return False
        return True

    @override
    def scanned(self, code: str) -> bool:
        self.loader.find(code)
        return True

    @override
    def focus_targets(self) -> list[QWidget]:
        table = self.bills if self.views.tab == FREIGHT else self.table
        return [self.tabs, table, self.panel, self.track_drawer]

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.track_drawer.isVisible():
                self.close_drawer()
            elif self.panel.isVisible():
                self._close_panel()
            return
        super().keyPressEvent(event)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if bill_in(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.hint.cover()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hint.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.hint.hide()
        file = bill_in(event.mimeData())
        if file is not None:
            event.acceptProposedAction()
            self.billing.take(file)
