"""The rulers of a label in mm, along its top and its left edge."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from ui.paint import Align, draw_text
from ui.theme import Theme
from ui.theme_tokens import Type

RULER_PX = 46
_EVERY_MM, _NUMBER_MM, _LONG_MM = 2, 20, 10
_GAP_PX = 8
_LONG_PX, _SHORT_PX = 9, 4


def draw_rulers(
    p: QPainter, paper: QRectF, width_mm: float, height_mm: float, scale: float, theme: Theme
) -> None:
    """Ticks every 2 mm, longer ones every 10, numbers every 20; ``scale`` is pixels a mm."""
    t, face = theme.t, theme.face(Type.BADGE)
    line = t.control
    top, left = paper.top() - _GAP_PX, paper.left() - _GAP_PX
    for mm in range(0, int(width_mm) + 1, _EVERY_MM):
        x = round(paper.left() + mm * scale)
        long = _LONG_PX if mm % _LONG_MM == 0 else _SHORT_PX
        p.fillRect(QRectF(x, top - long, 1, long), line)
        if mm % _NUMBER_MM == 0:
            box = QRectF(x - 20, top - _LONG_PX - 19, 41, 20)
            draw_text(p, box, str(mm), face, t.text3, Align.AlignHCenter)
    for mm in range(0, int(height_mm) + 1, _EVERY_MM):
        y = round(paper.top() + mm * scale)
        long = _LONG_PX if mm % _LONG_MM == 0 else _SHORT_PX
        p.fillRect(QRectF(left - long, y, long, 1), line)
        if mm % _NUMBER_MM == 0:
            box = QRectF(left - _LONG_PX - 40, y - 10, 36, 21)
            draw_text(p, box, str(mm), face, t.text3, Align.AlignRight)
