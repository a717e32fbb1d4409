"""A table that grows by keyset pages: what comes into sight is read, nothing loads everything."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.errors import PackbenchError
from app.services.workplace import Workplace
from ui.job_runner import JobRunner
from ui.table import DataTable, TableRow

PAGE = 50
_AHEAD = 20  # rows below the last visible one at which the next page is asked for
_MOST_AGAIN = 400  # rows that a refresh reads at once; the rest is read when it comes into sight


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Rows and where they end; ``after`` ``None``: there are no more."""

    rows: Sequence[TableRow]
    after: object | None


Read = Callable[[Workplace, object | None, int], ReadPage]
"""Reads so many rows behind a mark; runs off the main thread."""


class Growing(QObject):
    """Fills a table. ``shown`` comes when rows are in the table, ``failed`` with an error."""

    shown = Signal()
    failed = Signal(object)

    def __init__(self, work: Workplace, jobs: JobRunner, lane: str, parent: QObject) -> None:
        super().__init__(parent)
        self._work, self._jobs, self._lane = work, jobs, lane
        self._table: DataTable | None = None
        self._read: Read | None = None
        self._rows: dict[Hashable, TableRow] = {}
        self._after: object | None = None
        self._turn = 0
        self._waiting = False
        self.loaded = False

    def fill(self, table: DataTable) -> None:
        """The table whose ``fetch`` is ``known``."""
        self._table = table
        table.verticalScrollBar().valueChanged.connect(self._scrolled)
        table.verticalScrollBar().rangeChanged.connect(self._scrolled)

    def known(self, ids: Sequence[Hashable]) -> Sequence[TableRow]:
        """Rows that were read."""
        return [self._rows[i] for i in ids if i in self._rows]

    @property
    def ids(self) -> list[Hashable]:
        return list(self._rows)

    @property
    def complete(self) -> bool:
        """Whether the last row is in the table."""
        return self.loaded and self._after is None

    def start(self, read: Read) -> None:
        """Another list: its first page replaces what is shown, once it is read."""
        self._read = read
        self._ask(None, PAGE, fresh=True)

    def again(self) -> None:
        """The same list as it is now, as far down as it was read."""
        if self._read is not None:
            self._ask(None, min(_MOST_AGAIN, max(PAGE, len(self._rows))), fresh=True)

    @Slot()
    def _scrolled(self) -> None:
        table = self._table
        if table is None or self._after is None or self._waiting:
            return
        # Not by ``rowAt``: it knows no row before the table is laid out.
        bottom = table.verticalScrollBar().value() + table.viewport().height()
        if bottom // max(1, table.rowHeight(0)) + _AHEAD >= len(self._rows):
            self._ask(self._after, PAGE, fresh=False)

    def _ask(self, after: object | None, limit: int, *, fresh: bool) -> None:
        read, work = self._read, self._work
        if read is None:
            return
        self._turn += 1
        turn, self._waiting = self._turn, True

        def done(result: object) -> None:
            if turn == self._turn and isinstance(result, ReadPage):
                self._came(result, fresh=fresh)

        def failed(error: PackbenchError) -> None:
            if turn == self._turn:
                self._waiting = False
                self.failed.emit(error)

        self._jobs.run(
            self._lane, lambda *_: read(work, after, limit), done=done, failed=failed, owner=self
        )

    def _came(self, page: ReadPage, *, fresh: bool) -> None:
        self._waiting = False
        arrived = {row.id: row for row in page.rows}
        self._rows = arrived if fresh else {**self._rows, **arrived}
        self._after, self.loaded = page.after, True
        table = self._table
        if table is not None:
            ids = list(self._rows)
            if list(table.rows.ids) != ids:
                table.show_ids(ids)
            table.rows.deliver(page.rows)
        self.shown.emit()
        self._scrolled()
