"""``stock receipt``: goods on the way, what came of them, what does not come."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.domain.text import ntr, tr

if TYPE_CHECKING:
    from app.services.stock.papers.paper_rows import PaperRow
    from app.services.workplace import Workplace

MOST_SHOWN = 200


def add(stock: Commands) -> None:
    """Add the group to ``stock``."""
    group = stock.group("receipt", tr("goods on their way to us, and what came of them"))
    new = group.add("new", tr("announce goods: they count as on the way"), _new)
    items_argument(new)
    new.add_argument("--number", default="", metavar=tr("NUMBER"), help=tr("the supplier's number"))
    new.add_argument("--source", default="", metavar=tr("NAME"), help=tr("whose number it is"))
    new.add_argument("--bin", default="", metavar=tr("BIN"), help=tr("where it shall lie"))
    new.add_argument("--note", default="", metavar=tr("TEXT"), help=tr("what it is about"))
    listing_arguments(group.add("list", tr("receipts, the newest first"), _list))
    paper_argument(group.add("show", tr("the lines of one receipt"), _show))
    receive = group.add("receive", tr("goods of a receipt came, all or a part"), _receive)
    paper_argument(receive)
    items_argument(receive)
    receive.add_argument("--bin", default=None, metavar=tr("BIN"), help=tr("where it lies now"))
    receive.add_argument(
        "--expires", default="", metavar=tr("DAY"), help=tr("last day of a new batch")
    )
    receive.add_argument(
        "--serial",
        action="append",
        default=[],
        metavar=tr("NUMBER"),
        help=tr("serial number of a piece; once for each"),
    )
    receive.add_argument(
        "--over", action="store_true", help=tr("take in more than the paper says; needs a note")
    )
    receive.add_argument("--note", default="", metavar=tr("TEXT"), help=tr("why"))
    receive.add_argument(
        "--step", default="", metavar=tr("NAME"), help=tr("the same step is booked once")
    )
    paper_argument(group.add("close", tr("the rest is not coming"), _close))
    paper_argument(group.add("cancel", tr("the paper was a mistake"), _cancel))


def paper_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paper", metavar=tr("PAPER"), help=tr("its number"))


def items_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "items",
        nargs="+",
        metavar="SKU=QTY",
        help=tr("item and pieces; a batch after @: TEA-1@B7=20"),
    )


def listing_arguments(parser: argparse.ArgumentParser, *, kinds: bool = False) -> None:
    from app.domain.states import PaperState, StockPaper

    if kinds:
        parser.add_argument(
            "--kind", choices=[k.value for k in StockPaper], default="", help=tr("of this kind")
        )
    parser.add_argument(
        "--state", choices=[s.value for s in PaperState], default="", help=tr("in this state")
    )
    parser.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    parser.add_argument(
        "--limit", type=positive, default=MOST_SHOWN, metavar="N", help=tr("at most so many")
    )


def paper_row(row: PaperRow) -> dict[str, Any]:
    """A paper with the keys of ``--json``."""
    return {
        "id": row.id,
        "kind": row.kind,
        "number": row.number,
        "source": row.source,
        "state": row.state,
        "lines": row.lines,
        "expected": row.expected,
        "done": row.done,
        "missing": row.missing,
        "note": row.note,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "done_at": row.done_at,
        "done_by": row.done_by,
    }


def paper_list(wanted: argparse.Namespace, context: Context, kind: str) -> CommandResult:
    from app.services.stock.papers import paper_rows

    with context.services() as services:
        page = paper_rows.listed(
            services.work,
            kind=kind,
            state=wanted.state,
            search=wanted.search,
            limit=wanted.limit,
        )
    columns = (
        Column("number", tr("Number")),
        Column("kind", tr("Kind"), show=words.paper_kind),
        Column("source", tr("From")),
        Column("state", tr("State"), show=words.paper_state),
        Column("expected", tr("Expected"), right=True),
        Column("done", tr("Booked"), right=True),
        Column("missing", tr("Missing"), right=True),
        Column("created_at", tr("Time")),
        Column("note", tr("Note")),
    )
    summary = count_line(len(page.rows))
    if page.after:
        summary = tr("The first {n}; see more with --limit", n=len(page.rows))
    return CommandResult([paper_row(r) for r in page.rows], columns=columns, summary=summary)


def paper_lines(work: Workplace, paper: str, kind: str = "receipt") -> CommandResult:
    """Every line of one paper."""
    from app.services.stock.papers import paper_rows

    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        page = paper_rows.shown(work, paper, kind=kind, after=after, limit=1000)
        rows += [
            {
                "paper": page.paper.number,
                "kind": page.paper.kind,
                "state": page.paper.state,
                "sku": r.sku,
                "name": r.name,
                "bin": r.bin,
                "to_bin": r.to_bin,
                "batch": r.batch,
                "expires": r.expires,
                "expected": r.expected,
                "done": r.done,
                "missing": r.missing,
                "note": r.note,
            }
            for r in page.rows
        ]
        after = page.after
        if not after:
            break
    columns = (
        Column("paper", tr("Paper")),
        Column("state", tr("State"), show=words.paper_state),
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("bin", tr("Bin")),
        Column("batch", tr("Batch")),
        Column("expected", tr("Expected"), right=True),
        Column("done", tr("Booked"), right=True),
        Column("missing", tr("Missing"), right=True),
        Column("note", tr("Note")),
    )
    return CommandResult(rows, columns=columns)


def _new(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import count_scans, receipts

    lines = [
        receipts.Expected(one.sku, one.quantity, wanted.bin, one.batch)
        for one in count_scans.read_typed(wanted.items)
    ]
    with context.services() as services:
        made = receipts.make(
            services.work, lines, number=wanted.number, source=wanted.source, note=wanted.note
        )
        return paper_lines(services.work, made.id)


def _list(wanted: argparse.Namespace, context: Context) -> CommandResult:
    return paper_list(wanted, context, "receipt")


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    with context.services() as services:
        return paper_lines(services.work, wanted.paper)


def _receive(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import arrivals, count_scans

    arrived = [
        arrivals.Arrived(
            one.sku, one.quantity, wanted.bin, one.batch, wanted.expires, tuple(wanted.serial)
        )
        for one in count_scans.read_typed(wanted.items)
    ]
    with context.services() as services:
        arrivals.receive(
            services.work,
            wanted.paper,
            arrived,
            step=wanted.step,
            over=wanted.over,
            note=wanted.note,
        )
        return paper_lines(services.work, wanted.paper)


def _close(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import receipts

    with context.services() as services:
        return _ended(services.work, wanted.paper, receipts.close(services.work, wanted.paper))


def _cancel(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock.papers import receipts

    with context.services() as services:
        return _ended(services.work, wanted.paper, receipts.cancel(services.work, wanted.paper))


def _ended(work: Workplace, paper: str, given_up: int) -> CommandResult:
    shown = paper_lines(work, paper)
    summary = ntr(
        "{n} piece is no longer on the way", "{n} pieces are no longer on the way", given_up
    )
    return CommandResult(shown.rows, columns=shown.columns, summary=summary)
