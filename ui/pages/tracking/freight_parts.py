"""The painted pieces of the panel about bills."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.companies import company
from app.domain.text import ntr, tr
from app.services.money.views import CarrierSum, FreightRow, FreightSummary
from ui.pages.orders.words import money, short_company
from ui.pages.tracking.freight_rows import plus_money
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_carrier_mark, round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.block import Block
from ui.widgets.control import Control

_MARK = 24


class SumBlock(Block):
    """What the carriers took too much, in red; how many parcels of how many."""

    def __init__(self, theme: Theme, summary: FreightSummary) -> None:
        self._summary = summary
        super().__init__(theme, f"{self._title()} {money(summary.over_fen)} {self._count()}")
        self.fit()

    def _title(self) -> str:
        if not self._summary.differing:
            return tr("Nothing to claim")
        return tr("The carriers charged too much")

    def _count(self) -> str:
        few = f"{self._summary.differing:,}"
        return tr("{few} of {all} parcels", few=few, all=f"{self._summary.parcels:,}")

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(68)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, body = QPainter(self), self.theme.t, self.theme.face(Type.BODY_MEDIUM)
        title = QRect(0, 0, self.width(), self.theme.scaled(22))
        draw_text(p, title, self._title(), body, t.text2)
        wrong = self._summary.differing > 0
        color = t.tone(Tone.ERR).text if wrong else t.tone(Tone.OK).text
        below = QRect(0, self.theme.scaled(26), self.width(), self.theme.scaled(40))
        amount = money(self._summary.over_fen)
        face = self.theme.face(Type.STAGE_NUMBER)
        taken = draw_text(p, below, amount, face, color)
        room = below.adjusted(round(taken) + 12, self.theme.scaled(6), 0, 0)
        draw_text(p, room, self._count(), self.theme.face(Type.BODY), t.text2, Align.AlignRight)


class CarrierSumRow(Block):
    """A carrier: its parcels, what it charged, and how much of that is too much."""

    def __init__(self, theme: Theme, line: CarrierSum, *, last: bool) -> None:
        self._line, self._last = line, last
        said = (short_company(line.carrier), self._count(), money(line.billed_fen), self._end())
        super().__init__(theme, " ".join(said))
        self.fit()

    def _count(self) -> str:
        count = tr("{n} billed", n=f"{self._line.parcels:,}")
        if not self._line.unpriced:
            return count
        without = ntr("{n} without a price", "{n} without a price", self._line.unpriced)
        return f"{count} · {without}"

    def _end(self) -> str:
        if self._line.differing:
            return tr("{money} too much", money=money(self._line.over_fen))
        return tr("fits")

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(52)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, line = QPainter(self), self.theme.t, self._line
        middle = (self.height() - 1) / 2
        square = QRectF(0, round(middle - _MARK / 2), _MARK, _MARK)
        draw_carrier_mark(p, square, line.carrier, self.theme)
        row, left = self.theme.scaled(20), _MARK + 12
        top = round(middle - row + 1)
        upper = QRect(left, top, self.width() - left, row)
        lower = QRect(left, top + row - 2, self.width() - left, row)
        strong, caption = self.theme.face(Type.BODY_MEDIUM), self.theme.face(Type.CAPTION)
        draw_text(p, upper, short_company(line.carrier), strong, t.text)
        draw_text(p, upper, money(line.billed_fen), strong, t.text, Align.AlignRight)
        wrong = line.differing > 0
        color = t.tone(Tone.ERR if wrong else Tone.OK).text
        face, words = self.theme.face(Type.CAPTION_STRONG), self._end()
        taken = draw_text(p, lower, words, face, color, Align.AlignRight)
        centre = QPointF(self.width() - taken - 12, lower.center().y() + 0.5)
        glyph = "arrow-up" if wrong else "check"
        draw_icon(p, glyph, centre, 14, color, self.theme, "bold")
        room = lower.adjusted(0, 0, -round(taken) - 28, 0)
        draw_text(p, room, self._count(), caption, t.text2)
        if not self._last:
            p.fillRect(0, self.height() - 1, self.width(), 1, t.border)


class BillRow(Control):
    """A line that differs: number and reason, and what is too much; opens its parcel."""

    ring_radius = 4.0

    def __init__(self, theme: Theme, row: FreightRow, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.row = row
        name = f"{company(row.carrier).name} {row.number}"
        self.setAccessibleName(f"{name} {row.reason} {plus_money(row.over_fen)}")
        self.set_help(tr("Line {line} of {statement}", line=row.line, statement=row.statement))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if row.parcel:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @override
    def sizeHint(self) -> QSize:
        return QSize(100, self.theme.scaled(52))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        if self.hovered and self.row.parcel:
            round_rect(p, self.rect().adjusted(-6, 1, 6, -2), 6, t.hover)
        middle, row = (self.height() - 1) / 2, self.theme.scaled(20)
        box = QRect(0, 0, self.width(), self.height() - 1)
        strong = self.theme.face(Type.BODY_STRONG)
        over = plus_money(self.row.over_fen)
        taken = draw_text(p, box, over, strong, t.tone(Tone.ERR).text, Align.AlignRight)
        width = self.width() - round(taken) - 12
        top = round(middle - row + 1)
        upper, lower = QRect(0, top, width, row), QRect(0, top + row - 2, width, row)
        draw_text(p, upper, self.row.number, self.theme.face(Type.BODY_MEDIUM), t.text)
        draw_text(p, lower, str(self.row.reason), self.theme.face(Type.CAPTION), t.text2)
        p.fillRect(0, self.height() - 1, self.width(), 1, t.border)
