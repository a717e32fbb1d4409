"""A line of a carrier's bill as a row of the table."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from typing_extensions import override

from app.domain.companies import company
from app.domain.text import tr
from app.services.money.views import FreightRow
from ui.pages.orders.words import money, short_number
from ui.pages.tracking.rows import ParcelLine, paint_number
from ui.pages.tracking.words import iso_day_words, plus
from ui.table import Cell, Column, RowDelegate, TableRow
from ui.table.view import CHECK_COLUMN
from ui.theme_tokens import Tone


def columns() -> tuple[Column, ...]:
    """运单, 日期, 哪里对不上, 应付, 账单, 多收."""
    return (
        CHECK_COLUMN,
        Column("waybill", tr("Waybill"), 190),
        Column("day", tr("Day"), 86, shed=1),
        Column("why", tr("What differs"), 200, stretch=1, min_width=130),
        Column("expected", tr("Expected"), 88, right=True, shed=2),
        Column("billed", tr("Billed"), 88, right=True),
        Column("over", tr("Too much"), 96, right=True),
    )


def bill_line(row: FreightRow, now: datetime) -> ParcelLine:
    """The row of a line that differs; an accepted one is muted."""
    day, why, over = iso_day_words(row.day, now), str(row.reason), plus_money(row.over_fen)
    accepted = row.accepted_at is not None
    name = str(company(row.carrier).name)
    second = tr("Order {number}", number=short_number(row.orders[0])) if row.orders else name
    expected = money(row.expected_fen) if row.expected_fen is not None else "—"
    cells = (
        Cell(),
        Cell(row.number, second=second),
        Cell(day, color="text2"),
        Cell(tr("accepted by {user}: {why}", user=row.accepted_by, why=why) if accepted else why),
        Cell(expected, color="text2"),
        Cell(money(row.billed_fen)),
        Cell(over, strong=True, color="text2" if accepted else Tone.ERR),
    )
    spoken = (name, row.number, day, why, tr("billed {fee}", fee=money(row.billed_fen)), over)
    tip = tr("Line {line} of {statement}", line=row.line, statement=row.statement)
    if row.accepted_why:
        tip += f"\n{row.accepted_why}"
    return ParcelLine(
        row.id,
        cells,
        spoken=tr(", ").join(part for part in spoken if part),
        tip=tip,
        muted=accepted,
        carrier=row.carrier,
    )


def plus_money(fen: int) -> str:
    """+¥6.00."""
    return plus(fen, money(fen))


class BillDelegate(RowDelegate):
    """Numbers with the carrier's square."""

    @override
    def paint_content(self, p: QPainter, box: QRect, row: TableRow, column: int) -> None:
        if isinstance(row, ParcelLine) and self.model.columns[column].key == "waybill":
            paint_number(p, box, row, column, self.theme)
            return
        super().paint_content(p, box, row, column)
