"""The table itself: keyboard, mouse, selection, hover, column widths."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget
from typing_extensions import override

from ui.pictures import Pictures
from ui.table.cells import Column, RowHeight
from ui.table.delegate import CHECK_KEY, RowDelegate
from ui.table.header import TableHeader
from ui.table.layout import column_widths
from ui.table.model import Fetch, PagedModel
from ui.table.scroll_bar import OverlayScrollBar
from ui.table.selection import Selection
from ui.theme import Theme

CHECK_COLUMN = Column(CHECK_KEY, "", 41)
_CTRL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier


class DataTable(QTableView):
    """A table over a snapshot of ids.

    Click or Enter tells ``opened(id)``; Space, the check box and Ctrl+click select, Shift extends,
    Ctrl+A selects all that match; Esc drops the selection. ``sort_wanted(key, descending)`` asks
    for another snapshot; ``pressed(id, key)`` is a painted button inside a row.
    """

    opened = Signal(object)
    current_changed = Signal(object)
    pressed = Signal(object, str)
    sort_wanted = Signal(str, bool)

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[Column],
        fetch: Fetch,
        parent: QWidget | None = None,
        *,
        pictures: Pictures | None = None,
        row_height: RowHeight = RowHeight.DEFAULT,
        name: str = "",
        delegate: type[RowDelegate] = RowDelegate,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self._row_height = row_height
        self.selection = Selection(self)
        self.rows = PagedModel(columns, fetch)
        self.rows.setParent(self)
        self._painter = delegate(theme, self.rows, self.selection, pictures or Pictures(), self)
        self._user_widths: dict[str, int] = {}
        self._hidden_keys: set[str] = set()
        self._current: Hashable | None = None
        self._anchor = -1
        self._bottom_room = 0
        self._laying_out = False
        self._set_up(name)
        self._header = TableHeader(theme, self.rows.columns, self)
        self.setHorizontalHeader(self._header)
        self._header.sectionClicked.connect(self._header_clicked)
        self._header.sectionResized.connect(self._section_resized)
        self._thumb = OverlayScrollBar(self)
        self.setModel(self.rows)
        self.setItemDelegate(self._painter)
        self.selection.changed.connect(self._selection_changed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _set_up(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(20)

    # -- content ---------------------------------------------------------------------------

    def show_ids(self, ids: Sequence[Hashable], *, keep_rows: bool = True) -> None:
        """Show another snapshot; selection, current row and scroll position survive."""
        scroll = self.verticalScrollBar().value()
        self.rows.reset_ids(ids, keep_rows=keep_rows)
        self.selection.keep_only(ids)
        self._painter.current_row = (
            -1 if self._current is None else self.rows.position(self._current)
        )
        self._painter.hover_row = -1
        self._anchor = -1
        self.updateGeometries()
        self.verticalScrollBar().setValue(scroll)
        self._selection_changed()

    @property
    def current_id(self) -> Hashable | None:
        """The row with the focus bar."""
        return self._current if self._painter.current_row >= 0 else None

    def set_current(self, row_id: Hashable | None) -> None:
        """Move the focus bar to an id (or away), scrolling it into sight; tells nobody."""
        self._current = row_id
        row = -1 if row_id is None else self.rows.position(row_id)
        self._move_bar(row)

    def step(self, by: int) -> None:
        """Move the focus bar by rows and tell ``current_changed``."""
        self._go(max(0, self._painter.current_row + by))

    def set_row_height(self, height: RowHeight) -> None:
        """Compact, default or comfortable."""
        self._row_height = height
        self._restyle()

    def set_bottom_room(self, px: int) -> None:
        """Room below the last row (the bulk bar floats there)."""
        if px != self._bottom_room:
            self._bottom_room = px
            self.updateGeometries()

    def set_sort(self, key: str, descending: bool) -> None:
        """Show which column the snapshot is sorted by."""
        self._header.sort_key, self._header.descending = key, descending
        self._header.viewport().update()

    def row_rect(self, row: int) -> QRect:
        """The row's box in the viewport."""
        y = self.rowViewportPosition(row)
        return QRect(0, y, self.viewport().width(), self.rowHeight(row))

    # -- columns ---------------------------------------------------------------------------

    def layout_state(self) -> dict[str, object]:
        """Widths and hidden columns, to be remembered."""
        return {"widths": dict(self._user_widths), "hidden": sorted(self._hidden_keys)}

    def restore_layout(self, state: Mapping[str, object]) -> None:
        """What ``layout_state`` gave; unknown columns are ignored."""
        known = {column.key for column in self.rows.columns}
        widths, hidden = state.get("widths"), state.get("hidden")
        if isinstance(widths, Mapping):
            self._user_widths = {
                str(k): v for k, v in widths.items() if k in known and isinstance(v, int)
            }
        if isinstance(hidden, (list, tuple, set)):
            self._hidden_keys = {str(k) for k in hidden if k in known}
        self._lay_out()

    def set_hidden_columns(self, keys: set[str]) -> None:
        """The column chooser's choice."""
        self._hidden_keys = set(keys)
        self._lay_out()

    def _lay_out(self) -> None:
        columns = self.rows.columns
        widths = column_widths(
            columns,
            self.viewport().width(),
            self.theme.text_size.value,
            self._user_widths,
            self._hidden_keys,
        )
        self._laying_out = True
        for index, column in enumerate(columns):
            width = widths.get(column.key)
            self.setColumnHidden(index, width is None)
            if width is not None:
                self.setColumnWidth(index, width)
        self._laying_out = False

    @Slot(int, int, int)
    def _section_resized(self, index: int, old: int, new: int) -> None:
        if not self._laying_out and old and new:
            column = self.rows.columns[index]
            if not column.stretch and column.key != CHECK_KEY:
                self._user_widths[column.key] = new
                self._lay_out()

    @Slot(int)
    def _header_clicked(self, index: int) -> None:
        column = self.rows.columns[index]
        if column.key == CHECK_KEY:
            if self.selection:
                self.selection.clear()
            else:
                self.selection.select_all_matching()
        elif column.sortable:
            again = self._header.sort_key == column.key
            down = not self._header.descending if again else column.descending_first
            self.set_sort(column.key, down)
            self.sort_wanted.emit(column.key, down)

    @Slot()
    def _restyle(self) -> None:
        height = self.theme.scaled(self._row_height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.verticalScrollBar().setSingleStep(height)
        self._header.updateGeometry()
        self.updateGeometries()
        self._lay_out()
        self.viewport().update()

    @Slot()
    def _selection_changed(self) -> None:
        self._header.check_state = self.selection.check_state(len(self.rows.ids))
        self._header.viewport().update()
        self.viewport().update()

    # -- moving ----------------------------------------------------------------------------

    def _go(self, row: int, *, extend: bool = False) -> None:
        total = len(self.rows.ids)
        if not total:
            return
        row = max(0, min(row, total - 1))
        if extend:
            self._extend_to(row)
        else:
            self._anchor = row
        self._current = self.rows.id_at(row)
        self._move_bar(row)
        self.current_changed.emit(self._current)

    def _extend_to(self, row: int) -> None:
        start = self._anchor if self._anchor >= 0 else max(0, self._painter.current_row)
        self._anchor = start
        low, high = min(start, row), max(start, row)
        self.selection.add(self.rows.ids[low : high + 1])

    def _move_bar(self, row: int) -> None:
        before = self._painter.current_row
        self._painter.current_row = row
        for changed in (before, row):
            if changed >= 0:
                self.viewport().update(self.row_rect(changed))
        if row >= 0:
            index = self.rows.index(row, 0)
            self.setCurrentIndex(index)
            self._reveal(row)

    def _reveal(self, row: int) -> None:
        box, bar = self.row_rect(row), self.verticalScrollBar()
        bottom = self.viewport().height() - self._bottom_room
        if bottom < box.height():
            return  # not laid out yet, or hardly any room: better to stay than to jump
        if box.top() < 0:
            bar.setValue(bar.value() + box.top())
        elif box.bottom() > bottom:
            bar.setValue(bar.value() + box.bottom() - bottom + 1)

    @override
    def scrollTo(
        self,
        index: object,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Scrolling is ``_reveal``'s: Qt's own would put rows under the bulk bar."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, shift = self._painter.current_row, bool(event.modifiers() & _SHIFT)
        page = max(1, self.viewport().height() // max(1, self.rowHeight(0)) - 1)
        match event.key():
            case Qt.Key.Key_Down:
                self._go(row + 1, extend=shift)
            case Qt.Key.Key_Up:
                self._go(row - 1, extend=shift)
            case Qt.Key.Key_PageDown:
                self._go(row + page, extend=shift)
            case Qt.Key.Key_PageUp:
                self._go(row - page, extend=shift)
            case Qt.Key.Key_Home:
                self._go(0, extend=shift)
            case Qt.Key.Key_End:
                self._go(len(self.rows.ids) - 1, extend=shift)
            case Qt.Key.Key_A if event.modifiers() & _CTRL:
                self.selection.select_all_matching()
            case Qt.Key.Key_Space if row >= 0:
                self._toggle(row)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if row >= 0:
                self.opened.emit(self._current)
            case Qt.Key.Key_Escape if self.selection:
                self.selection.clear()
            case _:
                event.ignore()

    def _toggle(self, row: int) -> None:
        row_id = self.rows.id_at(row)
        if row_id is not None:
            self._anchor = row
            self.selection.toggle(row_id)

    # -- mouse -----------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        row, column = index.row(), index.column()
        box = self.visualRect(index)
        key = self._painter.button_at(box, row, column, event.position().toPoint())
        if key:
            self.pressed.emit(self.rows.id_at(row), key)
        elif event.modifiers() & _SHIFT:
            self._extend_to(row)
        elif self.rows.columns[column].key == CHECK_KEY or event.modifiers() & _CTRL:
            self._toggle(row)
        else:
            self._go(row)
            self.opened.emit(self._current)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(round(event.position().y())))

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        before = self._painter.hover_row
        if row != before:
            self._painter.hover_row = row
            for changed in (before, row):
                if changed >= 0:
                    self.viewport().update(self.row_rect(changed))

    # -- geometry --------------------------------------------------------------------------

    @override
    def updateGeometries(self) -> None:
        super().updateGeometries()
        if self._bottom_room:
            bar = self.verticalScrollBar()
            shown = self.viewport().height()
            total = len(self.rows.ids) * self.theme.scaled(self._row_height)
            bar.setMaximum(max(0, total + self._bottom_room - shown))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self._thumb.place(self.viewport().geometry())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        total = len(self.rows.ids)
        self.rows.set_on_screen(range(max(0, first), (last if last >= 0 else total - 1) + 1))
        super().paintEvent(event)
