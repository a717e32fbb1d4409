"""One delegate paints every column from the row's cells."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ui.paint_boxes import round_rect
from ui.pictures import Pictures
from ui.table.cells import TableRow, button_rect, paint_cell
from ui.table.model import PagedModel
from ui.table.selection import Selection
from ui.theme import Theme
from ui.widgets.choices import draw_check

CHECK_KEY = "check"
PAD = 12
_Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Fill, hairline, focus bar and check box of a row; its cells by ``paint_cell``.

    Pages with columns of their own override ``paint_content``.
    """

    def __init__(
        self,
        theme: Theme,
        model: PagedModel,
        selection: Selection,
        pictures: Pictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.model = model
        self.selection = selection
        self.pictures = pictures
        self.hover_row = -1
        self.current_row = -1
        self.show_bar = True

    def inner(self, box: QRect) -> QRect:
        """A cell's box without its side padding."""
        return box.adjusted(PAD, 0, -PAD, -1)

    def button_at(self, box: QRect, row: int, column: int, pos: QPoint) -> str:
        """The key of the painted button under ``pos``, or an empty text."""
        shown = self.model.row_at(row)
        if shown is None or column >= len(shown.cells):
            return ""
        cell = shown.cells[column]
        if not cell.button:
            return ""
        spot = button_rect(self.inner(box), cell, self.model.columns[column], self.theme)
        return cell.button if spot.contains(pos) else ""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        box: QRect = option.rect
        number, column = index.row(), index.column()
        row_id = self.model.id_at(number)
        self._paint_ground(painter, box, number, column, row_id in self.selection)
        if self.model.columns[column].key == CHECK_KEY:
            self._paint_check(painter, box, row_id in self.selection)
            return
        row = self.model.row_at(number)
        if row is None:
            self._paint_skeleton(painter, box, number)
        elif column < len(row.cells):
            if row.muted:
                painter.setOpacity(0.55)
            self.paint_content(painter, self.inner(box), row, column)
            painter.setOpacity(1.0)

    def paint_content(self, p: QPainter, box: QRect, row: TableRow, column: int) -> None:
        """Paint one cell of ``row``; ``box`` is free of padding."""
        paint_cell(p, box, row.cells[column], self.model.columns[column], self.theme, self.pictures)

    def _paint_ground(
        self, p: QPainter, box: QRect, number: int, column: int, selected: bool
    ) -> None:
        t = self.theme.t
        current = number == self.current_row and self.show_bar
        if selected or current:
            p.fillRect(box, t.select)
        elif number == self.hover_row:
            p.fillRect(box, t.hover)
        line = t.select_line if selected or current else t.border
        p.fillRect(box.left(), box.bottom(), box.width(), 1, line)
        if current and column == 0:
            p.fillRect(box.left(), box.top(), 3, box.height() - 1, t.accent)

    def _paint_check(self, p: QPainter, box: QRect, selected: bool) -> None:
        state = Qt.CheckState.Checked if selected else Qt.CheckState.Unchecked
        centre = QPointF(box.right() + 1 - 14, box.top() + (box.height() - 1) / 2)
        draw_check(p, centre, state, self.theme)

    def _paint_skeleton(self, p: QPainter, box: QRect, number: int) -> None:
        inner = QRectF(self.inner(box))
        width = min(inner.width(), inner.width() * (0.5 + 0.1 * (number % 4)))
        bar = QRectF(inner.left(), inner.center().y() - 5, max(16.0, width), 10)
        round_rect(p, bar, 5, self.theme.t.active)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self.model.columns[index.column()].width, 20)
