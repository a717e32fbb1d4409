"""``stock receive``, ``adjust``, ``moves`` and ``undo``: what a person does to the figures."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.errors import UserError
from app.domain.stock_reasons import StockReason
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.stock.undoing import Operation


def add(group: Commands) -> None:
    receive = group.add("receive", tr("goods came in"), _receive)
    receive.add_argument("sku", nargs="?", metavar="SKU")
    receive.add_argument("quantity", nargs="?", type=positive, metavar=tr("QTY"))
    receive.add_argument(
        "--scan",
        metavar=tr("FILE"),
        help=tr("codes as scanned, one in each line: bins, goods, *12; - reads them from stdin"),
    )
    receive.add_argument("--bin", default="", metavar=tr("BIN"), help=tr("where it lies now"))
    receive.add_argument(
        "--reference",
        default="",
        metavar=tr("NUMBER"),
        help=tr("number of the paper; the same number counts once"),
    )
    add_batch(receive)
    receive.add_argument("--made", default="", metavar=tr("DAY"), help=tr("when it was made"))
    receive.add_argument(
        "--expires", default="", metavar=tr("DAY"), help=tr("the last day it may be used")
    )
    add_serials(receive)
    adjust = group.add("adjust", tr("correct a figure, up or down"), _adjust)
    adjust.add_argument("sku", metavar="SKU")
    adjust.add_argument("quantity", type=int, metavar=tr("QTY"))
    adjust.add_argument(
        "--reason",
        required=True,
        metavar=tr("TEXT"),
        help=tr("why: your own words, or one of {codes}", codes=", ".join(StockReason)),
    )
    add_note(adjust)
    adjust.add_argument("--bin", metavar=tr("BIN"), help=tr("the bin whose figure it is"))
    add_batch(adjust)
    moves = group.add("moves", tr("the ledger of an item, the newest first"), _moves)
    moves.add_argument("sku", metavar="SKU")
    moves.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    undo = group.add("undo", tr("take back what you did last, or a named action"), _undo)
    undo.add_argument("operation", nargs="?", metavar=tr("ACTION"), help=tr("as in stock moves"))
    undo.add_argument(
        "--list", action="store_true", help=tr("show what can be taken back, change nothing")
    )


def add_batch(parser: argparse.ArgumentParser) -> None:
    """``--batch``: which batch of the item."""
    parser.add_argument("--batch", default="", metavar=tr("BATCH"), help=tr("number of the batch"))


def add_serials(parser: argparse.ArgumentParser) -> None:
    """``--serial``, once for each piece."""
    parser.add_argument(
        "--serial",
        nargs="+",
        action="extend",
        default=[],
        metavar=tr("NUMBER"),
        help=tr("serial numbers of the pieces"),
    )


def add_note(parser: argparse.ArgumentParser) -> None:
    """``--note``: what is written beside the reason."""
    parser.add_argument(
        "--note", default="", metavar=tr("TEXT"), help=tr("what else should be remembered")
    )


def of_one(context: Context, sku: str) -> CommandResult:
    """The figures of one item, by its code or bar code."""
    from app.cli.stock import figures
    from app.services.stock.finding import code_of

    with context.services() as services:
        code = code_of(services.work, sku)
    return figures(context, "", code)


def _receive(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import receiving

    if wanted.scan is not None and wanted.sku is None:
        from app.cli.stock_scans import receive

        return receive(wanted, context)
    if wanted.quantity is None or wanted.scan is not None:
        raise UserError(
            "usage",
            T("Say which item and how many, or give what was scanned: --scan"),
            T("See {command} --help", command="stock receive"),
        )
    with context.services() as services:
        receiving.receive(
            services.work,
            wanted.sku,
            wanted.quantity,
            bin_name=wanted.bin,
            reference=wanted.reference,
            batch=wanted.batch,
            made_on=wanted.made,
            expires_on=wanted.expires,
            numbers=wanted.serial,
        )
    return of_one(context, wanted.sku)


def _adjust(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import adjusting

    with context.services() as services:
        adjusting.adjust(
            services.work,
            wanted.sku,
            wanted.quantity,
            wanted.reason,
            note=wanted.note,
            bin_name=wanted.bin,
            batch=wanted.batch,
        )
    return of_one(context, wanted.sku)


def _moves(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.moves import moves

    with context.services() as services:
        found = moves(services.work, wanted.sku, wanted.limit)
    rows = [
        {
            "at": r.at,
            "sku": r.sku,
            "kind": r.kind,
            "on_hand": r.on_hand,
            "allocated": r.allocated,
            "defective": r.defective,
            "in_transit": r.in_transit,
            "bin": r.bin,
            "batch": r.batch,
            "balance": r.balance,
            "available": r.available,
            "defective_balance": r.defective_balance,
            "parcel": r.parcel,
            "reference": r.reference,
            "reason": r.reason,
            "user": r.user,
            "bench": r.bench,
            "operation": r.operation,
            "undoes": r.undoes,
        }
        for r in found
    ]
    columns = (
        Column("at", tr("Time")),
        Column("kind", tr("Kind"), show=words.move),
        Column("on_hand", tr("On hand"), right=True),
        Column("allocated", tr("Allocated"), right=True),
        Column("balance", tr("Then here"), right=True),
        Column("available", tr("Then available"), right=True),
        Column("bin", tr("Bin"), show=words.place),
        Column("batch", tr("Batch")),
        Column("parcel", tr("Parcel")),
        Column("reason", tr("Reason"), show=words.stock_reason),
        Column("user", tr("Who")),
        Column("bench", tr("Bench")),
    )
    return CommandResult(rows, columns=columns)


def _undo(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import undoing

    if wanted.list and wanted.operation:
        raise UserError(
            "usage",
            T("Either show what can be taken back, or take back one action."),
            T("See {command} --help", command="stock undo"),
        )
    with context.services() as services:
        work = services.work
        if wanted.list:
            found = undoing.recent(work)
        elif wanted.operation:
            undoing.undo(work, wanted.operation)
            found = [o for o in undoing.recent(work, mine=False) if o.id == wanted.operation]
        else:
            last = undoing.undo_last(work)
            found = [o for o in undoing.recent(work) if o.id == last.id]
    columns = (
        Column("operation", tr("Action")),
        Column("at", tr("Time")),
        Column("kind", tr("Kind"), show=words.move),
        Column("skus", tr("Item"), show=words.places),
        Column("pieces", tr("Pieces"), right=True),
        Column("result", tr("Result"), show=words.result),
    )
    summary = count_line(len(found)) if wanted.list else tr("Taken back.")
    return CommandResult([_action(o) for o in found], columns=columns, summary=summary)


def _action(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation.id,
        "at": operation.at,
        "kind": operation.kind,
        "skus": list(operation.skus),
        "pieces": operation.pieces,
        "user": operation.user,
        "bench": operation.bench,
        "result": "undone" if operation.undone else "done",
    }
