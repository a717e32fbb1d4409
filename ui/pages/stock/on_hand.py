"""The tab 在库: every item with its figures, how long it lasts, and its card beside the list."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import T, tr
from app.services.stock import item_card, stock_page
from app.services.stock.finding import SeveralItemsError
from app.services.stock.item_card import ItemCard
from app.services.stock.stock_page import (
    StockCounts,
    StockFilter,
    StockSort,
    StockTab,
)
from app.services.workplace import Workplace
from ui.pages.orders.views import Show
from ui.pages.stock import doing
from ui.pages.stock.drawer import ItemDrawer
from ui.pages.stock.filter_bar import FilterBar
from ui.pages.stock.growing import Growing, ReadPage
from ui.pages.stock.pane import Pane, StockPlace
from ui.pages.stock.rows import ItemDelegate, ItemRow, columns, item_row
from ui.paint_status import Severity
from ui.table import DataTable, RowHeight
from ui.theme import Theme
from ui.widgets.banner import Notice
from ui.widgets.buttons import Button
from ui.widgets.control import Control
from ui.widgets.states import EmptyAction, EmptyState, SkeletonRows

KEY = "on_hand"
COUNTS = "counts"  # the tab of stocktakes
LIST_LANE, CARD_LANE, COUNTS_LANE = "stock.list", "stock.card", "stock.sums"
_STATE, _LAYOUT = "stock/list", "stock/layout"


class OnHandPane(Pane):
    """``opened`` takes the code of an item, or a ``StockTab`` to filter by."""

    def __init__(self, place: StockPlace) -> None:
        super().__init__(place)
        theme, tools = self.theme, self.tools
        self.wanted = _remembered(tools.state.record(_STATE))
        self.counts: StockCounts | None = None
        self._card_of = ""
        self.bring_in = Button(theme, tr("Import"), self, icon="upload-simple")
        self.bring_in.clicked.connect(self._import)
        self.count = Button(theme, tr("Count"), self, icon="list-bullets")
        self.count.clicked.connect(self._count)
        self.bar = FilterBar(theme, self)
        self.column.addWidget(self.bar)
        self.stack = QStackedWidget(self)
        self.column.addWidget(self.stack, 1)
        self.skeleton = QWidget(self.stack)
        loading = QVBoxLayout(self.skeleton)
        loading.setContentsMargins(24, 0, 20, 0)
        loading.addWidget(SkeletonRows(theme, self.skeleton, row_px=RowHeight.COMFORTABLE))
        self.list = Growing(self.work, tools.jobs, LIST_LANE, self)
        self.table = DataTable(
            theme,
            columns(theme),
            self.list.known,
            self.stack,
            pictures=tools.pictures,
            row_height=RowHeight.COMFORTABLE,
            name=tr("Stock"),
            delegate=ItemDelegate,
        )
        self.list.fill(self.table)
        self.table.restore_layout(tools.state.record(_LAYOUT))
        self.table.set_sort(self.wanted.sort, self.wanted.descending)
        self.empty = QWidget(self.stack)
        QVBoxLayout(self.empty)
        for part in (self.skeleton, self.table, self.empty):
            self.stack.addWidget(part)
        self.drawer = ItemDrawer(theme, tools.pictures, self)
        self.drawer.count.setVisible(place.has_pane(COUNTS))
        self.count.setVisible(place.has_pane(COUNTS))
        place.put_beside(self.drawer)
        self._connect()
        self.bar.show_filter(self.wanted)

    def _connect(self) -> None:
        self.list.shown.connect(self._shown)
        self.list.failed.connect(self._failed)
        self.bar.searched.connect(self._searched)
        self.bar.tab_chosen.connect(self._tab_chosen)
        self.bar.search.left.connect(self.take_focus)
        self.table.opened.connect(self._row_opened)
        self.table.current_changed.connect(self._walked)
        self.table.sort_wanted.connect(self._sort)
        drawer = self.drawer
        drawer.stepped.connect(self.table.step)
        drawer.closed.connect(self.close_drawer)
        drawer.acted.connect(self._act)
        drawer.give_wanted.connect(self._give)
        drawer.order_wanted.connect(self._open_order)

    # -- reading -----------------------------------------------------------------------------

    @override
    def opened(self, argument: object = None) -> None:
        if isinstance(argument, StockTab):
            self._change(replace(self.wanted, tab=argument, search="", archived=False))
        elif isinstance(argument, str) and argument:
            self._load()
            self.open_item(argument)
        else:
            self._load()

    @override
    def refresh(self) -> None:
        if self.list.loaded:
            self.list.again()
        else:
            self._load()
        self._count_tabs()
        card = self.drawer.card
        if card is not None and self.drawer.isVisible():
            self.open_item(card.sku)

    def _load(self) -> None:
        wanted = self.wanted

        def read(work: Workplace, after: object | None, limit: int) -> ReadPage:
            mark = after if isinstance(after, tuple) else None
            page = stock_page.stock_page(work, wanted, mark, limit)
            return ReadPage([item_row(line) for line in page.rows], page.after)

        self.list.start(read)
        self._count_tabs()

    def _count_tabs(self) -> None:
        work, wanted = self.work, self.wanted

        def done(result: object) -> None:
            if wanted == self.wanted and isinstance(result, StockCounts):
                self.counts = result
                self.bar.tell(result)

        self.tools.jobs.run(
            COUNTS_LANE,
            lambda *_: stock_page.stock_counts(work, wanted),
            done=done,
            failed=self._failed,
            owner=self,
        )

    @Slot()
    def _shown(self) -> None:
        self.place.banners.take("load")
        if self.table.rows.ids:
            self._put(self.table)
            return
        layout = self.empty.layout()
        while layout is not None and (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        state = empty_state(self.theme, self.wanted)
        state.acted.connect(self._empty_acted)
        if layout is not None:
            layout.addWidget(state)
        self._put(self.empty)

    def _put(self, part: QWidget) -> None:
        focus = QApplication.focusWidget()
        inside = focus is not None and self.stack.isAncestorOf(focus)
        self.stack.setCurrentWidget(part)
        if inside:
            (self.table if part is self.table else self.bar.search).setFocus(
                Qt.FocusReason.OtherFocusReason
            )

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        notice = Notice("load", Severity.FAILED, error.message, error.remedy, T("Try again"))
        self.place.banners.put(notice)

    # -- the card ----------------------------------------------------------------------------

    def open_item(self, sku: str) -> None:
        """Show the item with this code or bar code beside the list."""
        work, self._card_of = self.work, sku

        def done(result: object) -> None:
            if self._card_of == sku and isinstance(result, ItemCard):
                self._show_card(result)

        def failed(error: PackbenchError) -> None:
            if isinstance(error, SeveralItemsError):  # the list shows them all
                self._change(replace(self.wanted, search=sku, tab=StockTab.ALL))
            else:
                self.tools.shell.say(str(error.message), icon="magnifying-glass")

        self.tools.jobs.run(
            CARD_LANE,
            lambda *_: item_card.item_card(work, sku),
            done=done,
            failed=failed,
            owner=self,
        )

    def _show_card(self, card: ItemCard) -> None:
        drawer = self.drawer
        drawer.show_card(card, self.work.now())
        drawer.show()
        at = self.table.rows.position(card.sku_id)
        if at >= 0 and self.table.current_id != card.sku_id:
            self.table.set_current(card.sku_id)
        drawer.previous.setEnabled(at > 0)
        drawer.next.setEnabled(0 <= at < len(self.table.rows.ids) - 1)

    def _row(self, row_id: Hashable | None) -> ItemRow | None:
        at = self.table.rows.position(row_id) if row_id is not None else -1
        row = self.table.rows.row_at(at)
        return row if isinstance(row, ItemRow) else None

    @Slot(object)
    def _row_opened(self, row_id: Hashable | None) -> None:
        row = self._row(row_id)
        if row is not None:
            self.open_item(row.code)

    @Slot(object)
    def _walked(self, row_id: Hashable | None) -> None:
        if self.drawer.isVisible():
            self._row_opened(row_id)

    @Slot()
    def close_drawer(self) -> None:
        """The list alone again."""
        self._card_of = ""
        self.drawer.hide()
        self.take_focus()

    @Slot(str)
    def _act(self, what: str) -> None:
        card = self.drawer.card
        if card is None:
            return
        match what:
            case "receive":
                self.place.receive(card.sku)
            case "ledger":
                self.place.show_pane("moves", card.sku)
            case "count":
                self.place.show_pane(COUNTS, card.sku)
            case _:
                doing.ask_and_do(self.place, what, card)

    @Slot(str, str)
    def _give(self, giver: str, getter: str) -> None:
        doing.give(self.place, giver, getter)

    @Slot(str)
    def _open_order(self, order: str) -> None:
        self.tools.shell.go("orders", Show(order=order))

    # -- the view ----------------------------------------------------------------------------

    def _change(self, wanted: StockFilter) -> None:
        self.wanted = wanted
        self.tools.state.set_record(
            _STATE, {"tab": wanted.tab, "sort": wanted.sort, "descending": wanted.descending}
        )
        self.bar.show_filter(wanted)
        self.table.set_sort(wanted.sort, wanted.descending)
        self.table.verticalScrollBar().setValue(0)
        self._load()

    @Slot(str)
    def _searched(self, text: str) -> None:
        if text.strip() != self.wanted.search:
            self._change(replace(self.wanted, search=text.strip()))

    @Slot(str)
    def _tab_chosen(self, key: str) -> None:
        if key == "archived":
            self._change(replace(self.wanted, tab=StockTab.ALL, archived=True))
        else:
            self._change(replace(self.wanted, tab=StockTab(key), archived=False))

    @Slot(str, bool)
    def _sort(self, key: str, descending: bool) -> None:
        self._change(replace(self.wanted, sort=StockSort(key), descending=descending))

    @Slot(str)
    def _empty_acted(self, key: str) -> None:
        if key == "import":
            self._import()
        elif key == "receive":
            self.place.receive()
        else:
            self._change(StockFilter(sort=self.wanted.sort, descending=self.wanted.descending))

    @Slot()
    def _import(self) -> None:
        doing.choose_file(self.place, self)

    @Slot()
    def _count(self) -> None:
        self.place.show_pane(COUNTS)

    # -- keys --------------------------------------------------------------------------------

    @override
    @Slot()
    def take_focus(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def left(self) -> None:
        self.drawer.hide()
        self.tools.state.set_record(_LAYOUT, self.table.layout_state())

    @override
    def key_pressed(self, letter: str) -> bool:
        if letter == "/":
            self.bar.search.focus_all()
            return True
        return False

    @override
    def scanned(self, code: str) -> bool:
        self.open_item(code)
        return True

    @override
    def escaped(self) -> bool:
        if not self.drawer.isVisible():
            return False
        self.close_drawer()
        return True

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.bar.search, self.table]

    @override
    def head_buttons(self) -> Sequence[Control]:
        counts = self.place.has_pane(COUNTS)
        return (self.bring_in, self.count) if counts else (self.bring_in,)


def empty_state(theme: Theme, wanted: StockFilter) -> EmptyState:
    """No goods at all, none that fit, or nothing that is short."""
    if wanted.search or wanted.archived:
        return EmptyState(
            theme,
            "magnifying-glass",
            tr("No item fits"),
            tr("Another word or another filter may find it."),
            [EmptyAction("clear", tr("Clear filters"), "x")],
        )
    if wanted.tab is not StockTab.ALL:
        return EmptyState(
            theme,
            "check-circle",
            tr("Nothing here needs you"),
            tr("Items show up here by themselves when they do."),
            [EmptyAction("clear", tr("All items"), "x")],
        )
    return EmptyState(
        theme,
        "stack",
        tr("No stock yet"),
        tr("A table with codes, names and figures is enough to begin."),
        [EmptyAction("import", tr("Import a table"), "upload-simple", primary=True)],
    )


def _remembered(record: Mapping[str, object]) -> StockFilter:
    tab, sort = record.get("tab"), record.get("sort")
    return StockFilter(
        tab=StockTab(str(tab)) if tab in set(StockTab) else StockTab.ALL,
        sort=StockSort(str(sort)) if sort in set(StockSort) else StockSort.DAYS,
        descending=record.get("descending") is True,
    )
