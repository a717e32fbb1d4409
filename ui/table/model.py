"""The model behind every large table: a snapshot of ids and a small cache of rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from ui.table.cells import Column, TableRow

PAGE = 64
_CACHE_LIMIT = 64 * PAGE
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_NO_PARENT = QModelIndex()

Fetch = Callable[[Sequence[Hashable]], Sequence[TableRow] | None]
Index = QModelIndex | QPersistentModelIndex


class PagedModel(QAbstractTableModel):
    """Rows by id, loaded a page at a time as they come into sight. Main thread only.

    ``fetch(ids)`` gives the rows at once, or ``None`` when they will come later by ``deliver``;
    until then a row paints as a skeleton. Ids may be any sequence, also an ``array``: a million
    cost 8 MB. Rows that a fetch does not return (deleted meanwhile) stay blank.
    """

    def __init__(self, columns: Sequence[Column], fetch: Fetch) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._fetch = fetch
        self._ids: Sequence[Hashable] = ()
        self._rows: OrderedDict[Hashable, TableRow] = OrderedDict()
        self._stale: set[Hashable] = set()
        self._asked: set[Hashable] = set()
        self._on_screen = range(0)

    @property
    def columns(self) -> tuple[Column, ...]:
        return self._columns

    @property
    def ids(self) -> Sequence[Hashable]:
        return self._ids

    def reset_ids(self, ids: Sequence[Hashable], *, keep_rows: bool = True) -> None:
        """Show another snapshot. Known rows stay until ``touch`` says that they changed."""
        self.beginResetModel()
        self._ids = ids
        self._asked.clear()
        if not keep_rows:
            self._rows.clear()
            self._stale.clear()
        self.endResetModel()

    @property
    def on_screen(self) -> range:
        """The rows that are visible."""
        return self._on_screen

    def set_on_screen(self, rows: range) -> None:
        """Which rows are visible; ``touch`` repaints no others."""
        self._on_screen = rows

    def touch(self, ids: Iterable[Hashable]) -> None:
        """These rows changed: load them anew, repaint the visible ones in one signal."""
        changed = set(ids)
        self._stale |= changed & self._rows.keys()
        self._asked -= changed
        self._announce(changed)

    def touch_all(self) -> None:
        """Everything may have changed; visible rows are loaded anew, the others when seen."""
        self._stale |= self._rows.keys()
        self._asked.clear()
        self._announce(None)

    def touch_changed(self) -> None:
        """As ``touch_all``, for rows at hand: repaints only the visible ones that differ now."""
        seen = [self._ids[row] for row in self._seen()]
        before = [self._rows.get(row_id) for row_id in seen]
        self._stale |= self._rows.keys()
        self._asked.clear()
        self._keep(self._fetch(seen) or ())
        after = [self._rows.get(row_id) for row_id in seen]
        self._announce({i for i, old, new in zip(seen, before, after, strict=True) if old != new})

    def deliver(self, rows: Iterable[TableRow]) -> None:
        """Rows that ``fetch`` promised for later."""
        arrived = {row.id: row for row in rows}
        self._keep(arrived.values())
        self._announce(set(arrived))

    def row_at(self, row: int) -> TableRow | None:
        """The row at a position, loading its page when needed; ``None`` while it is on its way."""
        if not 0 <= row < len(self._ids):
            return None
        row_id = self._ids[row]
        known = self._rows.get(row_id)
        if known is None or row_id in self._stale:
            self._load(row)
            known = self._rows.get(row_id)
        return known

    def id_at(self, row: int) -> Hashable | None:
        """The id at a position."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def position(self, row_id: Hashable) -> int:
        """Where an id stands, or -1. A linear search: for keys and restores, not for painting."""
        try:
            return self._ids.index(row_id)
        except ValueError:
            return -1

    def _load(self, row: int) -> None:
        start = row - row % PAGE
        wanted = [
            row_id
            for row_id in self._ids[start : start + PAGE]
            if (row_id not in self._rows or row_id in self._stale) and row_id not in self._asked
        ]
        if not wanted:
            return
        self._asked.update(wanted)
        rows = self._fetch(wanted)
        if rows is not None:
            self._keep(rows)

    def _keep(self, rows: Iterable[TableRow]) -> None:
        for row in rows:
            self._rows[row.id] = row
            self._rows.move_to_end(row.id)
            self._stale.discard(row.id)
            self._asked.discard(row.id)
        while len(self._rows) > _CACHE_LIMIT:
            gone, _ = self._rows.popitem(last=False)
            self._stale.discard(gone)

    def _seen(self) -> range:
        return range(self._on_screen.start, min(self._on_screen.stop, len(self._ids)))

    def _announce(self, changed: set[Hashable] | None) -> None:
        """One ``dataChanged`` over the visible rows concerned."""
        rows = [r for r in self._seen() if changed is None or self._ids[r] in changed]
        if rows:
            last = len(self._columns) - 1
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], last))

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._ids)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        if role not in (_DISPLAY, _ACCESSIBLE, _TOOLTIP):
            return None
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == _ACCESSIBLE:
            return row.spoken
        if role == _TOOLTIP:
            return row.tip or None
        column = index.column()
        return row.cells[column].text if column < len(row.cells) else None

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _DISPLAY:
            return self._columns[section].title
        return None
