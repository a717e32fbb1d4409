"""The painted pieces of an item's card: picture and codes, the equation, places, the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from typing_extensions import override

from app.domain.text import tr
from ui.pages.stock.words import MINUS, figure
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_picture, round_rect
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.type_face import Face
from ui.widgets.block import Block
from ui.widgets.label import ColorName, color_of

_PICTURE = 88
_NAME_PX = 40
_FIGURE_PX = 44
_Figure = tuple[str, Face, QColor]


class ItemHead(Block):
    """The picture, and beside it names with their values."""

    def __init__(
        self, theme: Theme, picture: str, facts: Sequence[tuple[str, str]], pictures: Pictures
    ) -> None:
        super().__init__(theme, tr(", ").join(f"{name} {value}" for name, value in facts))
        self._picture, self._facts, self._pictures = picture, list(facts), pictures
        self.fit()

    @override
    def needed_px(self) -> int:
        return max(_PICTURE, len(self._facts) * self.theme.scaled(29))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        spot = QRect(0, 0, _PICTURE, _PICTURE)
        pixmap = self._pictures.pixmap(self._picture, _PICTURE, self.devicePixelRatioF())
        draw_picture(p, spot, pixmap, self.theme, radius=8)
        row = self.needed_px() / max(1, len(self._facts))
        caption, body = self.theme.face(Type.CAPTION), self.theme.face(Type.BODY)
        names = max((caption.width(name) for name, _ in self._facts), default=0)
        left = _PICTURE + 18
        value_at = left + max(self.theme.scaled(_NAME_PX), names + 12)
        for n, (name, value) in enumerate(self._facts):
            box = QRectF(left, n * row, value_at - left, row)
            draw_text(p, box, name, caption, t.text2)
            room = QRectF(value_at, n * row, self.width() - value_at, row)
            draw_text(p, room, value, body, t.text)


class Equation(Block):
    """62 − 38 = 24: on hand, allocated, available."""

    def __init__(
        self, theme: Theme, on_hand: int, allocated: int, available: int, tone: Tone | None
    ) -> None:
        names = (tr("On hand"), tr("Allocated"), tr("Available"))
        figures = (on_hand, allocated, available)
        said = (f"{name} {figure(n)}" for name, n in zip(names, figures, strict=True))
        super().__init__(theme, tr(", ").join(said))
        self._names, self._figures, self._tone = names, figures, tone
        self.fit()

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(90)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        round_rect(p, self.rect(), 8, t.subtle, t.border)
        small, width = self.theme.face(Type.CAPTION), self.width() / 3
        texts = [figure(n) for n in self._figures]
        face = self.theme.face(Type.STAGE_NUMBER)
        if max(face.width(text) for text in texts) > width - 24:
            face = self.theme.face(Type.RECORD_TITLE)
        upper = self.theme.scaled(58)
        for n, (name, text) in enumerate(zip(self._names, texts, strict=True)):
            last = n == len(texts) - 1
            color = t.tone(self._tone).text if last and self._tone is not None else t.text
            box = QRectF(n * width, self.theme.scaled(8), width, upper - self.theme.scaled(8))
            draw_text(p, box, text, face, color, Align.AlignHCenter)
            below = QRectF(n * width, upper, width, self.theme.scaled(20))
            draw_text(p, below, name, small, t.text2, Align.AlignHCenter)
        sign = self.theme.face(Type.RECORD_TITLE, 400)
        for n, text in enumerate((MINUS, "=")):
            box = QRectF((n + 1) * width - 16, self.theme.scaled(8), 32, upper - 8)
            draw_text(p, box, text, sign, t.text3, Align.AlignHCenter)


@dataclass(frozen=True, slots=True)
class Row:
    """A line with figures at the right; ``tone`` colours the first of them."""

    icon: str
    text: str
    figures: tuple[str, ...]
    color: ColorName = "text"
    second: str = ""


class RowList(Block):
    """Lines under a heading, with a hairline between them; the last figures are quiet."""

    def __init__(self, theme: Theme, title: str, heads: Sequence[str], rows: Sequence[Row]) -> None:
        said = (tr(", ").join(p for p in (r.text, r.second, *r.figures) if p) for r in rows)
        super().__init__(theme, "\n".join((title, *said)))
        self._title, self._heads, self._rows = title, list(heads), list(rows)
        self.fit()

    def _row_px(self) -> int:
        return self.theme.scaled(38)

    def _head_px(self) -> int:
        return self.theme.scaled(28)

    @override
    def needed_px(self) -> int:
        return self._head_px() + self._row_px() * len(self._rows)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        body, caption = self.theme.face(Type.BODY), self.theme.face(Type.CAPTION)
        strong = self.theme.face(Type.BODY_STRONG)
        head, row = self._head_px(), self._row_px()
        column = self.theme.scaled(_FIGURE_PX)
        draw_text(p, QRect(0, 0, self.width(), head), self._title, strong, t.text)
        self._figures(p, 0, head, column, [(h, caption, t.text2) for h in self._heads])
        for n, line in enumerate(self._rows):
            top = head + n * row
            draw_icon(p, line.icon, QPointF(8, top + row / 2), 16, t.text2, self.theme)
            figures = [
                (
                    text,
                    strong if at == 0 else body,
                    color_of(self.theme, line.color) if at == 0 else t.text2,
                )
                for at, text in enumerate(line.figures)
            ]
            taken = self._figures(p, top, row, column, figures)
            room = QRect(26, top, round(self.width() - taken - 34), row)
            width = draw_text(p, room, line.text, body, t.text)
            left = room.adjusted(round(width) + 8, 0, 0, 0)
            if line.second and left.width() > 40:
                draw_text(p, left, line.second, caption, t.text3)
            if n < len(self._rows) - 1:
                p.fillRect(0, top + row - 1, self.width(), 1, t.border)

    def _figures(
        self, p: QPainter, top: int, height: int, column: int, figures: Sequence[_Figure]
    ) -> float:
        right = float(self.width())
        for text, face, color in reversed(figures):
            width = max(column, face.width(text) + 12)
            box = QRectF(right - width, top, width, height)
            draw_text(p, box, text, face, color, Align.AlignRight)
            right -= width
        return self.width() - right
