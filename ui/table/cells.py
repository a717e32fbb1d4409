"""What a table shows, as plain records: columns, rows, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.paint import Align, Run, draw_icon, draw_runs, draw_text
from ui.paint_boxes import draw_carrier_mark, draw_picture, round_rect
from ui.paint_status import Stage
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Tone, Type
from ui.widgets.label import ColorName, color_of
from ui.widgets.pills import draw_pill, draw_tag, tag_width


class RowHeight(IntEnum):
    """Row heights in logical pixels at 100 %."""

    COMPACT = 28
    DEFAULT = 36
    COMFORTABLE = 44


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``stretch`` shares what room is left; ``shed`` > 0 goes first when it is tight.

    ``width`` and ``min_width`` are logical pixels at 100 %.
    """

    key: str
    title: str
    width: int
    right: bool = False
    sortable: bool = False
    stretch: int = 0
    min_width: int = 0
    shed: int = 0
    descending_first: bool = False


@dataclass(frozen=True, slots=True)
class CellTag:
    """A fact behind the second line."""

    text: str
    tone: Tone = Tone.GRAY


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell; empty fields take no room.

    ``picture`` is a key for ``Pictures`` (``""``: none, ``"-"``: the placeholder), ``more`` shows
    the edges of further cards behind it. ``button`` paints a button whose key ``pressed`` tells.
    """

    text: str = ""
    second: str = ""
    strong: bool = False
    second_strong: bool = False
    color: ColorName = "text"
    second_color: ColorName = "text2"
    tags: tuple[CellTag, ...] = ()
    picture: str = ""
    more: bool = False
    carrier: str = ""
    stage: Stage | None = None
    icon: str = ""
    icon_weight: str = "regular"
    button: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as the table keeps it; ``spoken`` is the whole row for a screen reader."""

    id: Hashable
    cells: tuple[Cell, ...]
    spoken: str = ""
    tip: str = ""
    muted: bool = False


def paint_cell(
    p: QPainter, box: QRect, cell: Cell, column: Column, theme: Theme, pictures: Pictures
) -> None:
    """Paint ``cell`` into ``box`` (the column's inner box); two lines where the row has room."""
    middle = box.top() + box.height() / 2
    left = box.left()
    if cell.picture:
        left += _paint_picture(p, box, cell, theme, pictures)
    if cell.carrier:
        draw_carrier_mark(p, QRectF(left, round(middle - 9), 18, 18), cell.carrier, theme)
        left += 25
    if cell.stage is not None:
        draw_pill(p, left, middle, cell.stage, theme, cell.text)
        return
    if cell.button:
        paint_cell_button(p, button_rect(box, cell, column, theme), cell.text, theme)
        return
    inner = QRect(left, box.top(), max(0, box.right() + 1 - left), box.height())
    two_lines = bool(cell.second or cell.tags) and box.height() >= theme.scaled(40)
    if two_lines:
        _paint_two_lines(p, inner, cell, column, theme)
    else:
        _paint_one_line(p, inner, cell, column, theme)


def _paint_picture(p: QPainter, box: QRect, cell: Cell, theme: Theme, pictures: Pictures) -> int:
    side = 32 if box.height() >= 40 else 24 if box.height() >= 32 else 0
    if not side:
        return 0
    spot = QRect(box.left(), box.center().y() - side // 2 + 1, side, side)
    ratio = p.device().devicePixelRatio()
    pixmap = pictures.pixmap(cell.picture, side, ratio)
    draw_picture(p, spot, pixmap, theme, more=cell.more, radius=6 if side == 32 else 5)
    return side + (18 if side == 32 else 14)


def _paint_one_line(p: QPainter, box: QRect, cell: Cell, column: Column, theme: Theme) -> None:
    color = color_of(theme, cell.color)
    face = theme.face(Type.BODY_STRONG if cell.strong else Type.BODY)
    align = Align.AlignRight if column.right else Align.AlignLeft
    if cell.icon:
        width = face.width(cell.text)
        left = box.right() + 1 - width - 22 if column.right else box.left()
        left = max(float(box.left()), left)
        centre = QPointF(left + 8, box.top() + box.height() / 2)
        draw_icon(p, cell.icon, centre, 16, color, theme, cell.icon_weight)
        box = QRect(
            round(left) + 22, box.top(), max(0, box.right() - round(left) - 21), box.height()
        )
        align = Align.AlignLeft
    runs = [Run(cell.text, face, color)]
    if cell.second:
        small = theme.face(Type.CAPTION)
        runs.append(Run(cell.second, small, color_of(theme, cell.second_color), gap=8))
    taken = draw_runs(p, box, runs, align)
    if not column.right:
        _paint_tags(p, box.left() + taken + 8, box, box.top() + box.height() / 2, cell, theme)


def _paint_two_lines(p: QPainter, box: QRect, cell: Cell, column: Column, theme: Theme) -> None:
    first, second = theme.scaled(19), theme.scaled(17)
    top = box.top() + (box.height() - first - second) // 2
    align = Align.AlignRight if column.right else Align.AlignLeft
    face = theme.face(Type.BODY_STRONG if cell.strong else Type.BODY)
    upper = QRect(box.left(), top, box.width(), first)
    draw_text(p, upper, cell.text, face, color_of(theme, cell.color), align)
    lower = QRect(box.left(), top + first, box.width(), second)
    small = theme.face(Type.CAPTION_STRONG if cell.second_strong else Type.CAPTION)
    taken = draw_text(p, lower, cell.second, small, color_of(theme, cell.second_color), align)
    if cell.tags:
        x = lower.left() + taken + (7 if taken else 0)
        _paint_tags(p, x, lower, lower.top() + lower.height() / 2, cell, theme)


def _paint_tags(
    p: QPainter, left: float, box: QRect, middle: float, cell: Cell, theme: Theme
) -> None:
    for tag in cell.tags:
        width = tag_width(theme, tag.text)
        if left + width > box.right() + 1:
            return
        left += draw_tag(p, round(left), middle, tag.text, tag.tone, theme) + 4


def button_rect(box: QRect, cell: Cell, column: Column, theme: Theme) -> QRect:
    """Where a cell's painted button lies."""
    width = round(theme.face(Type.BODY_STRONG).width(cell.text)) + 20
    height = min(theme.scaled(28), box.height() - 4)
    left = box.right() + 1 - width if column.right else box.left()
    return QRect(left, box.center().y() - height // 2 + 1, width, height)


def paint_cell_button(p: QPainter, box: QRect, text: str, theme: Theme) -> None:
    """A small white button inside a row."""
    t = theme.t
    round_rect(p, box, 6, t.hover if t.dark else t.surface, t.border2)
    face = theme.face(Type.BODY_STRONG)
    draw_text(p, box, text, face, t.text, Qt.AlignmentFlag.AlignHCenter)
