"""A folder in which other programs lay down stock papers: each file is taken once.

A file is booked, its result is written, then it is moved to ``done`` or ``failed``. When the
program dies between any two of these steps the file is taken again: its documents are known by
their numbers, so they are kept and nothing is booked twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import PackbenchError, RetryableError, UserError
from app.domain.text import T
from app.jobs import CancelToken
from app.services import leases
from app.services.stock.papers import file_booking, file_documents
from app.services.stock.papers.file_booking import FileRow
from app.services.workplace import Workplace

DONE, FAILED = "done", "failed"
ENDINGS = frozenset({".csv", ".json", ".xlsx"})
RESULT = ".result.json"
_HALF_WRITTEN = (".", "~")  # names that programs give to a file that they still write


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file. ``rows`` of documents, or the ``error`` that kept it from being read."""

    file: Path
    where: Path
    rows: Sequence[FileRow] = ()
    error: PackbenchError | None = None

    @property
    def ok(self) -> bool:
        return self.error is None and all(r.ok for r in self.rows)


_Look = tuple[int, int]


@dataclass(slots=True)
class Watcher:
    """Looks into one folder again and again; not for two threads.

    A file is taken when it has not changed between two looks: until then somebody writes it.
    """

    work: Workplace
    folder: Path
    source: str = ""
    _seen: dict[str, _Look] = field(default_factory=dict)
    _stuck: dict[str, _Look] = field(default_factory=dict)

    def look(self, cancel: CancelToken | None = None) -> Iterator[Taken]:
        """Take what is ready. Raises ``UserError`` (``folder``), and ``RetryableError`` when the
        database is busy: the file is taken at the next look."""
        before, self._seen = self._seen, self._there()
        for name, look in sorted(self._seen.items()):
            if cancel is not None and cancel.cancelled:
                return
            if before.get(name) != look or self._stuck.get(name) == look:
                continue
            taken = take(self.work, self.folder / name, self.source)
            if taken is None:
                continue
            if taken.where == taken.file:
                self._stuck[name] = look  # it cannot be moved away: once is enough
            yield taken

    def _there(self) -> dict[str, _Look]:
        found: dict[str, _Look] = {}
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if _is_paper(entry.name) and entry.is_file():
                        stat = entry.stat()
                        found[entry.name] = (stat.st_size, stat.st_mtime_ns)
        except OSError as error:
            raise UserError(
                "folder",
                T("The folder {folder} cannot be read.", folder=self.folder),
                T("Check the path and the right to read it."),
                ref=str(self.folder),
            ) from error
        return found


def watch(
    watcher: Watcher,
    cancel: CancelToken,
    told: Callable[[Taken], None],
    *,
    every_s: float = 5.0,
) -> None:
    """Look until ``cancel``; one program at a time watches a folder.

    Raises ``RetryableError`` (``busy_elsewhere``): another one does. ``Cancelled`` ends it.
    """
    place = hashlib.sha256(str(watcher.folder.resolve()).encode()).hexdigest()
    name = f"watch:{place[:32]}"
    with leases.lease(watcher.work, name) as kept:
        while True:
            kept.check(name)
            try:
                for taken in watcher.look(cancel):
                    told(taken)
            except RetryableError as error:
                watcher.work.log.info("stock papers wait: %s", error.code)
            cancel.wait(every_s)


def take(work: Workplace, file: Path, source: str = "") -> Taken | None:
    """Book one file, write its result and move it away; ``None``: another program took it."""
    rows: Sequence[FileRow] = ()
    problem: PackbenchError | None = None
    if not file.exists():
        return None
    try:
        rows = file_booking.import_documents(work, file_documents.read_file(file, source))
    except UserError as error:
        problem = error
    good = problem is None and bool(rows) and all(r.ok for r in rows)
    try:
        where = _put_away(file, DONE if good else FAILED, _result(rows, problem))
    except OSError as error:
        work.log.warning("a stock paper cannot be moved away: %s", type(error).__name__)
        where = file
    if where is None:
        return None
    return Taken(file, where, rows, problem or (None if rows else _empty(file)))


def _is_paper(name: str) -> bool:
    is_result = name.endswith(RESULT)
    return (
        Path(name).suffix.lower() in ENDINGS
        and not is_result
        and not name.startswith(_HALF_WRITTEN)
    )


def _put_away(file: Path, folder: str, result: Mapping[str, object]) -> Path | None:
    """The result first, the file after it: where it lies now, ``None`` when it is gone."""
    target = _free(file.parent / folder, file.name)
    target.parent.mkdir(exist_ok=True)
    text = json.dumps(result, ensure_ascii=False, indent=1) + "\n"
    half = target.with_name(f".{target.name}{RESULT}.part")
    half.write_text(text, encoding="utf-8")
    half.replace(target.with_name(target.name + RESULT))
    try:
        file.replace(target)
    except FileNotFoundError:
        return None
    return target


def _free(folder: Path, name: str) -> Path:
    """A name that no file in the folder has: programs use the same one every day."""
    target, n = folder / name, 1
    while target.exists():
        n += 1
        target = folder / f"{Path(name).stem} ({n}){Path(name).suffix}"
    return target


def _result(rows: Sequence[FileRow], problem: PackbenchError | None) -> dict[str, object]:
    errors = [
        {
            "code": r.code,
            "message": str(r.message or ""),
            "remedy": str(r.remedy or ""),
            "ref": str(r.line),
        }
        for r in rows
        if not r.ok
    ]
    if problem is not None:
        errors.append(
            {
                "code": problem.code,
                "message": str(problem.message),
                "remedy": str(problem.remedy),
                "ref": problem.ref,
            }
        )
    return {
        "ok": not errors and bool(rows),
        "rows": [
            {
                "line": r.line,
                "source": r.source,
                "kind": r.kind,
                "document": r.number,
                "sku": r.sku,
                "quantity": r.quantity,
                "result": r.result,
            }
            for r in rows
        ],
        "errors": errors,
    }


def _empty(file: Path) -> UserError:
    return UserError(
        "no_lines",
        T("{file} holds no paper.", file=file.name),
        T("See docs/stock-files.md for what it must hold."),
        ref=file.name,
    )
