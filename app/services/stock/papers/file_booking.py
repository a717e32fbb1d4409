"""Documents of other programs become papers and movements: each once, each whole or not at all.

A document is known by its source, kind and number. Told again with the same content it is kept as
it is; with other content it is refused: nobody knows which of the two is true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.errors import UserError
from app.domain.states import PaperState, StockPaper
from app.domain.text import T, Text
from app.jobs import CancelToken, Progress, Step, ignore_progress
from app.services.stock.papers import file_moves, paper_store, receipts
from app.services.stock.papers.file_documents import FileDocument, ReadFile
from app.services.stock.papers.file_moves import LineProblem
from app.services.stock.papers.paper_store import NewPaper
from app.services.workplace import Workplace

_BRINGS = frozenset({StockPaper.RECEIPT, StockPaper.LEVEL})


@dataclass(frozen=True, slots=True)
class FileRow:
    """What came of one line: ``done``, ``kept`` (known already), ``refused`` or ``failed``.

    ``failed`` is the line that is wrong, ``refused`` the others of its document.
    """

    line: int
    source: str
    kind: str
    number: str
    sku: str
    quantity: int
    result: str
    message: Text | None = None
    remedy: Text | None = None
    code: str = ""

    @property
    def ok(self) -> bool:
        return self.result in {"done", "kept"}


class _RefusedError(Exception):
    """Rolls a document back; which lines are the reason."""

    def __init__(self, problems: Sequence[LineProblem]) -> None:
        super().__init__(len(problems))
        self.problems = problems


class _DryRunError(Exception):
    """Rolls a trial run back."""


def import_documents(
    work: Workplace,
    read: ReadFile,
    *,
    dry_run: bool = False,
    progress: Progress = ignore_progress,
    cancel: CancelToken | None = None,
) -> list[FileRow]:
    """Book every document that is right. Goes on past one that is not.

    Raises ``RetryableError`` when the database is busy: what is booked by then is kept next time.
    """
    fix = T("Correct the line and hand the file in again; what was booked is not doubled.")
    rows = [
        FileRow(w.line, "", "", "", w.sku, 0, "failed", w.message, fix, "import_row")
        for w in read.stray
    ]
    brought = False
    for n, document in enumerate(read.documents):
        if cancel is not None and cancel.cancelled:
            break
        found = _import_one(work, document, dry_run=dry_run)
        rows += found
        brought |= document.kind in _BRINGS and any(r.ok for r in found)
        progress(Step(n + 1, len(read.documents)))
    if not dry_run and any(r.ok for r in rows):
        if brought:
            paper_store.go_on(work)
        work.changed("stock")
    return sorted(rows, key=lambda r: r.line)


def _import_one(work: Workplace, document: FileDocument, *, dry_run: bool) -> list[FileRow]:
    problems: Sequence[LineProblem] = [
        LineProblem(w.line, "import_row", w.message) for w in document.wrong
    ]
    skus = {w.line: w.sku for w in document.wrong}
    result = "done"
    if not problems:
        try:
            with work.db.write() as tx:
                result = _book(tx, work, document)
                if dry_run:
                    raise _DryRunError
        except _DryRunError:
            pass
        except _RefusedError as refused:
            problems = refused.problems
        except UserError as error:  # of the document as a whole
            first = document.lines[0].line
            problems = [LineProblem(first, error.code, error.message, error.remedy)]
    return _rows(document, result, problems, skus)


def _book(tx: Connection, work: Workplace, document: FileDocument) -> str:
    if document.kind == StockPaper.RECEIPT and document.state == PaperState.OPEN:
        return _announce(tx, work, document)
    new = NewPaper(
        document.kind,
        PaperState.DONE,
        number=document.number,
        source=document.source,
        note=document.note,
        digest=document.digest(),
    )
    made = paper_store.make(tx, work, new)
    if made.result == "kept":
        return "kept"
    problems = file_moves.book(tx, work, document, made.id)
    if problems:
        raise _RefusedError(problems)
    return "done"


def _announce(tx: Connection, work: Workplace, document: FileDocument) -> str:
    wanted = [
        receipts.Expected(x.sku, x.quantity, x.bin, x.batch, x.expires, x.note)
        for x in document.lines
    ]
    problems = file_moves.unknown_items(tx, document)
    if problems:
        raise _RefusedError(problems)
    made = receipts.write(
        tx,
        work,
        wanted,
        number=document.number,
        source=document.source,
        note=document.note,
        digest=document.digest(),
    )
    return "kept" if made.result == "kept" else "done"


def _rows(
    document: FileDocument, result: str, problems: Sequence[LineProblem], skus: dict[int, str]
) -> list[FileRow]:
    wrong = {p.line: p for p in problems}
    shown = {x.line: (x.sku, x.quantity) for x in document.lines} | {
        line: (sku, 0) for line, sku in skus.items()
    }
    rows = []
    for line, (sku, quantity) in sorted(shown.items()):
        head = (line, document.source, document.kind.value, document.number, sku, quantity)
        problem = wrong.get(line)
        if problem is not None:
            remedy = problem.remedy or T("Correct the line and hand the file in again.")
            rows.append(FileRow(*head, "failed", problem.message, remedy, problem.code))
        elif wrong:
            rows.append(
                FileRow(
                    *head,
                    "refused",
                    T("Nothing of {number} was booked.", number=document.number),
                    T("Correct its other lines first."),
                    "document_refused",
                )
            )
        else:
            rows.append(FileRow(*head, result))
    return rows
