"""The order list: tabs, search, chips and the table, over what the loader reads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.companies import company
from app.domain.errors import PackbenchError
from app.domain.text import T, tr
from app.services.orders.order_lists import COUNT_CAP
from app.services.orders.queries import OTHER, OrderRow
from app.services.workplace import Workplace
from ui.page import Page, PageTools
from ui.pages.orders.empty import empty_state
from ui.pages.orders.filter_bar import FilterBar
from ui.pages.orders.loader import Choices, Loaded, OrderLoader, pieces_by_id
from ui.pages.orders.rows import SORTS, columns, order_row
from ui.pages.orders.views import TABS, OrderViews, Show
from ui.paint_status import Severity
from ui.table import DataTable, RowHeight
from ui.table.view import CHECK_COLUMN
from ui.widgets.banner import Notice
from ui.widgets.bulk_bar import BulkBar
from ui.widgets.buttons import Button
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.states import SkeletonRows
from ui.widgets.tabs import Tab, Tabs

_MINUTE_MS = 30_000
_READ_ON = 300  # rows before the end
_ALWAYS_SHOWN = ("order", "stage")


class OrderList(Page):
    """The list without what is done to it. ``sync_now`` is the head's button.

    ``list_changed`` and ``row_kept`` are for the page that adds the drawer and the actions.
    """

    shows_sync = True
    topics = frozenset({"orders", "parcels", "waves", "shops"})

    def __init__(
        self,
        tools: PageTools,
        work: Workplace,
        *,
        sync_now: Callable[[], None] | None = None,
    ) -> None:
        self._ready = False
        super().__init__(tools, tr("Orders"))
        self.work = work
        self.pieces: dict[Hashable, int] = {}
        self.shops_of: dict[Hashable, str] = {}
        self.choices: Choices | None = None
        self.shop_titles: dict[str, str] = {}
        self.carriers: tuple[str, ...] = ()
        self.total = 0
        self._sync_now = sync_now
        self.views = OrderViews.from_record(tools.state.record("orders/views"))
        self._two_lines = tools.state.text("orders/lines", "two") != "one"
        self.loader = OrderLoader(work, tools.jobs, self)
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
        if self._sync_now is not None:
            button = Button(self.theme, tr("Sync"), self.head, icon="arrows-clockwise")
            button.set_help(tr("Sync now (F5)"))
            button.clicked.connect(self._sync)
            self.head.add_button(button)

    def _make_list(self) -> None:
        theme = self.theme
        self.tabs = Tabs(theme, [Tab(key, str(title)) for key, title in TABS], self)
        self.tabs.set_current(self.views.tab)
        self.content.addWidget(self.tabs)
        self.bar = FilterBar(theme, self)
        self.bar.density.set_current(0 if self._two_lines else 1)
        self.bar.show_filter(self.views.current, "")
        self.content.addWidget(self.bar)
        self.stack = QStackedWidget(self)
        self.content.addWidget(self.stack, 1)
        self.skeleton = SkeletonRows(theme, self.stack, row_px=RowHeight.COMFORTABLE)
        self.table = DataTable(
            theme,
            (CHECK_COLUMN, *columns(theme)),
            self._fetch,
            self.stack,
            pictures=self.tools.pictures,
            row_height=self._row_height(),
            name=tr("Orders"),
        )
        self.table.restore_layout(self.tools.state.record("orders/layout"))
        self.empty = QWidget(self.stack)
        QVBoxLayout(self.empty)
        for part in (self.skeleton, self.table, self.empty):
            self.stack.addWidget(part)
        self.bulk = BulkBar(theme, self.stack)
        self._show_sort()

    def _connect(self) -> None:
        self.loader.loaded.connect(self._loaded)
        self.loader.rows_ready.connect(self._rows_ready)
        self.loader.choices_ready.connect(self._choices_ready)
        self.loader.failed.connect(self._load_failed)
        self.tabs.chosen.connect(self._tab_chosen)
        self.tabs.more_wanted.connect(self._more_tabs)
        self.bar.searched.connect(self._searched)
        self.bar.search.left.connect(self.focus_table)
        self.bar.toggled.connect(self._toggled)
        self.bar.cleared.connect(self._chip_cleared)
        self.bar.density_chosen.connect(self._density_chosen)
        self.bar.columns_wanted.connect(self._choose_columns)
        self.table.sort_wanted.connect(self._sort)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)

    # -- loading -----------------------------------------------------------------------------

    @override
    def refresh(self, topics: frozenset[str]) -> None:
        if not self._ready:
            return
        if "shops" in topics:
            self.loader.read_choices()
        if topics - {"shops"}:
            self.table.rows.touch_all()
            self.reload()
            self.kept_open()

    def reload(self) -> None:
        """Ask for the list anew."""
        self.loader.load(self.views.wanted())

    @Slot()
    def _tick(self) -> None:
        if self.isVisible():
            self.table.rows.touch_all()
            self.kept_open()

    def _fetch(self, ids: Sequence[Hashable]) -> None:
        self.loader.fetch(ids)

    @Slot(object)
    def _loaded(self, loaded: Loaded) -> None:
        self.total = loaded.total
        self.banners.take("load")
        self.tabs.set_tabs([_tab(k, str(t), loaded.counts) for k, t in TABS])
        if list(self.table.rows.ids) != loaded.ids:
            self.table.show_ids(loaded.ids)
            self._scrolled()
        self._show_empty(anything=bool(self.total or loaded.counts.get("all", 0)))
        self.list_changed()

    @Slot()
    def _scrolled(self) -> None:
        """Read on before the end of what was read comes into sight."""
        if not self.table.isVisible():
            return
        lowest = self.table.rowAt(self.table.viewport().height() - 1)
        if lowest < 0 or lowest >= len(self.table.rows.ids) - _READ_ON:  # -1: below the last row
            self.loader.load_more()

    def list_changed(self) -> None:
        """Another snapshot is shown."""

    def kept_open(self) -> None:
        """What is shown beside the list may have changed."""

    def rows_changed(self) -> None:
        """Rows have arrived."""

    def _show_empty(self, *, anything: bool) -> None:
        if self.total:
            self.stack.setCurrentWidget(self.table)
            return
        layout = self.empty.layout()
        while layout is not None and (item := layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        state = empty_state(
            self.theme, self.views, anything=anything, can_sync=bool(self._sync_now)
        )
        state.acted.connect(self._empty_acted)
        if layout is not None:
            layout.addWidget(state)
        self.stack.setCurrentWidget(self.empty)

    @Slot(object)
    def _rows_ready(self, rows: list[OrderRow]) -> None:
        now = self.work.now()
        self.pieces.update(pieces_by_id(rows))
        self.shops_of.update((row.id, row.shop) for row in rows)
        self.table.rows.deliver(order_row(row, now, two_lines=self._two_lines) for row in rows)
        self.rows_changed()

    @Slot(object)
    def _load_failed(self, error: PackbenchError) -> None:
        notice = Notice("load", Severity.FAILED, error.message, error.remedy, T("Try again"))
        self.banners.put(notice)

    @Slot(object)
    def _choices_ready(self, choices: Choices) -> None:
        self.choices = choices
        self.shop_titles = dict(choices.shops)
        self.carriers = choices.carriers
        self.bar.set_choices("shops", choices.shops if len(choices.shops) > 1 else ())
        self.bar.set_choices(
            "carriers", [(code, str(company(code).name)) for code in choices.carriers]
        )

    # -- the view ----------------------------------------------------------------------------

    def show_wish(self, wish: Show) -> None:
        """Change the view to what another place wants to see."""
        if wish.tab:
            self.views.tab = wish.tab
            self.tabs.set_current(wish.tab)
        if wish.shop is not None:
            shops = (wish.shop,) if wish.shop else ()
            self.views.change(self.views.current.with_values("shops", shops))
        self._view_changed()

    @Slot(str)
    def _empty_acted(self, key: str) -> None:
        if key == "clear":
            self.views.clear()
            self._view_changed()
        elif key == "sync":
            self._sync()

    @Slot()
    def _sync(self) -> None:
        if self._sync_now is not None:
            self._sync_now()

    @Slot()
    def focus_table(self) -> None:
        """The table gets the keyboard."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _view_changed(self) -> None:
        self.bar.show_filter(self.views.current, self.views.search)
        self._show_sort()
        self.tools.state.set_record("orders/views", self.views.as_record())
        self.table.selection.clear()
        self.reload()

    def _show_sort(self) -> None:
        now = self.views.current
        column = next(key for key, sort in SORTS.items() if sort == now.sort)
        self.table.set_sort(column, now.descending)

    @Slot(str)
    def _tab_chosen(self, key: str) -> None:
        self.views.tab = key
        self.table.verticalScrollBar().setValue(0)
        self._view_changed()

    @Slot(object)
    def _more_tabs(self, at: QPoint) -> None:
        items = [MenuItem(t.key, t.title, hint=t.figure or "0") for t in self.tabs.hidden_tabs()]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self.tabs.choose)
        menu.open_at(at)

    @Slot(str)
    def _searched(self, text: str) -> None:
        if text.strip() != self.views.search:
            self.views.search = text.strip()
            self.table.selection.clear()
            self.reload()

    @Slot(str, str)
    def _toggled(self, kind: str, value: str) -> None:
        self.views.toggle(kind, value)
        self._view_changed()

    @Slot(str)
    def _chip_cleared(self, kind: str) -> None:
        self.views.change(self.views.current.with_values(kind, ()))
        self._view_changed()

    @Slot(str, bool)
    def _sort(self, column: str, descending: bool) -> None:
        now = self.views.current
        self.views.change(replace(now, sort=SORTS[column], descending=descending))
        self._view_changed()

    def _row_height(self) -> RowHeight:
        return RowHeight.COMFORTABLE if self._two_lines else RowHeight.DEFAULT

    @Slot(bool)
    def _density_chosen(self, two_lines: bool) -> None:
        self._two_lines = two_lines
        self.tools.state.set_text("orders/lines", "two" if two_lines else "one")
        self.table.set_row_height(self._row_height())
        self.table.show_ids(self.table.rows.ids, keep_rows=False)

    @Slot(QPoint)
    def _choose_columns(self, at: QPoint) -> None:
        hidden = self._hidden_columns()
        items = [
            MenuItem(c.key, c.title, checked=c.key not in hidden)
            for c in columns(self.theme)
            if c.key not in _ALWAYS_SHOWN
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._toggle_column)
        menu.open_at(at, right_aligned=True)

    def _hidden_columns(self) -> set[str]:
        hidden = self.table.layout_state()["hidden"]
        return {str(key) for key in hidden} if isinstance(hidden, list) else set()

    @Slot(str)
    def _toggle_column(self, key: str) -> None:
        self.table.set_hidden_columns(self._hidden_columns() ^ {key})
        self._remember_layout()

    def _remember_layout(self) -> None:
        self.tools.state.set_record("orders/layout", self.table.layout_state())

    @override
    def deactivated(self) -> None:
        self._remember_layout()


def _tab(key: str, title: str, counts: Mapping[str, int]) -> Tab:
    """A tab of what is over has no figure where counting it would mean reading all of it."""
    over = key in ("all", "shipped", OTHER)
    return Tab(key, title, counts.get(key, None if over else 0), COUNT_CAP)
