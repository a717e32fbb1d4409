"""The parcels of a wave: the one at the printer first, then what came out, then what waits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.states import ParcelState
from app.domain.text import sentences, tr
from app.services.waves.wave_views import WaveParcel, WaveSheet
from ui.pages.orders.words import short_company, short_number, short_region
from ui.paint import draw_icon, draw_text
from ui.pictures import Pictures
from ui.table import Cell, CellTag, Column, DataTable, RowDelegate, RowHeight, TableRow
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.wave_run import Phase, RunView
from ui.widgets.label import color_of

_OUT = frozenset({"printed", "unconfirmed", "kept"})
_STATE = 5
_GONE = {ParcelState.TO_REPORT, ParcelState.SHIPPED, ParcelState.DELIVERED}


def columns() -> tuple[Column, ...]:
    """订单, 收件人, 地区, 快递, 运单号, 状态."""
    return (
        Column("order", tr("Order"), 96),
        Column("receiver", tr("Receiver"), 72),
        Column("region", tr("Region"), 92, shed=1),
        Column("carrier", tr("Carrier"), 82),
        Column("waybill", tr("Waybill number"), 148, stretch=1, min_width=148),
        Column("state", tr("State"), 102),
    )


def is_out(parcel: WaveParcel, run: RunView | None) -> bool:
    """Whether the label is out, by what is stored or by what the run just said."""
    return parcel.printed or (run is not None and run.labels.get(parcel.id) in _OUT)


def in_order(sheet: WaveSheet, run: RunView | None) -> tuple[str, ...]:
    """Ids: at the printer, printed (newest first), waiting."""
    current = run.current if run is not None and run.busy else ""
    out = [p.id for p in sheet.parcels if is_out(p, run)]
    rest = [p.id for p in sheet.parcels if p.id != current and not is_out(p, run)]
    head = [current] if current and any(p.id == current for p in sheet.parcels) else []
    return tuple(head + out[::-1] + rest)


def row_of(parcel: WaveParcel, run: RunView | None) -> TableRow:
    """A parcel as the table shows it; ``tip`` is the whole order number."""
    state = state_cell(parcel, run)
    now = run is not None and run.busy and run.current == parcel.id
    cells = (
        Cell(short_number(parcel.order_id), strong=True),
        Cell(parcel.receiver),
        region_cell(parcel),
        Cell(short_company(parcel.carrier) if parcel.carrier else "", carrier=parcel.carrier),
        Cell(parcel.waybill, color="text2"),
        replace(state, strong=now),
    )
    spoken = ", ".join((parcel.order_id, *(c.text for c in cells[1:])))
    tip = f"{parcel.order_id}  {parcel.goods}"
    if parcel.corrected:
        spoken = f"{spoken}, {tr('address corrected')}"
        tip = f"{tip}\n{tr('address corrected for this label')}"
    if parcel.found is not None and not parcel.waybill:
        tip = f"{tip}\n{sentences(parcel.found.message, parcel.found.remedy)}"
    return TableRow(parcel.id, cells, spoken=spoken, tip=tip)


def region_cell(parcel: WaveParcel) -> Cell:
    """Where the label goes, with a mark where a person wrote it."""
    region = short_region(parcel.province, parcel.city, parcel.district)
    tags = (CellTag(tr("fixed"), Tone.GRAY),) if parcel.corrected else ()
    return Cell(region, color="text2", tags=tags)


def state_cell(parcel: WaveParcel, run: RunView | None) -> Cell:
    """Icon and word; ``color`` is the icon's."""
    busy = run is not None and run.busy
    if busy and run is not None and run.current == parcel.id and run.phase is not Phase.ASKED:
        if run.phase is Phase.HELD:
            return Cell(tr("Stands"), icon="pause-circle", icon_weight="fill", color=Tone.ERR)
        return Cell(tr("Printing"), icon="spinner", color=Tone.ACCENT)
    if parcel.in_doubt:
        return Cell(tr("In doubt"), icon="question", icon_weight="bold", color=Tone.ERR)
    if parcel.state in _GONE:
        return Cell(tr("Shipped"), icon="check-circle", icon_weight="fill", color=Tone.OK)
    held = parcel.trouble is not None and parcel.trouble.held
    if held and is_out(parcel, run):
        return Cell(tr("On hold"), icon="pause-circle", icon_weight="fill", color=Tone.WARN)
    if is_out(parcel, run):
        if parcel.printed and not parcel.confirmed:  # sent to a printer that never answers
            return Cell(tr("Unscanned"), icon="barcode", color=Tone.GRAY)
        return Cell(tr("Printed"), icon="check", icon_weight="bold", color=Tone.OK)
    if parcel.trouble is not None and not parcel.waybill:
        return Cell(tr("No number"), icon="x-circle", icon_weight="fill", color=Tone.ERR)
    if held:
        return Cell(tr("On hold"), icon="pause-circle", icon_weight="fill", color=Tone.WARN)
    if parcel.packed:
        return Cell(tr("Packed"), icon="check", icon_weight="bold", color=Tone.OK)
    if parcel.found is not None and not parcel.waybill:
        return Cell(tr("Look"), icon="warning", icon_weight="fill", color=Tone.WARN)
    return Cell(tr("In line"), icon="clock", color=Tone.GRAY)


class _StateDelegate(RowDelegate):
    """The icon carries the colour, the word stays ink unless something is wrong."""

    @override
    def paint_content(self, p: QPainter, box: QRect, row: TableRow, column: int) -> None:
        if column != _STATE:
            super().paint_content(p, box, row, column)
            return
        cell, t = row.cells[column], self.theme.t
        color = color_of(self.theme, cell.color)
        centre = QPointF(box.left() + 7, box.top() + box.height() / 2)
        draw_icon(p, cell.icon, centre, 14, color, self.theme, cell.icon_weight)
        quiet = cell.color in (Tone.OK, Tone.GRAY)
        face = self.theme.face(Type.CAPTION if quiet else Type.CAPTION_STRONG)
        words = box.adjusted(19, 0, 0, 0)
        draw_text(p, words, cell.text, face, t.text2 if quiet else color)


class ParcelTable(DataTable):
    """The table of one wave; ``show_wave`` keeps scroll and current row."""

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        self._parcels: dict[Hashable, WaveParcel] = {}
        self._run: RunView | None = None
        self._wave = ""
        super().__init__(
            theme,
            columns(),
            self._fetch,
            parent,
            pictures=pictures,
            row_height=RowHeight.COMPACT,
            name=tr("Parcels of the wave"),
            delegate=_StateDelegate,
        )

    def _fetch(self, ids: Sequence[Hashable]) -> Sequence[TableRow]:
        return [row_of(self._parcels[i], self._run) for i in ids if i in self._parcels]

    def parcel(self, parcel_id: object) -> WaveParcel | None:
        """The parcel of a row."""
        return self._parcels.get(parcel_id) if isinstance(parcel_id, str) else None

    def show_wave(self, sheet: WaveSheet, run: RunView | None) -> None:
        """Show the wave as it stands; only what changed is painted again."""
        if sheet.id != self._wave:
            self._wave = sheet.id
            self.set_current(None)
        self._parcels = {p.id: p for p in sheet.parcels}
        self._run = run
        ids = in_order(sheet, run)
        if ids != tuple(self.rows.ids):
            self.show_ids(ids)
        self.rows.touch_changed()
