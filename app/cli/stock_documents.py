"""``stock documents`` and ``stock levels``: papers and figures by file, to and from others."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, seconds
from app.cli.result import Column, CommandResult, ErrorRow, count_line, error_rows
from app.cli.stock_receipts import listing_arguments, paper_argument, paper_lines, paper_list
from app.domain.errors import UserError
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.stock.papers.file_booking import FileRow
    from app.services.stock.papers.told_moves import ToldBatch
    from app.services.stock.papers.watched_folder import Taken

FORMATS = ("csv", "json")


def add(stock: Commands) -> None:
    """Add both to ``stock``."""
    group = stock.group("documents", tr("stock papers, and those of other programs by file"))
    listing_arguments(group.add("list", tr("stock papers, the newest first"), _list), kinds=True)
    paper_argument(group.add("show", tr("the lines of one paper"), _show))
    load = group.add("import", tr("papers of another program from a CSV or JSON file"), _import)
    load.add_argument("file", type=Path, metavar=tr("FILE"))
    load.add_argument("--dry-run", action="store_true", help=tr("check the file, change nothing"))
    watch = group.add("watch", tr("take every paper that is put into a folder"), _watch)
    watch.add_argument("folder", type=Path, metavar=tr("DIR"))
    watch.add_argument("--once", action="store_true", help=tr("take what is there, then end"))
    watch.add_argument(
        "--every", type=seconds, default=5.0, metavar="N", help=tr("look so often, in seconds")
    )
    for parser in (load, watch):
        parser.add_argument(
            "--source",
            default="",
            metavar=tr("NAME"),
            help=tr("whose numbers they are, when the file does not say it"),
        )
    export = group.add("export", tr("what moved here, for another program"), _export)
    export.add_argument("file", type=Path, metavar=tr("FILE"))
    whose = export.add_mutually_exclusive_group(required=True)
    whose.add_argument(
        "--since", type=int, metavar="N", help=tr("after this cursor; 0 is the beginning")
    )
    whose.add_argument(
        "--reader", metavar=tr("NAME"), help=tr("what this program was not told yet")
    )
    export.add_argument(
        "--skip-source", default="", metavar=tr("NAME"), help=tr("not what came from this program")
    )
    export.add_argument("--format", choices=FORMATS, default="json", help=tr("kind of file"))
    levels = stock.add("levels", tr("the figures of every item as a file"), _levels)
    levels.add_argument("file", type=Path, metavar=tr("FILE"))
    levels.add_argument("--format", choices=FORMATS, default="csv", help=tr("kind of file"))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    return paper_list(wanted, context, wanted.kind)


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_approval

    with context.services() as services:
        shown = paper_lines(services.work, wanted.paper, "")
        if any(r["kind"] == "count" for r in shown.rows):
            count_approval.must_be_allowed(services.work)
        return shown


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import file_booking, file_documents

    read = file_documents.read_file(wanted.file, wanted.source)
    with context.services() as services, context.show_progress(tr("Importing")) as progress:
        found = file_booking.import_documents(
            services.work,
            read,
            dry_run=wanted.dry_run,
            progress=progress,
            cancel=context.cancel,
        )
    errors = _errors(wanted.file.name, found)
    if context.cancel.cancelled:
        errors += error_rows(
            UserError("stopped", T("Stopped on request."), T("Run the command again to go on."))
        )
    return _result([_row(r, wanted.file.name) for r in found], errors)


def _row(row: FileRow, file: str) -> dict[str, Any]:
    return {
        "file": file,
        "line": row.line,
        "source": row.source,
        "kind": row.kind,
        "document": row.number,
        "sku": row.sku,
        "quantity": row.quantity,
        "result": row.result,
        "reason": str(row.message or ""),
    }


def _errors(file: str, rows: Sequence[FileRow]) -> list[ErrorRow]:
    return [
        ErrorRow(r.code, str(r.message), str(r.remedy or T("Try again.")), f"{file}:{r.line}")
        for r in rows
        if not r.ok
    ]


def _result(rows: list[dict[str, Any]], errors: list[ErrorRow]) -> CommandResult:
    columns = (
        Column("file", tr("File")),
        Column("line", tr("Line"), right=True),
        Column("document", tr("Number")),
        Column("kind", tr("Kind"), show=words.paper_kind),
        Column("sku", tr("Item")),
        Column("quantity", tr("Pieces"), right=True),
        Column("result", tr("Result"), show=words.result),
        Column("reason", tr("Reason")),
    )
    done = sum(r["result"] in {"done", "kept"} for r in rows)
    return CommandResult(rows, errors, columns, count_line(len(rows)), done=done)


def _watch(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from collections import deque
    from contextlib import suppress

    from app.jobs import Cancelled
    from app.services.stock.papers import watched_folder

    taken: deque[Taken] = deque(maxlen=200)  # the others have their result beside them
    with context.services() as services:
        watcher = watched_folder.Watcher(services.work, wanted.folder, wanted.source)
        if wanted.once:
            list(watcher.look(context.cancel))
            with suppress(Cancelled):
                context.cancel.wait(min(wanted.every, 1.0))
                taken.extend(watcher.look(context.cancel))
        else:
            with context.show_progress(tr("Watching")), suppress(Cancelled):
                watched_folder.watch(watcher, context.cancel, taken.append, every_s=wanted.every)
    rows = [_row(r, t.file.name) for t in taken for r in t.rows]
    errors = [e for t in taken for e in _errors(t.file.name, t.rows)]
    for one in taken:
        errors += error_rows(one.error) if one.error is not None else []
    return _result(rows, errors)


def _export(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import told_moves

    with context.services() as services:
        if wanted.reader is None:
            batch = told_moves.moves_since(
                services.work, wanted.since, skip_source=wanted.skip_source
            )
            _write_moves(wanted.file, wanted.format, batch, keep=False)
        else:
            batch = told_moves.next_batch(services.work, wanted.reader)
            if batch.upto > batch.since:
                _write_moves(wanted.file, wanted.format, batch, keep=True)
                told_moves.confirm(services.work, wanted.reader, batch)
    row = {
        "file": str(wanted.file),
        "batch": batch.number,
        "since": batch.since,
        "next": batch.upto,
        "moves": len(batch.rows),
        "more": batch.more,
    }
    columns = (
        Column("file", tr("File")),
        Column("batch", tr("Batch no."), right=True),
        Column("moves", tr("Rows"), right=True),
        Column("next", tr("Next cursor"), right=True),
        Column("more", tr("There is more")),
    )
    return CommandResult(
        [row], columns=columns, summary=ntr("{n} row", "{n} rows", len(batch.rows))
    )


def _write_moves(file: Path, kind: str, batch: ToldBatch, *, keep: bool) -> None:
    from app.cli.files import write_whole
    from app.spreadsheets import csv_bytes

    rows = [{**r, "at": r["at"].isoformat()} for r in batch.rows]
    if kind == "csv":
        names = list(rows[0]) if rows else ["id"]
        data = csv_bytes(names, rows)
    else:
        data = _json(
            {"batch": batch.number, "since": batch.since, "next": batch.upto, "moves": rows}
        )
    write_whole(file, data, keep=keep)


def _levels(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.files import write_whole
    from app.services.stock.papers import levels
    from app.spreadsheets import csv_bytes

    with context.services() as services:
        rows = list(levels.levels(services.work))
        at = services.work.now().isoformat()
    data = (
        csv_bytes(levels.NAMES, rows)
        if wanted.format == "csv"
        else _json({"at": at, "levels": rows})
    )
    write_whole(wanted.file, data, keep=False)
    row = {"file": str(wanted.file), "rows": len(rows)}
    columns = (Column("file", tr("File")), Column("rows", tr("Rows"), right=True))
    return CommandResult([row], columns=columns, summary=ntr("{n} row", "{n} rows", len(rows)))


def _json(content: Mapping[str, Any]) -> bytes:
    import json

    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
