"""``stock``: what the shelf holds, and the ledger of how it came to that."""

from __future__ import annotations

import argparse

from app.cli import (
    stock_bundles,
    stock_buying,
    stock_counts,
    stock_documents,
    stock_files,
    stock_hand,
    stock_push,
    stock_receipts,
    stock_shelf,
    stock_turns,
)
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import tr


def add(commands: Commands) -> None:
    group = commands.group("stock", tr("what the shelf holds"))
    listing = group.add("list", tr("every item with its figures"), _list)
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    stock_files.add(group)
    stock_hand.add(group)
    stock_shelf.add(group)
    stock_bundles.add(group)
    stock_push.add(group)
    stock_receipts.add(group)
    stock_counts.add(group)
    stock_documents.add(group)
    stock_turns.add(group)
    stock_buying.add(group)


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
            "presale": r.presale,
            "below_zero": r.on_hand < 0,
        }
        for r in found
        if not only or r.sku == only
    ]
    return CommandResult(rows, columns=_columns(), summary=count_line(len(rows)))


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    return figures(context, wanted.search)
