"""``stock bins``, ``move``, ``batches`` and ``serials``: where goods lie."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.cli import stock_defective, words
from app.cli.context import Context
from app.cli.orders import DEFAULT_LIMIT
from app.cli.parser import Commands, positive
from app.cli.result import Column, CommandResult, count_line
from app.cli.stock_hand import add_note
from app.domain.errors import UserError
from app.domain.states import BinKind, SerialState
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.stock.bins import SpotRow


def add(group: Commands) -> None:
    _add_bins(group)
    move = group.add("move", tr("from one bin to another"), _move)
    move.add_argument("sku", nargs="?", metavar="SKU")
    move.add_argument("quantity", nargs="?", type=positive, metavar=tr("QTY"))
    move.add_argument("--from", dest="source", default="", metavar=tr("BIN"), help=tr("from here"))
    move.add_argument("--to", dest="target", required=True, metavar=tr("BIN"), help=tr("to here"))
    move.add_argument("--batch", metavar=tr("BATCH"), help=tr("only of this batch"))
    move.add_argument("--all", action="store_true", help=tr("all that lies there"))
    back = group.add("put-back", tr("what was fetched for a parcel goes back to its bins"), _back)
    back.add_argument("parcel", metavar=tr("PARCEL"))
    batches = group.add("batches", tr("batches and until when they may be used"), _batches)
    batches.add_argument("sku", nargs="?", metavar="SKU")
    batches.add_argument(
        "--within",
        type=positive,
        metavar=tr("DAYS"),
        help=tr("only what will have expired by then, or is not sent any more"),
    )
    expire = group.add("expire", tr("take off the shelf what must not be sent any more"), _expire)
    expire.add_argument("--dry-run", action="store_true", help=tr("show it, change nothing"))
    serials = group.add("serials", tr("single pieces by their numbers"), _serials)
    serials.add_argument("serial", nargs="?", metavar=tr("NUMBER"), help=tr("its whole history"))
    serials.add_argument("--sku", metavar="SKU", help=tr("only of this item"))
    serials.add_argument("--state", choices=[s.value for s in SerialState], help=tr("only these"))
    serials.add_argument(
        "--limit", type=positive, default=DEFAULT_LIMIT, metavar="N", help=tr("at most so many")
    )
    stock_defective.add(group)


def _add_bins(group: Commands) -> None:
    bins = group.group("bins", tr("places on the shelf and what lies there"))
    listing = bins.add("list", tr("every bin in walking order"), _bins)
    listing.add_argument("--search", default="", metavar=tr("TEXT"), help=tr("words to look for"))
    show = bins.add("show", tr("what lies in a bin"), _show)
    show.add_argument("bin", metavar=tr("BIN"))
    of_sku = bins.add("of", tr("where an item lies, the first to take from in front"), _of)
    of_sku.add_argument("sku", metavar="SKU")
    new = bins.add("add", tr("make a bin, or change what it is for"), _add)
    new.add_argument("bin", metavar=tr("BIN"))
    new.add_argument(
        "--kind",
        choices=[k.value for k in BinKind],
        default=BinKind.PICK.value,
        help=tr("pick: parcels are fetched from it; reserve: it refills the others"),
    )
    add_note(new)
    new.add_argument("--position", type=positive, default=0, metavar="N", help=tr("in the walk"))
    rename = bins.add("rename", tr("another name for an empty bin"), _rename)
    rename.add_argument("bin", metavar=tr("BIN"))
    rename.add_argument("to", metavar=tr("NAME"))
    remove = bins.add("remove", tr("take an empty bin away"), _remove)
    remove.add_argument("bin", metavar=tr("BIN"))


def _bins(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        found = bins.list_bins(services.work, wanted.search)
    rows = [
        {
            "bin": r.bin,
            "kind": r.kind,
            "skus": r.skus,
            "pieces": r.pieces,
            "homes": r.homes,
            "note": r.note,
        }
        for r in found
    ]
    columns = (
        Column("bin", tr("Bin")),
        Column("kind", tr("Kind"), show=words.bin_kind),
        Column("skus", tr("Items"), right=True),
        Column("pieces", tr("Pieces"), right=True),
        Column("homes", tr("Home of"), right=True),
        Column("note", tr("Note")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _show(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        return _places(bins.contents(services.work, wanted.bin))


def _of(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        return _places(bins.of_sku(services.work, wanted.sku))


def _places(found: Iterable[SpotRow]) -> CommandResult:
    rows = [
        {
            "bin": r.bin,
            "kind": r.kind,
            "sku": r.sku,
            "name": r.name,
            "quantity": r.quantity,
            "batch": r.batch,
            "expires_on": r.expires_on,
            "home": r.is_home,
        }
        for r in found
    ]
    columns = (
        Column("bin", tr("Bin"), show=words.place),
        Column("kind", tr("Kind"), show=words.bin_kind),
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("quantity", tr("Pieces"), right=True),
        Column("batch", tr("Batch")),
        Column("expires_on", tr("Good until")),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _add(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        new = bins.add(
            services.work, wanted.bin, BinKind(wanted.kind), wanted.note, wanted.position
        )
        name = bins.named(wanted.bin)
    return _told(name, "new" if new else "changed")


def _rename(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        bins.rename(services.work, wanted.bin, wanted.to)
        name = bins.named(wanted.to)
    return _told(name, "changed")


def _remove(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import bins

    with context.services() as services:
        bins.remove(services.work, wanted.bin)
        name = bins.named(wanted.bin)
    return _told(name, "off")


def _told(name: str, result: str) -> CommandResult:
    columns = (Column("bin", tr("Bin")), Column("result", tr("Result"), show=words.result))
    return CommandResult([{"bin": name, "result": result}], columns=columns)


def _move(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import transferring

    named = wanted.sku is not None and (wanted.quantity is None) == wanted.all
    if not named and not (wanted.sku is None and wanted.all):
        raise UserError(
            "usage",
            T("Say which item and how many, or --all."),
            T("See {command} --help", command="stock move"),
        )
    with context.services() as services:
        if wanted.sku is None:
            done = transferring.transfer_all(services.work, wanted.source, wanted.target)
        else:
            done = transferring.transfer(
                services.work,
                wanted.sku,
                wanted.quantity,
                from_bin=wanted.source,
                to_bin=wanted.target,
                batch=wanted.batch,
            )
    rows = [
        {
            "sku": m.sku,
            "from": m.from_bin,
            "to": m.to_bin,
            "quantity": m.quantity,
            "operation": m.operation,
        }
        for m in done
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("from", tr("From"), show=words.place),
        Column("to", tr("To")),
        Column("quantity", tr("Pieces"), right=True),
    )
    return CommandResult(rows, columns=columns)


def _back(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import fetching

    with context.services() as services:
        pieces = fetching.put_back(services.work, wanted.parcel)
    columns = (Column("parcel", tr("Parcel")), Column("pieces", tr("Pieces"), right=True))
    return CommandResult([{"parcel": wanted.parcel, "pieces": pieces}], columns=columns)


def _batches(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import batches

    with context.services() as services:
        found = batches.list_batches(services.work, wanted.sku, within_days=wanted.within)
    rows = [
        {
            "sku": r.sku,
            "name": r.name,
            "batch": r.batch,
            "made_on": r.made_on,
            "expires_on": r.expires_on,
            "days": r.days,
            "due": r.due,
            "quantity": r.quantity,
            "bins": list(r.bins),
        }
        for r in found
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("name", tr("Name")),
        Column("batch", tr("Batch")),
        Column("expires_on", tr("Good until")),
        Column("days", tr("Days left"), right=True, show=words.or_nothing),
        Column("due", tr("Not sent any more"), show=words.yes),
        Column("quantity", tr("Pieces"), right=True),
        Column("bins", tr("Bin"), show=words.places),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _expire(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import expiring

    with context.services() as services:
        found = expiring.expire(services.work, dry_run=wanted.dry_run)
    rows = [
        {
            "sku": r.sku,
            "batch": r.batch,
            "expires_on": r.expires_on,
            "bin": r.bin,
            "quantity": r.quantity,
            "lacking": r.lacking,
        }
        for r in found
    ]
    columns = (
        Column("sku", tr("Item")),
        Column("batch", tr("Batch")),
        Column("expires_on", tr("Good until")),
        Column("bin", tr("Bin"), show=words.place),
        Column("quantity", tr("Pieces"), right=True),
        Column("lacking", tr("Missing for parcels"), right=True),
    )
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))


def _serials(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.stock import serials

    rows: list[dict[str, Any]]
    with context.services() as services:
        if wanted.serial is not None:
            rows = [
                {
                    "at": e.at,
                    "sku": e.sku,
                    "serial": e.serial,
                    "kind": e.kind,
                    "state": e.state,
                    "parcel": e.parcel,
                    "reference": e.reference,
                    "user": e.user,
                    "bench": e.bench,
                }
                for e in serials.history(services.work, wanted.serial)
            ]
        else:
            state = SerialState(wanted.state) if wanted.state else None
            rows = [
                {
                    "at": r.changed_at,
                    "sku": r.sku,
                    "serial": r.serial,
                    "state": r.state,
                    "parcel": r.parcel,
                    "reference": r.reference,
                }
                for r in serials.list_serials(services.work, wanted.sku, state, wanted.limit)
            ]
    columns = [
        Column("at", tr("Time")),
        Column("sku", tr("Item")),
        Column("serial", tr("Serial number")),
        Column("state", tr("Where"), show=words.serial_state),
        Column("parcel", tr("Parcel")),
        Column("reference", tr("Paper")),
    ]
    if wanted.serial is not None:
        columns[3:3] = [Column("kind", tr("Kind"), show=words.move)]
        columns.append(Column("user", tr("Who")))
    return CommandResult(rows, columns=columns, summary=count_line(len(rows)))
