"""A parcel on its way as a row of the table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter
from typing_extensions import override

from app.domain.companies import company
from app.domain.text import tr
from app.domain.track_words import STAGE_WORDS, WARNING_WORDS
from app.services.tracking.views import TrackRow
from ui.pages.tracking.way import WAY_PX, draw_state_pill, draw_way, state_pill_width, way_words
from ui.pages.tracking.words import TONES, day_words, glyph, news, promised, warning_words
from ui.paint import draw_text
from ui.paint_boxes import draw_carrier_mark
from ui.table import Cell, Column, RowDelegate, TableRow
from ui.table.delegate import PAD
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.label import color_of

MARK_PX, MARK_ROOM = 20, 32
LEAD = Column("lead", "", PAD)  # the text begins where the title of the page does


@dataclass(frozen=True, slots=True)
class ParcelLine(TableRow):
    """A row with what only this table paints. ``carrier`` is the square before the number."""

    carrier: str = ""
    progress: int = 0
    tone: Tone = Tone.GRAY
    glyph: tuple[str, str] = ("truck", "bold")


def columns(theme: Theme) -> tuple[Column, ...]:
    """运单, 发出, 收件 → 签收, 最新消息, 状态."""
    words = [*STAGE_WORDS.values(), *WARNING_WORDS.values()]
    pill_px = max(state_pill_width(theme, str(w)) for w in words) / theme.text_size.value
    return (
        LEAD,
        Column("waybill", tr("Waybill"), 190),
        Column("sent", tr("Sent"), 86, shed=1),
        Column("way", tr("Pickup → delivery"), WAY_PX + 2 * PAD, shed=2),
        Column("news", tr("Latest news"), 260, stretch=1, min_width=150),
        Column("state", tr("State"), max(112, round(pill_px) + 2 * PAD)),
    )


def parcel_line(row: TrackRow, now: datetime) -> ParcelLine:
    """The row of a parcel."""
    told, day, state = news(row, now), day_words(row.shipped_at, now), str(row.pill.words)
    open_warning = row.warning is not None and not row.warning.seen_by
    late, _ = promised(row, now)
    cells = (
        Cell(),
        Cell(row.number, second=row.receiver),
        Cell(day, color="text2"),
        Cell(way_words(row.progress)),
        Cell(told, strong=open_warning),
        Cell(state),
    )
    spoken = (
        str(company(row.carrier).name),
        row.number,
        row.receiver,
        tr("sent {day}", day=day),
        way_words(row.progress),
        told,
        state,
    )
    tip = [told, late]
    if row.warning is not None:
        tip += [text for text in warning_words(row.warning) if text != told]
    return ParcelLine(
        row.id,
        cells,
        spoken=tr(", ").join(part for part in spoken if part),
        tip="\n".join(part for part in tip if part),
        carrier=row.carrier,
        progress=row.progress,
        tone=TONES[row.pill.tone],
        glyph=glyph(row.pill),
    )


class ParcelDelegate(RowDelegate):
    """Number with the carrier's square, dots and pill; the rest as every table paints it."""

    @override
    def paint_content(self, p: QPainter, box: QRect, row: TableRow, column: int) -> None:
        key = self.model.columns[column].key
        middle = box.top() + box.height() / 2
        if not isinstance(row, ParcelLine):
            super().paint_content(p, box, row, column)
        elif key == "waybill":
            paint_number(p, box, row, column, self.theme)
        elif key == "way":
            draw_way(p, box.left(), middle, row.progress, row.tone, self.theme)
        elif key == "state":
            words = row.cells[column].text
            draw_state_pill(p, box.left(), middle, words, row.glyph, row.tone, self.theme)
        elif key == "news":
            cell = row.cells[column]
            face = self.theme.face(Type.BODY_MEDIUM if cell.strong else Type.BODY)
            draw_text(p, box, cell.text, face, color_of(self.theme, cell.color))
        else:
            super().paint_content(p, box, row, column)


def paint_number(p: QPainter, box: QRect, row: ParcelLine, column: int, theme: Theme) -> None:
    """The carrier's square, the number, and who gets it below."""
    cell, t = row.cells[column], theme.t
    middle = box.top() + box.height() / 2
    square = QRectF(box.left(), round(middle - MARK_PX / 2), MARK_PX, MARK_PX)
    draw_carrier_mark(p, square, row.carrier, theme)
    inner = box.adjusted(MARK_ROOM, 0, 0, 0)
    upper, lower = theme.scaled(19), theme.scaled(17)
    top = round(QPointF(0, middle - (upper + lower) / 2).y())
    first = QRect(inner.left(), top, inner.width(), upper)
    draw_text(p, first, cell.text, theme.face(Type.BODY_MEDIUM), t.text)
    second = QRect(inner.left(), top + upper, inner.width(), lower)
    draw_text(p, second, cell.second, theme.face(Type.CAPTION), t.text2)
