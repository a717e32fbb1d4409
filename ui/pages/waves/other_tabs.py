"""The tab of the parcels in no wave."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from app.domain.text import ntr, tr
from app.services.waves.wave_views import WaveParcel
from ui.pages.orders.words import (
    short_company,
    short_number,
    time_left,
)
from ui.pages.waves.failures_card import FailuresCard
from ui.pages.waves.parcel_table import region_cell
from ui.pages.waves.remedies import Failure, look_headline
from ui.pictures import Pictures
from ui.table import Cell, Column, DataTable, RowHeight, TableRow
from ui.table.delegate import CHECK_KEY
from ui.table.view import CHECK_COLUMN
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.bulk_bar import SCROLL_ROOM_PX, BulkAction, BulkBar
from ui.widgets.states import EmptyState


class LooseTab(QWidget):
    """没进波次: choose some, or take them all; ``wave_wanted(parcel_ids)``.

    ``found`` is the card above the table: what is to be looked at first.
    """

    wave_wanted = Signal(object)
    order_wanted = Signal(str)

    def __init__(self, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._rows: dict[Hashable, TableRow] = {}
        self._orders: dict[Hashable, str] = {}
        columns = (
            CHECK_COLUMN,
            Column("order", tr("Order"), 120),
            Column("goods", tr("Goods"), 300, stretch=1, min_width=180),
            Column("receiver", tr("Receiver"), 90),
            Column("region", tr("Region"), 130),
            Column("carrier", tr("Carrier"), 110),
            Column("number", tr("Waybill number"), 170, shed=1),
            Column("left", tr("Time left"), 130, right=True),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.found = FailuresCard(theme, retry=tr("Look again"), closable=True)
        self._above = QWidget()
        above = QVBoxLayout(self._above)
        above.setContentsMargins(24, 16, 24, 16)
        above.addWidget(self.found)
        column.addWidget(self._above)
        self._above.hide()
        body = QWidget()
        column.addWidget(body, 1)
        self._stack = QStackedLayout(body)
        self.table = DataTable(
            theme,
            columns,
            self._fetch,
            pictures=pictures,
            row_height=RowHeight.DEFAULT,
            name=tr("In no wave"),
        )
        self._stack.addWidget(self.table)
        fact, comfort = tr("Everything is in a wave"), tr("New orders appear here by themselves.")
        self._stack.addWidget(EmptyState(theme, "check-circle", fact, comfort, tone=Tone.OK))
        self.bar = BulkBar(theme, self)
        words = tr("Number and print")
        self.bar.set_actions([BulkAction("wave", words, "printer", "P", primary=True)])
        self.bar.acted.connect(self._make)
        self.bar.cleared.connect(self.table.selection.clear)
        self.table.selection.changed.connect(self._selected)
        self.table.opened.connect(self._open)

    def _fetch(self, ids: Sequence[Hashable]) -> Sequence[TableRow]:
        return [self._rows[i] for i in ids if i in self._rows]

    def show_parcels(self, parcels: Sequence[WaveParcel], now: datetime) -> None:
        """Show these; the selection survives."""
        self._rows = {p.id: _loose_row(p, now) for p in parcels}
        self._orders = {p.id: p.order_id for p in parcels}
        self.table.show_ids(tuple(self._rows), keep_rows=False)
        self._stack.setCurrentIndex(0 if parcels else 1)
        self._selected()

    def show_found(self, rows: Sequence[Failure]) -> None:
        """What is to be looked at before it goes into a wave."""
        self.found.show_failures(rows, look_headline(rows), busy=False)
        self._above.setVisible(bool(rows))

    def _chosen(self) -> tuple[str, ...]:
        return tuple(str(i) for i in self.table.rows.ids if i in self.table.selection)

    @Slot()
    def _selected(self) -> None:
        chosen = self._chosen()
        self.table.set_bottom_room(SCROLL_ROOM_PX if chosen else 0)
        self.bar.set_count(ntr("{n} order chosen", "{n} orders chosen", len(chosen)))
        self.bar.set_shown(bool(chosen))

    @Slot(str)
    def _make(self, _key: str = "") -> None:
        chosen = self._chosen()
        if chosen:
            self.table.selection.clear()
            self.wave_wanted.emit(chosen)

    @Slot(object)
    def _open(self, parcel: object) -> None:
        order = self._orders.get(parcel) if isinstance(parcel, str) else None
        if order:
            self.order_wanted.emit(order)

    def key(self, letter: str) -> bool:
        """P makes a wave of the selection."""
        if letter.upper() == "P" and self._chosen():
            self._make()
            return True
        return False


def _loose_row(p: WaveParcel, now: datetime) -> TableRow:
    left = time_left(p.deadline_at, now)
    hurry = left.urgency.value >= 3
    cells = (
        Cell(CHECK_KEY),
        Cell(short_number(p.order_id), strong=True),
        Cell(p.goods, picture=p.picture or "-"),
        Cell(p.receiver),
        region_cell(p),
        Cell(short_company(p.carrier) if p.carrier else "", carrier=p.carrier),
        Cell(p.waybill, color="text2"),
        Cell(
            left.text,
            color=Tone.WARN if hurry else "text2",
            icon="clock" if hurry else "",
            icon_weight="fill",
        ),
    )
    return TableRow(p.id, cells, spoken=", ".join([p.order_id, *(c.text for c in cells[2:])]))
