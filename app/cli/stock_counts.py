"""``stock count``: blind stocktake by bin, and a person's approval of what it found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult, ErrorRow, count_line
from app.cli.stock_receipts import listing_arguments, paper_argument, paper_list
from app.domain.text import T, ntr, tr

if TYPE_CHECKING:
    from app.services.workplace import Workplace


def add(stock: Commands) -> None:
    """Add the group to ``stock``."""
    group = stock.group("count", tr("count bins without knowing what the books say"))
    start = group.add("start", tr("a new count of bins, a zone or items"), _start)
    start.add_argument("--bin", action="append", default=[], metavar=tr("BIN"), help=tr("this bin"))
    start.add_argument(
        "--zone", default="", metavar=tr("TEXT"), help=tr("every bin that begins like this")
    )
    start.add_argument("--sku", action="append", default=[], metavar="SKU", help=tr("this item"))
    start.add_argument("--note", default="", metavar=tr("TEXT"), help=tr("what it is about"))
    listing_arguments(group.add("list", tr("counts, the newest first"), _list))
    enter = group.add("enter", tr("hand in what lies in a bin"), _enter)
    paper_argument(enter)
    # argparse gives what stands behind an option to it, or to nobody: the bin's items too.
    enter.add_argument(
        "--bin",
        nargs="+",
        default=[""],
        metavar=(tr("BIN"), "SKU=QTY"),
        help=tr("this bin, and what lies in it"),
    )
    enter.add_argument(
        "items",
        nargs="*",
        metavar="SKU=QTY",
        help=tr("item and pieces; a batch after @: TEA-1@B7=20"),
    )
    enter.add_argument(
        "--scan",
        type=Path,
        metavar=tr("FILE"),
        help=tr("codes as scanned, one a line; a bin's label says where what follows lies"),
    )
    enter.add_argument(
        "--complete", action="store_true", help=tr("what was not named is not in the bin")
    )
    show = group.add("show", tr("what a count found, and what may explain it"), _show)
    paper_argument(show)
    show.add_argument("--blind", action="store_true", help=tr("only how far each bin is"))
    show.add_argument("--all", action="store_true", help=tr("lines without a difference too"))
    approve = group.add("approve", tr("book the differences"), _approve)
    recount = group.add("recount", tr("have it counted once more"), _recount)
    drop = group.add("drop", tr("leave the figures as they are"), _drop)
    for parser in (approve, recount, drop):
        paper_argument(parser)
        parser.add_argument(
            "--bin",
            default=None,
            required=parser is not approve,
            metavar=tr("BIN"),
            help=tr("this bin"),
        )
        parser.add_argument("--sku", default="", metavar="SKU", help=tr("this item only"))
    cancel = group.add("cancel", tr("end a count; what was approved stays booked"), _cancel)
    paper_argument(cancel)
    for parser in (start, enter, show, approve, recount, drop, cancel):
        parser.add_argument("--user", default="", metavar=tr("NAME"), help=tr("who does it"))


def _start(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import counts

    with context.services(wanted.user) as services:
        made = counts.start(
            services.work,
            bins=wanted.bin,
            skus_wanted=wanted.sku,
            zone=wanted.zone,
            note=wanted.note,
        )
        return _sheet(services.work, made.id)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    return paper_list(wanted, context, "count")


def _sheet(work: Workplace, paper: str) -> CommandResult:
    from app.services.stock.papers import count_state, paper_rows

    head = paper_rows.shown(work, paper, kind="count", limit=1).paper
    rows = [
        {
            "paper": head.number,
            "paper_state": head.state,
            "bin": r.bin,
            "state": r.state,
            "items": r.items,
            "pieces": r.pieces,
            "complete": r.complete,
            "user": r.counted_by,
        }
        for r in count_state.sheet(work, paper)
    ]
    columns = (
        Column("paper", tr("Paper")),
        Column("bin", tr("Bin")),
        Column("state", tr("State"), show=words.paper_state),
        Column("items", tr("Items"), right=True),
        Column("pieces", tr("Pieces"), right=True),
        Column("complete", tr("Complete")),
        Column("user", tr("Who")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _enter(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_scans, counts

    bin_name, *items = wanted.bin
    items += wanted.items
    found = {bin_name: count_scans.read_typed(items)} if items else {}
    if wanted.scan:
        from app.spreadsheets import read_text

        scanned = count_scans.read_scans(read_text(wanted.scan).splitlines(), bin_name)
        for name, more in scanned.items():
            found[name] = [*found.get(name, []), *more]
    if not found:
        found = {bin_name: []}
    with context.services(wanted.user) as services:
        for name, counted in found.items():
            counts.enter(services.work, wanted.paper, name, counted, complete=wanted.complete)
        return _sheet(services.work, wanted.paper)


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_differences

    rows = []
    with context.services(wanted.user) as services:
        if wanted.blind:
            return _sheet(services.work, wanted.paper)
        after = ""
        while True:
            page = count_differences.differences(
                services.work, wanted.paper, different_only=not wanted.all, after=after
            )
            rows += [
                {
                    "bin": r.bin,
                    "sku": r.sku,
                    "name": r.name,
                    "batch": r.batch,
                    "expected": r.expected,
                    "counted": r.counted,
                    "difference": r.difference,
                    "state": r.state,
                    "picked": r.picked,
                    "packing": r.packing,
                    "moved_while": r.moved_while,
                    "moved_since": r.moved_since,
                    "elsewhere": [f"{b or '-'} ×{n}" for b, n in r.elsewhere],
                    "counted_at": r.counted_at,
                    "user": r.counted_by,
                    "last_counted_at": r.last_counted_at,
                }
                for r in page.rows
            ]
            after = page.after
            if not after:
                break
    columns = (
        Column("bin", tr("Bin")),
        Column("sku", tr("Item")),
        Column("batch", tr("Batch")),
        Column("expected", tr("Books"), right=True),
        Column("counted", tr("Counted"), right=True),
        Column("difference", tr("Difference"), right=True),
        Column("state", tr("State"), show=words.paper_state),
        Column("picked", tr("Fetched"), right=True),
        Column("packing", tr("In packing"), right=True),
        Column("moved_while", tr("Moved while counting"), right=True),
        Column("moved_since", tr("Moved since"), right=True),
        Column("elsewhere", tr("Books see it in")),
        Column("user", tr("Who")),
    )
    summary = count_line(len(rows)) if rows else tr("No differences.")
    return CommandResult(rows, columns=columns, summary=summary)


def _approve(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_approval

    with context.services(wanted.user) as services:
        found = count_approval.approve(
            services.work, wanted.paper, bin_name=wanted.bin, sku=wanted.sku
        )
    rows = [
        {
            "bin": r.bin,
            "sku": r.sku,
            "difference": r.difference,
            "result": r.result,
            "reason": str(r.message or ""),
        }
        for r in found
    ]
    errors = [
        ErrorRow("stock_negative", str(r.message), str(r.remedy or T("Try again.")), r.sku)
        for r in found
        if not r.ok
    ]
    columns = (
        Column("bin", tr("Bin")),
        Column("sku", tr("Item")),
        Column("difference", tr("Difference"), right=True),
        Column("result", tr("Result"), show=words.result),
        Column("reason", tr("Reason")),
    )
    summary = count_line(len(rows))
    return CommandResult(rows, errors, columns, summary, done=len(rows) - len(errors))


def _recount(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_again

    with context.services(wanted.user) as services:
        n = count_again.recount(services.work, wanted.paper, wanted.bin, wanted.sku)
        shown = _sheet(services.work, wanted.paper)
    summary = ntr("{n} line is to be counted again", "{n} lines are to be counted again", n)
    return CommandResult(shown.rows, columns=shown.columns, summary=summary)


def _drop(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_again

    with context.services(wanted.user) as services:
        n = count_again.drop(services.work, wanted.paper, wanted.bin, wanted.sku)
        shown = _sheet(services.work, wanted.paper)
    summary = ntr("{n} line stays as it is", "{n} lines stay as they are", n)
    return CommandResult(shown.rows, columns=shown.columns, summary=summary)


def _cancel(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_again

    with context.services(wanted.user) as services:
        count_again.cancel(services.work, wanted.paper)
        return _sheet(services.work, wanted.paper)
