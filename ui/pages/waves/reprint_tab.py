"""重打: find a label by its number or order, see its sheets, print it again for a reason."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.text import tr
from app.jobs import CancelToken, Progress
from app.services.printing import journal_views
from app.services.printing.journal_views import LabelRow
from app.services.workplace import Workplace
from ui.label_store import LabelSeen
from ui.label_window import JobView, LabelDoor
from ui.page import PageTools
from ui.pages.bench.words import grouped
from ui.pages.orders.words import clock_time, short_company, short_number
from ui.pages.waves.side_panel import LabelDesk, LabelFacts
from ui.print_words import job_line, state_words, times_words
from ui.reprint_question import ReasonForm, paper_words
from ui.table import Cell, Column, DataTable, TableRow
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.card import Hairline
from ui.widgets.drawer import ScrollColumn
from ui.widgets.fields import SearchField
from ui.widgets.label import TextLabel
from ui.widgets.states import EmptyState
from ui.widgets.tone_card import Lines, Trouble

LANE = "reprint-find"
_WAIT_MS = 250
_SIDE_PX, _TIGHT_SIDE_PX, _TIGHT_PX = 320, 288, 1200
_PAD = 20
_INNER = _TIGHT_SIDE_PX - 2 * _PAD - 8


class ReprintTab(QWidget):
    """The labels that were printed again, or those that are searched for; the chosen one beside.

    ``chosen`` tells that another label is shown, or none.
    """

    chosen = Signal()

    def __init__(self, work: Workplace, tools: PageTools, door: LabelDoor) -> None:
        super().__init__()
        self._work, self._tools, self._door = work, tools, door
        self._reprinted: tuple[LabelRow, ...] = ()
        self._found: tuple[LabelRow, ...] = ()
        self._rows: dict[Hashable, TableRow] = {}
        self.number = ""
        self._asked = 0
        theme = self._theme = tools.theme
        self.search = SearchField(theme, tr("Waybill or order number"))
        self.search.text_changed.connect(self._typed)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_WAIT_MS)
        self._soon.timeout.connect(self._look)
        columns = (
            Column("at", tr("Last print"), 110),
            Column("number", tr("Waybill number"), 170),
            Column("order", tr("Order"), 110, shed=2),
            Column("carrier", tr("Carrier"), 110, shed=1),
            Column("copies", tr("Sheets"), 70, right=True),
            Column("reason", tr("Reason"), 160, stretch=1, min_width=120),
            Column("state", tr("State"), 130),
        )
        self.table = DataTable(
            theme, columns, self._fetch, pictures=tools.pictures, name=tr("Reprints")
        )
        self.table.current_changed.connect(self._row_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left(), 1)
        row.addWidget(Hairline(theme, vertical=True))
        self._side = self._right()
        row.addWidget(self._side)
        door.reprinted.connect(self._printed)
        door.question.failed.connect(self._failed)
        self._show_one(None)

    def _left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 8, 24, 8)
        bar.addWidget(self.search, 1)
        bar.addStretch(1)
        column.addLayout(bar)
        column.addWidget(Hairline(self._theme))
        body = QWidget()
        column.addWidget(body, 1)
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.table)
        fact, comfort = (
            tr("No label was printed twice"),
            tr("Search for a label to print it again."),
        )
        self._stack.addWidget(EmptyState(self._theme, "printer", fact, comfort))
        fact, comfort = tr("No such label"), tr("Scan it, or type a part of its number.")
        self._stack.addWidget(EmptyState(self._theme, "magnifying-glass", fact, comfort))
        return left

    def _right(self) -> QWidget:
        theme, side = self._theme, QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.desk = LabelDesk(theme, side)
        self.desk.setFixedHeight(250)
        self.desk.opened.connect(self._enlarge)
        column.addWidget(self.desk)
        column.addWidget(Hairline(theme))
        self._inner = QWidget()
        body = QVBoxLayout(self._inner)
        body.setContentsMargins(_PAD, 12, _PAD, 14)
        body.setSpacing(4)
        self._title = TextLabel(theme, "", Type.CARD_TITLE)
        self._times = TextLabel(theme, "", Type.BODY, "text2")
        self.history = ScrollColumn(self._inner, padding=0, spacing=0)
        self._paper = Lines(theme, "", Type.CAPTION, "text2", width=_INNER)
        self.form = ReasonForm(theme, _INNER)
        self.trouble = Trouble(theme, _INNER)
        self.again = Button(theme, tr("Reprint"), self._inner, size=Size.DRAWER, icon="printer")
        self.again.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.again.set_kind(Kind.PRIMARY)
        self.again.clicked.connect(self._reprint)
        self.form.changed.connect(self._reason_said)
        self.form.submitted.connect(self._reprint)
        body.addWidget(self._title)
        body.addWidget(self._times)
        body.addWidget(self.history, 1)
        body.addWidget(self._paper)
        body.addWidget(self.form)
        body.addWidget(self.trouble)
        body.addSpacing(4)
        body.addWidget(self.again)
        column.addWidget(self._inner, 1)
        return side

    # -- the list ----------------------------------------------------------------------------

    def _fetch(self, ids: Sequence[Hashable]) -> Sequence[TableRow]:
        return [self._rows[i] for i in ids if i in self._rows]

    def show_reprints(self, rows: Sequence[LabelRow], now: datetime) -> None:
        """What was printed again, newest first: shown while nothing is searched for."""
        self._reprinted = tuple(rows)
        if self.search.text().strip():
            self._look()
        else:
            self._show_rows(self._reprinted, now, 1)

    def _show_rows(self, rows: Sequence[LabelRow], now: datetime, empty: int) -> None:
        self._found = tuple(rows)
        self._rows = {row.number: _table_row(row, now) for row in rows}
        self.table.show_ids(tuple(self._rows), keep_rows=False)
        self._stack.setCurrentIndex(0 if rows else empty)
        shown = next((r for r in rows if r.number == self.number), None)
        self._show_one(shown or (rows[0] if rows and self.search.text().strip() else None))

    @Slot(str)
    def _typed(self, _text: str) -> None:
        self._soon.start()

    def take_scan(self, code: str) -> None:
        """A label was scanned: that one."""
        self.search.setText(code)
        self._look()

    @Slot()
    def _look(self) -> None:
        self._soon.stop()
        text, work = self.search.text().strip(), self._work
        self._asked += 1
        mine = self._asked
        if not text:
            self._show_rows(self._reprinted, work.now(), 1)
            return

        def find(_progress: Progress, _cancel: CancelToken) -> object:
            return journal_views.find(work, text)

        def found(rows: object) -> None:
            if mine == self._asked and isinstance(rows, list):
                self._show_rows(rows, work.now(), 2)

        self._tools.jobs.run(LANE, find, name="find", done=found, owner=self)

    # -- the chosen one ----------------------------------------------------------------------

    @Slot(object)
    def _row_chosen(self, number: object) -> None:
        row = next((r for r in self._found if r.number == number), None)
        if row is not None and row.number != self.number:
            self.trouble.tell()
            self.form.clear()
            self._show_one(row)

    def _show_one(self, row: LabelRow | None) -> None:
        self.number = row.number if row is not None else ""
        self._inner.setVisible(row is not None)
        if row is None:
            self.desk.tell(None, LabelFacts(tr("Label"), "", tr("Choose a label")))
            self.chosen.emit()
            return
        self._tell(row)
        self._reason_said(self.form.reason)
        self._door.store.ask(row.number, self._seen)
        self.chosen.emit()

    def _tell(self, row: LabelRow) -> None:
        now = self._work.now()
        self._title.setText(grouped(row.number))
        self._times.setText(times_words(row.jobs))
        self._paper.set_text(paper_words(list(row.jobs)))
        self.history.clear()
        for job in row.jobs:
            self.history.body.addWidget(JobView(self._theme, job, job_line(job, now), _INNER))
        self.history.body.addStretch(1)
        known = self._door.store.known(row.number)
        facts = LabelFacts(tr("Label"), "", "", row.number)
        self.desk.tell(known.png if known is not None else None, facts)

    def _seen(self, seen: LabelSeen) -> None:
        if seen.number != self.number:
            return
        said = str(seen.trouble.message) if seen.trouble is not None else ""
        picture = seen.picture
        if picture is not None and picture.png is None:
            said = tr("The platform's component draws this label")
        png = picture.png if picture is not None else None
        self.desk.tell(png, LabelFacts(tr("Label"), "", said, seen.number))

    @Slot()
    def _enlarge(self) -> None:
        self._door.open(self.number)

    @Slot(str)
    def _reason_said(self, reason: str) -> None:
        self.again.set_disabled_reason(None if reason else tr("Say why first"))

    @Slot()
    def _reprint(self) -> None:
        if self.number and self.form.reason:
            self.trouble.tell()
            reason = self.form.reason
            self.form.clear()
            self._door.question.reprint(self.number, reason)

    @Slot(str)
    def _printed(self, _number: str) -> None:
        if self.search.text().strip():
            self._look()

    @Slot(object)
    def _failed(self, error: object) -> None:
        message, remedy = getattr(error, "message", ""), getattr(error, "remedy", "")
        if self.isVisible() and not self._door.shown:
            self.trouble.tell(message, remedy)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        tight = self.width() < _TIGHT_PX
        scale = 1 + (self._theme.text_size.value - 1) * 0.5
        self._side.setFixedWidth(round((_TIGHT_SIDE_PX if tight else _SIDE_PX) * scale))
        self.desk.setFixedHeight(max(120, min(300, round(self.height() * 0.36))))


def _table_row(row: LabelRow, now: datetime) -> TableRow:
    last = row.jobs[0] if row.jobs else None
    reason = next((job.reprint_reason for job in row.jobs if job.reprint_reason), "")
    state = state_words(last) if last is not None else tr("not printed yet")
    name = short_company(row.carrier) if row.carrier else ""
    cells = (
        Cell(clock_time(last.created_at, now) if last is not None else "", color="text2"),
        Cell(row.number, strong=True),
        Cell(short_number(row.orders[0]) if row.orders else "", color="text2"),
        Cell(name, carrier=row.carrier),
        Cell(str(row.sheets)),
        Cell(reason),
        Cell(state, color="text2"),
    )
    return TableRow(row.number, cells, spoken=", ".join(cell.text for cell in cells))
