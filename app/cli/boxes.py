"""``parcels split|merge|together|unship``, ``waybill correct``, ``orders extra``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli import words
from app.cli.context import Context
from app.cli.parser import Commands
from app.cli.result import Column, CommandResult
from app.domain.errors import UserError
from app.domain.text import T, tr

if TYPE_CHECKING:
    from app.services.parcels.splitting import SplitPlan
    from app.services.workplace import Workplace

REASONS = {"1": "missed", "2": "split", "3": "damaged", "4": "gift"}


def add_to_parcels(group: Commands) -> None:
    split = group.add("split", tr("put goods of a parcel into new parcels"), _split)
    split.add_argument("parcel", metavar="ID", help=tr("the parcel's id or its waybill number"))
    split.add_argument(
        "--part",
        action="append",
        required=True,
        type=goods,
        metavar="SKU=QTY[,SKU=QTY]",
        help=tr("what goes into one new parcel; what no part names stays"),
    )
    split.add_argument(
        "--extra",
        action="store_true",
        help=tr("also tear apart pieces of one item: the later parcels are told as extra ones"),
    )
    split.add_argument("--void", action="store_true", help=tr("give its number back first"))
    split.add_argument(
        "--plan", action="store_true", help=tr("only say what would come of it, change nothing")
    )
    merge = group.add("merge", tr("one parcel for several orders of one buyer"), _merge)
    merge.add_argument("parcel", nargs="+", metavar="ID", help=tr("the first one stays"))
    group.add("together", tr("parcels that could be merged"), _together)
    unship = group.add("unship", tr("take a sealed parcel back before the shop hears"), _unship)
    unship.add_argument("parcel", metavar="ID", help=tr("the parcel's id or its waybill number"))
    unship.add_argument("--reason", required=True, metavar=tr("TEXT"), help=tr("why"))
    unship.add_argument("--void", action="store_true", help=tr("give its number back too"))


def add_to_waybill(group: Commands) -> None:
    correct = group.add("correct", tr("tell the shop another number for a parcel it has"), _correct)
    correct.add_argument("waybill", metavar=tr("WAYBILL"), help=tr("the wrong number"))
    correct.add_argument("--number", required=True, metavar=tr("WAYBILL"))
    correct.add_argument("--carrier", metavar=tr("CARRIER"), help=tr("another carrier"))
    correct.add_argument("--reason", required=True, metavar=tr("TEXT"), help=tr("why"))


def add_to_orders(group: Commands) -> None:
    extra = group.add("extra", tr("tell the shop of one more parcel, sent afterwards"), _extra)
    extra.add_argument("order", metavar="ID", help=tr("our id or the shop's"))
    extra.add_argument("--carrier", required=True, metavar=tr("CARRIER"))
    extra.add_argument("--number", required=True, metavar=tr("WAYBILL"))
    extra.add_argument(
        "--reason",
        required=True,
        choices=[*REASONS, *REASONS.values()],
        metavar="1..4",
        help=tr("1 missed, 2 split, 3 damaged, 4 gift"),
    )
    extra.add_argument(
        "--goods",
        required=True,
        action="append",
        type=goods,
        metavar="SKU=QTY[,SKU=QTY]",
        help=tr("what is in it"),
    )


def goods(text: str) -> dict[str, int]:
    """``SKU=QTY[,SKU=QTY]`` as pieces by SKU."""
    out: dict[str, int] = {}
    for entry in text.split(","):
        sku, _, quantity = entry.strip().rpartition("=")
        if not sku or not quantity.strip().isdecimal() or not int(quantity):
            raise UserError(
                "usage",
                T("“{value}” does not say which item and how many.", value=entry.strip()),
                T("Write it like {example}.", example="TEA-1=2,CUP-3=1"),
            )
        out[sku.strip()] = out.get(sku.strip(), 0) + int(quantity)
    return out


def _rows(work: Workplace, ids: list[str]) -> CommandResult:
    from app.cli.parcels import columns, parcel_row
    from app.services.parcels.parcel_queries import parcel_rows

    return CommandResult([parcel_row(r) for r in parcel_rows(work, ids)], columns=columns())


def _split(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.parcels import splitting

    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        if wanted.plan:
            return _planned(splitting.plan(work, parcel_id, wanted.part))
        try:
            ids = splitting.split(
                work, parcel_id, wanted.part, extra=wanted.extra, void=wanted.void
            )
        except UserError as error:
            if error.code != "split_rule":
                raise
            remedy = T(
                "Keep the pieces of one SKU together, or split them all the same with: --extra"
            )
            raise UserError(error.code, error.message, remedy, ref=error.ref) from error
        return _rows(work, ids)


def _planned(plan: SplitPlan) -> CommandResult:
    torn = {(t.sku, part) for t in plan.torn for part in t.parts}
    rows: list[dict[str, Any]] = [
        {
            "part": str(position),
            "sku": line.sku,
            "quantity": line.quantity,
            "gift": line.gift,
            "breaks_rule": (line.sku, position) in torn,
        }
        for position, part in enumerate(plan.parts)
        for line in part
    ]
    columns = (
        Column("part", tr("Part"), right=True),
        Column("sku", tr("Item")),
        Column("quantity", tr("Pieces"), right=True),
        Column("gift", tr("Gift")),
        Column("breaks_rule", tr("Against the shop's rule")),
    )
    said = [plan.warning, *plan.ways] if plan.warning is not None else []
    return CommandResult(rows, columns=columns, summary="\n".join(str(s) for s in said))


def _merge(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.parcels import merging

    with context.services() as services:
        work = services.work
        ids = [find_parcel(work, p).id for p in wanted.parcel]
        return _rows(work, [merging.merge(work, ids)])


def _together(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.services.parcels import merging

    with context.services() as services:
        found = merging.candidates(services.work)
    rows = [{"shop": c.shop, "parcels": list(c.parcels), "orders": list(c.orders)} for c in found]
    columns = (
        Column("shop", tr("Shop")),
        Column("orders", tr("Orders")),
        Column("parcels", tr("Parcels")),
    )
    return CommandResult(rows, columns=columns)


def _unship(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.parcels import unshipping

    with context.services() as services:
        work = services.work
        parcel_id = find_parcel(work, wanted.parcel).id
        unshipping.unship(work, parcel_id, wanted.reason, void=wanted.void)
        return _rows(work, [parcel_id])


def _correct(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.cli.parcels import find_parcel
    from app.services.telling import corrections

    with context.services() as services:
        work = services.work
        row = find_parcel(work, wanted.waybill)
        carrier = wanted.carrier or row.carrier or ""
        new = corrections.correct(work, row.id, carrier, wanted.number, wanted.reason)
    return _queued({"parcel": row.id, "waybill": wanted.number}, "queued" if new else "kept")


def _extra(wanted: argparse.Namespace, context: Context) -> CommandResult:
    from app.ports import ExtraReason
    from app.services.telling import extra_parcels

    pieces: dict[str, int] = {}
    for entry in wanted.goods:
        for sku, quantity in entry.items():
            pieces[sku] = pieces.get(sku, 0) + quantity
    reason = REASONS.get(wanted.reason, wanted.reason)
    with context.services() as services:
        new = extra_parcels.add(
            services.work,
            wanted.order,
            wanted.carrier,
            wanted.number,
            pieces,
            ExtraReason[reason.upper()],
        )
    return _queued({"order": wanted.order, "waybill": wanted.number}, "queued" if new else "kept")


def _queued(row: dict[str, str], result: str = "queued") -> CommandResult:
    columns = (
        Column("waybill", tr("Waybill")),
        Column("result", tr("Result"), show=words.result),
    )
    said = tr("The shop is told with the next round: outbox drain")
    return CommandResult([{**row, "result": result}], columns=columns, summary=said)
