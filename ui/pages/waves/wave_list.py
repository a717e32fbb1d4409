"""Today's waves at the left: name, time, counts, carriers, state; and what is in no wave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.text import tr
from ui.pages.waves.words import WaveEntry
from ui.paint import Align, draw_icon, draw_text
from ui.paint_boxes import draw_carrier_mark, draw_frame, round_rect
from ui.paint_status import STAGE_TONES, draw_stage
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.control import Control
from ui.widgets.label import TextLabel

_ROW = 82
_SIDE = 20
_Index = QModelIndex | QPersistentModelIndex
_ENTRY = int(Qt.ItemDataRole.UserRole)


class _Entries(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: tuple[WaveEntry, ...] = ()

    def show(self, entries: Sequence[WaveEntry]) -> None:
        if [e.id for e in entries] == [e.id for e in self.entries]:
            self.entries = tuple(entries)
            if entries:
                self.dataChanged.emit(self.index(0), self.index(len(entries) - 1))
            return
        self.beginResetModel()
        self.entries = tuple(entries)
        self.endResetModel()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.entries)

    @override
    def data(self, index: _Index, role: int = 0) -> object:
        entry = self.entries[index.row()]
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return entry.spoken
        return entry if role == _ENTRY else None


class _Painter(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QListView) -> None:
        super().__init__(parent)
        self.theme = theme

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, self.theme.scaled(_ROW))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = index.data(_ENTRY)
        if not isinstance(entry, WaveEntry):
            return
        t, box = self.theme.t, QRect(option.rect)
        state = option.state
        card = box.adjusted(8, 1, -8, -4)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            round_rect(painter, card, 8, t.select, t.accent_line)
            if state & QStyle.StateFlag.State_HasFocus:
                draw_frame(painter, card, 8, t.accent, 2)
        else:
            if state & QStyle.StateFlag.State_MouseOver:
                round_rect(painter, card, 8, t.hover)
            line = QRect(box.left() + _SIDE, box.bottom() - 1, box.width() - 2 * _SIDE, 1)
            painter.fillRect(line, t.border)
        self._lines(painter, box.adjusted(_SIDE, 8, -_SIDE, -8), entry)

    def _lines(self, p: QPainter, box: QRect, entry: WaveEntry) -> None:
        t, theme = self.theme.t, self.theme
        caption = theme.face(Type.CAPTION)
        first, line = theme.scaled(22), theme.scaled(21)
        top = QRect(box.left(), box.top(), box.width(), first)
        taken = draw_text(p, top, entry.time, caption, t.text3, Align.AlignRight)
        title = top.adjusted(0, 0, -round(taken) - 8, 0)
        draw_text(p, title, entry.title, theme.face(Type.NAV_STRONG), t.text)
        second = QRect(box.left(), top.bottom() + 1, box.width(), line)
        marks = self._marks(p, second, entry.carriers)
        fact = second.adjusted(0, 0, -marks - 6, 0)
        draw_text(p, fact, entry.fact, caption, t.text2)
        third = QRect(box.left(), second.bottom() + 1, box.width(), line)
        strong = theme.face(Type.CAPTION_STRONG)
        if entry.stage is None:
            self._bar(p, third, entry)
            return
        tone = t.tone(STAGE_TONES[entry.stage])
        draw_stage(p, entry.stage, QPointF(third.left() + 6, third.center().y() + 0.5), theme)
        draw_text(p, third.adjusted(18, 0, 0, 0), entry.state, strong, tone.text)

    def _marks(self, p: QPainter, box: QRect, carriers: Sequence[str]) -> int:
        shown = carriers[:4]
        x = box.right() + 1 - 18 * len(shown) - 4 * max(0, len(shown) - 1)
        width = box.right() + 1 - x
        for code in shown:
            draw_carrier_mark(p, QRectF(x, box.center().y() - 8, 18, 18), code, self.theme)
            x += 22
        return width

    def _bar(self, p: QPainter, box: QRect, entry: WaveEntry) -> None:
        t = self.theme.t
        face = self.theme.face(Type.CAPTION_STRONG)
        taken = draw_text(p, box, entry.state, face, t.accent_text, Align.AlignRight)
        bar = QRectF(box.left(), box.center().y() - 1, box.width() - taken - 12, 4)
        round_rect(p, bar, 2, t.active)
        total = max(1, entry.total)
        done = bar.width() * entry.done / total
        failed = bar.width() * entry.failed / total
        if entry.done:
            round_rect(p, QRectF(bar.left(), bar.top(), max(4.0, done), 4), 2, t.accent)
        if entry.failed:
            spot = QRectF(bar.left() + done + 1, bar.top(), max(3.0, failed), 4)
            round_rect(p, spot, 1, t.err.solid)


class _LooseNote(Control):
    """An amber note; pressing it makes a wave."""

    ring_radius = 8.0

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._what, self._hint = "", ""

    def tell(self, what: str, hint: str) -> None:
        self._what, self._hint = what, hint
        self.setVisible(bool(what))
        self.setAccessibleName(f"{what}, {hint}")
        self.setToolTip(what)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(100, self.theme.scaled(56))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        p, t = QPainter(self), self.theme.t
        round_rect(p, self.rect(), 8, t.warn.soft, t.warn.line if self.hovered else None)
        line = self.theme.scaled(19)
        top = (self.height() - 2 * line) // 2
        draw_icon(p, "clock", QPointF(21, top + line / 2), 18, t.warn.text, self.theme, "bold")
        box = QRect(38, top, self.width() - 48, line)
        draw_text(p, box, self._what, self.theme.face(Type.BODY_STRONG), t.warn.text)
        small = self.theme.face(Type.CAPTION)
        draw_text(p, box.translated(0, line), self._hint, small, t.text)


class WaveList(QWidget):
    """The column. ``chosen(wave_id)`` by mouse or arrows; ``new_wanted`` from the note."""

    chosen = Signal(str)
    new_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(_SIDE, 12, _SIDE, 12)
        head.addWidget(TextLabel(theme, tr("Today's waves"), Type.BODY_STRONG))
        head.addStretch(1)
        self._count = TextLabel(theme, "", Type.CAPTION, "text3")
        head.addWidget(self._count)
        column.addLayout(head)
        self._model = _Entries(self)
        self.view = QListView(self)
        self._set_up()
        column.addWidget(self.view, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 16)
        self.note = _LooseNote(theme, self)
        self.note.hide()
        self.note.clicked.connect(self.new_wanted)
        foot.addWidget(self.note)
        column.addLayout(foot)
        theme.changed.connect(self._restyle)

    def _set_up(self) -> None:
        view = self.view
        view.setAccessibleName(tr("Today's waves"))
        view.setModel(self._model)
        view.setItemDelegate(_Painter(self.theme, view))
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._current_changed)

    @Slot()
    def _restyle(self) -> None:
        self.view.doItemsLayout()

    @property
    def current(self) -> str:
        row = self.view.currentIndex().row()
        entries = self._model.entries
        return entries[row].id if 0 <= row < len(entries) else ""

    def show_entries(self, entries: Sequence[WaveEntry], loose: tuple[str, str]) -> None:
        """Show these waves; the chosen one stays chosen."""
        before = self.current
        self._model.show(entries)
        self._count.setText(str(len(entries)) if entries else "")
        self.note.tell(*loose)
        if before:
            self.choose(before)

    def choose(self, wave_id: str) -> None:
        """Mark a wave as the one that is shown; tells nobody."""
        ids = [e.id for e in self._model.entries]
        if wave_id in ids and wave_id != self.current:
            blocked = self.view.selectionModel().blockSignals(True)
            self.view.setCurrentIndex(self._model.index(ids.index(wave_id)))
            self.view.selectionModel().blockSignals(blocked)
            self.view.viewport().update()

    @Slot()
    def _current_changed(self) -> None:
        if self.current:
            self.chosen.emit(self.current)
