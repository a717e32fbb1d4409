"""Boxes: rounded fills with an edge, focus rings, nine-slice shadows, carrier marks, pictures."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMargins, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from app.domain.companies import company
from ui.paint import Align, cached_pixmap, draw_icon, draw_text
from ui.theme import Theme
from ui.theme_tokens import Tokens


def round_rect(
    p: QPainter,
    box: QRectF | QRect,
    radius: float,
    fill: QColor,
    edge: QColor | None = None,
    edge_px: float = 1,
) -> None:
    """A filled rounded box; the edge is an outer fill under an inner one, crisp at 125 % too."""
    outer = QRectF(box)
    p.save()
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.setPen(Qt.PenStyle.NoPen)
    if edge is not None:
        if fill.alpha() == 255:
            p.setBrush(edge)
            p.drawRoundedRect(outer, radius, radius)
        else:
            p.fillPath(_frame(outer, radius, edge_px), edge)
        outer = outer.adjusted(edge_px, edge_px, -edge_px, -edge_px)
        radius = max(0.0, radius - edge_px)
    p.setBrush(fill)
    p.drawRoundedRect(outer, radius, radius)
    p.restore()


def _frame(box: QRectF, radius: float, thickness: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(box, radius, radius)
    inner = box.adjusted(thickness, thickness, -thickness, -thickness)
    hole = QPainterPath()
    hole.addRoundedRect(inner, max(0.0, radius - thickness), max(0.0, radius - thickness))
    return path.subtracted(hole)


def draw_frame(
    p: QPainter, box: QRectF | QRect, radius: float, color: QColor, thickness: float = 1
) -> None:
    """Only the edge of a rounded box."""
    p.save()
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    p.fillPath(_frame(QRectF(box), radius, thickness), color)
    p.restore()


def draw_dashed_frame(p: QPainter, box: QRectF | QRect, radius: float, color: QColor) -> None:
    """A dashed one-pixel edge: something that can be added."""
    p.save()
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, 1, Qt.PenStyle.CustomDashLine)
    pen.setDashPattern([3, 2.5])
    p.setPen(pen)
    p.setBrush(Qt.BrushStyle.NoBrush)
    p.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    p.restore()


def focus_ring(p: QPainter, control: QRectF | QRect, radius: float, t: Tokens) -> None:
    """Two-pixel accent line two pixels outside ``control``."""
    draw_frame(p, QRectF(control).adjusted(-4, -4, 4, 4), radius + 4, t.accent, 2)


@dataclass(frozen=True, slots=True)
class Shadow:
    """Blur, offset and strength (0 to 1) of something that floats."""

    blur: int
    dy: int
    strength: float

    def margins(self) -> QMargins:
        """Room that a floating widget keeps around its card."""
        return QMargins(self.blur, max(0, self.blur - self.dy), self.blur, self.blur + self.dy)


POPOVER_SHADOW = Shadow(16, 4, 0.10)
TOAST_SHADOW = Shadow(10, 4, 0.16)
BULK_BAR_SHADOW = Shadow(24, 8, 0.20)
DIALOG_SHADOW = Shadow(26, 10, 0.16)
PALETTE_SHADOW = Shadow(40, 16, 0.30)


def draw_shadow(
    p: QPainter, card: QRect, radius: int, shadow: Shadow, theme: Theme, ratio: float
) -> None:
    """The soft shadow of ``card``, from one cached nine-slice pixmap."""
    blur = shadow.blur
    reach = blur + max(radius, blur)
    side = 2 * reach + 1
    color = theme.t.shadow
    strength = min(1.0, shadow.strength * (2.4 if theme.t.dark else 1.6))

    def paint(q: QPainter) -> None:
        q.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        q.setPen(Qt.PenStyle.NoPen)
        for inset in range(2 * blur + 1):
            tint = QColor(color)
            tint.setAlphaF(strength * (inset / (2 * blur)) ** 2)
            q.setBrush(tint)
            box = QRectF(inset, inset, side - 2 * inset, side - 2 * inset)
            corner = max(0.0, radius + blur - inset)
            q.drawRoundedRect(box, corner, corner)

    key = f"shadow/{radius}/{blur}/{strength:.3f}/{color.rgba():x}"
    tile = cached_pixmap(key, QSize(side, side), ratio, paint)
    target = card.translated(0, shadow.dy).adjusted(-blur, -blur, blur, blur)
    _nine_slice(p, target, tile, reach, ratio)


def _nine_slice(p: QPainter, target: QRect, tile: QPixmap, corner: int, ratio: float) -> None:
    xs = (target.left(), target.left() + corner, target.right() + 1 - corner, target.right() + 1)
    ys = (target.top(), target.top() + corner, target.bottom() + 1 - corner, target.bottom() + 1)
    source = (0.0, corner * ratio, (corner + 1) * ratio, (2 * corner + 1) * ratio)
    for row in range(3):
        for column in range(3):
            to = QRectF(xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row])
            if to.width() <= 0 or to.height() <= 0:
                continue
            part = QRectF(
                source[column],
                source[row],
                source[column + 1] - source[column],
                source[row + 1] - source[row],
            )
            p.drawPixmap(to, tile, part)


def draw_carrier_mark(p: QPainter, box: QRectF | QRect, carrier: str, theme: Theme) -> None:
    """The one-character square of a carrier; those without a colour of their own are grey."""
    t = theme.t
    square = QRectF(box)
    known = {
        "sf": (t.carrier_sf, t.on_carrier_sf),
        "zto": (t.carrier_zto, t.on_carrier_zto),
        "yunda": (t.carrier_yunda, t.on_carrier_yunda),
    }
    back, fore = known.get(carrier, (t.gray.text, t.surface))
    letter = company(carrier).mark or "?"
    round_rect(p, square, square.width() * 0.24, back)
    face = theme.sized_face(square.width() * 0.64, 600)
    draw_text(p, square, letter, face, fore, Align.AlignHCenter)


def draw_picture(
    p: QPainter,
    box: QRectF | QRect,
    picture: QPixmap | None,
    theme: Theme,
    *,
    more: bool = False,
    radius: float = 6,
) -> None:
    """A product's picture; with ``more``, the edges of further cards show behind it on the right.

    The picture itself keeps its place either way, so that the text beside it starts at one x.
    Without a picture a quiet package takes its place.
    """
    t = theme.t
    card = QRectF(box)
    if more:
        for shift, trim in ((6, 5), (3, 2.5)):
            behind = card.adjusted(shift, trim, shift, -trim)
            round_rect(p, behind, radius - 1, t.active, t.border2)
    if picture is None or picture.isNull():
        round_rect(p, card, radius, t.sunken, t.border)
        centre = QPointF(card.center().x() + 0.5, card.center().y() + 0.5)
        draw_icon(p, "package", centre, round(card.width() * 0.5), t.text3, theme)
        return
    p.save()
    p.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    path.addRoundedRect(card, radius, radius)
    p.setClipPath(path)
    p.drawPixmap(card, picture, QRectF(picture.rect()))
    p.restore()
    edge = QColor(t.shadow if not t.dark else t.surface)
    edge.setAlphaF(0.10)
    draw_frame(p, card, radius, edge)
