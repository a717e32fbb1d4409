"""``stock import`` and ``stock export``: goods and counted stock in files for Excel."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, error_rows
from app.domain.errors import UserError
from app.domain.text import T, ntr, tr


def add(group: Commands) -> None:
    load = group.add("import", tr("goods and counted stock from a CSV or Excel file"), _import)
    load.add_argument("file", type=Path, metavar=tr("FILE"))
    load.add_argument("--dry-run", action="store_true", help=tr("check the file, change nothing"))
    export = group.add("export", tr("goods and stock as a file that import takes"), _export)
    export.add_argument("file", type=Path, metavar=tr("FILE"), help=tr(".xlsx or .csv"))
    export.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import importing
    from app.spreadsheets import STOCK_COLUMNS, read_rows

    file_rows = read_rows(wanted.file, STOCK_COLUMNS, required=("sku",))
    with context.services() as services, context.show_progress(tr("Importing")) as progress:
        found = importing.import_rows(
            services.work,
            file_rows,
            dry_run=wanted.dry_run,
            progress=progress,
            cancel=context.cancel,
        )
    rows = [
        {"line": r.line, "sku": r.sku, "result": r.result, "reason": str(r.message or "")}
        for r in found
    ]
    remedy = str(T("Correct this row and import the file again; the other rows are not doubled."))
    errors = [
        ErrorRow("import_row", str(r.message or ""), remedy, f"{wanted.file.name}:{r.line}")
        for r in found
        if r.result == "failed"
    ]
    done = len(rows) - len(errors)
    if context.cancel.cancelled:
        errors += error_rows(
            UserError("stopped", T("Stopped on request."), T("Run the command again to go on."))
        )
    columns = (
        Column("line", tr("Line"), right=True),
        Column("sku", tr("Item")),
        Column("result", tr("Result"), show=words.result),
        Column("reason", tr("Reason")),
    )
    return CommandResult(rows, errors, columns, done=done)


def _export(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import exporting
    from app.spreadsheets import STOCK_COLUMNS, write_rows

    with context.services() as services:
        count = write_rows(
            wanted.file,
            STOCK_COLUMNS,
            exporting.stock_rows(services.work, wanted.search),
            chinese=tr("Item") != "Item",
        )
    rows = [{"file": str(wanted.file), "rows": count}]
    columns = (Column("file", tr("File")), Column("rows", tr("Rows"), right=True))
    return CommandResult(rows, columns=columns, summary=ntr("{n} row", "{n} rows", count))
