"""The question before a label is printed again: how often it was printed, and why once more."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.errors import PackbenchError
from app.domain.text import ntr, sentences, tr
from app.jobs import CancelToken, Job, Progress
from app.services.printing import journal_views, printing
from app.services.printing.journal_views import JobRow
from app.services.workplace import Workplace
from ui.page import PageTools
from ui.pages.bench.words import grouped
from ui.print_words import job_detail, job_line, state_words
from ui.theme import Theme
from ui.theme_tokens import Type
from ui.widgets.buttons import Button, Kind, Size
from ui.widgets.dialog import Dialog, Verb
from ui.widgets.fields import TextField
from ui.widgets.tone_card import Flow, Lines

LANE = "reprint"
_WIDTH = 420
_INNER = _WIDTH - 48
_SHOWN = 3


def reasons() -> tuple[str, ...]:
    """The usual reasons, as they are stored and shown."""
    return (tr("Torn"), tr("Not clear"), tr("Lost on the way"), tr("Address changed"))


class ReasonForm(QWidget):
    """Short reasons to press, and a line for another; ``changed`` carries what is said now."""

    changed = Signal(str)
    submitted = Signal(str)

    def __init__(self, theme: Theme, width: int) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        flow = Flow(theme, width)
        self.chips: dict[str, Button] = {}
        for words in reasons():
            chip = Button(theme, words, size=Size.SMALL)
            chip.clicked.connect(self._chip_pressed)
            self.chips[words] = chip
            flow.add(chip)
        column.addWidget(flow)
        self.field = TextField(theme, tr("Another reason"), placeholder=tr("Another reason"))
        self.field.text_changed.connect(self._typed)
        self.field.submitted.connect(self._submit)
        column.addWidget(self.field)

    @property
    def reason(self) -> str:
        """What is said now; empty when nothing is."""
        return self.field.text().strip()

    def clear(self) -> None:
        """Nothing is said."""
        self.field.setText("")

    @Slot()
    def _chip_pressed(self) -> None:
        sender = self.sender()
        if isinstance(sender, Button):
            self.field.setText(sender.text())

    @Slot(str)
    def _typed(self, _text: str) -> None:
        for words, chip in self.chips.items():
            chip.set_kind(Kind.SOFT if words == self.reason else Kind.DEFAULT)
        self.changed.emit(self.reason)

    @Slot(str)
    def _submit(self, _text: str) -> None:
        self.submitted.emit(self.reason)


class ReprintQuestion(QObject):
    """Asks and prints. ``printed(number)`` when it is done, ``failed(error)`` when it is not.

    ``host`` is the window that the question stands over. Main thread.
    """

    printed = Signal(str)
    failed = Signal(object)

    def __init__(self, work: Workplace, tools: PageTools, host: QWidget) -> None:
        super().__init__(host)
        self._work, self._tools, self._host = work, tools, host

    def ask(self, number: str) -> None:
        """Read how often it was printed, then ask."""
        work = self._work

        def read(_progress: Progress, _cancel: CancelToken) -> object:
            return journal_views.jobs_of(work, number)

        def known(found: object) -> None:
            if isinstance(found, list):
                self._ask(number, found)

        self._run(read, known)

    def _ask(self, number: str, jobs: list[JobRow]) -> None:
        theme, host = self._tools.theme, self._host.window()
        form = ReasonForm(theme, _INNER)
        content = _with_history(theme, jobs, self._work, form)
        dialog = Dialog(
            theme,
            host,
            tr("Print label {number} once more?", number=grouped(number)),
            paper_words(jobs),
            [
                Verb("leave", tr("Do not reprint"), safe=True),
                Verb("again", tr("Reprint"), Kind.PRIMARY),
            ],
            content=content,
            width=_WIDTH,
        )
        button = dialog.buttons["again"]
        why = tr("Say why first")
        button.set_disabled_reason(why)
        form.changed.connect(lambda said: button.set_disabled_reason(None if said else why))
        form.submitted.connect(lambda said: button.click() if said else None)

        def chosen(verb: str) -> None:
            if verb == "again" and form.reason:
                self.reprint(number, form.reason)

        dialog.chosen.connect(chosen)
        dialog.ask()
        next(iter(form.chips.values())).setFocus()

    def reprint(self, number: str, reason: str) -> None:
        """Print it once more, for this reason."""
        work = self._work

        def job(_progress: Progress, _cancel: CancelToken) -> object:
            return printing.reprint(work, number, reason)

        def done(row: object) -> None:
            if not isinstance(row, printing.PrintRow):
                return
            if row.ok:
                self._tools.shell.say(_said(row))
                self.printed.emit(number)
            elif row.message is not None and row.remedy is not None:
                self.failed.emit(PackbenchError(row.code, row.message, row.remedy))

        self._run(job, done)

    def _run(self, job: Job, done: Callable[[object], None]) -> None:
        self._tools.jobs.run(
            LANE, job, name="reprint", done=done, failed=self.failed.emit, owner=self
        )


def paper_words(jobs: list[JobRow]) -> str:
    """How many sheets there are, and what the next one will say."""
    n = sum(job.paper for job in jobs)
    if not n:
        return tr("It was not printed yet: this will be the first sheet.")
    so_far = ntr("It was printed once so far.", "It was printed {n} times so far.", n)
    marked = tr("The paper will say: reprint {n}.", n=journal_views.next_copy(jobs))
    return sentences(so_far, marked)


def _said(row: printing.PrintRow) -> str:
    if row.result == "unconfirmed":
        return tr("Label {number} is sent; it counts when it is scanned", number=row.waybill)
    return tr("Label {number} is printed again", number=row.waybill)


def _with_history(theme: Theme, jobs: list[JobRow], work: Workplace, form: QWidget) -> QWidget:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    now = work.now()
    for job in jobs[:_SHOWN]:
        detail = job_detail(job)
        words = f"{job_line(job, now)} · {state_words(job)}"
        column.addWidget(
            Lines(
                theme,
                f"{words} · {detail}" if detail else words,
                Type.CAPTION,
                "text2",
                width=_INNER,
                most=2,
            )
        )
    if len(jobs) > _SHOWN:
        more = ntr("and {n} more", "and {n} more", len(jobs) - _SHOWN)
        column.addWidget(Lines(theme, more, Type.CAPTION, "text3", width=_INNER))
    column.addSpacing(4)
    column.addWidget(form)
    return content
