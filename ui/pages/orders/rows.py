"""An order as a row of the table."""

from __future__ import annotations

from datetime import datetime

from app.domain.text import tr
from app.services.orders.queries import OrderRow
from ui.pages.orders import words
from ui.pages.orders.words import TimeLeft, Urgency
from ui.paint_status import STAGE_WORDS, Stage
from ui.table.cells import Cell, CellTag, Column, TableRow
from ui.table.delegate import PAD
from ui.theme import Theme
from ui.theme_tokens import Tone
from ui.widgets.pills import pill_width

_URGENCY_COLORS: dict[Urgency, str | Tone] = {
    Urgency.NONE: "text3",
    Urgency.CALM: "text3",
    Urgency.SOON: "text2",
    Urgency.HURRY: Tone.WARN,
    Urgency.LATE: Tone.ERR,
}
_URGENCY_ICONS = {Urgency.HURRY: "clock", Urgency.LATE: "warning"}
SORTS = {"order": "paid", "left": "deadline"}  # column -> the service's word


def columns(theme: Theme) -> tuple[Column, ...]:
    """The columns of the list, in the language of the process."""
    pill_px = max(pill_width(theme, stage) for stage in Stage) / theme.text_size.value
    return (
        Column("order", tr("Order"), 98, sortable=True, descending_first=True),
        Column("goods", tr("Products"), 246, stretch=1, min_width=150),
        Column("receiver", tr("Receiver"), 106, shed=1),
        Column("carrier", tr("Carrier"), 94, shed=2),
        Column("left", tr("Left"), 120, right=True, sortable=True),
        Column("stage", tr("State"), max(112, round(pill_px) + 2 * PAD)),
    )


def order_row(row: OrderRow, now: datetime, *, two_lines: bool) -> TableRow:
    """The row of an order; in one line the time and the region are left out."""
    left = words.time_left(row.deadline_at, now) if words.wants_time(row) else None
    stage = words.shown_stage(row)
    title = words.title_of(row.lines)
    count = words.pieces(row.pieces)
    flags = tuple(CellTag(flag, words.flag_tone(flag)) for flag in row.flags)
    out_of_flow = words.flow_word(row)
    if out_of_flow:
        flags = (CellTag(out_of_flow), *flags)
    carrier = words.short_company(row.carrier) if row.carrier else ""
    region = words.short_region(row.province, row.city, row.district)
    name = row.receiver_name or tr("No address")
    cells = (
        Cell(),  # the check box
        Cell(
            words.short_number(row.order_id),
            second=words.clock_time(row.paid_at, now) if two_lines else "",
            strong=True,
        ),
        Cell(
            title,
            second=count,
            second_strong=row.pieces > 1 and two_lines,
            tags=flags,
            picture=_picture(row),
            more=len(row.lines) > 1,
        ),
        Cell(
            name,
            second=region if two_lines else "",
            color="text" if row.receiver_name else "text3",
        ),
        Cell(carrier or "—", carrier=row.carrier, color="text" if carrier else "text3"),
        _left_cell(left),
        Cell(stage=stage),
    )
    spoken = [
        tr("Order {number}", number=words.short_number(row.order_id)),
        name,
        f"{title} {count}",
        carrier,
        tr("{time} left", time=left.text) if left and left.text else "",
        str(STAGE_WORDS[stage]),
        words.flag_words(row.flags),
    ]
    return TableRow(
        row.id,
        cells,
        spoken=tr(", ").join(part for part in spoken if part),
        tip=words.flag_words(row.flags),
        muted=bool(out_of_flow) or row.stage == "cancelled",
    )


def _picture(row: OrderRow) -> str:
    return next((line.picture for line in row.lines if line.picture), "") or "-"


def _left_cell(left: TimeLeft | None) -> Cell:
    if left is None or not left.text:
        return Cell("")
    hurry = left.urgency in _URGENCY_ICONS
    return Cell(
        left.text,
        strong=hurry,
        color=_URGENCY_COLORS[left.urgency],
        icon=_URGENCY_ICONS.get(left.urgency, ""),
    )
