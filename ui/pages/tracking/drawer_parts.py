"""The painted pieces of the drawer of a parcel on its way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from typing_extensions import override

from ui.pages.tracking.detail import ParcelView, WayStep
from ui.pages.tracking.way import WAY_PX, draw_state_pill, draw_way, state_pill_width, way_words
from ui.paint import draw_icon, draw_text, wrap_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.block import Block
from ui.widgets.drawer import INNER_PX

_MOST_LINES = 6


class StandBox(Block):
    """How far it is: the dots, the pill at the right, and what was promised below."""

    def __init__(self, theme: Theme, view: ParcelView) -> None:
        said = [str(view.pill.words), way_words(view.progress), view.promised]
        super().__init__(theme, " ".join(part for part in said if part))
        self._view = view
        self.fit()

    @override
    def needed_px(self) -> int:
        return self.theme.scaled(66 if self._view.promised else 44)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t, view = QPainter(self), self.theme.t, self._view
        round_rect(p, self.rect(), 8, t.subtle, t.border)
        upper = self.theme.scaled(44)
        words = str(view.pill.words)
        width = state_pill_width(self.theme, words)
        left = self.width() - 12 - width
        draw_state_pill(p, left, upper / 2, words, view.glyph, view.tone, self.theme)
        if left - 8 >= 14 + WAY_PX:
            draw_way(p, 14, upper / 2, view.progress, view.tone, self.theme)
        if not view.promised:
            return
        color = t.tone(Tone.ERR).text if view.late else t.text2
        middle = upper - 4 + self.theme.scaled(18) / 2
        glyph = "warning" if view.late else "clock"
        draw_icon(p, glyph, QPointF(21, middle), 14, color, self.theme)
        box = QRect(34, upper - 4, self.width() - 46, self.theme.scaled(18))
        draw_text(p, box, view.promised, self.theme.face(Type.CAPTION), color)


class WayList(Block):
    """Everything the carrier told, the newest first, on one thread."""

    def __init__(self, theme: Theme, steps: Sequence[WayStep], tone: Tone) -> None:
        super().__init__(theme, "; ".join(f"{s.time} {s.text} {s.place}".strip() for s in steps))
        self._steps, self._tone = tuple(steps), tone
        self.fit()

    def _lines(self, step: WayStep, newest: bool) -> list[str]:
        face = self.theme.face(Type.BODY_STRONG if newest else Type.BODY)
        return wrap_text(step.text, face, INNER_PX - 22, _MOST_LINES)

    def _height(self, step: WayStep, newest: bool) -> int:
        lines = len(self._lines(step, newest))
        return lines * self.theme.face(Type.BODY).line_px + self.theme.scaled(18) + 12

    @override
    def needed_px(self) -> int:
        return max(1, sum(self._height(s, n == 0) for n, s in enumerate(self._steps)))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        caption, line = self.theme.face(Type.CAPTION), self.theme.face(Type.BODY).line_px
        y = 0
        for number, step in enumerate(self._steps):
            newest = number == 0
            height = self._height(step, newest)
            middle = y + line / 2
            if number + 1 < len(self._steps):
                p.fillRect(QRect(5, round(middle) + 8, 1, height - 16), t.border2)
            color = t.tone(self._tone).text if newest else t.control
            size = 9 if newest else 5
            spot = QRectF(5.5 - size / 2, middle - size / 2, size, size)
            round_rect(p, spot, size / 2, color)
            face = self.theme.face(Type.BODY_STRONG if newest else Type.BODY)
            for text in self._lines(step, newest):
                box = QRect(22, y, self.width() - 22, line)
                draw_text(p, box, text, face, t.text if newest else t.text2)
                y += line
            below = " · ".join(part for part in (step.time, step.place) if part)
            box = QRect(22, y, self.width() - 22, self.theme.scaled(18))
            draw_text(p, box, below, caption, t.text3)
            y += self.theme.scaled(18) + 12
