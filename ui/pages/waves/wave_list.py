"""The painted parts of the Print page: the list of waves and the label on its desk."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.domain.text import tr
from ui.pages.waves import words
from ui.paint import Align, draw_text
from ui.paint_boxes import draw_carrier_mark, round_rect
from ui.paint_status import draw_stage
from ui.theme import Theme
from ui.theme_tokens import Type

LIST_PX, SIDE_PX, ENTRY_PX = 250, 290, 84


class WaveList(QWidget):
    """Today's waves, painted; arrows and clicks choose one."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.entries: tuple[words.WaveEntry, ...] = ()
        self.current = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Today's waves"))
        theme.changed.connect(self.update)

    def show_entries(self, entries: tuple[words.WaveEntry, ...], current: str) -> None:
        """The waves, the newest first, and the one that is open."""
        self.entries, self.current = entries, current
        self.setFixedHeight(max(1, len(entries)) * self.theme.scaled(ENTRY_PX))
        self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y()) // self.theme.scaled(ENTRY_PX)
        if 0 <= row < len(self.entries):
            self.chosen.emit(self.entries[row].id)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        ids = [e.id for e in self.entries]
        if step is None or self.current not in ids:
            super().keyPressEvent(event)
            return
        at = min(len(ids) - 1, max(0, ids.index(self.current) + step))
        self.chosen.emit(ids[at])

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        step = self.theme.scaled(ENTRY_PX)
        for n, entry in enumerate(self.entries):
            self._entry(p, QRectF(8, n * step + 2, self.width() - 16, step - 4), entry)

    def _entry(self, p: QPainter, box: QRectF, entry: words.WaveEntry) -> None:
        t = self.theme.t
        if entry.id == self.current:
            round_rect(p, box, 8, t.select, t.accent_line)
        inner = box.adjusted(12, 6, -12, -6)
        row = inner.height() / 3
        strong = self.theme.face(Type.NAV, 600)
        small = self.theme.face(Type.CAPTION)
        draw_text(
            p, QRectF(inner.x(), inner.y(), inner.width() - 50, row), entry.title, strong, t.text
        )
        time = QRectF(inner.x(), inner.y(), inner.width(), row)
        draw_text(p, time, entry.time, small, t.text3, Align.AlignRight)
        fact = QRectF(inner.x(), inner.y() + row, inner.width() - 70, row)
        draw_text(p, fact, entry.fact, small, t.text2)
        for k, company in enumerate(reversed(entry.carriers[:3])):
            mark = QRectF(inner.right() - 18 - 22 * k, inner.y() + row + row / 2 - 9, 18, 18)
            draw_carrier_mark(p, mark, company, self.theme)
        state = QRectF(inner.x() + 22, inner.y() + 2 * row, inner.width() - 22, row)
        if entry.stage is not None:
            centre = QPointF(inner.x() + 8, state.center().y())
            draw_stage(p, entry.stage, centre, self.theme)
        else:
            state.setLeft(inner.x())
        draw_text(p, state, entry.state, small, t.accent_text)


class LabelView(QWidget):
    """The label that is or was printed, on the grey desk; or a word about who draws it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._pixmap: QPixmap | None = None
        self._word = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def tell(self, png: bytes | None, word: str) -> None:
        """Show the drawn label, or the word when there is none."""
        pixmap = QPixmap()
        self._pixmap = pixmap if png and pixmap.loadFromData(png) else None
        self._word = word
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(SIDE_PX, 400)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p = QPainter(self)
        t = self.theme.t
        p.fillRect(self.rect(), t.sunken)
        if self._pixmap is None:
            face = self.theme.face(Type.BODY)
            draw_text(p, self.rect(), self._word, face, t.text3, Align.AlignHCenter)
            return
        room = QRectF(self.rect()).adjusted(24, 16, -24, -16)
        share = min(room.width() / self._pixmap.width(), room.height() / self._pixmap.height())
        size = QRectF(0, 0, self._pixmap.width() * share, self._pixmap.height() * share)
        size.moveCenter(room.center())
        round_rect(p, size.adjusted(-1, -1, 1, 1), 2, t.knob, t.border2)
        p.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        p.drawPixmap(size, self._pixmap, QRectF(self._pixmap.rect()))
