"""The list of parcels on their way: tabs, search, chips, the tables of parcels and of bills."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.text import T, tr
from app.services.money.views import FreightRow, Period
from app.services.orders.order_lists import COUNT_CAP
from app.services.tracking.views import TrackRow
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.orders.words import ago
from ui.pages.tracking import freight_rows
from ui.pages.tracking.empty import empty_state
from ui.pages.tracking.filter_bar import FilterBar
from ui.pages.tracking.freight_rows import BillDelegate, bill_line
from ui.pages.tracking.loader import Freight, Loaded, TrackLoader
from ui.pages.tracking.rows import ParcelDelegate, columns, parcel_line
from ui.pages.tracking.views import FREIGHT, TABS, TrackViews
from ui.paint_status import Severity
from ui.table import DataTable, RowHeight
from ui.widgets.banner import Notice
from ui.widgets.buttons import Button, IconButton
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.states import SkeletonRows
from ui.widgets.tabs import Tab, Tabs

_MINUTE_MS = 30_000
_OLD = timedelta(hours=8)  # the poller asks about everything at least as often
_STATE = "tracking/views"


class TrackList(Page):
    """The lists without what is done to them. ``list_changed``, ``lines_changed`` and
    ``kept_open`` are for the page that adds drawer, panel and actions."""

    topics = frozenset({"tracks", "freight", "parcels"})

    def __init__(self, tools: PageTools, work: Workplace) -> None:
        self._ready = False
        super().__init__(tools, tr("Logistics"))
        self.work = work
        self.views = TrackViews.from_record(tools.state.record(_STATE))
        self.loaded: Loaded | None = None
        self.freight: Freight | None = None
        self.period: Period | None = None
        self.accepted: dict[Hashable, bool] = {}
        self._busy_words = ""
        self.loader = TrackLoader(work, tools.jobs, self)
        self._make_head()
        self._make_list()
        self._connect()
        self._minute = QTimer(self)
        self._minute.setInterval(_MINUTE_MS)
        self._minute.timeout.connect(self._tick)
        self._minute.start()
        self._ready = True

    # -- making ------------------------------------------------------------------------------

    def _make_head(self) -> None:
        theme = self.theme
        self.again = IconButton(theme, "arrows-clockwise", "", self.head)
        self.take_in = Button(theme, tr("Import a carrier's bill"), self.head, icon="upload-simple")
        self.head.add_button(self.again)
        self.head.add_button(self.take_in)

    def _make_list(self) -> None:
        theme, tools = self.theme, self.tools
        self.tabs = Tabs(theme, [Tab(key, str(title)) for key, title in TABS], self)
        self.tabs.set_current(self.views.tab)
        self.content.addWidget(self.tabs)
        self.bar = FilterBar(theme, self)
        self.content.addWidget(self.bar)
        self.stack = QStackedWidget(self)
        self.content.addWidget(self.stack, 1)
        self.skeleton = QWidget(self.stack)
        loading = QVBoxLayout(self.skeleton)
        loading.setContentsMargins(24, 0, 20, 0)
        loading.addWidget(SkeletonRows(theme, self.skeleton, row_px=RowHeight.COMFORTABLE))
        self.table = DataTable(
            theme,
            columns(theme),
            self._fetch,
            self.stack,
            pictures=tools.pictures,
            row_height=RowHeight.COMFORTABLE,
            name=tr("Parcels on their way"),
            delegate=ParcelDelegate,
        )
        self.bills = DataTable(
            theme,
            freight_rows.columns(),
            self._fetch_lines,
            self.stack,
            pictures=tools.pictures,
            row_height=RowHeight.COMFORTABLE,
            name=tr("Lines of bills that differ"),
            delegate=BillDelegate,
        )
        self.table.restore_layout(tools.state.record("tracking/layout"))
        self.bills.restore_layout(tools.state.record("tracking/bills"))
        self.empty = QWidget(self.stack)
        QVBoxLayout(self.empty)
        for part in (self.skeleton, self.table, self.bills, self.empty):
            self.stack.addWidget(part)
        self._show_filter()

    def _connect(self) -> None:
        self.loader.loaded.connect(self._loaded)
        self.loader.rows_ready.connect(self._rows_ready)
        self.loader.lines_ready.connect(self._lines_ready)
        self.loader.freight_ready.connect(self._freight_ready)
        self.loader.failed.connect(self._load_failed)
        self.tabs.chosen.connect(self._tab_chosen)
        self.tabs.more_wanted.connect(self._more_tabs)
        bar = self.bar
        bar.searched.connect(self._searched)
        bar.search.left.connect(self.focus_table)
        bar.carrier_toggled.connect(self._carrier_toggled)
        bar.carriers_cleared.connect(self._carriers_cleared)
        bar.days_chosen.connect(self._days_chosen)
        bar.accepted_toggled.connect(self._accepted_toggled)

    # -- loading -----------------------------------------------------------------------------

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        if not self._ready:
            return
        if topics & {"tracks", "parcels"}:
            self.table.rows.touch_all()
            self.loader.load(self.views)
            self.kept_open()
        if topics & {"freight", "parcels"}:
            self.bills.rows.touch_all()
            self.load_freight()

    def reload(self) -> None:
        """Ask for the current list anew."""
        if self.views.tab == FREIGHT:
            self.load_freight()
        else:
            self.loader.load(self.views)

    def load_freight(self) -> None:
        """Ask for the bills of the chosen month anew."""
        now = self.views.of(FREIGHT)
        self.loader.load_freight(self.period, next(iter(now.carriers), ""), now.accepted)

    @Slot()
    def _tick(self) -> None:
        if self.isVisible():
            self.table.rows.touch_all()
            self.kept_open()
            self.tell_age()

    def _fetch(self, ids: Sequence[Hashable]) -> None:
        self.loader.fetch(ids)

    def _fetch_lines(self, ids: Sequence[Hashable]) -> None:
        self.loader.fetch_lines(ids)

    @Slot(object)
    def _loaded(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.banners.take("load")
        self.bar.set_companies(loaded.carriers)
        if loaded.wanted.tab != FREIGHT:
            if list(self.table.rows.ids) != loaded.ids:
                self.table.show_ids(loaded.ids)
            self._show_what_there_is()
        self._tell_counts()
        self.tell_age()
        self.list_changed()

    @Slot(object)
    def _freight_ready(self, freight: Freight) -> None:
        self.freight = freight
        self.banners.take("load")
        if list(self.bills.rows.ids) != freight.ids:
            self.bills.show_ids(freight.ids)
        if self.views.tab == FREIGHT:
            self._show_what_there_is()
        self._tell_counts()
        self.lines_changed()

    def list_changed(self) -> None:
        """Another snapshot of parcels is shown."""

    def lines_changed(self) -> None:
        """Another snapshot of bills is shown."""

    def kept_open(self) -> None:
        """What is shown beside the list may have changed."""

    def _tell_counts(self) -> None:
        counts: dict[str, int | None] = {}
        if self.loaded is not None:
            counts.update(self.loaded.counts)
        if self.freight is not None and self.freight.months:
            counts[FREIGHT] = self.freight.claimed
        self.tabs.set_tabs(
            [Tab(key, str(title), counts.get(key), COUNT_CAP) for key, title in TABS]
        )

    def _show_what_there_is(self) -> None:
        """The table of the current tab, or why it is empty."""
        bills = self.views.tab == FREIGHT
        table = self.bills if bills else self.table
        if table.rows.ids:
            self._put(table)
            return
        layout = self.empty.layout()
        while layout is not None and (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        counts = self.loaded.counts if self.loaded is not None else {}
        billed = self.freight is not None and bool(self.freight.months)
        state = empty_state(self.theme, self.views, anything=any(counts.values()), billed=billed)
        state.acted.connect(self.empty_acted)
        if layout is not None:
            layout.addWidget(state)
        self._put(self.empty)

    def _put(self, part: QWidget) -> None:
        """Show a part of the stack; the keyboard stays on this page."""
        focus = QApplication.focusWidget()
        inside = focus is not None and self.stack.isAncestorOf(focus)
        self.stack.setCurrentWidget(part)
        if inside and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            part.setFocus(Qt.FocusReason.OtherFocusReason)
        elif inside:
            self.tabs.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _rows_ready(self, rows: list[TrackRow]) -> None:
        now = self.work.now()
        self.table.rows.deliver(parcel_line(row, now) for row in rows)

    @Slot(object)
    def _lines_ready(self, rows: list[FreightRow]) -> None:
        now = self.work.now()
        self.accepted.update((row.id, row.accepted_at is not None) for row in rows)
        self.bills.rows.deliver(bill_line(row, now) for row in rows)

    @Slot(object)
    def _load_failed(self, error: PackbenchError) -> None:
        notice = Notice("load", Severity.FAILED, error.message, error.remedy, T("Try again"))
        self.banners.put(notice)

    # -- how fresh it is ---------------------------------------------------------------------

    def tell_busy(self, words: str) -> None:
        """What runs now, in words; empty when it has ended."""
        self._busy_words = words
        self.tell_age()

    def tell_age(self) -> None:
        """The chip of the head: what runs, else when a carrier last answered."""
        if self._busy_words:
            self.again.set_icon_name("stop-circle", tr("Stop (F5)"))
            self.head.chip.tell(Severity.INFO, self._busy_words)
            return
        self.again.set_icon_name("arrows-clockwise", tr("Ask the carriers now (F5)"))
        at = self.loaded.updated_at if self.loaded is not None else None
        now = self.work.now()
        if at is None:
            counts = self.loaded.counts if self.loaded is not None else {}
            words = tr("No carrier has answered yet") if any(counts.values()) else ""
            self.head.chip.tell(Severity.PROBLEM, words)
            return
        severity = Severity.PROBLEM if now - at > _OLD else Severity.FINE
        self.head.chip.tell(severity, tr("Updated {time}", time=ago(at, now)))

    # -- the view ----------------------------------------------------------------------------

    @Slot(str)
    def empty_acted(self, key: str) -> None:
        """A button of an empty state."""
        if key == "clear":
            self.views.clear()
            self.view_changed()

    @Slot()
    def focus_table(self) -> None:
        """The table gets the keyboard."""
        table = self.bills if self.views.tab == FREIGHT else self.table
        table.setFocus(Qt.FocusReason.OtherFocusReason)

    def view_changed(self) -> None:
        """Another tab or other filters."""
        self._show_filter()
        self.tools.state.set_record(_STATE, self.views.as_record())
        self.table.selection.clear()
        self.bills.selection.clear()
        if self.views.tab == FREIGHT:
            self._show_what_there_is()
        elif self.stack.currentWidget() is not self.skeleton:
            self._put(self.table)
        self.reload()

    def _show_filter(self) -> None:
        bills = self.views.tab == FREIGHT
        self.bar.show_filter(self.views.current, self.views.search, bills=bills)

    def choose_tab(self, key: str) -> None:
        """Show a tab as if a person had chosen it."""
        self.tabs.choose(key)

    @Slot(str)
    def _tab_chosen(self, key: str) -> None:
        self.views.tab = key
        self.table.verticalScrollBar().setValue(0)
        self.view_changed()
        self.tab_shown(key)

    def tab_shown(self, key: str) -> None:
        """A person has chosen a tab."""

    @Slot(object)
    def _more_tabs(self, at: QPoint) -> None:
        hidden = self.tabs.hidden_tabs()
        items = [MenuItem(t.key, t.title, hint=t.figure or "0") for t in hidden]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.tabs.choose)
        menu.open_at(at)

    @Slot(str)
    def _searched(self, text: str) -> None:
        if text.strip() != self.views.search:
            self.views.search = text.strip()
            self.table.selection.clear()
            self.reload()

    @Slot(str)
    def _carrier_toggled(self, code: str) -> None:
        self.views.toggle_carrier(code)
        self.view_changed()

    @Slot()
    def _carriers_cleared(self) -> None:
        self.views.change(replace(self.views.current, carriers=()))
        self.view_changed()

    @Slot(int)
    def _days_chosen(self, days: int) -> None:
        self.views.change(replace(self.views.current, days=days or None))
        self.view_changed()

    @Slot()
    def _accepted_toggled(self) -> None:
        now = self.views.current
        self.views.change(replace(now, accepted=not now.accepted))
        self.view_changed()

    @override
    def deactivated(self) -> None:
        self.tools.state.set_record("tracking/layout", self.table.layout_state())
        self.tools.state.set_record("tracking/bills", self.bills.layout_state())
