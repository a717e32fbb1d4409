"""拆单: which pieces go into which parcel, by keys or by clicks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.orders.desk_view import SplitLine
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_frame, draw_picture, round_rect
from ui.pictures import Pictures
from ui.theme import Theme
from ui.theme_tokens import Type

MOST_PARCELS = 3
_HEAD, _ROW, _CELL, _PICTURE = 32, 48, 104, 32


class SplitBoard(QWidget):
    """A row a kind of goods, a column a parcel. The first parcel keeps what the others leave.

    Arrows move, + and − or a digit set the pieces, Space takes all of a row. ``changed`` after
    each move.
    """

    changed = Signal()

    def __init__(
        self,
        theme: Theme,
        lines: tuple[SplitLine, ...],
        pictures: Pictures,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme, self.lines, self._pictures = theme, lines, pictures
        self.parcels = 2
        self._taken: dict[tuple[str, int], int] = {}
        self._at = (0, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()
        theme.changed.connect(self._restyle)

    @Slot()
    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    # -- pieces ------------------------------------------------------------------------------

    def pieces(self, line: SplitLine, parcel: int) -> int:
        """How many pieces of ``line`` go into parcel ``parcel`` (0 is the first)."""
        if parcel:
            return self._taken.get((line.key, parcel), 0)
        return line.quantity - sum(self.pieces(line, n) for n in range(1, self.parcels))

    def set_pieces(self, line: SplitLine, parcel: int, wanted: int) -> None:
        """Put this many of ``line`` into a parcel behind the first; the first gives them."""
        others = sum(self.pieces(line, n) for n in range(1, self.parcels) if n != parcel)
        self._taken[line.key, parcel] = max(0, min(wanted, line.quantity - others))
        self._tell()
        self.update()
        self.changed.emit()

    def parts(self) -> list[dict[str, int]]:
        """The parcels with something in them: pieces by the key of a line."""
        parts = [
            {x.key: self.pieces(x, n) for x in self.lines if self.pieces(x, n)}
            for n in range(self.parcels)
        ]
        return [part for part in parts if part]

    def torn(self) -> tuple[SplitLine, ...]:
        """The lines whose kind would lie in more than one parcel."""
        where: dict[str, set[int]] = {}
        for line in self.lines:
            for n in range(self.parcels):
                if self.pieces(line, n):
                    where.setdefault(line.kind, set()).add(n)
        return tuple(x for x in self.lines if len(where.get(x.kind, set())) > 1)

    def put_together(self) -> None:
        """Every torn kind goes whole into the parcel that has most of it."""
        for kind in {x.kind for x in self.torn()}:
            rows = [x for x in self.lines if x.kind == kind]
            sums = [sum(self.pieces(x, n) for x in rows) for n in range(self.parcels)]
            home = sums.index(max(sums))
            for line in rows:
                for n in range(1, self.parcels):
                    self._taken[line.key, n] = line.quantity if n == home else 0
        self._tell()
        self.update()
        self.changed.emit()

    def set_parcels(self, count: int) -> None:
        """Two or three parcels; pieces of one that goes away lie in the first again."""
        self.parcels = max(2, min(count, MOST_PARCELS))
        self._taken = {k: v for k, v in self._taken.items() if k[1] < self.parcels}
        self._at = (self._at[0], min(self._at[1], self.parcels - 1))
        self._tell()
        self.update()
        self.changed.emit()

    def _tell(self) -> None:
        row, column = self._at
        line = self.lines[row]
        said = tr(
            "{goods}: {n} of {all} in parcel {parcel}",
            goods=f"{line.title} {line.spec}".strip(),
            n=self.pieces(line, column),
            all=line.quantity,
            parcel=column + 1,
        )
        self.setAccessibleName(said)
        self.setAccessibleDescription(
            tr("Arrows choose, + and − move a piece, Space takes all of them")
        )

    # -- places ------------------------------------------------------------------------------

    @override
    def sizeHint(self) -> QSize:
        height = self.theme.scaled(_HEAD) + self.theme.scaled(_ROW) * len(self.lines)
        return QSize(560, height)

    def _cell(self, row: int, column: int) -> QRect:
        width = self.theme.scaled(_CELL)
        left = self.width() - width * (self.parcels - column)
        top = self.theme.scaled(_HEAD) + row * self.theme.scaled(_ROW)
        return QRect(left, top, width, self.theme.scaled(_ROW))

    def _steppers(self, cell: QRect) -> tuple[QRect, QRect]:
        side, middle = 28, cell.center().y()
        minus = QRect(cell.left() + 8, middle - side // 2, side, side)
        return minus, QRect(cell.right() - 8 - side, middle - side // 2, side, side)

    # -- hands -------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._at
        line = self.lines[row]
        have = self.pieces(line, column)
        match event.key():
            case Qt.Key.Key_Up:
                self._go(row - 1, column)
            case Qt.Key.Key_Down:
                self._go(row + 1, column)
            case Qt.Key.Key_Left:
                self._go(row, column - 1)
            case Qt.Key.Key_Right:
                self._go(row, column + 1)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.set_pieces(line, column, have + 1)
            case Qt.Key.Key_Minus | Qt.Key.Key_Underscore:
                self.set_pieces(line, column, have - 1)
            case Qt.Key.Key_Space:
                self.set_pieces(line, column, 0 if have == line.quantity else line.quantity)
            case key if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
                self.set_pieces(line, column, int(key) - int(Qt.Key.Key_0))
            case _:
                super().keyPressEvent(event)

    def _go(self, row: int, column: int) -> None:
        row = max(0, min(row, len(self.lines) - 1))
        self._at = (row, max(1, min(column, self.parcels - 1)))
        self._tell()
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        for row, line in enumerate(self.lines):
            for column in range(1, self.parcels):
                cell = self._cell(row, column)
                if not cell.contains(at):
                    continue
                self._go(row, column)
                minus, plus = self._steppers(cell)
                have = self.pieces(line, column)
                if minus.contains(at):
                    self.set_pieces(line, column, have - 1)
                elif plus.contains(at):
                    self.set_pieces(line, column, have + 1)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # -- painting ----------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        caption, head = self.theme.face(Type.CAPTION), self.theme.scaled(_HEAD)
        round_rect(p, self.rect(), 8, t.surface, t.border2)
        for column in range(self.parcels):
            box = QRect(self._cell(0, column).left(), 0, self.theme.scaled(_CELL), head)
            words = tr("Parcel {n}", n=column + 1)
            draw_text(p, box, words, caption, t.text2, Align.AlignHCenter)
        draw_text(p, QRect(14, 0, 200, head), tr("Goods"), caption, t.text2)
        for row, line in enumerate(self.lines):
            self._paint_row(p, row, line)

    def _paint_row(self, p: QPainter, row: int, line: SplitLine) -> None:
        t, first = self.theme.t, self._cell(row, 0)
        p.fillRect(1, first.top(), self.width() - 2, 1, t.border)
        middle = first.center().y()
        spot = QRect(12, middle - _PICTURE // 2 + 1, _PICTURE, _PICTURE)
        pixmap = self._pictures.pixmap(line.picture, _PICTURE, self.devicePixelRatioF())
        draw_picture(p, spot, pixmap, self.theme)
        room = first.left() - 62
        upper, lower = self.theme.scaled(20), self.theme.scaled(18)
        top = QRect(54, middle - upper + 1, room, upper)
        draw_text(p, top, line.title, self.theme.face(Type.BODY_MEDIUM), t.text)
        note = f"{line.spec} · ×{line.quantity}" if line.spec else f"×{line.quantity}"
        under = QRect(54, middle + 1, room, lower)
        draw_text(p, under, note, self.theme.face(Type.CAPTION), t.text2)
        for column in range(self.parcels):
            self._paint_cell(p, row, column, self.pieces(line, column), line.quantity)

    def _paint_cell(self, p: QPainter, row: int, column: int, n: int, of: int) -> None:
        t, cell = self.theme.t, self._cell(row, column)
        face = self.theme.face(Type.NAV_STRONG if n else Type.NAV)
        color = t.text if n else t.text3
        if column and self._at == (row, column) and self.hasFocus():
            box = cell.adjusted(3, 4, -3, -3)
            round_rect(p, box, 6, t.select)
            draw_frame(p, QRectF(box), 6, t.accent, 2)
        draw_text(p, cell, str(n), face, color, Align.AlignHCenter)
        if not column:
            return
        left = of - sum(self.pieces(self.lines[row], k) for k in range(1, self.parcels))
        minus, plus = self._steppers(cell)
        for box, glyph, usable in ((minus, "minus", n > 0), (plus, "plus", left > 0)):
            tint = t.text2 if usable else t.disabled
            draw_icon(p, glyph, QPointF(QRectF(box).center()), 14, tint, self.theme, "bold")
