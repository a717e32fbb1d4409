"""The painted pieces of receiving: a scanned line, and an item to choose by its picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.receiving import Goods, Line
from app.domain.text import ntr, tr
from ui.pages.stock.words import spec_words
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_picture, round_rect
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.block import Block
from ui.widgets.control import PressControl
from ui.widgets.key_cap import draw_key_cap

_PICTURE = 44


class ScannedLine(Block):
    """Picture, name, where it goes and how many; the one that was touched last is blue."""

    def __init__(self, theme: Theme, line: Line, pictures: Pictures, *, current: bool) -> None:
        item = line.goods.item
        self._line, self._pictures, self._current = line, pictures, current
        self._note, self._warn = _open_point(line)
        place = line.bin or tr("its own bin")
        parts = (item.name, item.spec, f"×{line.quantity:,}", place, line.batch.code, self._note)
        super().__init__(theme, tr(", ").join(part for part in parts if part))
        self.fit()

    @override
    def needed_px(self) -> int:
        return max(_PICTURE + 16, self.theme.scaled(58))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, line = QPainter(self), self.theme.t, self._line
        item = line.goods.item
        edge = t.accent_line if self._current else t.border
        round_rect(p, self.rect(), 8, t.select if self._current else t.surface, edge)
        top = (self.height() - _PICTURE) // 2
        spot = QRect(8, top, _PICTURE, _PICTURE)
        pixmap = self._pictures.pixmap(item.picture, _PICTURE, self.devicePixelRatioF())
        draw_picture(p, spot, pixmap, self.theme, radius=8)
        left, right = _PICTURE + 20, self.width() - 12
        count = self.theme.face(Type.CARD_TITLE)
        words = f"×{line.quantity:,}"
        taken = round(count.width(words)) + 12
        draw_text(
            p, QRect(left, 0, right - left, self.height()), words, count, t.text, Align.AlignRight
        )
        half, room = self.height() // 2, right - left - taken
        row = self.theme.scaled(19)
        name = " ".join(part for part in (item.name, item.spec) if part)
        draw_text(
            p, QRect(left, half - row, room, row), name, self.theme.face(Type.BODY_STRONG), t.text
        )
        below = QRect(left, half, room, row)
        caption = self.theme.face(Type.CAPTION)
        if self._warn:
            tone = t.warn.text
            at = QPointF(left + 7, half + row / 2)
            draw_icon(p, "warning", at, 14, tone, self.theme, "fill")
            draw_text(p, below.adjusted(18, 0, 0, 0), self._note, caption, tone)
            return
        until = line.batch.expires_on
        parts = (
            line.bin or tr("its own bin"),
            line.batch.code,
            tr("until {day}", day=until) if until else "",
            self._note,
        )
        draw_text(p, below, " · ".join(part for part in parts if part), caption, t.text2)


def _open_point(line: Line) -> tuple[str, bool]:
    if line.wants_batch:
        return tr("Wants its batch"), True
    if line.wants_serials:
        n = line.wants_serials
        return ntr("Wants {n} serial number", "Wants {n} serial numbers", n), True
    n = len(line.serials)
    return (ntr("{n} serial number", "{n} serial numbers", n) if n else ""), False


class GoodsChoice(PressControl):
    """One of several items with the same code; its number key chooses it."""

    def __init__(
        self, theme: Theme, number: int, goods: Goods, pictures: Pictures, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self._number, self._goods, self._pictures = number, goods, pictures
        item = goods.item
        self.setObjectName(item.sku_id)
        said = (str(number), item.name, item.spec, item.code)
        self.setAccessibleName(" ".join(part for part in said if part))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, max(84, self.theme.scaled(76)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, item = QPainter(self), self.theme.t, self._goods.item
        fill = t.active if self.isDown() else t.hover if self.hovered else t.surface
        round_rect(p, self.rect(), 8, fill, t.border2)
        spot = QRect(10, (self.height() - 64) // 2, 64, 64)
        pixmap = self._pictures.pixmap(item.picture, 64, self.devicePixelRatioF())
        draw_picture(p, spot, pixmap, self.theme, radius=8)
        half, row = self.height() // 2, self.theme.scaled(20)
        room = self.width() - 88 - 40
        strong, caption = self.theme.face(Type.BODY_STRONG), self.theme.face(Type.CAPTION)
        draw_text(p, QRect(88, half - row, room, row), item.name, strong, t.text)
        second = spec_words(item.spec, item.code)
        draw_text(p, QRect(88, half, room, row), second, caption, t.text2)
        draw_key_cap(p, self.width() - 12, half, str(self._number), self.theme)
