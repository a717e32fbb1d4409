"""A label as large as it is on paper, with a ruler in mm along two of its edges."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QScreen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ui.paint import Align, draw_icon, draw_text, wrap_text
from ui.paint_boxes import POPOVER_SHADOW, draw_shadow, round_rect
from ui.theme import Theme
from ui.theme_tokens import Type

_RULER = 28
_PAD = 16
_MM_PER_INCH = 25.4
_LEAST_PX, _MOST_PX = 2.4, 12.0  # of a mm: a screen that says anything else is not believed
_USUAL_PX = 96 / _MM_PER_INCH
_MEDIA_MM = (76.0, 130.0)


def px_per_mm(screen: QScreen | None) -> float:
    """Logical pixels of a real millimetre on ``screen``, as far as it knows its own size."""
    if screen is None:
        return _USUAL_PX
    width_mm = screen.physicalSize().width()
    found = screen.geometry().width() / width_mm if width_mm > 0 else 0.0
    return found if _LEAST_PX <= found <= _MOST_PX else _USUAL_PX


class LabelSheet(QWidget):
    """The label's picture at ``scale`` 1 (real size) or smaller, or words in its place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._pixmap: QPixmap | None = None
        self._size_mm = _MEDIA_MM
        self._words = ""
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @property
    def drawn(self) -> bool:
        """Whether a label is shown, not words."""
        return self._pixmap is not None

    def show_label(self, png: bytes | None, size_mm: tuple[float, float], words: str) -> None:
        """Show ``png`` on paper of this size; without one, ``words``."""
        pixmap = QPixmap()
        self._pixmap = pixmap if png and pixmap.loadFromData(png) else None
        self._size_mm, self._words = size_mm, words
        width, height = size_mm
        self.setAccessibleName(words or f"{width:g} × {height:g} mm")
        self.resize(self.sizeHint())
        self._restyle()

    def set_scale(self, scale: float) -> None:
        """1 = as on paper."""
        self._scale = scale
        self.resize(self.sizeHint())
        self._restyle()

    def px_per_mm(self) -> float:
        """Logical pixels that a millimetre of the label takes here."""
        return px_per_mm(self.screen()) * self._scale

    @override
    def sizeHint(self) -> QSize:
        mm = self.px_per_mm()
        width, height = (round(side * mm) for side in self._size_mm)
        return QSize(width + _RULER + 2 * _PAD, height + _RULER + 2 * _PAD)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _paper(self) -> QRect:
        mm = self.px_per_mm()
        width, height = (round(side * mm) for side in self._size_mm)
        return QRect(_RULER + _PAD, _RULER + _PAD, width, height)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        p.fillRect(self.rect(), t.sunken)
        paper = self._paper()
        self._rulers(p, paper)
        if self._pixmap is None:
            self._say(p, paper)
            return
        ratio = self.devicePixelRatioF()
        draw_shadow(p, paper, 2, POPOVER_SHADOW, self.theme, ratio)
        p.fillRect(paper, t.knob)
        shown = self._pixmap.scaled(
            QSize(round(paper.width() * ratio), round(paper.height() * ratio)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        p.drawPixmap(QRectF(paper), shown, QRectF(shown.rect()))

    def _say(self, p: QPainter, paper: QRect) -> None:
        t = self.theme.t
        round_rect(p, paper, 4, t.surface, t.border2)
        if not self._words:
            return
        middle = paper.center().y() - 20
        draw_icon(p, "sticker", QPointF(paper.center().x(), middle - 22), 28, t.text3, self.theme)
        face = self.theme.face(Type.BODY)
        box = QRect(paper.left() + 16, middle + 4, paper.width() - 32, face.line_px)
        for line in wrap_text(self._words, face, box.width(), 4):
            draw_text(p, box, line, face, t.text2, Align.AlignHCenter)
            box.translate(0, face.line_px)

    def _rulers(self, p: QPainter, paper: QRect) -> None:
        """A tick each millimetre where there is room, a number each centimetre."""
        t, mm = self.theme.t, self.px_per_mm()
        face = self.theme.face(Type.BADGE)
        step = 1 if mm >= _LEAST_PX else 5
        for across, length in ((True, self._size_mm[0]), (False, self._size_mm[1])):
            for at in range(0, int(length) + 1, step):
                long = 8 if at % 10 == 0 else 5 if at % 5 == 0 else 3
                color = t.text3 if at % 10 == 0 else t.border2
                if across:
                    x = paper.left() + round(at * mm)
                    p.fillRect(x, paper.top() - 6 - long, 1, long, color)
                else:
                    y = paper.top() + round(at * mm)
                    p.fillRect(paper.left() - 6 - long, y, long, 1, color)
                if at % 10 == 0 and at and at + 4 <= length:
                    self._number(p, paper, str(at), across, round(at * mm))
        corner = QRect(2, 2, paper.left() - 4, face.line_px)
        draw_text(p, corner, "mm", face, t.text3)

    def _number(self, p: QPainter, paper: QRect, text: str, across: bool, at: int) -> None:
        face, color = self.theme.face(Type.BADGE), self.theme.t.text3
        if across:
            box = QRect(paper.left() + at - 16, paper.top() - 16 - face.line_px, 32, face.line_px)
            draw_text(p, box, text, face, color, Align.AlignHCenter)
            return
        top = paper.top() + at - face.line_px // 2
        box = QRect(0, top, paper.left() - 17, face.line_px)
        draw_text(p, box, text, face, color, Align.AlignRight)
