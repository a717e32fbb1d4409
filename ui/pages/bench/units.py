"""Drawing in the bench's own units: a 1440th of the window's width, so it keeps its share."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme

_ACROSS, _DOWN = 1440.0, 900.0


class Units:
    """A painter of ``widget`` that measures in units; ``width`` and ``height`` are in units."""

    def __init__(self, widget: QWidget, p: QPainter, theme: Theme) -> None:
        self.p = p
        self.theme = theme
        self.t = theme.t
        self.ratio = widget.devicePixelRatioF()
        self.u = min(widget.width() / _ACROSS, widget.height() / _DOWN)
        self.width = widget.width() / self.u
        self.height = widget.height() / self.u

    def box(self, x: float, y: float, w: float, h: float) -> QRectF:
        return QRectF(x * self.u, y * self.u, w * self.u, h * self.u)

    def say(
        self,
        area: tuple[float, float, float, float],
        text: str,
        px: float,
        color: QColor,
        weight: int = 400,
        align: Align = Align.AlignLeft,
    ) -> float:
        face = self.theme.sized_face(px * self.u, weight)
        return draw_text(self.p, self.box(*area), text, face, color, align) / self.u

    def icon(
        self, name: str, x: float, y: float, px: float, color: QColor, weight: str = "regular"
    ) -> None:
        centre = QPointF(x * self.u, y * self.u)
        draw_icon(self.p, name, centre, round(px * self.u), color, self.theme, weight)

    def card(
        self,
        area: tuple[float, float, float, float],
        radius: float,
        fill: QColor,
        edge: QColor | None = None,
        edge_px: float = 1,
    ) -> None:
        thick = max(1.0, edge_px * self.u)
        round_rect(self.p, self.box(*area), radius * self.u, fill, edge, thick)
