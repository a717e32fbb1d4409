"""Painting shared by every widget and table: text, icons, rounded boxes, shadows.

Coordinates are logical pixels. Text sits on ``centre + 0.365 x size`` (see ``Face.baseline``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache

from ui.icon_glyphs import GLYPHS
from ui.theme import Theme
from ui.type_face import Face

Align = Qt.AlignmentFlag
_ICON_ASCENT = 960 / 1024  # of the icon font's em


@dataclass(frozen=True, slots=True)
class Run:
    """One piece of a line of text; ``gap`` is the space before it."""

    text: str
    face: Face
    color: QColor
    gap: float = 0


def draw_text(
    p: QPainter,
    box: QRectF | QRect,
    text: str,
    face: Face,
    color: QColor,
    align: Align = Align.AlignLeft,
) -> float:
    """Draw one line centred on the box's height, elided to its width; the width it took."""
    shown = face.elided(text, box.width())
    width = face.width(shown)
    left = float(box.x())
    if align & Align.AlignRight:
        left += box.width() - width
    elif align & Align.AlignHCenter:
        left += (box.width() - width) / 2
    p.setFont(face.font)
    p.setPen(color)
    p.drawText(QPointF(round(left), face.baseline(box.y() + box.height() / 2)), shown)
    return width


def draw_runs(
    p: QPainter, box: QRectF | QRect, runs: Sequence[Run], align: Align = Align.AlignLeft
) -> float:
    """Draw pieces of different colour or size on one shared baseline; the width they took.

    The largest face sets the baseline. What does not fit is cut from the right.
    """
    if not runs:
        return 0
    total = sum(run.gap + run.face.width(run.text) for run in runs)
    width = float(box.width())
    left = float(box.x())
    if total < width and align & Align.AlignRight:
        left += width - total
    elif total < width and align & Align.AlignHCenter:
        left += (width - total) / 2
    largest = max((run.face for run in runs), key=lambda face: face.px)
    y = largest.baseline(box.y() + box.height() / 2)
    end = box.x() + width
    x = left
    for run in runs:
        x += run.gap
        if x >= end:
            break
        shown = run.face.elided(run.text, end - x)
        p.setFont(run.face.font)
        p.setPen(run.color)
        p.drawText(QPointF(round(x), y), shown)
        x += run.face.width(shown)
    return x - left


def wrap_text(text: str, face: Face, width: float, max_lines: int = 2) -> list[str]:
    """``text`` broken into lines; Chinese breaks anywhere, Latin at spaces, the last is elided."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < max_lines:
        if len(lines) == max_lines - 1 or face.width(rest) <= width:
            lines.append(face.elided(rest, width))
            break
        end = _fitting(rest, face, width)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return lines


def _fitting(text: str, face: Face, width: float) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if face.width(text[:middle]) <= width else (low, middle - 1)
    end = low
    while end > 1 and end < len(text) and _joined(text[end - 1], text[end]):
        end -= 1
    return end if end > 1 else low


def _joined(before: str, after: str) -> bool:
    """Whether a line may not break here: inside a Latin word, or before closing punctuation."""
    return (
        before.isascii() and after.isascii() and not before.isspace()
    ) or after in "，。、；：！？）」》"


def draw_icon(
    p: QPainter,
    name: str,
    centre: QPointF,
    px: int,
    color: QColor,
    theme: Theme,
    weight: str = "regular",
) -> None:
    """Draw a glyph of the icon font around ``centre``; ``px`` is its box."""
    p.setFont(theme.icon_face(px, weight).font)
    p.setPen(color)
    left = round(centre.x() - px / 2)
    top = round(centre.y() - px / 2)
    p.drawText(QPointF(left, top + px * _ICON_ASCENT), chr(GLYPHS[name]))


def icon_pixmap(
    theme: Theme, name: str, px: int, color: QColor, ratio: float, weight: str = "regular"
) -> QPixmap:
    """A glyph as a pixmap, cached by name, size, colour and device ratio."""

    def paint(p: QPainter) -> None:
        draw_icon(p, name, QPointF(px / 2, px / 2), px, color, theme, weight)

    key = f"icon/{name}/{weight}/{color.rgba():x}"
    return cached_pixmap(key, QSize(px, px), ratio, paint)


def icon(theme: Theme, name: str, px: int = 16, color: QColor | None = None) -> QIcon:
    """A glyph for menus and actions, sharp at 1x and 2x."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(icon_pixmap(theme, name, px, color or theme.t.text2, ratio))
        disabled = icon_pixmap(theme, name, px, theme.t.disabled, ratio)
        made.addPixmap(disabled, QIcon.Mode.Disabled)
    return made


def cached_pixmap(
    key: str, size: QSize, ratio: float, paint: Callable[[QPainter], None]
) -> QPixmap:
    """The pixmap of ``key`` at this size and device ratio, painted once by ``paint(painter)``."""
    full = f"{key}/{size.width()}x{size.height()}@{ratio:g}"
    found = QPixmap()
    if QPixmapCache.find(full, found):
        return found
    made = QPixmap(size * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    p = QPainter(made)
    p.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(p)
    p.end()
    QPixmapCache.insert(full, made)
    return made
