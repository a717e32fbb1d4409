"""A square of 480 units with a wall, a table, and the few strokes that every picture shares.

Light falls from the left: round things are bright at a third of their width and dark on the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QRadialGradient,
)

SIDE = 480
TABLE_Y = 352  # where the wall meets the table
BASE_Y = 416  # where things stand
MIDDLE = SIDE / 2
PAPER = "#FBF6E9"


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The colours of wall and table."""

    wall: str
    table: str


def mixed(colour: str | QColor, other: str | QColor, share: float) -> QColor:
    """``colour`` with ``share`` (0 to 1) of ``other`` in it."""
    a, b = QColor(colour), QColor(other)
    return QColor(
        round(a.red() + (b.red() - a.red()) * share),
        round(a.green() + (b.green() - a.green()) * share),
        round(a.blue() + (b.blue() - a.blue()) * share),
    )


def lighter(colour: str | QColor, share: float) -> QColor:
    return mixed(colour, "#FFFFFF", share)


def darker(colour: str | QColor, share: float) -> QColor:
    return mixed(colour, "#0B0A08", share)


def box(x: float, y: float, width: float, height: float, radius: float = 0) -> QPainterPath:
    """A rectangle with round corners."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(x, y, width, height), radius, radius)
    return path


def disc(x: float, y: float, rx: float, ry: float) -> QPainterPath:
    """An ellipse around (x, y)."""
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), rx, ry)
    return path


def polygon(*points: tuple[float, float]) -> QPainterPath:
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    path.closeSubpath()
    return path


def can(x: float, y: float, width: float, height: float, bulge: float) -> QPainterPath:
    """An upright cylinder seen from slightly above: its bottom edge is an arc."""
    path = QPainterPath(QPointF(x, y))
    path.lineTo(x, y + height - bulge)
    path.arcTo(QRectF(x, y + height - 2 * bulge, width, 2 * bulge), 180, 180)
    path.lineTo(x + width, y)
    path.closeSubpath()
    return path


def outline(start: tuple[float, float], *curves: Sequence[float]) -> QPainterPath:
    """A closed path: a curve of two numbers is a line, of four a quadratic, of six a cubic."""
    path = QPainterPath(QPointF(*start))
    for curve in curves:
        match list(curve):
            case [x, y]:
                path.lineTo(x, y)
            case [cx, cy, x, y]:
                path.quadTo(cx, cy, x, y)
            case [ax, ay, bx, by, x, y]:
                path.cubicTo(ax, ay, bx, by, x, y)
            case _:
                raise ValueError("a curve has two, four or six numbers")
    path.closeSubpath()
    return path


def mirrored(start: tuple[float, float], *curves: Sequence[float]) -> QPainterPath:
    """The closed shape whose left half is given from its top to its bottom middle."""
    left = QPainterPath(QPointF(*start))
    for curve in curves:
        if len(curve) == 2:
            left.lineTo(curve[0], curve[1])
        else:
            left.cubicTo(*curve)
    right = QPainterPath(left)
    flip = right.toReversed()
    whole = QPainterPath(left)
    for i in range(flip.elementCount()):
        element = flip.elementAt(i)
        if i == 0 or element.type == QPainterPath.ElementType.LineToElement:
            whole.lineTo(SIDE - element.x, element.y)
        elif element.type == QPainterPath.ElementType.CurveToElement:
            b, end = flip.elementAt(i + 1), flip.elementAt(i + 2)
            whole.cubicTo(SIDE - element.x, element.y, SIDE - b.x, b.y, SIDE - end.x, end.y)
    whole.closeSubpath()
    return whole


class Canvas:
    """Paints one picture. ``family`` is the typeface of labels."""

    def __init__(self, painter: QPainter, family: str) -> None:
        self.painter = painter
        self._family = family
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)

    def backdrop(self, colours: Backdrop) -> None:
        wall = QLinearGradient(0, 0, 0, TABLE_Y)
        wall.setColorAt(0, lighter(colours.wall, 0.12))
        wall.setColorAt(1, QColor(colours.wall))
        self.painter.fillRect(QRectF(0, 0, SIDE, TABLE_Y), wall)
        table = QLinearGradient(0, TABLE_Y, 0, SIDE)
        table.setColorAt(0, darker(colours.table, 0.03))
        table.setColorAt(1, lighter(colours.table, 0.25))
        self.painter.fillRect(QRectF(0, TABLE_Y, SIDE, SIDE - TABLE_Y), table)

    def shadow(self, x: float, y: float, rx: float, ry: float = 20, depth: float = 0.42) -> None:
        """A soft shadow on the table under something that stands at ``y``."""
        painter = self.painter
        painter.save()
        painter.translate(x, y)
        painter.scale(1, ry / rx)
        blur = QRadialGradient(0, 0, rx)
        for stop, share in ((0, 1.0), (0.55, 0.8), (0.8, 0.28), (1, 0.0)):
            blur.setColorAt(stop, QColor(38, 32, 24, round(255 * depth * share)))
        painter.fillPath(disc(0, 0, rx, rx), blur)
        painter.restore()

    def glow(self, x: float, y: float, radius: float, colour: str, alpha: float) -> None:
        """Light around (x, y) that fades away."""
        light = QRadialGradient(x, y, radius)
        for stop, share in ((0, 1.0), (0.45, 0.72), (0.75, 0.22), (1, 0.0)):
            tint = QColor(colour)
            tint.setAlphaF(alpha * share)
            light.setColorAt(stop, tint)
        self.painter.fillPath(disc(x, y, radius, radius), light)

    def flat(self, path: QPainterPath, colour: str | QColor) -> None:
        self.painter.fillPath(path, QColor(colour))

    def round(self, path: QPainterPath, colour: str | QColor, depth: float = 1.0) -> None:
        """Fill ``path`` like a cylinder lit from the left; ``depth`` 0 is flat."""
        bounds = path.boundingRect()
        shade = QLinearGradient(bounds.left(), 0, bounds.right(), 0)
        shade.setColorAt(0.0, darker(colour, 0.20 * depth))
        shade.setColorAt(0.12, darker(colour, 0.04 * depth))
        shade.setColorAt(0.32, lighter(colour, 0.20 * depth))
        shade.setColorAt(0.55, QColor(colour))
        shade.setColorAt(1.0, darker(colour, 0.34 * depth))
        self.painter.fillPath(path, shade)

    def sloped(self, path: QPainterPath, top: str | QColor, bottom: str | QColor) -> None:
        """Fill ``path`` from ``top`` to ``bottom``."""
        bounds = path.boundingRect()
        shade = QLinearGradient(0, bounds.top(), 0, bounds.bottom())
        shade.setColorAt(0, QColor(top))
        shade.setColorAt(1, QColor(bottom))
        self.painter.fillPath(path, shade)

    def veil(self, path: QPainterPath, colour: str, alpha: float) -> None:
        """Lay a transparent colour over ``path``: gloss or shade."""
        tint = QColor(colour)
        tint.setAlphaF(alpha)
        self.painter.fillPath(path, tint)

    def stroke(
        self, path: QPainterPath, colour: str | QColor, width: float, alpha: float = 1.0
    ) -> None:
        tint = QColor(colour)
        tint.setAlphaF(alpha)
        pen = QPen(QBrush(tint), width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.painter.strokePath(path, pen)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, colour: str | QColor, width: float = 3
    ) -> None:
        path = QPainterPath(QPointF(x0, y0))
        path.lineTo(x1, y1)
        self.stroke(path, colour, width)

    def inside(self, path: QPainterPath) -> _Clip:
        """``with canvas.inside(path):`` paints nothing outside ``path``."""
        return _Clip(self.painter, path)

    def words(
        self, text: str, x: float, y: float, size: float, colour: str | QColor, down: bool = True
    ) -> None:
        """Write ``text`` centred on (x, y), from the top down or from left to right."""
        font = QFont(self._family)
        font.setPixelSize(round(size))
        self.painter.setFont(font)
        self.painter.setPen(QColor(colour))
        parts = list(text) if down else [text]
        step = size * 1.08
        for i, part in enumerate(parts):
            centre_y = y + (i - (len(parts) - 1) / 2) * step
            width = QFontMetricsF(font).horizontalAdvance(part) + 8
            field = QRectF(x - width / 2, centre_y - size, width, 2 * size)
            self.painter.drawText(field, Qt.AlignmentFlag.AlignCenter, part)
        self.painter.setPen(Qt.PenStyle.NoPen)

    def label(
        self,
        text: str,
        centre: tuple[float, float],
        size: tuple[float, float],
        ink: str,
        glyph: float = 52,
        note: str = "",
        paper: str = PAPER,
        down: bool = True,
    ) -> None:
        """A paper label with ``text``, and ``note`` in small letters at its lower edge."""
        (x, y), (width, height) = centre, size
        self.round(box(x - width / 2, y - height / 2, width, height, 6), paper, 0.22)
        self.words(text, x, y - (glyph * 0.24 if note else 0), glyph, ink, down)
        if note:
            self.words(note, x, y + height / 2 - 18, 22, ink, down=False)

    def gloss(self, x: float, y: float, width: float, height: float, alpha: float = 0.4) -> None:
        """The window's reflection on glass or glaze."""
        self.veil(box(x, y, width, height, width / 2), "#FFFFFF", alpha)


class _Clip:
    def __init__(self, painter: QPainter, path: QPainterPath) -> None:
        self._painter = painter
        self._path = path

    def __enter__(self) -> None:
        self._painter.save()
        self._painter.setClipPath(self._path, Qt.ClipOperation.IntersectClip)

    def __exit__(self, *_: object) -> None:
        self._painter.restore()
