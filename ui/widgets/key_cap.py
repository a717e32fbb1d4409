"""Key caps: which key does the same."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import Align, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Type


def key_cap_width(theme: Theme, text: str) -> int:
    """Width of the painted cap for ``text``."""
    return max(theme.scaled(18), round(theme.face(Type.BADGE).width(text)) + 10)


def draw_key_cap(
    p: QPainter,
    right: float,
    centre_y: float,
    text: str,
    theme: Theme,
    *,
    fill: QColor | None = None,
    edge: QColor | None = None,
    color: QColor | None = None,
) -> float:
    """A cap whose right edge is at ``right``; its width."""
    t = theme.t
    width, height = key_cap_width(theme, text), theme.scaled(18)
    box = QRectF(right - width, round(centre_y - height / 2), width, height)
    round_rect(p, box, 4, fill or t.subtle, edge or (t.border2 if fill is None else None))
    draw_text(p, box, text, theme.face(Type.BADGE), color or t.text2, Align.AlignHCenter)
    return width


class KeyCap(QWidget):
    """A key cap beside a hint."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(key_cap_width(self.theme, self._text), self.theme.scaled(18))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        draw_key_cap(p, self.width(), self.height() / 2, self._text, self.theme)
