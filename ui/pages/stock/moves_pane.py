"""The tab 流水: every movement of the shelf, the newest first, by item and by kind."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget
from typing_extensions import override

from app.domain.errors import PackbenchError
from app.domain.states import MoveKind
from app.domain.text import T, tr
from app.services.stock import move_page
from app.services.stock.move_page import LedgerLine, MoveFilter
from app.services.workplace import Workplace
from ui.pages.orders.words import day_and_time
from ui.pages.stock.growing import Growing, ReadPage
from ui.pages.stock.pane import Pane, StockPlace
from ui.pages.stock.words import (
    KIND_WORDS,
    change,
    figure,
    kind_glyph,
    kind_words,
    move_words,
    spec_words,
)
from ui.paint_status import Severity
from ui.table import Cell, Column, DataTable, RowHeight, TableRow
from ui.table.delegate import PAD
from ui.theme_tokens import Tone
from ui.widgets.banner import Notice
from ui.widgets.choices import FilterChip
from ui.widgets.fields import SearchField
from ui.widgets.label import ColorName
from ui.widgets.popover import MenuItem, PopoverMenu
from ui.widgets.states import EmptyAction, EmptyState

KEY = "moves"
LANE = "stock.moves"
_TYPING_MS = 150


def columns() -> tuple[Column, ...]:
    """时间, 货品, 什么事, 变动, 占用, 库位, 谁."""
    return (
        Column("lead", "", PAD),
        Column("at", tr("When"), 140),
        Column("name", tr("Item"), 210, stretch=1, min_width=170),
        Column("what", tr("What happened"), 220, stretch=1, min_width=150),
        Column("change", tr("On hand"), 80, right=True),
        Column("allocated", tr("Allocated"), 80, right=True),
        Column("bin", tr("Bin"), 110, shed=2),
        Column("who", tr("Who"), 110, shed=1),
    )


def ledger_row(line: LedgerLine) -> TableRow:
    """The row of a movement."""
    what = move_words(line.kind, line.reference, line.reason, line.order)
    when = day_and_time(line.at)
    gained = line.on_hand or line.defective or line.in_transit
    color: ColorName = Tone.OK if line.on_hand > 0 else "text"
    others = (
        tr("defective {n}", n=change(line.defective)) if line.defective else "",
        tr("on the way {n}", n=change(line.in_transit)) if line.in_transit else "",
    )
    cells = (
        Cell(),
        Cell(when, color="text2"),
        Cell(line.name, second=spec_words(line.spec, line.sku), picture=line.picture or "-"),
        Cell(what, icon=kind_glyph(line.kind)),
        Cell(
            change(line.on_hand) or (" " if gained else "—"),
            strong=bool(line.on_hand),
            color=color,
            second=tr(", ").join(part for part in others if part),
        ),
        Cell(change(line.allocated), color="text2"),
        Cell(line.bin, second=line.batch, color="text2"),
        Cell(line.user, second=line.bench, color="text2"),
    )
    spoken = (when, line.name, what, figure(line.on_hand), line.bin, line.user)
    return TableRow(line.id, cells, spoken=tr(", ").join(part for part in spoken if part))


class MovesPane(Pane):
    """``opened`` takes the code of an item to show alone."""

    def __init__(self, place: StockPlace) -> None:
        super().__init__(place)
        theme, tools = self.theme, self.tools
        self.wanted = MoveFilter()
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(8)
        self.search = SearchField(theme, tr("Item or code"), bar, height=28)
        self.search.setMaximumWidth(theme.scaled(220))
        self.kind = FilterChip(theme, tr("Kind of movement"), parent=bar)
        row.addWidget(self.search, 1)
        row.addWidget(self.kind)
        row.addStretch(1)
        bar.setFixedHeight(theme.scaled(48))
        self.column.addWidget(bar)
        self.stack = QStackedWidget(self)
        self.column.addWidget(self.stack, 1)
        self.list = Growing(self.work, tools.jobs, LANE, self)
        self.table = DataTable(
            theme,
            columns(),
            self.list.known,
            self.stack,
            pictures=tools.pictures,
            row_height=RowHeight.COMFORTABLE,
            name=tr("Movements"),
        )
        self.list.fill(self.table)
        self.empty = EmptyState(
            theme,
            "list-bullets",
            tr("No movement yet"),
            tr("What comes, goes and is corrected is written down here."),
        )
        self.none_fits = EmptyState(
            theme,
            "magnifying-glass",
            tr("No movement fits"),
            tr("Another word or another filter may find it."),
            [EmptyAction("clear", tr("Clear filters"), "x")],
        )
        for part in (self.table, self.empty, self.none_fits):
            self.stack.addWidget(part)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_TYPING_MS)
        self._connect()

    def _connect(self) -> None:
        self._wait.timeout.connect(self._search_now)
        self.search.text_changed.connect(self._typed)
        self.search.submitted.connect(self._search_now)
        self.search.left.connect(self.take_focus)
        self.kind.clicked.connect(self._open_kinds)
        self.kind.cleared.connect(self._any_kind)
        self.list.shown.connect(self._shown)
        self.list.failed.connect(self._failed)
        self.none_fits.acted.connect(self._clear)
        self.table.opened.connect(self._row_opened)

    @override
    def opened(self, argument: object = None) -> None:
        if isinstance(argument, str) and argument:
            self._say_search(argument)
            self.wanted = MoveFilter(argument)
            self.kind.set_value("")
        self._load()

    @override
    def refresh(self) -> None:
        self.list.again()

    def _load(self) -> None:
        wanted = self.wanted

        def read(work: Workplace, after: object | None, limit: int) -> ReadPage:
            mark = after if isinstance(after, int) else None
            page = move_page.move_page(work, wanted, mark, limit)
            return ReadPage([ledger_row(line) for line in page.rows], page.after)

        self.list.start(read)

    def _change(self, wanted: MoveFilter) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self.kind.set_value(kind_words(wanted.kind) if wanted.kind else "")
            self.table.verticalScrollBar().setValue(0)
            self._load()

    @Slot()
    def _shown(self) -> None:
        self.place.banners.take("load")
        anything = bool(self.table.rows.ids)
        nothing = self.empty if self.wanted == MoveFilter() else self.none_fits
        self.stack.setCurrentWidget(self.table if anything else nothing)

    @Slot(object)
    def _failed(self, error: PackbenchError) -> None:
        notice = Notice("load", Severity.FAILED, error.message, error.remedy, T("Try again"))
        self.place.banners.put(notice)

    @Slot(object)
    def _row_opened(self, row_id: Hashable | None) -> None:
        at = self.table.rows.position(row_id) if row_id is not None else -1
        row = self.table.rows.row_at(at)
        if row is not None:
            self.place.show_pane("on_hand", row.cells[2].second.rpartition(" · ")[2])

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._wait.start()

    @Slot()
    def _search_now(self) -> None:
        self._wait.stop()
        self._change(replace(self.wanted, sku=self.search.text().strip()))

    def _say_search(self, text: str) -> None:
        blocked = self.search.edit.blockSignals(True)
        self.search.setText(text)
        self.search.edit.blockSignals(blocked)
        self.search.update()

    @Slot()
    def _clear(self) -> None:
        self._say_search("")
        self._change(MoveFilter())

    @Slot()
    def _any_kind(self) -> None:
        self._change(replace(self.wanted, kind=""))

    @Slot()
    def _open_kinds(self) -> None:
        items = [MenuItem("", tr("Everything"), checked=not self.wanted.kind)]
        items += [
            MenuItem(kind, str(words), checked=kind == self.wanted.kind)
            for kind, words in KIND_WORDS.items()
        ]
        menu = PopoverMenu(self.theme, self.window(), items)
        menu.chosen.connect(self._kind_chosen)
        menu.open_at(self.kind.mapToGlobal(QPoint(0, self.kind.height())))

    @Slot(str)
    def _kind_chosen(self, key: str) -> None:
        self._change(replace(self.wanted, kind=MoveKind(key) if key else ""))

    @override
    @Slot()
    def take_focus(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def key_pressed(self, letter: str) -> bool:
        if letter == "/":
            self.search.focus_all()
            return True
        return False

    @override
    def focus_targets(self) -> list[QWidget]:
        return [self.search, self.table]
