"""Orders 订单: the list with its drawer, and everything that is done from here."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.companies import company
from app.domain.text import T, ntr, tr
from app.services.parcels.merging import Candidate
from app.services.workplace import Workplace
from ui.label_window import LabelDoor
from ui.page import PageTools
from ui.pages.orders import words
from ui.pages.orders.acting import NOTICE, OrderActions, OrderIds
from ui.pages.orders.case_acting import CaseActions
from ui.pages.orders.desk_acting import DeskActions
from ui.pages.orders.detail import detail_view
from ui.pages.orders.drawer import OrderDrawer
from ui.pages.orders.hold_question import ask_for_reason
from ui.pages.orders.list_page import OrderList
from ui.pages.orders.loader import Opened, why_not_printed
from ui.pages.orders.parcel_acting import ParcelActions
from ui.pages.orders.views import Show
from ui.paint_status import Severity
from ui.widgets.banner import Notice
from ui.widgets.bulk_bar import BAR_PX, SCROLL_ROOM_PX, BulkAction
from ui.widgets.popover import MenuItem, PopoverMenu

_ALL = "all_matching"


class OrdersPage(OrderList):
    """The order list with drawer, bulk bar and keys.

    ``start_wave`` gets the id of a wave to number and print; ``sync_now`` is the head's button.
    """

    def __init__(
        self,
        tools: PageTools,
        work: Workplace,
        *,
        start_wave: Callable[[str], object] | None = None,
        sync_now: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(tools, work, sync_now=sync_now)
        self.deeds = OrderActions(work, tools, self.banners, self, start_wave)
        self.order_drawer = OrderDrawer(self.theme, tools.pictures, self)
        self.put_drawer(self.order_drawer)
        self.desk = DeskActions(work, tools, self.order_drawer, self)
        self.cases = CaseActions(tools, self.order_drawer, self.desk, self)
        self.parcel_acts = ParcelActions(work, tools, self.deeds, self)
        self._merges: list[Candidate] = []
        self._why_not_printed = ""
        self._only: str | None = None  # the order that an open menu of carriers is for
        self._show_bulk_actions()
        self._connect_actions()

    def _show_bulk_actions(self) -> None:
        actions = [
            BulkAction("carrier", tr("Change carrier"), "truck", "C"),
            BulkAction("hold", tr("Hold"), "pause", "H"),
            BulkAction(
                "print",
                tr("Get numbers & print"),
                "printer",
                "P",
                primary=True,
                disabled_reason=self._why_not_printed,
            ),
        ]
        if self._merges:
            count = sum(len(group.parcels) for group in self._merges)
            words = ntr("Merge {n} order", "Merge {n} orders", count)
            actions.insert(1, BulkAction("merge", words, "git-merge", "M"))
        self.bulk.set_actions(actions)

    @Slot(object)
    def _merges_known(self, groups: list[Candidate]) -> None:
        if groups != self._merges:
            self._merges = groups
            self._show_bulk_actions()

    def _connect_actions(self) -> None:
        self.loader.detail_ready.connect(self._detail_ready)
        self.loader.found.connect(self._found)
        self.deeds.done.connect(self._acted)
        self.desk.done.connect(self._answered)
        self.parcel_acts.merges_known.connect(self._merges_known)
        self.banners.acted.connect(self._banner_acted)
        self.table.opened.connect(self.open_order)
        self.table.current_changed.connect(self._walked)
        self.table.selection.changed.connect(self._selection_changed)
        self.bulk.acted.connect(self.act)
        self.bulk.cleared.connect(self.table.selection.clear)
        drawer = self.order_drawer
        drawer.stepped.connect(self.table.step)
        drawer.closed.connect(self.close_drawer)
        drawer.acted.connect(self._act_on_shown)
        drawer.carrier_wanted.connect(self._carriers_for_shown)
        drawer.copied.connect(self._copied)
        drawer.address_wanted.connect(self.deeds.address.ask)
        drawer.label_wanted.connect(LabelDoor(self.work, self.tools, self).open)

    @override
    def activated(self, argument: object = None) -> None:
        if isinstance(argument, Show):
            self.show_wish(argument)
            if argument.order:
                self.open_order(argument.order)
        self.focus_table()
        self._lift()

    # -- the drawer --------------------------------------------------------------------------

    @Slot(object)
    def open_order(self, order_id: Hashable | None) -> None:
        """Show one order beside the list."""
        if order_id is not None:
            self.table.set_current(order_id)
            self.loader.open(str(order_id))

    @Slot(object)
    def _walked(self, order_id: Hashable | None) -> None:
        if self.order_drawer.isVisible():
            self.open_order(order_id)

    @Slot(object)
    def _detail_ready(self, opened: Opened) -> None:
        order = opened.order
        view = detail_view(order, opened.desk, self.shop_titles, self.work.now())
        self.order_drawer.show_view(view)
        self.order_drawer.show()
        at = self.table.rows.position(order.row.id)
        self.order_drawer.previous.setEnabled(at > 0)
        self.order_drawer.next.setEnabled(0 <= at < len(self.table.rows.ids) - 1)

    @Slot()
    def close_drawer(self) -> None:
        """The list alone again."""
        self.order_drawer.hide()
        self.focus_table()

    @override
    def kept_open(self) -> None:
        view = self.order_drawer.view
        if view is not None and self.order_drawer.isVisible():
            self.loader.open(view.id)

    @Slot(str)
    def _found(self, order_id: str) -> None:
        if order_id:
            self.open_order(order_id)
        else:
            self.tools.shell.say(tr("No order has this number"), icon="magnifying-glass")

    @Slot(str)
    def _copied(self, text: str) -> None:
        self.tools.shell.say(tr("{text} copied", text=text))

    # -- the selection -----------------------------------------------------------------------

    @override
    def list_changed(self) -> None:
        self._selection_changed()

    @override
    def rows_changed(self) -> None:
        if self.table.selection:
            self._count_selection()

    @Slot()
    def _selection_changed(self) -> None:
        chosen = bool(self.table.selection) and self.total > 0
        if chosen:
            self._count_selection()
            spec = self.table.selection.spec()
            self.parcel_acts.look_for_merges(self.deeds.chosen(spec, self.views.wanted()))
        self.bulk.set_shown(chosen)
        self.table.set_bottom_room(SCROLL_ROOM_PX if chosen else 0)
        self.order_drawer.set_selecting(selecting=chosen)
        self._lift()
        if self.table.selection.all_matching and self.total:
            what = words.all_selected(self.total)
            notice = Notice(
                _ALL, Severity.INFO, what, button=T("Only this page"), action="only_page"
            )
            self.banners.put(notice)
        else:
            self.banners.take(_ALL)

    def _lift(self) -> None:
        if self.isVisible():
            self.tools.shell.lift_toasts(
                self.theme.scaled(BAR_PX) + 16 if self.bulk.isVisible() else 0
            )

    def _count_selection(self) -> None:
        spec = self.table.selection.spec()
        count = self.table.selection.count(self.total)
        known = [self.pieces.get(order_id) for order_id in spec.ids]
        total = sum(n for n in known if n is not None)
        note = "" if spec.all_matching or None in known else words.pieces(total)
        why_not = self._print_refusal()
        if why_not != self._why_not_printed:
            self._why_not_printed = why_not
            self._show_bulk_actions()
        self.bulk.set_count(words.selected(count), note)

    @Slot(str)
    def _banner_acted(self, action: str) -> None:
        if action == "only_page":
            on_screen = self.table.rows.on_screen
            self.table.selection.select_only(self.table.rows.ids[on_screen.start : on_screen.stop])
        elif action == "load":
            self.reload()

    # -- doing -------------------------------------------------------------------------------

    def _targets(self) -> tuple[OrderIds, int] | None:
        """The selection, else the order under the bar; and how many that is."""
        if self.table.selection:
            count = self.table.selection.count(self.total)
            spec = self.table.selection.spec()
            return self.deeds.chosen(spec, self.views.wanted()), count
        current = self.table.current_id
        return (lambda: [str(current)], 1) if current is not None else None

    def _print_refusal(self) -> str:
        """Why the selection's or the current order's shop gives no labels here."""
        ids = self.table.selection.spec().ids if self.table.selection else {self.table.current_id}
        every = self.table.selection.all_matching
        chosen = [] if every else [self.shops_of.get(order_id) for order_id in ids]
        return why_not_printed(chosen, self.views.current.shops, self.choices)

    @Slot(str)
    def act(self, key: str) -> None:
        """``print``, ``carrier``, ``hold`` or ``release`` for the selection or the current row."""
        targets = self._targets()
        if targets is None:
            return
        orders, count = targets
        if key == "carrier":
            self._only = None
            self._open_carriers(*self._bulk_anchor())
        elif key == "merge":
            self.parcel_acts.merge(self._merges)
        elif key == "print" and (why_not := self._print_refusal()):
            self.tools.shell.say(why_not, icon="lock-simple")
        else:
            self._do(key, orders, count)

    def _do(self, key: str, orders: OrderIds, count: int) -> None:
        match key:
            case "print":
                self.deeds.print_orders(orders)
            case "release":
                self.deeds.release(orders)
            case "hold":
                title = ntr("Hold {n} order?", "Hold {n} orders?", count)
                ask_for_reason(
                    self.theme,
                    self.tools.shell,
                    title,
                    lambda reason: self.deeds.hold(orders, reason),
                )

    @Slot(str)
    def _act_on_shown(self, key: str) -> None:
        view, foot = self.order_drawer.view, self.order_drawer.buttons
        if view is None:
            return
        match key:
            case "split":
                self.parcel_acts.split(view.desk, foot.split)
            case "unship":
                self.parcel_acts.take_back(view.desk, foot.unship)
            case _:
                shown = view.id
                self._do(key, lambda: [shown], 1)

    @Slot(QPoint)
    def _carriers_for_shown(self, at: QPoint) -> None:
        view = self.order_drawer.view
        if view is not None:
            self._only = view.id
            self._open_carriers(at, above=False)

    def _bulk_anchor(self) -> tuple[QPoint, bool]:
        button = self.bulk.findChild(QWidget, "carrier")
        if self.bulk.isVisible() and button is not None and button.isVisible():
            return button.mapToGlobal(QPoint(0, -6)), True
        row = max(0, self.table.rows.position(self.table.current_id))
        box = self.table.row_rect(row)
        return self.table.viewport().mapToGlobal(box.bottomLeft() + QPoint(120, 0)), False

    def _open_carriers(self, at: QPoint, above: bool) -> None:
        items = [MenuItem(code, str(company(code).name), "truck") for code in self.carriers]
        if not items:
            self.tools.shell.say(tr("No carrier has an account yet"), icon="truck")
            return
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._carrier_chosen)
        menu.open_at(at, above=above)

    @Slot(str)
    def _carrier_chosen(self, code: str) -> None:
        only = self._only
        if only is not None:
            self.deeds.change_carrier(lambda: [only], code)
            return
        targets = self._targets()
        if targets is not None:
            self.deeds.change_carrier(targets[0], code)

    @Slot()
    def _answered(self) -> None:
        """A card of the drawer has done something: the selection stays."""
        self.table.rows.touch_all()
        self.reload()
        self.kept_open()

    @Slot()
    def _acted(self) -> None:
        self.desk.forget_undo()
        self.table.selection.clear()
        self.table.rows.touch_all()
        self.reload()
        self.kept_open()

    def undo(self) -> None:
        """Ctrl+Z: the last action here, while it can be undone."""
        if not self.desk.undo():
            self.deeds.undo()

    # -- keys --------------------------------------------------------------------------------

    @override
    def key_pressed(self, letter: str) -> bool:
        match letter.upper():
            case "/":
                self.bar.search.focus_all()
            case "P":
                self.act("print")
            case "C":
                self.act("carrier")
            case "H":
                self._hold_or_release()
            case "M":
                if self._merges and self.table.selection:
                    self.act("merge")
            case "S":
                if self.order_drawer.isVisible():
                    self._act_on_shown("split")
            case "[":
                self.tabs.step(-1)
            case "]":
                self.tabs.step(1)
            case _:
                return False
        return True

    def _hold_or_release(self) -> None:
        view = self.order_drawer.view
        shown = self.order_drawer.isVisible() and not self.table.selection
        if shown and view is not None and view.can_release:
            self._act_on_shown("release")
        else:
            self.act("hold")

    @override
    def scanned(self, code: str) -> bool:
        serial = self.order_drawer.serial_card()
        if serial is not None:
            serial.take(code)
        else:
            self.loader.find(code)
        return True

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.tabs, self.table, self.order_drawer]

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            shown = self.banners.shown()
            if shown is not None and shown.key == NOTICE:
                self.banners.take(NOTICE)
            elif self.order_drawer.isVisible():
                self.close_drawer()
            return
        super().keyPressEvent(event)
