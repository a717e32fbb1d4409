"""``stock``: what the shelf holds, and the ledger of how it came to that."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli import stock_hand, stock_push, stock_shelf, words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, count_line
from app.domain.text import T, tr


def add(commands: Commands) -> None:
    group = commands.group("stock", tr("what the shelf holds"))
    listing = group.add("list", tr("every item with its figures"), _list)
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    load = group.add("import", tr("counted stock from a CSV or Excel file"), _import)
    load.add_argument("file", type=Path, metavar=tr("FILE"))
    load.add_argument("--dry-run", action="store_true", help=tr("check the file, change nothing"))
    stock_hand.add(group)
    stock_shelf.add(group)
    stock_push.add(group)


def _columns() -> tuple[Column, ...]:
    return (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("bin", tr("Bin")),
        Column("on_hand", tr("On hand"), right=True),
        Column("allocated", tr("Allocated"), right=True),
        Column("available", tr("Available"), right=True),
    )


def figures(context: Context, search: str, only: str = "") -> CommandResult:
    from app.services.stock import stock

    with context.services() as services:
        found = stock.list_stock(services.work, search)
    rows = [
        {
            "sku": r.sku,
            "name": f"{r.name} {r.spec}".strip(),
            "on_hand": r.on_hand,
            "allocated": r.allocated,
            "available": r.available,
            "bin": r.bin,
        }
        for r in found
        if not only or r.sku == only
    ]
    return CommandResult(rows, columns=_columns(), summary=count_line(len(rows)))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    return figures(context, wanted.search)


def _import(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import stock
    from app.spreadsheets import STOCK_COLUMNS, read_rows

    file_rows = read_rows(wanted.file, STOCK_COLUMNS, required=("sku", "quantity"))
    with context.services() as services, context.show_progress(tr("Importing")):
        found = stock.import_rows(services.work, file_rows, dry_run=wanted.dry_run)
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
    columns = (
        Column("line", tr("Line"), right=True),
        Column("sku", tr("Item")),
        Column("result", tr("Result"), show=words.result),
        Column("reason", tr("Reason")),
    )
    return CommandResult(rows, errors, columns, done=len(rows) - len(errors))
