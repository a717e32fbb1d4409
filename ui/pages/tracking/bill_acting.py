"""What is done with bills of carriers: taken in, exported for the claim, accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.errors import PackbenchError
from app.domain.text import ntr, tr
from app.jobs import CancelToken, Progress, Step
from app.services.money import claims, statement_columns, statements, views
from app.services.money.statement_columns import Preview
from app.services.money.statements import Imported
from app.services.money.views import Period
from app.services.workplace import Workplace
from ui.job_runner import JobHandle
from ui.page import PageTools
from ui.pages.tracking.bill_questions import BillForm, ask_about_bill
from ui.pages.tracking.words import period_title
from ui.paint_status import Severity
from ui.widgets.banner import BannerPlace, Notice

LANE = "bills"
NOTICE = "bill"
KINDS = (".xlsx", ".xlsm", ".csv", ".txt")
_A_TIME = 500
_ASKS_COLUMNS = frozenset({"freight_columns", "freight_amount"})


@dataclass(frozen=True, slots=True)
class _Taken:
    """A bill that is in, with the month it is about."""

    imported: Imported
    period: Period | None


@dataclass(frozen=True, slots=True)
class _Question:
    """A bill that cannot be read without a person."""

    file: Path
    carrier: str
    columns: Preview | None
    trouble: str


class BillActions(QObject):
    """``moved`` tells how far a file is read, in words; ``taken`` carries the month it is about
    (or ``None``); ``done`` comes when lines were accepted or claimed."""

    moved = Signal(str)
    taken = Signal(object)
    done = Signal()

    def __init__(
        self, work: Workplace, tools: PageTools, banners: BannerPlace, page: QWidget
    ) -> None:
        super().__init__(page)
        self._work, self._tools, self._banners, self._page = work, tools, banners, page
        self._running: JobHandle | None = None
        self._undo: Callable[[], None] | None = None
        self.companies: tuple[str, ...] = ()  # whose bills are likely
        self.form: BillForm | None = None

    # -- taking in ---------------------------------------------------------------------------

    @Slot()
    def choose(self) -> None:
        """Ask for a file and take it in."""
        kinds = tr("Bills (Excel, CSV)") + " (*.xlsx *.xlsm *.csv *.txt)"
        name, _ = QFileDialog.getOpenFileName(self._page, tr("Import a carrier's bill"), "", kinds)
        if name:
            self.take(Path(name))

    def take(self, file: Path, carrier: str = "", columns: Mapping[str, str] | None = None) -> None:
        """Take in a bill; asks when the file does not say enough."""
        if self._running is not None and self._running.active:
            self._tools.shell.say(tr("A bill is being read; wait for it"), icon="hourglass")
            return
        work = self._work

        def read(progress: Progress, cancel: CancelToken) -> _Taken | _Question:
            try:
                made = statements.import_file(work, file, carrier, columns, progress, cancel)
            except PackbenchError as error:
                question = _question(file, carrier, error)
                if question is None:
                    raise
                return question
            return _Taken(made, views.month_of_statement(work, made.statement))

        self._banners.take(NOTICE)
        self.moved.emit(tr("Reading {file} …", file=file.name))
        self._running = self._tools.jobs.run(
            LANE,
            read,
            name="bill",
            done=self._read,
            failed=self._broke,
            progress=self._stepped,
            cancelled=self._ended,
            owner=self,
        )

    @Slot()
    def stop(self) -> None:
        """Read no further; the rest comes when the file is taken in again."""
        if self._running is not None:
            self._running.cancel()

    def _stepped(self, steps: tuple[Step, ...]) -> None:
        last = steps[-1]
        self.moved.emit(
            tr(
                "Reading the bill, {done} of {total}",
                done=f"{last.done:,}",
                total=f"{last.total:,}",
            )
        )

    def _read(self, result: object) -> None:
        self._ended()
        if isinstance(result, _Question):
            self.form = BillForm(
                self._tools.theme, result.columns, result.carrier, self.companies, result.trouble
            )
            ask_about_bill(
                self._tools.theme,
                self._tools.shell,
                result.file,
                self.form,
                lambda carrier, named: self.take(result.file, carrier, named),
            )
        elif isinstance(result, _Taken):
            self._tools.shell.say(_taken_words(result.imported))
            self.taken.emit(result.period)

    def _broke(self, error: PackbenchError) -> None:
        self._ended()
        self._banners.put(
            Notice(NOTICE, Severity.FAILED, error.message, error.remedy, tr("I see"), NOTICE)
        )

    def _ended(self) -> None:
        self._running = None
        self.moved.emit("")

    # -- claiming ----------------------------------------------------------------------------

    def export(self, period: Period, carrier: str = "") -> None:
        """Ask where to, and write the lines that differ."""
        title = period_title(period, self._work.now())
        kinds = tr("Excel sheet") + " (*.xlsx);;CSV (*.csv)"
        name, _ = QFileDialog.getSaveFileName(
            self._page, tr("Export for the claim"), f"{title}.xlsx", kinds
        )
        if name:
            self.export_to(Path(name), period, carrier)

    def export_to(self, file: Path, period: Period, carrier: str = "") -> None:
        """Write the lines that differ."""
        if not file.suffix:
            file = file.with_suffix(".xlsx")

        def written(result: object) -> None:
            count = result if isinstance(result, int) else 0
            words = ntr("{n} line is in {file}", "{n} lines are in {file}", count, file=file.name)
            self._tools.shell.say(words)

        self._do(lambda work: claims.export(work, file, period, carrier), written)

    def accept(self, lines: Sequence[str]) -> None:
        """认这笔账 for these lines; can be taken back."""
        self._accept(lambda _work: list(lines))

    def accept_all(self, period: Period, carrier: str = "") -> None:
        """认这笔账 for everything of the month that differs, of one carrier or of all."""
        self._accept(lambda work: views.line_ids(work, period, carrier))

    def _accept(self, lines_of: Callable[[Workplace], list[str]]) -> None:
        def run(work: Workplace) -> list[str]:
            ids = lines_of(work)
            for some in _pages(ids):
                claims.accept(work, some)
            return ids

        def accepted(result: object) -> None:
            ids = [str(i) for i in result] if isinstance(result, list) else []
            self._undo = lambda: self.take_back(ids)
            words = ntr("{n} line accepted", "{n} lines accepted", len(ids))
            self._tools.shell.say(words, action=tr("Undo"), act=self.undo)
            self.done.emit()

        self._do(run, accepted)

    def take_back(self, lines: Sequence[str]) -> None:
        """These are claimed after all."""

        def run(work: Workplace) -> int:
            return sum(claims.take_back(work, some) for some in _pages(lines))

        def claimed(result: object) -> None:
            count = result if isinstance(result, int) else 0
            self._tools.shell.say(ntr("{n} line claimed", "{n} lines claimed", count))
            self.done.emit()

        self._undo = None
        self._do(run, claimed)

    @Slot()
    def undo(self) -> None:
        """Take back the last acceptance."""
        undo, self._undo = self._undo, None
        if undo is not None:
            undo()

    @property
    def can_undo(self) -> bool:
        return self._undo is not None

    def forget_undo(self) -> None:
        """Something else was done since."""
        self._undo = None

    def _do(self, run: Callable[[Workplace], object], done: Callable[[object], None]) -> None:
        work = self._work
        self._banners.take(NOTICE)
        self._tools.jobs.run(
            LANE, lambda *_: run(work), name="bills", done=done, failed=self._broke, owner=self
        )


def _question(file: Path, carrier: str, error: PackbenchError) -> _Question | None:
    """What to ask about a file; ``None`` when no answer would help."""
    known = carrier or statements.carrier_of(file)
    if error.code == "freight_carrier" and not carrier:
        return _Question(file, known, None, "")
    if error.code in _ASKS_COLUMNS:
        trouble = str(error.message) if error.code == "freight_amount" else ""
        return _Question(file, known, statement_columns.preview(file), trouble)
    return None


def _pages(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _A_TIME] for start in range(0, len(ids), _A_TIME)]


def _taken_words(made: Imported) -> str:
    if made.again and not made.new:
        return tr("This bill was taken in before; nothing is new")
    words = ntr("{n} line taken in", "{n} lines taken in", made.new)
    if not made.known:
        return words
    known = ntr("{n} was known", "{n} were known", made.known)
    return tr("{new}, {known}", new=words, known=known)
