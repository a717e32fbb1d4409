"""The table's header: captions, sort arrow, and the box that selects."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHeaderView, QWidget
from typing_extensions import override

from ui.paint import Align, draw_icon, draw_text
from ui.table.cells import Column
from ui.table.delegate import CHECK_KEY, PAD
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.choices import draw_check

HEADER_PX = 32


class TableHeader(QHeaderView):
    """Paints its own sections; sorting and selecting are told by the view."""

    def __init__(self, theme: Theme, columns: tuple[Column, ...], parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.theme = theme
        self._columns = columns
        self.sort_key = ""
        self.descending = False
        self.check_state = Qt.CheckState.Unchecked
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(PAD)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.viewport().update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.theme.scaled(HEADER_PX))

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        t = self.theme.t
        painter.fillRect(rect, t.subtle)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, t.border)
        column = self._columns[logicalIndex]
        if column.key == CHECK_KEY:
            centre = QPointF(rect.right() + 1 - 14, rect.top() + (rect.height() - 1) / 2)
            draw_check(painter, centre, self.check_state, self.theme)
            return
        inner = rect.adjusted(PAD, 0, -PAD, -1)
        sorted_now = column.key == self.sort_key
        face = self.theme.face(Type.CAPTION, 500)
        color = t.text if sorted_now else t.text2
        align = Align.AlignRight if column.right else Align.AlignLeft
        if sorted_now and column.right:
            inner.setRight(inner.right() - 16)
        width = draw_text(painter, inner, column.title, face, color, align)
        if sorted_now:
            x = inner.right() + 10 if column.right else inner.left() + width + 10
            glyph = "arrow-down" if self.descending else "arrow-up"
            centre = QPointF(x, rect.top() + (rect.height() - 1) / 2)
            draw_icon(painter, glyph, centre, 12, t.text2, self.theme, "bold")

    @override
    def paintEvent(self, event: object) -> None:
        ground = QPainter(self.viewport())
        box = self.viewport().rect()
        ground.fillRect(box, self.theme.t.subtle)
        ground.fillRect(0, box.bottom(), box.width(), 1, self.theme.t.border)
        ground.end()
        super().paintEvent(event)  # type: ignore[arg-type]  # handed on as it came
