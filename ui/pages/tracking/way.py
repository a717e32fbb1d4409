"""The painted way of a parcel: five dots from pickup to signature, and the pill of its state."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.tracking.words import DOTS
from ui.paint import draw_icon, draw_text
from ui.paint_boxes import round_rect
from ui.theme import Theme
from ui.theme_tokens import Tone, Type

WAY_PX = 131
_STEP, _RADIUS = 31, 4.0


def way_color(theme: Theme, tone: Tone) -> QColor:
    """The line's colour: strong on white, bright on dark."""
    colors = theme.t.tone(tone)
    return colors.text if theme.t.dark else colors.solid


def draw_way(
    p: QPainter, left: float, middle: float, progress: int, tone: Tone, theme: Theme
) -> None:
    """Five dots, ``progress`` of them reached.

    The last one tells by its shape how it stands: a ring is under way, a full dot has arrived, a
    diamond is slow or failed, a cross goes no further.
    """
    t, color = theme.t, way_color(theme, tone)
    spots = [QPointF(left + _RADIUS + _STEP * n, middle) for n in range(DOTS)]
    p.save()
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(QPen(t.active, 2))
    p.drawLine(QLineF(spots[0], spots[-1]))
    p.setPen(Qt.PenStyle.NoPen)
    p.setBrush(t.active)
    for spot in spots[progress:]:
        p.drawEllipse(spot, _RADIUS, _RADIUS)
    if progress > 0:
        p.setPen(QPen(color, 2))
        p.drawLine(QLineF(spots[0], spots[progress - 1]))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(color)
        for spot in spots[: progress - 1]:
            p.drawEllipse(spot, _RADIUS, _RADIUS)
        _draw_last(p, spots[progress - 1], tone, color, t.surface)
    p.restore()


def _draw_last(p: QPainter, spot: QPointF, tone: Tone, color: QColor, back: QColor) -> None:
    match tone:
        case Tone.OK:
            p.drawEllipse(spot, _RADIUS, _RADIUS)
        case Tone.WARN:
            p.setPen(QPen(color, 2))
            p.setBrush(back)
            p.drawPolygon(
                QPolygonF([spot + QPointF(x, y) for x, y in ((0, -5), (5, 0), (0, 5), (-5, 0))])
            )
        case Tone.ERR:
            p.setBrush(back)
            p.drawEllipse(spot, _RADIUS + 2, _RADIUS + 2)
            p.setPen(QPen(color, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            for way in (1, -1):
                p.drawLine(QLineF(spot + QPointF(-3.5, -3.5 * way), spot + QPointF(3.5, 3.5 * way)))
        case _:
            p.setPen(QPen(color, 2))
            p.setBrush(back)
            p.drawEllipse(spot, _RADIUS - 0.5, _RADIUS - 0.5)


def way_words(progress: int) -> str:
    """The dots for a screen reader."""
    return tr("{n} of {all} steps", n=progress, all=DOTS)


def state_pill_width(theme: Theme, words: str) -> int:
    """Width of the painted pill."""
    return round(theme.face(Type.CAPTION_STRONG).width(words)) + 36


def draw_state_pill(
    p: QPainter,
    left: float,
    middle: float,
    words: str,
    glyph: tuple[str, str],
    tone: Tone,
    theme: Theme,
) -> int:
    """The pill of a parcel on its way; its width."""
    colors = theme.t.tone(tone)
    width, height = state_pill_width(theme, words), theme.scaled(22)
    box = QRectF(left, round(middle - height / 2), width, height)
    round_rect(p, box, height / 2, colors.soft)
    centre = QPointF(left + 16, box.center().y())
    draw_icon(p, glyph[0], centre, 14, colors.text, theme, glyph[1])
    face = theme.face(Type.CAPTION_STRONG)
    draw_text(p, box.adjusted(27, 0, -6, 0), words, face, colors.text)
    return width


class StatePill(QWidget):
    """The pill as a widget."""

    def __init__(
        self,
        theme: Theme,
        words: str,
        glyph: tuple[str, str],
        tone: Tone,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._words, self._glyph, self._tone = words, glyph, tone
        self.setAccessibleName(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(state_pill_width(self.theme, self._words), self.theme.scaled(22))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        middle = self.height() / 2
        draw_state_pill(p, 0, middle, self._words, self._glyph, self._tone, self.theme)


class Way(QWidget):
    """The five dots as a widget."""

    def __init__(
        self, theme: Theme, progress: int, tone: Tone, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._progress, self._tone = progress, tone
        self.setAccessibleName(way_words(progress))
        self.setFixedSize(WAY_PX + 4, 22)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        draw_way(QPainter(self), 1, self.height() / 2, self._progress, self._tone, self.theme)
